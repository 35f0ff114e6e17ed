//! How is a stream of C read, and made?

use std::sync::Arc;

use ::arrow::array::{RecordBatch, RecordBatchReader};
use ::arrow::datatypes::SchemaRef;
use ::arrow::error::ArrowError;

use crate::fault::Fault;

use super::{ArrowArrayStream, Imported, import, raw, schema};

/// A stream of the host. Released when it is dropped.
pub(crate) struct Input {
    stream: ArrowArrayStream,
    schema: SchemaRef,
    is_over: bool,
}

impl Input {
    pub(crate) fn new(mut stream: ArrowArrayStream) -> Result<Self, Fault> {
        if stream.get_next.is_none() {
            return Err(Fault::arrow("the callback `get_next` of the stream is NULL"));
        }
        let schema = Arc::new(schema(&raw::get_schema(&mut stream)?)?);
        Ok(Self { stream, schema, is_over: false })
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Gives no more.
    pub(crate) fn end(&mut self) {
        self.is_over = true;
    }

    /// The next batch; nothing at the end, or behind an error.
    pub(crate) fn next(&mut self) -> Result<Option<Imported>, Fault> {
        if self.is_over {
            return Ok(None);
        }
        // Unless all goes well.
        self.is_over = true;
        let Some(array) = raw::get_next(&mut self.stream)? else { return Ok(None) };
        let batch = import(array, &self.schema)?;
        self.is_over = false;
        Ok(Some(batch))
    }
}

/// A stream for C of what `next` gives.
pub(crate) fn export_stream(
    schema: SchemaRef,
    next: impl FnMut() -> Result<Option<RecordBatch>, Fault> + Send + 'static,
) -> ArrowArrayStream {
    ArrowArrayStream::new(Box::new(Output { schema, next }))
}

/// What Arrow makes a stream of. It knows no panics, so none may come out of `next`.
struct Output<N> {
    schema: SchemaRef,
    next: N,
}

impl<N: FnMut() -> Result<Option<RecordBatch>, Fault>> Iterator for Output<N> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        match crate::call::guarded(&mut self.next) {
            Ok(batch) => batch.map(Ok),
            Err(fault) => {
                let (_, code, message) = fault.into_parts();
                // A NUL cannot be in a text of C.
                let message = message.replace('\0', "\u{fffd}");
                Some(Err(ArrowError::ExternalError(format!("{code}: {message}").into())))
            }
        }
    }
}

impl<N: FnMut() -> Result<Option<RecordBatch>, Fault>> RecordBatchReader for Output<N> {
    fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }
}
