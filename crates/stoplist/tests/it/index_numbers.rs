//! What are the sets made of that the tests of the index try?
//!
//! Each kind is drawn from a seed, so that a set of 20,000 numbers is three small values to shrink.
//! Nothing here knows how an index packs them.

use std::collections::BTreeSet;

use proptest::prelude::*;
use stoplist::{NumberSet, PhoneNumber};

/// Numbers from a seed: SplitMix64.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }
}

/// How numbers lie.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Over the valid numbers of North America.
    Us,
    /// Over some million numbers of one area, so that even few are worth lines.
    Area,
    /// Over the mobile ranges of several countries, of different lengths.
    World,
    /// Whole blocks of consecutive numbers.
    Dense,
    /// Over all numbers of 7 to 15 digits, each length as likely.
    Sparse,
    /// Around multiples of powers of two, the least and the greatest number.
    Borders,
}

impl Kind {
    pub(super) const ALL: [Self; 6] =
        [Self::Us, Self::Area, Self::World, Self::Dense, Self::Sparse, Self::Borders];

    /// So many numbers or fewer: repeats fall together.
    pub(super) fn numbers(self, count: usize, seed: u64) -> BTreeSet<u64> {
        let mut random = Random(seed);
        let mut numbers = BTreeSet::new();
        if matches!(self, Self::Dense) {
            while numbers.len() < count {
                let length = [1, 10, 100, 1_000, 10_000][random.below(5) as usize];
                let area =
                    [10_000_000_000, 49_000_000_000, 4_294_000_000][random.below(3) as usize];
                let first = area + random.below(1_000_000) * 1_000;
                numbers.extend((first..first + length).take(count - numbers.len()));
            }
            return numbers;
        }
        if matches!(self, Self::Area) {
            let first = [16_502_530_000, 4_930_000_000, 4_294_900_000][random.below(3) as usize];
            let length = 1 << (18 + random.below(8));
            numbers.extend((0..count).map(|_| first + random.below(length)));
            return numbers;
        }
        numbers.extend((0..count).map(|_| self.number(&mut random)));
        numbers
    }

    fn number(self, random: &mut Random) -> u64 {
        match self {
            Self::Us | Self::Area | Self::Dense => {
                let [area, exchange] = [(); 2].map(|()| 200 + random.below(800));
                10_000_000_000 + area * 10_000_000 + exchange * 10_000 + random.below(10_000)
            }
            Self::World => {
                let (first, count) = [
                    (491_510_000_000, 290_000_000),
                    (447_400_000_000, 600_000_000),
                    (8_613_000_000_000, 10_000_000_000),
                    (3_530_000, 90_000),
                    (919_000_000_000, 1_000_000_000),
                    (4_790_000_000, 20_000_000),
                ][random.below(6) as usize];
                first + random.below(count)
            }
            Self::Sparse => {
                let least = 10_u64.pow(6 + random.below(9) as u32);
                least + random.below(9 * least)
            }
            Self::Borders => {
                let bits = [16, 17, 18, 19, 20, 21, 22, 24, 32][random.below(9) as usize];
                let border = match random.below(4) {
                    0 => PhoneNumber::MIN.get(),
                    1 => PhoneNumber::MAX.get(),
                    2 => random.below((16_000_000_000 >> bits) + 1) << bits,
                    _ => random.below(PhoneNumber::MAX.get() >> bits) << bits,
                };
                let near = (border + random.below(17)).saturating_sub(8);
                near.clamp(PhoneNumber::MIN.get(), PhoneNumber::MAX.get())
            }
        }
    }
}

/// Sets of one kind or of several together, of none to some 20,000 numbers.
pub(super) fn any_numbers() -> impl Strategy<Value = BTreeSet<u64>> {
    let kind = prop::sample::select(&Kind::ALL[..]);
    let count = prop_oneof![1 => 0_usize..10, 2 => 0_usize..600, 3 => 0_usize..10_000];
    prop::collection::vec((kind, count, any::<u64>()), 0..4).prop_map(|parts| {
        parts.into_iter().flat_map(|(kind, count, seed)| kind.numbers(count, seed)).collect()
    })
}

/// The set of ascending numbers.
pub(super) fn set(numbers: impl IntoIterator<Item = u64>) -> NumberSet {
    let numbers = numbers.into_iter().map(|number| PhoneNumber::new(number).unwrap());
    NumberSet::from_sorted(numbers).unwrap()
}

/// Integers that are no phone numbers.
pub(super) const STRANGE: [u64; 8] =
    [0, 1, 999_999, 1_000_000_000_000_000, 1 << 50, 1 << 63, u64::MAX - 1, u64::MAX];

/// Numbers to ask for: every member, what is near to about so many of them, and what is no number.
pub(super) fn questions(numbers: &[u64], neighbours_of: usize) -> Vec<u64> {
    let mut asked = STRANGE.to_vec();
    asked.extend_from_slice(numbers);
    for &number in numbers.iter().step_by(numbers.len() / neighbours_of.max(1) + 1) {
        for distance in [0, 8, 12, 16, 20, 24, 32].map(|bits| 1 << bits) {
            asked.extend([number.wrapping_add(distance), number.wrapping_sub(distance)]);
        }
    }
    asked.extend(STRANGE);
    asked
}
