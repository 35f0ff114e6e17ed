//! How is a stream of batches filtered?

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use crate::{Error, Report};

use super::{Filter, Filtered, Pass};

/// The rows of a stream that may be sent to, batch by batch, in their order.
///
/// A [`RecordBatchReader`] itself, for whatever takes one. For the excluded rows and the counts of
/// each batch too, call [`next_filtered`](Self::next_filtered). A batch of which nothing is kept
/// still comes, without rows. Holds one batch at a time. Ends at the first error.
#[derive(Debug)]
pub struct FilterStream<R> {
    reader: R,
    pass: Pass,
    is_over: bool,
}

impl<R: RecordBatchReader> FilterStream<R> {
    pub(super) fn new(filter: &Filter, reader: R) -> Result<Self, Error> {
        let pass = Pass::new(filter, &reader.schema())?;
        Ok(Self { reader, pass, is_over: false })
    }

    /// The next batch, divided; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Arrow`] when the stream fails; as [`Pass::apply`].
    pub fn next_filtered(&mut self) -> Option<Result<Filtered, Error>> {
        if self.is_over {
            return None;
        }
        let batch = self.reader.next().map(|batch| batch.map_err(Error::arrow("read a batch")));
        let filtered = batch.map(|batch| self.pass.apply(&batch?));
        self.is_over = !matches!(filtered, Some(Ok(_)));
        filtered
    }

    /// The counts of all batches so far.
    #[must_use]
    pub fn report(&self) -> &Report {
        self.pass.report()
    }

    /// The pass, with its report and certificate.
    #[must_use]
    pub fn into_pass(self) -> Pass {
        self.pass
    }
}

impl<R: RecordBatchReader> Iterator for FilterStream<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let filtered = self.next_filtered()?;
        let error = |error| ArrowError::ExternalError(Box::new(error));
        Some(filtered.map(|filtered| filtered.kept).map_err(error))
    }
}

impl<R: RecordBatchReader> RecordBatchReader for FilterStream<R> {
    fn schema(&self) -> SchemaRef {
        self.pass.schema()
    }
}
