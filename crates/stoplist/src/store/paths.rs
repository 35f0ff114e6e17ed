//! What lies where in a store's directory?
//!
//! ```text
//! STOPLIST   marks the directory as a store, and says of which format
//! LOCK       locked by the process that has the store open
//! journal/   the journal: see there
//! state/     the state, which can be made anew from the journal
//! ```

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::error::StoreError;
use crate::private;

/// The first line of the mark.
pub(super) const FORMAT: &str = "stoplist store, format 1";

#[derive(Clone)]
pub(super) struct Paths {
    pub(super) root: PathBuf,
    pub(super) mark: PathBuf,
    pub(super) lock: PathBuf,
    pub(super) journal: PathBuf,
    pub(super) state: PathBuf,
}

impl Paths {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            mark: root.join("STOPLIST"),
            lock: root.join("LOCK"),
            journal: root.join("journal"),
            state: root.join("state"),
        }
    }

    /// Makes the directory, or takes one that is empty.
    pub(super) fn make_room(&self) -> Result<(), StoreError> {
        let root = &self.root;
        private::directories(root).map_err(|error| StoreError::io(root, "make it", error))?;
        let mut entries =
            fs::read_dir(root).map_err(|error| StoreError::io(root, "read it", error))?;
        match entries.next() {
            None => Ok(()),
            Some(_) => Err(StoreError::Occupied { path: root.clone() }),
        }
    }

    /// Says that all the rest is there.
    pub(super) fn write_mark(&self) -> Result<(), StoreError> {
        let write = || {
            let mut file = private::options().create_new(true).open(&self.mark)?;
            writeln!(file, "{FORMAT}")?;
            file.sync_all()?;
            self.sync_names()
        };
        write().map_err(|error| StoreError::io(&self.mark, "write the mark of a store", error))
    }

    /// Has the names of the store's files, and its own, on the disk.
    fn sync_names(&self) -> io::Result<()> {
        File::open(&self.root)?.sync_all()?;
        let above = self.root.parent().filter(|above| !above.as_os_str().is_empty());
        match File::open(above.unwrap_or(Path::new("."))) {
            Ok(above) => above.sync_all(),
            // Whoever may not read it did not make the store there.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether this is a store that can be read.
    pub(super) fn check_mark(&self) -> Result<(), StoreError> {
        let path = self.root.clone();
        match fs::read(&self.mark) {
            // Whoever wrote it may have ended before its name was safe.
            Ok(mark) if mark == format!("{FORMAT}\n").as_bytes() => self
                .sync_names()
                .map_err(|error| StoreError::io(&self.root, "sync the names of the store", error)),
            Ok(mark) => {
                let found = String::from_utf8_lossy(&mark);
                let found = found.lines().next().unwrap_or_default().chars().take(40).collect();
                Err(StoreError::Format { path, found })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(StoreError::NotAStore { path })
            }
            Err(error) => Err(StoreError::io(&self.mark, "read the mark of a store", error)),
        }
    }
}
