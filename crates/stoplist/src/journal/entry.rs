//! What is one record, once it has been read?

use std::path::Path;
use std::sync::Arc;

use super::error::JournalError;
use super::frame::Header;
use super::hash::{self, PieceHasher};
use super::page::{self, Page, Pages, Place};
use super::reader::{Reader, bytes_before_pages};
use super::{Fault, Mark};
use crate::seeded::{self, Bug};

/// A record. Its pages are read when they are asked for.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) seq: u64,
    /// Microseconds since 1970.
    pub(crate) at_us: i64,
    pub(crate) head: Vec<u8>,
    header: Header,
    segment: u64,
    path: Arc<Path>,
    /// Where the record begins.
    offset: u64,
    /// Known when there are no pages.
    hash: Option<[u8; 32]>,
}

impl Entry {
    /// Reads the record that begins here, and stands behind it. `previous` is the hash of the one
    /// before, when that is known.
    pub(super) fn read(
        reader: &mut Reader,
        segment: u64,
        seq: u64,
        previous: Option<[u8; 32]>,
    ) -> Result<Option<Self>, JournalError> {
        let Some(header) = reader.header(seq)? else { return Ok(None) };
        let offset = reader.offset();
        if previous.is_some_and(|previous| previous != header.previous) {
            return Err(reader.damaged(offset, Fault::Chain));
        }
        let head = reader.head(&header)?.to_vec();
        reader.skip(bytes_before_pages(&header) + header.pages_bytes)?;
        let hash = (header.pages_bytes == 0).then(|| hash::of_record(&head, &header));
        let (at_us, path) = (header.at_us, Arc::clone(reader.path()));
        Ok(Some(Self { seq, at_us, head, header, segment, path, offset, hash }))
    }

    /// The hash of the record, when it has no pages: otherwise they would have to be read.
    pub(crate) fn hash(&self) -> Option<[u8; 32]> {
        self.hash
    }

    /// The hash of the record before.
    pub(crate) fn previous(&self) -> [u8; 32] {
        self.header.previous
    }

    /// Whether the record has pages.
    #[cfg(test)]
    pub(crate) fn has_pages(&self) -> bool {
        self.header.pages_bytes > 0
    }

    /// The first record that had perhaps not been synced when this one was written.
    #[cfg(test)]
    pub(super) fn first_unsynced(&self) -> u64 {
        self.header.first_unsynced()
    }

    /// The pages, in order.
    pub(crate) fn pages(&self) -> Pages {
        Pages::new(self.place(), None)
    }

    /// The pages that may be about a number. Of the others only the headers are read.
    pub(crate) fn pages_about(&self, number: u64) -> Pages {
        Pages::new(self.place(), Some(number))
    }

    /// Where the journal stands after this record. Reads and hashes the pages, if there are any.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub(crate) fn mark(&self) -> Result<Mark, JournalError> {
        let hash = match self.hash {
            Some(hash) => hash,
            None => self.hash_with_pages()?,
        };
        let Place { offset, bytes, .. } = self.place();
        Ok(Mark { seq: self.seq, hash, segment: self.segment, end: offset + bytes })
    }

    fn place(&self) -> Place {
        Place {
            path: Arc::clone(&self.path),
            record: self.offset,
            offset: self.offset + bytes_before_pages(&self.header),
            bytes: self.header.pages_bytes,
        }
    }

    fn hash_with_pages(&self) -> Result<[u8; 32], JournalError> {
        let mut hasher = PieceHasher::new();
        hasher.update(&self.head);
        for page in self.pages() {
            let page: Page = page?;
            hasher.update(&page.header()?.to_bytes());
            hasher.update(&page.bytes);
        }
        Ok(hasher.finalize(&self.header))
    }
}

/// Reads all of the record that begins here, checks every byte of it, and stands behind it.
pub(super) fn check(
    reader: &mut Reader,
    header: &Header,
    previous: Option<[u8; 32]>,
) -> Result<[u8; 32], JournalError> {
    let record = reader.offset();
    let previous = previous.filter(|_| !seeded::is_made(Bug::HashChain));
    if previous.is_some_and(|previous| previous != header.previous) {
        return Err(reader.damaged(record, Fault::Chain));
    }
    let head = reader.head(header)?;
    if header.pages_bytes == 0 {
        let hash = hash::of_record(head, header);
        reader.skip(bytes_before_pages(header))?;
        return Ok(hash);
    }
    let mut hasher = PieceHasher::new();
    hasher.update(head);
    reader.skip(bytes_before_pages(header))?;
    let mut left = header.pages_bytes;
    while let Some(header) = page::next_header(reader, left, record)? {
        let bytes = page::whole(reader, &header, record)?;
        hasher.update(bytes);
        let bytes = bytes.len() as u64;
        reader.skip(bytes)?;
        left -= bytes;
    }
    Ok(hasher.finalize(header))
}
