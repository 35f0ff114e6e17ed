//! Can the bytes of an index file make it panic?
//!
//! They are read as they are, which mostly ends at a checksum. Then they are read as a list of
//! changes to a sound file, which is signed anew: so hostile values come past the checksums.

use std::sync::LazyLock;

use stoplist::{Index, NumberSet, PhoneNumber};

use crate::file::{HEADER, IndexFile, SEGMENTS, SHIFTS};
use crate::input::Input;

/// The way back to a set is left out for files that say more.
const MAX_LINES_OF_A_SET: usize = 1 << 18;

/// What a byte says to change, modulo their number; [`Change::apply`] says what follows.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Change {
    HeaderByte,
    HeaderCount,
    Shift,
    Entry,
    BodyByte,
    Length,
}

impl Change {
    const ALL: [Self; 6] = [
        Self::HeaderByte,
        Self::HeaderCount,
        Self::Shift,
        Self::Entry,
        Self::BodyByte,
        Self::Length,
    ];

    /// Reads where and what, and changes it; `None` at the end of the input.
    fn apply(self, input: &mut Input<'_>, file: &mut IndexFile) -> Option<()> {
        match self {
            Self::HeaderByte => {
                let (at, byte) = (usize::from(input.u8()?) % HEADER, input.u8()?);
                file.put(at, &[byte]);
            }
            // The 64-bit fields are side by side: numbers, shifts, segments, lines, scattered, seed.
            Self::HeaderCount => {
                let (field, value) = (usize::from(input.u8()?) % 6, input.u64()?);
                file.put(16 + field * 8, &value.to_le_bytes());
            }
            Self::Shift => {
                let (block, value) = (usize::from(input.u8()?), input.u32()?);
                if block < file.count(SHIFTS) {
                    file.put(HEADER + block * 4, &value.to_le_bytes());
                }
            }
            Self::Entry => {
                let (segment, field, value) = (input.u16()?, input.u8()?, input.u32()?);
                let segments = file.count(SEGMENTS).max(1);
                let entry = file.entry(usize::from(segment) % segments);
                file.put(entry.saturating_add(usize::from(field) % 4 * 4), &value.to_le_bytes());
            }
            Self::BodyByte => {
                let (at, byte) = (usize::from(input.u16()?), input.u8()?);
                file.put(file.body().saturating_add(at), &[byte]);
            }
            // Up to 4096 bytes fewer or more.
            Self::Length => {
                let length = usize::from(input.u16()? % 8192);
                file.0.resize((file.0.len() + length).saturating_sub(4096), 0);
            }
        }
        Some(())
    }
}

/// Reads the bytes as an index file, and as changes to one.
///
/// # Panics
///
/// When the index does.
pub fn index_file(data: &[u8]) {
    if let Ok(index) = Index::read_from(data) {
        exercise(&index, &IndexFile(data.to_vec()));
    }
    let file = changed(data);
    if let Ok(index) = Index::read_from(&*file.0) {
        exercise(&index, &file);
    }
}

/// The sound file that the first byte chooses, with the changes that the others say, signed.
fn changed(data: &[u8]) -> IndexFile {
    let mut input = Input(data);
    let base = usize::from(input.u8().unwrap_or(0)) % BASES.len();
    let mut file = BASES.get(base).cloned().unwrap_or(IndexFile(Vec::new()));
    while let Some(code) = input.u8() {
        let change = Change::ALL.get(usize::from(code) % Change::ALL.len());
        if change.and_then(|change| change.apply(&mut input, &mut file)).is_none() {
            break;
        }
    }
    file.sign();
    file
}

/// Asks for this and that; the answers do not matter.
fn exercise(index: &Index, file: &IndexFile) {
    let near_members = [1_000_000, 14_692_576_000, 861_380_000_000].into_iter();
    let numbers = near_members.flat_map(|first| (0..400).map(move |i| first + i * 17));
    let bits = (0..64).map(|bit| 1 << bit).chain([0, u64::MAX]);
    let numbers: Vec<u64> = numbers.chain(bits).collect();
    let found = index.contains_batch(&numbers);
    for (at, &number) in numbers.iter().enumerate() {
        if let Ok(number) = PhoneNumber::new(number) {
            assert_eq!(index.contains(number), found.get(at), "{number}, alone and in a batch");
        }
    }
    assert!(index.write_to(std::io::sink()).is_ok());
    assert!(index.verify().is_ok(), "read, so checked");
    assert!(index.size_in_bytes() <= file.0.len() as u64);
    if file.lines_of_a_set() <= MAX_LINES_OF_A_SET {
        let set = index.to_set();
        assert!(set.max().is_none_or(|number| number <= PhoneNumber::MAX));
    }
}

/// Scattered numbers only; a table of tables, with lines of halves; one table from number 0 on, cut
/// to what it needs; lines of several packings.
static BASES: LazyLock<[IndexFile; 4]> = LazyLock::new(|| {
    let scattered = written((0..50).map(|i| 861_380_000_000 + i * 1_000_003));
    let shifted = written(14_692_576_000..14_692_582_000);
    let mut direct = written(1_000_000..1_006_000);
    // One shift, of block 0, that is 0: without it the segments are at the same places.
    let entries = direct.entry(0)..direct.entry(2);
    let lines = direct.0.split_off(direct.body());
    let entries = direct.0.get(entries).unwrap_or_default().to_vec();
    direct.0.truncate(HEADER);
    direct.0.extend(entries);
    direct.0.resize(direct.0.len().next_multiple_of(64), 0);
    direct.0.extend(lines);
    direct.put(SHIFTS, &0_u64.to_le_bytes());
    direct.put(SEGMENTS, &2_u64.to_le_bytes());
    direct.sign();
    let mixed = (0..300).flat_map(|i| (0..i % 60).map(move |j| 15_000_000_000 + (i << 22) + j));
    [scattered, shifted, direct, written(mixed)]
});

fn written(numbers: impl IntoIterator<Item = u64>) -> IndexFile {
    let numbers = numbers.into_iter().filter_map(|number| PhoneNumber::new(number).ok());
    let mut bytes = Vec::new();
    let written = Index::from_set(&numbers.collect::<NumberSet>()).write_to(&mut bytes);
    assert!(written.is_ok());
    IndexFile(bytes)
}

/// The sound files, for seeds.
pub(crate) fn bases() -> impl Iterator<Item = Vec<u8>> {
    BASES.iter().map(|file| file.0.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::LINES;

    fn is_taken(data: &[u8]) -> bool {
        index_file(data);
        Index::read_from(&*changed(data).0).is_ok()
    }

    #[test]
    fn a_file_without_changes_is_taken_so_that_refusals_come_of_changes() {
        for base in 0..4 {
            assert!(is_taken(&[base]), "{base}");
        }
        let segments = |base: usize| BASES[base].count(SEGMENTS);
        let shifts = |base: usize| BASES[base].count(SHIFTS);
        assert_eq!(segments(0), 0);
        assert!(segments(1) > 0 && shifts(1) > 0);
        assert!(segments(2) == 2 && shifts(2) == 0 && BASES[2].count(LINES) > 0);
        assert!(segments(3) > 0);
        let packings = |base: usize| {
            let file = &BASES[base];
            let all = (0..segments(base)).map(|s| file.u32(file.entry(s) + 12));
            all.collect::<std::collections::BTreeSet<_>>()
        };
        assert!(packings(1).contains(&4) && packings(2).contains(&4));
        assert!(packings(3).contains(&1) && packings(3).contains(&5), "{:?}", packings(3));
    }

    #[test]
    fn hostile_values_come_past_the_checksums() {
        // A seed, a byte of a line, a shift: none can be told from a right one.
        assert!(is_taken(&[0, 1, 5, 1, 2, 3, 4, 5, 6, 7, 8]));
        assert!(is_taken(&[1, 4, 9, 0, 77]));
        assert!(is_taken(&[2, 4, 9, 0, 77, 4, 200, 0, 77]));
        // More lines than there are.
        assert!(!is_taken(&[1, 1, 3, 255, 255, 255, 255, 255, 255, 255, 255]));
        assert!(!is_taken(&[1, 5, 0, 0]));
    }
}
