//! In which order are contacts shown?

use std::fmt;
use std::str::FromStr;

/// What contacts are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SortField {
    /// The name in lower case, by the code points of its letters.
    #[default]
    Name,
    /// The email in lower case, likewise.
    Email,
    /// The category in lower case, likewise.
    Category,
    /// The primary number by its value. Contacts without one come last in either direction.
    Primary,
    /// The status: active, blocked, archived.
    Status,
    /// The time of creation.
    Created,
    /// The time of the last block. Contacts that were never blocked come last in either direction.
    Blocked,
}

impl SortField {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Name,
        Self::Email,
        Self::Category,
        Self::Primary,
        Self::Status,
        Self::Created,
        Self::Blocked,
    ];

    /// The name, as it is written in a sort: `name`, `email`, and so on. It never changes.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Category => "category",
            Self::Primary => "primary",
            Self::Status => "status",
            Self::Created => "created",
            Self::Blocked => "blocked",
        }
    }
}

/// An order of all contacts: a field and a direction.
///
/// Contacts that are equal in the field stand in the order of their ids, in the same direction, so
/// no two are ever equal. Written, it is the field's name, and `:asc` or `:desc` after it; without
/// these it ascends.
///
/// ```
/// use stoplist::{ContactSort, SortField};
///
/// let newest_first: ContactSort = "created:desc".parse()?;
/// assert_eq!(newest_first, ContactSort::descending(SortField::Created));
/// assert_eq!("email".parse::<ContactSort>()?.to_string(), "email:asc");
/// # Ok::<(), stoplist::UnknownSort>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ContactSort {
    /// What is compared.
    pub field: SortField,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl ContactSort {
    /// The smallest first.
    #[must_use]
    pub const fn ascending(field: SortField) -> Self {
        Self { field, descending: false }
    }

    /// The greatest first.
    #[must_use]
    pub const fn descending(field: SortField) -> Self {
        Self { field, descending: true }
    }
}

impl fmt::Display for ContactSort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.field.code(), if self.descending { "desc" } else { "asc" })
    }
}

impl FromStr for ContactSort {
    type Err = UnknownSort;

    fn from_str(text: &str) -> Result<Self, UnknownSort> {
        let unknown = || UnknownSort { text: text.to_owned() };
        let (field, direction) = text.split_once(':').unwrap_or((text, "asc"));
        let field = SortField::ALL.into_iter().find(|known| known.code() == field);
        let descending = match direction {
            "asc" => false,
            "desc" => true,
            _ => return Err(unknown()),
        };
        Ok(Self { field: field.ok_or_else(unknown)?, descending })
    }
}

/// A text names no order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no order; name a field (name, email, category, primary, status, created or \
     blocked), and :desc after it for the greatest first"
)]
pub struct UnknownSort {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_read_back_and_no_other_text() {
        for field in SortField::ALL {
            for sort in [ContactSort::ascending(field), ContactSort::descending(field)] {
                assert_eq!(sort.to_string().parse(), Ok(sort));
            }
            assert_eq!(field.code().parse(), Ok(ContactSort::ascending(field)));
        }
        for text in ["", ":desc", "name:", "name:up", "Name", "name:desc:desc", "id"] {
            let error = text.parse::<ContactSort>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` is no order; name a field")));
        }
    }
}
