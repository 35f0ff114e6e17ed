//! What happened?
//!
//! The events that the journal records. An event is a fact, not a wish: everything that had to be
//! decided is decided in it, so that whoever replays it comes to the same state.

mod message;
mod scrub;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::{Permission, Permissions};
use crate::block::{Block, Documentation, Target, traffic_bits};
use crate::codec::micros;
use crate::contact::{ContactDetails, ContactId};
use crate::list::ListSettings;
use crate::{PhoneNumber, Traffic};

pub use message::{Direction, Message, UnknownDirection};
pub use scrub::{Scrub, ScrubFault, ScrubbedList};

/// One change of a store, as its journal has it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// Its number: 1, 2, 3 and so on without a gap.
    pub generation: u64,
    /// When it was made. Never before the change before.
    pub at: Timestamp,
    /// Who made it.
    pub actor: String,
    /// What happened.
    pub event: Event,
    /// What it did to the built-in list `blocked`.
    pub effects: Vec<Effect>,
    /// The hash of the record before, which chains the records.
    pub previous: [u8; 32],
}

/// Numbers that a change put under a restriction, or took from under one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The traffic that is stopped for them.
    #[serde(with = "traffic_bits")]
    pub traffic: Traffic,
    /// Numbers that are stopped from then on, ascending.
    pub added: Vec<PhoneNumber>,
    /// Numbers that are not stopped any more, ascending.
    pub removed: Vec<PhoneNumber>,
}

/// Where the targets of a bulk operation came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BulkOrigin {
    /// All contacts for which these expressions hold.
    Filter(Vec<String>),
    /// A file of numbers.
    File(String),
    /// Picked one by one.
    Selection,
}

/// What happened. Fields that say the same everywhere: `id`, the contact; `targets`, whom it was
/// about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
#[non_exhaustive]
pub enum Event {
    /// The store was made, and its first actor with it.
    Initialised { permissions: Permissions },
    /// A contact was made, perhaps blocked. Restrictions of its bare numbers became its own.
    ContactCreated {
        id: ContactId,
        details: ContactDetails,
        block: Option<Block>,
        adopted: Vec<PhoneNumber>,
    },
    /// A contact was edited; `changed` names the fields.
    ContactEdited {
        id: ContactId,
        details: ContactDetails,
        changed: Vec<String>,
        block: Option<Block>,
        adopted: Vec<PhoneNumber>,
    },
    /// A contact was put away.
    ContactArchived { id: ContactId },
    /// A contact was brought back.
    ContactRestored { id: ContactId },
    /// Targets were blocked, or their block documented anew.
    Blocked {
        targets: Vec<Target>,
        documentation: Documentation,
        #[serde(with = "traffic_bits")]
        traffic: Traffic,
        #[serde(with = "micros::optional")]
        until: Option<Timestamp>,
        bulk: Option<BulkOrigin>,
    },
    /// Blocks were lifted.
    Unblocked { targets: Vec<Target>, documentation: Documentation, bulk: Option<BulkOrigin> },
    /// Blocks ended because their time had come.
    Lapsed { targets: Vec<Target> },
    /// A bulk operation was reversed: blocks were put back, and others lifted.
    Undone { generation: u64, restored: Vec<(Target, Block)>, lifted: Vec<Target> },
    /// A list was made.
    ListCreated { list: u32, name: String, settings: ListSettings },
    /// The settings of a list were changed.
    ListSet { list: u32, name: String, settings: ListSettings },
    /// A list was dropped, with its numbers.
    ListDropped { list: u32, name: String },
    /// Numbers were added to a list and removed from it. The numbers follow the record as
    /// pages.
    ListImported(ListImport),
    /// The host sent or got a message, or did not.
    MessageRecorded(Message),
    /// An actor was made, or given other permissions.
    ActorSet { name: String, permissions: Permissions },
    /// An actor was removed.
    ActorRemoved { name: String },
    /// Somebody tried what they may not do.
    Refused { command: String, needs: Permission },
    /// A broadcast list was filtered.
    Scrubbed(Scrub),
    // A journal knows these by their place: new ones come last.
}

/// How a list changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListImport {
    /// Its number, which another list of the same name does not have.
    pub list: u32,
    /// Its name.
    pub name: String,
    /// The file, or whatever it was read from.
    pub from: String,
    /// Whether the list was made equal to the file.
    pub replace: bool,
    /// The import or replacement that this reverses.
    pub undoes: Option<u64>,
    /// How many numbers are new in it.
    pub added: u64,
    /// How many are gone from it.
    pub removed: u64,
    /// When its source was as it is now.
    #[serde(with = "micros::optional")]
    pub as_of: Option<Timestamp>,
    /// When its source was as it had been, which an undo puts back.
    #[serde(with = "micros::optional")]
    pub as_of_before: Option<Timestamp>,
}

impl Event {
    /// The fixed name in histories and exports. Never changes.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Initialised { .. } => "initialised",
            Self::ContactCreated { .. } => "contact_created",
            Self::ContactEdited { .. } => "contact_edited",
            Self::ContactArchived { .. } => "contact_archived",
            Self::ContactRestored { .. } => "contact_restored",
            Self::Blocked { .. } => "blocked",
            Self::Unblocked { .. } => "unblocked",
            Self::Lapsed { .. } => "lapsed",
            Self::Undone { .. } => "undone",
            Self::ListCreated { .. } => "list_created",
            Self::ListSet { .. } => "list_set",
            Self::ListDropped { .. } => "list_dropped",
            Self::ListImported(_) => "list_imported",
            Self::MessageRecorded(_) => "message",
            Self::ActorSet { .. } => "actor_set",
            Self::ActorRemoved { .. } => "actor_removed",
            Self::Refused { .. } => "refused",
            Self::Scrubbed(_) => "scrubbed",
        }
    }

    /// The documentation, of a block or an unblock.
    #[must_use]
    pub fn documentation(&self) -> Option<&Documentation> {
        match self {
            Self::ContactCreated { block, .. } => block.as_ref().map(|block| &block.documentation),
            Self::Blocked { documentation, .. } | Self::Unblocked { documentation, .. } => {
                Some(documentation)
            }
            _ => None,
        }
    }
}

/// What stands in the head of a journal's record, beside its number and time.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Recorded {
    pub(crate) actor: String,
    pub(crate) event: Event,
    pub(crate) effects: Vec<Effect>,
    /// How many of the pages that follow have numbers that an import removed. They come first.
    pub(crate) removed_pages: u64,
}
