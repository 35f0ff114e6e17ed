//! How is a store copied, and made anew from its journal?

use std::path::{Path, PathBuf};

use crate::access::Permission;
use crate::model::Model;

use super::engine::lock;
use super::error::StoreError;
use super::open;
use super::options::{StoreOptions, StoreRepair};
use super::paths::Paths;
use super::{Acting, Store};

/// A copy that was made, and proved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backup {
    /// Where it is.
    pub path: PathBuf,
    /// The last change that it has.
    pub generation: u64,
    /// The digest of its state, which is that of the original at this change.
    pub digest: String,
}

/// Files of the journal that were moved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Archived {
    /// Where they are.
    pub path: PathBuf,
    /// How many.
    pub segments: u64,
    /// What they take, in bytes.
    pub bytes: u64,
}

/// What making the state anew has found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rebuilt {
    /// The change at which the two states are compared.
    pub generation: u64,
    /// The digest of the state that was kept; `None` when it could not be read.
    pub kept: Option<String>,
    /// The digest of what the journal comes to at the same change.
    pub replayed: String,
    /// Whether they are the same.
    pub equal: bool,
    /// Where the old state is now.
    pub kept_as: Option<PathBuf>,
}

impl Acting<'_> {
    /// Copies the store, as it is at one moment, into a directory that is empty or not there yet.
    /// Needs `admin`. Others go on working meanwhile.
    ///
    /// The journal is copied; then the copy is opened, which makes its state, and that is compared
    /// with the state of the original. Takes as long as making the state anew.
    ///
    /// # Errors
    ///
    /// [`StoreError::Occupied`], [`StoreError::Inconsistent`] when the copy does not come to the same
    /// state, [`StoreError::Io`], [`StoreError::Denied`].
    pub fn backup(&self, into: impl AsRef<Path>) -> Result<Backup, StoreError> {
        let engine = self.engine;
        engine.read(self.actor, Permission::Admin, "back up the store", |_| Ok(()))?;
        let paths = Paths::new(into.as_ref());
        paths.make_room()?;
        let (mark, digest) = {
            let _order = lock(&engine.order);
            let (generation, digest) = {
                let model = engine.model();
                (model.generation(), model.digest())
            };
            engine.settle(generation)?;
            (engine.journal.durable(), digest)
        };
        engine.journal.copy_to(&paths.journal, mark)?;
        paths.write_mark()?;
        let copy = open::open(&paths.root, StoreOptions::default())?;
        let copied = copy.model().digest();
        if copied != digest {
            return Err(StoreError::Inconsistent(format!(
                "the copy at {} does not come to the same state (digest {copied}, not {digest})",
                paths.root.display()
            )));
        }
        copy.keeper.checkpoint()?;
        Ok(Backup { path: paths.root, generation: mark.seq, digest: digest.to_string() })
    }
}

impl Acting<'_> {
    /// Moves old files of the journal into a directory, such as one on a larger disk, which is made if
    /// need be. Needs `admin`. Others go on working meanwhile.
    ///
    /// Each is copied, synced and compared; then it becomes a symbolic link to its copy, by its whole
    /// path. What the state has not taken in, the first file and the last stay. So do those that were
    /// moved before, where they are. Nothing is asked for differently: histories, audits and backups
    /// read the copies. While those cannot be read, as when their disk is not mounted, that fails with
    /// [`StoreError::Journal`]; checks, changes and openings go on.
    ///
    /// To move one back, copy it over its link while the store is closed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Journal`], when the file system refuses or a file in the directory has such a name
    /// and is no copy: what was moved by then is moved, and another call goes on;
    /// [`StoreError::State`], [`StoreError::Denied`].
    pub fn archive(&self, into: impl AsRef<Path>) -> Result<Archived, StoreError> {
        let engine = self.engine;
        engine.read(self.actor, Permission::Admin, "archive the journal", |_| Ok(()))?;
        let _one = lock(&engine.archiving);
        let mark = engine.journal.durable();
        engine.keeper.checkpoint()?;
        let done = engine.journal.archive(mark, into.as_ref())?;
        let path = into.as_ref().to_owned();
        Ok(Archived { path, segments: done.segments, bytes: done.bytes })
    }
}

impl Store {
    /// Makes the state of a store anew from its journal, compares it with the one that was kept, and
    /// opens the store with the new one. The actor needs `admin`. The old state is kept beside it.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); [`StoreError::Denied`], which is not recorded. Only where the state
    /// cannot say who the actor is, a torn tail is cut off before.
    pub fn rebuild(
        path: impl AsRef<Path>,
        actor: &str,
        options: StoreOptions,
    ) -> Result<(Self, Rebuilt), StoreError> {
        let may = |model: &Model| {
            if model.permits(actor, Permission::Admin) {
                return Ok(());
            }
            let (actor, command, needs) =
                (actor.to_owned(), "rebuild the state", Permission::Admin);
            Err(StoreError::Denied { actor, command, needs })
        };
        let (engine, compared) = open::rebuild(path.as_ref(), options, may)?;
        engine.lapse()?;
        let kept_as = engine.repairs.iter().find_map(|repair| match repair {
            StoreRepair::StateRebuilt { kept_as, .. } => kept_as.clone(),
            StoreRepair::TornTail { .. } => None,
        });
        let rebuilt = Rebuilt {
            generation: compared.generation,
            kept: compared.kept.map(|digest| digest.to_string()),
            replayed: compared.replayed.to_string(),
            equal: compared.kept == Some(compared.replayed),
            kept_as,
        };
        Ok((Self::of(engine)?, rebuilt))
    }
}
