//! Who is blocked: by lists in files, or by those of a store?

use std::path::{Path, PathBuf};

use stoplist::{NumberSet, Parser, Store};
use stoplist_arrow::{Lists, Pass};
use stoplist_files::ListOptions;

use crate::args::{FilterArgs, Global};
use crate::failure::Failure;
use crate::store::{self, Caller};
use crate::tell::Tell;

/// Who asks the store, if the lists are those of one. A store that only the environment names is
/// not asked where files are given.
pub(super) fn caller<'t>(
    args: &FilterArgs,
    global: &Global,
    tell: &'t Tell,
) -> Result<Option<Caller<'t>>, Failure> {
    let from_files = !args.blocked.is_empty();
    if from_files && global.store.is_some() {
        let message = "both --blocked and --store say who is blocked";
        return Err(Failure::usage(message).hint("give one; `import` brings a file into the store"));
    }
    if !from_files && !store::is_named(global) {
        let message = "nothing says who is blocked";
        return Err(Failure::usage(message)
            .hint("give --blocked FILE, or --store DIR, or set STOPLIST_STORE"));
    }
    if from_files { Ok(None) } else { Caller::new(global, tell).map(Some) }
}

/// The lists of a store that stop the traffic, and the store, which has to stay open for them.
pub(super) fn of_store(args: &FilterArgs, caller: &Caller<'_>) -> Result<(Lists, Store), Failure> {
    let store = caller.open()?;
    let lists = Lists::of_store(&store, &args.list, args.traffic.into())?;
    Ok((lists, store))
}

/// Warns of lists of a store that are old, or empty.
pub(super) fn warn(pass: &Pass, tell: &Tell) {
    if !tell.json {
        for age in pass.report().ages.iter().filter(|age| age.stale) {
            tell.warn(format_args!("the list {:?} is stale; import it anew", age.list));
        }
    }
    let asked = pass.scrub("", None).map(|scrub| scrub.lists);
    if asked.is_some_and(|lists| lists.iter().all(|list| list.numbers == 0)) {
        warn_of_nobody(tell);
    }
}

/// Reads every file.
pub(super) fn of_files(args: &FilterArgs, tell: &Tell) -> Result<Lists, Failure> {
    let options = ListOptions { parser: Parser::new(args.region), ..ListOptions::default() };
    let read = |path: &PathBuf| Ok((name(path, &args.blocked), read(path, &options, tell)?));
    let named = args.blocked.iter().map(read).collect::<Result<Vec<_>, Failure>>()?;
    if named.iter().all(|(_, numbers)| numbers.is_empty()) {
        warn_of_nobody(tell);
    }
    Ok(Lists::of_sets(named.iter().map(|(name, numbers)| (name.as_str(), numbers)))?)
}

fn warn_of_nobody(tell: &Tell) {
    tell.warn("the lists hold no number: nobody is blocked");
}

fn read(path: &Path, options: &ListOptions, tell: &Tell) -> Result<NumberSet, Failure> {
    crate::lists::read_whole(path, options, tell).map_err(|failure| {
        if failure.is_about_column() {
            let hint =
                "pick it with `stoplist set FILE --column NAME -o LIST.r64` and block LIST.r64";
            failure.hint(hint)
        } else {
            failure
        }
    })
}

/// The file's name, or its whole path where another list has the same name.
fn name(path: &Path, all: &[PathBuf]) -> String {
    let twins = all.iter().filter(|other| other.file_name() == path.file_name()).count();
    let name = path.file_name().filter(|_| twins == 1).unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
