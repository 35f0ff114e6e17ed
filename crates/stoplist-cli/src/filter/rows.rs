//! How do the rows get from the input through the filter to the outputs?
//!
//! Three do the work: one reads and decodes, one judges (with the threads of the filter), one
//! encodes and writes. The first may be ahead by [`AHEAD`], which it uses while the lists are read,
//! and the last behind by [`BEHIND`]; so memory does not depend on the length of the table. With one
//! thread, or where no more can be made, fewer do the same in turn; the result is the same.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use arrow::array::RecordBatch;
use stoplist_arrow::{Filtered, Pass};
use stoplist_files::Error;
use stoplist_files::table::TableReader;

use crate::failure::Failure;
use crate::progress::Progress;

use super::outputs::{Outputs, Written};
use super::threads::{self, Working};

/// How much that was read may wait to be judged, in bytes; at least a batch.
const AHEAD: usize = 96 << 20;

/// How many batches that were judged may wait to be written.
const BEHIND: usize = 2;

/// A batch, and how many bytes of the input have been read up to its end.
type Read = Result<(RecordBatch, u64), Error>;

/// Filters all rows. All of it is written then, and nothing has appeared.
///
/// After a failure nothing is left of the outputs.
pub(super) fn pass_through(
    batches: Batches,
    pass: &mut Pass,
    outputs: Outputs,
    progress: &Progress,
    is_serial: bool,
) -> Result<Written, Failure> {
    let mut sink = Sink::of(outputs, is_serial);
    let judged = judge(batches, pass, &mut sink, progress);
    sink.finish(judged)
}

/// The one in the middle. `Ok` also where the sink takes no more: it knows why.
fn judge(
    mut batches: Batches,
    pass: &mut Pass,
    sink: &mut Sink,
    progress: &Progress,
) -> Result<(), Failure> {
    while let Some(read) = batches.next() {
        let (batch, bytes_read) = read?;
        let filtered = pass.apply(&batch)?;
        if !sink.take(filtered)? {
            return Ok(());
        }
        progress.at(bytes_read, pass.report().rows);
    }
    batches.finish()
}

/// The batches of the input.
pub(super) enum Batches {
    InTurn(Box<TableReader>),
    Ahead { from: Receiver<(Read, usize)>, waiting: Arc<Waiting>, reading: Working<()> },
}

impl Batches {
    /// Begins to read ahead, unless that has to wait its turn.
    pub(super) fn of(reader: TableReader, is_serial: bool) -> Self {
        if is_serial {
            return Self::InTurn(Box::new(reader));
        }
        let (to, from) = channel();
        let waiting = Arc::new(Waiting::default());
        let theirs = Arc::clone(&waiting);
        let read_on = move |mut reader: TableReader| {
            while let Some(read) = next(&mut reader) {
                let bytes = read.as_ref().map_or(0, |(batch, _)| batch.get_array_memory_size());
                theirs.add(bytes);
                // The receiver hangs up when the work has failed.
                if to.send((read, bytes)).is_err() {
                    break;
                }
            }
        };
        match threads::start("read", reader, read_on) {
            Ok(reading) => Self::Ahead { from, waiting, reading },
            Err(reader) => Self::InTurn(Box::new(reader)),
        }
    }

    fn next(&mut self) -> Option<Read> {
        match self {
            Self::InTurn(reader) => next(reader),
            Self::Ahead { from, waiting, .. } => {
                let (read, bytes) = from.recv().ok()?;
                waiting.take(bytes);
                Some(read)
            }
        }
    }

    /// After the last batch. When the work fails, this is not called: nobody waits for a reader that
    /// may wait for its pipe.
    fn finish(self) -> Result<(), Failure> {
        match self {
            Self::InTurn(_) => Ok(()),
            Self::Ahead { reading, .. } => reading.finish(),
        }
    }
}

/// How many bytes have been read and not been judged.
#[derive(Default)]
pub(super) struct Waiting {
    bytes: Mutex<usize>,
    is_less: Condvar,
}

impl Waiting {
    /// Waits until there is room for so many more; for a batch that is larger than all room, until
    /// there is no other.
    fn add(&self, more: usize) {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |bytes: &mut usize| *bytes > 0 && bytes.saturating_add(more) > AHEAD;
        let bytes = self.is_less.wait_while(bytes, is_full);
        let mut bytes = bytes.unwrap_or_else(PoisonError::into_inner);
        *bytes = bytes.saturating_add(more);
    }

    fn take(&self, fewer: usize) {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        *bytes = bytes.saturating_sub(fewer);
        self.is_less.notify_one();
    }
}

fn next(reader: &mut TableReader) -> Option<Read> {
    let batch = reader.next()?;
    Some(batch.map(|batch| (batch, reader.bytes_read())))
}

/// Where what was filtered goes.
enum Sink {
    InTurn(Outputs),
    Behind { to: SyncSender<Option<Filtered>>, writing: Working<Result<Option<Written>, Failure>> },
}

impl Sink {
    fn of(outputs: Outputs, is_serial: bool) -> Self {
        if is_serial {
            return Self::InTurn(outputs);
        }
        let (to, from) = sync_channel::<Option<Filtered>>(BEHIND);
        let write = move |mut outputs: Outputs| {
            for filtered in from {
                match filtered {
                    Some(filtered) => outputs.write(&filtered)?,
                    None => return outputs.finish().map(Some),
                }
            }
            // The sender hung up without a last word: what is written is no use.
            Ok(None)
        };
        match threads::start("write", outputs, write) {
            Ok(writing) => Self::Behind { to, writing },
            Err(outputs) => Self::InTurn(outputs),
        }
    }

    /// Whether it takes more.
    fn take(&mut self, filtered: Filtered) -> Result<bool, Failure> {
        match self {
            Self::InTurn(outputs) => outputs.write(&filtered).map(|()| true),
            Self::Behind { to, .. } => Ok(to.send(Some(filtered)).is_ok()),
        }
    }

    /// Ends the outputs if all was judged. Otherwise drops them, and only then returns: their
    /// temporary files are gone when the failure is told.
    fn finish(self, judged: Result<(), Failure>) -> Result<Written, Failure> {
        match self {
            Self::InTurn(outputs) => judged.and_then(|()| outputs.finish()),
            Self::Behind { to, writing } => {
                if judged.is_ok() {
                    // It has hung up if it failed, and says why below.
                    let _ = to.send(None);
                }
                drop(to);
                let written = writing.finish();
                judged?;
                written??.ok_or_else(Failure::panicked)
            }
        }
    }
}
