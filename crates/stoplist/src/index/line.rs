//! What is a line?
//!
//! 64 bytes, what a processor fetches at once. Every look-up ends in one: all its lanes are
//! compared, none is searched.

/// 64 bytes that lie in one cache line; lanes in it are little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub(super) struct Line(pub(super) [u8; Line::BYTES]);

impl Line {
    pub(super) const BYTES: usize = 64;
    pub(super) const ZERO: Self = Self([0; Self::BYTES]);

    /// The 64-bit lanes.
    #[inline]
    pub(super) fn longs(&self) -> impl DoubleEndedIterator<Item = u64> + ExactSizeIterator + '_ {
        self.0.as_chunks().0.iter().map(|&lane| u64::from_le_bytes(lane))
    }
}
