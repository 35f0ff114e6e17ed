//! How does a set come from numbers in any order, fast and in bounded memory?
//!
//! Inserting into a roaring bitmap one by one costs two searches each. Instead numbers gather in a
//! buffer; a full buffer is radix-sorted and becomes a bitmap by appending, which is united with
//! what came before. The buffer grows with the set, so the unions stay few.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use roaring::RoaringTreemap;

use crate::{NumberSet, PhoneNumber};

/// The first buffer, in numbers: 8 MB.
const MIN_BUFFER: usize = 1 << 20;
/// The largest buffer, in numbers: 64 MB.
const MAX_BUFFER: usize = 1 << 23;

/// Collects numbers in any order, repeats allowed, into a [`NumberSet`].
///
/// About 30 to 60 ns a number. Memory: the set so far, and at most 192 MB for the buffer that
/// fills, the one that is taken in, and its sorting.
#[derive(Debug, Default)]
pub struct NumberSetBuilder {
    buffer: Vec<u64>,
    /// Numbers that are not in `buffer` any more, repeats included.
    flushed: usize,
    wants_helper: bool,
    /// `None` while the helper has it.
    work: Option<Work>,
    helper: Option<Helper>,
}

/// The set so far, and room to sort in.
#[derive(Debug, Default)]
struct Work {
    set: RoaringTreemap,
    full: Vec<u64>,
    scratch: Vec<u64>,
}

/// A thread that takes in one full buffer while the next one fills.
#[derive(Debug)]
struct Helper {
    to: SyncSender<Work>,
    from: Receiver<Work>,
}

impl NumberSetBuilder {
    /// An empty builder. Allocates nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self { work: Some(Work::default()), ..Self::default() }
    }

    /// An empty builder that sorts on a thread of its own, from the first million numbers on. Where
    /// no thread can be started it works as one without.
    #[must_use]
    pub fn with_helper_thread() -> Self {
        Self { wants_helper: true, ..Self::new() }
    }

    /// Adds a number.
    #[inline]
    pub fn push(&mut self, number: PhoneNumber) {
        if self.buffer.len() == self.buffer.capacity() {
            self.make_room();
        }
        self.buffer.push(number.get());
    }

    /// Adds all numbers of a set: a union, not a sorting.
    pub fn push_set(&mut self, set: &NumberSet) {
        let mut work = self.take_work();
        work.set |= &set.bitmap;
        self.work = Some(work);
    }

    /// The set of all numbers added.
    #[must_use]
    pub fn finish(mut self) -> NumberSet {
        let mut work = self.take_work();
        std::mem::swap(&mut work.full, &mut self.buffer);
        work.take_in();
        work.set.optimize();
        NumberSet { bitmap: work.set }
    }

    #[cold]
    fn make_room(&mut self) {
        let full = self.buffer.len();
        if full < MIN_BUFFER {
            // Small sets grow as vectors do: nothing is sorted before there is a real batch.
            self.buffer.reserve(full.max(64));
            return;
        }
        let mut work = self.take_work();
        std::mem::swap(&mut work.full, &mut self.buffer);
        self.flushed += full;
        self.start(work);
        // A buffer as large as the set keeps the unions few: how often a number is copied grows
        // with the logarithm of the set, until the largest buffer.
        self.buffer.clear();
        self.buffer.reserve_exact(self.flushed.clamp(MIN_BUFFER, MAX_BUFFER));
    }

    /// Has the buffer in `work` taken in, by the helper if there is one.
    fn start(&mut self, mut work: Work) {
        if self.wants_helper && self.helper.is_none() {
            self.helper = Helper::start();
            self.wants_helper = false;
        }
        if let Some(helper) = &self.helper {
            match helper.to.send(work) {
                Ok(()) => return,
                Err(unsent) => work = unsent.0,
            }
        }
        work.take_in();
        self.work = Some(work);
    }

    /// The set so far; waits for the helper.
    #[expect(clippy::expect_used, reason = "the helper only stops by a panic, which goes on here")]
    fn take_work(&mut self) -> Work {
        match (self.work.take(), &self.helper) {
            (Some(work), _) => work,
            (None, Some(helper)) => helper.from.recv().expect("the helper thread panicked"),
            (None, None) => Work::default(),
        }
    }
}

impl Helper {
    fn start() -> Option<Self> {
        let (to, jobs) = sync_channel::<Work>(1);
        let (results, from) = sync_channel(1);
        let run = move || {
            for mut work in jobs {
                work.take_in();
                if results.send(work).is_err() {
                    break;
                }
            }
        };
        thread::Builder::new().name("stoplist-sort".to_owned()).spawn(run).ok()?;
        Some(Self { to, from })
    }
}

impl Work {
    /// Sorts the full buffer into the set, and leaves it empty.
    fn take_in(&mut self) {
        sort(&mut self.full, &mut self.scratch);
        self.full.dedup();
        let mut part = RoaringTreemap::new();
        // Sorted and without repeats, so nothing can be refused.
        let appended = part.append(self.full.iter().copied());
        debug_assert_eq!(appended.ok(), Some(self.full.len() as u64));
        if self.set.is_empty() {
            self.set = part;
        } else {
            self.set |= part;
        }
        self.full.clear();
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
        if digit(differing, shift) == 0 {
            shift += DIGIT_BITS;
            continue;
        }
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
