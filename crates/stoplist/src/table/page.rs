//! Which ids are on a page, and where does the next one start?

use roaring::RoaringBitmap;

use super::Table;
use super::cursor::{Cursor, CursorValue};
use super::digits::PackedNumber;
use super::error::QueryError;
use super::order::{Keys, Position, Texts, Whole, absent_last, is_text, present, time_value};
use super::query::{ContactQuery, Hits, PageStart};
use super::select::select;
use super::sort::{ContactSort, SortField};

/// Rows before the page, and how many rows to find.
#[derive(Clone, Copy)]
struct Places<'a> {
    sort: ContactSort,
    after: Option<&'a Cursor>,
    start: u64,
    count: usize,
}

/// Answers a query.
pub(super) fn page(table: &Table, query: &ContactQuery) -> Result<Hits, QueryError> {
    let per_page = query.checked_per_page()?;
    let sort = query.sort;
    let (start, after) = match &query.page {
        PageStart::First => (0, None),
        PageStart::Number(0) => return Err(QueryError::PageZero),
        PageStart::Number(number) => (u64::from(number - 1) * u64::from(per_page), None),
        PageStart::After(cursor) => (0, Some(Cursor::decode(cursor, sort)?)),
    };
    let slots = table.matching(&query.filter);
    // One row more than the page says whether there is a next one.
    let count = per_page as usize + 1;
    let places = Places { sort, after: after.as_ref(), start, count };
    let mut found = table.at(&slots, &places);
    let is_last = found.len() < count;
    found.truncate(per_page as usize);
    let next = found.last().filter(|_| !is_last).map(|&slot| table.cursor(sort, slot).encode());
    let ids = found.into_iter().map(|slot| u64::from(slot) + 1).collect();
    Ok(Hits { ids, total: slots.len(), next })
}

impl Table {
    /// The slots at some places of an order.
    fn at(&self, slots: &RoaringBitmap, places: &Places<'_>) -> Vec<u32> {
        let sort = places.sort;
        match sort.field {
            SortField::Name | SortField::Email => {
                let texts = self.texts(sort);
                let after = places.after.map(|cursor| {
                    let (key, text) = match &cursor.value {
                        CursorValue::Text(text) => (super::text::key(text, 0), &**text),
                        CursorValue::Key(_) => (0, &[][..]),
                    };
                    Position { key: texts.turned(key), text, slot: cursor.slot }
                });
                self.by_keys(&texts, slots, places, after)
            }
            SortField::Category => {
                let ranks = self.categories.ranks();
                let of = |slot| {
                    let category = self.category.get(slot) as usize;
                    ranks.get(category).copied().unwrap_or(0)
                };
                // Names have the odd keys, and a cursor's name that is gone lies between two.
                let keys = Whole(|slot| present(2 * u64::from(of(slot)) + 1, sort));
                let after = places.after.map(|cursor| {
                    let (rank, is_known) = match &cursor.value {
                        CursorValue::Text(text) => self.categories.rank_of(text),
                        CursorValue::Key(_) => (0, false),
                    };
                    let key = present(2 * u64::from(rank) + u64::from(is_known), sort);
                    Position { key, text: &[], slot: cursor.slot }
                });
                self.by_keys(&keys, slots, places, after)
            }
            SortField::Primary => self.by_value(|slot| self.primary_key(slot, sort), slots, places),
            SortField::Status => self.by_value(|slot| self.status_key(slot, sort), slots, places),
            SortField::Created => self.by_value(|slot| self.created_key(slot, sort), slots, places),
            SortField::Blocked => self.by_value(|slot| self.blocked_key(slot, sort), slots, places),
        }
    }

    fn by_value(
        &self,
        key: impl Fn(u32) -> u64,
        slots: &RoaringBitmap,
        places: &Places<'_>,
    ) -> Vec<u32> {
        let after = places.after.map(|cursor| {
            let key = match cursor.value {
                CursorValue::Key(key) => key,
                CursorValue::Text(_) => 0,
            };
            Position { key, text: &[], slot: cursor.slot }
        });
        self.by_keys(&Whole(key), slots, places, after)
    }

    fn by_keys(
        &self,
        keys: &impl Keys,
        slots: &RoaringBitmap,
        places: &Places<'_>,
        after: Option<Position<'_>>,
    ) -> Vec<u32> {
        let (start, count, rows) = (places.start, places.count, self.len() as u32);
        // Counting through all rows is quicker than reading them from a bitmap.
        match (slots.len() == u64::from(rows), places.sort.descending) {
            (true, false) => select(keys, 0..rows, after, false, start, count),
            (true, true) => select(keys, (0..rows).rev(), after, true, start, count),
            (false, false) => select(keys, slots.iter(), after, false, start, count),
            (false, true) => select(keys, slots.iter().rev(), after, true, start, count),
        }
    }

    fn texts(&self, sort: ContactSort) -> Texts<'_> {
        let is_email = sort.field == SortField::Email;
        let keys = if is_email { &self.email_keys } else { &self.name_keys };
        Texts { keys: keys.values(), texts: &self.texts, is_email, descending: sort.descending }
    }

    fn primary_key(&self, slot: u32, sort: ContactSort) -> u64 {
        let number = self.primary.get(slot);
        absent_last((number != PackedNumber::NONE).then_some(number.get()), sort)
    }

    fn status_key(&self, slot: u32, sort: ContactSort) -> u64 {
        present(u64::from(self.status.get(slot)), sort)
    }

    fn created_key(&self, slot: u32, sort: ContactSort) -> u64 {
        present(time_value(self.created_us.get(slot)), sort)
    }

    fn blocked_key(&self, slot: u32, sort: ContactSort) -> u64 {
        let blocked_us = self.blocked_us.get(slot);
        absent_last((blocked_us != super::NEVER).then_some(time_value(blocked_us)), sort)
    }

    /// The place of a row in an order.
    fn cursor(&self, sort: ContactSort, slot: u32) -> Cursor {
        let value = match sort.field {
            SortField::Name | SortField::Email => {
                CursorValue::Text(self.texts(sort).text(slot).into())
            }
            SortField::Category => {
                CursorValue::Text(self.categories.folded(self.category.get(slot)))
            }
            SortField::Primary => CursorValue::Key(self.primary_key(slot, sort)),
            SortField::Status => CursorValue::Key(self.status_key(slot, sort)),
            SortField::Created => CursorValue::Key(self.created_key(slot, sort)),
            SortField::Blocked => CursorValue::Key(self.blocked_key(slot, sort)),
        };
        debug_assert_eq!(is_text(sort.field), matches!(value, CursorValue::Text(_)));
        Cursor { sort, value, slot }
    }
}
