//! Who is it that may be blocked?
//!
//! What is known about a person: it does not change when the person is blocked or let through.

mod edit;
mod id;
pub(crate) mod limits;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::block::Block;
use crate::codec::micros;
use crate::{ContactStatus, PhoneNumber};

pub use edit::ContactEdit;
pub use id::{ContactId, NoContactId};
pub use limits::{Field, Oversized};

/// What a person is called, and how they are reached.
///
/// ```
/// use stoplist::{ContactDetails, PhoneNumber};
///
/// let details = ContactDetails::new("Ada Lovelace", PhoneNumber::new(442079460001)?)
///     .email("ada@example.org")
///     .category("Lead")
///     .group("newsletter");
/// assert!(details.groups.contains("newsletter"));
/// # Ok::<(), stoplist::Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactDetails {
    /// Up to 512 bytes, any text.
    pub name: String,
    /// Up to 320 bytes; not checked to be an address. May be empty.
    pub email: String,
    /// Up to 128 bytes. May be empty.
    pub category: String,
    /// The number that the person is reached at.
    pub primary: PhoneNumber,
    /// Another one.
    pub secondary: Option<PhoneNumber>,
    /// Up to 128 bytes each, and 2,400 together with the attributes.
    pub groups: BTreeSet<String>,
    /// What else the host wants to keep: names of up to 128 bytes, values of up to 1,000.
    pub attributes: BTreeMap<String, String>,
}

impl ContactDetails {
    /// A person of whom no more is known.
    #[must_use]
    pub fn new(name: impl Into<String>, primary: PhoneNumber) -> Self {
        Self {
            name: name.into(),
            email: String::new(),
            category: String::new(),
            primary,
            secondary: None,
            groups: BTreeSet::new(),
            attributes: BTreeMap::new(),
        }
    }

    /// With an address.
    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = email.into();
        self
    }

    /// In a category.
    #[must_use]
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.category = category.into();
        self
    }

    /// With a second number.
    #[must_use]
    pub fn secondary(mut self, number: PhoneNumber) -> Self {
        self.secondary = Some(number);
        self
    }

    /// In one more group.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.groups.insert(group.into());
        self
    }

    /// With one more attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// Both numbers, or one.
    pub fn numbers(&self) -> impl Iterator<Item = PhoneNumber> + use<> {
        let secondary = self.secondary.filter(|&number| number != self.primary);
        [Some(self.primary), secondary].into_iter().flatten()
    }

    pub(crate) fn check(&self) -> Result<(), Oversized> {
        limits::check(Field::Name, &self.name)?;
        limits::check(Field::Email, &self.email)?;
        limits::check(Field::Category, &self.category)?;
        let mut bytes = 0;
        for group in &self.groups {
            limits::check(Field::Group, group)?;
            // 8 for the length that is written with it.
            bytes += group.len() + 8;
        }
        for (name, value) in &self.attributes {
            limits::check(Field::AttributeName, name)?;
            limits::check(Field::AttributeValue, value)?;
            bytes += name.len() + value.len() + 16;
        }
        limits::check_bytes(Field::GroupsAndAttributes, bytes)
    }
}

/// A contact, as it was at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contact {
    /// Its name for good.
    pub id: ContactId,
    /// What is known of it.
    pub details: ContactDetails,
    /// Whether it was put away. It may be blocked as well.
    pub archived: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// The restriction in force.
    pub block: Option<Block>,
}

impl Contact {
    /// Blocked if it is, whether archived or not; else archived or active.
    #[must_use]
    pub fn status(&self) -> ContactStatus {
        status(self.block.is_some(), self.archived)
    }
}

pub(crate) fn status(blocked: bool, archived: bool) -> ContactStatus {
    match (blocked, archived) {
        (true, _) => ContactStatus::Blocked,
        (false, true) => ContactStatus::Archived,
        (false, false) => ContactStatus::Active,
    }
}

/// What is kept of a contact, apart from its restriction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContactRow {
    pub(crate) details: ContactDetails,
    pub(crate) archived: bool,
    #[serde(with = "micros")]
    pub(crate) created_at: Timestamp,
}
