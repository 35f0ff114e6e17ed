//! Which store, and who is acting?

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use stoplist::{Acting, Store, StoreOptions};

use crate::args::Global;
use crate::conclusion;
use crate::failure::Failure;
use crate::tell::Tell;

/// Whoever runs the command: on which store, under which name.
pub(crate) struct Caller<'t> {
    pub(crate) tell: &'t Tell,
    /// The directory of the store.
    pub(crate) path: PathBuf,
    /// The name that the store knows.
    pub(crate) actor: String,
}

/// Whether a store is named, on the command line or by the environment.
pub(crate) fn is_named(global: &Global) -> bool {
    path(global).is_some()
}

fn path(global: &Global) -> Option<PathBuf> {
    let environment = || std::env::var_os("STOPLIST_STORE").map(PathBuf::from);
    global.store.clone().or_else(environment).filter(|path| !path.as_os_str().is_empty())
}

impl<'t> Caller<'t> {
    pub(crate) fn new(global: &Global, tell: &'t Tell) -> Result<Self, Failure> {
        let path = path(global).ok_or_else(|| {
            Failure::usage("no store is named").hint("use --store DIR, or set STOPLIST_STORE")
        })?;
        let actor = global.actor.clone().or_else(|| variable("STOPLIST_ACTOR"));
        Ok(Self { tell, path, actor: actor.unwrap_or_else(login_name) })
    }

    /// Opens the store, and warns of what that had to mend.
    pub(crate) fn open(&self) -> Result<Store, Failure> {
        let store = Store::open(&self.path, StoreOptions::default())?;
        for repair in store.repairs() {
            self.tell.warn(repair);
        }
        Ok(store)
    }

    /// Opens the store for a change. From here on an interrupt comes too late: what is changed is
    /// also reported.
    pub(crate) fn open_for_change(&self) -> Result<Store, Failure> {
        let store = self.open()?;
        conclusion::claim_for_work();
        Ok(store)
    }

    /// The store in the hands of the actor.
    pub(crate) fn acting<'s>(&'s self, store: &'s Store) -> Acting<'s> {
        store.acting_as(&self.actor)
    }
}

/// A variable of the environment that says something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The name of the user as the environment has it, or the system; else one that is made of the id.
fn login_name() -> String {
    if let Some(name) = variable("USER").or_else(|| variable("LOGNAME")) {
        return name;
    }
    // The directory of a process belongs to its user.
    let Ok(process) = std::fs::metadata("/proc/self") else { return "unknown".to_owned() };
    let id = process.uid();
    let users = std::fs::read("/etc/passwd").unwrap_or_default();
    let users = String::from_utf8_lossy(&users);
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1)?.parse() == Ok(id)).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| format!("uid-{id}"))
}
