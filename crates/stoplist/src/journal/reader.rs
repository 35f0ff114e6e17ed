//! What does a segment say, from one end to the other?
//!
//! A buffer over the file. Nothing behind the limit is read, and no length that the file claims
//! makes the buffer larger than what the file has.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use super::error::{Fault, JournalError};
use super::frame::{CHECKSUM_BYTES, Header};
use super::segment;
use crate::seeded::{self, Bug};

/// Bytes that are read at once.
const CHUNK: usize = 256 << 10;

pub(super) struct Reader {
    path: Arc<Path>,
    file: File,
    buffer: Vec<u8>,
    /// Of the buffer: what has been passed, and what has been read. The file stands behind that.
    passed: usize,
    filled: usize,
    /// In the file, of the first byte that has not been passed.
    offset: u64,
    limit: u64,
}

impl Reader {
    /// Stands at the beginning of the file. The limit is the end of the file or what is given,
    /// whichever comes first.
    pub(super) fn open(path: Arc<Path>, limit: Option<u64>) -> Result<Self, JournalError> {
        let opened = File::open(&path).and_then(|file| {
            let length = file.metadata()?.len();
            Ok((file, length))
        });
        let (file, length) = opened.map_err(|source| JournalError::closed(&path, source))?;
        let limit = limit.map_or(length, |limit| limit.min(length));
        Ok(Self { path, file, buffer: Vec::new(), passed: 0, filled: 0, offset: 0, limit })
    }

    /// The segment of a directory whose first record has this number; stands at its first record.
    pub(super) fn open_segment(
        directory: &Path,
        first_seq: u64,
        limit: Option<u64>,
    ) -> Result<Self, JournalError> {
        let mut reader = Self::open(segment::path(directory, first_seq).into(), limit)?;
        let header = reader.peek(segment::HEADER_BYTES as usize)?;
        if !segment::is_header(header, first_seq) {
            return Err(reader.damaged(0, Fault::SegmentHeader));
        }
        reader.skip(segment::HEADER_BYTES)?;
        Ok(reader)
    }

    pub(super) fn path(&self) -> &Arc<Path> {
        &self.path
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Bytes that have not been passed.
    pub(super) fn left(&self) -> u64 {
        self.limit.saturating_sub(self.offset)
    }

    /// The next bytes: fewer only when there are fewer.
    pub(super) fn peek(&mut self, wanted: usize) -> Result<&[u8], JournalError> {
        if self.filled - self.passed < wanted {
            self.fill(wanted).map_err(|source| self.failed(source))?;
        }
        let end = self.filled.min(self.passed.saturating_add(wanted));
        Ok(self.buffer.get(self.passed..end).unwrap_or_default())
    }

    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        let wanted = usize::try_from(self.left()).unwrap_or(usize::MAX).min(wanted);
        self.buffer.copy_within(self.passed..self.filled, 0);
        self.filled -= self.passed;
        self.passed = 0;
        if self.buffer.len() < wanted.max(CHUNK) {
            let left = usize::try_from(self.left()).unwrap_or(usize::MAX);
            self.buffer.resize(wanted.max(CHUNK.min(left)).max(self.buffer.len()), 0);
        }
        while self.filled < wanted {
            let room = self.limit - self.offset - self.filled as u64;
            let room = usize::try_from(room).unwrap_or(usize::MAX);
            let end = self.buffer.len().min(self.filled.saturating_add(room));
            let free = self.buffer.get_mut(self.filled..end).unwrap_or_default();
            match self.file.read(free) {
                // The file has become shorter.
                Ok(0) => {
                    self.limit = self.offset + self.filled as u64;
                    break;
                }
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Passes bytes, but not the limit. Those that are not in the buffer are not read.
    pub(super) fn skip(&mut self, bytes: u64) -> Result<(), JournalError> {
        let bytes = bytes.min(self.left());
        self.offset += bytes;
        match usize::try_from(bytes).ok().filter(|&bytes| bytes <= self.filled - self.passed) {
            Some(bytes) => self.passed += bytes,
            None => {
                (self.passed, self.filled) = (0, 0);
                let to = SeekFrom::Start(self.offset);
                self.file.seek(to).map_err(|source| self.failed(source))?;
            }
        }
        Ok(())
    }

    /// The header of the record that begins here, all of which is there. `None` at the limit.
    pub(super) fn header(&mut self, seq: u64) -> Result<Option<Header>, JournalError> {
        if self.left() == 0 {
            return Ok(None);
        }
        let bytes = self.peek(Header::BYTES)?;
        if bytes.iter().all(|&byte| byte == 0) && seeded::is_made(Bug::ZerosEnd) {
            return Ok(None);
        }
        let header = Header::from_bytes(bytes);
        let header = header.map_err(|fault| self.damaged(self.offset, fault))?;
        if header.seq != seq {
            let fault = Fault::Sequence { expected: seq, found: header.seq };
            return Err(self.damaged(self.offset, fault));
        }
        match header.frame_bytes() {
            Some(bytes) if bytes <= self.left() => Ok(Some(header)),
            _ => Err(self.damaged(self.offset, Fault::Length)),
        }
    }

    /// The head of the record that begins here, whose header was read.
    pub(super) fn head(&mut self, header: &Header) -> Result<&[u8], JournalError> {
        let until = Header::BYTES + header.head_bytes as usize;
        let bytes = self.peek(until + CHECKSUM_BYTES as usize)?;
        let sound = bytes
            .get(Header::BYTES..)
            .and_then(|bytes| bytes.split_last_chunk())
            .is_some_and(|(head, checksum)| crc32c::crc32c(head) == u32::from_le_bytes(*checksum));
        if !sound && !seeded::is_made(Bug::HeadChecksum) {
            return Err(self.damaged(self.offset, Fault::HeadChecksum));
        }
        Ok(self.peek(until)?.get(Header::BYTES..).unwrap_or_default())
    }

    pub(super) fn damaged(&self, offset: u64, fault: Fault) -> JournalError {
        JournalError::damaged(&self.path, offset, fault)
    }

    fn failed(&self, source: io::Error) -> JournalError {
        JournalError::io(&self.path, "read the segment", source)
    }
}

/// Bytes of a record in front of its pages.
pub(super) fn bytes_before_pages(header: &Header) -> u64 {
    Header::BYTES as u64 + u64::from(header.head_bytes) + CHECKSUM_BYTES
}
