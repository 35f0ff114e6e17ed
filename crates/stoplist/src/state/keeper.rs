//! Who writes the state, so that nobody waits for it?
//!
//! One thread owns the backend and applies changes in the order in which they were sent. Small
//! changes that wait are applied as one batch; one too large for a batch is applied in several,
//! between setting and removing a marker. Each batch is all or nothing, so after a crash the state is
//! that of some earlier moment, or has the marker.
//!
//! After its first error the keeper drops what it is sent: the journal has it all, and the next
//! open builds the state anew. A backend that hangs counts as an error to those who would wait.

mod batch;
mod queue;
#[cfg(test)]
#[cfg(unix)]
mod simulated;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::backend::{Backend, Change};
use super::error::{StateError, panic_text};
use crate::seeded::{self, Bug};
use crate::{NumberSet, PhoneNumber};
use batch::Batch;
use queue::{Queue, Task};

/// The row that says how far the state is.
pub(crate) const META: &[u8] = b"m";
/// The row that is there while a change is half applied.
pub(crate) const MARKER: &[u8] = b"!";

/// A change is taken apart only when it is longer than so many batches: the pages that small changes
/// write are longer than they are, and must not cost them their being all or nothing.
const BATCHES_AT_ONCE: usize = 4;

/// What one record of the journal does to the state: all of it or nothing.
pub(crate) struct StateChange {
    /// The new value of the row [`META`].
    pub(crate) meta: Vec<u8>,
    /// Rows that change. Their keys begin neither with [`META`], [`MARKER`] nor as pages do.
    pub(crate) rows: Vec<Change>,
    /// Lists whose numbers change.
    pub(crate) numbers: Vec<(u32, NumbersChange)>,
}

/// What happens to the numbers of a list.
pub(crate) enum NumbersChange {
    /// Some go, then some come.
    Changed {
        /// Those that come.
        added: Numbers,
        /// Those that go.
        removed: Numbers,
    },
    /// All go that were there; these come. With an empty set the list has no row any more.
    Replaced(Arc<NumberSet>),
}

/// Some numbers.
pub(crate) enum Numbers {
    /// Few, in any order: changes of few numbers are applied together with others.
    Few(Vec<PhoneNumber>),
    /// Many.
    Many(Arc<NumberSet>),
}

impl NumbersChange {
    /// Whether they can be applied with others.
    fn are_few(&self) -> bool {
        matches!(self, Self::Changed { added: Numbers::Few(_), removed: Numbers::Few(_) })
    }
}

/// When the keeper does what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeeperOptions {
    /// So many bytes may wait before senders do.
    pub(crate) waiting_bytes: usize,
    /// About so many bytes make a batch, with 4 KiB for each row and each single number.
    pub(crate) batch_bytes: usize,
    /// After so many applied bytes everything is flushed.
    pub(crate) checkpoint_bytes: u64,
    /// And after so long without a change.
    pub(crate) checkpoint_idle: Duration,
    /// How long a small change may wait for others to be applied with it.
    pub(crate) linger: Duration,
    /// A backend that does nothing for so long is given up.
    pub(crate) hang_limit: Duration,
}

impl Default for KeeperOptions {
    fn default() -> Self {
        Self {
            waiting_bytes: 64 << 20,
            batch_bytes: 1 << 20,
            checkpoint_bytes: 256 << 20,
            checkpoint_idle: Duration::from_secs(5),
            linger: Duration::from_millis(5),
            hang_limit: Duration::from_secs(300),
        }
    }
}

/// Writes the state on a thread of its own. Dropping it does what [`stop`](Self::stop) does.
pub(crate) struct Keeper {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// [`StateError::Backend`] when the system gives no thread.
    pub(crate) fn start(
        backend: Box<dyn Backend>,
        options: KeeperOptions,
    ) -> Result<Self, StateError> {
        let rouse = backend.rouse().filter(|_| !seeded::is_made(Bug::Rouse));
        let queue = Arc::new(Queue::new(options, rouse));
        let queued = queue.clone();
        let worker =
            Worker { backend, options, queue: queued, batch: Batch::default(), unflushed: 0 };
        let thread = thread::Builder::new().name("stoplist-state".to_owned());
        let thread = thread.spawn(move || worker.run());
        let thread = thread
            .map_err(|error| StateError::Backend(format!("no thread can be started: {error}")))?;
        Ok(Self { queue, thread: Some(thread) })
    }

    /// Hands a change over: well under a microsecond. Waits while more bytes wait than may.
    ///
    /// After an error ([`failed`](Self::failed)) the change is dropped.
    pub(crate) fn send(&self, change: StateChange) {
        self.queue.push(Task::Change(change));
    }

    /// Returns when all that was sent is applied.
    ///
    /// # Errors
    ///
    /// [`StateError::Stopped`] with the first error of the keeper.
    #[cfg(test)]
    pub(crate) fn drain(&self) -> Result<(), StateError> {
        self.with_backend(|_| ())
    }

    /// Returns when all that was sent would survive a power cut.
    ///
    /// # Errors
    ///
    /// [`StateError::Stopped`] with the first error of the keeper.
    pub(crate) fn checkpoint(&self) -> Result<(), StateError> {
        let (done, answer) = mpsc::channel();
        self.queue.push(Task::Checkpoint(done));
        self.queue.wait_for(&answer)
    }

    /// Reads from the backend, on the keeper's thread, when all that was sent is applied.
    ///
    /// # Errors
    ///
    /// [`StateError::Stopped`] with the first error of the keeper; a panic of `read` is one.
    pub(crate) fn with_backend<R: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Backend) -> R + Send + 'static,
    ) -> Result<R, StateError> {
        let (done, answer) = mpsc::channel();
        self.queue.push(Task::Read(Box::new(move |backend| {
            let _ = done.send(read(backend));
        })));
        self.queue.wait_for(&answer)
    }

    /// The first error, if there was one.
    pub(crate) fn failed(&self) -> Option<String> {
        self.queue.failed()
    }

    /// Applies and flushes all that was sent, and closes the backend.
    ///
    /// # Errors
    ///
    /// [`StateError::Stopped`] with the first error of the keeper.
    #[cfg(test)]
    pub(crate) fn stop(mut self) -> Result<(), StateError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), StateError> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        let flushed = self.checkpoint();
        let (done, closed) = mpsc::channel();
        self.queue.push(Task::Stop(done));
        // A thread that hangs is left behind, with what it holds.
        if self.queue.wait_for(&closed).is_ok() || thread.is_finished() {
            let _ = thread.join();
        }
        flushed
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // Who wants to know calls `stop`.
        let _ = self.end();
    }
}

/// Whether a large change was not applied to its end: then the state is to be built anew.
///
/// # Errors
///
/// [`StateError`] of reading.
pub(crate) fn is_half_applied(backend: &dyn Backend) -> Result<bool, StateError> {
    Ok(backend.get(MARKER)?.is_some())
}

/// The keeper's thread.
struct Worker {
    backend: Box<dyn Backend>,
    options: KeeperOptions,
    queue: Arc<Queue>,
    /// What is taken in and not applied yet.
    batch: Batch,
    /// Bytes that were applied since the last flush.
    unflushed: u64,
}

impl Worker {
    fn run(mut self) {
        let done = loop {
            if let ControlFlow::Break(done) = self.turn() {
                break done;
            }
        };
        let Self { backend, .. } = self;
        let _ = catch_unwind(AssertUnwindSafe(move || drop(backend)));
        let _ = done.send(());
    }

    /// Does one thing; an error of it is the keeper's.
    fn turn(&mut self) -> ControlFlow<Sender<()>> {
        let worker = AssertUnwindSafe(&mut *self);
        let step = catch_unwind(move || { worker }.step()).unwrap_or_else(|panic| {
            Err(StateError::Backend(format!("its keeper panicked: {}", panic_text(&*panic))))
        });
        step.unwrap_or_else(|error| {
            self.batch = Batch::default();
            self.unflushed = 0;
            if !seeded::is_made(Bug::KeeperFails) {
                self.queue.fail(&error);
            }
            ControlFlow::Continue(())
        })
    }

    /// Does one thing: the next task, or what is due when there is none.
    fn step(&mut self) -> Result<ControlFlow<Sender<()>>, StateError> {
        let Some(task) = self.queue.pop() else {
            self.apply()?;
            let idle = (self.unflushed > 0).then_some(self.options.checkpoint_idle);
            if !self.queue.wait(idle) {
                self.flush()?;
            }
            return Ok(ControlFlow::Continue(()));
        };
        match task {
            Task::Stop(done) => return Ok(ControlFlow::Break(done)),
            // What waits for an answer is told by its being dropped.
            _ if self.queue.failed().is_some() => {}
            Task::Change(change) => self.take_in(change)?,
            Task::Checkpoint(done) => {
                self.apply()?;
                if !seeded::is_made(Bug::Checkpoint) {
                    self.flush()?;
                }
                let _ = done.send(());
            }
            Task::Read(read) => {
                self.apply()?;
                read(&*self.backend);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn take_in(&mut self, change: StateChange) -> Result<(), StateError> {
        let large = change.numbers.iter().any(|(_, numbers)| !numbers.are_few());
        if large {
            // Alone, so that a crash amid it leaves nothing small half applied.
            self.apply()?;
        }
        self.batch.add(change);
        if large || self.batch.cost() >= self.options.batch_bytes {
            self.apply()?;
        }
        Ok(())
    }

    /// Applies the batch.
    fn apply(&mut self) -> Result<(), StateError> {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        let limit = self.options.batch_bytes.saturating_mul(BATCHES_AT_ONCE);
        self.unflushed += batch.apply(&mut *self.backend, limit, &mut || self.queue.beat())?;
        if self.unflushed >= self.options.checkpoint_bytes {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StateError> {
        self.backend.flush()?;
        self.unflushed = 0;
        self.queue.beat();
        Ok(())
    }
}
