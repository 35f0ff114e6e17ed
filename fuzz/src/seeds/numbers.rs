//! Texts of numbers, and sets of them as they travel.

use stoplist::{NumberSet, PhoneNumber, Region};

use super::{Script, Seed};

/// Seeds of `number_text`.
pub(crate) fn number_text() -> Vec<Seed> {
    let text = |region: &str, text: &str, name| {
        let place = Region::all().position(|one| one.as_str() == region);
        let choice = place.map_or(0, |place| place as u8 + 1);
        Script::default().push(&[choice]).push(text.as_bytes()).seed(name)
    };
    vec![
        text("", "", "empty"),
        text("", "+4930901820", "plain"),
        text("", "16502530000", "bare"),
        text("DE", "030 901820", "national"),
        text("DE", "0049 (30) 90-18/20", "punctuated"),
        text("US", "1-800-FLOWERS", "letters"),
        text("US", "tel:+1-650-253-0000;ext=12", "uri"),
        text("GB", "tel:7911123456;phone-context=+44", "context"),
        text("IT", "06 698 57512", "leading_zero"),
        text("BR", "0 15 11 91234-5678", "carrier"),
        text("JP", "\u{ff0b}\u{ff18}\u{ff11} 3 1234 5678", "full_width"),
        text("", "4930901820.0", "float"),
        text("AR", "011 15-2345-6789", "mobile_mark"),
        text("US", "555 0100", "local"),
        text("FR", "*31#0123456789", "wildcard"),
        text("", "+8835100012345678", "too_long"),
        text("", "+\u{0667}12345678 x9", "other_digits"),
    ]
}

/// The portable form of a set.
fn portable(numbers: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let numbers = numbers.into_iter().filter_map(|number| PhoneNumber::new(number).ok());
    let mut bytes = Vec::new();
    let written = numbers.collect::<NumberSet>().write_portable(&mut bytes);
    debug_assert!(written.is_ok());
    bytes
}

/// The portable form of blocks of numbers.
fn portable_blocks(blocks: &[(u64, u64)]) -> Vec<u8> {
    let mut set = NumberSet::new();
    for &(first, length) in blocks {
        let ends = PhoneNumber::new(first).and_then(|a| Ok(a..=PhoneNumber::new(first + length)?));
        if let Ok(range) = ends {
            set.insert_range(range);
        }
    }
    let mut bytes = Vec::new();
    let written = set.write_portable(&mut bytes);
    debug_assert!(written.is_ok());
    bytes
}

/// A file of one 32-bit bitmap, by hand: little-endian fields of two bytes each.
fn by_hand(key: u32, fields: &[u16]) -> Vec<u8> {
    let fields = fields.iter().flat_map(|field| field.to_le_bytes());
    1_u64.to_le_bytes().into_iter().chain(key.to_le_bytes()).chain(fields).collect()
}

/// Seeds of `portable_set`.
pub(crate) fn portable_set() -> Vec<Seed> {
    let seed = |name, bytes| Seed { name, bytes };
    let few = portable([4_930_901_820, 16_502_530_000, 16_502_530_001]);
    let mut cut = few.clone();
    cut.pop();
    let longer = [few.as_slice(), &[0]].concat();
    let no_bitmaps = portable([]);
    vec![
        seed("no_bitmaps", no_bitmaps),
        seed("cut", cut),
        seed("longer", longer),
        seed("few", few),
        seed("ends", portable([1_000_000, 999_999_999_999_999])),
        seed("array", portable((0..300).map(|i| 4_930_000_000 + i * 3))),
        seed("bitmap", portable((0..5_000).map(|i| 4_930_000_000 + i * 13))),
        seed("runs", portable_blocks(&[(4_930_000_000, 900), (4_930_005_000, 70)])),
        seed(
            "runs_in_many_containers",
            portable_blocks(&[(16_502_000_000, 400_000), (16_503_000_000, 9), (4_930_000_000, 3)]),
        ),
        seed("across_bitmaps", portable_blocks(&[((1 << 32) - 9, 30)])),
        // No runs though the mark says that there may be some: container 0, two values.
        seed("mark_without_runs", by_hand(1, &[12_347, 0, 0x00, 0x01])),
        seed("empty_bitmap", by_hand(1, &[12_346, 0, 0, 0])),
        seed("size_of_another", by_hand(1, &[12_346, 0, 1, 0, 7, 2, 16, 0, 1, 2])),
        seed("touching_runs", {
            // One byte of marks, hence by hand: key 7, 4 values in the runs 1..=2 and 3..=4.
            let head = by_hand(1, &[12_347, 0]);
            let fields = [7_u16, 3, 2, 1, 1, 3, 1].map(u16::to_le_bytes).concat();
            [head, vec![1], fields].concat()
        }),
        seed("too_many", {
            // 65,536 whole containers would be 2^32 numbers; 20 of them are still sound.
            let head = by_hand(1, &[12_347, 19]);
            let headers = (0..20_u16).flat_map(|key| [key, 0xFFFF]).map(u16::to_le_bytes);
            let offsets = (0..20_u32).map(|at| (4 + 3 + 80 + 80 + at * 6).to_le_bytes());
            let run = [1_u16, 0, 0xFFFF].map(u16::to_le_bytes).concat();
            let mut bytes = [head, vec![255, 255, 15]].concat();
            bytes.extend(headers.flatten());
            bytes.extend(offsets.flatten());
            (0..20).for_each(|_| bytes.extend(&run));
            bytes
        }),
    ]
}
