//! What is known about a list of bare numbers?

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Traffic;
use crate::block::traffic_bits;
use crate::codec::micros;
use crate::contact::limits::{self, Field, Oversized};

/// The list that contacts and single numbers feed. Nobody makes, imports or drops it.
pub const BLOCKED: &str = "blocked";

/// What a list is for.
///
/// ```
/// use stoplist::{ListSettings, Traffic};
///
/// let registry = ListSettings::new(Traffic::OUTBOUND | Traffic::BROADCAST)
///     .source("national registry")
///     .max_age_days(31);
/// assert!(!registry.fail_when_stale);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSettings {
    /// What it stops; at least one kind.
    #[serde(with = "traffic_bits")]
    pub traffic: Traffic,
    /// Where its numbers come from, up to 200 bytes.
    pub source: String,
    /// How many days after its last import it counts as stale; `None` for never.
    pub max_age_days: Option<u32>,
    /// Whether a filter refuses to work with it when it is stale.
    pub fail_when_stale: bool,
}

impl ListSettings {
    /// A list that stops this traffic and never gets stale.
    #[must_use]
    pub fn new(traffic: Traffic) -> Self {
        Self { traffic, source: String::new(), max_age_days: None, fail_when_stale: false }
    }

    /// With a source.
    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// Stale so many days after its last import.
    #[must_use]
    pub fn max_age_days(mut self, days: u32) -> Self {
        self.max_age_days = Some(days);
        self
    }

    /// Refused by filters when it is stale, instead of reported.
    #[must_use]
    pub fn fail_when_stale(mut self) -> Self {
        self.fail_when_stale = true;
        self
    }

    pub(crate) fn check(&self) -> Result<(), ListFault> {
        limits::check(Field::Source, &self.source)?;
        if self.traffic.is_none() { Err(ListFault::NoTraffic) } else { Ok(()) }
    }
}

/// A list, as it was at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListInfo {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub settings: ListSettings,
    /// How many numbers it has.
    pub numbers: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last imported; `None` before the first import.
    pub as_of: Option<Timestamp>,
    /// Whether it is older than it may get.
    pub stale: bool,
}

/// Why something is no list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListFault {
    /// Its name cannot be one.
    #[error("{name:?} cannot be the name of a list: use 1 to 64 letters, digits, `-`, `_` and `.`")]
    Name {
        /// What was given, or how it begins.
        name: String,
    },
    /// It would stop nothing.
    #[error("no traffic is given; name some of inbound, outbound, automated and broadcast")]
    NoTraffic,
    /// A text is too long.
    #[error(transparent)]
    Oversized(#[from] Oversized),
}

/// Whether a text can name a list: so that it is safe in a report, a path and a spec of parts.
pub(crate) fn check_name(name: &str) -> Result<(), ListFault> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > Field::ListName.limit() || !name.chars().all(is_plain) {
        return Err(ListFault::Name { name: name.chars().take(40).collect() });
    }
    Ok(())
}

/// What is kept of a list, apart from its numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListRow {
    pub(crate) name: String,
    pub(crate) settings: ListSettings,
    pub(crate) numbers: u64,
    #[serde(with = "micros")]
    pub(crate) created_at: Timestamp,
    #[serde(with = "micros::optional")]
    pub(crate) as_of: Option<Timestamp>,
}

impl ListRow {
    /// How it looks at a moment.
    pub(crate) fn info(&self, now: Timestamp) -> ListInfo {
        ListInfo {
            name: self.name.clone(),
            settings: self.settings.clone(),
            numbers: self.numbers,
            created_at: self.created_at,
            as_of: self.as_of,
            stale: self.is_stale(now),
        }
    }

    /// One that was never imported is as old as it is.
    fn is_stale(&self, now: Timestamp) -> bool {
        let since = self.as_of.unwrap_or(self.created_at);
        self.settings.max_age_days.is_some_and(|days| {
            now.duration_since(since) > SignedDuration::from_hours(i64::from(days) * 24)
        })
    }
}

impl fmt::Display for ListInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}
