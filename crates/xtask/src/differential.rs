//! `cargo xtask differential`: do the parser's two paths agree on many more texts than the short
//! form of the test tries?

use crate::Failure;
use crate::process::run as run_program;

/// Some minutes of one core.
const CASES: &str = "20000000";

/// Runs the test on as many texts as asked for.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let cases = match args {
        [] => CASES,
        [cases] if cases.parse::<u64>().is_ok() => cases,
        _ => return Err("this verb takes a number of cases and nothing else".into()),
    };
    let test = "the_fast_path_gives_what_the_general_rules_give";
    let args = ["test", "--release", "--locked", "-p", "stoplist", "--lib", test];
    let args = [args.as_slice(), &["--", "--nocapture"]].concat();
    run_program("cargo", &args, &[("STOPLIST_DIFFERENTIAL_CASES", cases)])
}
