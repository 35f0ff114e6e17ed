//! `compare`: stoplist beside its peers, in one run.
//!
//! Every work is done by all systems in turn, round after round, and the median of each is
//! reported: what disturbs the machine disturbs all alike. All systems have to come to the same
//! answer, or the run fails. A table goes to standard error, one JSON object a line to standard
//! output.

#![expect(clippy::print_stderr, clippy::print_stdout, reason = "it is a command")]

mod commit;
mod contacts;
mod ffi;
mod filter;
mod gates;
mod index;
mod lookup;
mod measure;
mod numbers;
mod open;
mod options;
mod parse;
mod scratch;

use std::process::ExitCode;

/// The rows of a batch, as Arrow and the readers of files make them.
const BATCH: usize = 65_536;

const USAGE: &str = "\
usage: compare WORK [OPTION…]

  parse   text to numbers, against str::parse and the ports of libphonenumber
            --rows N        texts in a column (default 1000000)
            --rounds N      rounds of which the median counts (default 15)

  lookup  is a number in? Against a hash set, roaring bitmaps, a sorted vector and bare loads
            --numbers N     numbers in the set (default 10000000)
            --mix MIX       us, world, dense or sparse (default us)
            --hits PERCENT  look-ups of numbers that are in, about (default 10)
            --lookups N     look-ups a round; slow systems do at most 262144 (default 4194304)
            --rounds N      rounds of which the median counts (default 11)
            --systems A,B   only these, by the names of their rows (default all)

  gates   what changes cost: publishing one, and readers beside a writer
            --numbers N     numbers in the list (default 10000000)
            --rounds N      rounds of which the median counts (default 11)

  index   how long it takes to build, write, open, check and undo an index
            --numbers N     numbers in the set (default 10000000)
            --mix MIX       us, world, dense or sparse (default us)
            --rounds N      rounds of which the median counts (default 5)

  commit  what it costs to keep a change, against a bare append and fdatasync
            --changes N     changes that are timed one by one (default 2000)
            --rounds N      rounds of one thread and of 16 (default 7)
            --directory DIR on the file system of this (default that of temporary files)

  open    how long a store takes to import a list, and to open again
            --numbers N     numbers in the list (default 10000000)
            --mix MIX       us, world, dense or sparse (default us)
            --rounds N      rounds of which the median counts (default 3)
            --directory DIR on the file system of this (default that of temporary files)

  contacts  what a screen of contacts waits for
            --contacts N    contacts in the store (default 1000000)
            --rounds N      rounds of which the median counts (default 21)
            --directory DIR on the file system of this (default that of temporary files)

  filter  a table of three columns without its blocked recipients
            --rows N        rows of the table (default 10000000)
            --numbers N     numbers that are blocked (default 10000000)
            --hits PERCENT  rows of numbers that are blocked, about (default 10)
            --column NAME   phone (text) or num (64-bit integers) (default phone)
            --threads N     threads of all but the serial row (default 2)
            --batch N       rows of a batch (default 1048576)
            --rounds N      rounds of which the median counts (default 7)
            --write DIR     only writes the table and the set as Parquet files
            --serve DIR     reads those, and does a task for each line that names one

  ffi     the same through C and in Rust; needs `cargo build --release -p stoplist-ffi`
            --numbers N     numbers that are blocked (default 10000000)
            --rows N        rows of the table that is a stream (default 10000000)
            --threads N     threads of the stream (default 2)
            --rounds N      rounds of which the median counts (default 11; of streams at most 7)
            --library FILE  the shared library (default target/release/libstoplist_ffi.so)
            --directory DIR on the file system of this (default that of temporary files)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.split_first() {
        Some((work, options)) if work == "parse" => parse::run(options),
        Some((work, options)) if work == "lookup" => lookup::run(options),
        Some((work, options)) if work == "gates" => gates::run(options),
        Some((work, options)) if work == "index" => index::run(options),
        Some((work, options)) if work == "commit" => commit::run(options),
        Some((work, options)) if work == "open" => open::run(options),
        Some((work, options)) if work == "contacts" => contacts::run(options),
        Some((work, options)) if work == "filter" => filter::run(options),
        Some((work, options)) if work == "ffi" => ffi::run(options),
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
