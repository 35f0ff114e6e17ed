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

/// A folder of the data that others wrote, which lies beside the project where it can be had.
fn shared(folder: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("left out: shared/data/{folder} is not beside the project");
    None
}
