//! How many rows of each kind were there, and by which lists were they judged?

use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;
use std::sync::Arc;

use jiff::Timestamp;
use stoplist::ScrubbedList;

use crate::filter::{Taken, Tally};

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
    /// Rows that were left out because a number of theirs is on a list.
    pub blocked: u64,
    /// Rows that are not a number, kept or not.
    pub invalid: u64,
    /// Rows that are null, kept or not.
    pub null: u64,
    /// Cells of kept rows that were emptied ([`OnBlocked::EmptyCell`](crate::OnBlocked::EmptyCell)):
    /// those of blocked numbers, which are not in `blocked`, and those of what is no number.
    pub emptied: u64,
    /// `blocked` by the first list that has the number; every list of the filter is here.
    pub blocked_by_list: BTreeMap<String, u64>,
    /// `invalid` by the [`code`](stoplist::Refusal::code) of the refusal; only those that occur.
    pub invalid_by_reason: BTreeMap<&'static str, u64>,
    /// The last change that the answers include; `None` for lists that have no generations.
    pub generation: Option<u64>,
    /// How old the lists of a store are, in the order in which they are asked.
    pub ages: Vec<ListAge>,
    /// Which lists these were.
    pub origin: Origin,
}

/// Tells the [`Lists`](crate::Lists) that a report is about from all others, also from those of
/// another process; no part of what a report says, so any two are equal.
#[derive(Clone, Default)]
pub struct Origin(Option<Arc<()>>);

impl Origin {
    /// Another than all that there are.
    pub(crate) fn new() -> Self {
        Self(Some(Arc::new(())))
    }

    /// Whether both are of the same lists.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.as_ref().zip(other.0.as_ref()).is_some_and(|(one, other)| Arc::ptr_eq(one, other))
    }
}

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Origin {}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Origin")
    }
}

/// How old a list was when it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListAge {
    /// Its name.
    pub list: String,
    /// When its source was as it is in the list; `None` for `blocked` and before the first import.
    pub as_of: Option<Timestamp>,
    /// Whether that is longer ago than it may be.
    pub stale: bool,
}

impl Report {
    /// Of no rows.
    pub(crate) fn of(taken: &Taken) -> Self {
        Self::counted(taken, Tally::default())
    }

    /// Puts the names of the lists to what was counted by position.
    pub(crate) fn counted(taken: &Taken, tally: Tally) -> Self {
        let counts = tally.blocked_by_list.iter().copied().chain(std::iter::repeat(0));
        let age = |list: &ScrubbedList| ListAge {
            list: list.name.clone(),
            as_of: list.as_of,
            stale: list.stale,
        };
        Self {
            rows: tally.rows,
            kept: tally.kept,
            blocked: tally.blocked_by_list.iter().sum(),
            invalid: tally.invalid_by_reason.values().sum(),
            null: tally.null,
            emptied: tally.emptied,
            blocked_by_list: taken.names.iter().cloned().zip(counts).collect(),
            invalid_by_reason: tally.invalid_by_reason,
            generation: taken.generation,
            ages: taken.known.iter().map(age).collect(),
            origin: taken.origin.clone(),
        }
    }
}

impl AddAssign<&Self> for Report {
    /// Adds the counts of another batch of the same pass, whose lists are those of the first.
    fn add_assign(&mut self, other: &Self) {
        self.rows += other.rows;
        self.kept += other.kept;
        self.blocked += other.blocked;
        self.invalid += other.invalid;
        self.null += other.null;
        self.emptied += other.emptied;
        if self.generation.is_none() {
            self.generation = other.generation;
            self.ages.clone_from(&other.ages);
            self.origin = other.origin.clone();
        }
        for (list, count) in &other.blocked_by_list {
            *self.blocked_by_list.entry(list.clone()).or_default() += count;
        }
        for (reason, count) in &other.invalid_by_reason {
            *self.invalid_by_reason.entry(reason).or_default() += count;
        }
    }
}
