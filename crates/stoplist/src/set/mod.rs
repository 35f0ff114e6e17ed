//! Which numbers are in the set?
//!
//! A number set is a 64-bit roaring bitmap whose members are all phone numbers (7 to 15 digits).
//! It is the form to keep, combine and exchange sets; it knows nothing of lists, reasons or files.

mod builder;
mod portable;

use std::fmt;
use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, RangeInclusive, Sub, SubAssign};

use roaring::{RoaringBitmap, RoaringTreemap};

use crate::PhoneNumber;

pub use builder::NumberSetBuilder;
pub use portable::{MAX_PORTABLE_NUMBERS, PortableError, PortableFault};

/// A set of phone numbers, in order, as a 64-bit roaring bitmap.
///
/// Takes 2 to 3 bytes a number for real lists, and some 40 bytes for every 65,536 numbers of a
/// block of consecutive ones.
/// Made with [`NumberSetBuilder`] from numbers in any order, or collected from an iterator, which
/// does the same.
///
/// ```
/// use stoplist::{NumberSet, PhoneNumber};
///
/// let blocked: NumberSet = [4930901820, 16502530000].map(|n| PhoneNumber::new(n).unwrap()).into();
/// let lifted: NumberSet = [PhoneNumber::new(4930901820)?].into();
/// let left = &blocked - &lifted;
/// assert!(left.contains(PhoneNumber::new(16502530000)?));
/// assert_eq!(left.len(), 1);
/// # Ok::<(), stoplist::Refusal>(())
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct NumberSet {
    /// Every value is at least `PhoneNumber::MIN` and at most `PhoneNumber::MAX`.
    bitmap: RoaringTreemap,
}

impl NumberSet {
    /// The empty set. Allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a set of numbers that ascend. The cheapest way in: about 5 ns a number.
    ///
    /// # Errors
    ///
    /// [`Unsorted`] at the first number that is not greater than the one before it.
    pub fn from_sorted(numbers: impl IntoIterator<Item = PhoneNumber>) -> Result<Self, Unsorted> {
        RoaringTreemap::from_sorted_iter(numbers.into_iter().map(PhoneNumber::get))
            .map(|bitmap| Self { bitmap })
            .map_err(|error| Unsorted { position: error.valid_until() })
    }

    /// Adds a number; whether it is new. 0.1 to 1 µs: for many, use [`NumberSetBuilder`].
    pub fn insert(&mut self, number: PhoneNumber) -> bool {
        self.bitmap.insert(number.get())
    }

    /// Takes a number out; whether it was in.
    pub fn remove(&mut self, number: PhoneNumber) -> bool {
        self.bitmap.remove(number.get())
    }

    /// Whether the number is in. 0.2 to 0.8 µs in a set of millions; does not allocate.
    #[must_use]
    pub fn contains(&self, number: PhoneNumber) -> bool {
        self.bitmap.contains(number.get())
    }

    /// Adds every number of a range, both ends included; how many are new.
    ///
    /// Every 65,536 numbers of a range take some 40 bytes and 30 ns: a country's whole plan of 10^10
    /// numbers 6 MB, all numbers of up to 15 digits more than any machine has.
    pub fn insert_range(&mut self, range: RangeInclusive<PhoneNumber>) -> u64 {
        self.bitmap.insert_range(values(&range))
    }

    /// Takes every number of a range out, both ends included; how many were in.
    pub fn remove_range(&mut self, range: RangeInclusive<PhoneNumber>) -> u64 {
        self.bitmap.remove_range(values(&range))
    }

    /// How many numbers of a range are in, both ends included.
    #[must_use]
    pub fn count_range(&self, range: RangeInclusive<PhoneNumber>) -> u64 {
        self.bitmap.range_cardinality(values(&range))
    }

    /// How many numbers are in. Adds up the sizes of the set's pages, without reading them.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.bitmap.len()
    }

    /// Whether no number is in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bitmap.is_empty()
    }

    /// The smallest number.
    #[must_use]
    pub fn min(&self) -> Option<PhoneNumber> {
        self.bitmap.min().map(PhoneNumber::trusted)
    }

    /// The greatest number.
    #[must_use]
    pub fn max(&self) -> Option<PhoneNumber> {
        self.bitmap.max().map(PhoneNumber::trusted)
    }

    /// Whether every number of this set is in `other` too.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.bitmap.is_subset(&other.bitmap)
    }

    /// The numbers, ascending. A few nanoseconds each.
    pub fn iter(&self) -> impl Iterator<Item = PhoneNumber> + '_ {
        self.bitmap.iter().map(PhoneNumber::trusted)
    }

    /// The numbers from `start` on, ascending. Skips what is below without reading it.
    pub fn iter_from(&self, start: PhoneNumber) -> impl Iterator<Item = PhoneNumber> + '_ {
        let mut iter = self.bitmap.iter();
        iter.advance_to(start.get());
        iter.map(PhoneNumber::trusted)
    }

    /// The maximal blocks of consecutive numbers, ascending, within each 2^32 values.
    ///
    /// Takes time by the block, not by the number; for scattered numbers [`iter`](Self::iter) is
    /// several times as fast.
    pub fn ranges(&self) -> impl Iterator<Item = RangeInclusive<PhoneNumber>> + '_ {
        self.bitmap.bitmaps().flat_map(|(high, bitmap)| {
            let base = u64::from(high) << 32;
            bitmap_ranges(bitmap).map(move |range| {
                PhoneNumber::trusted(base | u64::from(*range.start()))
                    ..=PhoneNumber::trusted(base | u64::from(*range.end()))
            })
        })
    }

    /// The parts of the set: the high 32 bits of numbers, and the low 32 bits of those that have
    /// them.
    pub(crate) fn bitmaps(&self) -> impl Iterator<Item = (u32, &RoaringBitmap)> {
        self.bitmap.bitmaps()
    }

    /// The numbers of a range, both ends included. Reads what is in the range, not what is beside it,
    /// while that is little; takes blocks of consecutive numbers as they are.
    pub(crate) fn part(&self, range: RangeInclusive<u64>) -> Self {
        let (start, end) = range.into_inner();
        let mut iter = self.bitmap.iter();
        iter.advance_to(start);
        let mut values = Vec::new();
        for value in iter.take(FEW + 1).take_while(|&value| value <= end) {
            values.push(value);
        }
        if values.len() <= FEW {
            return Self { bitmap: values.into_iter().collect() };
        }
        let parts = self.bitmap.bitmaps().filter_map(|(high, bitmap)| {
            let base = u64::from(high) << 32;
            let first = start.saturating_sub(base).max(bitmap.min()?.into());
            let last = end.checked_sub(base)?.min(bitmap.max()?.into());
            let range = u32::try_from(first).ok()?..=u32::try_from(last).ok()?;
            if range.is_empty() {
                return None;
            }
            let mut part = RoaringBitmap::new();
            part.insert_range(range);
            part &= bitmap;
            (!part.is_empty()).then_some((high, part))
        });
        Self { bitmap: RoaringTreemap::from_bitmaps(parts) }
    }

    /// The sum of all numbers, modulo 2^64: a fingerprint that any tool can compute again.
    #[must_use]
    pub fn sum64(&self) -> u64 {
        self.bitmap.bitmaps().fold(0, |sum, (high, bitmap)| {
            let low = if bitmap.statistics().n_run_containers == 0 {
                bitmap.iter().map(u64::from).sum()
            } else {
                bitmap_ranges(bitmap).map(|range| range_sum(&range)).fold(0, u64::wrapping_add)
            };
            sum.wrapping_add((u64::from(high) << 32).wrapping_mul(bitmap.len())).wrapping_add(low)
        })
    }
}

/// So many numbers are read one by one before containers are combined instead.
const FEW: usize = 4096;

fn bitmap_ranges(bitmap: &RoaringBitmap) -> impl Iterator<Item = RangeInclusive<u32>> + '_ {
    let mut iter = bitmap.iter();
    std::iter::from_fn(move || iter.next_range())
}

/// The sum of all values of a range. Below 2^64: there are at most 2^32, each below 2^32.
fn range_sum(range: &RangeInclusive<u32>) -> u64 {
    let (first, last) = (u128::from(*range.start()), u128::from(*range.end()));
    ((last - first + 1) * (first + last) / 2) as u64
}

fn values(range: &RangeInclusive<PhoneNumber>) -> RangeInclusive<u64> {
    range.start().get()..=range.end().get()
}

/// Numbers that were said to ascend did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "number {position} is not greater than the one before it; \
     sort the numbers and drop repeats, or use NumberSetBuilder"
)]
pub struct Unsorted {
    /// How many numbers ascended before the one that does not.
    position: u64,
}

impl fmt::Debug for NumberSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NumberSet")
            .field("len", &self.len())
            .field("min", &self.min())
            .field("max", &self.max())
            .finish()
    }
}

impl FromIterator<PhoneNumber> for NumberSet {
    /// From numbers in any order, repeats allowed.
    fn from_iter<I: IntoIterator<Item = PhoneNumber>>(numbers: I) -> Self {
        let mut builder = NumberSetBuilder::new();
        numbers.into_iter().for_each(|number| builder.push(number));
        builder.finish()
    }
}

impl<const N: usize> From<[PhoneNumber; N]> for NumberSet {
    fn from(numbers: [PhoneNumber; N]) -> Self {
        numbers.into_iter().collect()
    }
}

impl Extend<PhoneNumber> for NumberSet {
    fn extend<I: IntoIterator<Item = PhoneNumber>>(&mut self, numbers: I) {
        *self |= &numbers.into_iter().collect::<Self>();
    }
}

impl BitOr for &NumberSet {
    type Output = NumberSet;

    /// The union.
    fn bitor(self, other: &NumberSet) -> NumberSet {
        NumberSet { bitmap: &self.bitmap | &other.bitmap }
    }
}

impl BitAnd for &NumberSet {
    type Output = NumberSet;

    /// The intersection.
    fn bitand(self, other: &NumberSet) -> NumberSet {
        NumberSet { bitmap: &self.bitmap & &other.bitmap }
    }
}

impl Sub for &NumberSet {
    type Output = NumberSet;

    /// The difference: what is in this set and not in the other.
    fn sub(self, other: &NumberSet) -> NumberSet {
        NumberSet { bitmap: &self.bitmap - &other.bitmap }
    }
}

impl BitOrAssign<&NumberSet> for NumberSet {
    fn bitor_assign(&mut self, other: &NumberSet) {
        self.bitmap |= &other.bitmap;
    }
}

impl BitAndAssign<&NumberSet> for NumberSet {
    fn bitand_assign(&mut self, other: &NumberSet) {
        self.bitmap &= &other.bitmap;
    }
}

impl SubAssign<&NumberSet> for NumberSet {
    fn sub_assign(&mut self, other: &NumberSet) {
        self.bitmap -= &other.bitmap;
    }
}
