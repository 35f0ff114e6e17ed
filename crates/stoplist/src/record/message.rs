//! What did the host send, get or hold back?

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::PhoneNumber;
use crate::codec::micros;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// From the number to us.
    Inbound,
    /// From us to the number.
    Outbound,
}

impl Direction {
    /// `inbound` or `outbound`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// A text that names no direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a direction is inbound or outbound")]
pub struct UnknownDirection;

impl FromStr for Direction {
    type Err = UnknownDirection;

    fn from_str(text: &str) -> Result<Self, UnknownDirection> {
        match text {
            "inbound" => Ok(Self::Inbound),
            "outbound" => Ok(Self::Outbound),
            _ => Err(UnknownDirection),
        }
    }
}

/// A communication event of the host: sent, got, or held back because of a restriction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// To or from whom.
    pub number: PhoneNumber,
    /// Which way.
    pub direction: Direction,
    /// What became of it, in the host's words: `delivered`, `refused`. Up to 256 bytes.
    pub outcome: String,
    /// When it happened, by the host's clock.
    #[serde(with = "micros")]
    pub at: Timestamp,
}
