//! What do threads meet at?
//!
//! The atomics, the lock and the cell that this module uses: those of the standard library and of
//! `arc-swap`, and under the unit tests those of loom, which tries every order in which threads can
//! meet. So every unit test of this module runs inside a loom model.

#[cfg(not(test))]
pub(super) use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicU32, AtomicU64, Ordering},
};

#[cfg(test)]
pub(super) use loom::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicU32, AtomicU64, Ordering},
};

use std::sync::{Arc, PoisonError};

/// A value that is replaced whole.
pub(super) struct Published<T> {
    #[cfg(not(test))]
    current: arc_swap::ArcSwap<T>,
    #[cfg(test)]
    current: Mutex<Arc<T>>,
}

impl<T> Published<T> {
    pub(super) fn new(value: Arc<T>) -> Self {
        #[cfg(not(test))]
        let current = arc_swap::ArcSwap::new(value);
        #[cfg(test)]
        let current = Mutex::new(value);
        Self { current }
    }

    /// The value that was stored last. Never waits.
    pub(super) fn load(&self) -> Arc<T> {
        #[cfg(not(test))]
        return self.current.load_full();
        #[cfg(test)]
        return Arc::clone(&lock(&self.current));
    }

    /// As [`load`](Self::load) for a look, which leaves the count of its owners alone.
    #[inline]
    pub(super) fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        #[cfg(not(test))]
        return look(&self.current.load());
        #[cfg(test)]
        return look(&self.load());
    }

    pub(super) fn store(&self, value: Arc<T>) {
        #[cfg(not(test))]
        self.current.store(value);
        #[cfg(test)]
        drop(std::mem::replace(&mut *lock(&self.current), value));
    }
}

/// A thread that panicked with the lock has left nothing that others may not see: what it changed
/// was not published, and is whole entry by entry.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
