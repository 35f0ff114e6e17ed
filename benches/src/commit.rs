//! `compare commit`: what does it cost to keep a change?
//!
//! One block of one number, beside a bare append and `fdatasync` of as many bytes as the store's
//! journal grows by, on the same file system and in turns. Then as many blocks as threads can make
//! at once, beside what one thread makes.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use stoplist::{BlockRequest, Documentation, PhoneNumber, Reason, Store, StoreOptions};

use crate::measure::{Measurement, median};
use crate::{options, scratch};

const THREADS: usize = 16;
/// How long threads block in each round.
const ROUND: Duration = Duration::from_millis(500);

pub(crate) fn run(options: &[String]) -> Result<Vec<Measurement>, String> {
    options::only(options, &["--changes", "--rounds", "--directory"])?;
    let changes = options::count(options, "--changes", 2000)?;
    let rounds = options::count(options, "--rounds", 7)?;
    scratch::with(options, |directory| measure(directory, changes, rounds))
}

fn measure(directory: &Path, changes: usize, rounds: usize) -> Result<Vec<Measurement>, String> {
    let told = |error: stoplist::StoreError| error.to_string();
    let store = Store::create(directory.join("store"), "ana", StoreOptions::default());
    let store = store.map_err(told)?;
    let ana = store.acting_as("ana");
    let next = AtomicU64::new(12_000_000_000);
    let block = || {
        let number = PhoneNumber::new(next.fetch_add(1, Ordering::Relaxed));
        let number = number.map_err(|refusal| refusal.to_string())?;
        ana.block(&[number.into()], &request()).map(drop).map_err(told)
    };
    let journal_bytes = || Ok::<_, String>(ana.info().map_err(told)?.bytes.journal);
    let before = journal_bytes()?;
    block()?;
    let record = vec![b'x'; (journal_bytes()? - before) as usize];

    let path = directory.join("bare");
    let bare = OpenOptions::new().create_new(true).append(true).open(&path);
    let mut bare = bare.map_err(|error| format!("{}: {error}", path.display()))?;
    let (mut stored, mut appended) = (Vec::new(), Vec::new());
    for _ in 0..changes {
        let start = Instant::now();
        append(&mut bare, &record)?;
        appended.push(start.elapsed().as_secs_f64() * 1e6);
        let start = Instant::now();
        block()?;
        stored.push(start.elapsed().as_secs_f64() * 1e6);
    }
    let (mut one, mut many) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        one.push(rate(1, &block)?);
        many.push(rate(THREADS, &block)?);
    }
    let row = |system, metric, value, unit, n| Measurement {
        work: format!("commit of {} bytes", record.len()),
        system,
        metric,
        value,
        unit,
        n,
    };
    let [stored, appended, one, many] = [stored, appended, one, many].map(median);
    Ok(vec![
        row("append + fdatasync", "us_per_change", appended, "µs", changes),
        row("block one number", "us_per_change", stored, "µs", changes),
        row("1 thread", "changes_per_second", one, "/s", rounds),
        row("16 threads", "changes_per_second", many, "/s", rounds),
    ])
}

fn request() -> BlockRequest {
    BlockRequest::new(Documentation::new(Reason::OptOut).note("wrote STOP").source("gateway"))
}

fn append(file: &mut File, record: &[u8]) -> Result<(), String> {
    file.write_all(record).and_then(|()| file.sync_data()).map_err(|error| error.to_string())
}

/// Changes a second that so many threads make.
fn rate(threads: usize, change: &(impl Fn() -> Result<(), String> + Sync)) -> Result<f64, String> {
    let start = Instant::now();
    let run = || {
        let mut changes = 0_u64;
        while start.elapsed() < ROUND {
            change()?;
            changes += 1;
        }
        Ok::<u64, String>(changes)
    };
    let changes = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let joined = running.into_iter().map(|one| one.join());
        joined.map(|one| one.map_err(|_| "a thread panicked".to_owned())?).sum::<Result<u64, _>>()
    })?;
    Ok(changes as f64 / start.elapsed().as_secs_f64())
}
