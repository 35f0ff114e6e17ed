//! How is a store opened, and what came of it?

use std::path::PathBuf;
use std::time::Duration;

/// When a change counts as kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// When its record is on disk (`fdatasync`): it survives a power cut. Changes that are made at
    /// the same time share one.
    #[default]
    Always,
    /// When its record is written to the file: it survives the end of the process. A power cut may
    /// lose what was written in the last interval, and nothing before it.
    Interval(Duration),
}

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    pub(crate) durability: Durability,
    pub(crate) state_time_limit: Duration,
    pub(crate) segment_bytes: u64,
    pub(crate) state_in_memory: bool,
}

impl StoreOptions {
    /// When a change counts as kept.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// How long opening the state may take before it is set aside and made anew from the journal;
    /// 60 s unless told otherwise.
    #[must_use]
    pub fn state_time_limit(mut self, limit: Duration) -> Self {
        self.state_time_limit = limit;
        self
    }

    /// Keeps no state on disk: every opening reads the whole journal. For stores that are small, or
    /// lie where a database should not write.
    #[must_use]
    pub fn state_in_memory(mut self) -> Self {
        self.state_in_memory = true;
        self
    }

    /// How many bytes a file of the journal has before another is begun; 64 MiB unless told
    /// otherwise.
    #[must_use]
    pub fn segment_bytes(mut self, bytes: u64) -> Self {
        self.segment_bytes = bytes;
        self
    }
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            durability: Durability::Always,
            state_time_limit: Duration::from_secs(60),
            segment_bytes: 64 << 20,
            state_in_memory: false,
        }
    }
}

/// What opening a store had to mend. Nothing was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreRepair {
    /// The journal ended in a record that was never completely written, hence never acknowledged. It
    /// was cut off.
    TornTail {
        /// The file of the journal.
        path: PathBuf,
        /// Where it was cut.
        offset: u64,
        /// Where what was cut off is kept.
        kept_as: PathBuf,
    },
    /// The state was missing, damaged or not of this journal, and was made anew.
    StateRebuilt {
        /// What was wrong with it.
        why: String,
        /// Where the old one is kept, if there was one.
        kept_as: Option<PathBuf>,
    },
}

impl std::fmt::Display for StoreRepair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TornTail { path, offset, kept_as } => write!(
                f,
                "{}: a record that was never acknowledged was cut off at byte {offset}; it is kept \
                 as {}",
                path.display(),
                kept_as.display()
            ),
            Self::StateRebuilt { why, kept_as: Some(kept_as) } => write!(
                f,
                "the state was made anew from the journal: {why}; the old one is kept as {}",
                kept_as.display()
            ),
            Self::StateRebuilt { why, kept_as: None } => {
                write!(f, "the state was made anew from the journal: {why}")
            }
        }
    }
}
