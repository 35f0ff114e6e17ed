//! What are the fields of an index file, for tests that look at them or change them?
//!
//! Written from the page of the format and not from the code, so that the two check each other.

use stoplist::Index;

/// The bytes of an index file.
#[derive(Clone)]
pub(super) struct IndexBytes(pub(super) Vec<u8>);

/// The header's fields that tests change: where they start and how many bytes they have.
pub(super) const VERSION: (usize, usize) = (8, 4);
pub(super) const SIZE_BITS: (usize, usize) = (12, 4);
pub(super) const NUMBERS: (usize, usize) = (16, 8);
pub(super) const SHIFTS: (usize, usize) = (24, 8);
pub(super) const SEGMENTS: (usize, usize) = (32, 8);
pub(super) const LINES: (usize, usize) = (40, 8);
pub(super) const SCATTERED_LINES: (usize, usize) = (48, 8);
pub(super) const SEED: (usize, usize) = (56, 8);
const DIRECTORY_CHECKSUM: (usize, usize) = (64, 4);
const LINES_CHECKSUM: (usize, usize) = (68, 4);
const SCATTERED_CHECKSUM: (usize, usize) = (72, 4);
const HEADER_CHECKSUM: (usize, usize) = (124, 4);

/// The fields of a segment's entry, as [`IndexBytes::set_entry`] counts them.
pub(super) const BASE: usize = 0;
pub(super) const COUNT: usize = 1;
pub(super) const MULTIPLIER: usize = 2;
pub(super) const PACKING: usize = 3;

pub(super) const HEADER: usize = 128;
pub(super) const LINE: usize = 64;

impl IndexBytes {
    pub(super) fn of(index: &Index) -> Self {
        let mut bytes = Vec::new();
        index.write_to(&mut bytes).unwrap();
        Self(bytes)
    }

    pub(super) fn get(&self, (at, length): (usize, usize)) -> u64 {
        let mut field = [0; 8];
        field[..length].copy_from_slice(&self.0[at..at + length]);
        u64::from_le_bytes(field)
    }

    pub(super) fn set(&mut self, (at, length): (usize, usize), value: u64) {
        self.0[at..at + length].copy_from_slice(&value.to_le_bytes()[..length]);
    }

    pub(super) fn size_bits(&self) -> u64 {
        self.get(SIZE_BITS)
    }

    pub(super) fn shifts(&self) -> usize {
        self.get(SHIFTS) as usize
    }

    pub(super) fn segments(&self) -> usize {
        self.get(SEGMENTS) as usize
    }

    /// Of header and directory, with what fills its last line.
    pub(super) fn body(&self) -> usize {
        (HEADER + self.shifts() * 4 + self.segments() * 16).next_multiple_of(LINE)
    }

    fn entry(&self, entry: usize, field: usize) -> (usize, usize) {
        (HEADER + self.shifts() * 4 + entry * 16 + field * 4, 4)
    }

    pub(super) fn entry_field(&self, entry: usize, field: usize) -> u32 {
        self.get(self.entry(entry, field)) as u32
    }

    pub(super) fn set_entry(&mut self, entry: usize, field: usize, value: u32) {
        self.set(self.entry(entry, field), value.into());
    }

    pub(super) fn packing(&self, entry: usize) -> u32 {
        self.entry_field(entry, PACKING)
    }

    pub(super) fn set_shift(&mut self, block: usize, value: u32) {
        self.set((HEADER + block * 4, 4), value.into());
    }

    /// Makes all checksums right, whatever the fields say. Where the parts would not be as long as
    /// the header says, that of the header alone.
    pub(super) fn sign(&mut self) {
        if let Some([directory, lines, scattered]) = self.checksums() {
            self.set(DIRECTORY_CHECKSUM, directory.into());
            self.set(LINES_CHECKSUM, lines.into());
            self.set(SCATTERED_CHECKSUM, scattered.into());
        }
        let header = crc32c::crc32c(&self.0[..HEADER_CHECKSUM.0]);
        self.set(HEADER_CHECKSUM, header.into());
    }

    fn checksums(&self) -> Option<[u32; 3]> {
        let bytes = |field, size: usize| usize::try_from(self.get(field)).ok()?.checked_mul(size);
        let entries = bytes(SHIFTS, 4)?.checked_add(bytes(SEGMENTS, 16)?)?;
        let (directory, _) = self.0[HEADER..].split_at_checked(entries)?;
        let body = HEADER + entries.next_multiple_of(LINE);
        let (lines, scattered) = self.0.get(body..)?.split_at_checked(bytes(LINES, LINE)?)?;
        let scattered = scattered.get(..bytes(SCATTERED_LINES, LINE)?)?;
        Some([directory, lines, scattered].map(crc32c::crc32c))
    }
}
