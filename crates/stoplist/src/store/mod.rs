//! Who is blocked, by whom, why and until when; and how is that kept through a power cut?

mod actors;
mod audit;
mod backup;
mod blocking;
mod bulk;
mod check;
mod clock;
mod contacts;
mod enforcement;
mod engine;
mod error;
mod feed;
mod history;
mod info;
mod lists;
mod lock;
mod open;
mod options;
mod paths;
mod scrub;
#[cfg(test)]
mod tests;
mod undo;

use std::fmt;
use std::mem;
use std::path::Path;
use std::sync::Arc;

use crate::gate::{GateHandle, GateSpec};

use clock::ClockThread;
use engine::Engine;

pub use audit::Audit;
pub use backup::{Archived, Backup, Rebuilt};
pub use blocking::{Blocked, Unblocked};
pub use bulk::{BulkBlock, BulkLimits, BulkReport, BulkTargets};
pub use check::Explanation;
pub use contacts::ContactPage;
pub use error::{JournalFailure, StoreError, StoreErrorKind};
pub use feed::Changes;
pub use history::{HistoryEntry, Listed};
pub use info::{ContactCounts, StoreBytes, StoreInfo};
pub use lists::{ImportOptions, ImportReport};
pub use options::{Durability, StoreOptions, StoreRepair};

/// A store of contacts, blocks and lists, in a directory that one process has open at a time.
///
#[doc = include_str!("guide.md")]
#[derive(Clone)]
pub struct Store {
    /// Ends before the engine does.
    clock: Arc<ClockThread>,
    engine: Arc<Engine>,
}

/// A store, in the hands of one actor: every call is checked against what the actor may do, and
/// recorded under the actor's name.
///
/// The host says who somebody is; nothing here proves it. See [`Store::acting_as`].
#[derive(Clone, Copy)]
pub struct Acting<'s> {
    engine: &'s Engine,
    actor: &'s str,
}

impl Store {
    /// Makes an empty store in a directory that is empty or not there yet. The actor is its first
    /// admin, with every permission.
    ///
    /// # Errors
    ///
    /// [`StoreError::Occupied`], [`StoreError::ActorName`], [`StoreError::Io`].
    pub fn create(
        path: impl AsRef<Path>,
        actor: &str,
        options: StoreOptions,
    ) -> Result<Self, StoreError> {
        Self::of(open::create(path.as_ref(), actor, options)?)
    }

    /// Opens a store. What it had to mend is told by [`repairs`](Self::repairs); blocks whose time
    /// has come meanwhile are lifted before this returns.
    ///
    /// Takes time in proportion to what the store holds: 10 million numbers of lists take less than
    /// a second, a million contacts some seconds.
    ///
    /// # Errors
    ///
    /// [`StoreError::Locked`] at once when another process has it open; [`StoreError::NotAStore`];
    /// [`StoreError::Journal`] when the journal is damaged, with the file and the place. Nothing was
    /// changed then.
    pub fn open(path: impl AsRef<Path>, options: StoreOptions) -> Result<Self, StoreError> {
        let engine = open::open(path.as_ref(), options)?;
        if let Err(error) = engine.lapse() {
            // Checks go on with what is on disk, which stops rather too much.
            tracing::error!(%error, "temporary blocks could not be lifted");
        }
        Self::of(engine)
    }

    fn of(engine: Engine) -> Result<Self, StoreError> {
        let engine = Arc::new(engine);
        Ok(Self { clock: Arc::new(ClockThread::start(&engine)?), engine })
    }

    /// The same store, in the hands of this actor. Costs nothing, and checks nothing yet: an actor
    /// that there is not may do nothing.
    #[must_use]
    pub fn acting_as<'s>(&'s self, actor: &'s str) -> Acting<'s> {
        Acting { engine: &self.engine, actor }
    }

    /// A handle to the gates of some lists: the built-in `blocked`, and those that were imported.
    /// Needs no permission: a gate is the enforcement.
    ///
    /// # Errors
    ///
    /// [`StoreError::Gates`] when the spec names a list that there is not; [`StoreError::Forked`].
    pub fn gate(&self, spec: &GateSpec) -> Result<GateHandle, StoreError> {
        self.engine.at_home()?;
        Ok(self.engine.gates.open(spec)?)
    }

    /// Whether this process is a forked child of the one that opened the store, so that calls are
    /// [`Forked`](StoreError::Forked) here.
    #[must_use]
    pub fn is_forked(&self) -> bool {
        self.engine.home.is_left()
    }

    /// The last change that is kept. In a forked child, 0: ask a gate.
    #[must_use]
    pub fn generation(&self) -> u64 {
        if self.is_forked() {
            return 0;
        }
        self.engine.journal.durable().seq
    }

    /// What opening it had to mend.
    #[must_use]
    pub fn repairs(&self) -> &[StoreRepair] {
        &self.engine.repairs
    }

    /// Writes everything to disk, so that the next opening is quick. Happens by itself from time to
    /// time, and when the last handle of the store is dropped; nothing is lost without it.
    ///
    /// # Errors
    ///
    /// [`StoreError::State`], [`StoreError::Journal`], [`StoreError::Forked`].
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        self.engine.at_home()?;
        let generation = self.engine.model().generation();
        self.engine.settle(generation)?;
        Ok(self.engine.keeper.checkpoint()?)
    }
}

impl Drop for Store {
    /// The last handle waits for the threads and closes the files. Not in a forked child, where the
    /// threads are not, and the files are the parent's: there nothing ever goes.
    fn drop(&mut self) {
        if self.is_forked() {
            mem::forget((Arc::clone(&self.clock), Arc::clone(&self.engine)));
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.engine.path)
            .field("generation", &self.generation())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Acting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acting").field("actor", &self.actor).finish_non_exhaustive()
    }
}
