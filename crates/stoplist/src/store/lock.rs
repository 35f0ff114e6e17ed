//! Whose is the directory?

use std::fs::{File, TryLockError};

use crate::fork::Home;
use crate::private;
use crate::seeded::{self, Bug};

use super::error::StoreError;
use super::paths::Paths;

/// The lock of a store's directory, for as long as this lives.
///
/// The system keeps it with the open file, which a forked child has too: closing the file does not
/// unlock it while there is a child. So the parent unlocks it, and a child never does.
pub(super) struct DirectoryLock {
    file: File,
    home: Home,
}

impl DirectoryLock {
    /// Takes it, or says at once that somebody else has it.
    pub(super) fn take(paths: &Paths) -> Result<Self, StoreError> {
        let path = &paths.lock;
        let file = private::options().create(true).truncate(false).open(path);
        let file = file.map_err(|error| StoreError::io(path, "open the lock", error))?;
        if seeded::is_made(Bug::Handles) {
            std::mem::forget(file.try_clone());
        }
        if seeded::is_made(Bug::StoreLock) {
            return Ok(Self { file, home: Home::here() });
        }
        match file.try_lock() {
            Ok(()) => Ok(Self { file, home: Home::here() }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: paths.root.clone() }),
            Err(TryLockError::Error(error)) => Err(StoreError::io(path, "take the lock", error)),
        }
    }
}

impl Drop for DirectoryLock {
    fn drop(&mut self) {
        if !self.home.is_left()
            && let Err(error) = self.file.unlock()
        {
            // Closing the file does it, unless there is a child.
            tracing::warn!(%error, "the lock of the store could not be released");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fork::pretence::in_child;

    /// A lock, and its file as a child has it: the same one, with the same lock.
    fn taken() -> (tempfile::TempDir, Paths, DirectoryLock, File) {
        let directory = tempfile::tempdir().unwrap();
        let paths = Paths::new(directory.path());
        let lock = DirectoryLock::take(&paths).unwrap();
        let inherited = lock.file.try_clone().unwrap();
        (directory, paths, lock, inherited)
    }

    #[test]
    fn a_child_that_lives_on_does_not_keep_the_lock_that_the_parent_gives_back() {
        let (_directory, paths, lock, _inherited) = taken();
        drop(lock);
        DirectoryLock::take(&paths).unwrap();
    }

    #[test]
    fn a_child_does_not_give_back_the_lock_of_the_parent() {
        let (_directory, paths, lock, _inherited) = taken();
        in_child(|| drop(lock));
        assert!(matches!(DirectoryLock::take(&paths), Err(StoreError::Locked { .. })));
    }
}
