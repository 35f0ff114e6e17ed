//! How are the batches of one broadcast list filtered, all by the same lists?

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use stoplist::Scrub;

use crate::{Error, Report};

use super::columns::NumberColumns;
use super::lists::Taken;
use super::{Filter, Filtered, Masked, excluded_schema};

/// One broadcast list on its way through a [`Filter`].
///
/// It has the lists as they were when it began: from the first row to the last, all answers are of
/// one moment, whatever is blocked meanwhile ([`Filter::recheck`] finds that). It counts the rows.
#[derive(Clone, Debug)]
pub struct Pass {
    filter: Filter,
    taken: Taken,
    columns: NumberColumns,
    schema: SchemaRef,
    report: Report,
}

impl Pass {
    pub(super) fn new(filter: &Filter, schema: &SchemaRef) -> Result<Self, Error> {
        let inner = &filter.inner;
        let columns = NumberColumns::of(&inner.columns, schema)?;
        columns.check(schema, inner.on_blocked)?;
        if inner.wants_excluded {
            excluded_schema(schema)?;
        }
        let taken = inner.lists.take()?;
        let report = Report::of(&taken);
        let schema = columns.schema_of_kept(schema, inner.on_blocked);
        Ok(Self { filter: filter.clone(), taken, columns, schema, report })
    }

    /// Divides a batch into rows to keep and rows to leave out.
    ///
    /// # Cost
    ///
    /// [`Parser`](stoplist::Parser) and [`Gate`](stoplist::Gate) say what a value takes; each
    /// distinct value of a dictionary or run-end encoded column is judged once. Then a copy of the
    /// rows that are kept; none when all are, the batch is then shared. A few bytes of memory a row
    /// while it works. Waits for nobody but its own pool; only for the reasons of excluded rows that
    /// a store blocks, [`Store::explain`](stoplist::Store::explain) is asked for each, which waits
    /// while an import is written.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRow`] and [`Error::NullRow`]: the first row that
    /// [`Policy::Error`](crate::Policy::Error) forbids. [`Error::ColumnPosition`],
    /// [`Error::ColumnMoved`], [`Error::ColumnType`]: the batch has another schema than the pass
    /// began with.
    /// [`Error::Arrow`], [`Error::Panicked`]: this batch cannot be filtered. No row of it has been
    /// counted then.
    pub fn apply(&mut self, batch: &RecordBatch) -> Result<Filtered, Error> {
        let filtered = self.filter.inner.apply(self, batch, false)?;
        self.report += &filtered.report;
        Ok(filtered)
    }

    /// As [`apply`](Self::apply), for a batch whose texts nobody has checked: each piece is checked as
    /// [`Filter::check_texts`] does before anything of it is used, while it is at hand anyway.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply). [`Error::Arrow`] when the texts are not sound: the batch must not be
    /// used then, also for other things.
    pub fn check_and_apply(&mut self, batch: &RecordBatch) -> Result<Filtered, Error> {
        let filtered = self.filter.inner.apply(self, batch, true)?;
        self.report += &filtered.report;
        Ok(filtered)
    }

    /// As [`apply`](Self::apply), but only says which rows are kept, and copies none. Counts them
    /// like `apply`: so do one or the other with a batch.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply).
    pub fn mask(&mut self, batch: &RecordBatch) -> Result<Masked, Error> {
        let masked = self.filter.inner.mask(self, batch)?;
        self.report += &masked.report;
        Ok(masked)
    }

    /// The schema of the rows that are kept: that of the input, unless cells are emptied
    /// ([`OnBlocked::EmptyCell`](crate::OnBlocked::EmptyCell)), which makes the number columns
    /// nullable.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }

    /// The counts of all batches so far, and which lists they were judged by.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The certificate of this pass, for [`record_scrub`](stoplist::Acting::record_scrub): `input`
    /// names what was filtered, `digest` is one of its bytes, as `algorithm:hex`. `None` unless the
    /// lists are those of a store.
    #[must_use]
    pub fn scrub(&self, input: &str, digest: Option<&str>) -> Option<Scrub> {
        let traffic = self.filter.inner.lists.traffic()?;
        let report = &self.report;
        let mut scrub = Scrub::new(input, traffic, report.generation?)
            .lists(self.taken.known.iter().cloned())
            .rows(report.rows)
            .kept(report.kept)
            .null(report.null);
        scrub.digest = digest.map(str::to_owned);
        scrub.columns = self.columns.names();
        for (list, &rows) in &report.blocked_by_list {
            scrub = scrub.blocked_by(list, rows);
        }
        for (reason, &rows) in &report.invalid_by_reason {
            scrub = scrub.invalid_for(*reason, rows);
        }
        Some(scrub)
    }

    pub(super) fn taken(&self) -> &Taken {
        &self.taken
    }

    pub(super) fn columns(&self) -> &NumberColumns {
        &self.columns
    }
}
