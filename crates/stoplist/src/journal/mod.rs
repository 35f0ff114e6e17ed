#![doc = include_str!("layout.md")]

mod archive;
mod copy;
mod disk;
mod entries;
mod entry;
mod error;
mod frame;
mod hash;
#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the file")]
mod journal;
mod page;
mod pen;
mod reader;
mod recovery;
mod scan;
mod segment;
mod shared;
mod stream;
mod sync;
mod syncer;
mod torn;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub(crate) use entries::Entries;
pub(crate) use entry::Entry;
pub(crate) use error::{Fault, JournalError};
pub(crate) use journal::Journal;
pub(crate) use page::Page;
#[cfg(test)]
pub(crate) use scan::Verified;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use scan::verify_directory;
#[cfg(all(test, unix))]
pub(crate) use tests::simulated::{Chance, Counts, over_seeds};
pub(crate) use torn::Repair;

/// The header of a record as it is written, when the bytes are one.
#[cfg(feature = "fuzzing")]
pub(crate) fn record_header_again(bytes: &[u8]) -> Option<Vec<u8>> {
    frame::Header::from_bytes(bytes).ok().map(|header| header.to_bytes().to_vec())
}

/// The header of a page, in the same way.
#[cfg(feature = "fuzzing")]
pub(crate) fn page_header_again(bytes: &[u8]) -> Option<Vec<u8>> {
    frame::PageHeader::from_bytes(bytes).ok().map(|header| header.to_bytes().to_vec())
}

/// Where a journal stands after a record. Kept by whoever applies records, it says how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The number of the record; 0 when there is none yet.
    pub(crate) seq: u64,
    /// The hash of the record; zeros when there is none yet.
    pub(crate) hash: [u8; 32],
    /// The segment that the record is in, by the number of its first record.
    pub(crate) segment: u64,
    /// Where the record ends in the file of that segment.
    pub(crate) end: u64,
}

impl Mark {
    /// Where a journal stands that has no records.
    pub(crate) const EMPTY: Self =
        Self { seq: 0, hash: [0; 32], segment: 1, end: segment::HEADER_BYTES };
}

/// When is a record durable?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// When it has been synced to the disk: it survives a power cut.
    Always,
    /// When it has been written to the file: it survives the end of the process. A thread syncs at
    /// this interval, so a power cut may take the records of the last interval: always the newest,
    /// never one from between.
    Interval(Duration),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// A segment with so many bytes is followed by another one.
    pub(crate) segment_bytes: u64,
    pub(crate) durability: Durability,
    /// The number of a record that is known to have been synced, such as the last one that a view
    /// of the journal includes. A journal without it is damaged, not torn. 0 when nothing is known,
    /// and with [`Durability::Interval`], of which a power cut may take what a view already has.
    pub(crate) acknowledged: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { segment_bytes: 64 << 20, durability: Durability::Always, acknowledged: 0 }
    }
}
