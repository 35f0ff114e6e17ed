//! A file whose checksums are right and whose values are wrong on purpose is refused, or gives
//! wrong answers: never a panic.

use std::fs;

use stoplist::{Index, IndexFault, PhoneNumber};

use super::index_bytes::{
    BASE, COUNT, HEADER, IndexBytes, LINE, LINES, MULTIPLIER, NUMBERS, PACKING, SCATTERED_LINES,
    SEED, SEGMENTS, SHIFTS, SIZE_BITS,
};
use super::index_numbers::{Kind, Random, STRANGE, set};
use super::index_survives_a_file::Scratch;

/// Three files with correct checksums: a table of tables, a table from 0 on, no table.
fn files() -> [IndexBytes; 3] {
    let shifted = (14_692_576_000..14_692_582_000).chain([999_999_999_999_999]).collect();
    // As large as it takes for the table to start at number 0.
    let direct = (0..80_000).map(|i| 1_000_000 + i * 53_001).collect();
    [shifted, direct, Kind::Sparse.numbers(200, 5)].map(|numbers| {
        let bytes = IndexBytes::of(&Index::from_set(&set(numbers)));
        let mut signed = bytes.clone();
        signed.sign();
        assert!(signed.0 == bytes.0, "what is signed here is what the index writes");
        bytes
    })
}

/// Asks an index whose answers do not matter.
fn exercise(index: &Index) {
    let mut random = Random(6);
    let mut asked = STRANGE.to_vec();
    asked.extend((0..200).map(|_| random.next() >> random.below(64)));
    asked.extend((0..200).map(|i| 14_692_575_900 + i * 23));
    asked.extend((0..200).map(|i| 1_000_000 + i * 53_001));
    asked.extend((0..200).map(|i| i << 22 | 5));
    let found = index.contains_batch(&asked);
    for (at, &number) in asked.iter().enumerate() {
        if let Ok(number) = PhoneNumber::new(number) {
            assert_eq!(index.contains(number), found.get(at), "one at a time and by the batch");
        }
    }
    let set = index.to_set();
    assert!(set.min().is_none_or(|min| min >= PhoneNumber::MIN));
    let _ = (index.verify(), index.len(), index.size_in_bytes(), format!("{index:?}"));
    index.write_to(std::io::sink()).unwrap();
}

/// Signs and reads by both ways; whether an index comes of it.
fn is_taken(mut bytes: IndexBytes, file: &Scratch) -> bool {
    bytes.sign();
    fs::write(&file.0, &bytes.0).unwrap();
    let opened = Index::open(&file.0);
    let read = Index::read_from(&bytes.0[..]);
    match (&opened, &read) {
        (Ok(opened), Ok(read)) => {
            exercise(opened);
            exercise(read);
        }
        (Err(opened), Err(read)) => assert_eq!(opened.fault().to_string(), read.to_string()),
        (opened, read) => panic!("{opened:?} but {read:?}"),
    }
    read.is_ok()
}

/// Counts around the written one, those whose bytes are more than 2^64, and the greatest.
fn counts(written: u64) -> impl Iterator<Item = u64> {
    let large = (1..64).map(|bits| 1 << bits);
    let wrapping = [16, 32, 64, 128].map(|size| (u64::MAX / size).wrapping_add(written + 1));
    let near = [0, 1, written.wrapping_sub(1), written + 1, written * 2 + 2];
    let all = large.chain(wrapping).chain(near).chain([u64::MAX, u64::MAX - 1, u64::MAX / 2]);
    all.filter(move |&count| count != written)
}

#[test]
fn as_counts_of_the_header() {
    let file = Scratch::new("counts.idx");
    for whole in files() {
        for field in [SHIFTS, SEGMENTS, LINES, SCATTERED_LINES] {
            for count in counts(whole.get(field)) {
                let mut bytes = whole.clone();
                bytes.set(field, count);
                let taken = is_taken(bytes, &file);
                // A few more or less fit into what fills the last line of the directory.
                let entries = [SHIFTS, SEGMENTS].contains(&field) && count < 1 << 20;
                assert!(!taken || entries, "{field:?} as {count}");
            }
        }
    }
}

#[test]
fn as_counts_that_add_up_to_the_right_ones_modulo_2_to_the_64th() {
    let file = Scratch::new("wrapping.idx");
    for whole in files() {
        let lines = whole.get(LINES) + whole.get(SCATTERED_LINES);
        for over in [0, 1, 7, 1 << 40, 1 << 62, 1 << 63] {
            for (large, small) in [(LINES, SCATTERED_LINES), (SCATTERED_LINES, LINES)] {
                let mut bytes = whole.clone();
                bytes.set(large, u64::MAX - over);
                bytes.set(small, lines + over + 1);
                assert!(!is_taken(bytes, &file));
            }
        }
        // 4 and 16 bytes each.
        for over in [1, 4, 1 << 20] {
            let mut bytes = whole.clone();
            bytes.set(SHIFTS, (1_u64 << 62) - 4 * over + whole.get(SHIFTS));
            bytes.set(SEGMENTS, whole.get(SEGMENTS) + over);
            assert!(!is_taken(bytes, &file));
            let mut bytes = whole.clone();
            bytes.set(SEGMENTS, (1 << 60) - over);
            bytes.set(SHIFTS, 0);
            assert!(!is_taken(bytes, &file));
        }
    }
}

#[test]
fn as_counts_that_the_file_is_long_enough_for() {
    let file = Scratch::new("moved.idx");
    for whole in files() {
        let [lines, scattered] = [LINES, SCATTERED_LINES].map(|field| whole.get(field));
        let all = lines + scattered;
        for lines in [0, 1, lines.saturating_sub(1), lines + 1, all.saturating_sub(1), all] {
            let mut bytes = whole.clone();
            bytes.set(LINES, lines);
            bytes.set(SCATTERED_LINES, all - lines);
            let taken = is_taken(bytes, &file);
            assert!(!taken || lines < all, "an index always has a line of scattered numbers");
        }
        // Entries taken for shifts and for lines, and the other way round.
        for entries in [0, 1, 4, whole.segments() / 2].map(|n| n.min(whole.segments())) {
            let mut bytes = whole.clone();
            bytes.set(SHIFTS, (whole.shifts() + 4 * entries) as u64);
            bytes.set(SEGMENTS, (whole.segments() - entries) as u64);
            is_taken(bytes, &file);
            let mut bytes = whole.clone();
            let entries = entries / 4 * 4;
            bytes.set(SEGMENTS, (whole.segments() - entries) as u64);
            bytes.set(LINES, lines + entries as u64 / 4);
            is_taken(bytes, &file);
        }
        let mut bytes = whole.clone();
        bytes.set(SEGMENTS, (whole.segments() + 4 * lines as usize) as u64);
        bytes.set(LINES, 0);
        is_taken(bytes, &file);
    }
}

#[test]
fn as_sizes_seeds_and_lengths() {
    let file = Scratch::new("seeds.idx");
    let mut random = Random(7);
    for whole in files() {
        for bits in (0..70).chain([128, 1 << 16, 1 << 31, u64::from(u32::MAX)]) {
            let mut bytes = whole.clone();
            bytes.set(SIZE_BITS, bits);
            let taken = is_taken(bytes, &file);
            assert!(!taken || (16..=22).contains(&bits), "segments of 2^{bits} numbers");
        }
        for seed in [0, 1, 2, u64::MAX].into_iter().chain((0..30).map(|_| random.next())) {
            let mut bytes = whole.clone();
            bytes.set(SEED, seed);
            bytes.set(NUMBERS, seed);
            assert!(is_taken(bytes, &file), "neither can be told from a right one");
        }
    }
}

#[test]
fn as_entries_of_the_directory() {
    let file = Scratch::new("entries.idx");
    for whole in files() {
        let Some(entry) = (0..whole.segments()).find(|&entry| whole.packing(entry) > 1) else {
            continue;
        };
        let lines = whole.get(LINES) as u32;
        let [base, count, multiplier, _] =
            [BASE, COUNT, MULTIPLIER, PACKING].map(|field| whole.entry_field(entry, field));
        let with = |field: usize, value: u32| {
            let mut bytes = whole.clone();
            bytes.set_entry(entry, field, value);
            is_taken(bytes, &file)
        };
        let must_refuse = |field, value| assert!(!with(field, value), "field {field}: {value}");

        for code in (0..=255).chain([256, 4 << 8 | 4, 1 << 31, u32::MAX]) {
            let taken = with(PACKING, code);
            assert!(!taken || (2..=5).contains(&code), "packing {code}");
        }
        for base in [lines - count + 1, lines, lines + 1, 1 << 31, (1 << 31) - 1, u32::MAX] {
            must_refuse(BASE, base);
        }
        for count in [0, lines - base + 1, 1 << 16, (1 << 16) + 1, 1 << 31, u32::MAX] {
            must_refuse(COUNT, count);
        }
        for even in [0, multiplier << 1, multiplier >> 1, multiplier ^ 1, 1, 1 << 31, u32::MAX] {
            if even.trailing_zeros() != 32 - whole.size_bits() as u32 {
                must_refuse(MULTIPLIER, even);
            }
        }
        let odd = 1 << (32 - whole.size_bits());
        for odd in [odd, u32::MAX - (odd - 1), multiplier ^ odd << 1, multiplier ^ 1 << 31] {
            with(MULTIPLIER, odd);
        }
        with(BASE, base.saturating_sub(1));
        with(COUNT, count - 1);
        // An entry without lines has no other fields.
        for packing in [0, 1] {
            let mut bytes = whole.clone();
            for field in [BASE, COUNT, MULTIPLIER, PACKING] {
                bytes.set_entry(entry, field, if field == PACKING { packing } else { 0 });
            }
            is_taken(bytes.clone(), &file);
            for field in [BASE, COUNT, MULTIPLIER] {
                let mut bytes = bytes.clone();
                bytes.set_entry(entry, field, 1 << 20);
                assert!(!is_taken(bytes, &file));
            }
        }
    }
}

#[test]
fn as_the_same_lines_for_every_entry() {
    let file = Scratch::new("same.idx");
    for whole in files() {
        let lines = whole.get(LINES) as u32;
        for packing in 2..=5 {
            let mut bytes = whole.clone();
            for entry in 0..whole.segments() {
                bytes.set_entry(entry, BASE, 0);
                bytes.set_entry(entry, COUNT, lines);
                bytes.set_entry(entry, MULTIPLIER, 0x55 << 22);
                bytes.set_entry(entry, PACKING, packing);
            }
            is_taken(bytes, &file);
        }
    }
}

#[test]
fn as_places_of_tables() {
    let file = Scratch::new("places.idx");
    let [whole, ..] = files();
    assert!(whole.shifts() > 0);
    let table = 1 << (32 - whole.size_bits());
    let shifts = [0, 1, table, table - 1, 1 << 31, (1 << 31) - 1, u32::MAX, u32::MAX - table];
    for shift in shifts {
        for block in 0..whole.shifts() {
            let mut bytes = whole.clone();
            bytes.set_shift(block, shift);
            is_taken(bytes, &file);
        }
        let mut bytes = whole.clone();
        (0..whole.shifts()).for_each(|block| bytes.set_shift(block, shift));
        is_taken(bytes, &file);
    }
}

#[test]
fn as_bytes_of_the_body() {
    let file = Scratch::new("bytes.idx");
    let mut random = Random(8);
    for whole in files() {
        let body = whole.body()..whole.0.len();
        for fill in [0x00, 0x01, 0x3F, 0x40, 0x7F, 0x80, 0xFF] {
            let mut bytes = whole.clone();
            bytes.0[body.clone()].fill(fill);
            // With no vacant lane a search among the scattered numbers has to end by itself.
            assert!(is_taken(bytes, &file));
        }
        for _ in 0..20 {
            let mut bytes = whole.clone();
            bytes.0[body.clone()].fill_with(|| random.next() as u8);
            assert!(is_taken(bytes, &file));
        }
    }
}

#[test]
fn as_bytes_that_fill_the_directory() {
    let file = Scratch::new("filling.idx");
    let [mut bytes, ..] = files();
    let end = HEADER + bytes.shifts() * 4 + bytes.segments() * 16;
    assert!(end < bytes.body() && bytes.body() - end < LINE);
    bytes.0[end] = 1;
    assert!(!is_taken(bytes.clone(), &file));
    let fault = Index::read_from(&bytes.0[..]).unwrap_err();
    assert!(matches!(fault, IndexFault::Damaged { part: "header" | "directory" }), "{fault}");
}
