//! Which country's rules apply to a number written without its calling code?

use std::fmt;
use std::str::FromStr;

use super::plan_table::REGIONS;

/// A country or territory with a numbering plan, by its ISO 3166-1 alpha-2 code.
///
/// Only regions that the number metadata knows can be made, so a `Region` always has a plan.
///
/// ```
/// use stoplist::Region;
///
/// let region: Region = "de".parse()?;
/// assert_eq!(region.as_str(), "DE");
/// assert_eq!(region.calling_code(), 49);
/// # Ok::<(), stoplist::UnknownRegion>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(u8);

impl Region {
    /// Every region, by code.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        // The table has under 256 rows, which `position` below relies on too.
        (0..REGIONS.len()).map(|index| Self(index as u8))
    }

    /// The two-letter code, in capitals.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        REGIONS.get(self.index()).map_or("", |region| region.code)
    }

    /// The calling code that numbers of this region start with.
    #[must_use]
    pub fn calling_code(self) -> u16 {
        REGIONS.get(self.index()).map_or(0, |region| region.calling_code)
    }

    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({self})")
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;

    /// Takes a code in any case.
    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        REGIONS
            .iter()
            .position(|region| region.code.eq_ignore_ascii_case(text))
            .map(|index| Self(index as u8))
            .ok_or_else(|| UnknownRegion { code: text.chars().take(20).collect() })
    }
}

/// A region code that no numbering plan has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no region has the code {code:?}; use two letters of ISO 3166-1, such as US, DE or BR")]
pub struct UnknownRegion {
    /// The code that was given, cut at 20 characters.
    code: String,
}
