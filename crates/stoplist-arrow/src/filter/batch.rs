//! How is one batch judged and divided?
//!
//! 1. take each number column apart into values and the value of each row; where rows share values,
//!    give every value a verdict, in pieces;
//! 2. give every row a verdict, in pieces: parse its cells, ask the lists, count;
//! 3. copy the rows that are kept and, if wanted, those that are not, in pieces.
//!
//! [`Workers`] do the pieces one after the other or at the same time; the results are put together
//! in the order of the rows either way.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::nullif;
use stoplist::Gate;

use crate::Error;
use crate::column::{NumberColumn, Row, Unfolded};
use crate::driver::Workers;
use crate::rows::Piece;
use crate::select::{self, Wanted};
use crate::shown::shown_value;
use crate::sound;

use super::cells::{Cells, Judge};
use super::columns::NumberColumns;
use super::excluded;
use super::judged::{Judged, Rules};
use super::{Inner, OnBlocked, Taken};

/// A batch in work.
pub(super) struct Batch<'a> {
    pub(super) filter: &'a Inner,
    pub(super) batch: &'a RecordBatch,
    pub(super) columns: &'a NumberColumns,
    pub(super) workers: Workers,
    /// Whether its texts are sound is not known, and found out with each piece.
    pub(super) is_unchecked: bool,
}

/// The rows of a batch.
pub(super) struct Divided {
    pub(super) kept: RecordBatch,
    pub(super) excluded: Option<RecordBatch>,
}

impl Batch<'_> {
    pub(super) fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// Steps 1 and 2. Finds those of the gate's numbers that are `among` others.
    pub(super) fn judge(&self, rules: Rules, gate: &Gate, among: &Gate) -> Result<Judged, Error> {
        // Another schema than the pass began with: in runs, what is to be emptied would stay.
        self.columns.check(self.batch.schema_ref(), self.filter.on_blocked)?;
        let judge = Judge { parser: &self.filter.parser, gate, among };
        let cells = self.columns.arrays(self.batch)?.into_iter().map(|(name, array)| {
            Cells::of(name, array, |values, len| {
                let pieces = Piece::all(len).collect();
                let verdicts = self.workers.run(pieces, |piece| values.verdicts(judge, piece));
                Ok(verdicts.into_iter().collect::<Result<Vec<_>, Error>>()?.concat())
            })
        });
        let cells = cells.collect::<Result<Vec<Cells>, Error>>()?;
        let pieces = Piece::all(self.rows()).collect();
        let judged = self.workers.run(pieces, |piece| {
            if self.is_unchecked {
                sound::check_piece(self.batch, piece)?;
            }
            rules.judge(&cells, judge, piece)
        });
        Ok(Judged::concat(judged.into_iter().collect::<Result<_, Error>>()?))
    }

    /// `before` is how many rows the broadcast list had before this batch.
    pub(super) fn stop_at_forbidden_row(&self, before: u64, judged: &Judged) -> Result<(), Error> {
        let Some(index) = judged.forbidden else { return Ok(()) };
        let row = before.saturating_add(index as u64).saturating_add(1);
        let mut null = None;
        for (name, array) in self.columns.arrays(self.batch)? {
            let column = name.to_owned();
            let cell = array.slice(index, 1);
            match NumberColumn::read(&self.filter.parser, name, &cell)?.row(0) {
                Row::Refused(refusal) => {
                    let Unfolded { values, rows } = Unfolded::of(&cell)?;
                    let text = shown_value(&values, rows.value_of(0));
                    return Err(Error::InvalidRow { row, column, text, refusal });
                }
                Row::Null => null = null.or(Some(column)),
                Row::Number(_) => {}
            }
        }
        Err(Error::NullRow { row, column: null.unwrap_or_default() })
    }

    /// Step 3.
    pub(super) fn divide(
        &self,
        taken: &Taken,
        judged: Judged,
        wants_excluded: bool,
    ) -> Result<Divided, Error> {
        let Judged { keep, findings, emptied, .. } = judged;
        let wanted = Wanted::new(keep, self.rows());
        let kept = match self.filter.on_blocked {
            OnBlocked::ExcludeRow => self.select(self.batch, &wanted)?,
            OnBlocked::EmptyCell => self.select(&self.emptied(emptied)?, &wanted)?,
        };
        let excluded = if wants_excluded {
            let rows = self.select(self.batch, &wanted.others())?;
            Some(excluded::with_reasons(&rows, &findings, taken, &self.filter.lists)?)
        } else {
            None
        };
        Ok(Divided { kept, excluded })
    }

    /// The batch as it is, in the schema that kept rows have.
    pub(super) fn untouched(&self) -> Result<Divided, Error> {
        let schema = self.columns.schema_of_kept(&self.batch.schema(), self.filter.on_blocked);
        let kept = select::assemble(schema, self.batch.columns().to_vec(), self.rows());
        let kept = kept.map_err(Error::arrow("keep a batch as it is"))?;
        Ok(Divided { kept, excluded: None })
    }

    fn select(&self, batch: &RecordBatch, wanted: &Wanted) -> Result<RecordBatch, Error> {
        select::rows(batch, wanted, self.workers, &self.filter.rooms)
    }

    /// The batch with some cells null; for each number column those whose bit is set.
    fn emptied(&self, emptied: Vec<Vec<u64>>) -> Result<RecordBatch, Error> {
        const ACTION: &str = "empty the cells of blocked numbers";
        let emptied = emptied.into_iter().map(|cells| Wanted::new(cells, self.rows()));
        let emptied: Vec<Wanted> = emptied.collect();
        let empty = |place: usize, column: &ArrayRef| match emptied.get(place) {
            Some(cells) if cells.count() > 0 => {
                nullif(column, &cells.to_array()).map_err(Error::arrow(ACTION))
            }
            _ => Ok(Arc::clone(column)),
        };
        let schema = self.columns.schema_of_kept(&self.batch.schema(), self.filter.on_blocked);
        let arrays = self.columns.replaced(self.batch, empty)?;
        select::assemble(schema, arrays, self.rows()).map_err(Error::arrow(ACTION))
    }
}
