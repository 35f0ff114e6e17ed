//! What do the lists say about a number?
//!
//! The only file that looks a number up: it asks a gate.

use std::collections::HashSet;
use std::sync::Arc;

use stoplist::{Gate, NumberSet, PhoneNumber, Refusal};

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

/// Named lists in order; no two of the same name.
#[derive(Debug)]
pub(super) struct Lists {
    names: Vec<String>,
    gate: Gate,
}

impl Lists {
    pub(super) fn new(lists: Vec<(String, Arc<NumberSet>)>) -> Result<Self, Error> {
        let mut names = HashSet::new();
        if let Some((name, _)) = lists.iter().find(|(name, _)| !names.insert(name.as_str())) {
            return Err(Error::RepeatedList { list: name.clone() });
        }
        let gate = Gate::of_sets(lists.iter().map(|(name, set)| (name.as_str(), &**set)), 0);
        Ok(Self { names: lists.into_iter().map(|(name, _)| name).collect(), gate })
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn name(&self, position: u32) -> Option<&str> {
        self.names.get(position as usize).map(String::as_str)
    }

    /// The verdict of each row.
    pub(super) fn judge(&self, column: &NumberColumn) -> Vec<Verdict> {
        let stopped = self.gate.contains_batch(column.numbers());
        let judge = |(at, row)| match row {
            Row::Number(number) if stopped.get(at) => self.stopped(number),
            Row::Number(_) => Verdict::Allow,
            Row::Refused(refusal) => Verdict::Invalid(refusal),
            Row::Null => Verdict::Null,
        };
        column.rows().enumerate().map(judge).collect()
    }

    /// By the first list that has the number.
    fn stopped(&self, number: PhoneNumber) -> Verdict {
        // Some list has it, or the gate would not stop it.
        Verdict::Block(self.gate.first_with(number).unwrap_or(0) as u32)
    }

    /// Puts the names of the lists to what was counted by position.
    pub(super) fn report(&self, tally: Tally) -> Report {
        let counts = tally.blocked_by_list.iter().copied().chain(std::iter::repeat(0));
        let named = self.names.iter().cloned();
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
