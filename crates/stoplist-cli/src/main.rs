//! The `stoplist` command.
//!
//! Names, exit codes and JSON fields are relied on by scripts: they do not change.

#![forbid(unsafe_code)]

mod args;
mod conclusion;
mod failure;
mod filter;
mod interrupt;
mod lists;
mod overwrite;
mod progress;
mod set;
mod tell;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use args::{Args, Verb};
use clap::Parser as _;
use failure::Failure;
use tell::Tell;

fn main() -> ExitCode {
    failure::silence_panics();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return failure::usage(&error),
    };
    interrupt::watch(args.global.json);
    let tell = Tell::new(&args.global);
    let outcome = catch_unwind(AssertUnwindSafe(|| match &args.verb {
        Verb::Filter(args) => filter::run(args, &tell),
        Verb::Set(args) => set::run(args, &tell),
    }));
    match outcome.unwrap_or_else(|_| Err(Failure::panicked())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            conclusion::claim_for_work();
            failure.report(args.global.json)
        }
    }
}
