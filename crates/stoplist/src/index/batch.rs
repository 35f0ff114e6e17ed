//! How are many numbers looked up at once?
//!
//! ```text
//! for each block of numbers:
//!     for each number: find its line, ask the processor to fetch it, keep where it is
//!     for each number: compare its line, which has come meanwhile
//! ```
//!
//! A processor can wait for many lines at once, but only for those that it has been told of. In a
//! loop of single look-ups those are as many as fit into its window of instructions; here they are
//! a whole block.

use super::Index;
use super::prefetch::prefetch;
use super::segment::{Packing, line_has};

/// Numbers whose lines are fetched together (`benches/record`, "block of a batch").
pub(crate) const BLOCK: usize = 256;

/// Where a number is looked for: the line if it is one of halves. If not, the line, the code of its
/// packing and [`ELSEWHERE`].
type Place = u64;

/// There is no line at such a place.
const ELSEWHERE: Place = 1 << 63;
const SCATTERED: Place = elsewhere(0, Packing::Scattered);

const fn elsewhere(line: usize, packing: Packing) -> Place {
    ELSEWHERE | (packing as Place) << u32::BITS | line as Place
}

/// Where the numbers of a block are looked for.
pub(crate) struct Places([Place; BLOCK]);

impl Default for Places {
    fn default() -> Self {
        Self([SCATTERED; BLOCK])
    }
}

impl Index {
    /// Writes a word of 64 answers for each 64 numbers.
    pub(super) fn look_up(&self, numbers: &[u64], words: &mut [u64]) {
        let mut places = Places::default();
        for (numbers, words) in numbers.chunks(BLOCK).zip(words.chunks_mut(BLOCK / 64)) {
            self.fetch_block(numbers, &mut places);
            self.compare_block(numbers, &places, words);
        }
    }

    /// Finds the lines of at most [`BLOCK`] numbers and asks for them to be fetched.
    #[inline(never)]
    pub(crate) fn fetch_block(&self, numbers: &[u64], places: &mut Places) {
        for (place, &number) in places.0.iter_mut().zip(numbers) {
            *place = self.fetch(number);
        }
    }

    /// Compares the lines that were fetched.
    #[inline(never)]
    pub(crate) fn compare_block(&self, numbers: &[u64], places: &Places, words: &mut [u64]) {
        let pieces = numbers.chunks(64).zip(places.0.chunks(64));
        for (word, (numbers, places)) in words.iter_mut().zip(pieces) {
            let mut answers = 0;
            for (at, (&number, &place)) in numbers.iter().zip(places).enumerate() {
                let lanes = self.lanes.halves_at(&self.parts.lines, place as usize, number);
                let found = lanes.unwrap_or_else(|| self.is_at(place, number).into()) != 0;
                answers |= u64::from(found) << at;
            }
            *word = answers;
        }
    }

    /// The place where a number will be looked for; asks for its line to be fetched.
    #[inline]
    fn fetch(&self, number: u64) -> Place {
        if let Some(segment) = self.parts.directory.get(number) {
            let at = segment.halves_line_of(number);
            if let Some(line) = self.parts.lines.get(at) {
                prefetch(line);
                return at as Place;
            }
        }
        self.fetch_elsewhere(number)
    }

    #[inline(never)]
    fn fetch_elsewhere(&self, number: u64) -> Place {
        let (place, line) = match self.parts.directory.get(number) {
            Some(segment) if segment.packing() != Packing::Scattered => {
                let at = segment.line_of(number);
                (elsewhere(at, segment.packing()), self.parts.lines.get(at))
            }
            _ => (SCATTERED, self.parts.scattered.line(self.parts.scattered.home(number))),
        };
        if let Some(line) = line {
            prefetch(line);
        }
        place
    }

    /// For places that are no line of halves.
    #[inline]
    fn is_at(&self, place: Place, number: u64) -> bool {
        let packing = Packing::from_code((place >> u32::BITS) as u8);
        if packing == Packing::Scattered {
            return self.parts.scattered.contains(self.lanes, number);
        }
        let line = self.parts.lines.get(place as u32 as usize);
        line.is_some_and(|line| line_has(packing, self.lanes, line, number))
    }
}
