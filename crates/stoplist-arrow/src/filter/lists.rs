//! What do the lists say about a number?
//!
//! The only file that looks a number up: what answers faster than a number set goes behind
//! [`Lists::first_with`] and [`Lists::judge`].

use std::collections::HashSet;
use std::sync::Arc;

use stoplist::{NumberSet, PhoneNumber, Refusal};

use crate::column::Row;
use crate::{Error, NumberColumn, Report};

use super::tally::Tally;

/// What is found about a value, in 8 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Allow,
    /// The position of the list that has the number.
    Block(u32),
    Invalid(Refusal),
    Null,
}

/// Named number sets in order; no two of the same name.
#[derive(Debug)]
pub(super) struct Lists {
    lists: Vec<(String, Arc<NumberSet>)>,
}

impl Lists {
    pub(super) fn new(lists: Vec<(String, Arc<NumberSet>)>) -> Result<Self, Error> {
        let mut names = HashSet::new();
        match lists.iter().find(|(name, _)| !names.insert(name.as_str())) {
            Some((name, _)) => Err(Error::RepeatedList { list: name.clone() }),
            None => Ok(Self { lists }),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.lists.len()
    }

    pub(super) fn name(&self, position: u32) -> Option<&str> {
        self.lists.get(position as usize).map(|(name, _)| name.as_str())
    }

    /// The position of the first list that has the number.
    #[inline]
    fn first_with(&self, number: PhoneNumber) -> Option<u32> {
        (0..).zip(&self.lists).find(|(_, (_, set))| set.contains(number)).map(|(list, _)| list)
    }

    /// The verdict of each row.
    pub(super) fn judge(&self, column: &NumberColumn) -> Vec<Verdict> {
        let judge = |row| match row {
            Row::Number(number) => self.first_with(number).map_or(Verdict::Allow, Verdict::Block),
            Row::Refused(refusal) => Verdict::Invalid(refusal),
            Row::Null => Verdict::Null,
        };
        column.rows().map(judge).collect()
    }

    /// Puts the names of the lists to what was counted by position.
    pub(super) fn report(&self, tally: Tally) -> Report {
        let counts = tally.blocked_by_list.iter().copied().chain(std::iter::repeat(0));
        let named = self.lists.iter().map(|(name, _)| name.clone());
        Report {
            rows: tally.rows,
            kept: tally.kept,
            blocked: tally.blocked_by_list.iter().sum(),
            invalid: tally.invalid_by_reason.values().sum(),
            null: tally.null,
            blocked_by_list: named.zip(counts).collect(),
            invalid_by_reason: tally.invalid_by_reason,
        }
    }
}
