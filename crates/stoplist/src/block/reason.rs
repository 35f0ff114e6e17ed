//! Why is somebody blocked?

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why somebody is blocked, or let through again: a fixed vocabulary, so that reports can count it.
/// What it does not say belongs into the note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Reason {
    /// The person asked not to be messaged: STOP, an unsubscribe link.
    OptOut,
    /// The person sends spam.
    Spam,
    /// The person broke the rules of the service.
    PolicyViolation,
    /// A rule of the business forbids contact.
    Compliance,
    /// Fraud, abuse or an attack.
    Security,
    /// Something is being looked into.
    Investigation,
    /// A law or an authority forbids contact, such as a do-not-call registry.
    Regulatory,
    /// Somebody asked for it: the person (for an unblock), a manager, a partner.
    Requested,
    /// None of these: say it in the note.
    Other,
}

impl Reason {
    /// Every reason.
    pub const ALL: &'static [Self] = &[
        Self::OptOut,
        Self::Spam,
        Self::PolicyViolation,
        Self::Compliance,
        Self::Security,
        Self::Investigation,
        Self::Regulatory,
        Self::Requested,
        Self::Other,
    ];

    /// The fixed name: lower case with underscores. Never changes.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OptOut => "opt_out",
            Self::Spam => "spam",
            Self::PolicyViolation => "policy_violation",
            Self::Compliance => "compliance",
            Self::Security => "security",
            Self::Investigation => "investigation",
            Self::Regulatory => "regulatory",
            Self::Requested => "requested",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// A text that names no reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no reason is called {name:?}; use {}", codes())]
pub struct UnknownReason {
    name: String,
}

fn codes() -> String {
    Reason::ALL.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, UnknownReason> {
        let found = Self::ALL.iter().find(|reason| reason.code() == text);
        found.copied().ok_or_else(|| UnknownReason { name: text.chars().take(40).collect() })
    }
}
