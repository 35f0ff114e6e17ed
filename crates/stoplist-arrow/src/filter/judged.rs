//! What becomes of each row of a batch?
//!
//! A row may have several cells with numbers. Its verdict is the gravest of its cells: it is blocked
//! when one of them is, else invalid when one holds something else than a number, else allowed; it
//! is null when all of them are. Where only cells are to be emptied, it is allowed as long as one
//! cell is.

use std::collections::BTreeMap;

use crate::Error;
use crate::rows::Piece;

use super::cells::{Cells, Found, Judge};
use super::verdict::{Finding, Verdict};
use super::{OnBlocked, Policy};

/// What is to be done with which rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) on_invalid: Policy,
    pub(super) on_null: Policy,
    pub(super) on_blocked: OnBlocked,
    /// Whether each row that is left out is to be told.
    pub(super) wants_findings: bool,
    /// How many lists there are.
    pub(super) lists: usize,
}

/// Rows of a piece, or of all pieces put together.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// A bit for each row, in words of 64.
    pub(super) keep: Vec<u64>,
    /// Rows that are left out, in order; none unless they are wanted.
    pub(super) findings: Vec<Finding>,
    /// For each column the cells that are to be emptied, as `keep`; none unless cells are.
    pub(super) emptied: Vec<Vec<u64>>,
    /// The first row that [`Policy::Error`] forbids.
    pub(super) forbidden: Option<usize>,
    pub(super) tally: Tally,
}

/// Counts of rows, lists by position.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) rows: u64,
    pub(crate) kept: u64,
    pub(crate) null: u64,
    pub(crate) emptied: u64,
    pub(crate) blocked_by_list: Vec<u64>,
    pub(crate) invalid_by_reason: BTreeMap<&'static str, u64>,
}

/// The rows of a word, by verdict.
struct Word {
    allowed: u64,
    blocked: u64,
    invalid: u64,
    null: u64,
    keep: u64,
}

impl Rules {
    /// Judges the rows of a piece.
    pub(super) fn judge(
        &self,
        columns: &[Cells],
        judge: Judge<'_>,
        piece: Piece,
    ) -> Result<Judged, Error> {
        let mut judged = Judged {
            keep: Vec::with_capacity(piece.len.div_ceil(64)),
            tally: Tally { blocked_by_list: vec![0; self.lists], ..Tally::default() },
            ..Judged::default()
        };
        if self.on_blocked == OnBlocked::EmptyCell {
            judged.emptied = columns.iter().map(|_| Vec::new()).collect();
        }
        let mut found: Vec<Found> = columns.iter().map(|_| Found::default()).collect();
        for block in piece.blocks() {
            for (cells, found) in columns.iter().zip(&mut found) {
                cells.judge(judge, block, found)?;
            }
            self.judge_block(columns, judge, block, &found, &mut judged);
        }
        judged.tally.rows = piece.len as u64;
        judged.tally.kept = judged.keep.iter().map(|word| u64::from(word.count_ones())).sum();
        Ok(judged)
    }

    fn judge_block(
        &self,
        columns: &[Cells],
        judge: Judge<'_>,
        block: Piece,
        found: &[Found],
        judged: &mut Judged,
    ) {
        for at in 0..block.len.div_ceil(64) {
            let rows = (block.len - at * 64).min(64);
            let word = self.word(found, at, u64::MAX >> (64 - rows));
            judged.keep.push(word.keep);
            for (found, emptied) in found.iter().zip(&mut judged.emptied) {
                let cells = self.emptied(found, at) & word.keep;
                judged.tally.emptied += u64::from(cells.count_ones());
                emptied.push(cells);
            }
            let forbidden = self.forbidden(found, at, &word);
            if forbidden != 0 && judged.forbidden.is_none() {
                let row = at * 64 + forbidden.trailing_zeros() as usize;
                judged.forbidden = Some(block.start + row);
            }
            let verdict = |at| row_verdict(columns, judge, block, found, at);
            judged.count(self, &word, block.start, at * 64, verdict);
        }
    }

    /// The rows of word `at` of a block; `all` has a bit for each that there is.
    #[inline]
    fn word(&self, found: &[Found], at: usize, all: u64) -> Word {
        let (mut allowed, mut blocked, mut invalid) = (0, 0, 0);
        for found in found {
            let (stopped, without) = (found.stopped.word(at), found.without.word(at));
            blocked |= stopped;
            invalid |= without & !found.null.word(at);
            allowed |= !(stopped | without) & all;
        }
        match self.on_blocked {
            OnBlocked::ExcludeRow => allowed &= !(blocked | invalid),
            OnBlocked::EmptyCell => blocked &= !allowed,
        }
        invalid &= !(blocked | allowed);
        let null = all & !(allowed | blocked | invalid);
        let kept = |policy, rows| if policy == Policy::Keep { rows } else { 0 };
        let keep = allowed | kept(self.on_invalid, invalid) | kept(self.on_null, null);
        Word { allowed, blocked, invalid, null, keep }
    }

    /// The cells of word `at` that must not be sent to.
    fn emptied(&self, found: &Found, at: usize) -> u64 {
        let invalid = match self.on_invalid {
            Policy::Exclude | Policy::Error => found.without.word(at) & !found.null.word(at),
            Policy::Keep => 0,
        };
        found.stopped.word(at) | invalid
    }

    /// The rows of word `at` that [`Policy::Error`] forbids.
    fn forbidden(&self, found: &[Found], at: usize, word: &Word) -> u64 {
        let mut forbidden = 0;
        if self.on_invalid == Policy::Error {
            let invalid = |found: &Found| found.without.word(at) & !found.null.word(at);
            forbidden |= found.iter().map(invalid).fold(0, |all, rows| all | rows);
        }
        if self.on_null == Policy::Error {
            forbidden |= word.null;
        }
        forbidden
    }
}

/// The verdict on row `at` of a block.
fn row_verdict(
    columns: &[Cells],
    judge: Judge<'_>,
    block: Piece,
    found: &[Found],
    at: usize,
) -> Verdict {
    let cells = columns.iter().zip(found);
    let mut gravest = Verdict::Null;
    for (cells, found) in cells {
        match cells.verdict(judge, block, found, at) {
            blocked @ Verdict::Block(_) => return blocked,
            invalid @ Verdict::Invalid(_) if !matches!(gravest, Verdict::Invalid(_)) => {
                gravest = invalid;
            }
            Verdict::Allow if gravest == Verdict::Null => gravest = Verdict::Allow,
            _ => {}
        }
    }
    gravest
}

impl Judged {
    /// Counts the rows of a word that begins at row `first` of a block, and takes down those that
    /// are left out.
    fn count(
        &mut self,
        rules: &Rules,
        word: &Word,
        block_start: usize,
        first: usize,
        verdict: impl Fn(usize) -> Verdict,
    ) {
        let mut told = word.invalid;
        if rules.lists > 1 || rules.wants_findings {
            told |= word.blocked;
        } else if let Some(count) = self.tally.blocked_by_list.first_mut() {
            *count += u64::from(word.blocked.count_ones());
        }
        if rules.wants_findings {
            told |= word.null;
        }
        self.tally.null += u64::from(word.null.count_ones());
        while told != 0 {
            let bit = told.trailing_zeros() as usize;
            told &= told - 1;
            let verdict = verdict(first + bit);
            self.tally.add(verdict);
            if rules.wants_findings && word.keep >> bit & 1 == 0 {
                let row = block_start + first + bit;
                self.findings.push(Finding { row, verdict });
            }
        }
        debug_assert_eq!(word.allowed & (word.blocked | word.invalid | word.null), 0);
    }

    /// Puts pieces that follow each other together.
    pub(super) fn concat(pieces: Vec<Self>) -> Self {
        let mut pieces = pieces.into_iter();
        let mut all = pieces.next().unwrap_or_default();
        for mut piece in pieces {
            all.keep.append(&mut piece.keep);
            all.findings.append(&mut piece.findings);
            for (all, cells) in all.emptied.iter_mut().zip(&mut piece.emptied) {
                all.append(cells);
            }
            all.forbidden = all.forbidden.or(piece.forbidden);
            all.tally.merge(piece.tally);
        }
        all
    }
}

impl Tally {
    /// Nulls are counted by the word.
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Block(stop) => {
                if let Some(count) = self.blocked_by_list.get_mut(stop.list as usize) {
                    *count += 1;
                }
            }
            Verdict::Invalid(refusal) => {
                *self.invalid_by_reason.entry(refusal.code()).or_default() += 1;
            }
            Verdict::Allow | Verdict::Null => {}
        }
    }

    fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.kept += other.kept;
        self.null += other.null;
        self.emptied += other.emptied;
        for (count, more) in self.blocked_by_list.iter_mut().zip(other.blocked_by_list) {
            *count += more;
        }
        for (reason, more) in other.invalid_by_reason {
            *self.invalid_by_reason.entry(reason).or_default() += more;
        }
    }
}
