//! Who is to be blocked?

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::contact::ContactId;
use crate::{Parser, PhoneNumber, Refusal};

/// A contact, or a number.
///
/// A number stands for the contacts that have it, if any has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Target {
    /// A contact, with both its numbers.
    Contact(ContactId),
    /// A number.
    Number(PhoneNumber),
}

impl Target {
    /// Reads `c17` as a contact and anything else as a number.
    ///
    /// # Errors
    ///
    /// [`UnknownTarget`] says why it is no number.
    pub fn parse(text: &str, parser: &Parser) -> Result<Self, UnknownTarget> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Contact(id));
        }
        parser
            .parse(text)
            .map(Self::Number)
            .map_err(|refusal| UnknownTarget { text: text.chars().take(40).collect(), refusal })
    }
}

/// A text that is neither a contact's id nor a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is neither a contact (such as c17) nor a number: {refusal}")]
pub struct UnknownTarget {
    text: String,
    refusal: Refusal,
}

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(text: &str) -> Result<Self, UnknownTarget> {
        Self::parse(text, &Parser::international())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contact(id) => id.fmt(f),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl From<ContactId> for Target {
    fn from(id: ContactId) -> Self {
        Self::Contact(id)
    }
}

impl From<PhoneNumber> for Target {
    fn from(number: PhoneNumber) -> Self {
        Self::Number(number)
    }
}
