//! What the core promises, from outside.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod number_cases;
mod portable;
mod refusals;
mod set_laws;

use std::path::PathBuf;

/// A folder of the data of others: `tests/data/README.md` says whose.
fn data(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder)
}
