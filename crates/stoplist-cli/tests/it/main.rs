//! What the command promises: the real binary, on real files.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod bad_input;
mod columns;
mod filter;
mod interrupt;
mod set;
mod store;
mod terminal;
mod threads;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A directory to work in, and the command in it.
struct Desk {
    directory: TempDir,
}

/// What a run came to.
struct Run {
    exit: i32,
    stdout: Vec<u8>,
    stderr: String,
}

impl Desk {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    fn read(&self, name: &str) -> String {
        String::from_utf8(std::fs::read(self.path(name)).unwrap()).unwrap()
    }

    /// The names of all files, sorted.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stoplist"));
        command.args(line.split_whitespace()).current_dir(&self.directory);
        // What the person who runs the tests has set is not meant for them.
        command.env_remove("STOPLIST_STORE").env_remove("STOPLIST_ACTOR");
        command
    }

    /// Runs with these words; nothing is quoted.
    fn run(&self, line: &str) -> Run {
        self.command(line).stdin(Stdio::null()).output().unwrap().into()
    }

    /// The same with something on standard input.
    fn pipe(&self, line: &str, input: &[u8]) -> Run {
        let mut child = self
            .command(line)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        std::thread::scope(|scope| {
            // It may end before it has read everything.
            scope.spawn(move || drop(std::io::Write::write_all(&mut stdin, input)));
            child.wait_with_output().unwrap()
        })
        .into()
    }

    /// Runs with `--json`, which has to succeed.
    fn json(&self, line: &str) -> Value {
        let run = self.run(&format!("{line} --json"));
        assert_eq!(run.exit, 0, "{line}: {}", run.stderr);
        serde_json::from_slice(&run.stdout).unwrap()
    }

    /// Runs, which has to fail with this exit code and one line that has all these parts, and has
    /// to leave the directory as it was. With `--json` the same is said on standard output.
    #[track_caller]
    fn refused(&self, line: &str, exit: i32, parts: &[&str]) {
        let before = self.names();
        let run = self.run(line);
        assert_eq!(run.exit, exit, "{line}: {}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{line}: {}", run.stderr);
        assert!(run.stderr.starts_with("stoplist: "), "{line}: {}", run.stderr);
        for part in parts {
            assert!(run.stderr.contains(part), "{line}: no {part:?} in {}", run.stderr);
        }
        assert!(run.stdout.is_empty(), "{line}");
        assert_eq!(self.names(), before, "{line}: something was left behind");
        let run = self.run(&format!("{line} --json"));
        assert_eq!(run.exit, exit, "{line}");
        let said: Value = serde_json::from_slice(&run.stdout).unwrap();
        let message = said["error"]["message"].as_str().unwrap();
        assert!(parts.iter().all(|part| message.contains(part)), "{line}: {message}");
        assert!(said["error"]["code"].is_string());
        assert_eq!(self.names(), before, "{line}: something was left behind");
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            exit: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Says that a test proves nothing here.
fn println_skipped(why: &str) {
    println!("left out: {why}");
}

/// A folder of the data that others wrote, which lies beside the project where it can be had.
fn shared() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if path.is_dir() {
        return Some(path);
    }
    println_skipped("shared/data is not beside the project");
    None
}
