//! Which of two rows comes first?

use std::cmp::Ordering;

use super::ragged::Ragged;
use super::sort::{ContactSort, SortField};
use super::text::{ends_with, fields, key};

/// Comes after every row that has a value.
pub(super) const LAST: u64 = u64::MAX;

/// A row on its way to its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) key: u64,
    pub(super) slot: u32,
}

/// A place in an order, whether a row stands there or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position<'a> {
    pub(super) key: u64,
    /// All of the folded text, when texts are compared.
    pub(super) text: &'a [u8],
    pub(super) slot: u32,
}

/// What rows are compared by, turned round for a descending order: the smallest comes first.
pub(super) trait Keys {
    /// What is compared first.
    fn first(&self, slot: u32) -> u64;

    /// What is compared after so many equal keys.
    fn next(&self, slot: u32, equal: usize) -> u64;

    /// Whether rows with this same key, after equal ones, are equal altogether.
    fn is_final(&self, key: u64) -> bool;

    /// All of the text that is compared where keys are equal and not final.
    fn text(&self, slot: u32) -> &[u8];

    /// Compares two such texts.
    fn compare_texts(&self, a: &[u8], b: &[u8]) -> Ordering;
}

/// Keys that say everything.
pub(super) struct Whole<F>(pub(super) F);

impl<F: Fn(u32) -> u64> Keys for Whole<F> {
    fn first(&self, slot: u32) -> u64 {
        (self.0)(slot)
    }

    fn next(&self, _slot: u32, _equal: usize) -> u64 {
        0
    }

    fn is_final(&self, _key: u64) -> bool {
        true
    }

    fn text(&self, _slot: u32) -> &[u8] {
        &[]
    }

    fn compare_texts(&self, _a: &[u8], _b: &[u8]) -> Ordering {
        Ordering::Equal
    }
}

/// Texts, of which a column holds the first keys.
pub(super) struct Texts<'a> {
    pub(super) keys: &'a [u64],
    pub(super) texts: &'a Ragged<u8>,
    pub(super) is_email: bool,
    pub(super) descending: bool,
}

impl Texts<'_> {
    /// A key of the text, turned round or back.
    pub(super) const fn turned(&self, key: u64) -> u64 {
        if self.descending { !key } else { key }
    }
}

impl Keys for Texts<'_> {
    fn first(&self, slot: u32) -> u64 {
        self.turned(self.keys.get(slot as usize).copied().unwrap_or(0))
    }

    fn next(&self, slot: u32, equal: usize) -> u64 {
        self.turned(key(self.text(slot), equal))
    }

    fn is_final(&self, key: u64) -> bool {
        ends_with(self.turned(key))
    }

    fn text(&self, slot: u32) -> &[u8] {
        let (name, email) = fields(self.texts.get(slot));
        if self.is_email { email } else { name }
    }

    fn compare_texts(&self, a: &[u8], b: &[u8]) -> Ordering {
        if self.descending { b.cmp(a) } else { a.cmp(b) }
    }
}

/// The key of a value that is there.
pub(super) const fn present(value: u64, sort: ContactSort) -> u64 {
    // One less than the last, so that what is absent comes after it in both directions.
    let value = if value == LAST { LAST - 1 } else { value };
    if sort.descending { LAST - 1 - value } else { value }
}

/// The key of a value that may be absent.
pub(super) fn absent_last(value: Option<u64>, sort: ContactSort) -> u64 {
    value.map_or(LAST, |value| present(value, sort))
}

/// A time as a number that orders as it does.
pub(super) const fn time_value(time_us: i64) -> u64 {
    (time_us as u64) ^ (1 << 63)
}

/// Whether the field is compared as a text, all of which a cursor holds.
pub(super) const fn is_text(field: SortField) -> bool {
    matches!(field, SortField::Name | SortField::Email | SortField::Category)
}
