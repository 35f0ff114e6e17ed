//! The `stoplist` command.
//!
//! Names, exit codes and JSON fields are relied on by scripts: they do not change.

#![forbid(unsafe_code)]

mod answer;
mod args;
mod conclusion;
mod failure;
mod filter;
mod interrupt;
mod lists;
mod overwrite;
mod progress;
mod set;
mod store;
mod table;
mod tell;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use answer::Answer;
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
        Verb::Filter(verb) => filter::run(verb, &args.global, &tell).map(|()| Answer::Done),
        Verb::Set(verb) => set::run(verb, &tell).map(|()| Answer::Done),
        Verb::Store(verb) => store::run(verb, &args.global, &tell),
    }));
    match outcome.unwrap_or_else(|_| Err(Failure::panicked())) {
        Ok(answer) => answer.into(),
        Err(failure) => {
            conclusion::claim_for_work();
            failure.report(args.global.json)
        }
    }
}
