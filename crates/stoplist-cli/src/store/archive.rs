//! `stoplist archive`: which files of the journal are elsewhere now?

use crate::args::ArchiveArgs;
use crate::failure::Failure;

use super::json;
use super::open::Caller;
use super::screen::Sheet;

pub(super) fn run(args: &ArchiveArgs, caller: &Caller<'_>) -> Result<(), Failure> {
    let store = caller.open()?;
    let archived = caller.acting(&store).archive(&args.into)?;
    if archived.segments == 0 {
        caller.tell.warn(
            "no file is old enough: the first and the last stay, and so do those that were moved before",
        );
    }
    let sheet = Sheet::default()
        .line("archive", archived.path.to_string_lossy())
        .line("segments", archived.segments)
        .line("bytes", archived.bytes);
    caller.tell.answer(&json::archived(&archived), &sheet)
}
