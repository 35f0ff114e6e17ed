//! Which numbers are the systems given?
//!
//! The same on every machine and in every run. Nothing here knows a system.

use std::iter;

/// The numbers of a block that is given out whole.
const BLOCK: u64 = 10_000;

/// How often numbers are drawn in place of those that were drawn twice.
const MAX_DRAWS: usize = 64;

/// How numbers lie among all that there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mix {
    /// Uniform over the valid numbers of the North American plan.
    Us,
    /// Mobile numbers of eighteen countries.
    World,
    /// Whole blocks of 10,000 consecutive numbers, at places that [`World`](Self::World) has.
    Dense,
    /// Uniform over the numbers of 15 digits.
    Sparse,
}

impl Mix {
    pub(crate) const ALL: [Self; 4] = [Self::Us, Self::World, Self::Dense, Self::Sparse];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::World => "world",
            Self::Dense => "dense",
            Self::Sparse => "sparse",
        }
    }

    pub(crate) fn named(name: &str) -> Result<Self, String> {
        let mix = Self::ALL.into_iter().find(|mix| mix.name() == name);
        mix.ok_or_else(|| {
            format!("no mix {name}; there are {}", Self::ALL.map(Self::name).join(", "))
        })
    }

    /// Numbers that do not depend on each other, without end; another seed gives others.
    pub(crate) fn draws(self, seed: u64) -> Box<dyn Iterator<Item = u64>> {
        match self {
            Self::Us => Box::new(us_numbers(seed)),
            // Any number of a block is as likely as any other.
            Self::World | Self::Dense => Box::new(world_numbers(seed)),
            Self::Sparse => Box::new(sparse_numbers(seed)),
        }
    }

    /// So many numbers, ascending, none twice. A dense mix has one block that is not whole, unless
    /// the count is a multiple of 10,000.
    pub(crate) fn members(self, count: usize, seed: u64) -> Result<Vec<u64>, String> {
        let draws = self.draws(seed);
        let members = match self {
            Self::Us | Self::World | Self::Sparse => members_of(draws, count),
            Self::Dense => {
                let starts = draws.map(|number| number / BLOCK * BLOCK);
                members_of(starts.flat_map(|start| start..start + BLOCK), count)
            }
        };
        let name = self.name();
        members
            .ok_or_else(|| format!("the mix {name} does not have {count} numbers; ask for fewer"))
    }
}

/// The first numbers of a source that are so many different ones, ascending; `None` when they do
/// not come.
fn members_of(mut source: impl Iterator<Item = u64>, count: usize) -> Option<Vec<u64>> {
    let mut members = Vec::with_capacity(count);
    for _ in 0..MAX_DRAWS {
        // No more than are missing: to draw too many and cut would cut the greatest.
        members.extend(source.by_ref().take(count - members.len()));
        // The stable sort, because it sees that all but the last draw are in order.
        members.sort();
        members.dedup();
        if members.len() == count {
            return Some(members);
        }
    }
    None
}

/// A small generator (SplitMix64): any two seeds give values that have nothing in common.
fn random(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    iter::repeat_with(move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    })
}

/// Values from 0 up to and without `end`.
pub(crate) fn random_below(end: u64, seed: u64) -> impl Iterator<Item = u64> {
    random(seed).map(move |value| ((u128::from(value) * u128::from(end)) >> 64) as u64)
}

/// Numbers of the North American plan: area and exchange code from 200 up.
pub(crate) fn us_numbers(seed: u64) -> impl Iterator<Item = u64> {
    random_below(800 * 800 * 10_000, seed).map(|value| {
        let (line, codes) = (value % 10_000, value / 10_000);
        let (area, exchange) = (200 + codes / 800, 200 + codes % 800);
        10_000_000_000 + area * 10_000_000 + exchange * 10_000 + line
    })
}

/// Mobile numbers of eighteen countries, 11 to 13 digits.
pub(crate) fn world_numbers(seed: u64) -> impl Iterator<Item = u64> {
    numbers_of(&MOBILE, seed)
}

fn sparse_numbers(seed: u64) -> impl Iterator<Item = u64> {
    let first = 10_u64.pow(14);
    random_below(9 * first, seed).map(move |value| first + value)
}

/// Numbers that a country gives out: one of several starts, then so many digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NumberRange {
    /// How many numbers come from this range, in proportion to the others.
    weight: usize,
    calling_code: u64,
    /// The national digits that the first number starts with, and the last.
    starts: (u64, u64),
    digits: u32,
}

impl NumberRange {
    pub(crate) const fn new(
        weight: usize,
        calling_code: u64,
        starts: (u64, u64),
        digits: u32,
    ) -> Self {
        Self { weight, calling_code, starts, digits }
    }

    /// One of the numbers, as likely as any other when `value` is any.
    fn number(&self, value: u64) -> u64 {
        let (first, last) = self.starts;
        let free = 10_u64.pow(self.digits);
        let national = first * free + value % ((last + 1 - first) * free);
        self.calling_code * 10_u64.pow(national.ilog10() + 1) + national
    }
}

/// Numbers of given ranges, each as often as its weight says.
pub(crate) fn numbers_of(ranges: &[NumberRange], seed: u64) -> impl Iterator<Item = u64> + use<> {
    let weighted = ranges.iter().flat_map(|&range| iter::repeat_n(range, range.weight));
    let weighted: Vec<NumberRange> = weighted.collect();
    let count = weighted.len().max(1) as u64;
    random(seed).filter_map(move |value| {
        let range = weighted.get((value % count) as usize)?;
        Some(range.number(value / count))
    })
}

/// Where the mobile numbers of eighteen countries are, weighed about as they are used. North
/// America is not among them: its mobile numbers have no ranges of their own.
const MOBILE: [NumberRange; 36] = [
    // India, China, Indonesia, Pakistan
    NumberRange::new(22, 91, (62, 99), 8),
    NumberRange::new(6, 86, (130, 139), 8),
    NumberRange::new(4, 86, (150, 159), 8),
    NumberRange::new(6, 86, (180, 189), 8),
    NumberRange::new(5, 62, (811, 823), 8),
    NumberRange::new(2, 62, (852, 859), 8),
    NumberRange::new(1, 62, (895, 899), 8),
    NumberRange::new(3, 92, (300, 349), 7),
    // Brazil: by area; Mexico: by city
    NumberRange::new(3, 55, (119, 119), 8),
    NumberRange::new(2, 55, (219, 219), 8),
    NumberRange::new(1, 55, (319, 319), 8),
    NumberRange::new(1, 55, (719, 719), 8),
    NumberRange::new(2, 52, (55, 55), 8),
    NumberRange::new(1, 52, (33, 33), 8),
    NumberRange::new(1, 52, (81, 81), 8),
    // Nigeria, South Africa, Egypt
    NumberRange::new(3, 234, (802, 818), 7),
    NumberRange::new(1, 234, (901, 909), 7),
    NumberRange::new(2, 27, (71, 84), 7),
    NumberRange::new(2, 20, (10, 12), 8),
    // Russia, Turkey, Japan, the Philippines, Australia
    NumberRange::new(4, 7, (900, 969), 7),
    NumberRange::new(2, 90, (530, 559), 7),
    NumberRange::new(1, 81, (70, 70), 8),
    NumberRange::new(1, 81, (80, 80), 8),
    NumberRange::new(2, 81, (90, 90), 8),
    NumberRange::new(3, 63, (905, 999), 7),
    NumberRange::new(1, 61, (400, 499), 6),
    // Germany, Britain, France, Italy, Spain
    NumberRange::new(1, 49, (1511, 1517), 7),
    NumberRange::new(1, 49, (1520, 1529), 7),
    NumberRange::new(1, 49, (1570, 1579), 7),
    NumberRange::new(2, 49, (170, 179), 7),
    NumberRange::new(3, 44, (7400, 7999), 6),
    NumberRange::new(2, 33, (60, 69), 7),
    NumberRange::new(1, 33, (73, 78), 7),
    NumberRange::new(2, 39, (320, 349), 7),
    NumberRange::new(1, 39, (380, 393), 7),
    NumberRange::new(2, 34, (600, 699), 6),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_has_as_many_numbers_as_asked_for_ascending_and_of_the_right_length() {
        for mix in Mix::ALL {
            let members = mix.members(50_000, 1).unwrap();
            assert_eq!(members.len(), 50_000, "{mix:?}");
            assert!(members.is_sorted_by(|a, b| a < b), "{mix:?}");
            let digits = if mix == Mix::Sparse { 15..=15 } else { 11..=13 };
            let has_them = |number: &u64| digits.contains(&(number.ilog10() + 1));
            assert!(members.iter().all(has_them), "{mix:?}");
        }
    }

    #[test]
    fn what_is_drawn_twice_is_made_up_for() {
        const FEW: [NumberRange; 1] = [NumberRange::new(1, 49, (1, 1), 2)];
        let drawn: Vec<u64> = numbers_of(&FEW, 1).take(100).collect();
        let members = members_of(numbers_of(&FEW, 1), 100).unwrap();
        assert_eq!(members, Vec::from_iter(49_100..49_200));
        assert!(members.iter().any(|number| !drawn.contains(number)));
        assert_eq!(members_of(numbers_of(&FEW, 1), 101), None);
    }

    #[test]
    fn blocks_of_the_dense_mix_are_whole() {
        let members = Mix::Dense.members(5 * BLOCK as usize, 1).unwrap();
        let mut blocks = members.chunks(BLOCK as usize);
        assert!(blocks.all(|block| block[0] % BLOCK == 0 && block[9_999] == block[0] + 9_999));
    }
}
