//! Which records came after another one?
//!
//! Reads with files of its own, up to where the journal stood when it was asked, so nobody who
//! appends is in the way.

use std::path::{Path, PathBuf};

use super::Mark;
use super::entry::Entry;
use super::error::{Fault, JournalError};
use super::reader::Reader;
use super::segment;

/// The durable records behind some place, in order; after an error, none.
pub(crate) struct Entries {
    directory: PathBuf,
    /// Those that have not been opened, the next one last.
    segments: Vec<u64>,
    reader: Option<Reader>,
    /// The segment that is open.
    segment: u64,
    /// The record before the next one, and its hash when that is known.
    seq: u64,
    hash: Option<[u8; 32]>,
    until: Mark,
}

impl Entries {
    /// Those behind record `after`. Walks over the records of the segment that come before.
    pub(super) fn after(directory: &Path, after: u64, until: Mark) -> Result<Self, JournalError> {
        let mut entries = Self::new(directory, until);
        if after < until.seq {
            entries.list(after + 1)?;
            entries.open_next()?;
            while entries.seq < after {
                entries.pass()?;
            }
        }
        Ok(entries)
    }

    /// Those behind a mark. Goes there at once.
    pub(super) fn from(directory: &Path, mark: Mark, until: Mark) -> Result<Self, JournalError> {
        let mut entries = Self::new(directory, until);
        if mark.seq < until.seq {
            entries.list(mark.segment)?;
            entries.open_next()?;
            let unfit = || JournalError::Unfit { path: directory.to_owned(), mark };
            let reader = entries.reader.as_mut().ok_or_else(unfit)?;
            let ahead =
                mark.end.checked_sub(reader.offset()).filter(|&bytes| bytes <= reader.left());
            if entries.segment != mark.segment || ahead.is_none() {
                return Err(unfit());
            }
            reader.skip(ahead.unwrap_or_default())?;
            (entries.seq, entries.hash) = (mark.seq, Some(mark.hash));
        }
        Ok(entries)
    }

    fn new(directory: &Path, until: Mark) -> Self {
        Self {
            directory: directory.to_owned(),
            segments: Vec::new(),
            reader: None,
            segment: 0,
            seq: until.seq,
            hash: None,
            until,
        }
    }

    /// Begins with the segment that has a record.
    fn list(&mut self, with: u64) -> Result<(), JournalError> {
        let mut segments = segment::list(&self.directory)?;
        segments.retain(|&first| first <= self.until.segment);
        let before = segments.partition_point(|&first| first <= with).saturating_sub(1);
        self.segments = segments.split_off(before);
        self.segments.reverse();
        // What its name says; reading checks it.
        self.seq = self.segments.last().map_or(0, |first| first.saturating_sub(1));
        Ok(())
    }

    fn open_next(&mut self) -> Result<(), JournalError> {
        let expected = self.seq + 1;
        let Some(first) = self.segments.pop().filter(|&first| first == expected) else {
            let path = segment::path(&self.directory, expected);
            return Err(JournalError::damaged(&path, 0, Fault::MissingSegment { expected }));
        };
        let limit = (first == self.until.segment).then_some(self.until.end);
        self.reader = Some(Reader::open_segment(&self.directory, first, limit)?);
        self.segment = first;
        Ok(())
    }

    /// The reader of the next record.
    fn reader(&mut self) -> Result<&mut Reader, JournalError> {
        if self.reader.as_ref().is_none_or(|reader| reader.left() == 0) {
            self.open_next()?;
        }
        self.reader.as_mut().ok_or_else(|| JournalError::NotThere { path: self.directory.clone() })
    }

    fn pass(&mut self) -> Result<(), JournalError> {
        let seq = self.seq + 1;
        let reader = self.reader()?;
        let header = reader.header(seq)?;
        reader.skip(header.and_then(|header| header.frame_bytes()).unwrap_or_default())?;
        self.seq = seq;
        Ok(())
    }

    fn step(&mut self) -> Result<Option<Entry>, JournalError> {
        let (seq, hash) = (self.seq + 1, self.hash);
        self.reader()?;
        let (Some(reader), segment) = (&mut self.reader, self.segment) else { return Ok(None) };
        let entry = Entry::read(reader, segment, seq, hash)?;
        self.seq = seq;
        self.hash = entry.as_ref().and_then(Entry::hash);
        Ok(entry)
    }
}

impl Iterator for Entries {
    type Item = Result<Entry, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.seq >= self.until.seq {
            return None;
        }
        let entry = self.step();
        if entry.is_err() {
            self.seq = self.until.seq;
        }
        entry.transpose()
    }
}
