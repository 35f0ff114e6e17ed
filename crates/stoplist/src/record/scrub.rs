//! What was a broadcast list filtered against, and what came of it?
//!
//! What an auditor asks for. It has counts and names, and no number of a recipient.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Traffic;
use crate::block::traffic_bits;
use crate::codec::micros;
use crate::contact::limits::{self, Field, Oversized};

/// The record of a scrub: that a broadcast list was filtered, against what, and what came of it.
///
/// Each row is allowed, blocked, invalid or null, and counted as that once, whatever columns it was
/// judged by. Allowed rows are kept, blocked ones are not; what becomes of the others is the
/// filter's to say. [`Acting::record_scrub`](crate::Acting::record_scrub) takes only counts that add
/// up so.
///
/// ```
/// use stoplist::{Scrub, ScrubbedList, Traffic};
///
/// let scrub = Scrub::new("spring.csv", Traffic::BROADCAST, 42)
///     .digest("xxh64:0123456789abcdef")
///     .column("phone")
///     .lists([ScrubbedList::new("blocked", 17), ScrubbedList::new("dnc", 5_000)])
///     .rows(100)
///     .kept(95)
///     .blocked_by("blocked", 1)
///     .blocked_by("dnc", 2)
///     .invalid_for("letters", 2);
/// assert_eq!((scrub.blocked, scrub.invalid, scrub.lists[1].blocked), (3, 2, 2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Scrub {
    /// The name of what was filtered: a file, a stream, a campaign. Up to 512 bytes.
    pub input: String,
    /// The digest of what was filtered, if one was taken: `algorithm:hex` such as `blake3:90ab…`,
    /// with at least 16 digits, up to 160 bytes.
    pub digest: Option<String>,
    /// The columns that were judged: up to 256, of up to 512 bytes each.
    pub columns: Vec<String>,
    /// The traffic that was to be sent.
    #[serde(with = "traffic_bits")]
    pub traffic: Traffic,
    /// Of the gate that answered: the lists are as they were then.
    pub generation: u64,
    /// The lists that were asked, in their order.
    pub lists: Vec<ScrubbedList>,
    /// All rows.
    pub rows: u64,
    /// Rows that may be sent to.
    pub kept: u64,
    /// Rows that a list stopped.
    pub blocked: u64,
    /// Rows whose number is none, kept or not.
    pub invalid: u64,
    /// Rows without a number, kept or not.
    pub null: u64,
    /// `invalid` by the [`code`](crate::Refusal::code) of the refusal: up to 64 reasons, of up to 64
    /// bytes each.
    pub invalid_by_reason: BTreeMap<String, u64>,
}

/// A list that was asked in a scrub, or would be: see
/// [`Store::lists_asked`](crate::Store::lists_asked).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScrubbedList {
    /// Its name, up to 64 bytes.
    pub name: String,
    /// How many numbers it stopped for the traffic.
    pub numbers: u64,
    /// When its source was so, to the microsecond; `None` for `blocked`, and before the first import.
    #[serde(with = "micros::optional")]
    pub as_of: Option<Timestamp>,
    /// Whether it was older than it may get.
    pub stale: bool,
    /// The rows that it was the first to block.
    pub blocked: u64,
}

impl ScrubbedList {
    /// A list of so many numbers that is not stale and has blocked nothing yet.
    #[must_use]
    pub fn new(name: impl Into<String>, numbers: u64) -> Self {
        Self { name: name.into(), numbers, as_of: None, stale: false, blocked: 0 }
    }
}

impl Scrub {
    /// No rows yet, of an input of this name, for this traffic, by gates of this generation.
    #[must_use]
    pub fn new(input: impl Into<String>, traffic: Traffic, generation: u64) -> Self {
        Self {
            input: input.into(),
            digest: None,
            columns: Vec::new(),
            traffic,
            generation,
            lists: Vec::new(),
            rows: 0,
            kept: 0,
            blocked: 0,
            invalid: 0,
            null: 0,
            invalid_by_reason: BTreeMap::new(),
        }
    }

    /// With the digest of the input.
    #[must_use]
    pub fn digest(mut self, digest: impl Into<String>) -> Self {
        self.digest = Some(digest.into());
        self
    }

    /// With one more column that was judged.
    #[must_use]
    pub fn column(mut self, name: impl Into<String>) -> Self {
        self.columns.push(name.into());
        self
    }

    /// With more lists, behind those there are; what they have blocked is added to `blocked`.
    #[must_use]
    pub fn lists(mut self, lists: impl IntoIterator<Item = ScrubbedList>) -> Self {
        for list in lists {
            self.blocked = self.blocked.saturating_add(list.blocked);
            self.lists.push(list);
        }
        self
    }

    /// Of so many rows.
    #[must_use]
    pub fn rows(mut self, rows: u64) -> Self {
        self.rows = rows;
        self
    }

    /// Of which so many were kept.
    #[must_use]
    pub fn kept(mut self, rows: u64) -> Self {
        self.kept = rows;
        self
    }

    /// And so many had no number.
    #[must_use]
    pub fn null(mut self, rows: u64) -> Self {
        self.null = rows;
        self
    }

    /// So many more rows were blocked by this list first. One of this name is added if none was
    /// given.
    #[must_use]
    pub fn blocked_by(mut self, list: &str, rows: u64) -> Self {
        self.blocked = self.blocked.saturating_add(rows);
        match self.lists.iter_mut().find(|other| other.name == list) {
            Some(list) => list.blocked = list.blocked.saturating_add(rows),
            None => self.lists.push(ScrubbedList { blocked: rows, ..ScrubbedList::new(list, 0) }),
        }
        self
    }

    /// So many more rows were invalid for this reason, the [`code`](crate::Refusal::code) of a
    /// refusal.
    #[must_use]
    pub fn invalid_for(mut self, reason: impl Into<String>, rows: u64) -> Self {
        self.invalid = self.invalid.saturating_add(rows);
        let of_reason = self.invalid_by_reason.entry(reason.into()).or_default();
        *of_reason = of_reason.saturating_add(rows);
        self
    }

    /// Whether it can be recorded in a store whose last change is this.
    pub(crate) fn check(&self, last: u64) -> Result<(), ScrubFault> {
        self.check_texts()?;
        self.check_counts()?;
        if !(1..=last).contains(&self.generation) {
            return Err(ScrubFault::Generation { given: self.generation, last });
        }
        Ok(())
    }

    fn check_texts(&self) -> Result<(), ScrubFault> {
        limits::check(Field::Input, &self.input)?;
        if let Some(digest) = &self.digest {
            limits::check(Field::Digest, digest)?;
            if !is_digest(digest) {
                return Err(ScrubFault::Digest { digest: digest.chars().take(40).collect() });
            }
        }
        few("columns", self.columns.len(), MOST_COLUMNS)?;
        self.columns.iter().try_for_each(|column| limits::check(Field::Column, column))?;
        self.lists.iter().try_for_each(|list| limits::check(Field::ListName, &list.name))?;
        few("reasons", self.invalid_by_reason.len(), MOST_REASONS)?;
        let mut reasons = self.invalid_by_reason.keys();
        Ok(reasons.try_for_each(|reason| limits::check(Field::RefusalReason, reason))?)
    }

    fn check_counts(&self) -> Result<(), ScrubFault> {
        let [rows, kept, blocked, invalid, null] =
            [self.rows, self.kept, self.blocked, self.invalid, self.null].map(u128::from);
        let by_list: u128 = self.lists.iter().map(|list| u128::from(list.blocked)).sum();
        let by_reason: u128 = self.invalid_by_reason.values().copied().map(u128::from).sum();
        let laws = [
            (by_list == blocked, "what the lists have blocked comes to `blocked`"),
            (by_reason == invalid, "`invalid_by_reason` comes to `invalid`"),
            (kept + blocked <= rows, "`kept` and `blocked` are together at most `rows`"),
            (
                blocked + invalid + null <= rows,
                "`blocked`, `invalid` and `null` are together at most `rows`",
            ),
            (
                rows <= kept + blocked + invalid + null,
                "a row that is not kept is `blocked`, `invalid` or `null`",
            ),
        ];
        match laws.into_iter().find(|(holds, _)| !holds) {
            Some((_, law)) => Err(ScrubFault::Counts { law }),
            None => Ok(()),
        }
    }
}

const MOST_COLUMNS: usize = 256;
const MOST_REASONS: usize = 64;

fn few(what: &'static str, count: usize, limit: usize) -> Result<(), ScrubFault> {
    if count <= limit { Ok(()) } else { Err(ScrubFault::TooMany { what, count, limit }) }
}

/// A name, a colon, and at least 8 bytes in hex.
fn is_digest(text: &str) -> bool {
    let Some((name, hex)) = text.split_once(':') else { return false };
    let is_name = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    !name.is_empty()
        && name.bytes().all(is_name)
        && hex.len() >= 16
        && hex.len().is_multiple_of(2)
        && hex.bytes().all(is_hex)
}

/// Why something is no record of a scrub.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScrubFault {
    /// A text is too long.
    #[error(transparent)]
    Oversized(#[from] Oversized),
    /// The digest is none.
    #[error(
        "{digest:?} is no digest: write it as `algorithm:hex`, such as `blake3:` and 64 lower-case \
         digits, or give none"
    )]
    Digest {
        /// As given, or how it begins.
        digest: String,
    },
    /// There is more of something than a record has room for.
    #[error("a scrub of {count} {what}, of at most {limit}: leave out those that matter least")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The counts contradict each other.
    #[error("the counts of the scrub do not add up: {law}; count each row once")]
    Counts {
        /// What does not hold.
        law: &'static str,
    },
    /// The store has no such generation.
    #[error(
        "the scrub says generation {given}, and the store has 1 to {last}: give that of the gate \
         that answered, and record it in the store that the gate is of"
    )]
    Generation {
        /// As given.
        given: u64,
        /// The last change of the store.
        last: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec;
    use crate::record::Event;

    /// What a journal has for good: a release that writes or reads anything else cannot read it.
    #[test]
    fn a_journal_has_these_bytes() {
        let mut scrub = Scrub::new("in", Traffic::BROADCAST, 5)
            .digest("a:0123456789abcdef")
            .column("to")
            .lists([ScrubbedList::new("dnc", 7)])
            .rows(9)
            .kept(4)
            .null(2)
            .blocked_by("dnc", 1)
            .invalid_for("letters", 2);
        scrub.lists[0].as_of = Some(Timestamp::from_microsecond(-3).unwrap());
        scrub.lists[0].stale = true;
        let event = Event::Scrubbed(scrub);
        let number = |number: u64| number.to_le_bytes().to_vec();
        let text = |text: &str| [&number(text.len() as u64), text.as_bytes()].concat();
        let bytes = [
            vec![1, 17, 0, 0, 0],
            text("in"),
            vec![1],
            text("a:0123456789abcdef"),
            number(1),
            text("to"),
            vec![8],
            number(5),
            number(1),
            text("dnc"),
            number(7),
            vec![1],
            (-3_i64).to_le_bytes().to_vec(),
            vec![1],
            number(1),
            [9, 4, 1, 2, 2].map(number).concat(),
            number(1),
            text("letters"),
            number(2),
        ]
        .concat();
        assert_eq!(codec::encode(&event), bytes);
        assert_eq!(codec::decode::<Event>(&bytes).unwrap(), event);
    }
}
