//! Where do measurements write?

use std::path::{Path, PathBuf};

use crate::measure::Measurement;
use crate::options;

/// Runs a measurement in a fresh directory below `--directory`, or where temporary files go, and
/// removes it, also after a failure.
pub(crate) fn with(
    options: &[String],
    measure: impl FnOnce(&Path) -> Result<Vec<Measurement>, String>,
) -> Result<Vec<Measurement>, String> {
    let root = options::text(options, "--directory")?;
    let root = root.map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = root.join(format!("stoplist-compare-{}", std::process::id()));
    let told = |error: std::io::Error| format!("{}: {error}", directory.display());
    std::fs::create_dir(&directory).map_err(told)?;
    let outcome = measure(&directory);
    std::fs::remove_dir_all(&directory).map_err(told)?;
    outcome
}
