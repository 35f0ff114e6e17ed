//! How are many seeds tried?

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::counts::Counts;

/// Tries seeds on all processors, each with the directory of its thread, and prints what has
/// happened. Panics with the seed when one does.
///
/// `STOPLIST_SIMULATED_SEEDS` says how many instead, of which one in so many is tried, and
/// `STOPLIST_SIMULATED_FIRST` which is the first one.
pub(crate) fn over_seeds(
    what: &str,
    seeds: u64,
    one_in: u64,
    live: impl Fn(u64, &Path) -> Counts + Sync,
) -> Counts {
    let (first, seeds) = (
        number("FIRST").unwrap_or(0),
        number("SEEDS").map_or(seeds, |seeds| seeds.div_ceil(one_in)),
    );
    let next = AtomicU64::new(0);
    let failed: Mutex<Option<(u64, String)>> = Mutex::new(None);
    let counts = Mutex::new(Counts::default());
    let work = || {
        let root = directory();
        let mut own = Counts::default();
        while failed.lock().unwrap().is_none() {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= seeds {
                break;
            }
            let seed = first + number;
            match catch_unwind(AssertUnwindSafe(|| live(seed, root.path()))) {
                Ok(more) => {
                    own.add_all(&more);
                    own.one("seeds");
                }
                Err(panic) => {
                    let text = panic.downcast_ref::<String>().cloned();
                    let text =
                        text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
                    failed.lock().unwrap().get_or_insert((seed, text.unwrap_or_default()));
                }
            }
        }
        counts.lock().unwrap().add_all(&own);
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let counts = counts.into_inner().unwrap();
    if let Some((seed, text)) = failed.into_inner().unwrap() {
        panic!("{what}: seed {seed} (and {} did not fail): {text}", counts.of("seeds"));
    }
    tell(what, &counts);
    counts
}

#[expect(clippy::print_stdout, reason = "for whoever asks for so many seeds")]
fn tell(what: &str, counts: &Counts) {
    println!("torture {}", counts.to_json(what));
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(format!("STOPLIST_SIMULATED_{name}")).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("STOPLIST_SIMULATED_{name}: no number: {text}")))
}

/// In memory, where there is such a place: nothing of it is synced for real.
fn directory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = tempfile::Builder::new().prefix("stoplist-simulated-").tempdir_in(memory);
    made.or_else(|_| tempfile::tempdir()).unwrap()
}
