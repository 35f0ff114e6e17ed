//! How is a contact named?

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// Names a contact for good: 1, 2, 3 and so on in the order in which they were made. Written `c1`,
/// so that it is never taken for a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ContactId(u32);

impl ContactId {
    /// The contact that was made as the `number`th; `None` for 0, and above the 4,294,967,295 that
    /// a store can hold.
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        u32::try_from(number).ok().filter(|&number| number > 0).map(Self)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0 as u64
    }

    /// The place in columns that begin at 0.
    pub(crate) const fn slot(self) -> u32 {
        self.0.saturating_sub(1)
    }

    pub(crate) fn of_slot(slot: u32) -> Option<Self> {
        slot.checked_add(1).map(Self)
    }
}

impl<'de> Deserialize<'de> for ContactId {
    /// From an integer above 0: 0 would stand for the slot of 1.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = u32::deserialize(from)?;
        Self::new(number.into()).ok_or_else(|| D::Error::custom("contacts are counted from 1"))
    }
}

impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("c{}", self.0))
    }
}

/// A text that is no contact's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a contact, which is written like c17")]
pub struct NoContactId;

impl FromStr for ContactId {
    type Err = NoContactId;

    fn from_str(text: &str) -> Result<Self, NoContactId> {
        let digits = text.strip_prefix(['c', 'C']).ok_or(NoContactId)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NoContactId);
        }
        digits.parse().ok().and_then(Self::new).ok_or(NoContactId)
    }
}
