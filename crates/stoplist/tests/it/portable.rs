//! The portable form is CRoaring's, and what is not that form is refused.

use croaring::{Portable, Treemap};
use proptest::prelude::*;
use stoplist::{NumberSet, PhoneNumber, PortableError, PortableFault};

fn read(bytes: &[u8]) -> Result<NumberSet, PortableError> {
    NumberSet::read_portable(bytes)
}

fn write(set: &NumberSet) -> Vec<u8> {
    let mut bytes = Vec::new();
    set.write_portable(&mut bytes).unwrap();
    assert_eq!(bytes.len(), set.portable_size());
    bytes
}

fn fault(bytes: &[u8]) -> (u64, PortableFault) {
    match read(bytes) {
        Err(PortableError::Format { offset, fault, .. }) => (offset, fault),
        other => panic!("{other:?}"),
    }
}

fn set(values: impl IntoIterator<Item = u64>) -> NumberSet {
    values.into_iter().map(|value| PhoneNumber::new(value).unwrap()).collect()
}

#[test]
fn the_files_of_croaring_and_of_the_specification_are_judged_as_croaring_judges() {
    let (mut accepted, mut refused, mut not_numbers) = (0, 0, 0);
    for entry in std::fs::read_dir(super::data("roaring")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        match (read(&bytes), Treemap::try_deserialize::<Portable>(&bytes)) {
            (Ok(ours), Some(theirs)) => {
                assert!(ours.iter().map(PhoneNumber::get).eq(theirs.iter()), "{path:?}");
                accepted += 1;
            }
            (Err(error), None) => {
                println!("{path:?}: both refuse: {error}");
                refused += 1;
            }
            // Stricter: a set of numbers holds nothing but numbers.
            (Err(PortableError::NotANumber { value }), Some(theirs)) => {
                assert!(theirs.contains(value) && PhoneNumber::new(value).is_err());
                println!("{path:?}: well formed, but {value} is no phone number");
                not_numbers += 1;
            }
            (ours, theirs) => panic!("{path:?}: {ours:?}, CRoaring: {}", theirs.is_some()),
        }
    }
    assert_eq!((accepted, refused, not_numbers), (1, 14, 5));
}

#[test]
fn each_lie_is_found_where_it_is_told() {
    // Arrays: two containers under one key.
    let arrays = write(&set([4_930_901_820, 4_930_901_821, 4_931_000_000]));
    // u64 count, u32 key, u32 cookie, u32 containers, 2 × 4 headers, 2 × 4 offsets, values.
    assert_eq!(arrays.len(), 8 + 4 + 8 + 8 + 8 + 6);
    let with = |at: usize, bytes: &[u8]| {
        let mut changed = arrays.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        changed
    };
    assert!(read(&arrays).is_ok());
    assert_eq!(fault(&with(0, &[2])), (42, PortableFault::Truncated));
    assert_eq!(fault(&with(0, &u64::MAX.to_le_bytes())), (42, PortableFault::Truncated));
    assert_eq!(fault(&with(0, &[0])), (8, PortableFault::Trailing));
    assert_eq!(fault(&with(12, &[0])), (12, PortableFault::Cookie));
    assert_eq!(fault(&with(16, &[0, 0, 2])), (12, PortableFault::Containers));
    assert_eq!(fault(&with(24, &arrays[20..22])), (24, PortableFault::Keys));
    assert_eq!(fault(&with(22, &[2])), (36, PortableFault::Values), "takes a value of the next");
    assert_eq!(fault(&with(26, &[1])), (42, PortableFault::Truncated));
    assert_eq!(fault(&with(28, &[99])), (28, PortableFault::Offset));
    assert_eq!(fault(&with(38, &arrays[36..38])), (36, PortableFault::Values));
    let twice = [&arrays[..], &arrays[8..]].concat();
    let twice = [&[2], &twice[1..]].concat();
    assert_eq!(fault(&twice), (42, PortableFault::Keys));
    for end in 0..arrays.len() {
        assert_eq!(fault(&arrays[..end]), (end as u64, PortableFault::Truncated));
    }
    assert_eq!(fault(&[&arrays[..], &[0]].concat()), (42, PortableFault::Trailing));
}

#[test]
fn lies_in_bitmaps_and_runs_are_found() {
    let bitmap = write(&set((0..10_000).map(|i| 4_930_870_000 + i * 3)));
    let mut flipped = bitmap.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(fault(&flipped).1, PortableFault::Size);

    let runs = write(&set((4_930_901_000..4_930_902_000).chain(4_930_903_000..4_930_904_000)));
    assert_eq!(runs.len(), 8 + 4 + 4 + 1 + 4 + 2 + 8);
    let start = 8 + 4 + 4 + 1 + 4 + 2;
    let with = |at: usize, bytes: [u8; 2]| {
        let mut changed = runs.clone();
        changed[at..at + 2].copy_from_slice(&bytes);
        changed
    };
    assert_eq!(fault(&with(start + 4, [0, 0])).1, PortableFault::Runs, "descends");
    let touching = (4_930_902_000_u64 as u16).to_le_bytes();
    assert_eq!(fault(&with(start + 4, touching)).1, PortableFault::Runs, "touches");
    assert_eq!(fault(&with(start + 6, [255, 255])).1, PortableFault::Runs, "passes the end");
    assert_eq!(fault(&with(start + 6, [0, 0])).1, PortableFault::Size);
    assert_eq!(fault(&with(start - 2, [0, 0])).1, PortableFault::Size, "no runs");
}

#[test]
fn values_that_are_no_numbers_are_refused() {
    // The neighbours share a bitmap with a number.
    for (value, neighbour) in [
        (0, 1_000_000),
        (999_999, 1_000_000),
        (1_000_000_000_000_000, 999_999_999_999_999),
        (u64::MAX, 4_930_901_820),
    ] {
        let bytes = Treemap::from_iter([neighbour, value]).serialize::<Portable>();
        let refused = read(&bytes);
        assert!(matches!(refused, Err(PortableError::NotANumber { value: v }) if v == value));
    }
}

#[test]
fn a_bomb_is_refused_at_once() {
    // A quarter of a million whole containers in two megabytes: 2^34 numbers.
    let mut bytes = 4_u64.to_le_bytes().to_vec();
    for key in 1..5_u32 {
        bytes.extend(key.to_le_bytes());
        bytes.extend((12_347_u32 | 65_535 << 16).to_le_bytes());
        bytes.extend([0xFF; 8192]);
        (0..=u16::MAX)
            .for_each(|key| bytes.extend([key.to_le_bytes(), [0xFF, 0xFF]].as_flattened()));
        let first = 8 + 8192 + 65_536 * 8 - 4;
        (0..65_536_u32).for_each(|i| bytes.extend((first + i * 6).to_le_bytes()));
        (0..65_536).for_each(|_| bytes.extend([1, 0, 0, 0, 0xFF, 0xFF]));
    }
    assert!(Treemap::try_deserialize::<Portable>(&bytes).is_some(), "the bomb is well formed");
    assert!(matches!(read(&bytes), Err(PortableError::TooLarge { .. })));
}

#[test]
fn what_others_write_in_any_container_is_read() {
    let mut theirs: Treemap = (4_930_000_000..4_930_300_000).collect();
    theirs.extend((0..100_000).map(|i| 14_692_000_000 + i * 2));
    theirs.extend((0..1_000).map(|i| 861_380_000_000 + i * 1_000_003));
    let plain = theirs.serialize::<Portable>();
    theirs.run_optimize();
    let optimized = theirs.serialize::<Portable>();
    assert!(optimized.len() < plain.len());
    for bytes in [plain, optimized] {
        assert!(read(&bytes).unwrap().iter().map(PhoneNumber::get).eq(theirs.iter()));
    }
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let mut set = NumberSet::new();
    let first = PhoneNumber::new(10_000_000_000).unwrap();
    set.insert_range(first..=PhoneNumber::new(10_000_000_000 + (1 << 30)).unwrap());
    let mut bytes = Vec::new();
    assert_eq!(
        set.write_portable(&mut bytes).unwrap_err().kind(),
        std::io::ErrorKind::InvalidInput
    );
    assert!(bytes.is_empty());
    // Elsewhere it can be written: here over two keys, neither of which is too large.
    let mut theirs = Treemap::new();
    theirs.add_range(12_500_000_000..=12_500_000_000 + (1 << 30));
    let theirs = theirs.serialize::<Portable>();
    assert!(matches!(read(&theirs), Err(PortableError::TooLarge { .. })));
    set.remove(first);
    assert_eq!(read(&write(&set)).unwrap(), set);
}

proptest! {
    #[test]
    fn what_we_write_croaring_reads(
        values in prop::collection::vec(1_000_000_u64..=999_999_999_999_999, 0..50),
        starts in prop::collection::vec((1_000_000_u64..9_999_999_999, 0_u64..200_000), 0..4),
    ) {
        let mut ours = set(values);
        for (start, length) in starts {
            let end = PhoneNumber::new(start + length).unwrap();
            ours.insert_range(PhoneNumber::new(start).unwrap()..=end);
        }
        let bytes = write(&ours);
        let theirs = Treemap::try_deserialize::<Portable>(&bytes).unwrap();
        prop_assert!(ours.iter().map(PhoneNumber::get).eq(theirs.iter()));
        prop_assert_eq!(read(&bytes).unwrap(), ours);
        prop_assert!(read(&theirs.serialize::<Portable>()).is_ok());
    }

    #[test]
    fn changed_bytes_never_panic_and_never_make_a_set_of_other_things(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
    ) {
        let mut sound = set((0..200).map(|i| 14_692_000_000 + i * 40_000));
        sound |= &set(4_930_901_000..4_930_931_000);
        let mut bytes = write(&sound);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(read) = read(&bytes) {
            prop_assert!(read.iter().count() as u64 == read.len());
            prop_assert_eq!(write(&read).len(), bytes.len());
        }
    }
}
