//! Which contacts share a category, or a group?
//!
//! Every name has a number of its own, given out as names come and never taken back, and the slots
//! of its contacts as a bitmap. Names that differ only in case are one.

use std::sync::OnceLock;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use super::folding::{fold, fold_into};

/// The names of one kind, with their contacts.
#[derive(Default)]
pub(super) struct Facet {
    entries: Vec<Entry>,
    places: FxHashMap<Box<[u8]>, u32>,
    /// The place of each entry in the order of the folded names. Made when it is asked for, and
    /// dropped when a name comes.
    ranks: OnceLock<Box<[u32]>>,
    folded: Vec<u8>,
}

struct Entry {
    /// As it was written when its first contact of now came.
    name: Box<str>,
    slots: RoaringBitmap,
}

impl Facet {
    /// The number of a name.
    pub(super) fn number_of(&mut self, name: &str) -> u32 {
        self.folded.clear();
        fold_into(name, &mut self.folded);
        if let Some(&number) = self.places.get(self.folded.as_slice()) {
            if let Some(entry) = self.entries.get_mut(number as usize)
                && entry.slots.is_empty()
            {
                entry.name = name.into();
            }
            return number;
        }
        let number = self.entries.len() as u32;
        self.entries.push(Entry { name: name.into(), slots: RoaringBitmap::new() });
        self.places.insert(self.folded.as_slice().into(), number);
        self.ranks.take();
        number
    }

    pub(super) fn insert(&mut self, number: u32, slot: u32) {
        if let Some(entry) = self.entries.get_mut(number as usize) {
            entry.slots.insert(slot);
        }
    }

    pub(super) fn remove(&mut self, number: u32, slot: u32) {
        if let Some(entry) = self.entries.get_mut(number as usize) {
            entry.slots.remove(slot);
        }
    }

    /// The contacts of a folded name.
    pub(super) fn slots(&self, folded: &[u8]) -> Option<&RoaringBitmap> {
        let number = *self.places.get(folded)?;
        self.entries.get(number as usize).map(|entry| &entry.slots)
    }

    /// The folded form of the name with this number.
    pub(super) fn folded(&self, number: u32) -> Box<[u8]> {
        self.entries.get(number as usize).map_or_else(Box::default, |entry| fold(&entry.name))
    }

    /// The names that have contacts, each with their count, in the order of the folded names.
    pub(super) fn counts(&self) -> Vec<(&str, u64)> {
        let with_contacts = self.entries.iter().filter(|entry| !entry.slots.is_empty());
        let mut counts: Vec<_> =
            with_contacts.map(|entry| (&*entry.name, entry.slots.len())).collect();
        counts.sort_by_cached_key(|(name, _)| fold(name));
        counts
    }

    /// The place of every number in the order of the folded names, from 0.
    pub(super) fn ranks(&self) -> &[u32] {
        self.ranks.get_or_init(|| {
            let mut in_order: Vec<_> = self.places.iter().collect();
            in_order.sort_unstable();
            let mut ranks = vec![0; in_order.len()];
            for (rank, (_, &number)) in (0..).zip(in_order) {
                if let Some(place) = ranks.get_mut(number as usize) {
                    *place = rank;
                }
            }
            ranks.into_boxed_slice()
        })
    }

    /// How many of the known names come before a folded one, and whether it is known itself.
    pub(super) fn rank_of(&self, folded: &[u8]) -> (u32, bool) {
        let before = self.places.keys().filter(|known| &***known < folded).count();
        (before as u32, self.places.contains_key(folded))
    }

    #[cfg(test)]
    pub(super) fn memory_bytes(&self) -> usize {
        let of_entry = |entry: &Entry| entry.name.len() * 2 + bitmap_bytes(&entry.slots);
        let places = self.places.capacity() * size_of::<(Box<[u8]>, u32)>();
        self.entries.capacity() * size_of::<Entry>()
            + places
            + self.entries.iter().map(of_entry).sum::<usize>()
    }
}

/// About how much memory a bitmap takes.
#[cfg(test)]
pub(super) fn bitmap_bytes(slots: &RoaringBitmap) -> usize {
    const CONTAINER: usize = 32;
    let statistics = slots.statistics();
    let contents = statistics.n_bytes_array_containers
        + statistics.n_bytes_bitset_containers
        + statistics.n_bytes_run_containers;
    contents as usize + CONTAINER * statistics.n_containers as usize
}
