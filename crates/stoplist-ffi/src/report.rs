//! How many rows of each kind were there?

use serde_json::json;
use stoplist_arrow::Report;

use crate::call::{ErrorOut, call, quietly};
use crate::pointers::{Out, Owned, Shared};
use crate::text::TextOut;

/// What came of a batch or a pass. May be read by many threads at once.
pub struct stoplist_report {
    report: Report,
}

/// The counts of a report. A row is allowed, blocked, invalid or null, whatever becomes of it.
#[repr(C)]
pub struct stoplist_counts {
    /// All rows.
    pub rows: u64,
    /// Rows that were kept.
    pub kept: u64,
    /// Rows that were left out because a number of theirs is on a list.
    pub blocked: u64,
    /// Rows that are no number, kept or not.
    pub invalid: u64,
    /// Rows that are null, kept or not.
    pub null: u64,
    /// Cells of kept rows that were emptied.
    pub emptied: u64,
    /// The last change that the answers include; 0 for lists that have none.
    pub generation: u64,
}

impl stoplist_report {
    pub(crate) fn of(report: Report) -> Self {
        Self { report }
    }

    pub(crate) fn report(&self) -> &Report {
        &self.report
    }
}

/// The counts. `counts` gets them.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_report_counts(
    report: Shared<stoplist_report>,
    counts: Out<stoplist_counts>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = counts.place("counts")?;
        let report = &report.get("report")?.report;
        place.fill(stoplist_counts {
            rows: report.rows,
            kept: report.kept,
            blocked: report.blocked,
            invalid: report.invalid,
            null: report.null,
            emptied: report.emptied,
            generation: report.generation.unwrap_or_default(),
        });
        Ok(())
    })
}

/// The whole report: `json` gets `{"rows","kept","blocked","invalid","null","emptied","blocked_by_list":{},
/// "invalid_by_reason":{},"generation","lists":[{"name","as_of","stale"}]}`; free it.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_report_json(
    report: Shared<stoplist_report>,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.place("json")?;
        let report = &report.get("report")?.report;
        let lists = report.ages.iter().map(|age| {
            json!({
                "name": age.list,
                "as_of": stoplist_json::maybe_time(age.as_of),
                "stale": age.stale,
            })
        });
        place.fill_json(&json!({
            "rows": report.rows,
            "kept": report.kept,
            "blocked": report.blocked,
            "invalid": report.invalid,
            "null": report.null,
            "emptied": report.emptied,
            "blocked_by_list": report.blocked_by_list,
            "invalid_by_reason": report.invalid_by_reason,
            "generation": report.generation,
            "lists": lists.collect::<Vec<_>>(),
        }));
        Ok(())
    })
}

/// Frees a report. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_report_free(report: Owned<stoplist_report>) {
    quietly(|| drop(report.take()));
}
