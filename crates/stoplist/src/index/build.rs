//! How does a set become the parts of an index?
//!
//! Twice through the set: once to count what each block of 2^32 numbers would take with segments of
//! each size, and choose the smallest; once to lay the members into lines.

use roaring::RoaringBitmap;

use super::directory::{Directory, Layout, table_bytes};
use super::line::Line;
use super::memory::Memory;
use super::scattered::Scattered;
use super::segment::{Packer, SCATTERED_BYTES, Segment, Size, plan};
use crate::NumberSet;

/// What a look-up reads.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) directory: Directory,
    pub(super) lines: Memory,
    pub(super) scattered: Scattered,
}

/// From here on numbers lie in as little memory as can be; below, in lines that are quickest to
/// look up, of 2.6 to 3.5 bytes a number (`benches/record`, "packings").
const DENSE_FROM: u64 = 1 << 25;

impl Parts {
    pub(super) fn build(set: &NumberSet) -> Self {
        let dense = set.len() >= DENSE_FROM;
        let (size, layout) = survey(&blocks(set, dense));
        let mut directory = Directory::new(size, &layout);
        let mut packer = Packer::new(size, dense);
        let (mut chunks, mut base) = (Vec::new(), 0);
        let mut scattered = Vec::new();
        each_segment(set, size, |block, members| {
            let number = |low: u32| u64::from(block) << u32::BITS | u64::from(low);
            let first = members.first().copied().map_or(0, number);
            let mut lines: Vec<Line> = Vec::new();
            if let Some(entry) = directory.get_mut(first) {
                *entry = packer.pack(members, base, &mut lines).unwrap_or(Segment::SCATTERED);
            }
            if lines.is_empty() {
                scattered.extend(members.iter().copied().map(number));
            } else {
                base += lines.len();
                chunks.push(lines);
            }
        });
        let lines = Memory::of_chunks(chunks);
        Self { directory, lines, scattered: Scattered::build(&scattered) }
    }
}

/// Calls `work` with the block of 2^32 numbers and the low 32 bits of the members, ascending, of
/// each segment that has any.
fn each_segment(set: &NumberSet, size: Size, mut work: impl FnMut(u32, &[u32])) {
    let segment_of = |low: u32| low >> size.bits();
    let mut members: Vec<u32> = Vec::new();
    for (block, bitmap) in set.bitmaps() {
        each_piece(bitmap, |mut values| {
            while let Some(&first) = values.first() {
                let segment = segment_of(first);
                if members.first().is_some_and(|&member| segment_of(member) != segment) {
                    work(block, &members);
                    members.clear();
                }
                let same = values.partition_point(|&value| segment_of(value) == segment);
                let (these, later) = values.split_at(same);
                members.extend_from_slice(these);
                values = later;
            }
        });
        if !members.is_empty() {
            work(block, &members);
            members.clear();
        }
    }
}

/// Calls `work` with all values, some at a time, ascending.
fn each_piece(bitmap: &RoaringBitmap, mut work: impl FnMut(&[u32])) {
    let mut buffer = [0; 1024];
    let mut iter = bitmap.iter();
    if bitmap.statistics().n_run_containers == 0 {
        loop {
            match &*iter.next_many(&mut buffer) {
                [] => return,
                values => work(values),
            }
        }
    }
    // In roaring 0.12.0 `next_many` passes over a run of all 65,536 values of a container.
    while let Some(range) = iter.next_range() {
        let mut values = range;
        loop {
            let places = buffer.iter_mut().zip(&mut values);
            let count = places.map(|(place, value)| *place = value).count();
            match buffer.get(..count) {
                None | Some([]) => break,
                Some(values) => work(values),
            }
        }
    }
}

/// What a block of 2^32 numbers takes.
struct Block {
    place: u32,
    members: u64,
    /// Bytes of its lines, for each size that segments may have.
    lines: [u64; SIZES],
}

const SIZES: usize = Size::ALL.len();

/// Tables count more than lines: every look-up reads its entry, so they should stay in the caches.
const TABLE_WEIGHT: u64 = 4;

impl Block {
    /// Bytes with a table of segments.
    fn packed(&self, size: Size) -> u64 {
        let lines = Size::ALL.iter().zip(self.lines).find(|(other, _)| **other == size);
        lines.map_or(0, |(_, lines)| lines) + TABLE_WEIGHT * table_bytes(size)
    }

    /// Bytes without.
    fn scattered(&self) -> u64 {
        self.members * SCATTERED_BYTES
    }
}

/// Counts by block, through segments of the smallest size.
fn blocks(set: &NumberSet, dense: bool) -> Vec<Block> {
    let [least, ..] = Size::ALL;
    let mut blocks: Vec<Block> = Vec::new();
    // Of each size, the segment that is being counted and its members so far.
    let mut open = [(0, 0_u64); SIZES];
    let close = |block: &mut Block, open: &mut [(u32, u64); SIZES], next: Option<u32>| {
        let sizes = Size::ALL.into_iter().zip(&mut block.lines).zip(open);
        for ((size, lines), (segment, members)) in sizes {
            let next = next.map(|low| low >> size.bits());
            if next != Some(*segment) {
                *lines += if *members > 0 { plan(*members, size, dense).1 } else { 0 };
                (*segment, *members) = (next.unwrap_or(0), 0);
            }
        }
    };
    each_segment(set, least, |place, members| {
        if blocks.last().is_none_or(|block| block.place != place) {
            if let Some(last) = blocks.last_mut() {
                close(last, &mut open, None);
            }
            blocks.push(Block { place, members: 0, lines: [0; SIZES] });
        }
        if let Some(block) = blocks.last_mut() {
            close(block, &mut open, members.first().copied());
            block.members += members.len() as u64;
            open.iter_mut().for_each(|(_, open)| *open += members.len() as u64);
        }
    });
    if let Some(last) = blocks.last_mut() {
        close(last, &mut open, None);
    }
    blocks
}

/// The size of segments, and which blocks get a table of them.
fn survey(blocks: &[Block]) -> (Size, Layout) {
    let total = |size: &Size| {
        let bytes = blocks.iter().map(|block| block.packed(*size).min(block.scattered()));
        bytes.sum::<u64>()
    };
    let [least, ..] = Size::ALL;
    let size = Size::ALL.into_iter().min_by_key(total).unwrap_or(least);
    let packed = blocks.iter().filter(|block| block.packed(size) < block.scattered());
    let packed: Vec<u32> = packed.map(|block| block.place).collect();
    let layout = match packed.last() {
        // A shift instead of two look-ups, when the tables of all blocks below cost little.
        Some(&last) if (u64::from(last) + 1) * table_bytes(size) <= total(&size) / 16 => {
            Layout::Through(last)
        }
        _ => Layout::Blocks(packed),
    };
    (size, layout)
}
