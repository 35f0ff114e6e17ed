//! Is a contact active, blocked or archived?

use std::fmt;
use std::str::FromStr;

/// What a contact is at the moment: exactly one of the three. They order as they stand here.
///
/// ```
/// use stoplist::ContactStatus;
///
/// let status: ContactStatus = "blocked".parse()?;
/// assert_eq!(status, ContactStatus::Blocked);
/// assert_eq!(status.to_string(), "blocked");
/// # Ok::<(), stoplist::UnknownStatus>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContactStatus {
    /// Neither blocked nor archived.
    #[default]
    Active,
    /// Blocked.
    Blocked,
    /// Put away: kept for its history.
    Archived,
}

impl ContactStatus {
    /// All of them, in their order.
    pub const ALL: [Self; 3] = [Self::Active, Self::Blocked, Self::Archived];

    /// The name: `active`, `blocked` or `archived`. It never changes.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Blocked => "blocked",
            Self::Archived => "archived",
        }
    }

    /// The bit of the status in a set of them.
    pub(super) const fn bit(self) -> u8 {
        match self {
            Self::Active => 1,
            Self::Blocked => 2,
            Self::Archived => 4,
        }
    }
}

impl fmt::Display for ContactStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for ContactStatus {
    type Err = UnknownStatus;

    /// One of the names, in lower case.
    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        let found = Self::ALL.into_iter().find(|status| status.code() == text);
        found.ok_or_else(|| UnknownStatus { name: text.to_owned() })
    }
}

/// A text names no status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no status; there are active, blocked and archived")]
pub struct UnknownStatus {
    name: String,
}

/// How many contacts have each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusCounts {
    /// Active ones.
    pub active: u64,
    /// Blocked ones.
    pub blocked: u64,
    /// Archived ones.
    pub archived: u64,
}

impl StatusCounts {
    /// All contacts.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.active + self.blocked + self.archived
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_and_no_other() {
        for status in ContactStatus::ALL {
            assert_eq!(status.to_string().parse(), Ok(status));
        }
        let error = "Blocked".parse::<ContactStatus>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`Blocked` is no status; there are active, blocked and archived"
        );
    }
}
