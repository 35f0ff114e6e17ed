//! Breaks what a store stands on, and looks whether it keeps its promises: RELIABILITY.md.
//!
//! `torture short|long [--only NAME] [--record FILE]` runs every kind of fault, or one. Built with the
//! feature `seeded` it then makes mistakes on purpose, one after the other, each of which has to be noticed.
//! Its other verbs are what it starts as processes of their own, to be killed.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to its terminal")]

mod dice;
mod door;
mod log;
mod scenario;
mod soak;
mod stage;
mod work;
mod worker;

use std::error::Error;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use serde_json::json;

use scenario::{Length, SCENARIOS, Scenario};
use stage::Stage;
use work::Work;
use worker::Task;

/// What went wrong, in one line.
type Failure = Box<dyn Error>;

const USAGE: &str = "torture short|long [--only NAME] [--record FILE]";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match perform(&args.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn perform(args: &[&str]) -> Result<(), Failure> {
    log::begin();
    match args {
        ["prepare", store, work, seed, steps] => {
            worker::prepare(&task(store, work, seed)?, steps.parse()?)
        }
        ["work", store, work, seed, from, count] => {
            worker::work(&task(store, work, seed)?, from.parse()?, count.parse()?)
        }
        ["open", store, work, seed] => worker::open(&task(store, work, seed)?),
        ["check", store, work, seed, done, begun, depth] => {
            let (done, begun) = (done.parse()?, begun.parse()?);
            let depth = stage::Depth::named(depth).ok_or("no such depth")?;
            worker::check(&task(store, work, seed)?, done, begun, depth)
        }
        ["soak", store, updates, reopens] => {
            soak::soak(Path::new(store), updates.parse()?, reopens.parse()?)
        }
        ["short", options @ ..] => torture(Length::Short, &Options::of(options)?),
        ["long", options @ ..] => torture(Length::Long, &Options::of(options)?),
        _ => Err(USAGE.into()),
    }
}

fn task<'a>(store: &'a str, work: &str, seed: &str) -> Result<Task<'a>, Failure> {
    let work = Work::named(work).ok_or_else(|| format!("no work is named {work}"))?;
    Ok(Task { store: Path::new(store), work, seed: seed.parse()? })
}

#[derive(Default)]
struct Options<'a> {
    only: Option<&'a str>,
    record: Option<&'a str>,
}

impl<'a> Options<'a> {
    fn of(args: &[&'a str]) -> Result<Self, Failure> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let place = match *arg {
                "--only" => &mut options.only,
                "--record" => &mut options.record,
                _ => return Err(USAGE.into()),
            };
            *place = Some(*args.next().ok_or(USAGE)?);
        }
        Ok(options)
    }
}

fn torture(length: Length, options: &Options<'_>) -> Result<(), Failure> {
    let wanted = |scenario: &&Scenario| options.only.is_none_or(|only| only == scenario.name);
    let scenarios: Vec<&Scenario> = SCENARIOS.iter().filter(wanted).collect();
    if scenarios.is_empty() {
        let names: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        return Err(format!("no such scenario; there are {}", names.join(", ")).into());
    }
    let stage = Stage::new(None)?;
    for scenario in &scenarios {
        println!("== {}: {}", scenario.name, scenario.about);
        let start = Instant::now();
        let counts = (scenario.run)(&stage, length)
            .map_err(|failure| format!("{}: {failure}", scenario.name))?;
        let seconds = start.elapsed().as_secs_f64();
        let shown: Vec<String> =
            counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
        println!("   {} in {seconds:.1} s", shown.join(", "));
        let record = json!({
            "scenario": scenario.name,
            "counts": counts,
            "seconds": (seconds * 10.0).round() / 10.0,
        });
        write(options.record, &record.to_string())?;
    }
    if cfg!(feature = "seeded") {
        notice_bugs(&scenarios, options)?;
    }
    Ok(())
}

/// Makes each mistake, and sees whether its scenario fails.
fn notice_bugs(scenarios: &[&Scenario], options: &Options<'_>) -> Result<(), Failure> {
    println!("== mistakes on purpose");
    let mut unseen = Vec::new();
    for scenario in scenarios {
        for bug in scenario.bugs {
            let stage = Stage::new(Some(bug))?;
            let outcome = (scenario.run)(&stage, Length::Short);
            // Where a scenario cannot run it notices nothing.
            let is_left_out = matches!(&outcome, Ok(counts) if counts.contains_key("left out"));
            let seen = match &outcome {
                Ok(_) if is_left_out => "left out".to_owned(),
                Ok(_) => "NOT NOTICED".to_owned(),
                Err(failure) => format!("noticed: {failure}").chars().take(160).collect(),
            };
            println!("   {bug}, {}: {seen}", scenario.name);
            let record =
                json!({"bug": bug, "scenario": scenario.name, "noticed": outcome.is_err()});
            write(options.record, &record.to_string())?;
            if outcome.is_ok() && !is_left_out {
                unseen.push(format!("{bug} by {}", scenario.name));
            }
        }
    }
    if unseen.is_empty() {
        Ok(())
    } else {
        Err(format!("not noticed: {}", unseen.join(", ")).into())
    }
}

fn write(to: Option<&str>, line: &str) -> Result<(), Failure> {
    if let Some(path) = to {
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        writeln!(file, "{line}")?;
    }
    Ok(())
}
