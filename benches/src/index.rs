//! `compare index`: how long does it take to build, write, open, check and undo an index?
//!
//! One system, several works: there is no peer that does the same.

use std::fs::File;
use std::time::Instant;

use stoplist::{Index, NumberSet, PhoneNumber};

use crate::measure::{Measurement, median};
use crate::numbers::Mix;
use crate::options;

const MEMBERS: u64 = 1;

pub(crate) fn run(options: &[String]) -> Result<Vec<Measurement>, String> {
    options::only(options, &["--numbers", "--mix", "--rounds"])?;
    let numbers = options::count(options, "--numbers", 10_000_000)?;
    let rounds = options::count(options, "--rounds", 5)?;
    let mix = Mix::named(options::text(options, "--mix")?.unwrap_or("us"))?;
    let name = format!("index {} {numbers}", mix.name());
    let members = mix.members(numbers, MEMBERS)?;
    let phone_numbers = members.iter().filter_map(|&number| PhoneNumber::new(number).ok());
    let set = NumberSet::from_sorted(phone_numbers).map_err(|error| error.to_string())?;
    drop(members);

    let path = std::env::temp_dir().join(format!("stoplist-{}.index", std::process::id()));
    let outcome = (0..rounds).map(|_| round(&set, &path)).collect::<Result<Vec<_>, _>>();
    // Also after a failure.
    let removed = std::fs::remove_file(&path);
    let rounds = outcome?;
    removed.map_err(|error| format!("{}: {error}", path.display()))?;
    let row = |(at, system): (usize, &'static str)| Measurement {
        work: name.clone(),
        system,
        metric: "ms",
        value: median(rounds.iter().filter_map(|round| round.get(at).copied()).collect()),
        unit: "ms",
        n: numbers,
    };
    Ok(STEPS.into_iter().enumerate().map(row).collect())
}

const STEPS: [&str; 5] = ["build", "write", "open", "verify", "to set"];

/// The milliseconds that each step takes.
fn round(set: &NumberSet, path: &std::path::Path) -> Result<[f64; STEPS.len()], String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    let (build, index) = timed(|| Index::from_set(set));
    let (write, written) = timed(|| File::create(path).and_then(|file| index.write_to(file)));
    written.map_err(told)?;
    drop(index);
    let (open, opened) = timed(|| Index::open(path));
    let index = opened.map_err(|error| error.to_string())?;
    let (verify, verified) = timed(|| index.verify());
    verified.map_err(|error| error.to_string())?;
    let (undo, undone) = timed(|| index.to_set());
    if undone != *set {
        return Err("the index does not hold the set it was built of".to_owned());
    }
    Ok([build, write, open, verify, undo])
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let made = work();
    (start.elapsed().as_secs_f64() * 1e3, made)
}
