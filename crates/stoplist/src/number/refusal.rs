//! Why a text is not a number.

use std::fmt;

/// Why a text (or a value) was not taken as a phone number.
///
/// Each reason has a fixed [`code`](Refusal::code) that reports and rejects files use, and a
/// message that says what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
pub enum Refusal {
    /// Nothing but white space.
    Empty = 1,
    /// No phone number can be read from it, it is over 250 bytes long, or it is an amount
    /// (`4930901820.0`, as spreadsheets make of numbers).
    NotANumber = 2,
    /// Letters stand among its digits (a vanity number, a label). The label of an extension, which is
    /// dropped, does not count; letters without a number are [`NotANumber`](Self::NotANumber).
    Letters = 3,
    /// `*`, `?` or `%`: a pattern, not one number.
    Wildcard = 4,
    /// No country or network has the calling code that it starts with.
    UnknownCallingCode = 5,
    /// Fewer digits than a number of its calling code has, or fewer than 7 in all. A length in the
    /// gap between two possible ones counts as too short for the longer.
    TooShort = 6,
    /// More digits than a number of its calling code has, or more than 15 in all.
    TooLong = 7,
    /// Can be dialled within one area only: the area code is missing.
    LocalOnly = 8,
    /// Written in a national format, and no default region says of which country.
    NeedsRegion = 9,
}

impl Refusal {
    /// Every reason, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
        Self::Empty,
        Self::NotANumber,
        Self::Letters,
        Self::Wildcard,
        Self::UnknownCallingCode,
        Self::TooShort,
        Self::TooLong,
        Self::LocalOnly,
        Self::NeedsRegion,
    ];

    /// The fixed name in reports: lower case with underscores. Never changes.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotANumber => "not_a_number",
            Self::Letters => "letters",
            Self::Wildcard => "wildcard",
            Self::UnknownCallingCode => "unknown_calling_code",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::LocalOnly => "local_only",
            Self::NeedsRegion => "needs_region",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::NotANumber => "it does not read as a phone number",
            Self::Letters => "it has letters in it; write the number with digits only",
            Self::Wildcard => "it is a pattern (*, ? or %), not one number; list each number",
            Self::UnknownCallingCode => {
                "no country has the calling code it starts with; check the digits after the +"
            }
            Self::TooShort => "it has too few digits for its country",
            Self::TooLong => "it has too many digits for its country",
            Self::LocalOnly => "it is a local number without its area code; add the area code",
            Self::NeedsRegion => {
                "it is in a national format; write it as + and digits, or give a default region"
            }
        })
    }
}

impl std::error::Error for Refusal {}
