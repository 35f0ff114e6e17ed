//! `cargo xtask fuzz`: does anything that libFuzzer thinks of break what must hold?
//!
//! Runs each target of `fuzz` for some time, from the committed corpus on. What libFuzzer finds new
//! stays under `target`; what breaks is in `fuzz/artifacts` and, once fixed, belongs into the corpus.
//! `cargo xtask test` runs the same bodies without libFuzzer.

use std::fs;
use std::path::Path;

use crate::Failure;
use crate::process::{cargo, output};

/// For each target.
const SECONDS: &str = "60";
/// An input that takes as long is a finding too.
const INPUT_SECONDS: u32 = 30;
/// What is run, and how to get it.
const NEEDED: [([&str; 2], &str); 2] = [
    (["+nightly", "--version"], "a nightly compiler: `rustup toolchain install nightly`"),
    (["fuzz", "--version"], "cargo-fuzz: `cargo install cargo-fuzz --locked`"),
];

/// Runs all targets, each for as many seconds as asked for.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let seconds = seconds(args)?;
    let missing = NEEDED.iter().filter(|(probe, _)| output("cargo", probe).is_err());
    let missing: Vec<&str> = missing.map(|(_, remedy)| *remedy).collect();
    if !missing.is_empty() {
        return Err(format!("fuzzing needs {}", missing.join(" and ")).into());
    }
    for target in targets(Path::new("fuzz/fuzz_targets"))? {
        println!("== {target}");
        let found = format!("target/fuzz-corpus/{target}");
        fs::create_dir_all(&found)?;
        let build = ["+nightly", "fuzz", "run", "--features", "libfuzzer"];
        // Without a trace of comparisons it runs several times as fast; the seeds have the magic.
        let build = [build.as_slice(), &["--no-trace-compares", "--target-dir", "target/fuzz"]];
        let corpora = [&target, &found, &format!("fuzz/corpus/{target}")];
        let limits = [
            format!("-max_total_time={seconds}"),
            format!("-timeout={INPUT_SECONDS}"),
            "-print_final_stats=1".to_owned(),
        ];
        let mut args = build.concat();
        args.extend(corpora.map(String::as_str));
        args.push("--");
        args.extend(limits.iter().map(String::as_str));
        cargo(&args)?;
    }
    Ok(())
}

fn seconds(args: &[String]) -> Result<&str, Failure> {
    match args {
        [] => Ok(SECONDS),
        // 0 would be no limit.
        [seconds] if seconds.parse::<u32>().is_ok_and(|seconds| seconds > 0) => Ok(seconds),
        _ => Err("this verb takes a number of seconds and nothing else".into()),
    }
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
    let apart = ["--locked", "--target-dir", "target/fuzz"];
    let lints = ["--all-targets", "--", "-D", "warnings"];
    cargo(&[&["clippy"], manifest.as_slice(), &apart, &lints].concat())?;
    cargo(&[&["test"], manifest.as_slice(), &apart].concat())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Failure, seconds, targets};

    #[test]
    fn takes_a_number_of_seconds_or_nothing() -> Result<(), Failure> {
        assert_eq!(seconds(&[])?, "60");
        assert_eq!(seconds(&["5".to_owned()])?, "5");
        for refused in ["0", "-1", "1h", "", "5000000000"] {
            assert!(seconds(&[refused.to_owned()]).is_err(), "{refused}");
        }
        assert!(seconds(&["5".to_owned(), "5".to_owned()]).is_err());
        Ok(())
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
