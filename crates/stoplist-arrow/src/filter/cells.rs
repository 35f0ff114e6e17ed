//! What do the lists say about the cells of a column?
//!
//! The only file that looks numbers up: it asks a gate. Cells are judged a block at a time, so that
//! what is found about them stays near, and comes as words of bits, so that most rows, about which
//! there is nothing to say, are never looked at one by one.

use arrow::array::{Array, ArrayRef};
use stoplist::{Bitmask, Gate, ParsedColumn, Parser, PhoneNumber, Refusal};

use crate::Error;
use crate::column::{Rows, Unfolded, read_into};
use crate::rows::Piece;

use super::verdict::{Stop, Verdict};

/// Who judges.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) parser: &'a Parser,
    pub(super) gate: &'a Gate,
    /// Has those of the gate's numbers that are to be found.
    pub(super) among: &'a Gate,
}

/// A column, ready to be judged.
pub(super) struct Cells {
    name: String,
    values: Values,
}

enum Values {
    /// A cell has a value of its own.
    Own(ArrayRef),
    /// Cells share values, which have been judged.
    Shared { verdicts: Vec<Verdict>, rows: Rows },
}

/// What is found about a block of cells: a bit for each, in words of 64. Used again and again.
#[derive(Default)]
pub(super) struct Found {
    /// Their number is on a list.
    pub(super) stopped: Bits,
    /// They hold no number: null ones too.
    pub(super) without: Bits,
    /// They are null.
    pub(super) null: Bits,
    /// Where each cell has its own value.
    parsed: ParsedColumn,
    mask: Bitmask,
}

#[derive(Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    fn clear(&mut self, rows: usize) {
        self.0.clear();
        self.0.resize(rows.div_ceil(64), 0);
    }

    fn set(&mut self, at: usize) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    pub(super) fn has(&self, at: usize) -> bool {
        self.word(at / 64) >> (at % 64) & 1 == 1
    }

    #[inline]
    pub(super) fn word(&self, at: usize) -> u64 {
        self.0.get(at).copied().unwrap_or(0)
    }
}

impl Cells {
    /// A column, of a type that can be read, as it is to be judged. Where cells share values,
    /// `judge_all` has those judged.
    pub(super) fn of(
        name: &str,
        array: &ArrayRef,
        judge_all: impl FnOnce(&Self, usize) -> Result<Vec<Verdict>, Error>,
    ) -> Result<Self, Error> {
        let cells = |values| Self { name: name.to_owned(), values };
        let Unfolded { values, rows } = Unfolded::of(array)?;
        match rows {
            Rows::AreValues => Ok(cells(Values::Own(values))),
            Rows::Share(_) => {
                let len = values.len();
                let verdicts = judge_all(&cells(Values::Own(values)), len)?;
                Ok(cells(Values::Shared { verdicts, rows }))
            }
        }
    }

    /// Judges at most [`BLOCK_ROWS`](crate::rows::BLOCK_ROWS) cells.
    pub(super) fn judge(
        &self,
        judge: Judge<'_>,
        block: Piece,
        found: &mut Found,
    ) -> Result<(), Error> {
        let Found { stopped, without, null, parsed, mask } = found;
        without.clear(block.len);
        null.clear(block.len);
        match &self.values {
            Values::Own(values) => {
                let values = values.slice(block.start, block.len);
                parsed.clear();
                read_into(judge.parser, &self.name, &values, parsed)?;
                if parsed.len() != block.len {
                    // Never, or some cells would go unjudged.
                    let message = format!("{} cells came to {} numbers", block.len, parsed.len());
                    return Err(Error::Panicked { message });
                }
                judge.among.contains_batch_into(parsed.numbers(), mask);
                stopped.0.clear();
                stopped.0.extend_from_slice(mask.words());
                if let Some(nulls) = values.logical_nulls().filter(|nulls| nulls.null_count() > 0) {
                    (!nulls.inner()).set_indices().for_each(|at| null.set(at));
                }
                let statuses = parsed.statuses();
                if !statuses.iter().all(|status| status.is_ok()) {
                    let refused = statuses.iter().enumerate().filter(|(_, status)| !status.is_ok());
                    refused.for_each(|(at, _)| without.set(at));
                }
            }
            Values::Shared { verdicts, rows } => {
                stopped.clear(block.len);
                for at in 0..block.len {
                    match shared(verdicts, rows, block.start + at) {
                        Verdict::Allow => {}
                        Verdict::Block(_) => stopped.set(at),
                        Verdict::Invalid(_) => without.set(at),
                        Verdict::Null => {
                            without.set(at);
                            null.set(at);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// The verdicts on all cells of a piece.
    pub(super) fn verdicts(&self, judge: Judge<'_>, piece: Piece) -> Result<Vec<Verdict>, Error> {
        let mut found = Found::default();
        let mut verdicts = Vec::with_capacity(piece.len);
        for block in piece.blocks() {
            self.judge(judge, block, &mut found)?;
            verdicts.extend((0..block.len).map(|at| self.verdict(judge, block, &found, at)));
        }
        Ok(verdicts)
    }

    /// The verdict on cell `at` of the block that was judged last.
    pub(super) fn verdict(
        &self,
        judge: Judge<'_>,
        block: Piece,
        found: &Found,
        at: usize,
    ) -> Verdict {
        if let Values::Shared { verdicts, rows } = &self.values {
            return shared(verdicts, rows, block.start + at);
        }
        let cell = found.parsed.numbers().get(at).zip(found.parsed.statuses().get(at));
        let Some((&number, status)) = cell.filter(|_| !found.null.has(at)) else {
            return Verdict::Null;
        };
        match PhoneNumber::new(number) {
            Ok(_) if !found.stopped.has(at) => Verdict::Allow,
            Ok(number) => {
                // Some list has it, or the gate would not stop it.
                let list = judge.gate.first_with(number).unwrap_or(0) as u32;
                Verdict::Block(Stop { number, list })
            }
            Err(_) => Verdict::Invalid(status.refusal().unwrap_or(Refusal::NotANumber)),
        }
    }
}

/// A row without a value is null.
#[inline]
fn shared(verdicts: &[Verdict], rows: &Rows, row: usize) -> Verdict {
    verdicts.get(rows.value_of(row)).copied().unwrap_or(Verdict::Null)
}
