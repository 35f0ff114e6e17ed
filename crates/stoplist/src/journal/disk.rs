//! What is asked of the file system?
//!
//! Every change to what a journal says goes through here, so that the unit tests can let the nth one
//! fail, and cut the power at it. Copies of whole segments, in `copy` and `archive`, do not.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use crate::private;
use crate::seeded::{self, Bug};

/// The file system; under the unit tests, one that fails when it is told to, or is simulated.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    #[cfg(test)]
    faults: super::tests::faults::Faults,
    #[cfg(all(test, unix))]
    simulated: super::tests::simulated::Simulated,
}

impl Disk {
    #[cfg(test)]
    pub(super) fn failing(faults: super::tests::faults::Faults) -> Self {
        Self { faults, ..Self::default() }
    }

    /// One that remembers what is safe on it.
    #[cfg(all(test, unix))]
    pub(super) fn simulated(simulated: super::tests::simulated::Simulated) -> Self {
        Self { simulated, ..super::tests::faults::Faults::quick() }
    }

    /// Writes where the file stands.
    pub(super) fn write(&self, mut file: &File, bytes: &[u8]) -> io::Result<()> {
        #[cfg(test)]
        if let Some((written, error)) = self.faults.strike("write") {
            // A short write: some of it is in the file.
            let written = written.min(bytes.len());
            file.write_all(bytes.get(..written).unwrap_or(bytes))?;
            return Err(error);
        }
        #[cfg(all(test, unix))]
        let mut file = self.simulated.writer(file);
        if seeded::is_made(Bug::ShortWrite) {
            return file.write(bytes).map(drop);
        }
        file.write_all(bytes)
    }

    /// Writes at an offset; the file then stands behind what was written.
    pub(super) fn write_at(&self, mut file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
        file.seek(SeekFrom::Start(offset))?;
        self.write(file, bytes)
    }

    /// `fdatasync`: the bytes, and as much about the file as it takes to read them.
    pub(super) fn sync(&self, file: &File) -> io::Result<()> {
        if seeded::is_made(Bug::JournalSync) {
            return Ok(());
        }
        self.strike("sync")?;
        #[cfg(all(test, unix))]
        self.simulated.sync(file)?;
        #[cfg(test)]
        if self.faults.is_quick() {
            return Ok(());
        }
        file.sync_data()
    }

    /// Has the names in a directory on the disk.
    pub(super) fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        self.strike("sync directory")?;
        #[cfg(all(test, unix))]
        self.simulated.sync_directory(directory)?;
        #[cfg(test)]
        if self.faults.is_quick() {
            return Ok(());
        }
        File::open(directory)?.sync_all()
    }

    /// A file that was not there.
    pub(super) fn create(&self, path: &Path) -> io::Result<File> {
        self.strike("create")?;
        let file = private::options().create_new(true).open(path)?;
        #[cfg(all(test, unix))]
        self.simulated.created(path, &file)?;
        Ok(file)
    }

    /// Cuts or lengthens; the file then stands at its end.
    pub(super) fn set_length(&self, mut file: &File, length: u64) -> io::Result<()> {
        self.strike("set length")?;
        #[cfg(all(test, unix))]
        self.simulated.set_length(file, length)?;
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length)).map(drop)
    }

    pub(super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.strike("rename")?;
        #[cfg(all(test, unix))]
        self.simulated.rename(from, to)?;
        fs::rename(from, to)
    }

    #[cfg(test)]
    fn strike(&self, operation: &'static str) -> io::Result<()> {
        self.faults.strike(operation).map_or(Ok(()), |(_, error)| Err(error))
    }

    #[cfg(not(test))]
    fn strike(&self, _operation: &'static str) -> io::Result<()> {
        Ok(())
    }
}
