//! How does a set come from numbers in any order, fast and in bounded memory?
//!
//! Inserting into a roaring bitmap one by one costs two searches each. Instead numbers gather in a
//! buffer; a full buffer is radix-sorted and becomes a bitmap by appending, which is united with
//! what came before. The buffer grows with the set, so the unions stay few.

use roaring::RoaringTreemap;

use crate::{NumberSet, PhoneNumber};

/// The first buffer, in numbers: 8 MB, and as much again while it is sorted.
const MIN_BUFFER: usize = 1 << 20;
/// The largest buffer, in numbers: 64 MB, and as much again while it is sorted.
const MAX_BUFFER: usize = 1 << 23;

/// Collects numbers in any order, repeats allowed, into a [`NumberSet`].
///
/// About 20 to 40 ns a number. Memory: the set so far, and at most 128 MB for sorting.
#[derive(Debug, Default)]
pub struct NumberSetBuilder {
    done: RoaringTreemap,
    buffer: Vec<u64>,
    scratch: Vec<u64>,
}

impl NumberSetBuilder {
    /// An empty builder. Allocates nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a number.
    #[inline]
    pub fn push(&mut self, number: PhoneNumber) {
        if self.buffer.len() == self.buffer.capacity() {
            self.make_room();
        }
        self.buffer.push(number.get());
    }

    /// The set of all numbers added.
    #[must_use]
    pub fn finish(mut self) -> NumberSet {
        self.flush();
        self.done.optimize();
        NumberSet { bitmap: self.done }
    }

    #[cold]
    fn make_room(&mut self) {
        let full = self.buffer.len();
        if full < MIN_BUFFER {
            // Small sets grow as vectors do: nothing is sorted before there is a real batch.
            self.buffer.reserve(full.max(64));
        } else {
            self.flush();
            // A buffer of at least half the set keeps the unions few: the number of times that a
            // number is copied grows with the logarithm of the set, until the largest buffer.
            let half = usize::try_from(self.done.len() / 2).unwrap_or(MAX_BUFFER);
            self.buffer.reserve_exact(half.clamp(MIN_BUFFER, MAX_BUFFER));
        }
    }

    fn flush(&mut self) {
        sort(&mut self.buffer, &mut self.scratch);
        self.buffer.dedup();
        let mut part = RoaringTreemap::new();
        // Sorted and without repeats, so nothing can be refused.
        let appended = part.append(self.buffer.iter().copied());
        debug_assert_eq!(appended.ok(), Some(self.buffer.len() as u64));
        if self.done.is_empty() {
            self.done = part;
        } else {
            self.done |= part;
        }
        self.buffer.clear();
    }
}

/// Bits of a number that one pass of the sort looks at.
const DIGIT_BITS: u32 = 11;
const DIGITS: usize = 1 << DIGIT_BITS;
/// Fewer numbers than this are sorted by comparison: counting 2,048 digits would cost more.
const RADIX_MIN: usize = 4096;

/// Sorts ascending: least significant digit first, leaving out the passes in which all numbers
/// have the same digit (numbers of one country differ in 34 bits, not 50).
fn sort(numbers: &mut Vec<u64>, scratch: &mut Vec<u64>) {
    if numbers.len() < RADIX_MIN {
        numbers.sort_unstable();
        return;
    }
    let (all, any) = numbers.iter().fold((u64::MAX, 0), |(all, any), &n| (all & n, any | n));
    let differing = all ^ any;
    scratch.clear();
    scratch.resize(numbers.len(), 0);
    let mut shift = differing.trailing_zeros().min(u64::BITS - 1);
    while differing >> shift != 0 {
        let mut next = [0_usize; DIGITS];
        for &number in numbers.iter() {
            if let Some(count) = next.get_mut(digit(number, shift)) {
                *count += 1;
            }
        }
        let mut start = 0;
        for slot in &mut next {
            start += std::mem::replace(slot, start);
        }
        for &number in numbers.iter() {
            if let Some(slot) = next.get_mut(digit(number, shift)) {
                if let Some(place) = scratch.get_mut(*slot) {
                    *place = number;
                }
                *slot += 1;
            }
        }
        std::mem::swap(numbers, scratch);
        shift += DIGIT_BITS;
        if shift >= u64::BITS {
            break;
        }
    }
}

const fn digit(number: u64, shift: u32) -> usize {
    (number >> shift) as usize % DIGITS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sorts_like_the_standard_library(
            mut numbers in prop::collection::vec(any::<u64>(), 0..3 * RADIX_MIN),
            mask in prop_oneof![Just(u64::MAX), Just(0), any::<u64>(), Just(1 << 63), Just(0xFF00)],
        ) {
            numbers.iter_mut().for_each(|number| *number &= mask);
            let mut expected = numbers.clone();
            expected.sort_unstable();
            sort(&mut numbers, &mut Vec::new());
            prop_assert_eq!(numbers, expected);
        }
    }
}
