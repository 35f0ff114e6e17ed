//! How does a file pass through memory, a piece at a time, without a row being cut?

use std::io::{self, Read};
use std::path::Path;

use crate::{Error, MAX_ROW_BYTES};

/// How much is read at once, at most.
const CHUNK: usize = 1 << 20;

/// The bytes of a file that have been read and not used up: one slice of one buffer, which slides
/// over the file. A row up to the limit, and whatever ends it, always fits.
pub(super) struct Window<'p, R> {
    reader: R,
    path: &'p Path,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
}

impl<'p, R: Read> Window<'p, R> {
    pub(super) fn new(path: &'p Path, reader: R) -> Self {
        // Not zeroed by hand: untouched pages of it take no memory.
        let buffer = vec![0; MAX_ROW_BYTES + 2 + CHUNK];
        Self { reader, path, buffer, start: 0, end: 0, at_end: false }
    }

    /// The file's name, for errors.
    pub(super) fn path(&self) -> &'p Path {
        self.path
    }

    /// What is there.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether nothing comes behind what is there.
    pub(super) fn at_end(&self) -> bool {
        self.at_end
    }

    /// Whether what is there can only be a row over the limit, when it does not end a row.
    pub(super) fn is_full(&self) -> bool {
        self.end - self.start > MAX_ROW_BYTES + 1
    }

    /// Takes bytes off the front, and hands them out.
    #[inline]
    pub(super) fn take(&mut self, bytes: usize) -> &[u8] {
        let start = self.start;
        self.start = (start + bytes).min(self.end);
        self.buffer.get(start..self.start).unwrap_or_default()
    }

    /// Reads on behind what is there, unless it [is full](Self::is_full); whether anything came.
    #[cold]
    pub(super) fn fill(&mut self) -> Result<bool, Error> {
        if self.end > MAX_ROW_BYTES + 2 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        let room = room.split_at_mut_checked(CHUNK).map_or(&mut [][..], |(room, _)| room);
        let read = loop {
            match self.reader.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => break outcome.map_err(|error| Error::io(self.path, "read", error))?,
            }
        };
        self.end += read;
        self.at_end = read == 0;
        Ok(!self.at_end)
    }
}
