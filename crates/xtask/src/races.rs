//! `cargo xtask races`: do threads of a store touch the same memory without an order between them?
//!
//! ThreadSanitizer sees every access to memory, also of the standard library, which is built with it
//! for that. It watches those tests in which threads meet. Unit tests of the gates are not among them:
//! there loom takes the place of threads, and tries their orders by itself; the gates are watched as
//! they are used, from outside.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::process::{output, run as run_program};

/// What is built, and the tests of it that are run: of these modules.
const WATCHED: [(&[&str], &[&str]); 2] = [
    (&["--lib"], &["journal::", "state::", "set::builder::"]),
    (
        &["--test", "it"],
        &[
            "gate_readers_and_writers_do_not_wait::",
            "store_answers_as_a_simple_model::",
            "store_lifts_blocks_in_time::",
            "store_shows_changes_at_once::",
            "store_stops_at_the_first_failed_write::",
            "store_survives_kill::",
            "store_undoes::",
        ],
    ),
];
/// Everything takes some ten times as long.
const SETTINGS: &[(&str, &str)] = &[
    ("RUSTFLAGS", "-Zsanitizer=thread"),
    ("STOPLIST_CRASH_ROUNDS", "40"),
    ("STOPLIST_SIMULATED_SEEDS", "200"),
];
/// What is no finding, and why.
const SUPPRESSIONS: &str = "crates/xtask/src/races.supp";
/// Beside the usual one: all is built anew, the standard library too.
const TARGET: &str = "target/races";
const NIGHTLY: &str = "a nightly compiler: `rustup toolchain install nightly`";
const SOURCE: &str =
    "the source of its standard library: `rustup component add rust-src --toolchain nightly`";

/// Runs the tests in which threads meet; each race is a file, and there may be none.
pub(crate) fn run() -> Result<(), Failure> {
    let host = needed()?;
    let root = env::current_dir()?;
    let reports = root.join(TARGET).join("reports");
    if reports.exists() {
        fs::remove_dir_all(&reports)?;
    }
    fs::create_dir_all(&reports)?;
    let options = options(&root.join(SUPPRESSIONS), &reports);
    let env: Vec<(&str, &str)> =
        SETTINGS.iter().copied().chain([("TSAN_OPTIONS", options.as_str())]).collect();
    for (of, modules) in WATCHED {
        println!("== {}", of.join(" "));
        let ran = run_program("cargo", &command(&host, of, modules), &env);
        // Of a process that was killed, or whose output nobody reads, this is all that is left.
        let found = found(&reports)?;
        if !found.is_empty() {
            return Err(complaint(&found)?.into());
        }
        ran?;
    }
    println!("   no races");
    Ok(())
}

/// The machine that is built for, if all is there that is needed.
fn needed() -> Result<String, Failure> {
    let version = output("rustc", &["+nightly", "-vV"]).map_err(|_| missing(NIGHTLY))?;
    let sysroot = output("rustc", &["+nightly", "--print", "sysroot"])?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.lock");
    if !library.exists() {
        return Err(missing(SOURCE));
    }
    Ok(host(&version).ok_or("`rustc +nightly -vV` names no host")?.to_owned())
}

fn missing(what: &str) -> Failure {
    format!("to look for races needs {what}").into()
}

fn host(version: &str) -> Option<&str> {
    version.lines().find_map(|line| line.strip_prefix("host: "))
}

/// A report may be of a child that is killed: so each process writes files of its own.
fn options(suppressions: &Path, reports: &Path) -> String {
    let (suppressions, reports) = (suppressions.display(), reports.display());
    format!("suppressions={suppressions} log_path={reports}/race history_size=7")
}

fn command<'a>(host: &'a str, of: &[&'a str], modules: &[&'a str]) -> Vec<&'a str> {
    let mut command = vec!["+nightly", "test", "-Zbuild-std", "--target", host, "--locked"];
    command.extend(["--target-dir", TARGET, "-p", "stoplist"]);
    command.extend(of);
    command.push("--");
    command.extend(modules);
    command
}

/// The files that processes have left.
fn found(reports: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(reports)? {
        found.push(entry?.path());
    }
    found.sort_unstable();
    Ok(found)
}

/// What is in the reports, in short, and where to read on.
fn complaint(found: &[PathBuf]) -> Result<String, Failure> {
    let mut summaries = Vec::new();
    for report in found {
        summaries.extend(summaries_of(&String::from_utf8_lossy(&fs::read(report)?)));
    }
    summaries.sort_unstable();
    summaries.dedup();
    let files: Vec<String> = found.iter().map(|file| file.display().to_string()).collect();
    Ok(format!("races: {}; read {}", summaries.join("; "), files.join(", ")))
}

fn summaries_of(report: &str) -> Vec<String> {
    let summaries = report.lines().filter_map(|line| line.strip_prefix("SUMMARY: "));
    summaries.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Failure, WATCHED, command, host, options, summaries_of};

    const CRATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../stoplist");

    #[test]
    fn builds_for_the_machine_that_it_is_on() {
        let version = "rustc 1.97.0-nightly\nhost: x86_64-unknown-linux-gnu\nrelease: 1.97.0";
        assert_eq!(host(version), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(host("rustc 1.97.0"), None);
        let command = command("h", &["--test", "it"], &["a::", "b::"]).join(" ");
        assert!(command.contains("--target h --locked"), "{command}");
        assert!(command.ends_with("-p stoplist --test it -- a:: b::"), "{command}");
    }

    #[test]
    fn every_module_that_is_watched_is_there() {
        for (_, modules) in WATCHED {
            for module in modules {
                let file = module.trim_end_matches("::").replace("::", "/");
                let places = ["src", "tests/it"].map(|folder| Path::new(CRATE).join(folder));
                let is_there = places.iter().any(|folder| {
                    folder.join(&file).is_dir() || folder.join(format!("{file}.rs")).exists()
                });
                assert!(is_there, "{module}");
            }
        }
    }

    #[test]
    fn reports_are_written_beside_each_other() {
        let options = options(Path::new("/a/races.supp"), Path::new("/b"));
        assert!(options.starts_with("suppressions=/a/races.supp log_path=/b/race "), "{options}");
        let report = "==\nWARNING: ThreadSanitizer: data race (pid=1)\n\
                      SUMMARY: ThreadSanitizer: data race a.rs:1 in f\n==\n";
        assert_eq!(summaries_of(report), ["ThreadSanitizer: data race a.rs:1 in f"]);
        assert!(summaries_of("nothing").is_empty());
    }

    #[test]
    fn nothing_is_suppressed_without_a_reason() -> Result<(), Failure> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/races.supp");
        let suppressions = std::fs::read_to_string(folder)?;
        let mut is_reasoned = false;
        for line in suppressions.lines().filter(|line| !line.is_empty()) {
            let is_reason = line.starts_with('#');
            assert!(is_reason || is_reasoned, "{line}");
            assert!(is_reason || !line.contains("stoplist"), "never of this project: {line}");
            is_reasoned = is_reason;
        }
        Ok(())
    }
}
