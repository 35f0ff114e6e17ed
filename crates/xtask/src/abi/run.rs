//! How does a program come to its end?
//!
//! It is given an empty directory and the path of the shared library. It ends with 0 and in time, or
//! is killed with all that it started, and what it said is shown.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::compile::Compiled;
use super::program::Way;
use crate::Failure;

/// No program takes a tenth of it, unless it hangs.
const LIMIT: Duration = Duration::from_secs(60);
/// valgrind runs one thread at a time, 20 to 50 times as slow.
const VALGRIND_LIMIT: Duration = Duration::from_secs(600);
const VALGRIND: [&str; 6] = [
    "--quiet",
    "--error-exitcode=9",
    "--leak-check=full",
    "--errors-for-leak-kinds=definite",
    "--show-leak-kinds=definite",
    // Threads take turns: none starves another that waits in a loop.
    "--fair-sched=try",
];

/// Makes a directory anew.
pub(super) fn empty(directory: &Path) -> Result<PathBuf, Failure> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => fs::create_dir_all(directory)?,
    }
    Ok(fs::canonicalize(directory)?)
}

pub(super) fn limited(built: &Compiled, way: Way, library: PathBuf) -> Result<(), Failure> {
    let (mut command, limit) = match way {
        Way::Plain | Way::Sanitized | Way::Static => (Command::new(&built.program), LIMIT),
        Way::Valgrind => {
            let mut command = Command::new("valgrind");
            command.args(VALGRIND).arg(&built.program);
            // Programs that have much to do do less.
            command.env("STOPLIST_QUICK", "1");
            (command, VALGRIND_LIMIT)
        }
    };
    command.arg(empty(&built.directory.join("scratch"))?).arg(library);
    end(command, limit, &built.directory.join("output"))
}

/// Runs a program that talks to a file.
fn end(mut command: Command, limit: Duration, said: &Path) -> Result<(), Failure> {
    let output = File::create(said)?;
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    own_group(&mut command);
    let mut child = command.spawn().map_err(|error| format!("does not start: {error}"))?;
    let what = match wait(&mut child, limit)? {
        Some(status) if status.success() => return Ok(()),
        Some(status) => format!("ended with {status}"),
        None => {
            kill(&mut child)?;
            format!("killed: it still ran after {} s", limit.as_secs())
        }
    };
    let said = fs::read(said)?;
    Err(format!("{what}; it said:\n{}", String::from_utf8_lossy(&said).trim_end()).into())
}

/// How it ended; nothing when it does not in time.
fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let begin = Instant::now();
    loop {
        match child.try_wait()? {
            None if begin.elapsed() < limit => thread::sleep(Duration::from_millis(5)),
            ended => return Ok(ended),
        }
    }
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn own_group(_command: &mut Command) {}

/// Ends a program and what it started, such as forked children.
fn kill(child: &mut Child) -> io::Result<()> {
    let group = format!("kill -s KILL -- -{}", child.id());
    drop(Command::new("sh").args(["-c", &group]).stderr(Stdio::null()).status());
    child.kill()?;
    child.wait().map(drop)
}

#[cfg(all(test, unix))]
mod tests {
    use std::path::PathBuf;
    use std::process::Command;
    use std::time::{Duration, Instant};

    use super::{Failure, empty, end};

    fn scratch(of: &str) -> Result<PathBuf, Failure> {
        empty(&std::env::temp_dir().join(format!("stoplist-run-{of}-{}", std::process::id())))
    }

    fn shell(script: &str, limit: u64, of: &str) -> Result<(), Failure> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let directory = scratch(of)?;
        let outcome = end(command, Duration::from_millis(limit), &directory.join("said"));
        std::fs::remove_dir_all(directory)?;
        outcome
    }

    #[test]
    fn what_a_program_said_is_shown_when_it_fails() {
        assert!(shell("echo fine", 9000, "well").is_ok());
        let failure = shell("echo out; echo err >&2; exit 3", 9000, "ill").expect_err("3");
        let failure = failure.to_string();
        assert!(failure.contains("status: 3") && failure.contains("out\nerr"), "{failure}");
    }

    #[test]
    fn a_program_that_hangs_is_killed_with_its_children() -> Result<(), Failure> {
        let begin = Instant::now();
        let directory = scratch("children")?;
        let mark = directory.join("mark");
        let script = format!("(sleep 1; echo > {}) & sleep 60", mark.display());
        let failure = shell(&script, 200, "hung").expect_err("killed").to_string();
        assert!(failure.starts_with("killed: it still ran"), "{failure}");
        assert!(begin.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(1500));
        assert!(!mark.exists(), "the child went on");
        Ok(std::fs::remove_dir_all(directory)?)
    }
}
