//! How do changes that waited together become batches?

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{MARKER, META, Numbers, NumbersChange, StateChange};
use crate::NumberSet;
use crate::seeded::{self, Bug};
use crate::state::backend::{Backend, Change};
use crate::state::error::StateError;
use crate::state::pages;

/// What a row counts at least, however short: sled keeps every version of a leaf that a batch makes
/// until the batch ends. With batches of 10,000 scattered short rows the process grew to 560 MB, with
/// 1,000 to 120 MB, with 100 to 90 MB; all were about as fast.
const ROW_COST: usize = 4096;

/// Several changes as one.
#[derive(Default)]
pub(super) struct Batch {
    /// The last one's.
    meta: Option<Vec<u8>>,
    /// The last value of each key.
    rows: FxHashMap<Vec<u8>, Option<Vec<u8>>>,
    /// Single numbers of each list, in the order of the changes: whether it comes or goes.
    few: BTreeMap<u32, Vec<(u64, bool)>>,
    /// What concerns many numbers; only ever of a single change.
    many: Vec<(u32, NumbersChange)>,
    cost: usize,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.meta.is_none()
    }

    /// What it costs to write, about; without what concerns many numbers.
    pub(super) fn cost(&self) -> usize {
        self.cost
    }

    /// Adds a change that comes after the others.
    pub(super) fn add(&mut self, change: StateChange) {
        let StateChange { meta, rows, numbers } = change;
        self.meta = Some(meta);
        for (key, value) in rows {
            self.cost += ROW_COST;
            self.rows.insert(key, value);
        }
        for (list, numbers) in numbers {
            match numbers {
                NumbersChange::Changed {
                    added: Numbers::Few(added),
                    removed: Numbers::Few(removed),
                } => {
                    // Each may rewrite a page.
                    self.cost += (added.len() + removed.len()) * ROW_COST;
                    let few = self.few.entry(list).or_default();
                    few.extend(removed.iter().map(|number| (number.get(), false)));
                    few.extend(added.iter().map(|number| (number.get(), true)));
                }
                many => self.many.push((list, many)),
            }
        }
    }

    /// Applies it, in one batch if that costs less than `limit`, else in several with the
    /// marker around them; how many bytes were written. Calls `beat` after each.
    pub(super) fn apply(
        self,
        backend: &mut dyn Backend,
        limit: usize,
        beat: &mut dyn FnMut(),
    ) -> Result<u64, StateError> {
        let mut writer =
            Writer { pending: Vec::new(), bytes: 0, written: 0, marked: false, limit, beat };
        for row in self.rows {
            writer.push(backend, [row])?;
        }
        for (list, few) in self.few {
            let (added, removed) = last_of_each(few);
            writer.change(backend, list, &added, &removed)?;
        }
        for (list, many) in self.many {
            match many {
                NumbersChange::Changed { added, removed } => {
                    writer.change(backend, list, &added.set(), &removed.set())?;
                }
                NumbersChange::Replaced(set) => writer.replace(backend, list, &set)?,
            }
        }
        writer.finish(backend, self.meta)
    }
}

/// What comes and what goes, when only the last change of a number counts.
fn last_of_each(mut few: Vec<(u64, bool)>) -> (NumberSet, NumberSet) {
    // Stable: changes of one number stay in their order.
    few.sort_by_key(|&(number, _)| number);
    let last = few.chunk_by(|a, b| a.0 == b.0).filter_map(<[_]>::last);
    let (added, removed): (Vec<_>, Vec<_>) = last.partition(|(_, comes)| *comes);
    let set = |part: Vec<&(u64, bool)>| {
        part.into_iter().map(|&(number, _)| crate::PhoneNumber::trusted(number)).collect()
    };
    (set(added), set(removed))
}

impl Numbers {
    fn set(&self) -> std::borrow::Cow<'_, NumberSet> {
        match self {
            Self::Few(numbers) => std::borrow::Cow::Owned(numbers.iter().copied().collect()),
            Self::Many(set) => std::borrow::Cow::Borrowed(set),
        }
    }
}

/// Gathers changes of rows, and applies them when there are enough.
struct Writer<'a> {
    pending: Vec<Change>,
    bytes: usize,
    written: u64,
    /// Part of it is applied, and the marker is set.
    marked: bool,
    limit: usize,
    beat: &'a mut dyn FnMut(),
}

impl Writer<'_> {
    fn push(
        &mut self,
        backend: &mut dyn Backend,
        changes: impl IntoIterator<Item = Change>,
    ) -> Result<(), StateError> {
        for (key, value) in changes {
            self.bytes += key.len() + value.as_ref().map_or(0, Vec::len);
            self.pending.push((key, value));
        }
        if self.pending.len() * ROW_COST < self.limit {
            return Ok(());
        }
        if !self.marked && !seeded::is_made(Bug::Marker) {
            self.pending.push((MARKER.to_vec(), Some(Vec::new())));
            self.marked = true;
        }
        self.write(backend)
    }

    fn write(&mut self, backend: &mut dyn Backend) -> Result<(), StateError> {
        backend.apply(&self.pending)?;
        (self.beat)();
        self.pending.clear();
        self.written += std::mem::take(&mut self.bytes) as u64;
        Ok(())
    }

    fn change(
        &mut self,
        backend: &mut dyn Backend,
        list: u32,
        added: &NumberSet,
        removed: &NumberSet,
    ) -> Result<(), StateError> {
        pages::merge(backend, list, added, removed, &mut |backend, rows| self.push(backend, rows))
    }

    fn replace(
        &mut self,
        backend: &mut dyn Backend,
        list: u32,
        set: &NumberSet,
    ) -> Result<(), StateError> {
        let mut old = Vec::new();
        backend.scan(&pages::prefix(list), &mut |key, _| {
            old.push((key.to_vec(), None));
            Ok(())
        })?;
        // In one batch with what follows, as far as that goes: the last change of a key wins.
        self.push(backend, old)?;
        for page in pages::pack(set) {
            let key = pages::key(list, page.first).to_vec();
            self.push(backend, [(key, Some(page.bytes))])?;
        }
        Ok(())
    }

    fn finish(
        mut self,
        backend: &mut dyn Backend,
        meta: Option<Vec<u8>>,
    ) -> Result<u64, StateError> {
        if seeded::is_made(Bug::MetaLate) {
            self.write(backend)?;
        }
        self.pending.extend(meta.map(|meta| (META.to_vec(), Some(meta))));
        if self.marked {
            self.pending.push((MARKER.to_vec(), None));
        }
        self.write(backend)?;
        Ok(self.written)
    }
}
