//! `stoplist export`: which numbers are on a list?

use serde_json::json;
use stoplist_files::output::OutputFile;
use stoplist_files::{ExportFormat, write_list};

use crate::args::ExportArgs;
use crate::conclusion;
use crate::failure::Failure;
use crate::table::Table;

use super::open::Caller;

pub(super) fn run(args: &ExportArgs, caller: &Caller<'_>) -> Result<(), Failure> {
    let path = &args.output;
    let format = ExportFormat::from_path(path)?;
    let mut file = OutputFile::create(path)?;
    let store = caller.open()?;
    let numbers = caller.acting(&store).export(&args.name)?;
    let generation = store.generation();
    // Others need not wait for the file.
    drop(store);
    write_list(&numbers, format, path, &mut file)?;
    conclusion::claim_for_work();
    file.commit()?;
    let report = json!({"list": args.name, "numbers": numbers.len(), "generation": generation});
    let mut table = Table::default();
    table.count("numbers", numbers.len());
    table.count("generation", generation);
    caller.tell.answer(&report, &table)
}
