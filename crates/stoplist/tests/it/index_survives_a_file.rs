//! What was written to a file and read again is the same index, and equal sets give equal files.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use proptest::prelude::*;
use stoplist::{Index, NumberSet, NumberSetBuilder, PhoneNumber};

use super::index_bytes::{HEADER, IndexBytes, LINE};
use super::index_numbers::{Kind, any_numbers, questions, set};

/// A file that is gone when the test is.
pub(super) struct Scratch(pub(super) PathBuf);

impl Scratch {
    pub(super) fn new(name: &str) -> Self {
        let name = format!("{}-{name}", std::process::id());
        Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn check(numbers: &BTreeSet<u64>, file: &Scratch) -> Result<(), TestCaseError> {
    let set = set(numbers.iter().copied());
    let built = Index::from_set(&set);
    let bytes = IndexBytes::of(&built);
    // The header, and up to a line that is filled up.
    let more = bytes.0.len() as u64 - built.size_in_bytes() - HEADER as u64;
    prop_assert!(more < LINE as u64, "size_in_bytes is {} short", more);
    fs::write(&file.0, &bytes.0).unwrap();

    let numbers: Vec<u64> = numbers.iter().copied().collect();
    let asked = questions(&numbers, 1_000);
    let expected = built.contains_batch(&asked);
    for read in [Index::open(&file.0).unwrap(), Index::read_from(&bytes.0[..]).unwrap()] {
        prop_assert!(read.contains_batch(&asked) == expected);
        prop_assert_eq!(read.len(), built.len());
        prop_assert_eq!(read.size_in_bytes(), built.size_in_bytes());
        prop_assert!(read.to_set() == set);
        prop_assert!(read.verify().is_ok());
        prop_assert!(IndexBytes::of(&read).0 == bytes.0, "the same bytes again");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn for_any_mixture_of_numbers(numbers in any_numbers()) {
        check(&numbers, &Scratch::new("mixture.idx"))?;
    }
}

#[test]
fn for_each_kind_of_numbers() -> Result<(), TestCaseError> {
    let file = Scratch::new("kinds.idx");
    for kind in Kind::ALL {
        for count in [0, 1, 5, 100, 20_000] {
            check(&kind.numbers(count, 1), &file)?;
        }
    }
    // Lines in pages of their own, and more than one piece for `read_from`.
    check(&(0..400_000).map(|i| 14_000_000_000 + i * 4_999).collect(), &file)
}

#[test]
fn equal_sets_give_equal_files_however_they_were_made() {
    // Runs, a list, and numbers far from each other.
    let numbers: BTreeSet<u64> = (14_692_576_000..14_692_586_000)
        .chain((0..5_000).map(|i| 861_380_000_000 + i * 1_003))
        .chain((0..2_000).map(|i| 1_000_000 + i * 499_999_999_999))
        .collect();
    let sorted = set(numbers.iter().copied());
    let number = |value| PhoneNumber::new(value).unwrap();

    let mut pushed = NumberSetBuilder::new();
    numbers.iter().rev().for_each(|&value| pushed.push(number(value)));
    let mut changed = NumberSet::new();
    changed.insert_range(number(14_692_570_000)..=number(14_692_585_999));
    changed.remove_range(number(14_692_570_000)..=number(14_692_575_999));
    for &value in numbers.range(..14_692_576_000).chain(numbers.range(14_692_586_000..)) {
        changed.insert(number(value + 1));
        changed.remove(number(value + 1));
        changed.insert(number(value));
    }
    let mut portable = Vec::new();
    changed.write_portable(&mut portable).unwrap();

    let bytes = IndexBytes::of(&Index::from_set(&sorted)).0;
    for set in [pushed.finish(), changed, NumberSet::read_portable(&portable[..]).unwrap()] {
        assert!(IndexBytes::of(&Index::from_set(&set)).0 == bytes);
    }
    let read = Index::read_from(&bytes[..]).unwrap();
    assert!(IndexBytes::of(&Index::from_set(&read.to_set())).0 == bytes);
    let one_less = set(numbers.iter().skip(1).copied());
    assert!(IndexBytes::of(&Index::from_set(&one_less)).0 != bytes, "this test can fail");
}

#[test]
#[cfg(unix)]
fn an_open_index_outlives_the_name_of_its_file() {
    let numbers: Vec<u64> = Kind::World.numbers(20_000, 7).into_iter().collect();
    let [file, other] = ["outlives.idx", "outlives-other.idx"].map(Scratch::new);
    fs::write(&file.0, IndexBytes::of(&Index::from_set(&set(numbers.iter().copied()))).0).unwrap();
    fs::write(&other.0, IndexBytes::of(&Index::from_set(&NumberSet::new())).0).unwrap();
    let index = Index::open(&file.0).unwrap();
    fs::rename(&other.0, &file.0).unwrap();
    let copy = index.clone();
    drop(index);
    assert_eq!(copy.contains_batch(&numbers).count_ones(), numbers.len());
    copy.verify().unwrap();
    assert!(Index::open(&file.0).unwrap().is_empty());
}

/// Gives few bytes at a time and is interrupted in between, as a pipe may be.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 += 1;
        if self.1.is_multiple_of(3) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = buffer.len().min(1 + self.1 % 977);
        self.0.read(&mut buffer[..length])
    }
}

#[test]
fn a_reader_may_be_slow() {
    let index = Index::from_set(&set((0..400_000).map(|i| 14_000_000_000 + i * 4_999)));
    let bytes = IndexBytes::of(&index).0;
    assert!(bytes.len() > 1 << 20, "more than one piece");
    let read = Index::read_from(Slow(&bytes, 0)).unwrap();
    assert!(IndexBytes::of(&read).0 == bytes);
}

/// Takes so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_fails_is_heard() {
    let index = Index::from_set(&set((0..20_000).map(|i| 14_692_576_000 + i * 3)));
    let length = IndexBytes::of(&index).0.len();
    for room in [0, 1, HEADER, HEADER + 1, length - LINE, length - 1] {
        let failure = index.write_to(Full(room)).unwrap_err();
        assert_eq!(failure.kind(), io::ErrorKind::StorageFull);
    }
    index.write_to(Full(length)).unwrap();
}
