//! How do bytes come, that are not all there at once?

use std::io::{self, Read};

/// Bytes that are read a few at a time.
#[derive(Debug)]
pub(crate) struct Pieces<'a> {
    bytes: &'a [u8],
    piece: usize,
}

impl<'a> Pieces<'a> {
    /// At most so many at once, and at least one.
    pub(crate) fn new(bytes: &'a [u8], piece: usize) -> Self {
        Self { bytes, piece: piece.max(1) }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.piece.min(into.len()).min(self.bytes.len());
        let (now, rest) = self.bytes.split_at(count);
        into.iter_mut().zip(now).for_each(|(place, byte)| *place = *byte);
        self.bytes = rest;
        Ok(count)
    }
}
