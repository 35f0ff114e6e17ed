//! Are the members of a segment, and no others, in its lines?

use std::collections::BTreeSet;

use super::*;
use crate::{Index, NumberSet, PhoneNumber};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u32) -> u32 {
        (((self.next() >> 32) * u64::from(end)) >> 32) as u32
    }
}

/// Ascending low 32 bits of members: so many offsets or fewer, in the segment that starts at `first`.
fn offsets(count: u32, first: u32, offset: impl FnMut(u32) -> u32) -> Vec<u32> {
    let offsets: BTreeSet<u32> = (0..count).map(offset).collect();
    offsets.into_iter().map(|offset| first | offset).collect()
}

/// Offsets that lie in many ways, so many of each.
fn member_lists(size: Size, count: u32, first: u32, random: &mut Random) -> Vec<Vec<u32>> {
    let mask = size.mask();
    let start = random.below(mask);
    let step = (mask / count).max(1);
    let bits = (mask / count).checked_ilog2().unwrap_or(0);
    vec![
        offsets(count, first, |_| random.below(mask + 1)),
        offsets(count, first, |i| i),
        offsets(count, first, |i| mask - i),
        offsets(count, first, |i| start.wrapping_add(i) & mask),
        offsets(count, first, |i| (i * step) & mask),
        offsets(count, first, |i| (i << bits) & mask),
        // Thousands of consecutive numbers here and there.
        offsets(count, first, |i| ((i >> 10) * 40_961 + (i & 1023)) & mask),
    ]
}

/// What `pack` did, with as many lines before it as `base` says.
struct Packed {
    segment: Segment,
    lines: Vec<Line>,
    base: usize,
}

/// Packs and checks everything that holds of every packing; `None` when they are to be scattered.
fn pack(packer: &mut Packer, members: &[u32], base: usize) -> Option<Packed> {
    let size = packer.size;
    let mut lines = vec![Line([0xAA; Line::BYTES])];
    let segment = packer.pack(members, base, &mut lines);
    assert_eq!(lines.first(), Some(&Line([0xAA; Line::BYTES])), "appended");
    lines.remove(0);
    let Some(segment) = segment else {
        assert!(lines.is_empty(), "scattered, but {} lines", lines.len());
        return None;
    };
    assert_eq!(segment.lines(), base..base + lines.len());
    let bytes = (lines.len() * Line::BYTES) as u64;
    assert!(bytes <= members.len() as u64 * SCATTERED_BYTES, "{bytes} for {}", members.len());
    assert_eq!(segment.multiplier.trailing_zeros(), size.high());
    Some(Packed { segment, lines, base })
}

impl Packed {
    /// Whether a number of the segment is in, as a look-up finds out.
    fn has(&self, number: u64) -> bool {
        let packing = self.segment.packing();
        let at = self.segment.line_of(number);
        assert!(self.segment.lines().contains(&at), "{number:x} in line {at}");
        let halves_at = self.segment.halves_line_of(number);
        if packing == Packing::Halves {
            assert_eq!(halves_at, at);
        } else {
            assert!(halves_at >= Segment::MAX_LINES, "taken for a line of halves");
        }
        line_has(packing, Lanes::detect(), &self.lines[at - self.base], number)
    }

    fn members(&self, size: Size) -> Vec<u32> {
        let mut members = Vec::new();
        for (bucket, line) in (0..).zip(&self.lines) {
            members_of(self.segment, size, bucket, line, |offset| members.push(offset));
        }
        members.sort_unstable();
        members
    }

    /// Asks for all offsets of the smallest segments, for members, their neighbours and others of
    /// the larger ones; `high` are the bits above the low 32.
    fn check(&self, size: Size, high: u64, members: &[u32], random: &mut Random) {
        let first = members[0] & !size.mask();
        let offset_of = |member: &u32| member & size.mask();
        assert!(self.members(size).into_iter().eq(members.iter().map(offset_of)), "members_of");
        let is_in = |low: u32| members.binary_search(&low).is_ok();
        let check = |low: u32| {
            let number = high << 32 | u64::from(low);
            assert_eq!(self.has(number), is_in(low), "{number:x} in {:?}", self.segment);
        };
        if size.bits() == 16 {
            (0..=size.mask()).for_each(|offset| check(first | offset));
            return;
        }
        for &member in members.iter().step_by(members.len() / 3_000 + 1) {
            let changes = (0..size.bits()).map(|bit| 1 << bit);
            changes.chain([0]).for_each(|change| check(member ^ change));
        }
        (0..3_000).for_each(|_| check(first | random.below(size.mask() + 1)));
        members.iter().for_each(|&member| check(member));
    }

    /// The entry is what it was after it was written, and what cannot be one is refused.
    fn check_entry(&self, size: Size) {
        let all = self.base + self.lines.len();
        let bytes = self.segment.to_bytes();
        let read = |bytes, lines| Segment::from_bytes(bytes, size, lines);
        assert_eq!(read(bytes, all), Some(self.segment));
        assert_eq!(read(bytes, usize::MAX), Some(self.segment));
        assert_eq!(read(bytes, all - 1), None, "reaches past the last line");
        assert_eq!(read(bytes, 0), None);
        let refused = |field: usize, value: u32| {
            let mut bytes = bytes;
            bytes[field * 4..][..4].copy_from_slice(&value.to_le_bytes());
            assert_eq!(read(bytes, all), None, "field {field} as {value}");
        };
        let (packing, count) = (self.segment.packing(), self.lines.len() as u32);
        let (base, multiplier) = (self.base as u32, self.segment.multiplier);
        [base + 1, base + count, 1 << 31, u32::MAX].into_iter().for_each(|base| refused(0, base));
        let least = packing.min_lines(size) as u32;
        let counts = [0, least - 1, count + 1, (1 << 16) + 1, u32::MAX];
        counts.into_iter().for_each(|count| refused(1, count));
        if packing == Packing::Bits {
            refused(1, count - 1);
        }
        let even = [0, 1, multiplier << 1, multiplier >> 1, multiplier ^ 1];
        even.into_iter().for_each(|even| refused(2, even));
        (6..=300).chain([u32::MAX, 4 << 8, 4 << 8 | 4]).for_each(|code| refused(3, code));
        // Those without lines have no other fields.
        [0, 1].into_iter().for_each(|code| refused(3, code));
    }
}

#[test]
fn members_and_no_others_are_in_their_lines_whatever_the_size_and_the_packing() {
    let mut random = Random(1);
    let most = |size: Size| [1 << 12, 1 << 15, 1 << 17].map(|n: u32| n.min(1 << size.bits()));
    for size in Size::ALL {
        let all = 1 << size.bits();
        let few = [1, 4, 5, 8, 9, 16, 24, 32, 33, 47, 64, 65, 100, 300, 700, 1_500, 3_000];
        let counts =
            few.into_iter().chain(most(size)).chain([all / 8 - 1, all / 8, all / 5, all - 9]);
        let mut met = [[0; 6]; 2];
        for count in counts.filter(|&count| count < 1 << 18 || size.bits() < 20) {
            // The bits above the low 32 and those above the offset must not matter.
            let segments = u32::MAX >> size.bits();
            let first = [0, segments, random.below(segments)][count as usize % 3] << size.bits();
            for members in member_lists(size, count, first, &mut random) {
                for dense in [false, true] {
                    let base = random.below(1 << 20) as usize;
                    let mut packer = Packer::new(size, dense);
                    let packed = pack(&mut packer, &members, base);
                    let packing = packed.as_ref().map(|packed| packed.segment.packing());
                    met[usize::from(dense)][packing.unwrap_or(Packing::Scattered) as usize] += 1;
                    if let Some(packed) = packed {
                        packed.check(size, random.next() >> 46, &members, &mut random);
                        packed.check_entry(size);
                    }
                }
            }
        }
        // So that the counts above try what they are meant to.
        let [quick, dense] = met.map(|met| met.map(|met| met > 0));
        let bits = [20, 21].map(|most| size.bits() <= most);
        // With segments of 2^16 numbers, triples never take fewer lines than halves.
        let triples = size.bits() > 16;
        assert_eq!(quick, [false, true, bits[0], false, true, triples], "{size:?}");
        assert_eq!(dense[..4], [false, true, bits[1], true], "{size:?}");
    }
}

#[test]
fn the_largest_segments_are_packed_as_bits_where_they_are_dense() {
    let mut random = Random(6);
    for (size, dense) in [(Size(21), false), (Size(22), true)] {
        let count = 1 << (size.bits() - if dense { 1 } else { 3 });
        for step in [1, 2] {
            let members: Vec<u32> = (0..count).map(|i| (7 << size.bits()) + i * step).collect();
            let packed = pack(&mut Packer::new(size, dense), &members, 5).unwrap();
            assert_eq!(packed.segment.packing(), Packing::Bits);
            packed.check(size, 3, &members, &mut random);
            packed.check_entry(size);
        }
    }
}

#[test]
fn one_packer_packs_segment_after_segment() {
    // What it keeps of one segment must not show in the next.
    let mut random = Random(2);
    for (size, dense) in [(Size(16), false), (Size(18), true), (Size(22), false), (Size(22), true)]
    {
        let mut packer = Packer::new(size, dense);
        let mut base = 0;
        for count in [5_000, 20, 900, 3, 60_000, 100, 2_000] {
            let count = count.min(size.mask());
            for members in member_lists(size, count, 0, &mut random) {
                if let Some(packed) = pack(&mut packer, &members, base) {
                    packed.check(size, 3, &members, &mut random);
                    base += packed.lines.len();
                }
            }
        }
    }
}

#[test]
fn no_members_few_members_and_members_past_the_last_line_are_scattered() {
    for size in Size::ALL {
        for dense in [false, true] {
            let mut packer = Packer::new(size, dense);
            for count in 0..=4 {
                let members: Vec<u32> = (0..count).map(|i| i * 100).collect();
                assert!(pack(&mut packer, &members, 0).is_none());
            }
            let members: Vec<u32> = (0..2_000).collect();
            assert!(pack(&mut packer, &members, Segment::MAX_LINES - 10).is_none());
            assert!(pack(&mut packer, &members, Segment::MAX_LINES - 10_000).is_some());
        }
    }
}

#[test]
fn an_entry_without_lines_has_no_other_fields() {
    for segment in [Segment::EMPTY, Segment::SCATTERED] {
        let bytes = segment.to_bytes();
        for size in Size::ALL {
            assert_eq!(Segment::from_bytes(bytes, size, 0), Some(segment));
            for at in 0..12 {
                let mut bytes = bytes;
                bytes[at] = 1;
                assert_eq!(Segment::from_bytes(bytes, size, 1 << 30), None);
            }
        }
        assert!(segment.lines().is_empty());
        for number in [0, 1_000_000, 14_692_576_000, u64::MAX] {
            assert!(segment.halves_line_of(number) >= Segment::MAX_LINES);
        }
        members_of(segment, Size(16), 0, &Line([1; Line::BYTES]), |offset| {
            panic!("{offset} in no line")
        });
    }
}

#[test]
fn spread_places_fall_into_the_window_of_their_line() {
    for size in Size::ALL {
        for lines in [1, 2, 3, 65, 100, 1_000, 4_097, 65_536] {
            let (mut line, mut end) = (0, 0);
            for bucket in 0..lines {
                let window = window(bucket, lines, size);
                assert_eq!(window.0, end, "windows join");
                end = window.1;
            }
            assert_eq!(end, 1 << size.bits());
            let segment = Segment::new(Packing::Halves, 7, lines, 1 << size.high());
            // With this multiplier an offset is its own place.
            for place in (0..1 << size.bits()).step_by(61) {
                while window(line, lines, size).1 <= place {
                    line += 1;
                }
                assert_eq!(segment.line_of(place.into()), 7 + line as usize);
            }
        }
    }
}

#[test]
fn every_multiplier_is_odd_and_has_its_inverse() {
    for size in Size::ALL {
        let multipliers: BTreeSet<u32> =
            (0..TRIES).map(|attempt| multiplier(attempt, size)).collect();
        assert_eq!(multipliers.len() as u64, TRIES, "each try is another");
        for spread in multipliers {
            assert_eq!(spread.trailing_zeros(), size.high());
            let odd = spread >> size.high();
            assert_eq!(odd.wrapping_mul(inverse(odd)), 1);
        }
    }
}

/// The offsets that a multiplier spreads to the first places.
fn crowd(attempt: u64, size: Size, count: u32) -> impl Iterator<Item = u32> {
    let inverse = inverse(multiplier(attempt, size) >> size.high());
    (0..count).map(move |place| place.wrapping_mul(inverse) & size.mask())
}

#[test]
fn numbers_that_the_first_multiplier_would_put_into_one_line_are_spread_by_another() {
    let mut random = Random(3);
    for size in Size::ALL {
        for dense in [false, true] {
            let root = 1 << (size.bits() / 2 + 1);
            let members: BTreeSet<u32> = crowd(0, size, root).collect();
            let members: Vec<u32> = members.into_iter().collect();
            let (planned, _) = plan(members.len() as u64, size, dense);
            let (packing, lines) = planned.unwrap();
            let first = Segment::new(packing, 0, lines as u32, multiplier(0, size));
            let in_first = members.iter().filter(|&&member| first.line_of(member.into()) == 0);
            assert!(in_first.count() > packing.lanes().min(100), "they do crowd one line");
            let mut packer = Packer::new(size, dense);
            let packed = pack(&mut packer, &members, 0).unwrap();
            assert_ne!(packed.segment.multiplier, first.multiplier);
            packed.check(size, 3, &members, &mut random);
        }
    }
}

/// Members that crowd the first line with every multiplier, however many lines there are.
fn against_every_multiplier(size: Size, lanes: u32) -> Vec<u32> {
    let crowds = (0..TRIES).flat_map(|attempt| crowd(attempt, size, lanes + 1));
    crowds.collect::<BTreeSet<u32>>().into_iter().collect()
}

#[test]
fn numbers_against_every_multiplier_are_scattered() {
    for size in Size::ALL {
        for dense in [false, true] {
            let members = against_every_multiplier(size, BYTES_LANES as u32);
            let mut packer = Packer::new(size, dense);
            let packed = pack(&mut packer, &members, 0);
            // But for bits, which no numbers can crowd.
            assert!(packed.is_none_or(|packed| packed.segment.packing() == Packing::Bits));
        }
    }
}

#[test]
fn an_index_of_numbers_against_every_multiplier_answers_and_stays_small() {
    let [.., size] = Size::ALL;
    let members = against_every_multiplier(size, HALVES_LANES as u32);
    let numbers: Vec<u64> = (3_500..3_530)
        .flat_map(|segment| members.iter().map(move |&low| segment << size.bits() | u64::from(low)))
        .collect();
    let set: NumberSet = numbers.iter().map(|&n| PhoneNumber::new(n).unwrap()).collect();
    let index = Index::from_set(&set);
    assert_eq!(index.contains_batch(&numbers).count_ones(), numbers.len());
    let near: Vec<u64> = numbers.iter().flat_map(|n| [n ^ 1, n ^ 1 << 16, n + (1 << 22)]).collect();
    let found = index.contains_batch(&near);
    for (at, near) in near.iter().enumerate() {
        assert_eq!(found.get(at), numbers.binary_search(near).is_ok(), "{near}");
    }
    assert!(index.to_set() == set);
    let limit = 24 * numbers.len() as u64 + (2 << 20);
    assert!(index.size_in_bytes() <= limit, "{} bytes", index.size_in_bytes());
}

#[test]
fn a_line_of_any_bytes_says_something_and_only_numbers_of_its_own_are_told() {
    let mut random = Random(5);
    for size in Size::ALL {
        for packing in Packing::WITH_LINES {
            let lines = packing.min_lines(size) as u32;
            let segment = Segment::new(packing, 0, lines, multiplier(1, size));
            for _ in 0..200 {
                let mut line = Line::ZERO;
                line.0.fill_with(|| random.next() as u8);
                let number = random.next();
                line_has(packing, Lanes::detect(), &line, number);
                let bucket = random.below(lines);
                members_of(segment, size, bucket, &line, |offset| {
                    assert!(offset <= size.mask());
                    assert_eq!(segment.line_of(offset.into()), bucket as usize);
                });
            }
        }
    }
}
