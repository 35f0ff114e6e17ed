//! Which contacts are on the screen?
//!
//! Search, filters, orders and pages over the contacts, from columns in memory. The table is told
//! of every contact by [`Table::put`] and answers with ids; it knows neither the store nor the
//! disk, and can be made again from the contacts at any time.
//!
//! Contacts are numbered from 1 and never deleted, so a contact's slot is its id less one and the
//! columns have no gaps. Categories, groups and statuses are bitmaps of slots (`facet`); names and
//! emails lie folded in one run of bytes (`text`, `ragged`); numbers are kept digit by digit
//! (`digits`). A filter becomes a bitmap (`scan`), and of its rows only those of the page are
//! sorted (`select`).
//!
//! # What it takes
//!
//! With 1,000,000 contacts that have 42 bytes of name and email on average (`tests/measure.rs`), a
//! contact takes about 126 bytes beyond its row: 53 in columns, 48 for the texts and where they end,
//! the rest for groups, bitmaps and room to grow. One undisturbed thread answers every query in 1 to 18 ms; the
//! slowest search for what a million rows have, look for digits, or open a page far from the start.
//! When all names begin with the same seven bytes, a page by name takes up to 30 ms.

mod column;
mod cursor;
mod digits;
mod error;
mod expression;
mod facet;
mod filter;
mod folding;
mod order;
mod page;
mod query;
mod ragged;
mod scan;
mod select;
mod sort;
mod status;
#[cfg(test)]
mod tests;
mod text;
mod when;

use roaring::RoaringBitmap;

use crate::PhoneNumber;

use column::Column;
use digits::PackedNumber;
pub use error::QueryError;
use facet::Facet;
pub use filter::ContactFilter;
use folding::fold_into;
pub(crate) use query::Hits;
pub use query::{ContactQuery, PageStart};
use ragged::Ragged;
pub use sort::{ContactSort, SortField, UnknownSort};
pub use status::{ContactStatus, StatusCounts, UnknownStatus};
pub use when::{SpanDirection, UnknownTime, parse_end, parse_when};

/// The time of the last block of a contact that has none.
const NEVER: i64 = i64::MIN;
/// The status of a slot that no contact was put into.
const NO_STATUS: u8 = 0;

/// What the table has to know of a contact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableRow<'a, G = String> {
    pub(crate) name: &'a str,
    pub(crate) email: &'a str,
    /// Empty for none.
    pub(crate) category: &'a str,
    pub(crate) primary: Option<PhoneNumber>,
    pub(crate) secondary: Option<PhoneNumber>,
    /// In any order.
    pub(crate) groups: &'a [G],
    pub(crate) status: ContactStatus,
    pub(crate) created_at_us: i64,
    pub(crate) blocked_at_us: Option<i64>,
}

/// The columns of all contacts.
pub(crate) struct Table {
    /// Names and emails.
    texts: Ragged<u8>,
    name_keys: Column<u64>,
    email_keys: Column<u64>,
    primary: Column<PackedNumber>,
    secondary: Column<PackedNumber>,
    created_us: Column<i64>,
    blocked_us: Column<i64>,
    /// The bit of the status.
    status: Column<u8>,
    category: Column<u32>,
    group_numbers: Ragged<u32>,
    by_status: [RoaringBitmap; 3],
    categories: Facet,
    groups: Facet,
    /// The texts and the groups of the row that is being put.
    run: Vec<u8>,
    numbers: Vec<u32>,
}

impl Default for Table {
    fn default() -> Self {
        Self::new()
    }
}

impl Table {
    /// A table of no contacts.
    pub(crate) fn new() -> Self {
        Self {
            texts: Ragged::new(),
            name_keys: Column::new(0),
            email_keys: Column::new(0),
            primary: Column::new(PackedNumber::NONE),
            secondary: Column::new(PackedNumber::NONE),
            created_us: Column::new(0),
            blocked_us: Column::new(NEVER),
            status: Column::new(NO_STATUS),
            category: Column::new(0),
            group_numbers: Ragged::new(),
            by_status: Default::default(),
            categories: Facet::default(),
            groups: Facet::default(),
            run: Vec::new(),
            numbers: Vec::new(),
        }
    }

    /// The slots that there are.
    pub(crate) fn len(&self) -> usize {
        self.status.values().len()
    }

    /// Puts a contact into its slot, in place of what was there.
    ///
    /// Slots before it that have none yet stay empty: no query finds them.
    pub(crate) fn put<G: AsRef<str>>(&mut self, slot: u32, row: &TableRow<'_, G>) {
        self.put_texts(slot, row);
        while self.len() <= slot as usize {
            self.primary.push();
            self.secondary.push();
            self.created_us.push();
            self.blocked_us.push();
            self.status.push();
            self.category.push();
        }
        self.primary.replace(slot, PackedNumber::new(row.primary));
        self.secondary.replace(slot, PackedNumber::new(row.secondary));
        self.created_us.replace(slot, row.created_at_us);
        let blocked_us = row.blocked_at_us.map_or(NEVER, |time_us| time_us.max(NEVER + 1));
        self.blocked_us.replace(slot, blocked_us);
        self.put_facets(slot, row);
    }

    fn put_texts<G>(&mut self, slot: u32, row: &TableRow<'_, G>) {
        self.run.clear();
        fold_into(row.name, &mut self.run);
        let name_key = text::key(&self.run, 0);
        self.run.push(text::FIELD_END);
        let email_start = self.run.len();
        fold_into(row.email, &mut self.run);
        let email_key = text::key(self.run.get(email_start..).unwrap_or_default(), 0);
        self.run.push(text::FIELD_END);
        self.texts.put(slot, &self.run);
        while self.name_keys.values().len() <= slot as usize {
            self.name_keys.push();
            self.email_keys.push();
        }
        self.name_keys.replace(slot, name_key);
        self.email_keys.replace(slot, email_key);
    }

    fn put_facets<G: AsRef<str>>(&mut self, slot: u32, row: &TableRow<'_, G>) {
        let was = self.status.get(slot);
        self.status.replace(slot, row.status.bit());
        for (status, slots) in ContactStatus::ALL.into_iter().zip(&mut self.by_status) {
            if status == row.status {
                slots.insert(slot);
            } else if was == status.bit() {
                slots.remove(slot);
            }
        }

        let category_was = self.category.get(slot);
        let category = self.categories.number_of(row.category);
        if was != NO_STATUS && category_was != category {
            self.categories.remove(category_was, slot);
        }
        if was == NO_STATUS || category_was != category {
            self.categories.insert(category, slot);
            self.category.replace(slot, category);
        }

        self.numbers.clear();
        self.numbers.extend(row.groups.iter().map(|name| self.groups.number_of(name.as_ref())));
        self.numbers.sort_unstable();
        self.numbers.dedup();
        let groups_were = self.group_numbers.get(slot);
        if groups_were != self.numbers {
            for &number in groups_were {
                self.groups.remove(number, slot);
            }
            for &number in &self.numbers {
                self.groups.insert(number, slot);
            }
        }
        self.group_numbers.put(slot, &self.numbers);
    }

    /// The ids on a page, how many contacts the filter means in all, and the cursor of the next
    /// page.
    ///
    /// # Errors
    ///
    /// A [`QueryError`] for a page of a wrong size, for page 0, and for a cursor that is damaged or
    /// belongs to another order.
    pub(crate) fn query(&self, query: &ContactQuery) -> Result<Hits, QueryError> {
        page::page(self, query)
    }

    /// The slots of all contacts that a filter means.
    pub(crate) fn matching(&self, filter: &ContactFilter) -> RoaringBitmap {
        scan::matching(self, filter)
    }

    /// How many contacts have each status.
    pub(crate) fn counts(&self) -> StatusCounts {
        let [active, blocked, archived] = &self.by_status;
        StatusCounts { active: active.len(), blocked: blocked.len(), archived: archived.len() }
    }

    /// The categories that have contacts, each with their count, in their order without regard to
    /// case. A name is as it was written for the first of its contacts. Contacts without a category
    /// are not counted.
    pub(crate) fn categories(&self) -> Vec<(&str, u64)> {
        let mut counts = self.categories.counts();
        counts.retain(|(name, _)| !name.is_empty());
        counts
    }

    /// The groups that have contacts, likewise.
    pub(crate) fn groups(&self) -> Vec<(&str, u64)> {
        self.groups.counts()
    }

    /// About how much memory all of it takes.
    #[cfg(test)]
    pub(crate) fn memory_bytes(&self) -> usize {
        self.texts.memory_bytes()
            + self.name_keys.memory_bytes()
            + self.email_keys.memory_bytes()
            + self.primary.memory_bytes()
            + self.secondary.memory_bytes()
            + self.created_us.memory_bytes()
            + self.blocked_us.memory_bytes()
            + self.status.memory_bytes()
            + self.category.memory_bytes()
            + self.group_numbers.memory_bytes()
            + self.by_status.iter().map(facet::bitmap_bytes).sum::<usize>()
            + self.categories.memory_bytes()
            + self.groups.memory_bytes()
    }

    /// The slots whose status is one of these bits.
    fn with_status(&self, bits: u8) -> RoaringBitmap {
        let wanted = ContactStatus::ALL
            .into_iter()
            .zip(&self.by_status)
            .filter(|(status, _)| bits & status.bit() != 0);
        wanted.fold(RoaringBitmap::new(), |slots, (_, of_status)| slots | of_status)
    }
}
