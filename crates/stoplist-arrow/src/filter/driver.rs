//! On which threads does the work run?
//!
//! One job, two drivers: [`chunks_serial`] and [`chunks_parallel`] give the same results in the same
//! order. Nothing here knows what a job does. No lock is held when the pool is entered.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::Error;

/// Rows in a chunk. Chosen, not yet measured: judging so many takes some hundred microseconds, to
/// hand them to another thread a few, and a batch of 100,000 rows still keeps 6 threads at work.
const CHUNK_ROWS: usize = 1 << 14;

/// A pool starts all its threads at once, and far fewer than this keep any machine busy.
const MAX_THREADS: usize = 256;

/// The driver that a filter uses.
#[derive(Debug)]
pub(super) enum Driver {
    Serial,
    Parallel {
        pool: ThreadPool,
        /// The process that has the threads of the pool: a forked child has none.
        process: u32,
    },
}

impl Driver {
    /// With one thread, or when a pool cannot be made, serial.
    pub(super) fn new(threads: Option<NonZeroUsize>) -> Self {
        let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let threads = threads.unwrap_or_else(cores).get().min(MAX_THREADS);
        if threads == 1 {
            return Self::Serial;
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("stoplist-{index}"))
            .build();
        match pool {
            Ok(pool) => Self::Parallel { pool, process: std::process::id() },
            Err(_) => Self::Serial,
        }
    }

    /// Runs `job` for each chunk of `len` rows, given its start and length; the results in order.
    pub(super) fn run<T: Send>(
        &self,
        len: usize,
        job: impl Fn(usize, usize) -> T + Send + Sync,
    ) -> Vec<T> {
        match self {
            Self::Parallel { pool, process }
                if len > CHUNK_ROWS && *process == std::process::id() =>
            {
                chunks_parallel(pool, len, job)
            }
            _ => chunks_serial(len, job),
        }
    }
}

fn chunks_serial<T>(len: usize, job: impl Fn(usize, usize) -> T) -> Vec<T> {
    (0..len.div_ceil(CHUNK_ROWS)).map(|chunk| run_chunk(chunk, len, &job)).collect()
}

fn chunks_parallel<T: Send>(
    pool: &ThreadPool,
    len: usize,
    job: impl Fn(usize, usize) -> T + Send + Sync,
) -> Vec<T> {
    let chunks = (0..len.div_ceil(CHUNK_ROWS)).into_par_iter();
    pool.install(|| chunks.map(|chunk| run_chunk(chunk, len, &job)).collect())
}

fn run_chunk<T>(chunk: usize, len: usize, job: impl Fn(usize, usize) -> T) -> T {
    let start = chunk * CHUNK_ROWS;
    job(start, CHUNK_ROWS.min(len - start))
}

/// Makes an error of a panic, on whichever thread it happens.
///
/// What the work leaves behind is dropped with it: a filter keeps nothing that could be half done.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message = text.or_else(|| payload.downcast_ref::<String>().cloned());
        Err(Error::Panicked { message: message.unwrap_or_else(|| "no message".to_owned()) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool() -> ThreadPool {
        ThreadPoolBuilder::new().num_threads(3).build().unwrap()
    }

    #[test]
    fn both_drivers_cover_every_row_once_and_in_order() {
        let pool = pool();
        for len in [0, 1, CHUNK_ROWS - 1, CHUNK_ROWS, CHUNK_ROWS + 1, 5 * CHUNK_ROWS + 7] {
            let job = |start: usize, len: usize| (start..start + len).collect::<Vec<_>>();
            let serial = chunks_serial(len, job);
            assert_eq!(serial, chunks_parallel(&pool, len, job));
            assert_eq!(serial.concat(), (0..len).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_panic_on_any_thread_becomes_an_error() {
        let pool = pool();
        let job = |start, _| if start == 0 { 0 } else { panic!("chunk at {start}") };
        for threads in [1, 3] {
            let outcome = guarded(|| match threads {
                1 => Ok(chunks_serial(2 * CHUNK_ROWS, job)),
                _ => Ok(chunks_parallel(&pool, 2 * CHUNK_ROWS, job)),
            });
            let Err(Error::Panicked { message }) = outcome else { panic!("{outcome:?}") };
            assert_eq!(message, "chunk at 16384");
        }
    }

    #[test]
    fn one_thread_needs_no_pool() {
        assert!(matches!(Driver::new(Some(NonZeroUsize::MIN)), Driver::Serial));
        assert!(matches!(Driver::new(NonZeroUsize::new(2)), Driver::Parallel { .. }));
    }
}
