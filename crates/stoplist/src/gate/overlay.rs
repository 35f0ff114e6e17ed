//! What has changed since an index was built?
//!
//! One thread appends changes to a log; any number of threads look numbers up in it, each up to the
//! change that its gate includes. What lies behind that change is there already for others, and is
//! passed over: so a gate never changes, and publishing one costs the same however many changes
//! there are.
//!
//! ```text
//! filters  a coarse and a fine one, each with a bit for every number in the log: of other numbers
//!          6 in 100 pass the coarse one, which is small enough to stay near, 2 in 1,000 both
//! slots    hashed by number: the place in the log of its last change, and part of the hash
//! log      changes in order: number, added or removed, the place of the number's change before
//! made_at  the generation of each change of the log: who looks a number up does not read it
//! ```
//!
//! Nothing here is ever taken away or moved: a full overlay is replaced.

use crate::index::prefetch;

use super::sync::{AtomicU32, AtomicU64, Ordering};

/// Changes to the numbers of one index.
pub(super) struct Overlay {
    seed: u64,
    coarse: Filter,
    fine: Filter,
    /// The place in the low half, part of the number's hash in the high half. Twice as many as
    /// changes, so that a search meets an empty one soon.
    slots: Box<[AtomicU64]>,
    log: Box<[Entry]>,
    /// Ascending.
    made_at: Box<[AtomicU64]>,
}

/// Places in the log are counted from 1; 0 is none.
struct Entry {
    /// The number, times two, plus one when it was added.
    change: AtomicU64,
    before: AtomicU32,
}

/// Bits of the filters for each change (`benches/record`, "overlay").
const COARSE_BITS: usize = 16;
const FINE_BITS: usize = 32;

impl Overlay {
    /// Room for a number of changes, a power of two.
    pub(super) fn with_capacity(capacity: usize) -> Self {
        debug_assert!(capacity.is_power_of_two());
        let entry = |_| Entry { change: AtomicU64::new(0), before: AtomicU32::new(0) };
        Self {
            seed: seed(),
            coarse: Filter::with_bits(capacity * COARSE_BITS),
            fine: Filter::with_bits(capacity * FINE_BITS),
            slots: (0..2 * capacity).map(|_| AtomicU64::new(0)).collect(),
            log: (0..capacity).map(entry).collect(),
            made_at: (0..capacity).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    pub(super) fn capacity(&self) -> u32 {
        self.log.len() as u32
    }

    /// Appends a change after `len` others, of a generation that is not before theirs. Only one
    /// thread may do so, and it has to publish the new length in a way that orders what comes before
    /// it.
    pub(super) fn push(&self, len: u32, number: u64, added: bool, generation: u64) {
        let hash = hash(number, self.seed);
        let (slot, before) = self.search(hash, number);
        let at = len as usize;
        let (Some(entry), Some(made_at), Some(slot)) =
            (self.log.get(at), self.made_at.get(at), slot)
        else {
            debug_assert!(false, "the overlay is full");
            return;
        };
        made_at.store(generation, Ordering::Relaxed);
        entry.change.store(number << 1 | u64::from(added), Ordering::Relaxed);
        entry.before.store(before, Ordering::Relaxed);
        self.coarse.put(coarse_hash(number));
        self.fine.put(fine_hash(number));
        // Whoever sees the place sees the entry.
        slot.store(tag(hash) | u64::from(len + 1), Ordering::Release);
    }

    /// Whether a number may have changed: `false` for most that have not.
    #[inline]
    pub(super) fn may_have(&self, number: u64) -> bool {
        self.coarse.has(coarse_hash(number))
    }

    /// Of those numbers of which [`may_have`](Self::may_have) says so: `false` for nearly all that
    /// have not.
    #[inline]
    pub(super) fn seems_to_have(&self, number: u64) -> bool {
        self.fine.has(fine_hash(number))
    }

    /// Asks for what [`seems_to_have`](Self::seems_to_have) reads to be fetched.
    #[inline]
    pub(super) fn fetch(&self, number: u64) {
        self.fine.fetch(fine_hash(number));
    }

    /// Whether the last of the first `len` changes to a number added or removed it; `None` when
    /// none of them is to it.
    pub(super) fn state(&self, number: u64, len: u32) -> Option<bool> {
        self.last(number, len).map(|(_, added)| added)
    }

    /// The numbers that the first `len` changes are to, with the last change to each.
    pub(super) fn states(&self, len: u32) -> impl Iterator<Item = (u64, bool)> + '_ {
        self.last_changes(len).map(|(number, added, _)| (number, added))
    }

    /// As [`states`](Self::states), in order and with the generations.
    pub(super) fn last_changes(&self, len: u32) -> impl Iterator<Item = (u64, bool, u64)> + '_ {
        let changes = self.log.iter().zip(&self.made_at).take(len as usize);
        (1..).zip(changes).filter_map(move |(place, (entry, generation))| {
            let number = entry.change.load(Ordering::Relaxed) >> 1;
            let (last, added) = self.last(number, len)?;
            (last == place).then(|| (number, added, generation.load(Ordering::Relaxed)))
        })
    }

    /// Where, among the first `len` changes, those after a generation begin.
    pub(super) fn first_after(&self, generation: u64, len: u32) -> u32 {
        let made_at = self.made_at.get(..len as usize).unwrap_or_default();
        // No more than `len`.
        made_at.partition_point(|made_at| made_at.load(Ordering::Relaxed) <= generation) as u32
    }

    /// The changes from one place to another, in order.
    pub(super) fn changes(&self, from: u32, to: u32) -> impl Iterator<Item = (u64, bool)> + '_ {
        let entries = self.log.get(from as usize..to as usize).unwrap_or_default().iter();
        entries.map(|entry| {
            let change = entry.change.load(Ordering::Relaxed);
            (change >> 1, change & 1 == 1)
        })
    }

    fn last(&self, number: u64, len: u32) -> Option<(u32, bool)> {
        let (_, mut place) = self.search(hash(number, self.seed), number);
        // Changes that came later are for gates that came later.
        while place > len {
            place = self.log.get(place as usize - 1)?.before.load(Ordering::Relaxed);
        }
        let entry = self.log.get((place as usize).checked_sub(1)?)?;
        Some((place, entry.change.load(Ordering::Relaxed) & 1 == 1))
    }

    /// The slot of a number, its own or the one it would get, and the place that is in it.
    fn search(&self, hash: u64, number: u64) -> (Option<&AtomicU64>, u32) {
        let start = (hash >> 1) as usize & (self.slots.len() - 1);
        let (before, from) = self.slots.split_at(start);
        for slot in from.iter().chain(before) {
            let value = slot.load(Ordering::Acquire);
            let place = value as u32;
            if place == 0 {
                return (Some(slot), 0);
            }
            if value >> u32::BITS == tag(hash) >> u32::BITS {
                let entry = self.log.get(place as usize - 1);
                let change = entry.map(|entry| entry.change.load(Ordering::Relaxed));
                if change.is_some_and(|change| change >> 1 == number) {
                    return (Some(slot), place);
                }
            }
        }
        (None, 0)
    }
}

/// A bit for each hash that was put in.
struct Filter(Box<[AtomicU64]>);

impl Filter {
    /// A power of two of bits, and at least one word.
    fn with_bits(bits: usize) -> Self {
        Self((0..(bits / 64).max(1)).map(|_| AtomicU64::new(0)).collect())
    }

    fn put(&self, hash: u64) {
        if let Some(word) = self.0.get(self.word(hash)) {
            word.fetch_or(1 << (hash & 63), Ordering::Relaxed);
        }
    }

    #[inline]
    fn has(&self, hash: u64) -> bool {
        let word = self.0.get(self.word(hash)).map_or(0, |word| word.load(Ordering::Relaxed));
        word >> (hash & 63) & 1 == 1
    }

    #[inline]
    fn fetch(&self, hash: u64) {
        if let Some(word) = self.0.get(self.word(hash)) {
            prefetch(word);
        }
    }

    #[inline]
    fn word(&self, hash: u64) -> usize {
        (hash >> 6) as usize & (self.0.len() - 1)
    }
}

// By one multiplication each and without the seed: whoever crowds a filter on purpose only gets
// searches of the slots, which he cannot crowd.

#[inline]
fn coarse_hash(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
}

#[inline]
fn fine_hash(number: u64) -> u64 {
    number.wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 32
}

/// Of the bits that do not choose the slot.
fn tag(hash: u64) -> u64 {
    hash & !u64::from(u32::MAX)
}

#[inline]
fn hash(number: u64, seed: u64) -> u64 {
    let product = u128::from(number ^ seed) * u128::from(0xE703_7ED1_A0B4_28DB_u64);
    (product >> 64) as u64 ^ product as u64
}

/// Of its own for each overlay, so that nobody can choose numbers that crowd its slots.
#[cfg(not(test))]
fn seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(0)
}

/// A model has to run the same way each time.
#[cfg(test)]
fn seed() -> u64 {
    0
}
