//! What else does a record hold, when its head is not enough?

use std::path::Path;
use std::sync::Arc;

use super::error::{Fault, JournalError};
use super::frame::PageHeader;
use super::reader::Reader;
use crate::seeded::{self, Bug};

pub(super) const MAX_PAGE_BYTES: usize = 64 << 20;

/// Bytes about the numbers of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The lowest number that the page may be about.
    pub(crate) first: u64,
    /// The highest.
    pub(crate) last: u64,
    pub(crate) bytes: Vec<u8>,
}

impl Page {
    pub(super) fn header(&self) -> Result<PageHeader, JournalError> {
        let bytes = self.bytes.len();
        let too_large = JournalError::TooLarge { what: "page", bytes, limit: MAX_PAGE_BYTES };
        if bytes > MAX_PAGE_BYTES {
            return Err(too_large);
        }
        Ok(PageHeader {
            bytes: bytes as u32,
            first: self.first,
            last: self.last,
            checksum: crc32c::crc32c(&self.bytes),
        })
    }
}

/// Where the pages of a record are.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) path: Arc<Path>,
    /// Of the record.
    pub(super) record: u64,
    /// Of its first page.
    pub(super) offset: u64,
    pub(super) bytes: u64,
}

/// The pages of a record, in the order in which they were written; after an error, none. Opens the
/// file when the first is asked for.
pub(crate) struct Pages {
    place: Place,
    reader: Option<Reader>,
    left: u64,
    /// Only pages that may be about this number.
    about: Option<u64>,
    passed: u64,
}

impl Pages {
    pub(super) fn new(place: Place, about: Option<u64>) -> Self {
        Self { left: place.bytes, place, reader: None, about, passed: 0 }
    }

    /// How many pages were read or left out.
    pub(crate) fn passed(&self) -> u64 {
        self.passed
    }

    fn step(&mut self) -> Result<Option<Page>, JournalError> {
        let reader = match &mut self.reader {
            Some(reader) => reader,
            empty => {
                let end = self.place.offset + self.place.bytes;
                let mut reader = Reader::open(Arc::clone(&self.place.path), Some(end))?;
                reader.skip(self.place.offset)?;
                empty.insert(reader)
            }
        };
        while let Some(header) = next_header(reader, self.left, self.place.record)? {
            let bytes = PageHeader::BYTES as u64 + u64::from(header.bytes);
            self.left -= bytes;
            self.passed += 1;
            if self.about.is_none_or(|number| (header.first..=header.last).contains(&number)) {
                let PageHeader { first, last, .. } = header;
                let body = whole(reader, &header, self.place.record)?;
                let body = body.get(PageHeader::BYTES..).unwrap_or_default().to_vec();
                reader.skip(bytes)?;
                return Ok(Some(Page { first, last, bytes: body }));
            }
            reader.skip(bytes)?;
        }
        Ok(None)
    }
}

impl Iterator for Pages {
    type Item = Result<Page, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let page = self.step();
        if page.is_err() {
            self.left = 0;
        }
        page.transpose()
    }
}

/// The header of the page that begins here; `None` when no bytes are left of the pages of the record
/// at that offset.
pub(super) fn next_header(
    reader: &mut Reader,
    left: u64,
    record: u64,
) -> Result<Option<PageHeader>, JournalError> {
    if left == 0 {
        return Ok(None);
    }
    let header = PageHeader::from_bytes(reader.peek(PageHeader::BYTES)?)
        .map_err(|fault| reader.damaged(record, fault))?;
    let bytes = PageHeader::BYTES as u64 + u64::from(header.bytes);
    if header.bytes as usize > MAX_PAGE_BYTES || bytes > left {
        return Err(reader.damaged(record, Fault::PageHeader));
    }
    Ok(Some(header))
}

/// All of the page that begins here, with its header.
pub(super) fn whole<'a>(
    reader: &'a mut Reader,
    header: &PageHeader,
    record: u64,
) -> Result<&'a [u8], JournalError> {
    let wanted = PageHeader::BYTES + header.bytes as usize;
    let bytes = reader.peek(wanted)?;
    let body = bytes.get(PageHeader::BYTES..).unwrap_or_default();
    let is_sound = crc32c::crc32c(body) == header.checksum || seeded::is_made(Bug::PageChecksum);
    if bytes.len() != wanted || !is_sound {
        return Err(reader.damaged(record, Fault::PageChecksum));
    }
    reader.peek(wanted)
}
