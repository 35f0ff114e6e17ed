//! How are numbers cut into pages?
//!
//! Containers are filled into a page one after the other; the one that no longer fits is cut, and
//! its rest begins the next page. A container goes in as an array of values or as runs, whichever
//! is shorter: a container of over 4,096 values would else be a bitmap of 8 KiB, more than a page.
//! The form is drawn in `set/portable.rs`.

use super::containers::{Container, Containers};
use crate::NumberSet;
use crate::state::backend::MAX_VALUE;

const COOKIE_NO_RUNS: u32 = 12_346;
const COOKIE_RUNS: u32 = 12_347;
/// From this many containers on, a bitmap with runs has offsets too.
const OFFSETS_FROM: usize = 4;
/// A container is not cut for the sake of fewer bytes than these at the end of a page.
const MIN_PART: usize = 64;
/// Below this a page could be too short for one part of a container.
pub(super) const MIN_LIMIT: usize = 256;

/// Some numbers of a set, as a portable 64-bit roaring bitmap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The smallest number.
    pub(crate) first: u64,
    /// The greatest number.
    pub(crate) last: u64,
    /// At most [`MAX_VALUE`] bytes.
    pub(crate) bytes: Vec<u8>,
}

/// Cuts a set into pages, ascending and as full as may be. Holds one page at a time; some 3 ns a
/// scattered number, and less the denser they are.
pub(crate) fn pack(set: &NumberSet) -> impl Iterator<Item = Page> + '_ {
    pack_to(set, MAX_VALUE)
}

/// As [`pack`], into pages of at most `limit` bytes.
pub(super) fn pack_to(set: &NumberSet, limit: usize) -> impl Iterator<Item = Page> + '_ {
    let limit = limit.clamp(MIN_LIMIT, MAX_VALUE);
    Pages { containers: Containers::of(set), rest: Rest::default(), draft: Draft::default(), limit }
}

struct Pages<'a> {
    containers: Containers<'a>,
    rest: Rest,
    draft: Draft,
    limit: usize,
}

impl Iterator for Pages<'_> {
    type Item = Page;

    fn next(&mut self) -> Option<Page> {
        loop {
            if self.rest.is_empty() && !self.rest.refill(&mut self.containers) {
                return self.draft.finish();
            }
            let high = self.rest.container.high;
            let room = self.limit.saturating_sub(self.draft.bytes_with(high, self.rest.as_runs));
            let fits = self.rest.bytes() <= room;
            if fits || room >= MIN_PART || self.draft.is_empty() {
                self.draft.take(&mut self.rest, room);
            }
            if !fits {
                return self.draft.finish();
            }
        }
    }
}

/// What of a container is in no page yet.
#[derive(Default)]
struct Rest {
    container: Container,
    as_runs: bool,
    /// The values, unless they go as runs.
    values: Vec<u16>,
    /// Values, or runs, that are in pages.
    done: usize,
}

impl Rest {
    fn is_empty(&self) -> bool {
        self.done == if self.as_runs { self.container.runs.len() } else { self.values.len() }
    }

    fn refill(&mut self, containers: &mut Containers<'_>) -> bool {
        self.done = 0;
        self.values.clear();
        self.as_runs = false;
        if !containers.next_into(&mut self.container) {
            return false;
        }
        let Container { runs, size, .. } = &self.container;
        self.as_runs = 2 + 4 * runs.len() < 2 * *size as usize;
        if self.as_runs {
            return true;
        }
        if runs.len() == *size as usize {
            self.values.extend(runs.iter().map(|&[first, _]| first));
        } else {
            self.values.extend(runs.iter().flat_map(|&[first, more]| first..=first + more));
        }
        true
    }

    /// What the rest takes behind a header.
    fn bytes(&self) -> usize {
        if self.as_runs {
            2 + 4 * (self.container.runs.len() - self.done)
        } else {
            2 * (self.values.len() - self.done)
        }
    }
}

/// A page that fills.
#[derive(Default)]
struct Draft {
    first: Option<u64>,
    last: u64,
    /// The bitmaps that are complete, and how many.
    complete: Vec<u8>,
    bitmaps: u64,
    high: u32,
    /// Key, size less one, and bytes of each container of the bitmap that fills.
    containers: Vec<[u16; 3]>,
    /// A bit for each of them that is runs.
    runs: Vec<u8>,
    has_runs: bool,
    /// Their values and runs.
    body: Vec<u8>,
}

impl Draft {
    fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// What the page takes with the header of one more container, but without its values.
    fn bytes_with(&self, high: u32, as_runs: bool) -> usize {
        let before = size_of::<u64>() + self.complete.len() + size_of::<u32>();
        let count = self.containers.len();
        if count > 0 && high != self.high {
            let present = header_bytes(count, self.has_runs) + self.body.len();
            before + present + size_of::<u32>() + header_bytes(1, as_runs)
        } else {
            before + header_bytes(count + 1, self.has_runs || as_runs) + self.body.len()
        }
    }

    /// Takes in as much of a container as its room allows.
    fn take(&mut self, rest: &mut Rest, room: usize) {
        let Container { high, key, ref runs, .. } = rest.container;
        if high != self.high {
            self.complete_bitmap();
            self.high = high;
        }
        let start = self.body.len();
        let (size, first, last);
        if rest.as_runs {
            let part = runs.get(rest.done..).unwrap_or_default();
            let part = part.get(..room.saturating_sub(2) / 4).unwrap_or(part);
            let (Some(&[first_value, _]), Some(&[start, more])) = (part.first(), part.last())
            else {
                return;
            };
            (first, last) = (first_value, start + more);
            size = part.iter().map(|&[_, more]| u32::from(more) + 1).sum();
            self.body.extend_from_slice(&(part.len() as u16).to_le_bytes());
            write_u16s(&mut self.body, part.as_flattened());
            rest.done += part.len();
        } else {
            let part = rest.values.get(rest.done..).unwrap_or_default();
            let part = part.get(..room / 2).unwrap_or(part);
            let (Some(&first_value), Some(&last_value)) = (part.first(), part.last()) else {
                return;
            };
            (first, last) = (first_value, last_value);
            size = part.len() as u32;
            write_u16s(&mut self.body, part);
            rest.done += part.len();
        }
        let index = self.containers.len();
        if index.is_multiple_of(8) {
            self.runs.push(0);
        }
        if let Some(bits) = self.runs.last_mut() {
            *bits |= u8::from(rest.as_runs) << (index % 8);
        }
        self.has_runs |= rest.as_runs;
        self.containers.push([key, (size - 1) as u16, (self.body.len() - start) as u16]);
        let base = u64::from(high) << 32 | u64::from(key) << 16;
        self.first.get_or_insert(base | u64::from(first));
        self.last = base | u64::from(last);
    }

    /// Writes the bitmap that fills behind those that are complete.
    fn complete_bitmap(&mut self) {
        let count = self.containers.len();
        if count == 0 {
            return;
        }
        let out = &mut self.complete;
        out.extend_from_slice(&self.high.to_le_bytes());
        if self.has_runs {
            out.extend_from_slice(&(COOKIE_RUNS | (count as u32 - 1) << 16).to_le_bytes());
            out.extend_from_slice(&self.runs);
        } else {
            out.extend_from_slice(&COOKIE_NO_RUNS.to_le_bytes());
            out.extend_from_slice(&(count as u32).to_le_bytes());
        }
        for [key, size, _] in &self.containers {
            out.extend_from_slice(&key.to_le_bytes());
            out.extend_from_slice(&size.to_le_bytes());
        }
        if !self.has_runs || count >= OFFSETS_FROM {
            let mut offset = header_bytes(count, self.has_runs) as u32;
            for [_, _, bytes] in &self.containers {
                out.extend_from_slice(&offset.to_le_bytes());
                offset += u32::from(*bytes);
            }
        }
        out.extend_from_slice(&self.body);
        self.bitmaps += 1;
        self.containers.clear();
        self.runs.clear();
        self.has_runs = false;
        self.body.clear();
    }

    /// The page, if anything is in it; the draft is empty after it.
    fn finish(&mut self) -> Option<Page> {
        let first = self.first.take()?;
        self.complete_bitmap();
        let mut bytes = Vec::with_capacity(size_of::<u64>() + self.complete.len());
        bytes.extend_from_slice(&self.bitmaps.to_le_bytes());
        bytes.append(&mut self.complete);
        self.bitmaps = 0;
        Some(Page { first, last: self.last, bytes })
    }
}

/// Cookie, count or bits for runs, keys and sizes, and offsets.
fn header_bytes(containers: usize, has_runs: bool) -> usize {
    if !has_runs {
        8 + 8 * containers
    } else if containers < OFFSETS_FROM {
        4 + containers.div_ceil(8) + 4 * containers
    } else {
        4 + containers.div_ceil(8) + 8 * containers
    }
}

fn write_u16s(out: &mut Vec<u8>, values: &[u16]) {
    let start = out.len();
    out.resize(start + 2 * values.len(), 0);
    let places = out.get_mut(start..).unwrap_or_default().as_chunks_mut().0.iter_mut();
    places.zip(values).for_each(|(place, value)| *place = value.to_le_bytes());
}
