//! Does each segment have an entry of its own, and does a number find its segment's?

use super::*;

const LINES: u32 = 1 << 12;

/// Distinct entries to recognise: the multiplier is the place in the order of iteration, and so are
/// the lines.
fn marked(size: Size, place: u32) -> Segment {
    let mut bytes = [0; Segment::BYTES];
    bytes[..4].copy_from_slice(&(place * LINES).to_le_bytes());
    let odd = (2 * place + 1) << (u32::BITS - size.bits());
    bytes[4..8].copy_from_slice(&LINES.to_le_bytes());
    bytes[8..12].copy_from_slice(&odd.to_le_bytes());
    bytes[12] = 4;
    Segment::from_bytes(bytes, size, 1 << 30).unwrap()
}

fn check(size: Size, layout: &Layout, blocks: &[u32]) {
    let mut directory = Directory::new(size, layout);
    let segments = u64::from(table(size));
    let has_table = |block: &u32| blocks.binary_search(block).is_ok();
    // A sample of each block with a table, and the blocks around it.
    let sample = [0, 1, segments / 2, segments - 1];
    let number = |block: u32, segment: u64| u64::from(block) << 32 | segment << size.bits();
    for (at, &block) in (0..).zip(blocks) {
        for (place, &segment) in (0..).zip(&sample) {
            let entry = directory.get_mut(number(block, segment)).unwrap();
            assert_eq!(*entry, Segment::EMPTY, "no other segment's");
            *entry = marked(size, at * 4 + place);
        }
    }
    for (at, &block) in (0..).zip(blocks) {
        for (place, &segment) in (0..).zip(&sample) {
            for offset in [0, 1, (1 << size.bits()) - 1] {
                let found = directory.get(number(block, segment) + offset);
                assert_eq!(found, Some(&marked(size, at * 4 + place)));
            }
        }
        for near in [block.wrapping_sub(1), block + 1, block + 1_000] {
            assert_eq!(directory.get(number(near, 0)).is_some(), has_table(&near), "{near}");
            assert_eq!(directory.get(number(near, segments - 1)).is_some(), has_table(&near));
        }
    }
    assert!(directory.get(u64::MAX).is_none());
    assert!(directory.get_mut(1 << 63).is_none());
    // All segments, in order, each as `get` finds it.
    let all: Vec<(u64, Segment)> = directory.iter().collect();
    assert!(all.is_sorted_by_key(|(number, _)| *number));
    let tables = blocks.iter().flat_map(|&block| (0..segments).map(move |s| number(block, s)));
    assert!(all.iter().map(|(number, _)| *number).eq(tables));
    assert!(all.iter().all(|(number, segment)| directory.get(*number) == Some(segment)));
    assert_eq!(directory.segments().len() as u64, blocks.len() as u64 * segments);

    // Written and read again it is the same.
    let shifts = directory.shifts().into();
    let lines = blocks.len() * sample.len() * LINES as usize;
    let read = Directory::of(size, shifts, directory.segments().into(), lines).unwrap();
    assert!(read.iter().eq(all));
    assert_eq!(read.bytes(), directory.bytes());
    assert_eq!(read.bytes(), read.shifts().len() * 4 + read.segments().len() * Segment::BYTES);
}

#[test]
fn with_a_table_for_all_blocks() {
    for size in Size::ALL {
        for last in [0, 1, 3] {
            let blocks: Vec<u32> = (0..=last).collect();
            check(size, &Layout::Through(last), &blocks);
        }
    }
}

#[test]
fn with_tables_for_some_blocks() {
    for size in Size::ALL {
        for blocks in [vec![], vec![0], vec![3], vec![0, 1, 2], vec![1, 3, 4, 90, 200], vec![2_000]]
        {
            check(size, &Layout::Blocks(blocks.clone()), &blocks);
        }
    }
    // The greatest phone number's.
    let [.., size] = Size::ALL;
    check(size, &Layout::Blocks(vec![5, 232_830]), &[5, 232_830]);
}

#[test]
fn what_no_directory_says_is_refused() {
    for size in Size::ALL {
        let written = Directory::new(size, &Layout::Blocks(vec![1, 3]));
        let read = |shifts: &[u32], segments: &[Segment], lines| {
            Directory::of(size, shifts.into(), segments.into(), lines)
        };
        let (shifts, segments) = (written.shifts(), written.segments());
        assert!(read(shifts, segments, 0).is_some());
        assert!(read(shifts, segments, 1).is_none(), "a line that no segment has");
        assert!(read(shifts, &segments[1..], 0).is_none(), "a table that is not whole");
        assert!(read(&[], &segments[1..], 0).is_some(), "the segments from 0 on");
        assert!(read(&shifts[..3], segments, 0).is_none(), "a table that no block has");
        for at in 0..shifts.len() {
            for other in [0, 1, 9, 1 << 31, u32::MAX, u32::MAX - 7, shifts[1], shifts[3]] {
                let mut changed = shifts.to_vec();
                changed[at] = other;
                assert_eq!(read(&changed, segments, 0).is_some(), changed == shifts);
            }
        }
    }
}
