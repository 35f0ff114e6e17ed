//! `stoplist audit`: is the journal as it was written, and what does it say?

use std::io::Write as _;
use std::path::Path;

use serde_json::json;
use stoplist::StoreErrorKind;
use stoplist_files::output::OutputFile;

use crate::answer::Answer;
use crate::args::AuditVerb;
use crate::failure::{Failure, one_line};
use crate::table::Table;
use crate::tell::json_line;
use crate::{conclusion, overwrite};

use super::json;
use super::open::Caller;
use super::screen::Sheet;

pub(super) fn run(verb: &AuditVerb, caller: &Caller<'_>) -> Result<Answer, Failure> {
    match verb {
        AuditVerb::Verify => verify(caller),
        AuditVerb::Export { output } => export(output.as_deref(), caller).map(|()| Answer::Done),
    }
}

fn verify(caller: &Caller<'_>) -> Result<Answer, Failure> {
    let store = match caller.open() {
        Ok(store) => store,
        Err(failure) => {
            return match failure.damage() {
                Some(damage) => broken(damage, caller),
                None => Err(failure),
            };
        }
    };
    match caller.acting(&store).verify_journal() {
        Ok(found) => {
            let report = json::audit(&found);
            let sheet = Sheet::default()
                .line("journal", "as it was written")
                .line("records", found.records)
                .line("generation", found.generation)
                .line("head", json::hex(&found.head));
            caller.tell.answer(&report, &sheet)?;
            Ok(Answer::Done)
        }
        Err(error) if error.kind() == StoreErrorKind::Damaged => broken(&error.to_string(), caller),
        Err(error) => Err(error.into()),
    }
}

/// The answer of a journal that is not as it was written, whether the store opens or not.
fn broken(damage: &str, caller: &Caller<'_>) -> Result<Answer, Failure> {
    let message = one_line(damage);
    caller.tell.warn(&message);
    let report = json!({
        "ok": false, "records": null, "generation": null, "head": null, "code": "damaged",
        "message": message,
    });
    let sheet = Sheet::default().line("journal", "not as it was written");
    caller.tell.answer(&report, &sheet)?;
    Ok(Answer::No)
}

/// JSON lines, of which a pipe may see the first before the last is read.
fn export(output: Option<&Path>, caller: &Caller<'_>) -> Result<(), Failure> {
    let path = output.unwrap_or(Path::new("-"));
    // Without a name the lines are the document.
    let stdout_is_taken = match output {
        Some(path) => overwrite::takes_stdout(&[path], caller.tell.json)?,
        None => true,
    };
    let mut file = OutputFile::create(path)?;
    let store = caller.open()?;
    let mut records = 0_u64;
    let mut generation = 0;
    for change in caller.acting(&store).changes_since(0)? {
        let change = change?;
        let line = json_line(&json::record(&change))?;
        file.write_all(line.as_bytes()).map_err(|error| Failure::io(error.to_string()))?;
        (records, generation) = (records + 1, change.generation);
    }
    conclusion::claim_for_work();
    file.commit()?;
    if output.is_none() {
        return Ok(());
    }
    let report = json!({"records": records, "generation": generation});
    let mut table = Table::default();
    table.count("records", records);
    table.count("generation", generation);
    caller.tell.report(&report, &table, stdout_is_taken)
}
