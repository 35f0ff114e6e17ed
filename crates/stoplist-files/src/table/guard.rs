//! How does a panic in somebody else's decoder become an error?
//!
//! The Arrow and Parquet crates check much of what they read, and panic on some of the rest. What
//! is known to panic is checked before it gets there ([`ipc_check`](super::ipc_check)); this is the
//! net below. The text of a panic that is caught here has already gone through the panic hook,
//! which belongs to the program and stays as it is.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a call into a decoder came to.
pub(crate) enum Failure<E> {
    /// It said what was wrong.
    Told(E),
    /// It panicked.
    Panicked,
}

impl<E: fmt::Display> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(error) => error.fmt(f),
            Self::Panicked => f.write_str("its parts contradict each other"),
        }
    }
}

/// Calls `call`, which must not be used again after it panicked.
pub(crate) fn guarded<T, E>(call: impl FnOnce() -> Result<T, E>) -> Result<T, Failure<E>> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(Failure::Told),
        Err(_) => Err(Failure::Panicked),
    }
}
