//! Which slots does a filter mean?
//!
//! First the bitmaps of statuses, categories and groups; what they leave is looked at row by row
//! when it is little. Otherwise every condition runs through its column from end to end, which
//! costs less than jumping about in it.

use std::iter;

use memchr::memchr;
use memchr::memmem::Finder;
use roaring::RoaringBitmap;

use super::Table;
use super::column::Column;
use super::digits::{Digits, PackedNumber};
use super::filter::{Condition, ContactFilter, TextField, TextPart, Times};
use super::ragged::{Block, Ragged};
use super::text::{FIELD_END, fields};

/// So many times more rows than candidates, and the candidates are looked at one by one.
const FEW: u64 = 32;

/// The slots that meet all conditions.
pub(super) fn matching(table: &Table, filter: &ContactFilter) -> RoaringBitmap {
    let mut slots = by_facets(table, filter);
    let mut scans: Vec<_> =
        filter.conditions().iter().filter_map(|condition| Scan::new(table, condition)).collect();
    scans.sort_by_key(Scan::cost);
    for scan in scans {
        if slots.len() < table.len() as u64 / FEW {
            let kept = slots.iter().filter(|&slot| scan.holds(slot));
            slots = RoaringBitmap::from_sorted_iter(kept).unwrap_or_default();
        } else {
            slots &= scan.all();
        }
    }
    slots
}

fn by_facets(table: &Table, filter: &ContactFilter) -> RoaringBitmap {
    let statuses = filter.conditions().iter().fold(!0, |bits, condition| match condition {
        Condition::Status(allowed) => bits & allowed,
        _ => bits,
    });
    let mut slots = table.with_status(statuses);
    for condition in filter.conditions() {
        let (member, of_name) = match condition {
            Condition::Category(member) => (member, table.categories.slots(&member.folded)),
            Condition::Group(member) => (member, table.groups.slots(&member.folded)),
            _ => continue,
        };
        match (of_name, member.is_in) {
            (Some(of_name), true) => slots &= of_name,
            (Some(of_name), false) => slots -= of_name,
            (None, true) => slots.clear(),
            (None, false) => {}
        }
    }
    slots
}

/// A condition together with what it looks at.
pub(super) enum Scan<'a> {
    Times(&'a Column<i64>, Times),
    Numbers(&'a Table, NumberTest<'a>),
    Text(&'a Ragged<u8>, TextTest<'a>),
    TextOrNumbers(&'a Table, TextTest<'a>, NumberTest<'a>),
}

#[derive(Clone, Copy)]
pub(super) struct NumberTest<'a> {
    digits: &'a Digits,
    whole: bool,
}

pub(super) struct TextTest<'a> {
    finder: Finder<'a>,
    part: &'a TextPart,
}

impl<'a> Scan<'a> {
    /// `None` for what bitmaps have answered.
    pub(super) fn new(table: &'a Table, condition: &'a Condition) -> Option<Self> {
        let text_test = |part: &'a TextPart| TextTest { finder: Finder::new(&part.folded), part };
        Some(match condition {
            Condition::Status(_) | Condition::Category(_) | Condition::Group(_) => return None,
            Condition::Created(times) => Self::Times(&table.created_us, *times),
            Condition::Blocked(times) => {
                // The first time of all stands for none.
                let first_us = times.first_us.max(super::NEVER + 1);
                Self::Times(&table.blocked_us, Times { first_us, ..*times })
            }
            Condition::Number(digits) => Self::Numbers(table, NumberTest { digits, whole: false }),
            Condition::WholeNumber(digits) => {
                Self::Numbers(table, NumberTest { digits, whole: true })
            }
            Condition::Text(part) => Self::Text(&table.texts, text_test(part)),
            Condition::Search(part, None) => Self::Text(&table.texts, text_test(part)),
            Condition::Search(part, Some(digits)) => {
                Self::TextOrNumbers(table, text_test(part), NumberTest { digits, whole: false })
            }
        })
    }

    /// The cheapest goes first.
    const fn cost(&self) -> u8 {
        match self {
            Self::Times(..) => 0,
            Self::Numbers(..) => 1,
            Self::Text(..) => 2,
            Self::TextOrNumbers(..) => 3,
        }
    }

    /// Whether one row meets the condition.
    pub(super) fn holds(&self, slot: u32) -> bool {
        match self {
            Self::Times(column, times) => times.have(column.get(slot)),
            Self::Numbers(table, test) => test.holds(table, slot),
            Self::Text(texts, test) => test.holds(texts.get(slot)),
            Self::TextOrNumbers(table, text, numbers) => {
                numbers.holds(table, slot) || text.holds(table.texts.get(slot))
            }
        }
    }

    /// All rows that meet the condition.
    pub(super) fn all(&self) -> RoaringBitmap {
        let mut marks = Marks::default();
        match self {
            Self::Times(column, times) => {
                marks.add_column(column.values().iter().map(|&time_us| times.have(time_us)));
            }
            Self::Numbers(table, test) => test.mark_all(table, &mut marks),
            Self::Text(texts, test) => test.mark_all(texts, &mut marks),
            Self::TextOrNumbers(table, text, numbers) => {
                numbers.mark_all(table, &mut marks);
                text.mark_all(&table.texts, &mut marks);
            }
        }
        marks.into_slots()
    }
}

impl Times {
    const fn have(&self, time_us: i64) -> bool {
        self.first_us <= time_us && time_us <= self.last_us
    }
}

impl NumberTest<'_> {
    fn holds_for(&self, number: PackedNumber) -> bool {
        if self.whole { self.digits.are(number) } else { self.digits.are_in(number) }
    }

    fn holds(&self, table: &Table, slot: u32) -> bool {
        self.holds_for(table.primary.get(slot)) || self.holds_for(table.secondary.get(slot))
    }

    fn mark_all(&self, table: &Table, marks: &mut Marks) {
        let both = iter::zip(table.primary.values(), table.secondary.values());
        marks.add_column(both.map(|(&primary, &secondary)| {
            self.holds_for(primary) || secondary != PackedNumber::NONE && self.holds_for(secondary)
        }));
    }
}

impl TextTest<'_> {
    /// Whether the text is where it should be in the run of a row.
    fn holds(&self, run: &[u8]) -> bool {
        let (name, email) = fields(run);
        let in_field = |field: &[u8]| {
            if self.part.whole {
                *field == *self.part.folded
            } else {
                self.finder.find(field).is_some()
            }
        };
        match self.part.field {
            TextField::Name => in_field(name),
            TextField::Email => in_field(email),
            TextField::Either => in_field(name) || in_field(email),
        }
    }

    fn mark_all(&self, texts: &Ragged<u8>, marks: &mut Marks) {
        for (first_slot, block) in texts.blocks() {
            self.mark_block(block, |place| marks.mark(first_slot + place));
        }
    }

    /// Runs through all texts of a block at once. What is found is looked at in its row, and the
    /// search goes on behind what that has settled.
    fn mark_block(&self, block: &Block<u8>, mut mark: impl FnMut(usize)) {
        let mut rows = block.rows();
        let mut current = rows.next();
        let mut from = 0;
        while let Some(rest) = block.items().get(from..)
            && let Some(distance) = self.finder.find(rest)
        {
            let hit = from + distance;
            while current.as_ref().is_some_and(|(_, row)| row.end <= hit) {
                current = rows.next();
            }
            let Some((place, row)) = &current else { break };
            let run = block.items().get(row.clone()).unwrap_or_default();
            let (holds, settled) = self.judge(run, hit - row.start);
            if holds {
                mark(*place);
            }
            from = row.start + settled;
        }
    }

    /// Whether a row meets the condition, as far as its first so many bytes say, by the first place
    /// in it, or in its email, where the text stands.
    fn judge(&self, run: &[u8], hit: usize) -> (bool, usize) {
        if self.part.whole {
            return (self.holds(run), run.len());
        }
        let name_end = || memchr(FIELD_END, run).unwrap_or(0);
        match self.part.field {
            // It holds no end of a field: wherever it stands, it is all in one.
            TextField::Either => (true, run.len()),
            TextField::Name => (hit < name_end(), run.len()),
            TextField::Email => match name_end() {
                name_end if hit < name_end => (false, name_end),
                _ => (true, run.len()),
            },
        }
    }
}

/// A bit a slot.
#[derive(Default)]
struct Marks {
    bytes: Vec<u8>,
}

impl Marks {
    /// Marks the slots, from 0 on, whose value is true. To be called before any [`mark`](Self::mark).
    fn add_column(&mut self, values: impl ExactSizeIterator<Item = bool>) {
        self.bytes.reserve(values.len() / 8 + 1);
        let (mut byte, mut bit) = (0, 0);
        for value in values {
            byte |= u8::from(value) << bit;
            bit += 1;
            if bit == 8 {
                self.bytes.push(byte);
                (byte, bit) = (0, 0);
            }
        }
        self.bytes.push(byte);
    }

    fn mark(&mut self, slot: usize) {
        if self.bytes.len() <= slot / 8 {
            self.bytes.resize(slot / 8 + 1, 0);
        }
        if let Some(byte) = self.bytes.get_mut(slot / 8) {
            *byte |= 1 << (slot % 8);
        }
    }

    fn into_slots(self) -> RoaringBitmap {
        RoaringBitmap::from_lsb0_bytes(0, &self.bytes)
    }
}
