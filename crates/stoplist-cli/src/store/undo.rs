//! `stoplist undo`: how is a bulk operation or an import taken back?

use serde_json::json;

use crate::args::UndoArgs;
use crate::failure::Failure;
use crate::table::Table;

use super::open::Caller;

pub(super) fn run(args: &UndoArgs, caller: &Caller<'_>) -> Result<(), Failure> {
    let undone = args.generation;
    let store = caller.open_for_change()?;
    let (generation, changed) = caller.acting(&store).undo(undone)?;
    let report = json!({"generation": generation, "undone": undone, "changed": changed});
    let mut table = Table::default();
    table.count("undone", undone);
    table.count("changed back", changed);
    table.count("generation", generation);
    caller.tell.answer(&report, &table)
}
