//! How do runs of different lengths lie one after another, so that a scan runs through them?
//!
//! The runs of 1,024 neighbouring slots share one block of memory, in the order of the slots, with
//! no gap: a scan reads block after block at the speed of memory. A run that is replaced moves the
//! rest of its block, some ten kilobytes, and leaves no garbage behind.

use std::iter;
use std::ops::Range;

/// Slots of a block, as a power of two.
const BLOCK_BITS: u32 = 10;
const BLOCK_SLOTS: usize = 1 << BLOCK_BITS;

/// A run of items for every slot from 0 on.
pub(super) struct Ragged<T> {
    blocks: Vec<Block<T>>,
}

/// The runs of neighbouring slots.
pub(super) struct Block<T> {
    items: Vec<T>,
    /// Where the run of each slot ends; it starts where the one before ends.
    ends: Vec<u32>,
}

impl<T: Copy> Ragged<T> {
    pub(super) const fn new() -> Self {
        Self { blocks: Vec::new() }
    }

    /// The run of a slot; empty for a slot that is not there.
    pub(super) fn get(&self, slot: u32) -> &[T] {
        let block = self.blocks.get((slot >> BLOCK_BITS) as usize);
        block.map_or(&[], |block| block.get(slot as usize % BLOCK_SLOTS))
    }

    /// Puts a run into its slot, in place of what was there. Slots before it that are not there yet
    /// get empty runs.
    pub(super) fn put(&mut self, slot: u32, run: &[T]) {
        let (block, place) = ((slot >> BLOCK_BITS) as usize, slot as usize % BLOCK_SLOTS);
        while self.blocks.len() <= block {
            if let Some(last) = self.blocks.last_mut() {
                last.fill(BLOCK_SLOTS);
            }
            self.blocks.push(Block { items: Vec::new(), ends: Vec::with_capacity(BLOCK_SLOTS) });
        }
        let Some(block) = self.blocks.get_mut(block) else { return };
        if place < block.ends.len() {
            block.replace(place, run);
        } else {
            block.fill(place);
            block.push(run);
        }
    }

    /// The blocks, each with its first slot.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (usize, &Block<T>)> {
        iter::zip((0..).step_by(BLOCK_SLOTS), &self.blocks)
    }

    #[cfg(test)]
    pub(super) fn memory_bytes(&self) -> usize {
        let of_block = |block: &Block<T>| {
            block.items.capacity() * size_of::<T>() + block.ends.capacity() * size_of::<u32>()
        };
        self.blocks.capacity() * size_of::<Block<T>>()
            + self.blocks.iter().map(of_block).sum::<usize>()
    }
}

impl<T: Copy> Block<T> {
    pub(super) fn items(&self) -> &[T] {
        &self.items
    }

    /// Where the runs lie among the items, each with the place of its slot in the block.
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        let mut start = 0;
        self.ends.iter().enumerate().map(move |(place, &end)| {
            let run = start..end as usize;
            start = run.end;
            (place, run)
        })
    }

    fn bounds(&self, place: usize) -> Option<(usize, usize)> {
        let end = *self.ends.get(place)?;
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        Some((start.unwrap_or(0) as usize, end as usize))
    }

    fn get(&self, place: usize) -> &[T] {
        let run = self.bounds(place).and_then(|(start, end)| self.items.get(start..end));
        run.unwrap_or_default()
    }

    /// Adds empty runs until there are so many.
    fn fill(&mut self, runs: usize) {
        while self.ends.len() < runs {
            self.push(&[]);
        }
    }

    fn push(&mut self, run: &[T]) {
        self.items.extend_from_slice(run);
        self.ends.push(self.items.len() as u32);
        if self.ends.len() == BLOCK_SLOTS {
            self.items.shrink_to_fit();
        }
    }

    fn replace(&mut self, place: usize, run: &[T]) {
        let Some((start, end)) = self.bounds(place) else { return };
        let grown = (self.items.len() + run.len()).saturating_sub(end - start);
        if grown > self.items.capacity() {
            // A sixteenth more than is needed, where `Vec` would take twice as much.
            self.items.reserve_exact(grown + grown / 16 - self.items.len());
        }
        self.items.splice(start..end, run.iter().copied());
        for end_after in self.ends.iter_mut().skip(place) {
            *end_after = (*end_after as usize + run.len() + start - end) as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_read_back_whatever_their_lengths_and_however_often_they_were_replaced() {
        let mut ragged = Ragged::new();
        let mut model: Vec<Vec<u16>> = Vec::new();
        let run = |seed: u32| vec![seed as u16; (seed.wrapping_mul(2_654_435_761) >> 28) as usize];
        for slot in 0..3_000 {
            ragged.put(slot, &run(slot));
            model.push(run(slot));
        }
        for step in 0..5_000_u32 {
            let slot = step.wrapping_mul(40_503) % 3_000;
            ragged.put(slot, &run(step + 7));
            model[slot as usize] = run(step + 7);
        }
        for (slot, expected) in model.iter().enumerate() {
            assert_eq!(ragged.get(slot as u32), expected, "slot {slot}");
        }
        assert_eq!(ragged.get(3_000), [0_u16; 0]);
        assert_eq!(ragged.get(u32::MAX), [0_u16; 0]);
        let items: Vec<u16> = ragged.blocks().flat_map(|(_, block)| block.items.clone()).collect();
        assert_eq!(items, model.concat(), "no garbage lies between the runs");
        assert!(ragged.memory_bytes() < items.len() * 2 * 5 / 4 + 3 * (4_096 + 48) * 2);
    }

    #[test]
    fn slots_that_are_passed_over_have_empty_runs() {
        let mut ragged = Ragged::new();
        for (slot, runs) in [(3, 4), (1_023, 1_024), (5_000, 5_001), (2_000, 5_001)] {
            ragged.put(slot, &[slot as u8, 1]);
            assert_eq!(ragged.blocks().map(|(_, block)| block.ends.len()).sum::<usize>(), runs);
            assert_eq!(ragged.get(slot), [slot as u8, 1]);
        }
        assert_eq!(ragged.get(4_999), [0; 0]);
        assert_eq!(ragged.blocks().map(|(_, block)| block.items.len()).sum::<usize>(), 8);
    }
}
