//! Is this process the child of one that had the library open?

use std::process;

#[cfg(unix)]
use std::sync::Once;

use crate::fault::Fault;

/// The process that something was made in.
#[derive(Clone, Copy)]
pub(crate) struct Home(u32);

impl Home {
    /// Here, and now.
    pub(crate) fn here() -> Self {
        Self(process::id())
    }

    pub(crate) fn is_elsewhere(self) -> bool {
        self.0 != process::id()
    }

    /// For whatever a forked child may not do.
    pub(crate) fn check(self) -> Result<(), Fault> {
        if self.is_elsewhere() { Err(Fault::forked()) } else { Ok(()) }
    }
}

/// Sees to it that a child of this process does not wait for threads that it does not have.
#[cfg(unix)]
pub(crate) fn watch() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        // SAFETY: the handler stores to an atomic, which is all that a child may do there. Without
        // memory for it, a child that parses unusual texts could wait for one that was being parsed.
        let _ = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    });
}

#[cfg(unix)]
extern "C" fn in_child() {
    stoplist::after_fork();
}

/// There is no fork here.
#[cfg(not(unix))]
pub(crate) fn watch() {}
