//! What is found about a cell, and about a row?

use stoplist::{PhoneNumber, Refusal};

/// Of a row with several cells, the gravest verdict of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Allow,
    /// The number is on a list.
    Block(Stop),
    Invalid(Refusal),
    Null,
}

/// That a list stops a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) number: PhoneNumber,
    /// The place of the list, the first that has the number.
    pub(super) list: u32,
}

/// A row that is not allowed, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) row: usize,
    pub(super) verdict: Verdict,
}
