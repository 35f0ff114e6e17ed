//! Is every byte of a journal what was written?

use std::collections::VecDeque;
use std::path::Path;

use super::Mark;
use super::entry;
use super::error::{Fault, JournalError};
use super::reader::Reader;
use super::segment;

/// All of a journal is as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verified {
    pub(crate) records: u64,
    /// Where the journal ends.
    pub(crate) last: Mark,
}

/// Reads every byte of a journal that nobody appends to, and recomputes the whole chain. Changes
/// nothing.
///
/// # Errors
///
/// The first damage; a torn tail is damage here.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn verify_directory(directory: &Path) -> Result<Verified, JournalError> {
    let mut scan = Scan::from(Mark::EMPTY);
    let segments = segment::list(directory)?;
    if segments.is_empty() {
        return Err(JournalError::NotThere { path: directory.to_owned() });
    }
    scan.run(directory, &segments, None)?;
    Ok(Verified { records: scan.last.seq, last: scan.last })
}

/// How far a journal has been checked.
pub(super) struct Scan {
    pub(super) last: Mark,
    /// Where the next record belongs, when all has been read.
    pub(super) segment: u64,
    pub(super) end: u64,
    /// The records of this segment that had perhaps not been synced when the last one was written:
    /// their numbers, and where they begin.
    unsynced: VecDeque<(u64, u64)>,
}

impl Scan {
    /// From a mark on.
    pub(super) fn from(mark: Mark) -> Self {
        Self { last: mark, segment: mark.segment, end: mark.end, unsynced: VecDeque::new() }
    }

    /// Where the records begin that have perhaps not been synced, in the last segment.
    pub(super) fn unsynced_from(&self) -> u64 {
        self.unsynced.front().map_or(self.end, |&(_, offset)| offset)
    }

    /// Checks all that follows in these segments, up to a mark or to the end.
    pub(super) fn run(
        &mut self,
        directory: &Path,
        segments: &[u64],
        until: Option<Mark>,
    ) -> Result<(), JournalError> {
        let before = segments.partition_point(|&first| first < self.segment);
        let segments = segments.get(before..).unwrap_or_default();
        let wanted = |first: u64| until.is_none_or(|mark| first <= mark.segment);
        let mut expected = self.segment;
        for &first in segments.iter().filter(|&&first| wanted(first)) {
            if first != expected {
                break;
            }
            let limit = until.filter(|mark| mark.segment == first).map(|mark| mark.end);
            self.read_segment(directory, first, limit)?;
            expected = self.last.seq + 1;
        }
        // The one that is open is the last, or a gap is behind it.
        let last = segments.iter().rfind(|&&first| wanted(first)).copied();
        if last == Some(self.segment) {
            return Ok(());
        }
        let path = segment::path(directory, expected);
        Err(JournalError::damaged(&path, 0, Fault::MissingSegment { expected }))
    }

    fn read_segment(
        &mut self,
        directory: &Path,
        first: u64,
        limit: Option<u64>,
    ) -> Result<(), JournalError> {
        let mut reader = Reader::open_segment(directory, first, limit)?;
        if first == self.segment {
            reader.skip(self.end.saturating_sub(segment::HEADER_BYTES))?;
        }
        self.segment = first;
        self.end = reader.offset();
        // What is in the segment before has been synced.
        self.unsynced.clear();
        while let Some(header) = reader.header(self.last.seq + 1)? {
            let begin = self.end;
            let hash = entry::check(&mut reader, &header, Some(self.last.hash))?;
            self.end = reader.offset();
            self.last = Mark { seq: header.seq, hash, segment: first, end: self.end };
            self.unsynced.push_back((header.seq, begin));
            while self.unsynced.front().is_some_and(|&(seq, _)| seq < header.first_unsynced()) {
                self.unsynced.pop_front();
            }
        }
        Ok(())
    }
}
