//! Who may do what?
//!
//! The host says who somebody is; the store says what they may do, and keeps a record of what they
//! tried.

use std::fmt;
use std::ops::BitOr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What an actor may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
#[non_exhaustive]
pub enum Permission {
    /// See contacts, histories, lists and counts.
    View = 1,
    /// Make and change contacts, record messages.
    Edit = 2,
    /// Block and unblock one by one.
    Block = 4,
    /// Block and unblock many at once, and undo that.
    Bulk = 8,
    /// Make, change, import, export and drop lists.
    Lists = 16,
    /// Read and verify the journal, follow its changes.
    Audit = 32,
    /// Make and change actors, rebuild, back up.
    Admin = 64,
}

impl Permission {
    /// Every permission.
    pub const ALL: &'static [Self] =
        &[Self::View, Self::Edit, Self::Block, Self::Bulk, Self::Lists, Self::Audit, Self::Admin];

    /// The fixed name. Never changes.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Edit => "edit",
            Self::Block => "block",
            Self::Bulk => "bulk",
            Self::Lists => "lists",
            Self::Audit => "audit",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// A set of permissions. None implies another.
///
/// ```
/// use stoplist::{Permission, Permissions};
///
/// let agent: Permissions = "view,block".parse()?;
/// assert!(agent.has(Permission::Block) && !agent.has(Permission::Bulk));
/// assert_eq!((agent | Permission::Edit.into()).to_string(), "view,edit,block");
/// # Ok::<(), stoplist::UnknownPermission>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Permissions(u8);

impl Permissions {
    /// No permission.
    pub const NONE: Self = Self(0);
    /// All of them.
    pub const ALL: Self = Self(127);

    /// Whether it is among them.
    #[must_use]
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & permission as u8 != 0
    }

    /// The names, in a fixed order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Permission::ALL.iter().filter(move |&&one| self.has(one)).map(|one| one.code())
    }
}

impl From<Permission> for Permissions {
    fn from(permission: Permission) -> Self {
        Self(permission as u8)
    }
}

impl BitOr for Permissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::NONE, |all, one| all | one.into())
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.names().collect::<Vec<_>>().join(","))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permissions({self})")
    }
}

/// A text that names no permission.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no permission is called {name:?}; use some of view, edit, block, bulk, lists, audit, admin"
)]
pub struct UnknownPermission {
    name: String,
}

impl FromStr for Permissions {
    type Err = UnknownPermission;

    /// Names with commas between them; an empty text is no permission.
    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let read = |name: &str| {
            let found = Permission::ALL.iter().find(|one| one.code() == name).copied();
            found.ok_or_else(|| UnknownPermission { name: name.chars().take(40).collect() })
        };
        names.map(read).collect()
    }
}
