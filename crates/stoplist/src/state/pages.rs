//! How do the numbers of a list lie in rows?
//!
//! ```text
//! key    'p', u32 list (big-endian), u64 first number (big-endian): rows are in the order of numbers
//! value  the numbers from `first` up to the next row's first one, as a portable 64-bit roaring bitmap
//! ```
//!
//! A page is as wide as its value allows, so that sparse numbers take few rows. Where pages are
//! cut depends on their history; only the numbers in them mean something. The same bytes go into
//! the journal.

mod containers;
mod merge;
mod pack;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use super::backend::Backend;
use super::error::StateError;
use crate::NumberSet;

pub(crate) use merge::merge;
pub(crate) use pack::pack;

/// The first byte of the keys of pages.
pub(crate) const PAGES: u8 = b'p';
const PREFIX_BYTES: usize = 1 + size_of::<u32>();
const KEY_BYTES: usize = PREFIX_BYTES + size_of::<u64>();

/// What the keys of a list's pages begin with.
pub(crate) fn prefix(list: u32) -> [u8; PREFIX_BYTES] {
    let [a, b, c, d] = list.to_be_bytes();
    [PAGES, a, b, c, d]
}

/// The key of the page that starts with a number.
pub(crate) fn key(list: u32, first: u64) -> [u8; KEY_BYTES] {
    let mut key = [0; KEY_BYTES];
    let parts = prefix(list).into_iter().chain(first.to_be_bytes());
    key.iter_mut().zip(parts).for_each(|(place, byte)| *place = byte);
    key
}

/// The list and the first number that a key of a page tells.
pub(crate) fn parse_key(key: &[u8]) -> Option<(u32, u64)> {
    let (&kind, rest) = key.split_first()?;
    let (list, first) = rest.split_first_chunk()?;
    let first = u64::from_be_bytes(first.try_into().ok()?);
    (kind == PAGES).then_some((u32::from_be_bytes(*list), first))
}

/// The numbers of a page, none of them outside `within`.
///
/// # Errors
///
/// [`StateError::Damaged`] when the bytes are not exactly one bitmap, or say numbers elsewhere.
pub(crate) fn unpack(bytes: &[u8], within: RangeInclusive<u64>) -> Result<NumberSet, StateError> {
    let page = NumberSet::read_portable(bytes).map_err(|error| {
        StateError::damaged(format!("the page of numbers from {} on: {error}", within.start()))
    })?;
    let ends = [page.min(), page.max()];
    match ends.into_iter().flatten().find(|end| !within.contains(&end.get())) {
        None => Ok(page),
        Some(stray) => Err(StateError::damaged(format!(
            "the page of numbers from {} to {} has {stray}",
            within.start(),
            within.end()
        ))),
    }
}

/// Adds the numbers of a page to a set, as [`unpack`] reads them. Cheapest in ascending order.
pub(crate) fn unpack_into(
    set: &mut NumberSet,
    bytes: &[u8],
    within: RangeInclusive<u64>,
) -> Result<(), StateError> {
    *set |= &unpack(bytes, within)?;
    Ok(())
}

/// All numbers of a list.
///
/// # Errors
///
/// [`StateError`] of reading; [`StateError::Damaged`] when a page is not what a page is.
pub(crate) fn load(backend: &dyn Backend, list: u32) -> Result<NumberSet, StateError> {
    let mut set = NumberSet::new();
    let mut last: Option<u64> = None;
    backend.scan(&prefix(list), &mut |key, bytes| {
        let first = parse_key(key).map(|(_, first)| first);
        let first = first.ok_or_else(|| StateError::damaged("a key that is no page's"))?;
        let page = unpack(bytes, first..=u64::MAX)?;
        if page.min().is_none_or(|min| min.get() != first) || last.is_some_and(|last| last >= first)
        {
            return Err(StateError::damaged(format!(
                "the page of numbers from {first} on starts elsewhere, or amid the one before it"
            )));
        }
        last = page.max().map(u64::from);
        set |= &page;
        Ok(())
    })?;
    Ok(set)
}
