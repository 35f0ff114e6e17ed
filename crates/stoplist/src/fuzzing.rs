//! What may a fuzz target ask that nobody else may?
//!
//! Doors to decoders that are private, in terms of bytes and paths. Only with the feature `fuzzing`,
//! and no part of the API. Nothing here decides anything: each function calls the code that a store
//! calls.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::access::Permissions;
use crate::block::Restriction;
use crate::codec;
use crate::contact::ContactRow;
use crate::journal::{self, Durability, Journal, JournalError, Mark, Options};
use crate::list::ListRow;
use crate::model::{ListOp, Meta, Model, NumbersDelta, PREFIXES};
use crate::record::Recorded;
use crate::{Effect, Event, NumberSet, PhoneNumber, Refusal, Region, number, state};

/// What a text means by the general rules alone, however plain it is.
///
/// # Errors
///
/// As [`Parser::parse`](crate::Parser::parse).
pub fn by_general_rules(text: &str, region: Option<Region>) -> Result<PhoneNumber, Refusal> {
    number::by_general_rules(text, region)
}

/// What bytes of a journal or a state may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// The head of a record.
    Record,
    /// A contact's row.
    Contact,
    /// A list's row.
    List,
    /// The row of what is blocked.
    Restriction,
    /// An actor's row.
    Permissions,
    /// What a state says about itself.
    Meta,
    /// The header of a record.
    RecordHeader,
    /// The header of a page.
    PageHeader,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Record,
        Self::Contact,
        Self::List,
        Self::Restriction,
        Self::Permissions,
        Self::Meta,
        Self::RecordHeader,
        Self::PageHeader,
    ];

    /// Reads the bytes and writes what they are again; `None` when they are refused.
    #[must_use]
    pub fn again(self, bytes: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Record => again::<Recorded>(bytes),
            Self::Contact => again::<ContactRow>(bytes),
            Self::List => again::<ListRow>(bytes),
            Self::Restriction => again::<Restriction>(bytes),
            Self::Permissions => again::<Permissions>(bytes),
            Self::Meta => again::<Meta>(bytes),
            Self::RecordHeader => journal::record_header_again(bytes),
            Self::PageHeader => journal::page_header_again(bytes),
        }
    }
}

fn again<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Option<Vec<u8>> {
    match codec::decode::<T>(bytes) {
        Ok(value) => {
            let bytes = codec::encode(&value);
            debug_assert_eq!(codec::size(&value) + 1, bytes.len() as u64);
            Some(bytes)
        }
        Err(error) => {
            // A message is made of it; that must not fail either.
            drop(error.to_string());
            None
        }
    }
}

/// The numbers of a page of a journal or a state; `None` when it is refused.
#[must_use]
pub fn page(bytes: &[u8], first: u64, last: u64) -> Option<NumberSet> {
    state::unpack(bytes, first..=last).ok()
}

/// The head of a record.
#[must_use]
pub fn head(actor: &str, event: Event, effects: Vec<Effect>, removed_pages: u64) -> Vec<u8> {
    codec::encode(&Recorded { actor: actor.to_owned(), event, effects, removed_pages })
}

/// Where a journal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as those of the journal's own mark")]
pub struct Place {
    pub seq: u64,
    pub hash: [u8; 32],
    pub segment: u64,
    pub end: u64,
}

impl From<Mark> for Place {
    fn from(Mark { seq, hash, segment, end }: Mark) -> Self {
        Self { seq, hash, segment, end }
    }
}

impl From<Place> for Mark {
    fn from(Place { seq, hash, segment, end }: Place) -> Self {
        Self { seq, hash, segment, end }
    }
}

/// Reads every byte of a journal.
///
/// # Errors
///
/// What is wrong with it.
pub fn verify_journal(directory: &Path) -> Result<Place, String> {
    journal::verify_directory(directory).map(|verified| verified.last.into()).map_err(told)
}

/// A record of a journal: its head, and its pages.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as those of the journal's own records")]
pub struct Record {
    pub seq: u64,
    pub at_us: i64,
    pub head: Vec<u8>,
    /// The first number and the last that it may be about, and its bytes.
    pub pages: Vec<(u64, u64, Vec<u8>)>,
}

/// A journal that is open for appending.
#[derive(Debug)]
pub struct OpenJournal(Journal);

impl OpenJournal {
    /// Opens a journal; how much there was to repair.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn open(
        directory: &Path,
        from: Option<Place>,
        acknowledged: u64,
    ) -> Result<(Self, usize), String> {
        let options =
            Options { durability: Durability::Always, acknowledged, ..Options::default() };
        let (journal, repairs) =
            Journal::open(directory, from.map(Mark::from), options).map_err(told)?;
        Ok((Self(journal), repairs.len()))
    }

    /// Where it ends.
    #[must_use]
    pub fn end(&self) -> Place {
        self.0.durable().into()
    }

    /// The records behind one.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub fn records(&self, after: u64) -> Result<Vec<Record>, String> {
        let read = |entry: Result<journal::Entry, JournalError>| {
            let entry = entry?;
            let pages: Result<Vec<_>, JournalError> = entry
                .pages()
                .map(|page| page.map(|page| (page.first, page.last, page.bytes)))
                .collect();
            Ok(Record { seq: entry.seq, at_us: entry.at_us, pages: pages?, head: entry.head })
        };
        let entries = self.0.entries(after).map_err(told)?;
        entries.map(read).collect::<Result<_, _>>().map_err(told)
    }

    /// Appends a record.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn append(&self, at_us: i64, head: &[u8]) -> Result<Place, String> {
        let mark = self.0.stage(at_us, head).map_err(told)?;
        self.0.commit(mark.seq, &|_| ()).map_err(told)?;
        Ok(mark.into())
    }
}

fn told(error: JournalError) -> String {
    format!("{}: {error}", error.code())
}

/// A store's model, replayed from records, and the rows that its state would have.
#[derive(Default)]
pub struct Replay {
    model: Model,
    generation: u64,
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    numbers: BTreeMap<u32, NumberSet>,
}

impl Replay {
    /// Applies the next record, whatever effects it says that it has.
    ///
    /// # Errors
    ///
    /// Why it is no record or does not fit; the replay cannot be used then.
    pub fn apply(&mut self, record: &Record) -> Result<(), String> {
        self.generation += 1;
        let recorded: Recorded = codec::decode(&record.head).map_err(|error| error.to_string())?;
        let at = Timestamp::from_microsecond(record.at_us).map_err(|error| error.to_string())?;
        let numbers = numbers_of(record, &recorded)?;
        let delta = self
            .model
            .apply(self.generation, at, &recorded.actor, &recorded.event, numbers)
            .map_err(|error| error.to_string())?;
        for (key, value) in delta.rows {
            match value {
                Some(value) => drop(self.rows.insert(key, value)),
                None => drop(self.rows.remove(&key)),
            }
        }
        match delta.list {
            Some(ListOp::Imported { list, numbers, .. }) => {
                let all = self.numbers.entry(list).or_default();
                if !numbers.removed.is_subset(all) || !(&*all & &*numbers.added).is_empty() {
                    return Err("numbers that were there, or were not".to_owned());
                }
                *all -= &numbers.removed;
                *all |= &numbers.added;
            }
            Some(ListOp::Dropped { list, .. }) => drop(self.numbers.remove(&list)),
            Some(ListOp::Created { .. } | ListOp::Set { .. }) | None => {}
        }
        Ok(())
    }

    /// Whether the rows come to the same model again.
    ///
    /// # Errors
    ///
    /// Why they do not.
    pub fn check_rows(&self) -> Result<(), String> {
        let mut loaded = Model::default();
        for prefix in PREFIXES {
            for (key, value) in self.rows.iter().filter(|(key, _)| key.first() == Some(&prefix)) {
                loaded.load_row(key, value).map_err(|error| error.to_string())?;
            }
        }
        for (list, numbers) in &self.numbers {
            loaded.load_numbers(*list, numbers);
        }
        let mark = Mark { seq: self.generation, ..Mark::EMPTY };
        if !loaded.loaded(&Meta::new(&self.model, mark)) {
            return Err("the rows are another state".to_owned());
        }
        if loaded.stopped_numbers() != self.model.stopped_numbers() {
            return Err("the rows stop other numbers".to_owned());
        }
        Ok(())
    }
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay").field("generation", &self.generation).finish_non_exhaustive()
    }
}

/// The numbers that come with an event, as opening a store reads them.
fn numbers_of(record: &Record, recorded: &Recorded) -> Result<NumbersDelta, String> {
    let (mut added, mut removed) = (NumberSet::new(), NumberSet::new());
    if matches!(recorded.event, Event::ListImported(_)) {
        for (place, (first, last, bytes)) in (0..).zip(&record.pages) {
            let set = if place < recorded.removed_pages { &mut removed } else { &mut added };
            state::unpack_into(set, bytes, *first..=*last).map_err(|error| error.to_string())?;
        }
    }
    Ok(NumbersDelta { added: added.into(), removed: removed.into() })
}
