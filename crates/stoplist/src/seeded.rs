//! Which mistake is made on purpose?
//!
//! A harness that finds nothing in a store that is broken says nothing of one that is sound. So each
//! promise can be broken by a switch, and `cargo xtask torture` has to notice every one of them. The
//! switches are there with the feature `torture` alone, and then `STOPLIST_SEEDED_BUG` names the one
//! that is on; without it every question is answered no by the compiler.

/// A mistake, by the promise that it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// A record counts as durable before its sync.
    JournalSync,
    /// A change is acknowledged before it is given to the journal.
    Acknowledgement,
    /// A change is not shown to the gates.
    Publication,
    /// What the journal has beyond the state is left out when a store is opened, but for one change.
    Replay,
    /// A store does not look whether another process has it open.
    StoreLock,
    /// A file stays open behind each store that is closed.
    Handles,
    /// What is done is logged with its numbers.
    Log,
    /// Files of a store are made as the umask says.
    PrivateFiles,
}

/// Whether it is made.
#[cfg(not(feature = "torture"))]
#[inline(always)]
pub(crate) const fn is_made(_: Bug) -> bool {
    false
}

/// Whether it is made.
#[cfg(feature = "torture")]
pub(crate) fn is_made(bug: Bug) -> bool {
    use std::sync::OnceLock;
    static MADE: OnceLock<Option<String>> = OnceLock::new();
    let made = MADE.get_or_init(|| std::env::var("STOPLIST_SEEDED_BUG").ok());
    made.as_deref().is_some_and(|made| format!("{bug:?}") == made)
}
