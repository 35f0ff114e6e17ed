//! Is a number in a set that does not change?
//!
//! The fastest form of a set, made of it and asked. Nothing here knows lists, reasons or changes;
//! only `file` knows a path.

mod batch;
mod bitmask;
mod build;
mod directory;
mod error;
mod file;
mod lanes;
mod line;
mod memory;
mod prefetch;
mod scattered;
mod segment;

use std::fmt;

use crate::{NumberSet, NumberSetBuilder, PhoneNumber, Unsorted};

pub(crate) use batch::{BLOCK, Places};
pub use bitmask::Bitmask;
use build::Parts;
pub use error::{IndexError, IndexFault};
use lanes::Lanes;
pub(crate) use prefetch::prefetch;
use segment::{Packing, line_has};

#[doc = include_str!("layout.md")]
#[derive(Clone)]
pub struct Index {
    parts: Parts,
    lanes: Lanes,
    numbers: u64,
    /// As the file says that it was read from.
    checksums: Option<Checksums>,
}

/// Of the parts that opening does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Checksums {
    lines: u32,
    scattered: u32,
}

impl Checksums {
    fn of(parts: &Parts) -> Self {
        Self {
            lines: crc32c::crc32c(parts.lines.bytes()),
            scattered: crc32c::crc32c(parts.scattered.lines().bytes()),
        }
    }
}

impl Index {
    /// Builds the index of a set. 10 to 40 ns a number; besides the index, memory for as much as
    /// the index again while it is put together.
    #[must_use]
    pub fn from_set(set: &NumberSet) -> Self {
        let parts = Parts::build(set);
        Self { parts, lanes: Lanes::detect(), numbers: set.len(), checksums: None }
    }

    /// Builds the index of numbers that ascend.
    ///
    /// # Errors
    ///
    /// [`Unsorted`] at the first number that is not greater than the one before it.
    pub fn from_sorted(numbers: impl IntoIterator<Item = PhoneNumber>) -> Result<Self, Unsorted> {
        NumberSet::from_sorted(numbers).map(|set| Self::from_set(&set))
    }

    /// Whether a number is in. Two memory accesses, no branch that depends on the answer, no lock,
    /// no allocation. For many numbers, [`contains_batch`](Self::contains_batch) is several times
    /// as fast.
    #[must_use]
    #[inline]
    pub fn contains(&self, number: PhoneNumber) -> bool {
        self.has(number.get())
    }

    /// Which of many numbers are in, given as integers: one that is no phone number is not in.
    ///
    /// Allocates the answer; see [`contains_batch_into`](Self::contains_batch_into).
    #[must_use]
    pub fn contains_batch(&self, numbers: &[u64]) -> Bitmask {
        let mut found = Bitmask::new();
        self.contains_batch_into(numbers, &mut found);
        found
    }

    /// As [`contains_batch`](Self::contains_batch), into a mask whose memory is used again.
    pub fn contains_batch_into(&self, numbers: &[u64], found: &mut Bitmask) {
        self.look_up(numbers, found.reset(numbers.len()));
    }

    /// How many numbers are in.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.numbers
    }

    /// Whether no number is in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers == 0
    }

    /// The bytes of the index, in memory and, but for the header, in a file.
    #[must_use]
    pub fn size_in_bytes(&self) -> u64 {
        let Parts { directory, lines, scattered } = &self.parts;
        (directory.bytes() + lines.bytes().len() + scattered.lines().bytes().len()) as u64
    }

    /// The set that the index was built of. 20 to 60 ns a number.
    #[must_use]
    pub fn to_set(&self) -> NumberSet {
        let mut numbers = NumberSetBuilder::new();
        // A damaged file may say anything; what is no phone number is in no set.
        let mut found = |number| {
            if let Ok(number) = PhoneNumber::new(number) {
                numbers.push(number);
            }
        };
        self.parts.scattered.iter().for_each(&mut found);
        for (first, segment) in self.parts.directory.iter() {
            let lines = self.parts.lines.get(segment.lines()).unwrap_or_default();
            for (bucket, line) in (0..).zip(lines) {
                let size = self.parts.directory.size();
                segment::members_of(segment, size, bucket, line, |offset| {
                    found(first | u64::from(offset));
                });
            }
        }
        numbers.finish()
    }

    /// Checks the body of an index that was read from a file against its checksums. Reads all of
    /// it, at the speed of memory or disk.
    ///
    /// # Errors
    ///
    /// [`IndexFault::Damaged`], with the part that is not what was written.
    pub fn verify(&self) -> Result<(), IndexFault> {
        let Some(written) = self.checksums else { return Ok(()) };
        let found = Checksums::of(&self.parts);
        if found.lines != written.lines {
            return Err(IndexFault::Damaged { part: "lines" });
        }
        if found.scattered != written.scattered {
            return Err(IndexFault::Damaged { part: "scattered numbers" });
        }
        Ok(())
    }

    // Always, because a call and its preparations would take a single look-up half again as long.
    #[inline(always)]
    fn has(&self, number: u64) -> bool {
        let lanes = self.parts.directory.get(number).and_then(|segment| {
            self.lanes.halves_at(&self.parts.lines, segment.halves_line_of(number), number)
        });
        // A mask up to here: a `bool` would be made of it on both ways.
        lanes.unwrap_or_else(|| self.has_elsewhere(number).into()) != 0
    }

    /// For numbers of segments that are not packed in halves, or of none.
    #[cold]
    #[inline(never)]
    fn has_elsewhere(&self, number: u64) -> bool {
        match self.parts.directory.get(number) {
            Some(segment) if segment.packing() != Packing::Scattered => {
                let line = self.parts.lines.get(segment.line_of(number));
                line.is_some_and(|line| line_has(segment.packing(), self.lanes, line, number))
            }
            _ => self.parts.scattered.contains(self.lanes, number),
        }
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index")
            .field("len", &self.len())
            .field("size_in_bytes", &self.size_in_bytes())
            .finish_non_exhaustive()
    }
}
