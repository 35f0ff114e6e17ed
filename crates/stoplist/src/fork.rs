//! Is this still the process in which something was made?
//!
//! A fork copies all memory, and one thread. Locks that others held stay taken in the child, threads
//! that it would wait for are not there, and the files and their locks are the parent's. So whatever
//! has those remembers its home, and in a child leaves them alone.

use std::sync::atomic::{AtomicU32, Ordering};

/// How often [`after_fork`] was called, in this process and those before it.
static GENERATION: AtomicU32 = AtomicU32::new(0);

/// Tells the library that this process has just been forked: call it in the child, before anything
/// else of this crate, for instance from `pthread_atfork`. Not in the parent. The C library does so
/// by itself.
///
/// From then on texts that are more than digits are parsed with rules of the child's own: a thread of
/// the parent, which is not there any more, may have been at work on those that were inherited, and
/// the child would wait for it for ever. Making them takes some tens of ms and a few MB, when the first
/// such text comes; without one, nothing. A [`Store`](crate::Store) knows a child without being told.
///
/// Only adds to an atomic integer, so it may be called where a signal handler may be.
///
/// ```
/// use stoplist::Parser;
///
/// stoplist::after_fork();
/// assert_eq!(Parser::default().parse("+49 (30) 901820")?.get(), 4930901820);
/// # Ok::<(), stoplist::Refusal>(())
/// ```
pub fn after_fork() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
}

/// How many forks lie between this process and the one that was started, as far as it was told.
pub(crate) fn generation() -> u32 {
    GENERATION.load(Ordering::Relaxed)
}

/// The process in which something was made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Home(u32);

impl Home {
    /// This one.
    pub(crate) fn here() -> Self {
        Self(process_id())
    }

    /// Whether this is another one: a child, or a child of a child. Asks the system, which takes less
    /// than a microsecond.
    pub(crate) fn is_left(self) -> bool {
        self != Self::here()
    }

    pub(crate) fn id(self) -> u32 {
        self.0
    }
}

fn process_id() -> u32 {
    #[cfg(test)]
    if pretence::is_child() {
        return u32::MAX;
    }
    std::process::id()
}

/// A thread that takes itself for the only one of a child: nothing can be forked without `unsafe`.
#[cfg(test)]
pub(crate) mod pretence {
    use std::cell::Cell;

    thread_local! {
        static IS_CHILD: Cell<bool> = const { Cell::new(false) };
    }

    pub(super) fn is_child() -> bool {
        IS_CHILD.get()
    }

    /// Runs something as a child would.
    pub(crate) fn in_child<T>(run: impl FnOnce() -> T) -> T {
        IS_CHILD.set(true);
        let done = run();
        IS_CHILD.set(false);
        done
    }
}
