//! `cargo xtask tidy`: is every file of the project in order?
//!
//! Looks at text only, so it takes milliseconds and needs nothing built. What rustfmt and clippy
//! see is theirs.

mod manifest;
mod text;

use std::fmt;
use std::fs;
use std::path::Path;

use crate::Failure;
use crate::process::output;

/// Files that the project must have.
const NEEDED: [&str; 9] = [
    ".ci/run",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "deny.toml",
];

/// Something out of order.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// Counted from 1; 0 where the file as a whole is meant.
    line: usize,
    what: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

/// Looks at every file that git tracks or would track.
pub(crate) fn run() -> Result<(), Failure> {
    let paths = paths()?;
    let mut found: Vec<Finding> = missing(&paths);
    if !is_executable(Path::new(".ci/run")) {
        found.push(Finding::new(".ci/run", 0, "not executable; `chmod +x` it"));
    }
    for path in &paths {
        if path.contains(char::is_whitespace) {
            found.push(Finding::new(path, 0, "white space in a file name"));
        }
        let bytes = fs::read(path).map_err(|error| format!("{path} cannot be read: {error}"))?;
        // What is no text is data: nothing here speaks of it.
        let Ok(text) = String::from_utf8(bytes) else { continue };
        if !text.contains('\0') {
            text::check(path, &text, &mut found);
            manifest::check(path, &text, &mut found);
        }
    }
    for finding in &found {
        println!("   {finding}");
    }
    match found.len() {
        0 => Ok(()),
        count => Err(format!("{count} finding(s) above; put them right").into()),
    }
}

/// The paths of all files, with `/`, in order.
fn paths() -> Result<Vec<String>, Failure> {
    let mut paths = if Path::new(".git").exists() { tracked()? } else { Vec::new() };
    if paths.is_empty() {
        // An unpacked release has no history to ask.
        walk(Path::new(""), &mut paths)?;
    }
    paths.sort_unstable();
    paths.dedup();
    Ok(paths)
}

/// What git tracks or would track. A file that is deleted but still tracked is not there.
fn tracked() -> Result<Vec<String>, Failure> {
    // The project may belong to another user, as in a container: listing it runs nothing of it.
    let args = ["-c", "safe.directory=*", "ls-files", "-z", "-c", "-o", "--exclude-standard"];
    let list = output("git", &args)
        .map_err(|failure| format!("the list of files comes from git: {failure}"))?;
    let paths = list.split_terminator('\0').filter(|path| Path::new(path).is_file());
    Ok(paths.map(str::to_owned).collect())
}

fn walk(directory: &Path, paths: &mut Vec<String>) -> Result<(), Failure> {
    for entry in fs::read_dir(Path::new(".").join(directory))? {
        let entry = entry?;
        let path = directory.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "target" {
                walk(&path, paths)?;
            }
        } else {
            paths.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

fn missing(paths: &[String]) -> Vec<Finding> {
    let absent = NEEDED.iter().filter(|needed| !paths.iter().any(|path| path == *needed));
    absent.map(|needed| Finding::new(needed, 0, "the project must have this file")).collect()
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn is_executable(_path: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Failure, NEEDED, missing, walk};

    #[test]
    fn finds_the_files_without_git_too() -> Result<(), Failure> {
        // Tests run in their package's directory.
        let mut paths = Vec::new();
        walk(Path::new(""), &mut paths)?;
        for path in ["Cargo.toml", "src/tidy/mod.rs"] {
            assert!(paths.iter().any(|found| found == path), "{path} not in {paths:?}");
        }
        Ok(())
    }

    #[test]
    fn names_each_file_that_is_missing() {
        let paths: Vec<String> =
            NEEDED.iter().filter(|path| **path != "LICENSE-MIT").map(ToString::to_string).collect();
        let names: Vec<String> = missing(&paths).into_iter().map(|finding| finding.path).collect();
        assert_eq!(names, ["LICENSE-MIT"]);
    }
}
