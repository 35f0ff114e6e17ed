//! What do the threads of a journal meet at?
//!
//! The lock, the condition variables and the counter of the standard library; in a model of the unit
//! tests those of loom, which tries every order in which threads can meet.

#[cfg(not(test))]
pub(super) use std::sync::{Condvar, Mutex, MutexGuard, atomic::AtomicUsize};
#[cfg(not(test))]
pub(super) type Thread = std::thread::JoinHandle<()>;

#[cfg(test)]
pub(super) use modelled::{AtomicUsize, Condvar, Mutex, MutexGuard, Thread, check};

use std::io;
use std::time::{Duration, Instant};

/// Starts a thread.
pub(super) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<Thread> {
    #[cfg(test)]
    if modelled::is_model() {
        return Ok(Thread::Loom(loom::thread::spawn(work)));
    }
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work)?;
    #[cfg(test)]
    let thread = Thread::Std(thread);
    Ok(thread)
}

/// How long it is since then. In a model no time passes: every order would be another one each time.
pub(super) fn elapsed(since: Instant) -> Duration {
    #[cfg(test)]
    if modelled::is_model() {
        return Duration::ZERO;
    }
    since.elapsed()
}

#[cfg(test)]
mod modelled {
    use std::cell::Cell;
    use std::ops::{Deref, DerefMut};
    use std::sync::atomic::Ordering;
    use std::sync::{self, LockResult, PoisonError};
    use std::time::Duration;

    use loom::model::Builder;

    thread_local! {
        /// Whether this thread, which does the work of all threads of a model, is in one.
        static IS_MODEL: Cell<bool> = const { Cell::new(false) };
    }

    pub(in super::super) fn is_model() -> bool {
        IS_MODEL.get()
    }

    /// Tries every order of the threads of a model. They are interrupted at most so often where they
    /// need not be.
    pub(in super::super) fn check(interruptions: usize, model: impl Fn() + Send + Sync + 'static) {
        let mut builder = Builder::new();
        builder.preemption_bound = Some(interruptions);
        builder.check(move || {
            struct Left;
            impl Drop for Left {
                fn drop(&mut self) {
                    IS_MODEL.set(false);
                }
            }
            IS_MODEL.set(true);
            let _left = Left;
            model();
        });
    }

    #[derive(Debug)]
    pub(in super::super) enum Mutex<T> {
        Std(sync::Mutex<T>),
        Loom(loom::sync::Mutex<T>),
    }

    pub(in super::super) enum MutexGuard<'a, T> {
        Std(sync::MutexGuard<'a, T>),
        Loom(loom::sync::MutexGuard<'a, T>),
    }

    impl<T> Mutex<T> {
        pub(in super::super) fn new(value: T) -> Self {
            match is_model() {
                true => Self::Loom(loom::sync::Mutex::new(value)),
                false => Self::Std(sync::Mutex::new(value)),
            }
        }

        pub(in super::super) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
            match self {
                Self::Std(mutex) => wrapped(mutex.lock(), MutexGuard::Std),
                Self::Loom(mutex) => wrapped(mutex.lock(), MutexGuard::Loom),
            }
        }
    }

    fn wrapped<G, R>(guard: LockResult<G>, wrap: impl Fn(G) -> R) -> LockResult<R> {
        guard.map(&wrap).map_err(|poison| PoisonError::new(wrap(poison.into_inner())))
    }

    impl<T> Deref for MutexGuard<'_, T> {
        type Target = T;

        fn deref(&self) -> &T {
            match self {
                Self::Std(guard) => guard,
                Self::Loom(guard) => guard,
            }
        }
    }

    impl<T> DerefMut for MutexGuard<'_, T> {
        fn deref_mut(&mut self) -> &mut T {
            match self {
                Self::Std(guard) => guard,
                Self::Loom(guard) => guard,
            }
        }
    }

    #[derive(Debug)]
    pub(in super::super) enum Condvar {
        Std(sync::Condvar),
        Loom(loom::sync::Condvar),
    }

    impl Condvar {
        pub(in super::super) fn new() -> Self {
            match is_model() {
                true => Self::Loom(loom::sync::Condvar::new()),
                false => Self::Std(sync::Condvar::new()),
            }
        }

        pub(in super::super) fn wait<'a, T>(
            &self,
            guard: MutexGuard<'a, T>,
        ) -> LockResult<MutexGuard<'a, T>> {
            match (self, guard) {
                (Self::Std(condvar), MutexGuard::Std(guard)) => {
                    wrapped(condvar.wait(guard), MutexGuard::Std)
                }
                (Self::Loom(condvar), MutexGuard::Loom(guard)) => {
                    wrapped(condvar.wait(guard), MutexGuard::Loom)
                }
                _ => panic!("one of a model, and one that is not"),
            }
        }

        /// In a model the time is never over.
        pub(in super::super) fn wait_timeout<'a, T>(
            &self,
            guard: MutexGuard<'a, T>,
            timeout: Duration,
        ) -> LockResult<(MutexGuard<'a, T>, ())> {
            match (self, guard) {
                (Self::Std(condvar), MutexGuard::Std(guard)) => {
                    let waited = condvar.wait_timeout(guard, timeout);
                    wrapped(waited, |(guard, _)| (MutexGuard::Std(guard), ()))
                }
                (_, guard) => wrapped(self.wait(guard), |guard| (guard, ())),
            }
        }

        pub(in super::super) fn notify_all(&self) {
            match self {
                Self::Std(condvar) => condvar.notify_all(),
                Self::Loom(condvar) => condvar.notify_all(),
            }
        }
    }

    #[derive(Debug)]
    pub(in super::super) enum AtomicUsize {
        Std(sync::atomic::AtomicUsize),
        Loom(loom::sync::atomic::AtomicUsize),
    }

    impl AtomicUsize {
        pub(in super::super) fn new(value: usize) -> Self {
            match is_model() {
                true => Self::Loom(loom::sync::atomic::AtomicUsize::new(value)),
                false => Self::Std(sync::atomic::AtomicUsize::new(value)),
            }
        }

        pub(in super::super) fn load(&self, order: Ordering) -> usize {
            match self {
                Self::Std(atomic) => atomic.load(order),
                Self::Loom(atomic) => atomic.load(order),
            }
        }

        pub(in super::super) fn fetch_add(&self, value: usize, order: Ordering) -> usize {
            match self {
                Self::Std(atomic) => atomic.fetch_add(value, order),
                Self::Loom(atomic) => atomic.fetch_add(value, order),
            }
        }

        pub(in super::super) fn swap(&self, value: usize, order: Ordering) -> usize {
            match self {
                Self::Std(atomic) => atomic.swap(value, order),
                Self::Loom(atomic) => atomic.swap(value, order),
            }
        }
    }

    pub(in super::super) enum Thread {
        Std(std::thread::JoinHandle<()>),
        Loom(loom::thread::JoinHandle<()>),
    }

    impl Thread {
        pub(in super::super) fn join(self) -> std::thread::Result<()> {
            match self {
                Self::Std(thread) => thread.join(),
                Self::Loom(thread) => thread.join(),
            }
        }
    }
}
