//! `stoplist backup`: where is a copy, and is it one?

use crate::args::BackupArgs;
use crate::failure::Failure;

use super::json;
use super::open::Caller;
use super::screen::Sheet;

pub(super) fn run(args: &BackupArgs, caller: &Caller<'_>) -> Result<(), Failure> {
    let store = caller.open()?;
    let backup = caller.acting(&store).backup(&args.into)?;
    let path = backup.path.to_string_lossy();
    let report = json::backup(&backup);
    let sheet = Sheet::default()
        .line("copy", path)
        .line("generation", backup.generation)
        .line("digest", &backup.digest);
    caller.tell.answer(&report, &sheet)
}
