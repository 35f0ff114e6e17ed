//! How is a journal copied while it is written to?
//!
//! What is behind the last durable record is left out, and a record that is there never changes: so
//! the files can be copied one after the other, whatever is appended meanwhile.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::error::JournalError;
use super::journal::Journal;
use super::{Mark, segment};
use crate::private;

impl Journal {
    /// Copies everything up to a durable record into a directory that has no journal yet, and syncs
    /// it.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub(crate) fn copy_to(&self, directory: &Path, up_to: Mark) -> Result<(), JournalError> {
        let failed = |doing| move |source| JournalError::io(directory, doing, source);
        private::directory(directory).map_err(failed("make the directory"))?;
        let from = self.directory();
        for first in segment::list(from)? {
            if first > up_to.segment {
                break;
            }
            let length = if first == up_to.segment { up_to.end } else { u64::MAX };
            let (source, target) = (segment::path(from, first), segment::path(directory, first));
            let opened = File::open(&source);
            let opened = opened.map_err(|error| JournalError::closed(&source, error))?;
            copy(opened, &target, length)
                .map_err(|error| JournalError::io(&target, "copy the segment", error))?;
        }
        let sync = File::open(directory).and_then(|directory| directory.sync_all());
        sync.map_err(failed("sync the directory"))
    }
}

fn copy(source: File, target: &Path, length: u64) -> io::Result<()> {
    let mut target = private::options().create_new(true).open(target)?;
    io::copy(&mut source.take(length), &mut target)?;
    target.sync_all()
}
