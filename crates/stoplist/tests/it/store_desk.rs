//! A store in a directory of its own, and all that can be asked of one.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use stoplist::{
    Acting, Change, Contact, ContactQuery, GateSpec, ListInfo, NumberSet, PhoneNumber, Store,
    StoreError, StoreOptions, Traffic,
};

/// Every kind of traffic there is.
pub(crate) const KINDS: [Traffic; 4] =
    [Traffic::INBOUND, Traffic::OUTBOUND, Traffic::AUTOMATED, Traffic::BROADCAST];

/// Numbers that differ in their last digits.
pub(crate) fn number(place: u64) -> PhoneNumber {
    PhoneNumber::new(12_025_000_000 + place).unwrap()
}

/// Numbers that are far from each other, and other ones for another seed.
pub(crate) fn scattered(seed: u64, count: u64) -> NumberSet {
    let mut dice = Dice::new(seed);
    (0..count)
        .map(|_| PhoneNumber::new(10_000_000_000 + dice.below(9_000_000_000)).unwrap())
        .collect()
}

/// Whether some of this traffic is stopped, asked of a fresh gate.
pub(crate) fn is_stopped(store: &Store, number: PhoneNumber, traffic: Traffic) -> bool {
    store.gate(&GateSpec::all(traffic)).unwrap().load().contains(number)
}

/// The same numbers for the same seed (SplitMix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }
}

/// A store, and the directory that it is in.
pub(crate) struct Desk {
    directory: tempfile::TempDir,
    options: StoreOptions,
    store: Option<Store>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self::with(StoreOptions::default())
    }

    pub(crate) fn with(options: StoreOptions) -> Self {
        Self::made_in(tempfile::tempdir().unwrap(), options)
    }

    /// In memory where there is a file system of that: for tests in which no power is cut. A process
    /// that is killed leaves the same there as on a disk, and syncs cost nothing.
    pub(crate) fn without_disk(options: StoreOptions) -> Self {
        let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self::made_in(directory.unwrap(), options)
    }

    fn made_in(directory: tempfile::TempDir, options: StoreOptions) -> Self {
        let store = Store::create(directory.path().join("store"), "ana", options.clone()).unwrap();
        Self { directory, options, store: Some(store) }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("store")
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    /// In the hands of the first admin.
    pub(crate) fn ana(&self) -> Acting<'_> {
        self.store().acting_as("ana")
    }

    pub(crate) fn close(&mut self) {
        self.store = None;
    }

    pub(crate) fn reopen(&mut self) -> &Store {
        self.close();
        self.store = Some(open_soon(&self.path(), &self.options).unwrap());
        self.store()
    }

    /// Opens it anew, from its journal alone.
    pub(crate) fn reopen_without_state(&mut self) -> &Store {
        self.close();
        std::fs::remove_dir_all(self.path().join("state")).unwrap();
        self.reopen()
    }

    pub(crate) fn last_change(&self) -> Change {
        last_change(self.store())
    }
}

pub(crate) fn last_change(store: &Store) -> Change {
    let before = store.generation() - 1;
    store.acting_as("ana").changes_since(before).unwrap().next().unwrap().unwrap()
}

/// Opens a store that was closed. A child that another test is just starting may have inherited its
/// lock, and lets go of it a moment later.
pub(crate) fn open_soon(path: &Path, options: &StoreOptions) -> Result<Store, StoreError> {
    let start = Instant::now();
    loop {
        match Store::open(path, options.clone()) {
            Err(StoreError::Locked { .. }) if start.elapsed() < Duration::from_secs(1) => {
                thread::sleep(Duration::from_millis(1));
            }
            outcome => return outcome,
        }
    }
}

/// What can be asked of a store, asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Picture {
    pub(crate) generation: u64,
    pub(crate) contacts: Vec<Contact>,
    pub(crate) lists: Vec<ListInfo>,
    /// The numbers of each list; the built-in one by what is stopped.
    pub(crate) numbers: BTreeMap<String, NumberSet>,
    pub(crate) actors: Vec<String>,
}

impl Picture {
    pub(crate) fn of(store: &Store) -> Self {
        let ana = store.acting_as("ana");
        let lists = store.lists();
        let mut numbers = BTreeMap::new();
        for list in &lists {
            numbers.insert(list.name.clone(), ana.export(&list.name).unwrap());
        }
        for kind in KINDS {
            let gate = store.gate(&GateSpec::named(kind, ["blocked"])).unwrap().load();
            let all = ana.export("blocked").unwrap();
            let set: NumberSet = all.iter().filter(|&number| gate.contains(number)).collect();
            let (_, asked) = store.lists_asked(&["blocked".to_owned()], kind).unwrap();
            assert_eq!(set.len(), asked[0].numbers, "{kind}: gate and count");
            numbers.insert(format!("blocked {kind}"), set);
        }
        Self {
            generation: store.generation(),
            contacts: all_contacts(store),
            lists,
            numbers,
            actors: ana
                .actors()
                .unwrap()
                .iter()
                .map(|(name, may)| format!("{name} {may}"))
                .collect(),
        }
    }

    /// Without the number of the last change: two ways to the same state.
    pub(crate) fn whenever(self) -> Self {
        Self { generation: 0, ..self }
    }
}

pub(crate) fn all_contacts(store: &Store) -> Vec<Contact> {
    let query = ContactQuery::default().per_page(ContactQuery::MAX_PER_PAGE);
    let mut page = store.acting_as("ana").contacts(&query).unwrap();
    let mut contacts = std::mem::take(&mut page.contacts);
    while let Some(next) = page.next.take() {
        page = store.acting_as("ana").contacts(&query.clone().after(next)).unwrap();
        contacts.append(&mut page.contacts);
    }
    assert_eq!(contacts.len() as u64, page.total);
    contacts.sort_by_key(|contact| contact.id);
    contacts
}

/// Runs one test of this binary as a process of its own, whose output can be read. That test does
/// nothing unless the variable is set.
pub(crate) fn start_child(test: &str, variable: &str, value: &Path) -> Child {
    child(Command::new(env::current_exe().unwrap()), test, variable, value)
}

pub(crate) fn child(mut command: Command, test: &str, variable: &str, value: &Path) -> Child {
    command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(variable, value)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What a child has to say, among what the harness prints.
pub(crate) const SAYS: char = '@';

/// Says a line, at once.
pub(crate) fn say(line: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    // The harness may have begun a line.
    out.write_all(format!("\n{SAYS}{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// What the child said in this line, if it is one of its own.
pub(crate) fn said(line: &str) -> Option<&str> {
    line.strip_prefix(SAYS)
}

/// A number from the environment.
pub(crate) fn setting(name: &str, otherwise: u64) -> u64 {
    env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}
