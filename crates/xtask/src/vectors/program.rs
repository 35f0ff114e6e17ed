//! How is a door asked that is a program of its own?
//!
//! Requests go to its standard input, answers come from its standard output, a line each.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::process::run as run_program;

use super::PLACE;
use super::case::Case;

/// No door takes a tenth of it.
const LIMIT: Duration = Duration::from_secs(300);
const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// A program that answers requests.
pub(super) struct Program {
    path: PathBuf,
    scratch: PathBuf,
    library: PathBuf,
}

impl Program {
    /// Of a source file in C or C++, with the library of a tree.
    pub(super) fn compiled(door: &str, source: &Path, tree: &Path) -> Result<Self, Failure> {
        let (compiler, standard) =
            if door == "c" { ("cc", "-std=c11") } else { ("c++", "-std=c++17") };
        let path = Path::new(PLACE).join(format!("{door}-vectors"));
        let tree =
            fs::canonicalize(tree).map_err(|error| format!("{}: {error}", tree.display()))?;
        let (lib, include) = (tree.join("lib"), format!("-I{}", tree.join("include").display()));
        let (linked, found) =
            (format!("-L{}", lib.display()), format!("-Wl,-rpath,{}", lib.display()));
        let (to, from) = (path.to_string_lossy(), source.to_string_lossy());
        let mut args = vec![standard, "-O1", "-g", &include, &from, "-o", &to];
        args.extend(WARNINGS);
        args.extend([linked.as_str(), &found, "-lstoplist", "-lpthread"]);
        run_program(compiler, &args, &[])?;
        let scratch = fresh(&Path::new(PLACE).join(format!("{door}-scratch")))?;
        Ok(Self { path, scratch, library: lib.join("libstoplist.so") })
    }

    /// One that is built.
    pub(super) fn built(door: &str, path: PathBuf) -> Result<Self, Failure> {
        let scratch = fresh(&Path::new(PLACE).join(format!("{door}-scratch")))?;
        Ok(Self { path, scratch, library: PathBuf::new() })
    }

    /// What it answers to each case.
    pub(super) fn answers(&self, cases: &[Case]) -> Result<Vec<String>, Failure> {
        let requests: String = cases.iter().map(|case| case.request.line() + "\n").collect();
        let mut child = Command::new(fs::canonicalize(&self.path)?)
            .arg(&self.scratch)
            .arg(&self.library)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", self.path.display()))?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let mut said = String::new();
        let ended = thread::scope(|scope| {
            // It may end before it has read everything.
            scope.spawn(|| stdin.map(|mut stdin| stdin.write_all(requests.as_bytes())));
            let reader = scope.spawn(|| stdout.map(|mut stdout| stdout.read_to_string(&mut said)));
            let ended = wait(&mut child);
            reader.join().ok().flatten().transpose()?;
            ended
        });
        ended.map_err(|failure| format!("{}: {failure}", self.path.display()))?;
        Ok(said.lines().map(str::to_owned).collect())
    }
}

/// A directory that is there and empty.
pub(super) fn fresh(path: &Path) -> Result<PathBuf, Failure> {
    drop(fs::remove_dir_all(path));
    fs::create_dir_all(path)?;
    Ok(fs::canonicalize(path)?)
}

fn wait(child: &mut Child) -> Result<(), Failure> {
    let begun = Instant::now();
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("ended with {status}").into()),
            None if begun.elapsed() > LIMIT => {
                child.kill()?;
                child.wait()?;
                return Err(format!("still ran after {LIMIT:?}").into());
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    }
}
