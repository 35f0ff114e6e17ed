//! Which rows stand at some places of an order?
//!
//! Never are all rows sorted. Near the start, one pass keeps the best so many rows seen so far.
//! Far from it, rows are counted by ranges of their keys, and only those of the ranges that reach
//! into the page are kept, until few are left or all are equal; a text goes on with its next bytes.

use std::cmp::Ordering;
use std::ops::Range;

use super::order::{Item, Keys, LAST, Position};

/// Up to so many rows from the start, one pass is quicker.
const NEAR: u64 = 4_096;
/// So few rows are sorted.
const FEW: usize = 2_048;
/// Ranges that keys are counted by, as a power of two.
const RANGE_BITS: u32 = 12;
const LAST_RANGE: usize = 1 << RANGE_BITS;

/// The slots at the places `start..start + count` of the order, as far as there are so many.
///
/// The slots come in ascending order, or descending for a descending order: so of equal rows the
/// first to come is the first in the order.
pub(super) fn select<K: Keys>(
    keys: &K,
    slots: impl Iterator<Item = u32>,
    after: Option<Position<'_>>,
    descending: bool,
    start: u64,
    count: usize,
) -> Vec<u32> {
    let selection = Selection { keys, descending };
    let items = slots
        .map(|slot| Item { key: keys.first(slot), slot })
        .filter(|item| after.is_none_or(|place| selection.compare_to(item, &place).is_gt()));
    let wanted = start.saturating_add(count as u64);
    let mut found = Vec::new();
    if wanted <= NEAR {
        found = selection.first(items, wanted as usize);
        found.drain(..found.len().min(start as usize));
    } else {
        let items: Vec<Item> = items.collect();
        let clip = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(items.len());
        let places = clip(start)..clip(wanted);
        selection.narrow(items, places, 0, &mut found);
    }
    found.into_iter().map(|item| item.slot).collect()
}

struct Selection<'k, K> {
    keys: &'k K,
    descending: bool,
}

impl<K: Keys> Selection<'_, K> {
    fn compare_slots(&self, a: u32, b: u32) -> Ordering {
        if self.descending { b.cmp(&a) } else { a.cmp(&b) }
    }

    /// The keys are the first ones, or further ones after equal ones.
    fn compare(&self, a: &Item, b: &Item) -> Ordering {
        a.key
            .cmp(&b.key)
            .then_with(|| self.compare_rest(a, self.keys.text(b.slot)))
            .then_with(|| self.compare_slots(a.slot, b.slot))
    }

    /// Compares an item to a place with the same first key.
    fn compare_rest(&self, item: &Item, text: &[u8]) -> Ordering {
        if self.keys.is_final(item.key) {
            return Ordering::Equal;
        }
        self.keys.compare_texts(self.keys.text(item.slot), text)
    }

    fn compare_to(&self, item: &Item, position: &Position<'_>) -> Ordering {
        item.key
            .cmp(&position.key)
            .then_with(|| self.compare_rest(item, position.text))
            .then_with(|| self.compare_slots(item.slot, position.slot))
    }

    /// The first so many items in their order.
    fn first(&self, items: impl Iterator<Item = Item>, wanted: usize) -> Vec<Item> {
        let mut best: Vec<Item> = Vec::new();
        let mut worst_kept: Option<Position<'_>> = None;
        for item in items {
            if worst_kept.is_some_and(|worst| self.compare_to(&item, &worst) != Ordering::Less) {
                continue;
            }
            best.push(item);
            if best.len() == 2 * wanted {
                let (_, worst, _) =
                    best.select_nth_unstable_by(wanted - 1, |a, b| self.compare(a, b));
                let text = self.keys.text(worst.slot);
                worst_kept = Some(Position { key: worst.key, text, slot: worst.slot });
                best.truncate(wanted);
            }
        }
        best.sort_unstable_by(|a, b| self.compare(a, b));
        best.truncate(wanted);
        best
    }

    /// Adds the items at some places of their order. The items agree in so many keys before those
    /// that they hold, and come in the order of equal ones.
    fn narrow(
        &self,
        mut items: Vec<Item>,
        mut places: Range<usize>,
        mut equal: usize,
        found: &mut Vec<Item>,
    ) {
        loop {
            if places.is_empty() {
                return;
            }
            if items.len() <= FEW {
                items.sort_unstable_by(|a, b| self.compare(a, b));
                found.extend_from_slice(items.get(places).unwrap_or_default());
                return;
            }
            let ranges = KeyRanges::count(&items);
            if ranges.are_one_key(&items) {
                if self.keys.is_final(ranges.least) {
                    found.extend_from_slice(items.get(places).unwrap_or_default());
                    return;
                }
                equal += 1;
                for item in &mut items {
                    item.key = self.keys.next(item.slot, equal);
                }
                continue;
            }
            let (first, before) = ranges.at_place(places.start);
            let (last, before_last) = ranges.at_place(places.end - 1);
            if first == last {
                items.retain(|item| ranges.of(item.key) == first);
                places = places.start - before..places.end - before;
                continue;
            }
            // The page starts in one range and ends in another: both are narrowed by themselves,
            // and what lies between them is on the page.
            let of = |wanted: Range<usize>| {
                let in_range = |item: &&Item| wanted.contains(&ranges.of(item.key));
                items.iter().filter(in_range).copied().collect::<Vec<_>>()
            };
            let (starting, between, ending) =
                (of(first..first + 1), of(first + 1..last), of(last..last + 1));
            drop(items);
            let to_end = places.start - before..starting.len();
            self.narrow(starting, to_end, equal, found);
            let all_between = 0..between.len();
            self.narrow(between, all_between, equal, found);
            items = ending;
            places = 0..places.end - before_last;
        }
    }
}

/// How many keys lie in each of some ranges of equal width. Keys of what is absent, which are far
/// from all others, lie in the last one.
struct KeyRanges {
    least: u64,
    shift: u32,
    counts: Vec<usize>,
}

impl KeyRanges {
    fn count(items: &[Item]) -> Self {
        let (mut least, mut greatest) = (LAST, 0);
        for &Item { key, .. } in items {
            least = least.min(key);
            greatest = greatest.max(if key == LAST { 0 } else { key });
        }
        let bits = u64::BITS - greatest.saturating_sub(least).leading_zeros();
        let shift = bits.saturating_sub(RANGE_BITS);
        let mut ranges = Self { least, shift, counts: vec![0; LAST_RANGE + 1] };
        for item in items {
            let range = ranges.of(item.key);
            if let Some(count) = ranges.counts.get_mut(range) {
                *count += 1;
            }
        }
        ranges
    }

    /// Whether all keys are equal: they lie in the first range, and it is one key wide.
    fn are_one_key(&self, items: &[Item]) -> bool {
        self.shift == 0 && self.counts.first() == Some(&items.len())
    }

    fn of(&self, key: u64) -> usize {
        ((key - self.least) >> self.shift).min(LAST_RANGE as u64) as usize
    }

    /// The range that holds a place of the order, and how many keys come before the range.
    fn at_place(&self, place: usize) -> (usize, usize) {
        let mut before = 0;
        for (range, &count) in self.counts.iter().enumerate() {
            if place < before + count {
                return (range, before);
            }
            before += count;
        }
        (self.counts.len(), before)
    }
}
