//! Who may write to the last segment?
//!
//! There is one pen. Whoever has taken it from the shared state writes, without the lock, and gives
//! it back; a pen that is dropped instead poisons the journal.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use super::disk::Disk;
use super::error::JournalError;
use super::segment;
use crate::seeded::{self, Bug};

#[derive(Debug)]
pub(super) struct Pen {
    directory: PathBuf,
    disk: Disk,
    /// Of the last segment; it stands at its end.
    file: Arc<File>,
    segment: u64,
    /// Whether something has been written since the last sync.
    unsynced: bool,
}

impl Pen {
    pub(super) fn new(directory: PathBuf, disk: Disk, file: File, segment: u64) -> Self {
        Self { directory, disk, file: Arc::new(file), segment, unsynced: false }
    }

    pub(super) fn file(&self) -> &Arc<File> {
        &self.file
    }

    /// Goes on in a new segment. What is in the one before is on the disk then: only a last segment
    /// may be torn.
    pub(super) fn roll(&mut self, first_seq: u64) -> Result<(), JournalError> {
        if !seeded::is_made(Bug::RollSync) {
            self.sync()?;
        }
        self.file = Arc::new(segment::create(&self.directory, first_seq, &self.disk)?);
        self.segment = first_seq;
        Ok(())
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), JournalError> {
        self.unsynced = true;
        let written = self.disk.write(&self.file, bytes);
        written.map_err(|source| self.failed("write to the segment", source))
    }

    /// Writes over what is there; the pen then stands behind that.
    pub(super) fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), JournalError> {
        self.unsynced = true;
        let written = self.disk.write_at(&self.file, offset, bytes);
        written.map_err(|source| self.failed("write to the segment", source))
    }

    /// Cuts what is behind, or goes to the end.
    pub(super) fn set_length(&mut self, length: u64) -> Result<(), JournalError> {
        let set = self.disk.set_length(&self.file, length);
        set.map_err(|source| self.failed("set the length of the segment", source))
    }

    pub(super) fn sync(&mut self) -> Result<(), JournalError> {
        if self.unsynced {
            let mut synced = self.disk.sync(&self.file);
            if synced.is_err() && seeded::is_made(Bug::SyncAgain) {
                synced = self.disk.sync(&self.file);
            }
            synced.map_err(|source| self.failed("sync the segment", source))?;
            self.unsynced = false;
        }
        Ok(())
    }

    fn failed(&self, doing: &'static str, source: std::io::Error) -> JournalError {
        JournalError::io(&segment::path(&self.directory, self.segment), doing, source)
    }
}
