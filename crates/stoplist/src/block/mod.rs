//! What is known about a restriction: why, of what, until when, by whom?

mod reason;
mod target;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Traffic;
use crate::codec::micros;
use crate::contact::limits::{self, Field, Oversized};

pub use reason::{Reason, UnknownReason};
pub use target::{Target, UnknownTarget};

/// The documentation of an act: why it is done, and where that can be looked up.
///
/// ```
/// use stoplist::{Documentation, Reason};
///
/// let why = Documentation::new(Reason::OptOut).note("wrote STOP").reference("ticket 4711");
/// assert_eq!(why.reason.code(), "opt_out");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documentation {
    /// From the fixed vocabulary.
    pub reason: Reason,
    /// In words, up to 1,000 bytes.
    pub note: String,
    /// A ticket, a case, a statute: up to 200 bytes.
    pub reference: String,
    /// Where it came from, such as a system or a form: up to 200 bytes.
    pub source: String,
}

impl Documentation {
    /// A reason and nothing more.
    #[must_use]
    pub fn new(reason: Reason) -> Self {
        Self { reason, note: String::new(), reference: String::new(), source: String::new() }
    }

    /// With a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// With a reference.
    #[must_use]
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = reference.into();
        self
    }

    /// With a source.
    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    pub(crate) fn check(&self) -> Result<(), Oversized> {
        limits::check(Field::Note, &self.note)?;
        limits::check(Field::Reference, &self.reference)?;
        limits::check(Field::Source, &self.source)
    }
}

impl From<Reason> for Documentation {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

/// A block that is asked for.
///
/// ```
/// use stoplist::{BlockRequest, Documentation, Reason, Traffic};
///
/// let stop_promotions = BlockRequest::new(Reason::OptOut).traffic(Traffic::BROADCAST);
/// let until = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(30 * 24);
/// let for_a_month = BlockRequest::new(Documentation::new(Reason::Spam)).until(until);
/// assert_eq!(stop_promotions.until, None);
/// assert_eq!(for_a_month.traffic, Traffic::ALL);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRequest {
    /// Why.
    pub documentation: Documentation,
    /// What it stops; at least one kind.
    pub traffic: Traffic,
    /// When it ends by itself; in the future.
    pub until: Option<Timestamp>,
}

impl BlockRequest {
    /// A block of all traffic, until it is lifted.
    #[must_use]
    pub fn new(why: impl Into<Documentation>) -> Self {
        Self { documentation: why.into(), traffic: Traffic::ALL, until: None }
    }

    /// Of this traffic only.
    #[must_use]
    pub fn traffic(mut self, traffic: Traffic) -> Self {
        self.traffic = traffic;
        self
    }

    /// Until then.
    #[must_use]
    pub fn until(mut self, until: Timestamp) -> Self {
        self.until = Some(until);
        self
    }
}

/// A restriction that is in force, or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Why.
    pub documentation: Documentation,
    /// What it stops.
    #[serde(with = "traffic_bits")]
    pub traffic: Traffic,
    /// When it ends by itself.
    #[serde(with = "micros::optional")]
    pub until: Option<Timestamp>,
    /// Since when; a change of the documentation leaves it.
    #[serde(with = "micros")]
    pub at: Timestamp,
    /// Who did it, or documented it last.
    pub actor: String,
    /// The change that began it or documented it last.
    pub generation: u64,
}

/// What is kept beside a contact, or a number that no contact has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Restriction {
    pub(crate) block: Option<Block>,
    /// The last block that was lifted, and the change that lifted it: what an undo puts back.
    pub(crate) lifted: Option<(Block, u64)>,
}

impl Restriction {
    /// Lifts the block, if there is one.
    pub(crate) fn lift(&mut self, generation: u64) {
        if let Some(block) = self.block.take() {
            self.lifted = Some((block, generation));
        }
    }
}

/// A set of traffic as a byte.
pub(crate) mod traffic_bits {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::Traffic;

    pub(crate) fn serialize<S: Serializer>(traffic: &Traffic, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u8(traffic.bits())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Traffic, D::Error> {
        Traffic::from_bits(u8::deserialize(from)?)
            .ok_or_else(|| D::Error::custom("there are four kinds of traffic"))
    }
}
