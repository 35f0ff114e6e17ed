//! `cargo xtask torture`: does a store keep its promises whatever becomes of what it stands on?
//!
//! RELIABILITY.md says what is promised and what came of this. `crates/torture` has the faults that happen
//! to processes; those of a simulated disk are a unit test of the journal. Each harness is then shown
//! mistakes that are made on purpose, and has to notice every one.

use std::process::Command;

use crate::Failure;
use crate::process::{cargo, run as run_program, run_aside};

/// Mistakes that the simulated disk has to notice; the short form makes some of them.
const SIMULATED: &[&str] = &[
    "JournalSync",
    "ShortWrite",
    "SegmentName",
    "DirectoryName",
    "RollSync",
    "SyncAgain",
    "Poison",
    "SyncerPoison",
    "LandedEarly",
    "Place",
    "RollHash",
    "HeadChecksum",
    "HeaderChecksum",
    "PageHeaderChecksum",
    "PageChecksum",
    "HashChain",
    "ZerosEnd",
    "DamageTorn",
    "Acknowledged",
    "MarkUnfit",
    "TailGrown",
    "TailEarly",
    "TailDropped",
    "TailSync",
    "SegmentDropped",
    "NameTaken",
    "WriteAgain",
    "HeaderAgain",
    "OpenSync",
    "KeeperFails",
    "Checkpoint",
    "Marker",
    "MetaLate",
];
const OF_THE_SHORT_FORM: usize = 8;
const SIMULATED_TEST: &str = "simulated";
/// Of the long form.
const SEEDS: &str = "1000000";
const KILLS: &str = "2000";

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Asked<'a> {
    is_long: bool,
    /// For the harness: `--only NAME`, `--record FILE`.
    options: &'a [String],
}

/// Runs the short form, or the long one.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let asked = asked(args)?;
    let only = asked.options.iter().skip_while(|option| *option != "--only").nth(1);
    let wants = |name: &str| only.is_none_or(|only| only == name);
    if only.is_none_or(|only| only != SIMULATED_TEST) {
        processes(&asked)?;
    }
    if wants(SIMULATED_TEST) {
        simulated(asked.is_long)?;
    }
    if asked.is_long && only.is_none() {
        crate::crash::run(&[KILLS.to_owned()])?;
    }
    Ok(())
}

/// What CI runs.
pub(crate) fn short() -> Result<(), Failure> {
    run(&[])
}

fn asked(args: &[String]) -> Result<Asked<'_>, Failure> {
    let (is_long, options) = match args.split_first() {
        Some((first, options)) if first == "long" => (true, options),
        Some((first, options)) if first == "short" => (false, options),
        _ => (false, args),
    };
    let names = options.chunks(2).map(|option| option.first().map(String::as_str));
    let known = |name: Option<&str>| matches!(name, Some("--only" | "--record"));
    if options.len() % 2 != 0 || !names.into_iter().all(known) {
        return Err("this verb takes short or long, --only NAME and --record FILE".into());
    }
    Ok(Asked { is_long, options })
}

fn processes(asked: &Asked<'_>) -> Result<(), Failure> {
    let build = ["build", "--locked", "-p", "stoplist-torture", "--features", "seeded"];
    let profile: &[&str] = if asked.is_long { &["--release"] } else { &[] };
    cargo(&[&build, profile].concat())?;
    // Hostile files are given to the command.
    cargo(&[&["build", "--locked", "-p", "stoplist-cli"], profile].concat())?;
    let place = if asked.is_long { "release" } else { "debug" };
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let mut harness = Command::new(format!("{target}/{place}/stoplist-torture"));
    harness.arg(if asked.is_long { "long" } else { "short" }).args(asked.options);
    run_aside(&mut harness, "what it said is above; --only NAME runs that scenario again")
}

fn simulated(is_long: bool) -> Result<(), Failure> {
    let test = ["test", "--locked", "-p", "stoplist", "--lib", "--features", "torture"];
    let profile: &[&str] = if is_long { &["--release"] } else { &[] };
    let test = [&test, profile, &[SIMULATED_TEST, "--", "--nocapture"]].concat();
    println!("== a simulated disk under the journal");
    let seeds: &[(&str, &str)] = if is_long { &[("STOPLIST_SIMULATED_SEEDS", SEEDS)] } else { &[] };
    run_program("cargo", &test, seeds)?;
    println!("== mistakes on purpose");
    let made = if is_long { SIMULATED.len() } else { OF_THE_SHORT_FORM };
    for bug in SIMULATED.iter().take(made) {
        let mut quiet = Command::new("cargo");
        quiet.args(&test).env("STOPLIST_SEEDED_BUG", bug);
        let output = quiet.output().map_err(|error| format!("cargo does not start: {error}"))?;
        if output.status.success() {
            return Err(format!("the simulated disk does not notice {bug}").into());
        }
        println!("   {bug}: noticed");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::asked;

    #[test]
    fn takes_a_length_and_options_in_pairs() {
        let args = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(asked(&args(&["long"])).is_ok_and(|asked| asked.is_long));
        for words in [&[][..], &["short"], &["--only", "kill"], &["short", "--record", "x"]] {
            assert!(asked(&args(words)).is_ok_and(|asked| !asked.is_long), "{words:?}");
        }
        for words in [&["longer"][..], &["--only"], &["long", "--seed", "1"]] {
            assert!(asked(&args(words)).is_err(), "{words:?}");
        }
    }
}
