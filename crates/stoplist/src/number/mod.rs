//! What is a phone number, and which text is one?
//!
//! A number is an E.164 number kept as a `u64`. Text becomes a number in [`Parser`]: by a fast
//! path of our own for plain digits, by a port of libphonenumber for everything else. Nothing here
//! knows sets, lists or files.

mod column;
#[cfg(test)]
mod differential;
mod general;
mod parser;
mod plan;
#[rustfmt::skip]
mod plan_table;
mod refusal;
mod region;
mod rules;
mod swar;

use std::fmt;
use std::str::FromStr;

pub use column::{ParsedColumn, Status};
pub use parser::Parser;
pub use refusal::Refusal;
pub use region::{Region, UnknownRegion};

/// An E.164 phone number: calling code and national digits, 7 to 15 in all.
///
/// The value is the digits as a `u64`, without the `+`. It orders, hashes and copies as that
/// integer does. A `PhoneNumber` made by [`Parser`] also has a known calling code and a length that
/// is possible for it; one made by [`new`](Self::new) only has 7 to 15 digits.
///
/// ```
/// use stoplist::{Parser, PhoneNumber, Refusal};
///
/// let number: PhoneNumber = "+49 30 901820".parse()?;
/// assert_eq!(number.get(), 4930901820);
/// assert_eq!(number.to_string(), "+4930901820");
/// assert_eq!(number.calling_code(), Some(49));
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct PhoneNumber(u64);

impl PhoneNumber {
    /// The smallest value: 7 digits.
    pub const MIN: Self = Self(1_000_000);
    /// The largest value: 15 digits.
    pub const MAX: Self = Self(999_999_999_999_999);

    /// Takes the value as it is, when it has 7 to 15 digits.
    ///
    /// Does not look at the calling code: use [`Parser::parse_value`] for values from outside.
    ///
    /// # Errors
    ///
    /// [`Refusal::TooShort`] below 7 digits, [`Refusal::TooLong`] above 15.
    pub const fn new(value: u64) -> Result<Self, Refusal> {
        if value < Self::MIN.0 {
            Err(Refusal::TooShort)
        } else if value > Self::MAX.0 {
            Err(Refusal::TooLong)
        } else {
            Ok(Self(value))
        }
    }

    /// Takes a value that is known to have 7 to 15 digits, as the members of a set are.
    pub(crate) const fn trusted(value: u64) -> Self {
        debug_assert!(Self::MIN.0 <= value && value <= Self::MAX.0);
        Self(value)
    }

    /// The digits as an integer, without the `+`.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The country calling code it starts with (1 to 3 digits), or `None` when nobody has that
    /// code. One table look-up.
    #[must_use]
    pub fn calling_code(self) -> Option<u16> {
        plan::calling_code(self.0).map(|(code, _)| code)
    }

    /// The region the number belongs to, when it is a valid number of one.
    ///
    /// Regions that share a calling code (`+1`, `+7`, `+44`) are told apart by their number
    /// ranges, which change with every metadata release; `None` is also the answer for a number
    /// that has a possible length but lies in no assigned range, and for networks that are no
    /// country's (`+800`, `+883`). Costs about a microsecond and may allocate.
    #[must_use]
    pub fn region(self) -> Option<Region> {
        general::region_of(self)
    }
}

/// What a text means by the general rules alone, however plain it is.
#[cfg(feature = "fuzzing")]
pub(crate) fn by_general_rules(text: &str, region: Option<Region>) -> Result<PhoneNumber, Refusal> {
    general::parse(text, region)
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `pad_integral` would let a width split the sign from the digits: pad the whole text.
        let mut text = [b'+'; 16];
        let mut start = text.len();
        let mut rest = self.0;
        while let Some(digit) = text.get_mut(start.wrapping_sub(1)).filter(|_| rest > 0) {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
            start -= 1;
        }
        let text = text.get(start.saturating_sub(1)..).unwrap_or_default();
        f.pad(std::str::from_utf8(text).unwrap_or_default())
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({self})")
    }
}

impl From<PhoneNumber> for u64 {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

impl TryFrom<u64> for PhoneNumber {
    type Error = Refusal;

    /// The same as [`PhoneNumber::new`].
    fn try_from(value: u64) -> Result<Self, Refusal> {
        Self::new(value)
    }
}

impl FromStr for PhoneNumber {
    type Err = Refusal;

    /// Parses with no default region: the same as `Parser::international().parse(text)`.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        Parser::international().parse(text)
    }
}
