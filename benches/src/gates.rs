//! `compare gates`: what does it cost that lists change?
//!
//! A list of many numbers with 50,000 changes in its overlay. Publishing one more change is timed,
//! change by change; then readers look numbers up in batches, each batch in the newest gate, in
//! turns alone and beside a thread that publishes 5,000 changes a second.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use stoplist::{Bitmask, GateHandle, GateSpec, Gates, ListChange, NumberSet, PhoneNumber, Traffic};

use crate::measure::{Measurement, median};
use crate::numbers::Mix;
use crate::{BATCH, options};

/// Changes that are in the overlay before anything is timed.
const CHANGES: usize = 50_000;
/// Changes that are timed one by one. With those before, too few for a fold.
const TIMED: usize = 10_000;
const CHANGES_A_SECOND: u32 = 5_000;
/// How long readers read in each round, alone and not alone.
const ROUND: Duration = Duration::from_millis(500);

/// What is drawn for one purpose has nothing to do with what is drawn for another.
const MEMBERS: u64 = 1;
const QUERIES: u64 = 2;
const NEW: u64 = 3;

pub(crate) fn run(options: &[String]) -> Result<Vec<Measurement>, String> {
    options::only(options, &["--numbers", "--rounds"])?;
    let numbers = options::count(options, "--numbers", 10_000_000)?;
    let rounds = options::count(options, "--rounds", 11)?;
    let name = format!("gates us {numbers}");
    let drawn = |seed: u64, count: usize| -> Vec<PhoneNumber> {
        Mix::Us.draws(seed).filter_map(|number| PhoneNumber::new(number).ok()).take(count).collect()
    };
    let set: NumberSet = drawn(MEMBERS, numbers).into_iter().collect();
    let gates = Gates::new();
    let put = gates.put_list(1, "blocked", Traffic::ALL, &set);
    put.map_err(|error| error.to_string())?;
    let handle = gates.open(&GateSpec::all(Traffic::ALL)).map_err(|error| error.to_string())?;

    let mut writer = Writer { gates: &gates, handle: &handle, generation: 1 };
    let new = drawn(NEW, CHANGES + TIMED);
    let (first, timed) = new.split_at_checked(CHANGES).unwrap_or_default();
    writer.publish(first)?;
    let mut times = Vec::with_capacity(TIMED);
    for number in timed.chunks(1) {
        let start = Instant::now();
        writer.publish(number)?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    let measurement = |system, metric, value, unit, n| Measurement {
        work: name.clone(),
        system,
        metric,
        value,
        unit,
        n,
    };
    let published = measurement("publish one change", "us_per_change", median(times), "µs", TIMED);

    let queries: Vec<u64> = Mix::Us.draws(QUERIES).take(1 << 22).collect();
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        alone.push(read(&handle, &queries));
        beside.push(read_beside(&mut writer, &queries)?);
    }
    let n = queries.len();
    let (alone, beside) = (median(alone), median(beside));
    Ok(vec![
        published,
        measurement("reader alone", "ns_per_lookup", alone, "ns", n),
        measurement("reader beside a writer", "ns_per_lookup", beside, "ns", n),
        measurement("reader beside a writer", "share_of_throughput", alone / beside, "", n),
    ])
}

struct Writer<'a> {
    gates: &'a Gates,
    handle: &'a GateHandle,
    generation: u64,
}

impl Writer<'_> {
    /// Adds numbers, and makes sure that they are seen.
    fn publish(&mut self, added: &[PhoneNumber]) -> Result<(), String> {
        self.generation += 1;
        let change = ListChange { list: "blocked", added, removed: &[] };
        self.gates.apply(self.generation, &[change]).map_err(|error| error.to_string())?;
        let gate = self.handle.load();
        match added.last() {
            Some(&number) if !gate.contains(number) => Err(format!("{number} is not seen")),
            _ => Ok(()),
        }
    }
}

/// Nanoseconds a look-up, for about as long as a round is.
fn read(handle: &GateHandle, queries: &[u64]) -> f64 {
    let mut found = Bitmask::new();
    let (mut looked_up, mut hits) = (0, 0);
    let start = Instant::now();
    for numbers in queries.chunks(BATCH).cycle() {
        handle.load().contains_batch_into(numbers, &mut found);
        looked_up += numbers.len();
        hits += found.count_ones();
        if start.elapsed() >= ROUND {
            break;
        }
    }
    std::hint::black_box(hits);
    start.elapsed().as_secs_f64() * 1e9 / looked_up as f64
}

/// As [`read`], while another thread publishes: folds included, when their time comes.
fn read_beside(writer: &mut Writer<'_>, queries: &[u64]) -> Result<f64, String> {
    let done = AtomicBool::new(false);
    let handle = writer.handle;
    let seed = NEW + writer.generation;
    thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut new = Mix::Us.draws(seed);
            let start = Instant::now();
            for change in 0.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                let number = new.next().map(PhoneNumber::new);
                let number = number.and_then(Result::ok).ok_or("no more numbers")?;
                writer.publish(&[number])?;
                let due = Duration::from_secs(1) * change / CHANGES_A_SECOND;
                thread::sleep(due.saturating_sub(start.elapsed()));
            }
            Ok::<(), String>(())
        });
        let time = read(handle, queries);
        done.store(true, Ordering::Relaxed);
        let written = writing.join().map_err(|_| "the writer panicked".to_owned())?;
        written.map(|()| time)
    })
}
