//! Which rows of a batch may be sent to, and which not, and why?
//!
//! The algorithm, for one batch:
//!
//! 1. take the column apart into distinct values and the value of each row;
//! 2. give every value a verdict, in chunks: parse it, ask the lists;
//! 3. give every row the verdict of its value, in chunks: count it, keep the row or not;
//! 4. copy the rows that are kept and, if wanted, those that are not.
//!
//! A [`Driver`] runs the chunks of 2 and 3 one after the other or at the same time; their results
//! are put together in the order of the rows either way.

mod driver;
mod lists;
mod options;
mod select;
mod tally;

use arrow::array::RecordBatch;
use arrow::buffer::BooleanBuffer;
use stoplist::Parser;

use crate::column::{Rows, Unfolded};
use crate::shown::shown_value;
use crate::{Error, NumberColumn, Report, check_type};

use driver::Driver;
use lists::{Lists, Verdict};
pub use options::{FilterOptions, Policy};
pub use select::excluded_schema;
use tally::{Judged, Tally};

/// Judges the rows of record batches against named number sets.
///
/// Made once from [`FilterOptions`] and used for any number of batches, from any number of
/// threads. It keeps the lists as they were when it was made.
///
/// ```
/// use std::sync::Arc;
///
/// use arrow::array::{ArrayRef, RecordBatch, StringArray};
/// use stoplist::{NumberSet, Parser, PhoneNumber};
/// use stoplist_arrow::{Filter, FilterOptions};
///
/// let blocked: NumberSet = [PhoneNumber::new(4930901820)?].into();
/// let options = FilterOptions::new(Parser::international()).list("dnc-de", Arc::new(blocked));
/// let filter = Filter::new(options)?;
///
/// let phones = StringArray::from(vec!["+4930901820", "+16502530000", "nobody"]);
/// let batch = RecordBatch::try_from_iter([("phone", Arc::new(phones) as ArrayRef)])?;
/// let filtered = filter.apply(&batch, 0, 0)?;
/// assert_eq!(filtered.kept, batch.slice(1, 1));
/// assert_eq!(filtered.report.blocked_by_list["dnc-de"], 1);
/// assert_eq!(filtered.report.invalid_by_reason["not_a_number"], 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Filter {
    parser: Parser,
    lists: Lists,
    on_invalid: Policy,
    on_null: Policy,
    wants_excluded: bool,
    driver: Driver,
}

/// What a filter made of one batch.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Filtered {
    /// The rows that may be sent to: the schema, the columns and the order of the input. Has no
    /// row when none may.
    pub kept: RecordBatch,
    /// The other rows, by the schema that [`excluded_schema`] gives, in the order of the input;
    /// `None` unless [`FilterOptions::excluded`] asked for them.
    pub excluded: Option<RecordBatch>,
    /// How many rows there were of each kind.
    pub report: Report,
}

impl Filter {
    /// Makes a filter and starts its threads.
    ///
    /// When the threads cannot be started, the filter works on the caller's thread instead.
    ///
    /// # Errors
    ///
    /// [`Error::RepeatedList`] when two lists have the same name.
    pub fn new(options: FilterOptions) -> Result<Self, Error> {
        let FilterOptions { parser, lists, on_invalid, on_null, wants_excluded, threads } = options;
        let lists = Lists::new(lists)?;
        let driver = Driver::new(threads);
        Ok(Self { parser, lists, on_invalid, on_null, wants_excluded, driver })
    }

    /// The report of a stream without a row: every list in it, all counts 0. Add those of the
    /// batches to it.
    #[must_use]
    pub fn empty_report(&self) -> Report {
        self.lists.report(Tally::default())
    }

    /// Judges every row of a batch by the number in the column at position `column`, from 0.
    ///
    /// `first_row` is the number of rows that the stream had before this batch; it only serves to
    /// name the row in an error. The first list that has a number is the one that blocks it.
    ///
    /// # Cost
    ///
    /// Parsing as [`Parser`] says and a search of each list, for each value; each distinct value
    /// of a dictionary or run-end encoded column once. Then a copy of the rows that are kept; none
    /// when all are, the batch is then shared. About 30 bytes of memory a row while it works. Takes
    /// no lock; with several threads it waits for its own pool.
    ///
    /// # Errors
    ///
    /// [`Error::ColumnPosition`], [`Error::ColumnType`] and, when excluded rows are wanted,
    /// [`Error::ReservedColumn`]: the same for every batch of a stream.
    /// [`Error::InvalidRow`] and [`Error::NullRow`]: the first row that [`Policy::Error`] forbids.
    /// [`Error::Arrow`], [`Error::Panicked`]: this batch cannot be filtered.
    pub fn apply(
        &self,
        batch: &RecordBatch,
        column: usize,
        first_row: u64,
    ) -> Result<Filtered, Error> {
        driver::guarded(|| {
            let judgement = self.judge(batch, column)?;
            self.stop_at_forbidden_row(&judgement, first_row)?;
            self.divide(batch, judgement)
        })
    }

    /// Steps 1 to 3.
    fn judge<'a>(&self, batch: &'a RecordBatch, column: usize) -> Result<Judgement<'a>, Error> {
        let schema = batch.schema_ref();
        let (Some(array), Some(field)) = (batch.columns().get(column), schema.fields().get(column))
        else {
            return Err(Error::ColumnPosition { index: column, columns: batch.num_columns() });
        };
        check_type(field.name(), array.data_type())?;
        let column = Unfolded::of(array)?;
        let verdicts = self.driver.run(column.values.len(), |start, len| {
            let values = column.values.slice(start, len);
            let values = NumberColumn::read_values(&self.parser, field.name(), &values)?;
            Ok(self.lists.judge(&values))
        });
        let verdicts = verdicts.into_iter().collect::<Result<Vec<_>, Error>>()?.concat();
        let chunks = self.driver.run(array.len(), |start, len| {
            let verdicts = (start..start + len).map(|row| verdict(&column.rows, &verdicts, row));
            Judged::of(verdicts, self.lists.len(), |verdict| self.policy(verdict))
        });
        Ok(Judgement { name: field.name(), column, verdicts, rows: Judged::concat(chunks) })
    }

    /// What becomes of a row with this verdict.
    fn policy(&self, verdict: Verdict) -> Policy {
        match verdict {
            Verdict::Allow => Policy::Keep,
            Verdict::Block(_) => Policy::Exclude,
            Verdict::Invalid(_) => self.on_invalid,
            Verdict::Null => self.on_null,
        }
    }

    fn stop_at_forbidden_row(&self, judged: &Judgement<'_>, first_row: u64) -> Result<(), Error> {
        let Some(index) = judged.rows.forbidden else { return Ok(()) };
        let column = judged.name.to_owned();
        let row = first_row.saturating_add(index as u64).saturating_add(1);
        match judged.verdict(index) {
            Verdict::Invalid(refusal) => {
                let value = judged.column.rows.value_of(index);
                let text = shown_value(&judged.column.values, value);
                Err(Error::InvalidRow { row, column, text, refusal })
            }
            Verdict::Null => Err(Error::NullRow { row, column }),
            Verdict::Allow | Verdict::Block(_) => Ok(()),
        }
    }

    /// Step 4.
    fn divide(&self, batch: &RecordBatch, judged: Judgement<'_>) -> Result<Filtered, Error> {
        let keep = &judged.rows.keep;
        let kept = select::rows(batch, keep)?;
        let excluded = if self.wants_excluded {
            let drop: BooleanBuffer = !keep;
            let verdicts = drop.set_indices().map(|row| judged.verdict(row));
            Some(select::excluded(batch, &drop, verdicts, &self.lists)?)
        } else {
            None
        };
        let report = self.lists.report(judged.rows.tally);
        Ok(Filtered { kept, excluded, report })
    }
}

/// A batch after step 3.
struct Judgement<'a> {
    /// Of the column.
    name: &'a str,
    column: Unfolded,
    /// One a value of the column.
    verdicts: Vec<Verdict>,
    rows: Judged,
}

impl Judgement<'_> {
    fn verdict(&self, row: usize) -> Verdict {
        verdict(&self.column.rows, &self.verdicts, row)
    }
}

/// A row without a value is null.
#[inline]
fn verdict(rows: &Rows, verdicts: &[Verdict], row: usize) -> Verdict {
    verdicts.get(rows.value_of(row)).copied().unwrap_or(Verdict::Null)
}
