//! How do old segments move to another disk, and the journal stay whole?
//!
//! A segment that is not the last one never changes. Its copy is synced and compared before its name in
//! the journal becomes a symbolic link to it, in one step: whoever reads the segment meanwhile reads the
//! one or the other.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::error::JournalError;
use super::journal::Journal;
use super::{Mark, segment};
use crate::private;

/// What is behind the name of a copy that is being made; and behind that of a link.
const UNFINISHED: &str = "unfinished";
/// What is compared at a time.
const CHUNK: usize = 1 << 16;

/// What was moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Archived {
    pub(crate) segments: u64,
    pub(crate) bytes: u64,
}

impl Journal {
    /// Moves the segments before that of a mark to a directory, which is made if need be, and leaves
    /// links to them. The first one stays: what a journal began with is asked for now and then. Those
    /// that were moved before stay where they are.
    ///
    /// # Errors
    ///
    /// When the file system refuses, or has other files of those names: what was moved by then is
    /// moved, and nothing is lost. The next call goes on.
    pub(crate) fn archive(&self, before: Mark, into: &Path) -> Result<Archived, JournalError> {
        let failed = |doing| move |source| JournalError::io(into, doing, source);
        private::directories(into).map_err(failed("make the directory"))?;
        let into = into.canonicalize().map_err(failed("find the directory"))?;
        let directory = self.directory();
        let mut archived = Archived::default();
        let segments = segment::list(directory)?;
        for &first in segments.iter().skip(1).filter(|&&first| first < before.segment) {
            let moving = Moving {
                source: segment::path(directory, first),
                target: segment::path(&into, first),
                into: &into,
                directory,
            };
            if let Some(bytes) = moving.done()? {
                archived.segments += 1;
                archived.bytes += bytes;
            }
        }
        Ok(archived)
    }
}

/// One segment.
struct Moving<'a> {
    source: PathBuf,
    target: PathBuf,
    into: &'a Path,
    directory: &'a Path,
}

impl Moving<'_> {
    /// Its bytes, if it was not moved before.
    fn done(&self) -> Result<Option<u64>, JournalError> {
        let failed = |doing| move |source| JournalError::io(&self.source, doing, source);
        let look = failed("look at the segment");
        let metadata = fs::symlink_metadata(&self.source).map_err(look)?;
        if metadata.is_symlink() {
            return Ok(None);
        }
        if !self.target.try_exists().map_err(look)? {
            self.copy().map_err(failed("copy the segment to the archive"))?;
        }
        let is_itself = self.target.canonicalize().map_err(look)?
            == self.source.canonicalize().map_err(look)?;
        let compared = "compare the segment with its copy";
        if is_itself || !are_equal(&self.source, &self.target).map_err(failed(compared))? {
            return Err(JournalError::Taken { path: self.target.clone() });
        }
        self.link().map_err(failed("replace the segment with a link to its copy"))?;
        Ok(Some(metadata.len()))
    }

    /// Has a whole copy on the disk, under its name only when it is whole.
    fn copy(&self) -> io::Result<()> {
        let unfinished = self.target.with_extension(UNFINISHED);
        let mut copy = private::options().create(true).truncate(true).open(&unfinished)?;
        io::copy(&mut File::open(&self.source)?, &mut copy)?;
        copy.sync_all()?;
        fs::rename(unfinished, &self.target)
    }

    fn link(&self) -> io::Result<()> {
        // It may be there without its name being safe, from an attempt before this one.
        File::open(&self.target)?.sync_all()?;
        File::open(self.into)?.sync_all()?;
        let unfinished = self.source.with_extension(UNFINISHED);
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        symlink(&self.target, &unfinished)?;
        fs::rename(&unfinished, &self.source)?;
        File::open(self.directory)?.sync_all()
    }
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether two files have the same bytes.
fn are_equal(one: &Path, other: &Path) -> io::Result<bool> {
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (Vec::with_capacity(CHUNK), Vec::with_capacity(CHUNK));
    loop {
        left.clear();
        right.clear();
        one.by_ref().take(CHUNK as u64).read_to_end(&mut left)?;
        other.by_ref().take(CHUNK as u64).read_to_end(&mut right)?;
        if left != right || left.is_empty() {
            return Ok(left == right);
        }
    }
}
