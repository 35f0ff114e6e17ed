//! How long may a text be?
//!
//! A contact and its restriction are rows of the state, which holds at most 4 KiB a row. Texts are
//! kept byte for byte; one that is too long is refused, never cut.

use std::fmt;

/// A text with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// Of a contact.
    Name,
    /// Of a contact.
    Email,
    /// Of a contact.
    Category,
    /// One name of a group.
    Group,
    /// The name of an attribute.
    AttributeName,
    /// The value of an attribute.
    AttributeValue,
    /// All groups and attributes of a contact together.
    GroupsAndAttributes,
    /// Of a block.
    Note,
    /// Of a block.
    Reference,
    /// Of a block or a list.
    Source,
    /// Of a list.
    ListName,
    /// Of an actor.
    Actor,
    /// Of a message.
    Outcome,
    /// The expressions or the file name of a bulk operation.
    Origin,
    /// The name of what was scrubbed.
    Input,
    /// Of what was scrubbed.
    Digest,
    /// The name of a column that was scrubbed.
    Column,
    /// Why numbers of a scrub were none.
    RefusalReason,
}

impl Field {
    /// The most bytes that it may have.
    #[must_use]
    pub const fn limit(self) -> usize {
        match self {
            Self::Name | Self::Input | Self::Column => 512,
            Self::Email => 320,
            Self::Category | Self::Group | Self::AttributeName => 128,
            Self::Actor | Self::ListName | Self::RefusalReason => 64,
            Self::AttributeValue | Self::Note | Self::Origin => 1000,
            Self::GroupsAndAttributes => 2400,
            Self::Reference | Self::Source => 200,
            Self::Outcome => 256,
            Self::Digest => 160,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Category => "category",
            Self::Group => "group",
            Self::AttributeName => "name of an attribute",
            Self::AttributeValue => "value of an attribute",
            Self::GroupsAndAttributes => "text of all groups and attributes",
            Self::Note => "note",
            Self::Reference => "reference",
            Self::Source => "source",
            Self::ListName => "name of a list",
            Self::Actor => "name of an actor",
            Self::Outcome => "outcome",
            Self::Origin => "filter, or the name of the file,",
            Self::Input => "name of the input",
            Self::Digest => "digest",
            Self::Column => "name of a column",
            Self::RefusalReason => "reason why numbers are none",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that is longer than its field takes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {field} has {bytes} bytes, and may have at most {}; shorten it", field.limit())]
pub struct Oversized {
    /// Which text.
    pub field: Field,
    /// How long it is.
    pub bytes: usize,
}

pub(crate) fn check(field: Field, text: &str) -> Result<(), Oversized> {
    check_bytes(field, text.len())
}

pub(crate) fn check_bytes(field: Field, bytes: usize) -> Result<(), Oversized> {
    if bytes <= field.limit() { Ok(()) } else { Err(Oversized { field, bytes }) }
}
