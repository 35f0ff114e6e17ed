//! What are the bytes around a head?
//!
//! The [page of the module](super) draws them. Nothing here reads or writes a file.

use super::error::Fault;
use crate::seeded::{self, Bug};

pub(super) const MAGIC: [u8; 4] = *b"SREC";
/// What comes before the bytes that the checksum of a header is of.
const BEFORE_BODY: usize = 8;
/// After a head.
pub(super) const CHECKSUM_BYTES: u64 = 4;
pub(super) const MAX_HEAD_BYTES: usize = 128 << 20;

/// The header of a record, but for its mark and its checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) seq: u64,
    pub(super) at_us: i64,
    /// How many of the records before had not been synced when this one was written.
    pub(super) place: u32,
    pub(super) head_bytes: u32,
    pub(super) pages_bytes: u64,
    /// The hash of the record before.
    pub(super) previous: [u8; 32],
}

impl Header {
    pub(super) const BYTES: usize = 72;

    /// The bytes that the checksum is of, and that are hashed.
    pub(super) fn body(&self) -> [u8; Self::BYTES - BEFORE_BODY] {
        let mut bytes = [0; Self::BYTES - BEFORE_BODY];
        let mut filler = Filler(&mut bytes);
        filler.put(self.seq.to_le_bytes());
        filler.put(self.at_us.to_le_bytes());
        filler.put(self.place.to_le_bytes());
        filler.put(self.head_bytes.to_le_bytes());
        filler.put(self.pages_bytes.to_le_bytes());
        filler.put(self.previous);
        bytes
    }

    pub(super) fn to_bytes(self) -> [u8; Self::BYTES] {
        let body = self.body();
        let mut bytes = [0; Self::BYTES];
        let mut filler = Filler(&mut bytes);
        filler.put(MAGIC);
        filler.put(crc32c::crc32c(&body).to_le_bytes());
        filler.put(body);
        bytes
    }

    /// From exactly its bytes, or from the beginning of more.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, Fault> {
        let mut fields = Fields(bytes);
        if fields.take() != Some(MAGIC) {
            return Err(Fault::Magic);
        }
        let checksum = fields.u32();
        let body: [u8; Self::BYTES - BEFORE_BODY] = fields.take().ok_or(Fault::Length)?;
        if crc32c::crc32c(&body) != checksum && !seeded::is_made(Bug::HeaderChecksum) {
            return Err(Fault::HeaderChecksum);
        }
        let mut fields = Fields(&body);
        Ok(Self {
            seq: fields.u64(),
            at_us: fields.take().map_or(0, i64::from_le_bytes),
            place: fields.u32(),
            head_bytes: fields.u32(),
            pages_bytes: fields.u64(),
            previous: fields.take().unwrap_or_default(),
        })
    }

    /// Bytes of the record, from its mark to its last page; `None` when there cannot be so many.
    pub(super) fn frame_bytes(&self) -> Option<u64> {
        let before = Self::BYTES as u64 + u64::from(self.head_bytes) + CHECKSUM_BYTES;
        let fits = self.head_bytes as usize <= MAX_HEAD_BYTES;
        self.pages_bytes.checked_add(before).filter(|_| fits)
    }

    /// The number of the first record that had perhaps not been synced when this one was written.
    pub(super) fn first_unsynced(&self) -> u64 {
        self.seq.saturating_sub(u64::from(self.place))
    }
}

/// The header of a page, but for its checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageHeader {
    pub(super) bytes: u32,
    pub(super) first: u64,
    pub(super) last: u64,
    /// Of the bytes of the page.
    pub(super) checksum: u32,
}

impl PageHeader {
    pub(super) const BYTES: usize = 28;
    const CHECKED_BYTES: usize = 24;

    pub(super) fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut checked = [0; Self::CHECKED_BYTES];
        let mut filler = Filler(&mut checked);
        filler.put(self.bytes.to_le_bytes());
        filler.put(self.first.to_le_bytes());
        filler.put(self.last.to_le_bytes());
        filler.put(self.checksum.to_le_bytes());
        let mut bytes = [0; Self::BYTES];
        let mut filler = Filler(&mut bytes);
        filler.put(checked);
        filler.put(crc32c::crc32c(&checked).to_le_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, Fault> {
        let mut fields = Fields(bytes);
        let checked: [u8; Self::CHECKED_BYTES] = fields.take().ok_or(Fault::PageHeader)?;
        let is_sound = fields.take().map(u32::from_le_bytes) == Some(crc32c::crc32c(&checked));
        if !is_sound && !seeded::is_made(Bug::PageHeaderChecksum) {
            return Err(Fault::PageHeader);
        }
        let mut fields = Fields(&checked);
        Ok(Self {
            bytes: fields.u32(),
            first: fields.u64(),
            last: fields.u64(),
            checksum: fields.u32(),
        })
    }
}

/// Little-endian fields, one after the other; 0 past the end.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl Fields<'_> {
    pub(super) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }

    pub(super) fn u32(&mut self) -> u32 {
        self.take().map_or(0, u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> u64 {
        self.take().map_or(0, u64::from_le_bytes)
    }
}

/// Puts fields one after the other into bytes that are long enough.
pub(super) struct Filler<'a>(pub(super) &'a mut [u8]);

impl Filler<'_> {
    pub(super) fn put<const N: usize>(&mut self, field: [u8; N]) {
        let rest = std::mem::take(&mut self.0);
        debug_assert!(rest.len() >= N);
        if let Some((place, rest)) = rest.split_first_chunk_mut() {
            *place = field;
            self.0 = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header {
        seq: 0x0102_0304_0506_0708,
        at_us: -2,
        place: 3,
        head_bytes: 4,
        pages_bytes: 5,
        previous: [6; 32],
    };

    #[test]
    fn a_header_is_read_as_it_was_written() {
        let bytes = HEADER.to_bytes();
        assert_eq!(Header::from_bytes(&bytes), Ok(HEADER));
        assert_eq!(bytes[8..16], [8, 7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(bytes[24..32], [3, 0, 0, 0, 4, 0, 0, 0]);
        assert_eq!(bytes[40..], [6; 32]);
        let page = PageHeader { bytes: 1, first: 2, last: 3, checksum: 4 };
        assert_eq!(PageHeader::from_bytes(&page.to_bytes()), Ok(page));
    }

    #[test]
    fn a_changed_bit_of_a_header_is_seen() {
        let page = PageHeader { bytes: 1, first: 2, last: 3, checksum: 4 }.to_bytes();
        for bit in 0..8 * Header::BYTES {
            let mut bytes = HEADER.to_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            Header::from_bytes(&bytes).unwrap_err();
        }
        for bit in 0..8 * PageHeader::BYTES {
            let mut bytes = page;
            bytes[bit / 8] ^= 1 << (bit % 8);
            PageHeader::from_bytes(&bytes).unwrap_err();
        }
    }

    #[test]
    fn lengths_that_cannot_be_are_no_length() {
        assert_eq!(HEADER.frame_bytes(), Some(72 + 4 + 4 + 5));
        let huge = |head_bytes, pages_bytes| Header { head_bytes, pages_bytes, ..HEADER };
        assert_eq!(huge(0, u64::MAX).frame_bytes(), None);
        assert_eq!(huge(MAX_HEAD_BYTES as u32 + 1, 0).frame_bytes(), None);
    }
}
