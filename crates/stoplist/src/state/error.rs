//! Why can the state not be read or written?

use std::io;
use std::path::{Path, PathBuf};

/// Why a call to the state fails. Whatever it is, the journal has everything that the state had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateError {
    /// The system refuses to read, write or sync.
    #[error("cannot {action} {}: {source}; check the disk and the rights, then open the store again", path.display())]
    Io {
        /// `read`, `sync`, …
        action: &'static str,
        /// Of what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// What is read is not what was written.
    #[error("the state is damaged: {what}; set it aside and rebuild it from the journal")]
    Damaged {
        /// What was found where.
        what: String,
    },
    /// The database refuses for a reason of its own.
    #[error(
        "the database of the state fails: {0}; set the state aside and rebuild it from the journal"
    )]
    Backend(String),
    /// A key or a value is longer than the database keeps well. A defect of the caller.
    #[error("a {what} of {bytes} bytes is too long for the state, which takes {limit}; split it")]
    TooLarge {
        /// `key` or `value`.
        what: &'static str,
        /// As given.
        bytes: usize,
        /// As allowed.
        limit: usize,
    },
    /// An earlier error ended the work; changes since then were dropped.
    #[error("the state takes no more changes: {reason}; open the store again, which rebuilds it")]
    Stopped {
        /// The first error.
        reason: String,
    },
}

impl StateError {
    /// For `map_err`: what was tried with which path.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
}

/// What a panic says; most do. Sled puts whole trees into some.
pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    let line = text.unwrap_or("a panic without a message").lines().next().unwrap_or_default();
    line.chars().take(200).collect()
}
