//! What came of it, for programs and for people?

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use stoplist_arrow::ListAge;

use crate::table::{Bars, Table};

/// The fields of the JSON document, in their order.
#[derive(Serialize)]
pub(super) struct Report {
    rows: u64,
    kept: u64,
    blocked: u64,
    invalid: u64,
    null: u64,
    /// Of the kept rows, those of which cells were emptied.
    emptied: u64,
    blocked_by_list: BTreeMap<String, u64>,
    invalid_by_reason: BTreeMap<&'static str, u64>,
    /// Of the lists, if they are those of a store.
    generation: Option<u64>,
    /// Of the record in that store.
    scrub: Option<u64>,
    /// Of that store.
    #[serde(skip_serializing_if = "Option::is_none")]
    stale_lists: Option<Vec<String>>,
    seconds: f64,
}

impl Report {
    pub(super) fn of(
        report: &stoplist_arrow::Report,
        scrub: Option<u64>,
        elapsed: Duration,
    ) -> Self {
        let stale = report.ages.iter().filter(|age| age.stale).map(|age| age.list.clone());
        Self {
            rows: report.rows,
            kept: report.kept,
            blocked: report.blocked,
            invalid: report.invalid,
            null: report.null,
            emptied: report.emptied,
            blocked_by_list: report.blocked_by_list.clone(),
            invalid_by_reason: report.invalid_by_reason.clone(),
            generation: report.generation,
            scrub,
            stale_lists: report.generation.map(|_| stale.collect()),
            seconds: (elapsed.as_secs_f64() * 1e3).round() / 1e3,
        }
    }

    /// A line a count. Of the lists of a store it says how old they are, also of those that have
    /// blocked nobody.
    pub(super) fn table(&self, ages: &[ListAge], bars: Bars) -> Table {
        let mut table = Table::with_bars(bars);
        let total = self.rows;
        table.count("rows", total);
        table.share("kept", self.kept, total);
        if self.emptied > 0 {
            table.share("  with emptied cells", self.emptied, total);
        }
        table.share("blocked", self.blocked, total);
        for (list, &count) in &self.blocked_by_list {
            let as_of = ages.iter().find(|age| age.list == *list);
            let as_of = as_of.and_then(|age| Some((age.as_of?, age.stale)));
            if count == 0 && as_of.is_none() {
                continue;
            }
            table.share(&format!("  {list}"), count, total);
            if let Some((as_of, stale)) = as_of {
                let stale = if stale { ", stale" } else { "" };
                table.note(format_args!("as of {}{stale}", as_of.strftime("%Y-%m-%d")));
            }
        }
        table.share("invalid", self.invalid, total);
        for (reason, &count) in &self.invalid_by_reason {
            table.share(&format!("  {reason}"), count, total);
        }
        table.share("null", self.null, total);
        if let Some(scrub) = self.scrub {
            table.text("on record as", scrub);
        }
        table.text("seconds", format_args!("{:.3}", self.seconds));
        table
    }
}
