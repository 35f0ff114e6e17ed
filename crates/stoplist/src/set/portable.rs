//! How does a set travel, and how is a file from elsewhere checked?
//!
//! The form is the portable 64-bit one of the roaring format specification, which CRoaring, Java,
//! Go and Python read and write:
//!
//! ```text
//! u64 number of bitmaps, then for each, by ascending key:
//!   u32 key                                the upper 32 bits of its values
//!   u32 cookie                             12346, or 12347 | (containers - 1) << 16
//!   u32 containers                         with 12346 only
//!   (containers + 7) / 8 bytes             with 12347 only: a bit a container, set for runs
//!   containers × { u16 key, u16 size - 1 } keys ascend
//!   containers × u32                       where each container starts; with 12347 only from 4 on
//!   containers × one of
//!     u16 runs, runs × { u16 start, u16 length - 1 }
//!     size × u16                           up to 4096 values, ascending
//!     1024 × u64                           above
//! ```
//!
//! Integers are little-endian. The reader walks all of this itself before the bitmap library sees
//! it, so a lie in any count, order or place is refused, and memory grows only with bytes that
//! are really there.

use std::io::{self, Read, Write};

use roaring::{RoaringBitmap, RoaringTreemap};

use super::NumberSet;
use crate::PhoneNumber;

/// The most numbers that a file may hold: four times the largest registry. A run of 65,536
/// numbers takes 8 bytes, so without a limit a small file could ask for years of work.
pub const MAX_PORTABLE_NUMBERS: u64 = 1 << 30;

const COOKIE_NO_RUNS: u32 = 12_346;
const COOKIE_RUNS: u16 = 12_347;
const MAX_CONTAINERS: u32 = 1 << 16;
/// From this many containers on, a bitmap with runs has offsets too.
const OFFSETS_FROM: u32 = 4;
/// The largest container that is a plain array of values.
const MAX_ARRAY: u32 = 4096;
const BITMAP_BYTES: usize = 8192;

impl NumberSet {
    /// Reads a portable 64-bit roaring bitmap, which must be all that is left to read.
    ///
    /// Everything is checked: see [`PortableError`]. Memory is that of the set and of its largest
    /// bitmap's bytes. The reader is read in pieces of some kilobytes; there is no need to buffer.
    ///
    /// # Errors
    ///
    /// [`PortableError`], with the byte at which the file goes wrong.
    pub fn read_portable(reader: impl Read) -> Result<Self, PortableError> {
        let mut source =
            Source { reader: io::BufReader::new(reader), offset: 0, bytes: Vec::new() };
        let mut bitmaps = Vec::new();
        let mut last_key = None;
        let mut numbers = 0;
        for _ in 0..source.u64()? {
            let key_at = source.offset;
            let key = source.u32()?;
            if last_key.is_some_and(|last| last >= key) {
                return Err(PortableFault::Keys.at(key_at));
            }
            last_key = Some(key);
            source.bytes.clear();
            numbers += source.bitmap(MAX_PORTABLE_NUMBERS - numbers)?;
            let bitmap = RoaringBitmap::deserialize_from(source.bytes.as_slice())
                .map_err(|_| PortableFault::Bitmap.at(key_at + 4))?;
            check_range(key, &bitmap)?;
            if !bitmap.is_empty() {
                bitmaps.push((key, bitmap));
            }
        }
        source.bytes.clear();
        let end = source.offset;
        if source.take(1).is_ok() {
            return Err(PortableFault::Trailing.at(end));
        }
        Ok(Self { bitmap: RoaringTreemap::from_bitmaps(bitmaps) })
    }

    /// Writes a portable 64-bit roaring bitmap. Buffer the writer: the pieces are small.
    ///
    /// # Errors
    ///
    /// What the writer fails with; [`io::ErrorKind::InvalidInput`], before anything is written, for
    /// a set of more than [`MAX_PORTABLE_NUMBERS`], which could not be read again.
    pub fn write_portable(&self, writer: impl Write) -> io::Result<()> {
        if self.len() > MAX_PORTABLE_NUMBERS {
            let error = PortableError::TooLarge { limit: MAX_PORTABLE_NUMBERS };
            return Err(io::Error::new(io::ErrorKind::InvalidInput, error));
        }
        self.bitmap.serialize_into(writer)
    }

    /// How many bytes [`write_portable`](Self::write_portable) writes.
    #[must_use]
    pub fn portable_size(&self) -> usize {
        self.bitmap.serialized_size()
    }
}

/// Whether all values are phone numbers; it is enough to look at the ends.
fn check_range(key: u32, bitmap: &RoaringBitmap) -> Result<(), PortableError> {
    for low in [bitmap.min(), bitmap.max()].into_iter().flatten() {
        let value = u64::from(key) << 32 | u64::from(low);
        PhoneNumber::new(value).map_err(|_| PortableError::NotANumber { value })?;
    }
    Ok(())
}

/// Bytes as they come, kept for the bitmap library.
struct Source<R> {
    reader: R,
    /// Bytes read so far.
    offset: u64,
    /// Those of the present bitmap.
    bytes: Vec<u8>,
}

impl<R: Read> Source<R> {
    /// The next bytes; at most the half megabyte that the largest header has.
    fn take(&mut self, count: usize) -> Result<&[u8], PortableError> {
        let start = self.bytes.len();
        let read = self.reader.by_ref().take(count as u64).read_to_end(&mut self.bytes);
        let read = read.map_err(PortableError::Io)?;
        self.offset += read as u64;
        if read < count {
            return Err(PortableFault::Truncated.at(self.offset));
        }
        Ok(self.bytes.get(start..).unwrap_or_default())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PortableError> {
        let at = self.offset;
        self.take(N)?.first_chunk().copied().ok_or_else(|| PortableFault::Truncated.at(at))
    }

    fn u16(&mut self) -> Result<u16, PortableError> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, PortableError> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, PortableError> {
        self.array().map(u64::from_le_bytes)
    }

    /// Checks one 32-bit bitmap; how many values it has.
    fn bitmap(&mut self, limit: u64) -> Result<u64, PortableError> {
        let start = self.offset;
        let cookie = self.u32()?;
        let (containers, runs) = if cookie == COOKIE_NO_RUNS {
            (self.u32()?, Vec::new())
        } else if cookie as u16 == COOKIE_RUNS {
            let containers = (cookie >> 16) + 1;
            (containers, self.take(containers.div_ceil(8) as usize)?.to_vec())
        } else {
            return Err(PortableFault::Cookie.at(start));
        };
        if containers > MAX_CONTAINERS {
            return Err(PortableFault::Containers.at(start));
        }
        let sizes = self.headers(containers)?;
        let numbers = sizes.iter().map(|&size| u64::from(size)).sum();
        if numbers > limit {
            return Err(PortableError::TooLarge { limit: MAX_PORTABLE_NUMBERS });
        }
        let has_offsets = runs.is_empty() || containers >= OFFSETS_FROM;
        let offsets_at = self.offset;
        let offsets =
            if has_offsets { self.take(containers as usize * 4)?.to_vec() } else { Vec::new() };
        let mut said = offsets.as_chunks().0.iter().map(|&bytes| u32::from_le_bytes(bytes));
        for (index, &size) in sizes.iter().enumerate() {
            if said.next().is_some_and(|offset| u64::from(offset) != self.offset - start) {
                return Err(PortableFault::Offset.at(offsets_at + 4 * index as u64));
            }
            let is_runs = runs.get(index / 8).is_some_and(|bits| bits >> (index % 8) & 1 == 1);
            self.container(size, is_runs)?;
        }
        Ok(numbers)
    }

    /// Checks the keys of the containers; the size of each.
    fn headers(&mut self, containers: u32) -> Result<Vec<u32>, PortableError> {
        let at = self.offset;
        let headers = self.take(containers as usize * 4)?.as_chunks().0.iter();
        let mut last_key = None;
        let sizes = headers.enumerate().map(|(index, &[key_low, key_high, low, high])| {
            let key = u16::from_le_bytes([key_low, key_high]);
            if last_key.replace(key).is_some_and(|last| last >= key) {
                return Err(PortableFault::Keys.at(at + 4 * index as u64));
            }
            Ok(u32::from(u16::from_le_bytes([low, high])) + 1)
        });
        sizes.collect()
    }

    fn container(&mut self, size: u32, is_runs: bool) -> Result<(), PortableError> {
        let at = self.offset;
        let found = if is_runs {
            let runs = self.u16()?;
            let runs = self.take(usize::from(runs) * 4)?;
            runs_size(runs).ok_or_else(|| PortableFault::Runs.at(at))?
        } else if size <= MAX_ARRAY {
            let values = self.take(size as usize * 2)?.as_chunks().0;
            let ascends =
                |(a, b): (&[u8; 2], &[u8; 2])| u16::from_le_bytes(*a) < u16::from_le_bytes(*b);
            if !values.iter().zip(values.iter().skip(1)).all(ascends) {
                return Err(PortableFault::Values.at(at));
            }
            size
        } else {
            let words = self.take(BITMAP_BYTES)?.as_chunks().0.iter();
            words.map(|&word| u64::from_le_bytes(word).count_ones()).sum()
        };
        if found == size { Ok(()) } else { Err(PortableFault::Size.at(at)) }
    }
}

/// How many values runs have; `None` when they overlap, touch, descend or pass the end.
fn runs_size(runs: &[u8]) -> Option<u32> {
    // Runs that touch would be one run.
    let mut free_from = 0;
    let mut size = 0;
    for &[start_low, start_high, low, high] in runs.as_chunks().0 {
        let start = u32::from(u16::from_le_bytes([start_low, start_high]));
        let length = u32::from(u16::from_le_bytes([low, high])) + 1;
        if start < free_from || start + length > 1 << 16 {
            return None;
        }
        free_from = start + length + 1;
        size += length;
    }
    Some(size)
}

/// Why bytes are not a portable set of phone numbers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PortableError {
    /// The reader failed.
    #[error("cannot read: {0}")]
    Io(#[source] io::Error),
    /// The bytes are not in the format.
    #[error("not a portable 64-bit roaring bitmap: at byte {offset}, {fault}")]
    Format {
        /// Where, from the start of what was read.
        offset: u64,
        /// What is wrong there.
        fault: PortableFault,
    },
    /// The bitmap is well formed, but holds a value that is no phone number.
    #[error("the set holds {value}, which is no phone number (those have 7 to 15 digits)")]
    NotANumber {
        /// The value.
        value: u64,
    },
    /// The bitmap claims more numbers than is allowed.
    #[error("the set claims over {limit} numbers; split it by country or range")]
    TooLarge {
        /// [`MAX_PORTABLE_NUMBERS`].
        limit: u64,
    },
}

/// What is wrong at a place in a portable bitmap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortableFault {
    /// The bytes end too early.
    #[error("the bytes end too early; get the whole file")]
    Truncated,
    /// Bytes follow the last bitmap.
    #[error("more bytes follow the last bitmap")]
    Trailing,
    /// A bitmap does not start with one of the format's two cookies.
    #[error("a bitmap does not start with the format's mark (12346 or 12347)")]
    Cookie,
    /// A bitmap claims over 65,536 containers.
    #[error("a bitmap claims more than 65,536 containers")]
    Containers,
    /// A key repeats or is less than the one before it.
    #[error("a key is not greater than the one before it")]
    Keys,
    /// The place that is told for a container is not where it is.
    #[error("the place told for a container is not where it starts")]
    Offset,
    /// A container's values repeat or descend.
    #[error("the values of a container do not ascend")]
    Values,
    /// A container's runs overlap, touch, descend or pass its end.
    #[error("the runs of a container overlap, touch, descend or pass its end")]
    Runs,
    /// The bitmap library refuses a bitmap that passed all checks above.
    #[error("a bitmap is not sound")]
    Bitmap,
    /// A container has another size than its header says.
    #[error("a container has another number of values than its header says")]
    Size,
}

impl PortableFault {
    const fn at(self, offset: u64) -> PortableError {
        PortableError::Format { offset, fault: self }
    }
}
