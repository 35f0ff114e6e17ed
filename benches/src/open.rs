//! `compare open`: how long does it take to import a list into a store, and to open it again?
//!
//! One system, several works: there is no peer that does the same. Reading a file is not part of it.

use std::path::Path;
use std::time::Instant;

use stoplist::{
    GateSpec, ImportOptions, ListSettings, NumberSet, NumberSetBuilder, PhoneNumber, Store,
    StoreOptions, Traffic,
};

use crate::measure::{Measurement, median};
use crate::numbers::Mix;
use crate::{options, scratch};

const MEMBERS: u64 = 1;

pub(crate) fn run(options: &[String]) -> Result<Vec<Measurement>, String> {
    options::only(options, &["--numbers", "--mix", "--rounds", "--directory"])?;
    let numbers = options::count(options, "--numbers", 10_000_000)?;
    let rounds = options::count(options, "--rounds", 3)?;
    let mix = Mix::named(options::text(options, "--mix")?.unwrap_or("us"))?;
    let mut set = NumberSetBuilder::new();
    let drawn = mix.draws(MEMBERS).filter_map(|number| PhoneNumber::new(number).ok());
    drawn.take(numbers).for_each(|number| set.push(number));
    let set = set.finish();
    scratch::with(options, |directory| {
        let mut times: [Vec<f64>; 4] = Default::default();
        for round in 0..rounds {
            let path = directory.join(round.to_string());
            for (times, time) in times.iter_mut().zip(measure(&path, &set)?) {
                times.push(time);
            }
            std::fs::remove_dir_all(&path).map_err(|error| error.to_string())?;
        }
        let works = ["import", "close", "open", "open, state made anew"];
        let rows = works.into_iter().zip(times).map(|(system, times)| Measurement {
            work: format!("list {} {}", mix.name(), set.len()),
            system,
            metric: "seconds",
            value: median(times),
            unit: "s",
            n: rounds,
        });
        Ok(rows.collect())
    })
}

fn measure(path: &Path, set: &NumberSet) -> Result<[f64; 4], String> {
    let told = |error: stoplist::StoreError| error.to_string();
    let options = StoreOptions::default;
    let store = Store::create(path, "ana", options()).map_err(told)?;
    let ana = store.acting_as("ana");
    ana.create_list("list", &ListSettings::new(Traffic::ALL)).map_err(told)?;
    let numbers = set.clone();
    let (import, report) = timed(|| ana.import("list", numbers, &ImportOptions::add("compare")));
    let report = report.map_err(told)?;
    let (close, ()) = timed(|| drop(store));
    let (open, store) = timed(|| Store::open(path, options()));
    check(&store.map_err(told)?, set, report.generation)?;
    std::fs::remove_dir_all(path.join("state")).map_err(|error| error.to_string())?;
    let (anew, store) = timed(|| Store::open(path, options()));
    check(&store.map_err(told)?, set, report.generation)?;
    Ok([import, close, open, anew])
}

/// Whether the store has the numbers, and no others beside them.
fn check(store: &Store, set: &NumberSet, generation: u64) -> Result<(), String> {
    let gate = store.gate(&GateSpec::all(Traffic::BROADCAST)).map_err(|error| error.to_string())?;
    let gate = gate.load();
    let step = (set.len() / 10_000).max(1) as usize;
    for number in set.iter().step_by(step) {
        let next = PhoneNumber::new(number.get() + 1).map_err(|error| error.to_string())?;
        if !gate.contains(number) || gate.contains(next) != set.contains(next) {
            return Err(format!("wrong about {number} or {next}"));
        }
    }
    if gate.generation() == generation { Ok(()) } else { Err("of another generation".to_owned()) }
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let done = work();
    (start.elapsed().as_secs_f64(), done)
}
