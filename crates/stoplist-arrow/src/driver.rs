//! On which threads does the work run?
//!
//! Work enters a pool once, and there does a job for many items at the same time; or it stays where
//! it is, and does one after the other. The results are the same, in the same order. Nothing here
//! knows what a job does. No lock is held when the pool is entered.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use crate::Error;

/// A pool starts all its threads at once, and far fewer than this keep any machine busy.
const MAX_THREADS: usize = 256;

/// The driver that a filter uses.
#[derive(Debug)]
pub(crate) enum Driver {
    Serial,
    Parallel {
        pool: ThreadPool,
        /// The process that has the threads of the pool: a forked child has none.
        process: u32,
    },
}

/// Where work is done that a [`Driver`] has taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Workers {
    One,
    /// The threads of the pool that the work is in.
    Pool,
}

impl Driver {
    /// With one thread, or when a pool cannot be made, serial.
    pub(crate) fn new(threads: Option<NonZeroUsize>) -> Self {
        let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        match threads.unwrap_or_else(cores).get().min(MAX_THREADS) {
            1 => Self::Serial,
            threads => pool(threads)
                .map_or(Self::Serial, |pool| Self::Parallel { pool, process: std::process::id() }),
        }
    }

    /// Does some work: in the pool, unless it is `small` or there is none.
    pub(crate) fn enter<T: Send>(&self, small: bool, work: impl Fn(Workers) -> T + Sync) -> T {
        match self {
            Self::Parallel { pool, process } if !small && *process == std::process::id() => {
                enter_pool(pool, work)
            }
            _ => work(Workers::One),
        }
    }
}

fn pool(threads: usize) -> Result<ThreadPool, ThreadPoolBuildError> {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("stoplist-{index}"))
        .build()
}

fn enter_pool<T: Send>(pool: &ThreadPool, work: impl Fn(Workers) -> T + Sync) -> T {
    let enter = || pool.install(|| work(Workers::Pool));
    if rayon::current_thread_index().is_none() {
        return enter();
    }
    // A thread of a pool of the caller's takes up other work of that pool while it waits for ours,
    // in the midst of this call: work that may want a lock which the caller holds. So another
    // thread enters our pool in its place.
    let entered = thread::scope(|scope| {
        let waiting = thread::Builder::new().spawn_scoped(scope, enter).ok()?;
        Some(waiting.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    entered.unwrap_or_else(|| work(Workers::One))
}

impl Workers {
    /// Does a job for each item; the results in the order of the items.
    pub(crate) fn run<I: Send, T: Send>(
        self,
        items: Vec<I>,
        job: impl Fn(I) -> T + Send + Sync,
    ) -> Vec<T> {
        match self {
            Self::One => items.into_iter().map(job).collect(),
            Self::Pool => items.into_par_iter().map(job).collect(),
        }
    }
}

/// Makes an error of a panic, on whichever thread it happens.
///
/// What the work leaves behind is dropped with it: a filter keeps nothing that could be half done.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message = text.or_else(|| payload.downcast_ref::<String>().cloned());
        Err(Error::Panicked { message: message.unwrap_or_else(|| "no message".to_owned()) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many items as there are, at most.
    fn items(len: usize) -> Vec<usize> {
        (0..len).collect()
    }

    #[test]
    fn every_item_is_done_once_and_in_order() {
        let driver = Driver::new(NonZeroUsize::new(3));
        for len in [0, 1, 2, 100] {
            let job = |item: usize| item * 3;
            let expected: Vec<usize> = (0..3 * len).step_by(3).collect();
            for small in [true, false] {
                let run = |workers: Workers| (workers, workers.run(items(len), job));
                let workers = if small { Workers::One } else { Workers::Pool };
                assert_eq!(driver.enter(small, run), (workers, expected.clone()));
            }
        }
    }

    #[test]
    fn a_panic_on_any_thread_becomes_an_error() {
        let job = |item| if item == 0 { 0 } else { panic!("item {item}") };
        let run = |workers: Workers| workers.run(items(2), job);
        let parallel = Driver::new(NonZeroUsize::new(3));
        let outcomes = [
            guarded(|| Ok(Driver::Serial.enter(false, run))),
            guarded(|| Ok(parallel.enter(false, run))),
            pool(2).unwrap().install(|| guarded(|| Ok(parallel.enter(false, run)))),
        ];
        for outcome in outcomes {
            let Err(Error::Panicked { message }) = outcome else { panic!("{outcome:?}") };
            assert_eq!(message, "item 1");
        }
    }

    #[test]
    fn a_thread_of_another_pool_takes_up_no_other_work_meanwhile() {
        let driver = Driver::new(NonZeroUsize::new(2));
        let lock = std::sync::Mutex::new(0);
        let callers = pool(2).unwrap();
        callers.install(|| {
            (0..64).into_par_iter().for_each(|_| {
                // Whoever took up another of these in the midst of one would wait for itself.
                let mut calls = lock.lock().unwrap();
                driver.enter(false, |workers| workers.run(items(8), |item| item));
                *calls += 1;
            });
        });
        assert_eq!(*lock.lock().unwrap(), 64);
    }

    #[test]
    fn one_thread_needs_no_pool() {
        assert!(matches!(Driver::new(Some(NonZeroUsize::MIN)), Driver::Serial));
        assert!(matches!(Driver::new(NonZeroUsize::new(2)), Driver::Parallel { .. }));
    }
}
