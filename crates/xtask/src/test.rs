//! `cargo xtask test`: everything that has to hold before a change goes in, in the order in which
//! a failure is cheapest to find. CI runs this and nothing else.

use std::time::Instant;

use crate::process::{cargo, run as run_program};
use crate::{Failure, abi, fuzz, header, msrv, readme, rules, tidy, torture, vectors};

struct Step {
    name: &'static str,
    /// Whether `--quick` runs it too.
    quick: bool,
    run: fn() -> Result<(), Failure>,
}

const STEPS: &[Step] = &[
    Step { name: "tidy", quick: true, run: tidy::run },
    Step { name: "format", quick: true, run: || cargo(&["fmt", "--all", "--check"]) },
    Step { name: "clippy", quick: true, run: clippy },
    Step { name: "doc", quick: false, run: doc },
    Step { name: "header", quick: true, run: || header::run(true) },
    Step { name: "tests", quick: true, run: || cargo(&["test", "--workspace", "--locked"]) },
    Step { name: "fuzz bodies", quick: false, run: fuzz::bodies },
    Step { name: "abi", quick: false, run: || abi::run(&[]) },
    Step { name: "vectors", quick: false, run: || vectors::run(&[]) },
    Step { name: "torture", quick: false, run: torture::short },
    Step { name: "rules", quick: true, run: || rules::run(true) },
    Step { name: "msrv", quick: false, run: msrv::run },
    Step { name: "readme", quick: true, run: readme::run },
];

/// Runs the steps up to the first that fails.
pub(crate) fn run(quick: bool) -> Result<(), Failure> {
    let start = Instant::now();
    for step in STEPS.iter().filter(|step| step.quick || !quick) {
        println!("== {}", step.name);
        let start = Instant::now();
        let outcome = (step.run)();
        let seconds = start.elapsed().as_secs_f64();
        outcome.map_err(|failure| {
            format!("step `{}` failed after {seconds:.1} s: {failure}", step.name)
        })?;
        println!("== {} passed in {seconds:.1} s", step.name);
    }
    let left_out: Vec<&str> =
        STEPS.iter().filter(|step| quick && !step.quick).map(|step| step.name).collect();
    let note = match left_out.as_slice() {
        [] => String::new(),
        names => format!("; left out: {}", names.join(", ")),
    };
    println!("== all passed in {:.1} s{note}", start.elapsed().as_secs_f64());
    Ok(())
}

fn clippy() -> Result<(), Failure> {
    cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
}

fn doc() -> Result<(), Failure> {
    let args = ["doc", "--workspace", "--no-deps", "--locked"];
    run_program("cargo", &args, &[("RUSTDOCFLAGS", "-Dwarnings")])
}
