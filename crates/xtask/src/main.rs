//! `cargo xtask VERB`: every chore of this workspace, one verb a module.
//!
//! A verb works from the root of the workspace, says what it runs, and fails with one line that
//! names the cause and the way out.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to its terminal")]

mod abi;
mod audit;
mod coverage;
mod crash;
mod differential;
mod dist;
mod fuzz;
mod header;
mod msrv;
mod peers;
mod process;
mod races;
mod readme;
mod rules;
mod test;
mod tidy;
mod torture;
mod vectors;
mod venv;

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// What went wrong, as one line for the person who ran the verb.
type Failure = Box<dyn Error>;

const HELP: &str = "\
cargo xtask VERB

  test [--quick]    what CI runs; --quick leaves out the documentation, the fuzz bodies, the
                    programs in C and C++ and the oldest compiler
  tidy              cheap checks of every file's text, of the manifests, and of what must exist
  msrv              whether the stated rust-version holds
  abi [--long | --plain TREE]
                    C and C++ programs with the library, also under sanitizers; --long: valgrind,
                    static linking, pyarrow, CMake, pkg-config; --plain: once each, with a tree
                    that there is
  vectors [TREE]    the cases of bindings/vectors.json at every door: C, C++, Rust, the command line
  dist [--profile release|dev] [--out DIR]
                    the tree that programs link: libraries, headers, pkg-config, CMake; as
                    release and into target/dist if not said
  header [--check]  writes include/stoplist.h, or checks that it is current
  rules [--check]   writes the generated table of numbering plans, or checks that it is current
  differential [N]  compares the two paths of the parser on N texts, 20 million if not said
  coverage [--record FILE]
                    which lines of journal, state, store and C ABI are run by tests; fails below
                    90 %; --record adds the figures to a file, as a line of JSON
  crash [ROUNDS]    kills a store amid its writers so often, 3,000 times if not said; then damages
                    its files, one byte at a time
  torture [short|long] [--only NAME] [--record FILE]
                    faults of all kinds under a store, and mistakes on purpose: RELIABILITY.md
  races             ThreadSanitizer watches the tests in which threads meet; needs nightly and rust-src
  peers [OPTION…]   other systems strip the same table in the same run: benches/peers/README.md
  fuzz [SECONDS] [--only TARGET] [--record FILE]
                    each fuzz target that long, 60 s if not said; needs nightly and cargo-fuzz;
                    --record adds how many executions there were to a file, as lines of JSON
  audit [--strict]  licences, sources and advisories, by cargo-deny; --strict: offline is a failure
  help              this list";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match perform(args.first().map_or("help", String::as_str), args.get(1..).unwrap_or_default()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn perform(verb: &str, args: &[String]) -> Result<(), Failure> {
    env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))?;
    match verb {
        "test" => test::run(flag(args, "--quick")?),
        "tidy" => no_flag(args).and_then(|()| tidy::run()),
        "msrv" => no_flag(args).and_then(|()| msrv::run()),
        "abi" => abi::run(args),
        "vectors" => vectors::run(args),
        "dist" => dist::run(args),
        "header" => header::run(flag(args, "--check")?),
        "rules" => rules::run(flag(args, "--check")?),
        "differential" => differential::run(args),
        "coverage" => coverage::run(args),
        "crash" => crash::run(args),
        "torture" => torture::run(args),
        "fuzz" => fuzz::run(args),
        "races" => no_flag(args).and_then(|()| races::run()),
        "peers" => peers::run(args),
        "audit" => audit::run(flag(args, "--strict")?),
        "help" | "-h" | "--help" => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(format!("no verb `{verb}`; `cargo xtask help` lists them").into()),
    }
}

/// Whether the verb's only option was given; anything else is refused.
fn flag(args: &[String], option: &str) -> Result<bool, Failure> {
    match args {
        [] => Ok(false),
        [only] if only == option => Ok(true),
        _ => Err(format!("this verb takes {option} and nothing else").into()),
    }
}

fn no_flag(args: &[String]) -> Result<(), Failure> {
    if args.is_empty() { Ok(()) } else { Err("this verb takes no option".into()) }
}
