//! Which rows of a batch may be sent to, and which not, and why?

mod batch;
mod cells;
mod columns;
mod excluded;
mod judged;
mod lists;
mod options;
mod pass;
mod recheck;
mod stream;
mod verdict;

use std::mem;
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch, RecordBatchReader};
use arrow::datatypes::SchemaRef;
use stoplist::Parser;

use crate::driver::{Driver, Workers, guarded};
use crate::rows::PIECE_ROWS;
use crate::select::{Rooms, Wanted};
use crate::{Error, Report, sound};

use batch::{Batch, Divided};
pub use excluded::excluded_schema;
pub(crate) use judged::Tally;
use judged::{Judged, Rules};
pub use lists::Lists;
pub(crate) use lists::Taken;
use options::Column;
pub use options::{FilterOptions, OnBlocked, Policy};
pub use pass::Pass;
pub use recheck::Rechecked;
pub use stream::FilterStream;

/// Strips blocked recipients from broadcast lists.
///
/// Made once from [`Lists`] and [`FilterOptions`] and used for any number of broadcast lists, from
/// any number of threads. Cloning is cheap and shares the threads.
///
/// ```
/// use std::sync::Arc;
///
/// use arrow::array::{ArrayRef, RecordBatch, StringArray};
/// use stoplist::{NumberSet, Parser, PhoneNumber};
/// use stoplist_arrow::{Filter, FilterOptions, Lists};
///
/// let blocked: NumberSet = [PhoneNumber::new(4930901820)?].into();
/// let lists = Lists::of_sets([("dnc-de", &blocked)])?;
/// let filter = Filter::new(lists, FilterOptions::new(Parser::international()));
///
/// let phones = StringArray::from(vec!["+4930901820", "+16502530000", "nobody"]);
/// let batch = RecordBatch::try_from_iter([("phone", Arc::new(phones) as ArrayRef)])?;
/// let filtered = filter.apply(&batch)?;
/// assert_eq!(filtered.kept, batch.slice(1, 1));
/// assert_eq!(filtered.report.blocked_by_list["dnc-de"], 1);
/// assert_eq!(filtered.report.invalid_by_reason["not_a_number"], 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Filter {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    lists: Lists,
    parser: Parser,
    columns: Vec<Column>,
    on_invalid: Policy,
    on_null: Policy,
    on_blocked: OnBlocked,
    wants_excluded: bool,
    driver: Driver,
    rooms: Rooms,
}

/// What a filter made of one batch.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Filtered {
    /// The rows that may be sent to, by the schema that [`Pass::schema`] gives, in the order of the
    /// input. Has no row when none may.
    pub kept: RecordBatch,
    /// The other rows, by the schema that [`excluded_schema`] gives, in the order of the input;
    /// `None` unless [`FilterOptions::excluded`] asked for them.
    pub excluded: Option<RecordBatch>,
    /// How many rows there were of each kind.
    pub report: Report,
}

/// What a filter says about one batch.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Masked {
    /// Whether each row is kept; none is null.
    pub keep: BooleanArray,
    /// Where cells are to be emptied ([`OnBlocked::EmptyCell`]): for each number column, in the
    /// order in which they were named, which cells of kept rows must not be sent to. Else empty.
    pub emptied: Vec<BooleanArray>,
    /// How many rows there were of each kind.
    pub report: Report,
}

impl Filter {
    /// Makes a filter and starts its threads.
    ///
    /// When the threads cannot be started, the filter works on the caller's thread instead.
    #[must_use]
    pub fn new(lists: Lists, options: FilterOptions) -> Self {
        let FilterOptions { parser, columns, on_invalid, on_null, on_blocked, .. } = options;
        let FilterOptions { wants_excluded, threads, spare_memory, .. } = options;
        let driver = Driver::new(threads);
        let inner = Inner {
            lists,
            parser,
            columns,
            on_invalid,
            on_null,
            on_blocked,
            wants_excluded,
            driver,
            rooms: Rooms::new(spare_memory),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Begins with a broadcast list whose batches have this schema. Takes the lists as they are now.
    ///
    /// With the lists of a store this waits for changes that are being written, so that what the
    /// report says of the lists is what the gate has; and takes 20 to 60 ns for each number whose
    /// block is for one kind of traffic alone.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchColumn`], [`Error::RepeatedColumn`], [`Error::NoNumberColumn`],
    /// [`Error::SeveralNumberColumns`], [`Error::ColumnPosition`]: the number columns cannot be
    /// told. [`Error::ColumnType`]: one of them cannot be read, or not emptied.
    /// [`Error::ReservedColumn`] when excluded rows are wanted; [`Error::Store`].
    pub fn pass(&self, schema: &SchemaRef) -> Result<Pass, Error> {
        Pass::new(self, schema)
    }

    /// Filters a broadcast list that is a single batch.
    ///
    /// # Errors
    ///
    /// As [`pass`](Self::pass) and [`Pass::apply`].
    pub fn apply(&self, batch: &RecordBatch) -> Result<Filtered, Error> {
        self.pass(&batch.schema())?.apply(batch)
    }

    /// Says which rows of a broadcast list that is a single batch are kept, and copies none.
    ///
    /// # Errors
    ///
    /// As [`pass`](Self::pass) and [`Pass::mask`].
    pub fn mask(&self, batch: &RecordBatch) -> Result<Masked, Error> {
        self.pass(&batch.schema())?.mask(batch)
    }

    /// Checks the texts of a batch that was made of unchecked buffers, as those of the C data interface
    /// are: that the offsets of its columns of texts and bytes ascend within the bytes, and that texts
    /// are UTF-8. The answer is that of [`validate_full`](arrow::array::ArrayData::validate_full); it
    /// comes several times as fast, from the threads of the filter. Columns of other types are left to
    /// that.
    ///
    /// # Errors
    ///
    /// [`Error::Arrow`]: it must not be used at all.
    pub fn check_texts(&self, batch: &RecordBatch) -> Result<(), Error> {
        self.inner.work(batch, |workers| sound::check(batch, workers))
    }

    /// Filters a stream as it is read.
    ///
    /// # Errors
    ///
    /// As [`pass`](Self::pass).
    pub fn stream<R: RecordBatchReader>(&self, reader: R) -> Result<FilterStream<R>, Error> {
        FilterStream::new(self, reader)
    }
}

impl Inner {
    /// Does some work on a batch, where there are threads for it.
    fn work<T: Send>(
        &self,
        batch: &RecordBatch,
        work: impl Fn(Workers) -> Result<T, Error> + Sync,
    ) -> Result<T, Error> {
        guarded(|| self.driver.enter(batch.num_rows() <= PIECE_ROWS, work))
    }

    fn rules(&self, lists: usize, wants_findings: bool) -> Rules {
        let Self { on_invalid, on_null, on_blocked, .. } = *self;
        Rules { on_invalid, on_null, on_blocked, wants_findings, lists }
    }

    fn apply(
        &self,
        pass: &Pass,
        batch: &RecordBatch,
        is_unchecked: bool,
    ) -> Result<Filtered, Error> {
        let taken = pass.taken();
        let rules = self.rules(taken.names.len(), self.wants_excluded);
        self.work(batch, |workers| {
            let columns = pass.columns();
            let batch = Batch { filter: self, batch, columns, workers, is_unchecked };
            let mut judged = batch.judge(rules, &taken.gate, &taken.gate)?;
            batch.stop_at_forbidden_row(pass.report().rows, &judged)?;
            let report = Report::counted(taken, mem::take(&mut judged.tally));
            let Divided { kept, excluded } = batch.divide(taken, judged, self.wants_excluded)?;
            Ok(Filtered { kept, excluded, report })
        })
    }

    fn mask(&self, pass: &Pass, batch: &RecordBatch) -> Result<Masked, Error> {
        let taken = pass.taken();
        let rules = self.rules(taken.names.len(), false);
        self.work(batch, |workers| {
            let columns = pass.columns();
            let batch = Batch { filter: self, batch, columns, workers, is_unchecked: false };
            let judged = batch.judge(rules, &taken.gate, &taken.gate)?;
            batch.stop_at_forbidden_row(pass.report().rows, &judged)?;
            let Judged { keep, emptied, tally, .. } = judged;
            let array = |words| Wanted::new(words, batch.rows()).into_array();
            let emptied = emptied.into_iter().map(array).collect();
            Ok(Masked { keep: array(keep), emptied, report: Report::counted(taken, tally) })
        })
    }
}
