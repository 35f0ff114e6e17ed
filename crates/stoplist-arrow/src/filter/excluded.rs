//! What is said about the rows that are left out?

use std::sync::Arc;

use arrow::array::{RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::Error;
use crate::select;

use super::lists::{Lists, Taken};
use super::verdict::{Finding, Verdict};

/// What excluded rows get besides their own columns: the verdict, the list, the reason.
const EXCLUDED_COLUMNS: [&str; 3] = ["stoplist_verdict", "stoplist_list", "stoplist_reason"];

/// The schema of the excluded rows of an input with this schema.
///
/// All columns and the metadata of the input, then three columns of nullable `Utf8`:
/// `stoplist_verdict` (`block`, `invalid` or `null`), `stoplist_list` (the list that blocks, else
/// null) and `stoplist_reason`: the [`code`](stoplist::Refusal::code) of the refusal when invalid;
/// why the number is blocked, where the lists are those of a store: the code of a reason in the list
/// `blocked`, the source of another list; else null.
///
/// # Errors
///
/// [`Error::ReservedColumn`] when the input has a column of one of these names.
pub fn excluded_schema(schema: &Schema) -> Result<SchemaRef, Error> {
    let is_reserved = |field: &&Arc<Field>| EXCLUDED_COLUMNS.contains(&field.name().as_str());
    if let Some(field) = schema.fields().iter().find(is_reserved) {
        return Err(Error::ReservedColumn { column: field.name().clone() });
    }
    let added = EXCLUDED_COLUMNS.map(|name| Arc::new(Field::new(name, DataType::Utf8, true)));
    let fields: Vec<_> = schema.fields().iter().cloned().chain(added).collect();
    Ok(Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone())))
}

/// Adds to the rows that are left out what was found about each.
pub(super) fn with_reasons(
    rows: &RecordBatch,
    findings: &[Finding],
    taken: &Taken,
    lists: &Lists,
) -> Result<RecordBatch, Error> {
    let schema = excluded_schema(rows.schema_ref())?;
    let [mut verdicts, mut names, mut reasons] = [(); 3].map(|()| StringBuilder::new());
    for finding in findings {
        let (verdict, name, reason) = match finding.verdict {
            Verdict::Block(stop) => {
                let name = taken.name(stop);
                let reason = name.and_then(|name| lists.reason(name, stop.number));
                (Some("block"), name, reason)
            }
            Verdict::Invalid(refusal) => (Some("invalid"), None, Some(refusal.code().to_owned())),
            Verdict::Null => (Some("null"), None, None),
            Verdict::Allow => (None, None, None),
        };
        verdicts.append_option(verdict);
        names.append_option(name);
        reasons.append_option(reason);
    }
    let mut columns = rows.columns().to_vec();
    for mut added in [verdicts, names, reasons] {
        columns.push(Arc::new(added.finish()));
    }
    select::assemble(schema, columns, rows.num_rows())
        .map_err(Error::arrow("add the reasons to the excluded rows"))
}
