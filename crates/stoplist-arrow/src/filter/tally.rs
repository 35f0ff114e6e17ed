//! What is counted, and what is kept, of a run of rows?

use std::collections::BTreeMap;

use arrow::array::BooleanBufferBuilder;
use arrow::buffer::BooleanBuffer;

use super::Policy;
use super::lists::Verdict;

/// Counts of rows, lists by position.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) rows: u64,
    pub(super) kept: u64,
    pub(super) null: u64,
    pub(super) blocked_by_list: Vec<u64>,
    pub(super) invalid_by_reason: BTreeMap<&'static str, u64>,
}

impl Tally {
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Allow => {}
            Verdict::Block(list) => {
                if let Some(count) = self.blocked_by_list.get_mut(list as usize) {
                    *count += 1;
                }
            }
            Verdict::Invalid(refusal) => {
                *self.invalid_by_reason.entry(refusal.code()).or_default() += 1;
            }
            Verdict::Null => self.null += 1,
        }
    }

    fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.kept += other.kept;
        self.null += other.null;
        let lists = self.blocked_by_list.len().max(other.blocked_by_list.len());
        self.blocked_by_list.resize(lists, 0);
        for (count, more) in self.blocked_by_list.iter_mut().zip(other.blocked_by_list) {
            *count += more;
        }
        for (reason, more) in other.invalid_by_reason {
            *self.invalid_by_reason.entry(reason).or_default() += more;
        }
    }
}

/// A run of rows that have been judged.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) tally: Tally,
    /// One bit a row.
    pub(super) keep: BooleanBuffer,
    /// The first row that [`Policy::Error`] forbids.
    pub(super) forbidden: Option<usize>,
}

impl Judged {
    /// Counts the rows and decides which are kept.
    pub(super) fn of(
        verdicts: impl ExactSizeIterator<Item = Verdict>,
        lists: usize,
        policy: impl Fn(Verdict) -> Policy,
    ) -> Self {
        let rows = verdicts.len();
        let mut tally = Tally { blocked_by_list: vec![0; lists], ..Tally::default() };
        let mut keep = BooleanBufferBuilder::new(rows);
        let mut forbidden = None;
        for (row, verdict) in verdicts.enumerate() {
            tally.add(verdict);
            let policy = policy(verdict);
            keep.append(policy == Policy::Keep);
            if policy == Policy::Error && forbidden.is_none() {
                forbidden = Some(row);
            }
        }
        let keep = keep.finish();
        tally.rows = rows as u64;
        tally.kept = keep.count_set_bits() as u64;
        Self { tally, keep, forbidden }
    }

    /// Puts runs that follow each other together.
    pub(super) fn concat(runs: Vec<Self>) -> Self {
        let mut tally = Tally::default();
        let mut keep = BooleanBufferBuilder::new(runs.iter().map(|run| run.keep.len()).sum());
        let mut forbidden = None;
        for run in runs {
            let before = keep.len();
            forbidden = forbidden.or_else(|| run.forbidden.map(|row| before + row));
            keep.append_buffer(&run.keep);
            tally.merge(run.tally);
        }
        Self { tally, keep: keep.finish(), forbidden }
    }
}
