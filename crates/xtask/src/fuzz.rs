//! `cargo xtask fuzz`: does anything that libFuzzer thinks of break what must hold?
//!
//! Runs each target of `fuzz` for some time, from the committed corpus on. What libFuzzer finds new
//! stays under `target`; what breaks is in `fuzz/artifacts` and, once fixed, belongs into the corpus.
//! `cargo xtask test` runs the same bodies without libFuzzer.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Failure;
use crate::process::{cargo, output, shown_of};

/// For each target.
const SECONDS: u32 = 60;
/// An input that takes as long is a finding too.
const INPUT_SECONDS: u32 = 30;
/// What is run, and how to get it.
const NEEDED: [([&str; 2], &str); 2] = [
    (["+nightly", "--version"], "a nightly compiler: `rustup toolchain install nightly`"),
    (["fuzz", "--version"], "cargo-fuzz: `cargo install cargo-fuzz --locked`"),
];

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    /// For each target.
    seconds: u32,
    /// Of all targets, this one.
    only: Option<String>,
    /// A file to which a line of JSON is added for each target.
    record: Option<PathBuf>,
}

/// What libFuzzer says at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ran {
    executions: u64,
    seconds: u64,
}

/// Runs all targets or one, each for as many seconds as asked for.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let asked = asked(args)?;
    let missing = NEEDED.iter().filter(|(probe, _)| output("cargo", probe).is_err());
    let missing: Vec<&str> = missing.map(|(_, remedy)| *remedy).collect();
    if !missing.is_empty() {
        return Err(format!("fuzzing needs {}", missing.join(" and ")).into());
    }
    let targets = chosen(targets(Path::new("fuzz/fuzz_targets"))?, asked.only.as_deref())?;
    let mut ran = Vec::new();
    let mut outcome = Ok(());
    for target in targets {
        println!("== {target}");
        match fuzz(&target, asked.seconds) {
            Ok(one) => {
                if let Some(record) = &asked.record {
                    append(record, &target, one)?;
                }
                ran.push((target, one));
            }
            Err(failure) => {
                outcome = Err(failure);
                break;
            }
        }
    }
    println!("{}", table(&ran));
    outcome
}

fn asked(args: &[String]) -> Result<Asked, Failure> {
    let mut asked = Asked { seconds: SECONDS, only: None, record: None };
    let mut is_told = false;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--only" => asked.only = Some(args.next().ok_or("--only takes a target")?.clone()),
            "--record" => asked.record = Some(args.next().ok_or("--record takes a file")?.into()),
            // 0 would be no limit.
            seconds => match seconds.parse() {
                Ok(seconds) if seconds > 0 && !is_told => {
                    (asked.seconds, is_told) = (seconds, true)
                }
                _ => return Err(format!("{seconds:?}: {USAGE}").into()),
            },
        }
    }
    Ok(asked)
}

const USAGE: &str = "this verb takes a number of seconds, --only TARGET and --record FILE";

fn chosen(targets: Vec<String>, only: Option<&str>) -> Result<Vec<String>, Failure> {
    match only {
        None => Ok(targets),
        Some(only) if targets.iter().any(|target| target == only) => Ok(vec![only.to_owned()]),
        Some(only) => Err(format!("no target {only:?}; there are {}", targets.join(", ")).into()),
    }
}

/// Runs one target, and shows what it says.
fn fuzz(target: &str, seconds: u32) -> Result<Ran, Failure> {
    let found = format!("target/fuzz-corpus/{target}");
    fs::create_dir_all(&found)?;
    let mut command = Command::new("cargo");
    command.args(["+nightly", "fuzz", "run", "--features", "libfuzzer"]);
    // Without a trace of comparisons it runs several times as fast; the seeds have the magic.
    command.args(["--no-trace-compares", "--target-dir", "target/fuzz"]);
    command.args([target, &found, &format!("fuzz/corpus/{target}"), "--"]);
    command.arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-timeout={INPUT_SECONDS}"));
    command.arg("-print_final_stats=1");
    let shown = shown_of(&command);
    println!("   $ {shown}");
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut ran = Ran::default();
    if let Some(said) = child.stderr.take() {
        for line in BufReader::new(said).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            eprintln!("{line}");
            ran.hear(&line);
        }
    }
    let status = child.wait()?;
    match status.success() {
        true => Ok(ran),
        false => Err(format!("`{shown}` ended with {status}").into()),
    }
}

impl Ran {
    /// Takes what is of interest in a line of libFuzzer.
    fn hear(&mut self, line: &str) {
        if let Some(count) = line.strip_prefix("stat::number_of_executed_units:") {
            self.executions = count.trim().parse().unwrap_or(self.executions);
        }
        // Done 1065997 runs in 26 second(s)
        if let Some((_, seconds)) =
            line.strip_prefix("Done ").and_then(|rest| rest.split_once(" in "))
        {
            let seconds = seconds.split(' ').next().unwrap_or_default();
            self.seconds = seconds.parse().unwrap_or(self.seconds);
        }
    }
}

/// Adds a line of JSON.
fn append(record: &Path, target: &str, ran: Ran) -> Result<(), Failure> {
    let line = serde_json::json!({
        "target": target, "execs": ran.executions, "seconds": ran.seconds,
    });
    let mut file = fs::File::options().create(true).append(true).open(record)?;
    Ok(writeln!(file, "{line}")?)
}

/// A line for each target, and one for all.
fn table(ran: &[(String, Ran)]) -> String {
    let total = ran.iter().fold(Ran::default(), |total, (_, one)| Ran {
        executions: total.executions + one.executions,
        seconds: total.seconds + one.seconds,
    });
    let lines = ran.iter().map(|(target, one)| (target.as_str(), *one));
    let lines = lines.chain([("all", total)]).map(|(target, Ran { executions, seconds })| {
        format!("{target:<16} {executions:>12} executions in {seconds:>6} s")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The targets' names, in order.
fn targets(folder: &Path) -> Result<Vec<String>, Failure> {
    let mut targets = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            targets.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    targets.sort_unstable();
    match targets.is_empty() {
        true => Err(format!("no targets in {}", folder.display()).into()),
        false => Ok(targets),
    }
}

/// The bodies of the targets on the corpus and on pseudo-random bytes, with the compiler in use.
pub(crate) fn bodies() -> Result<(), Failure> {
    let manifest = ["--manifest-path", "fuzz/Cargo.toml"];
    cargo(&[&["fmt", "--check"], manifest.as_slice()].concat())?;
    // The dependencies are those of the other packages, in the same versions: they are built already.
    let shared = ["--locked", "--target-dir", "target"];
    let lints = ["--all-targets", "--", "-D", "warnings"];
    cargo(&[&["clippy"], manifest.as_slice(), &shared, &lints].concat())?;
    cargo(&[&["test"], manifest.as_slice(), &shared].concat())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Asked, Failure, Ran, asked, chosen, table, targets};

    fn of(args: &[&str]) -> Result<Asked, Failure> {
        asked(&args.iter().map(|&arg| arg.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn takes_a_number_of_seconds_or_nothing() -> Result<(), Failure> {
        assert_eq!(of(&[])?, Asked { seconds: 60, only: None, record: None });
        assert_eq!(of(&["5"])?.seconds, 5);
        for refused in ["0", "-1", "1h", "", "5000000000", "--long"] {
            assert!(of(&[refused]).is_err(), "{refused}");
        }
        assert!(of(&["5", "5"]).is_err());
        Ok(())
    }

    #[test]
    fn takes_one_target_that_there_is_and_a_file() -> Result<(), Failure> {
        let asked = of(&["--only", "b", "5", "--record", "runs.jsonl"])?;
        let record = Some("runs.jsonl".into());
        assert_eq!(asked, Asked { seconds: 5, only: Some("b".to_owned()), record });
        assert!(of(&["--only"]).is_err() && of(&["--record"]).is_err());
        let all = || vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(chosen(all(), None)?, all());
        assert_eq!(chosen(all(), Some("b"))?, ["b"]);
        assert!(chosen(all(), Some("c")).is_err_and(|error| error.to_string().contains("a, b")));
        Ok(())
    }

    #[test]
    fn hears_what_libfuzzer_counts() {
        let mut ran = Ran::default();
        for line in [
            "#1065997\tDONE   cov: 3023 ft: 5024 corp: 595/69Kb lim: 4096 exec/s: 40999 rss: 104Mb",
            "Done 1065997 runs in 26 second(s)",
            "stat::number_of_executed_units: 1065998",
            "stat::average_exec_per_sec:     40999",
        ] {
            ran.hear(line);
        }
        assert_eq!(ran, Ran { executions: 1_065_998, seconds: 26 });
        let shown = table(&[("a".to_owned(), ran), ("b".to_owned(), ran)]);
        let last = shown.lines().last().unwrap_or_default();
        assert!(last.starts_with("all ") && last.contains("2131996"), "{shown}");
    }

    #[test]
    fn finds_every_target_that_has_a_corpus() -> Result<(), Failure> {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
        let mut corpora: Vec<String> = Vec::new();
        for entry in std::fs::read_dir(fuzz.join("corpus"))? {
            corpora.push(entry?.file_name().to_string_lossy().into_owned());
        }
        corpora.sort_unstable();
        assert_eq!(targets(&fuzz.join("fuzz_targets"))?, corpora);
        assert!(targets(&fuzz.join("corpus")).is_err(), "none there");
        Ok(())
    }
}
