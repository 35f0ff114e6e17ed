//! What are the bytes of an index file?
//!
//! The page of [`Index`] draws them. Whatever they are, nothing outside them is read: the header
//! and the directory are checked before an index is made of them, and a look-up takes from them
//! only places that it checks again.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::build::Parts;
use super::directory::Directory;
use super::error::{IndexError, IndexFault};
use super::lanes::Lanes;
use super::line::Line;
use super::memory::Memory;
use super::scattered::Scattered;
use super::segment::{Segment, Size};
use super::{Checksums, Index};

const MAGIC: [u8; 8] = *b"stoplidx";
const VERSION: u32 = 1;
/// Two lines.
const HEADER_BYTES: usize = 128;
/// The header's own checksum is its last field.
const CHECKED_BYTES: usize = HEADER_BYTES - 4;
const SHIFT_BYTES: usize = size_of::<u32>();

/// The header but for its mark, its version and its checksum.
#[derive(Clone, Copy, Debug)]
struct Header {
    size_bits: u32,
    numbers: u64,
    shifts: u64,
    segments: u64,
    lines: u64,
    scattered_lines: u64,
    seed: u64,
    directory: u32,
    checksums: Checksums,
}

impl Header {
    fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(self.size_bits.to_le_bytes());
        for count in
            [self.numbers, self.shifts, self.segments, self.lines, self.scattered_lines, self.seed]
        {
            bytes.extend(count.to_le_bytes());
        }
        for checksum in [self.directory, self.checksums.lines, self.checksums.scattered] {
            bytes.extend(checksum.to_le_bytes());
        }
        bytes.resize(CHECKED_BYTES, 0);
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        bytes.try_into().unwrap_or([0; HEADER_BYTES])
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, IndexFault> {
        let mut fields = Fields(bytes);
        if fields.take() != Some(MAGIC) {
            return Err(IndexFault::NotAnIndex);
        }
        let version = fields.u32();
        if version != VERSION && bytes.len() >= HEADER_BYTES {
            return Err(IndexFault::Version { found: version, known: VERSION });
        }
        let header = Self {
            size_bits: fields.u32(),
            numbers: fields.u64(),
            shifts: fields.u64(),
            segments: fields.u64(),
            lines: fields.u64(),
            scattered_lines: fields.u64(),
            seed: fields.u64(),
            directory: fields.u32(),
            checksums: Checksums { lines: fields.u32(), scattered: fields.u32() },
        };
        let found = bytes.len() as u64;
        let Some(bytes) = bytes.first_chunk::<HEADER_BYTES>() else {
            return Err(IndexFault::Length { expected: HEADER_BYTES as u64, found });
        };
        // Also holds for the bytes that have no meaning yet.
        if *bytes == header.to_bytes() {
            Ok(header)
        } else {
            Err(IndexFault::Damaged { part: "header" })
        }
    }

    /// Bytes of the directory, without what fills its last line; `None` when there are too many.
    fn directory_bytes(&self) -> Option<u64> {
        let shifts = self.shifts.checked_mul(SHIFT_BYTES as u64)?;
        self.segments.checked_mul(Segment::BYTES as u64)?.checked_add(shifts)
    }

    /// Bytes of the file; `None` when there are too many.
    fn file_bytes(&self) -> Option<u64> {
        let lines = self.lines.checked_add(self.scattered_lines)?;
        let directory = self.directory_bytes()?.checked_next_multiple_of(Line::BYTES as u64)?;
        let body = lines.checked_mul(Line::BYTES as u64)?;
        body.checked_add(directory)?.checked_add(HEADER_BYTES as u64)
    }
}

/// Little-endian fields, one after the other; 0 past the end.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }

    fn u32(&mut self) -> u32 {
        self.take().map_or(0, u32::from_le_bytes)
    }

    fn u64(&mut self) -> u64 {
        self.take().map_or(0, u64::from_le_bytes)
    }
}

impl Index {
    /// Writes the index, to be [opened](Self::open) by any process on any machine.
    ///
    /// The bytes depend on the numbers alone: equal sets give equal files. The pieces are large, so
    /// the writer need not be buffered. Write beside the place where readers look and rename:
    /// a file that is mapped must not be changed.
    ///
    /// # Errors
    ///
    /// What the writer fails with.
    pub fn write_to(&self, mut writer: impl Write) -> io::Result<()> {
        let Parts { directory, lines, scattered } = &self.parts;
        let mut entries = Vec::with_capacity(directory.bytes().next_multiple_of(Line::BYTES));
        entries.extend(directory.shifts().iter().flat_map(|shift| shift.to_le_bytes()));
        entries.extend(directory.segments().iter().flat_map(|segment| segment.to_bytes()));
        let header = Header {
            size_bits: directory.size().bits(),
            numbers: self.numbers,
            shifts: directory.shifts().len() as u64,
            segments: directory.segments().len() as u64,
            lines: lines.len() as u64,
            scattered_lines: scattered.lines().len() as u64,
            seed: scattered.seed(),
            directory: crc32c::crc32c(&entries),
            // Those that were read stay: what was damaged is not to be signed anew.
            checksums: self.checksums.unwrap_or_else(|| Checksums::of(&self.parts)),
        };
        entries.resize(entries.len().next_multiple_of(Line::BYTES), 0);
        writer.write_all(&header.to_bytes())?;
        writer.write_all(&entries)?;
        writer.write_all(lines.bytes())?;
        writer.write_all(scattered.lines().bytes())
    }

    /// Opens an index file by mapping it into memory: several processes share one copy.
    ///
    /// Reads and checks the header and the directory, not the body: milliseconds, whatever the size
    /// of the file. [`verify`](Self::verify) checks the rest. No byte outside the file is read
    /// whatever is in it; a file that somebody made wrong on purpose gives wrong answers, so open
    /// only what you trust.
    ///
    /// While the index lives, nobody may write to the file or truncate it; to replace it, rename
    /// another one over it. (A truncated map ends the process with `SIGBUS`, as any map does.) Where
    /// that cannot be promised, use [`read_from`](Self::read_from).
    ///
    /// # Errors
    ///
    /// [`IndexError`], with the path and what is wrong with the file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, IndexError> {
        let path = path.as_ref();
        let opened = File::open(path).map_err(IndexFault::Io).and_then(|file| {
            let length = file.metadata().map_err(IndexFault::Io)?.len();
            if length < HEADER_BYTES as u64 {
                // Nothing of it is an index, and an empty file cannot be mapped.
                return Self::read_from(file);
            }
            let memory = Memory::map(&file).map_err(IndexFault::Io)?;
            Self::of_memory(&memory, length)
        });
        opened.map_err(|fault| IndexError { path: path.to_owned(), fault })
    }

    /// Reads an index into memory of its own and checks all of it.
    ///
    /// # Errors
    ///
    /// [`IndexFault`]. No more memory is taken than there are bytes.
    pub fn read_from(mut reader: impl Read) -> Result<Self, IndexFault> {
        let mut chunks = Vec::new();
        let (mut length, mut expected) = (0, u64::MAX);
        // What goes on after its end is no index, however long it goes on.
        while length <= expected {
            let mut bytes = Vec::new();
            let mut piece = reader.by_ref().take(1 << 20);
            length += piece.read_to_end(&mut bytes).map_err(IndexFault::Io)? as u64;
            if chunks.is_empty() {
                // Before the rest is read: it may be long, and no index.
                expected = Header::from_bytes(&bytes)?.file_bytes().unwrap_or(u64::MAX);
            }
            if bytes.is_empty() {
                break;
            }
            let lines = bytes.chunks(Line::BYTES).map(|bytes| {
                let mut line = Line::ZERO;
                line.0.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
                line
            });
            chunks.push(lines.collect());
        }
        let index = Self::of_memory(&Memory::of_chunks(chunks), length)?;
        index.verify()?;
        Ok(index)
    }

    /// Of the lines of a file that has `length` bytes.
    fn of_memory(memory: &Memory, length: u64) -> Result<Self, IndexFault> {
        let header = Header::from_bytes(memory.bytes())?;
        let expected = header.file_bytes().unwrap_or(u64::MAX);
        if expected != length {
            return Err(IndexFault::Length { expected, found: length });
        }
        // All counts are below the length of the file now.
        // But it may have been cut since its length was asked for.
        let lines = (header.lines + header.scattered_lines) as usize;
        let body = memory
            .len()
            .checked_sub(lines)
            .ok_or(IndexFault::Length { expected, found: memory.bytes().len() as u64 })?;
        let scattered_at = body + header.lines as usize;
        let directory =
            directory(&header, memory.bytes()).ok_or(IndexFault::Damaged { part: "directory" })?;
        let lines = memory.part(body, header.lines as usize);
        let scattered = memory
            .part(scattered_at, header.scattered_lines as usize)
            .and_then(|lines| Scattered::of(lines, header.seed));
        let (Some(lines), Some(scattered)) = (lines, scattered) else {
            return Err(IndexFault::Damaged { part: "header" });
        };
        Ok(Self {
            parts: Parts { directory, lines, scattered },
            lanes: Lanes::detect(),
            numbers: header.numbers,
            checksums: Some(header.checksums),
        })
    }
}

/// The directory, if its checksum holds and each of its entries may be.
fn directory(header: &Header, file: &[u8]) -> Option<Directory> {
    let bytes = header.directory_bytes()? as usize;
    let padded = bytes.next_multiple_of(Line::BYTES);
    let all = file.get(HEADER_BYTES..HEADER_BYTES + padded)?;
    let (entries, padding) = all.split_at_checked(bytes)?;
    if crc32c::crc32c(entries) != header.directory || padding.iter().any(|&byte| byte != 0) {
        return None;
    }
    let (shifts, segments) = entries.split_at_checked(header.shifts as usize * SHIFT_BYTES)?;
    let size = Size::from_bits(header.size_bits)?;
    let shifts = shifts.as_chunks().0.iter().map(|&shift| u32::from_le_bytes(shift)).collect();
    let segments = segments.as_chunks().0.iter();
    let segments = segments.map(|&bytes| Segment::from_bytes(bytes, size, header.lines as usize));
    Directory::of(size, shifts, segments.collect::<Option<_>>()?, header.lines as usize)
}
