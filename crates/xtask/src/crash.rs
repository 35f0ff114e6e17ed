//! `cargo xtask crash`: does a store keep its promises when its process is killed thousands of times,
//! and when any byte of its files has changed?
//!
//! The long form of two tests of which `cargo test` runs a short one, with the optimiser on.

use crate::Failure;
use crate::process::run as run_program;

/// Some minutes.
const ROUNDS: &str = "3000";

/// Kills as many times as asked for; then damages a byte in every stretch of every file.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let rounds = rounds(args)?;
    println!("== {rounds} kills amid four writers");
    test("store_survives_kill", &[("STOPLIST_CRASH_ROUNDS", rounds)])?;
    println!("== a damaged byte in every stretch of every file");
    test("store_notices_damage", &[("STOPLIST_DAMAGE_ALL", "1")])
}

fn rounds(args: &[String]) -> Result<&str, Failure> {
    match args {
        [] => Ok(ROUNDS),
        [rounds] if rounds.parse::<u64>().is_ok_and(|rounds| rounds > 0) => Ok(rounds),
        _ => Err("this verb takes a number of rounds and nothing else".into()),
    }
}

fn test(module: &str, env: &[(&str, &str)]) -> Result<(), Failure> {
    let args = ["test", "--release", "--locked", "-p", "stoplist", "--test", "it", module];
    run_program("cargo", &[args.as_slice(), &["--", "--nocapture"]].concat(), env)
}

#[cfg(test)]
mod tests {
    use super::{Failure, rounds};

    #[test]
    fn takes_a_number_of_rounds_or_nothing() -> Result<(), Failure> {
        assert_eq!(rounds(&[])?, "3000");
        assert_eq!(rounds(&["5".to_owned()])?, "5");
        for refused in ["0", "-1", "1h", ""] {
            assert!(rounds(&[refused.to_owned()]).is_err(), "{refused}");
        }
        assert!(rounds(&["5".to_owned(), "5".to_owned()]).is_err());
        Ok(())
    }
}
