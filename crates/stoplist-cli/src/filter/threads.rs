//! What if the system gives no more threads?

use std::num::NonZeroUsize;
use std::sync::mpsc::{SendError, sync_channel};
use std::thread::{Builder, JoinHandle, available_parallelism};

use crate::failure::Failure;

/// As many threads as a filter uses at most.
const MOST: u64 = 256;

/// Those that read, write and hash.
const OTHERS: u64 = 3;

/// The addresses that a thread takes for its stack, in bytes.
const STACK: u64 = 2 << 20;

/// The addresses that it takes for a heap of its own, as glibc gives to so many threads a core.
const HEAP: u64 = 64 << 20;
const HEAPS_A_CORE: u64 = 8;

/// What has to be left beside the threads, for the rows that they work on.
const ROOM: u64 = 64 << 20;

/// How many threads judge: as many as are wanted, else one a core; or one, which then does all the
/// rest too, where a limit of this process (`ulimit -v`) leaves no room for so many.
///
/// Whoever makes threads until no more can be made has no memory left to go on with.
pub(super) fn affordable(wanted: Option<NonZeroUsize>) -> NonZeroUsize {
    let cores = available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = wanted.unwrap_or(cores);
    let all = (threads.get() as u64).min(MOST) + OTHERS;
    let heaps = all.min(HEAPS_A_CORE * cores.get() as u64);
    match addresses_left() {
        Some(left) if left < all * STACK + heaps * HEAP + ROOM => NonZeroUsize::MIN,
        _ => threads,
    }
}

/// How many bytes of addresses this process may still take; `None` where that is not limited, or
/// not known.
fn addresses_left() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let limit: u64 = value(&limits, "Max address space")?;
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let taken: u64 = value(&status, "VmSize:")?;
    Some(limit.saturating_sub(taken << 10))
}

/// The number that comes first behind a name at the beginning of a line.
fn value(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Work that goes on on a thread of its own.
pub(super) struct Working<R> {
    thread: JoinHandle<Option<R>>,
}

/// Gives `thing` to a thread that works on it; gives it back where no thread can be made.
pub(super) fn start<T, R>(
    name: &str,
    thing: T,
    work: impl FnOnce(T) -> R + Send + 'static,
) -> Result<Working<R>, T>
where
    T: Send + 'static,
    R: Send + 'static,
{
    start_as(Builder::new().name(format!("stoplist-{name}")), thing, work)
}

fn start_as<T, R>(
    thread: Builder,
    thing: T,
    work: impl FnOnce(T) -> R + Send + 'static,
) -> Result<Working<R>, T>
where
    T: Send + 'static,
    R: Send + 'static,
{
    // What the closure of a thread that is not made holds would be lost.
    let (to, from) = sync_channel(1);
    let run = move || from.recv().ok().map(work);
    match thread.spawn(run) {
        Ok(thread) => match to.send(thing) {
            Ok(()) => Ok(Working { thread }),
            Err(SendError(thing)) => Err(thing),
        },
        Err(_) => Err(thing),
    }
}

impl<R> Working<R> {
    /// Waits for its end. What a panic said is in the failure.
    pub(super) fn finish(self) -> Result<R, Failure> {
        self.thread.join().ok().flatten().ok_or_else(Failure::panicked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_thread_can_take_comes_back() {
        let double = |thing: u32| 2 * thing;
        let no_room = Builder::new().stack_size(1 << 60);
        assert_eq!(start_as(no_room, 21, double).err(), Some(21));
        assert_eq!(start("test", 21, double).ok().unwrap().finish().unwrap(), 42);
    }

    #[test]
    fn limits_are_read_as_the_system_writes_them() {
        let limits = "Limit    Soft Limit  Hard Limit  Units\n\
                      Max resident set          unlimited   unlimited   bytes\n\
                      Max address space         399360000   unlimited   bytes\n";
        assert_eq!(value(limits, "Max address space"), Some(399_360_000));
        assert_eq!(value(limits, "Max resident set"), None);
        assert_eq!(value("VmPeak:\t 9 kB\nVmSize:\t    1234 kB\n", "VmSize:"), Some(1234));
        assert_eq!(value("", "VmSize:"), None);
    }
}
