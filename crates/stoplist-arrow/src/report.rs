//! How many rows of each kind were there?

use std::collections::BTreeMap;
use std::ops::AddAssign;

/// Counts of the rows of a batch, or of all batches of a stream when added up.
///
/// A row is allowed, blocked, invalid or null, whatever becomes of it. So
/// `rows == kept + blocked`, plus `invalid` unless invalid rows are kept, plus `null` unless null
/// rows are kept.
///
/// ```
/// use stoplist_arrow::Report;
///
/// let mut total = Report::default();
/// total += &Report { rows: 3, kept: 3, ..Report::default() };
/// total += &Report { rows: 2, kept: 1, null: 1, ..Report::default() };
/// assert_eq!((total.rows, total.kept, total.null), (5, 4, 1));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// All rows.
    pub rows: u64,
    /// Rows that were kept.
    pub kept: u64,
    /// Rows whose number is on a list.
    pub blocked: u64,
    /// Rows that are not a number, kept or not.
    pub invalid: u64,
    /// Rows that are null, kept or not.
    pub null: u64,
    /// `blocked` by the first list that has the number; every list of the filter is here.
    pub blocked_by_list: BTreeMap<String, u64>,
    /// `invalid` by the [`code`](stoplist::Refusal::code) of the refusal; only those that occur.
    pub invalid_by_reason: BTreeMap<&'static str, u64>,
}

impl AddAssign<&Self> for Report {
    /// Adds the counts of another batch.
    fn add_assign(&mut self, other: &Self) {
        self.rows += other.rows;
        self.kept += other.kept;
        self.blocked += other.blocked;
        self.invalid += other.invalid;
        self.null += other.null;
        for (list, count) in &other.blocked_by_list {
            *self.blocked_by_list.entry(list.clone()).or_default() += count;
        }
        for (reason, count) in &other.invalid_by_reason {
            *self.invalid_by_reason.entry(reason).or_default() += count;
        }
    }
}
