//! How do the pages of a list follow a change without the others being read?
//!
//! ```text
//! for the least changed number that is not done yet:
//!     span = the page it is of, up to the next page (before the first page: up to that)
//!     numbers = (the span's numbers - removed) | added
//!     while the numbers are few and the next page is not full: take that page into the span
//!     cut the numbers into pages; the last two share what they have
//!     take out the rows that no page has, write those that differ
//!     go on behind the span
//! ```

use std::collections::BTreeMap;

use super::pack::{MIN_LIMIT, Page, pack_to};
use super::{key, parse_key, prefix, unpack};
use crate::state::backend::{Backend, Change, MAX_VALUE, Row};
use crate::state::error::StateError;
use crate::{NumberSet, PhoneNumber};

/// A page with fewer bytes than this is joined with the next one, if there is room.
const SMALL: usize = MAX_VALUE / 8;
/// Pages that were joined are at most this long, so that they do not split again at once.
const JOINED: usize = MAX_VALUE / 4 * 3;
/// So many changes, about, are handed out at once.
const GROUP: usize = 64;

/// Takes changes while the pages are walked, and may apply them at once.
pub(crate) type Apply<'a> = dyn FnMut(&mut dyn Backend, Vec<Change>) -> Result<(), StateError> + 'a;

/// Changes the pages of a list: takes `removed` out, then puts `added` in. Only the pages that a
/// changed number falls in, and sometimes the one after, are read and written; with no pages yet it
/// is packing. Each key is handed out at most once.
///
/// # Errors
///
/// [`StateError`] of reading a page, and what `apply` fails with.
pub(crate) fn merge(
    backend: &mut dyn Backend,
    list: u32,
    added: &NumberSet,
    removed: &NumberSet,
    apply: &mut Apply<'_>,
) -> Result<(), StateError> {
    let mut at = 0;
    while let Some(number) = first_from(added, at).into_iter().chain(first_from(removed, at)).min()
    {
        let mut span = Span::around(backend, list, number)?;
        span.change(added, removed);
        while span.end.is_some() && span.numbers.portable_size() < SMALL {
            if !span.join_next(backend, list, added, removed)? {
                break;
            }
        }
        span.write(backend, list, apply)?;
        match span.end {
            Some(end) => at = end,
            None => break,
        }
    }
    Ok(())
}

/// The least number of a set that is not below `at`.
fn first_from(set: &NumberSet, at: u64) -> Option<u64> {
    let at = PhoneNumber::new(at.max(PhoneNumber::MIN.get())).ok()?;
    set.iter_from(at).next().map(u64::from)
}

/// Neighbouring pages that change together.
struct Span {
    /// The first number that belongs here.
    start: u64,
    /// The first number of the page after; `None` at the end of the list.
    end: Option<u64>,
    numbers: NumberSet,
    /// The rows it is made of.
    rows: Vec<Row>,
}

impl Span {
    /// The page that a number is of, or would be.
    fn around(backend: &dyn Backend, list: u32, number: u64) -> Result<Self, StateError> {
        let prefix = prefix(list);
        let row = backend.at_or_before(&prefix, &key(list, number))?;
        let next = backend.after(&prefix, &key(list, number))?;
        let end = next.as_ref().map(|(key, _)| first_of(key)).transpose()?;
        let mut span = Self { start: 0, end, numbers: NumberSet::new(), rows: Vec::new() };
        if let Some(row) = row {
            span.start = first_of(&row.0)?;
            span.numbers = unpack(&row.1, span.start..=last_before(end))?;
            span.rows.push(row);
        }
        Ok(span)
    }

    /// Makes the changes that fall in the span.
    fn change(&mut self, added: &NumberSet, removed: &NumberSet) {
        self.numbers -= &part(removed, self.start, self.end);
        self.numbers |= &part(added, self.start, self.end);
    }

    /// Takes the next page in, with its changes, if both are short; whether it did.
    fn join_next(
        &mut self,
        backend: &dyn Backend,
        list: u32,
        added: &NumberSet,
        removed: &NumberSet,
    ) -> Result<bool, StateError> {
        let Some(start) = self.end else { return Ok(false) };
        let Some(bytes) = backend.get(&key(list, start))? else {
            return Err(StateError::damaged("a page of numbers is there, and then is not"));
        };
        let next = backend.after(&prefix(list), &key(list, start))?;
        let end = next.as_ref().map(|(key, _)| first_of(key)).transpose()?;
        let numbers = unpack(&bytes, start..=last_before(end))?;
        let mut next = Self { start, end, numbers, rows: Vec::new() };
        next.change(added, removed);
        if self.numbers.portable_size() + next.numbers.portable_size() > JOINED {
            return Ok(false);
        }
        self.numbers |= &next.numbers;
        self.end = end;
        self.rows.push((key(list, start).to_vec(), bytes));
        Ok(true)
    }

    /// Hands out what turns the old rows into the pages of the numbers.
    fn write(
        &self,
        backend: &mut dyn Backend,
        list: u32,
        apply: &mut Apply<'_>,
    ) -> Result<(), StateError> {
        let mut old: BTreeMap<&[u8], &[u8]> =
            self.rows.iter().map(|(key, bytes)| (key.as_slice(), bytes.as_slice())).collect();
        let mut group: Vec<Change> = Vec::new();
        for page in balanced(&self.numbers) {
            let key = key(list, page.first);
            if old.remove(key.as_slice()) == Some(page.bytes.as_slice()) {
                continue;
            }
            group.push((key.to_vec(), Some(page.bytes)));
            if group.len() == GROUP {
                apply(backend, std::mem::take(&mut group))?;
            }
        }
        group.extend(old.keys().map(|&key| (key.to_vec(), None)));
        if group.is_empty() { Ok(()) } else { apply(backend, group) }
    }
}

/// The pages of some numbers, of which the last two are about as long: a page that overflows by a
/// number does not leave one full page and one of a single number.
fn balanced(numbers: &NumberSet) -> impl Iterator<Item = Page> + '_ {
    let mut pages = pack_to(numbers, MAX_VALUE).peekable();
    let mut tail: std::vec::IntoIter<Page> = Vec::new().into_iter();
    std::iter::from_fn(move || {
        if let Some(page) = tail.next() {
            return Some(page);
        }
        let page = pages.next()?;
        let Some(next) = pages.peek() else { return Some(page) };
        // Only the last page can be short by more than a container's header.
        let total = page.bytes.len() + next.bytes.len();
        if next.bytes.len() >= MAX_VALUE / 2 || total < 2 * MIN_LIMIT {
            return Some(page);
        }
        let both = part(numbers, page.first, next.last.checked_add(1));
        let limit = total / 2 + total / 16;
        let halves: Vec<Page> = pack_to(&both, limit).collect();
        if halves.len() > 2 {
            return Some(page);
        }
        pages.next();
        tail = halves.into_iter();
        tail.next()
    })
}

/// The numbers of a set from `start` up to, and without, `end`.
fn part(set: &NumberSet, start: u64, end: Option<u64>) -> NumberSet {
    set.part(start..=last_before(end))
}

fn last_before(end: Option<u64>) -> u64 {
    end.map_or(u64::MAX, |end| end.saturating_sub(1))
}

fn first_of(key: &[u8]) -> Result<u64, StateError> {
    let parsed = parse_key(key).map(|(_, first)| first);
    parsed.ok_or_else(|| StateError::damaged(format!("{} is no page's key", key.escape_ascii())))
}
