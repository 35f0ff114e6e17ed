//! `compare`: stoplist beside its peers, in one run.
//!
//! Every work is done by all systems in turn, round after round, and the median of each is
//! reported: what disturbs the machine disturbs all alike. All systems have to come to the same
//! answer, or the run fails. A table goes to standard error, one JSON object a line to standard
//! output.

#![expect(clippy::print_stderr, clippy::print_stdout, reason = "it is a command")]

mod measure;
mod parse;

use std::process::ExitCode;

const USAGE: &str = "\
usage: compare WORK [OPTION…]

  parse   text to numbers, against str::parse and the ports of libphonenumber
            --rows N     texts in a column (default 1000000)
            --rounds N   rounds of which the median counts (default 15)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.split_first() {
        Some((work, options)) if work == "parse" => parse::run(options),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(measurements) => {
            measure::print(&measurements);
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}
