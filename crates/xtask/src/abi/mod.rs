//! `cargo xtask abi`: do programs in C and C++ work with the library, built as its users build them?
//!
//! Each is compiled with every warning an error, plain and with the address and undefined-behaviour
//! sanitizers, linked with a tree that `cargo xtask dist` makes, and run in a directory of its own, with
//! a time limit. Each program says for itself whether all is well. `--long` adds what takes long or is
//! not on every machine: valgrind, every program linked statically, pyarrow, CMake and pkg-config.
//! `--plain TREE` runs each program once, with the shared library of a tree that there is.
//!
//! The thread sanitizer is not among them: it would have to see into the library, whose locks and
//! atomics are none of those that it knows, and takes what they order for races.

mod compile;
mod finder;
mod program;
mod run;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use crate::dist::{self, Profile, Tree};
use crate::{Failure, process, venv};
use compile::Compiler;
use program::{Program, Way};

const DIRECTORY: &str = "target/abi";
/// Programs at a time: each waits for the disk now and then.
const AT_A_TIME: usize = 2;
const PYTHON: &str = "bindings/python";

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked<'a> {
    /// Every program, with a tree that is made for it.
    Short,
    /// Also what takes long.
    Long,
    /// Every program that links the shared library, once, with a tree that there is.
    Plain(&'a Path),
}

/// Runs every program in the ways that are asked for.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let asked = asked(args)?;
    let tree = match asked {
        Asked::Plain(root) => Tree { root: root.to_owned(), native: String::new() },
        Asked::Short => dist::make(Profile::Dev, &Path::new(DIRECTORY).join("tree"))?,
        Asked::Long => {
            // Said at once, and not after minutes.
            for tool in ["valgrind", "pkg-config"] {
                process::output(tool, &["--version"])
                    .map_err(|failure| format!("{failure} (Debian has a package of that name)"))?;
            }
            dist::make(Profile::Dev, &Path::new(DIRECTORY).join("tree"))?
        }
    };
    let compiler = Compiler::new(&tree, PathBuf::from(DIRECTORY).join("programs"))?;
    let programs = Program::all(&compiler)?;
    let jobs = jobs(&programs, asked);
    println!("   {} programs in {} runs:", programs.len(), jobs.len());
    let failures = perform(&jobs, &compiler);
    if !failures.is_empty() {
        return Err(
            format!("{} of {} runs:\n{}", failures.len(), jobs.len(), failures.join("\n")).into()
        );
    }
    if asked == Asked::Long {
        from_python(&tree)?;
    }
    Ok(())
}

fn asked(args: &[String]) -> Result<Asked<'_>, Failure> {
    match args {
        [] => Ok(Asked::Short),
        [option] if option == "--long" => Ok(Asked::Long),
        [option, tree] if option == "--plain" => Ok(Asked::Plain(Path::new(tree))),
        _ => Err("this verb takes --long or --plain TREE and nothing else".into()),
    }
}

/// Which program is run in which way.
fn jobs<'a>(programs: &'a [Program], asked: Asked<'_>) -> Vec<(&'a Program, Way)> {
    let mut jobs: Vec<(&Program, Way)> = Vec::new();
    for program in programs {
        jobs.extend(program.ways(asked == Asked::Long).into_iter().map(|way| (program, way)));
    }
    jobs.retain(|(_, way)| *way == Way::Plain || !matches!(asked, Asked::Plain(_)));
    // The longest first, so that nobody waits for them at the end.
    jobs.sort_by_key(|(_, way)| *way != Way::Valgrind);
    jobs
}

/// Compiles and runs; what failed, with the reason.
fn perform(jobs: &[(&Program, Way)], compiler: &Compiler) -> Vec<String> {
    let waiting = Mutex::new(jobs.iter());
    let failures = Mutex::new(Vec::new());
    let work = || {
        // The guard is gone before the job begins.
        while let Some((program, way)) = waiting.lock().ok().and_then(|mut jobs| jobs.next()) {
            let begin = Instant::now();
            let outcome = compiler
                .compile(program, *way)
                .and_then(|built| run::limited(&built, *way, compiler.shared()));
            let took = begin.elapsed().as_secs_f64();
            println!(
                "   {took:5.1} s  {program}, {way}{}",
                if outcome.is_ok() { "" } else { ": FAILED" }
            );
            if let (Err(failure), Ok(mut failures)) = (outcome, failures.lock()) {
                failures.push(format!("{program}, {way}: {failure}"));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(work);
        }
    });
    failures.into_inner().unwrap_or_else(|_| vec!["a thread panicked".to_owned()])
}

/// What needs packages of Python: another implementation of Arrow, and CMake.
fn from_python(tree: &Tree) -> Result<(), Failure> {
    let python = venv::python(&format!("{PYTHON}/requirements.txt"), DIRECTORY)?;
    let root = fs::canonicalize(&tree.root)?;
    let scratch = run::empty(&Path::new(DIRECTORY).join("python"))?;
    let mut through = Command::new(&python);
    through.arg(format!("{PYTHON}/through_ctypes.py"));
    through.arg(root.join("lib/libstoplist.so")).arg(scratch).env("PYTHONDONTWRITEBYTECODE", "1");
    process::run_aside(&mut through, "the two do not agree: what it said is above")?;
    finder::check(&root, &python, &Path::new(DIRECTORY).join("found"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Asked, asked};

    #[test]
    fn takes_one_of_two_options_or_none() {
        let of = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let [none, long, plain] = ["", "--long", "--plain a/tree"].map(of);
        assert_eq!(asked(&none).ok(), Some(Asked::Short));
        assert_eq!(asked(&long).ok(), Some(Asked::Long));
        assert_eq!(asked(&plain).ok(), Some(Asked::Plain(Path::new("a/tree"))));
        for refused in ["--plain", "--plain a b", "--long a", "a"] {
            assert!(asked(&of(refused)).is_err(), "{refused}");
        }
    }
}
