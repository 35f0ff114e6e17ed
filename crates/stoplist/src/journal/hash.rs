//! What is the hash of a record?
//!
//! The hash function takes a fifth of the time when the pieces that it gets begin and end at
//! multiples of a few KiB, which pages do not. So they are gathered first.

use super::frame::Header;

/// Bytes that are hashed at once.
const PIECE: usize = 64 << 10;

/// The hash of a record without pages.
pub(super) fn of_record(head: &[u8], header: &Header) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(head).update(&header.body()).finalize().into()
}

/// The hash of a record with pages: its head first, then its pages.
pub(super) struct PieceHasher {
    hasher: blake3::Hasher,
    /// Less than a piece.
    buffer: Vec<u8>,
}

impl PieceHasher {
    pub(super) fn new() -> Self {
        Self { hasher: blake3::Hasher::new(), buffer: Vec::with_capacity(PIECE) }
    }

    pub(super) fn update(&mut self, mut bytes: &[u8]) {
        while let Some((now, rest)) = bytes.split_at_checked(PIECE - self.buffer.len()) {
            self.buffer.extend_from_slice(now);
            self.hasher.update(&self.buffer);
            self.buffer.clear();
            bytes = rest;
        }
        self.buffer.extend_from_slice(bytes);
    }

    pub(super) fn finalize(mut self, header: &Header) -> [u8; 32] {
        self.hasher.update(&self.buffer).update(&header.body()).finalize().into()
    }
}
