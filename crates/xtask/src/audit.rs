//! `cargo xtask audit`: may we ship what we depend on, and is anything known to be wrong with it?
//!
//! By cargo-deny, as deny.toml says. Licences, bans and sources need no network. Advisories do, so
//! this is no part of `cargo xtask test`: a new advisory must not break an old commit.

use crate::Failure;
use crate::process::{cargo, output};

pub(crate) fn run(strict: bool) -> Result<(), Failure> {
    if output("cargo", &["deny", "--version"]).is_err() {
        return Err(
            "cargo-deny is not installed; install it: `cargo install cargo-deny --locked`".into()
        );
    }
    cargo(&["deny", "--offline", "check", "licenses", "bans", "sources"])?;
    // Fetched apart from the check, so that no network and a finding are told apart.
    if let Err(failure) = cargo(&["deny", "fetch", "db"]) {
        let message = "advisories were NOT checked: the advisory database could not be fetched";
        if strict {
            return Err(format!("{message} ({failure})").into());
        }
        println!("{message}; run again with a network ({failure})");
        return Ok(());
    }
    cargo(&["deny", "check", "advisories"])
}
