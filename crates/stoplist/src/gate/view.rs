//! Is a number in a set that changes?

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::overlay::Overlay;
use crate::index::{BLOCK, Places};
use crate::{Bitmask, Index, NumberSet, NumberSetBuilder, PhoneNumber};

/// A set at one moment: an index, and the changes since it was built.
#[derive(Clone)]
pub(super) struct View {
    pub(super) index: Arc<Index>,
    pub(super) overlay: Arc<Overlay>,
    /// How many changes of the overlay belong to the moment.
    pub(super) changes: u32,
    /// How many numbers are in.
    len: u64,
    /// The same for all moments of a view, and for no others.
    lineage: u64,
    /// The overlay has every change after this generation.
    since: u64,
}

/// Room for changes that a new overlay has.
#[cfg(not(test))]
const MIN_CAPACITY: usize = 256;
/// So that the changes of a model fill one and a fold has some to catch up with.
#[cfg(test)]
const MIN_CAPACITY: usize = 4;

/// The generation after which the overlay of a view has every change, where nobody knows one.
const UNKNOWN: u64 = u64::MAX;

/// Not one of the atomics that threads meet at: only that each is another counts.
static NEXT_LINEAGE: AtomicU64 = AtomicU64::new(0);

impl View {
    pub(super) fn of(index: Index) -> Self {
        Self::with_room(Arc::new(index), MIN_CAPACITY)
    }

    /// Of an index, with no changes and room for some.
    pub(super) fn with_room(index: Arc<Index>, changes: usize) -> Self {
        let capacity = changes.max(MIN_CAPACITY).next_power_of_two();
        let (overlay, len) = (Arc::new(Overlay::with_capacity(capacity)), index.len());
        let lineage = NEXT_LINEAGE.fetch_add(1, Ordering::Relaxed);
        Self { index, overlay, changes: 0, len, lineage, since: UNKNOWN }
    }

    /// A few numbers, on an index that has none.
    pub(super) fn in_overlay(numbers: &NumberSet) -> Self {
        let index = Index::from_set(&NumberSet::new());
        let mut view = Self::with_room(Arc::new(index), 2 * numbers.len() as usize);
        numbers.iter().for_each(|number| view.change(number, true, 0));
        view
    }

    /// The same numbers as `of`, on another index that has nearly the same numbers. What came when is
    /// forgotten: a number that went and came back may be in the index alone.
    pub(super) fn onto(index: &Arc<Index>, of: &Self) -> Self {
        let states = of.overlay.states(of.changes);
        let differing = states.filter(|&(number, is_in)| {
            PhoneNumber::new(number).is_ok_and(|number| index.contains(number) != is_in)
        });
        let differing: Vec<(u64, bool)> = differing.collect();
        let mut view = Self::with_room(Arc::clone(index), 2 * differing.len());
        differing.into_iter().for_each(|(number, is_in)| view.append(number, is_in, 0));
        Self { len: of.len, ..view }
    }

    /// Whether this is the other one at an earlier moment.
    pub(super) fn is_before(&self, later: &Self) -> bool {
        // Views may share an index.
        self.lineage == later.lineage
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline]
    pub(super) fn contains(&self, number: PhoneNumber) -> bool {
        self.changed(number.get()).unwrap_or_else(|| self.index.contains(number))
    }

    /// As [`contains`](Self::contains), and quick where the index has nothing.
    #[inline]
    pub(super) fn contains_few(&self, number: PhoneNumber) -> bool {
        let in_index = || !self.index.is_empty() && self.index.contains(number);
        self.changed(number.get()).unwrap_or_else(in_index)
    }

    #[inline]
    fn changed(&self, number: u64) -> Option<bool> {
        if self.changes > 0 && self.overlay.may_have(number) && self.overlay.seems_to_have(number) {
            self.overlay.state(number, self.changes)
        } else {
            None
        }
    }

    pub(super) fn contains_batch_into(&self, numbers: &[u64], found: &mut Bitmask) {
        if self.changes == 0 {
            self.index.contains_batch_into(numbers, found);
            return;
        }
        let mut places = Places::default();
        let words = found.reset(numbers.len()).chunks_mut(BLOCK / 64);
        for (numbers, words) in numbers.chunks(BLOCK).zip(words) {
            self.look_up_block(numbers, &mut places, words);
        }
    }

    /// Writes a word of 64 answers for each 64 of at most [`BLOCK`] numbers; the words are 0 before.
    #[inline]
    pub(super) fn look_up_block(&self, numbers: &[u64], places: &mut Places, words: &mut [u64]) {
        let has_index = !self.index.is_empty();
        if has_index {
            self.index.fetch_block(numbers, places);
        }
        // While the lines of the index are on their way.
        let mut candidates = [0; BLOCK / 64];
        if self.changes > 0 {
            for (candidates, numbers) in candidates.iter_mut().zip(numbers.chunks(64)) {
                *candidates = self.candidates(numbers);
            }
        }
        if has_index {
            self.index.compare_block(numbers, places, words);
        }
        let pieces = words.iter_mut().zip(candidates).zip(numbers.chunks(64));
        for ((word, candidates), numbers) in pieces {
            self.correct(word, candidates, numbers);
        }
    }

    /// A bit for each of at most 64 numbers that may have changed; asks for what it takes to know.
    #[inline]
    fn candidates(&self, numbers: &[u64]) -> u64 {
        // Without a branch a number. The first comes to be the highest: to double a word and add is
        // the cheapest way.
        let bits = numbers.iter().fold(0_u64, |bits, &number| {
            bits.wrapping_mul(2) + u64::from(self.overlay.may_have(number))
        });
        let coarse = bits.reverse_bits() >> (64 - numbers.len());
        each_of(coarse, numbers, |_, number| self.overlay.fetch(number));
        coarse
    }

    /// Corrects the answers for those of the candidates that have changed.
    #[inline]
    fn correct(&self, word: &mut u64, candidates: u64, numbers: &[u64]) {
        let mut changed = 0;
        each_of(candidates, numbers, |at, number| {
            changed |= u64::from(self.overlay.seems_to_have(number)) << at;
        });
        each_of(changed, numbers, |at, number| {
            if let Some(added) = self.overlay.state(number, self.changes) {
                *word = *word & !(1 << at) | u64::from(added) << at;
            }
        });
    }

    /// Appends a change, unless it changes nothing. Generations do not descend. For the one thread
    /// that may; others do not see it before they are given the view.
    pub(super) fn change(&mut self, number: PhoneNumber, added: bool, generation: u64) {
        if self.contains(number) == added {
            return;
        }
        if self.changes == self.overlay.capacity() {
            self.grow();
        }
        self.append(number.get(), added, generation);
        self.len = if added { self.len + 1 } else { self.len.saturating_sub(1) };
    }

    fn append(&mut self, number: u64, added: bool, generation: u64) {
        self.overlay.push(self.changes, number, added, generation);
        self.changes += 1;
    }

    /// Takes an overlay of twice the room, with the last change to each number alone.
    fn grow(&mut self) {
        let mut larger = Self::with_room(Arc::clone(&self.index), 2 * self.changes as usize);
        for (number, added, generation) in self.overlay.last_changes(self.changes) {
            larger.append(number, added, generation);
        }
        *self = Self { len: self.len, lineage: self.lineage, since: self.since, ..larger };
    }

    /// Claims to know what came after this generation, and nothing of before: for when all that was
    /// changed by then is in.
    pub(super) fn begin_at(&mut self, generation: u64) {
        self.since = generation;
    }

    /// How many changes came after a generation, and the numbers that they added: also those that
    /// were removed again, and some perhaps twice. `None` when that is not known, or when there were
    /// more changes than `at_most`.
    pub(super) fn added_since(
        &self,
        generation: u64,
        at_most: usize,
    ) -> Option<(usize, impl Iterator<Item = u64> + '_)> {
        if generation < self.since {
            return None;
        }
        let first = self.overlay.first_after(generation, self.changes);
        let count = self.changes.saturating_sub(first) as usize;
        if count > at_most {
            return None;
        }
        let changes = self.overlay.changes(first, self.changes);
        Some((count, changes.filter(|&(_, added)| added).map(|(number, _)| number)))
    }

    /// The numbers that are in.
    pub(super) fn to_set(&self) -> NumberSet {
        let (mut added, mut removed) = (NumberSetBuilder::new(), NumberSetBuilder::new());
        for (number, is_in) in self.overlay.states(self.changes) {
            if let Ok(number) = PhoneNumber::new(number) {
                let numbers = if is_in { &mut added } else { &mut removed };
                numbers.push(number);
            }
        }
        let mut set = self.index.to_set();
        set -= &removed.finish();
        set |= &added.finish();
        set
    }
}

/// Calls `work` with the place and the number of each set bit.
#[inline]
fn each_of(mut bits: u64, numbers: &[u64], mut work: impl FnMut(u32, u64)) {
    while bits != 0 {
        let at = bits.trailing_zeros();
        bits &= bits - 1;
        work(at, numbers.get(at as usize).copied().unwrap_or(0));
    }
}
