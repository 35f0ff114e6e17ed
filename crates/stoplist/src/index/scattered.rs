//! Where are the numbers that have no place in a segment's lines?
//!
//! They are whole, as 64-bit lanes of hashed lines: those of segments with too few to pack, and
//! those that were too many for their line. A full line continues in the next one. Nothing here
//! knows segments.

use super::lanes::Lanes;
use super::line::Line;
use super::memory::Memory;

/// 64-bit lanes of a line.
const LANES: u64 = (Line::BYTES / 8) as u64;
/// Members that a line is to have on average. Of 100 lines 5 are full then, and continue.
const LOAD: u64 = 4;
/// A look-up reads no more lines than this, whatever a file says.
const MAX_PROBES: usize = 16;
/// An empty lane: no number.
const VACANT: u64 = 0;

/// Whole numbers in hashed lines.
#[derive(Clone, Debug)]
pub(super) struct Scattered {
    lines: Memory,
    seed: u64,
    multiplier: u64,
}

impl Scattered {
    /// Of numbers without repeats. Takes the first seed with which no number lies far from home.
    pub(super) fn build(numbers: &[u64]) -> Self {
        let seeds = Seeds::of(numbers);
        let mut attempt = 0;
        loop {
            let seed = seeds.get(attempt);
            // More lines after every fourth failure; nobody has seen one.
            let lines = (numbers.len() as u64 * (16 + attempt / 4)).div_ceil(16 * LOAD).max(1);
            if let Some(lines) = place(numbers, lines as usize, seed) {
                let lines = Memory::of_chunks(vec![lines]);
                return Self { lines, seed, multiplier: multiplier(seed) };
            }
            attempt += 1;
        }
    }

    /// Lines that were built before; `None` when there is none.
    pub(super) fn of(lines: Memory, seed: u64) -> Option<Self> {
        let multiplier = multiplier(seed);
        (!lines.is_empty()).then_some(Self { lines, seed, multiplier })
    }

    pub(super) fn lines(&self) -> &Memory {
        &self.lines
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// The line in which the search for a number starts.
    #[inline]
    pub(super) fn home(&self, number: u64) -> usize {
        home(number, self.lines.len(), self.seed, self.multiplier)
    }

    #[inline]
    pub(super) fn line(&self, at: usize) -> Option<&Line> {
        self.lines.get(at)
    }

    /// Whether a number is in: one line nearly always.
    #[inline]
    pub(super) fn contains(&self, lanes: Lanes, number: u64) -> bool {
        let home = self.home(number);
        let Some(line) = self.lines.get(home) else { return false };
        let found = lanes.longs_with(line, number) != 0;
        if is_full(line) {
            return self.is_from(home, lanes, number);
        }
        found & (number != VACANT)
    }

    #[cold]
    #[inline(never)]
    fn is_from(&self, home: usize, lanes: Lanes, number: u64) -> bool {
        let (before, from) = self.lines.split_at_checked(home).unwrap_or_default();
        for line in from.iter().chain(before).take(MAX_PROBES) {
            if lanes.longs_with(line, number) != 0 {
                return number != VACANT;
            }
            if !is_full(line) {
                break;
            }
        }
        false
    }

    /// All of them, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.lines.iter().flat_map(Line::longs).filter(|&number| number != VACANT)
    }
}

/// The seeds to try for some numbers. They come of all the numbers by a cryptographic hash, so whoever
/// chooses numbers against a seed gets another seed; and equal numbers get equal ones.
struct Seeds(blake3::Hash);

impl Seeds {
    fn of(numbers: &[u64]) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut bytes = [0; 8192];
        for numbers in numbers.chunks(bytes.len() / 8) {
            for (place, number) in bytes.as_chunks_mut().0.iter_mut().zip(numbers) {
                *place = number.to_le_bytes();
            }
            hasher.update(bytes.get(..8 * numbers.len()).unwrap_or_default());
        }
        Self(hasher.finalize())
    }

    fn get(&self, attempt: u64) -> u64 {
        let hash = blake3::keyed_hash(self.0.as_bytes(), &attempt.to_le_bytes());
        hash.as_bytes().first_chunk().copied().map_or(0, u64::from_le_bytes)
    }
}

/// Lanes are filled from the first on.
#[inline]
fn is_full(line: &Line) -> bool {
    line.0.last_chunk() != Some(&VACANT.to_le_bytes())
}

/// The multiplier is of the seed too: with one for all seeds, numbers whose products crowd would do
/// so whatever is added to them.
fn multiplier(seed: u64) -> u64 {
    seed.wrapping_mul(0xE703_7ED1_A0B4_28DB).rotate_left(32) | 1
}

#[inline]
fn home(number: u64, lines: usize, seed: u64, multiplier: u64) -> usize {
    // Both halves of the product, so that all bits of the number matter.
    let product = u128::from(number ^ seed) * u128::from(multiplier);
    let hash = (product >> 64) as u64 ^ product as u64;
    ((u128::from(hash) * lines as u128) >> 64) as usize
}

/// The filled lines, unless a number would lie too far from home.
fn place(numbers: &[u64], lines: usize, seed: u64) -> Option<Vec<Line>> {
    let multiplier = multiplier(seed);
    let mut taken = vec![0_u8; lines];
    let mut filled = vec![Line::ZERO; lines];
    for &number in numbers {
        let home = home(number, lines, seed, multiplier);
        let probes = (home..lines).chain(0..home).take(MAX_PROBES);
        let at = probes.into_iter().find(|&at| taken.get(at).is_some_and(|&n| n < LANES as u8))?;
        let lane = taken.get_mut(at)?;
        *filled.get_mut(at)?.0.as_chunks_mut().0.get_mut(usize::from(*lane))? =
            number.to_le_bytes();
        *lane += 1;
    }
    Some(filled)
}

#[cfg(test)]
mod tests;
