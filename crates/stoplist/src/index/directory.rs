//! Which segment does a number belong to?
//!
//! A table of segments, side by side. Where the numbers lie close together it starts at number 0
//! and a shift finds the entry. Where they are spread over the world, each block of 2^32 numbers
//! that has enough members has a table of its own, and a second, small table says where it starts.
//! Numbers outside are among the scattered ones.

use super::segment::{Segment, Size};

/// Segments by number.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    size: Size,
    /// What to add, modulo 2^32, to a segment's place among all to get its place in `segments`; one
    /// for each block of 2^32 numbers. None at all when there is nothing to add.
    shifts: Box<[u32]>,
    segments: Box<[Segment]>,
}

/// Where blocks of 2^32 numbers have their tables.
pub(super) enum Layout {
    /// All blocks up to this one have one.
    Through(u32),
    /// Only these, ascending.
    Blocks(Vec<u32>),
}

/// So that [`absent`] blocks have no entry.
const MAX_SEGMENTS: usize = 1 << 31;

/// Segments of a block of 2^32 numbers.
fn table(size: Size) -> u32 {
    1 << (u32::BITS - size.bits())
}

/// Bytes of their entries.
pub(super) fn table_bytes(size: Size) -> u64 {
    u64::from(table(size)) * Segment::BYTES as u64
}

impl Directory {
    pub(super) fn new(size: Size, layout: &Layout) -> Self {
        let empty = |tables: usize| vec![Segment::EMPTY; tables * table(size) as usize].into();
        match layout {
            Layout::Through(last) => {
                Self { size, shifts: Box::default(), segments: empty(*last as usize + 1) }
            }
            Layout::Blocks(blocks) => {
                let length = blocks.last().map_or(0, |&last| last + 1);
                let mut shifts: Box<[u32]> = (0..length).map(|block| absent(block, size)).collect();
                for (place, &block) in (0..).zip(blocks) {
                    if let Some(shift) = shifts.get_mut(block as usize) {
                        *shift = shift_to(place, block, size);
                    }
                }
                Self { size, shifts, segments: empty(blocks.len()) }
            }
        }
    }

    /// From what was written; `None` unless it could have been: each block with a table has the
    /// next one, and each segment with lines the next ones, up to all `lines`.
    pub(super) fn of(
        size: Size,
        shifts: Box<[u32]>,
        segments: Box<[Segment]>,
        lines: usize,
    ) -> Option<Self> {
        let mut tables = 0;
        for (block, &shift) in (0..).zip(&shifts) {
            if shift != absent(block, size) {
                if shift != shift_to(tables, block, size) {
                    return None;
                }
                tables += 1;
            }
        }
        let mut next = 0;
        for of_segment in segments.iter().map(|segment| segment.lines()) {
            if !of_segment.is_empty() && of_segment.start != next {
                return None;
            }
            next += of_segment.len();
        }
        let tables = tables as usize * table(size) as usize;
        let whole = shifts.is_empty() || segments.len() == tables;
        let sound = whole && segments.len() <= MAX_SEGMENTS && next == lines;
        sound.then_some(Self { size, shifts, segments })
    }

    pub(super) fn size(&self) -> Size {
        self.size
    }

    pub(super) fn shifts(&self) -> &[u32] {
        &self.shifts
    }

    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The segment that a number belongs to, if it has an entry.
    #[inline]
    pub(super) fn get(&self, number: u64) -> Option<&Segment> {
        self.segments.get(self.place(number)?)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Segment> {
        let place = self.place(number)?;
        self.segments.get_mut(place)
    }

    #[inline]
    fn place(&self, number: u64) -> Option<usize> {
        let segment = number >> self.size.bits();
        if self.shifts.is_empty() {
            return Some(segment as usize);
        }
        let shift = self.shifts.get((number >> u32::BITS) as usize)?;
        Some((segment as u32).wrapping_add(*shift) as usize)
    }

    /// All segments with the first number of each, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, Segment)> + '_ {
        let table = u64::from(table(self.size));
        let all = (self.segments.len() as u64).div_ceil(table);
        let blocks = if self.shifts.is_empty() { all } else { self.shifts.len() as u64 };
        let has_table = |block: &u64| self.get(block << u32::BITS).is_some();
        (0..blocks).filter(has_table).flat_map(move |block| {
            (block * table..(block + 1) * table).filter_map(|segment| {
                let number = segment << self.size.bits();
                self.get(number).map(|&entry| (number, entry))
            })
        })
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.segments.len() * Segment::BYTES + size_of_val(&*self.shifts)
    }
}

/// What brings the segments of a block to the table that is the `place`th.
fn shift_to(place: u32, block: u32, size: Size) -> u32 {
    place.wrapping_sub(block).wrapping_mul(table(size))
}

/// The shift of a block without a table: its segments come to lie at the end of all places.
fn absent(block: u32, size: Size) -> u32 {
    shift_to(u32::MAX, block, size)
}

#[cfg(test)]
mod tests;
