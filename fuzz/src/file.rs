//! What are the fields of an index file, for bodies that change them?
//!
//! Written from the page of the format and not from the code. Every access is checked: the fields
//! say anything.

/// The bytes of an index file.
#[derive(Clone, Debug)]
pub(crate) struct IndexFile(pub(crate) Vec<u8>);

pub(crate) const HEADER: usize = 128;
const ENTRY: usize = 16;
const LINE: usize = 64;

/// Where the header's fields start.
const SIZE_BITS: usize = 12;
pub(crate) const SHIFTS: usize = 24;
pub(crate) const SEGMENTS: usize = 32;
pub(crate) const LINES: usize = 40;
const SCATTERED_LINES: usize = 48;
const CHECKSUMS: usize = 64;
const HEADER_CHECKSUM: usize = 124;

impl IndexFile {
    /// Writes over what is there; what would be past the end is left out.
    pub(crate) fn put(&mut self, at: usize, bytes: &[u8]) {
        let places = self.0.get_mut(at..).unwrap_or_default();
        places.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    }

    pub(crate) fn u32(&self, at: usize) -> u32 {
        let field = self.0.get(at..).and_then(|bytes| bytes.first_chunk());
        field.map_or(0, |&field| u32::from_le_bytes(field))
    }

    /// A count of the header; as large as it says, which may be too large for any file.
    pub(crate) fn count(&self, at: usize) -> usize {
        let field = self.0.get(at..).and_then(|bytes| bytes.first_chunk());
        field.map_or(0, |&field| usize::try_from(u64::from_le_bytes(field)).unwrap_or(usize::MAX))
    }

    /// Where the entry of a segment starts.
    pub(crate) fn entry(&self, segment: usize) -> usize {
        let shifts = self.count(SHIFTS).saturating_mul(4);
        HEADER.saturating_add(shifts).saturating_add(segment.saturating_mul(ENTRY))
    }

    /// Where the lines start.
    pub(crate) fn body(&self) -> usize {
        let end = self.entry(self.count(SEGMENTS));
        end.checked_next_multiple_of(LINE).unwrap_or(usize::MAX)
    }

    /// Makes all checksums right, as far as the parts are as long as the header says.
    pub(crate) fn sign(&mut self) {
        let lines = self.body().saturating_add(self.count(LINES).saturating_mul(LINE));
        let end = lines.saturating_add(self.count(SCATTERED_LINES).saturating_mul(LINE));
        let parts = [HEADER..self.entry(self.count(SEGMENTS)), self.body()..lines, lines..end];
        for (at, part) in parts.into_iter().enumerate() {
            if let Some(part) = self.0.get(part) {
                let checksum = crc32c::crc32c(part).to_le_bytes();
                self.put(CHECKSUMS + at * 4, &checksum);
            }
        }
        if let Some(header) = self.0.get(..HEADER_CHECKSUM) {
            let checksum = crc32c::crc32c(header).to_le_bytes();
            self.put(HEADER_CHECKSUM, &checksum);
        }
    }

    /// An upper bound of the lines that the way back to a set reads: entries and tables that say the
    /// same lines are many make it much longer than the file.
    pub(crate) fn lines_of_a_set(&self) -> usize {
        let table = 1_usize.checked_shl(32_u32.saturating_sub(self.u32(SIZE_BITS))).unwrap_or(0);
        let segments = self.count(SEGMENTS).min(self.0.len() / ENTRY);
        let lines = (0..segments).map(|segment| self.u32(self.entry(segment) + 4) as usize + 1);
        let most = lines.clone().max().unwrap_or(0);
        let places = self.count(SHIFTS).saturating_mul(table);
        places.saturating_mul(most).max(lines.sum())
    }
}
