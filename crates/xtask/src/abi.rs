//! `cargo xtask abi`: do programs in C and C++ work against the library, as its users build them?
//!
//! Each is compiled with every warning an error, plain and with the address and undefined-behaviour
//! sanitizers, and run in a directory of its own, with a time limit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::dist::Dist;
use crate::process::run as run_program;

const TREE: &str = "target/abi/tree";
const PROGRAMS: &str = "target/abi/programs";
/// No program takes half as long, under valgrind neither.
const LIMIT: Duration = Duration::from_secs(120);

const WARNINGS: [&str; 5] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g"];
const SANITIZERS: [&str; 2] = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/// A program: its name, and what it is made of.
struct Program {
    name: String,
    sources: Vec<PathBuf>,
    is_cpp: bool,
}

/// How a program is built and run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Plain,
    Sanitized,
    Static,
    Valgrind,
}

/// Runs every program; `long` also under valgrind.
pub(crate) fn run(long: bool) -> Result<(), Failure> {
    Dist { is_release: false, out: TREE.into() }.make()?;
    drop(fs::remove_dir_all(PROGRAMS));
    fs::create_dir_all(PROGRAMS)?;
    header_alone()?;
    let mut ways = vec![Way::Plain, Way::Sanitized];
    if long {
        ways.push(Way::Valgrind);
    }
    let programs = programs()?;
    let mut jobs = Vec::new();
    for program in &programs {
        jobs.extend(ways.iter().filter(|way| program.takes(**way)).map(|&way| (program, way)));
    }
    let first = programs.iter().find(|program| program.name == "block");
    jobs.extend(first.map(|program| (program, Way::Static)));
    let count = jobs.len();
    // Two at a time: each mostly waits for a disk.
    let jobs = std::sync::Mutex::new(jobs.into_iter());
    let failures = std::sync::Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let job = jobs.lock().ok().and_then(|mut jobs| jobs.next());
                    let Some((program, way)) = job else { return };
                    if let Err(failure) = program.perform(way)
                        && let Ok(mut failures) = failures.lock()
                    {
                        failures.push(failure.to_string());
                    }
                }
            });
        }
    });
    let failures = failures.into_inner()?;
    if failures.is_empty() {
        println!("abi: {count} runs of {} programs passed", programs.len());
        return Ok(());
    }
    Err(failures.join("\n").into())
}

/// The header alone, as every language that takes it.
fn header_alone() -> Result<(), Failure> {
    let header = format!("{TREE}/include/stoplist.h");
    for (compiler, language, standard) in [
        ("cc", "c", "-std=c99"),
        ("cc", "c", "-std=c11"),
        ("cc", "c", "-std=c17"),
        ("c++", "c++", "-std=c++17"),
        ("c++", "c++", "-std=c++20"),
    ] {
        let mut args = vec![standard, "-fsyntax-only", "-x", language];
        args.extend(WARNINGS);
        args.push(&header);
        run_program(compiler, &args, &[])?;
    }
    Ok(())
}

/// All programs, by name. Those whose names begin with `header_` are one.
fn programs() -> Result<Vec<Program>, Failure> {
    let mut all: Vec<Program> = Vec::new();
    for (directory, ending) in [
        ("bindings/c/examples", "c"),
        ("bindings/c/tests", "c"),
        ("bindings/cpp/examples", "cpp"),
        ("bindings/cpp/tests", "cpp"),
    ] {
        let entries = fs::read_dir(directory).map_err(|error| format!("{directory}: {error}"))?;
        let mut sources: Vec<PathBuf> =
            entries.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
        sources.retain(|path| path.extension().is_some_and(|found| found == ending));
        sources.sort();
        let is_cpp = ending == "cpp";
        let stem =
            |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (headers, others): (Vec<_>, Vec<_>) =
            sources.into_iter().partition(|path| stem(path).starts_with("header_"));
        if !headers.is_empty() {
            all.push(Program { name: "header".to_owned(), sources: headers, is_cpp });
        }
        all.extend(others.into_iter().filter(|path| stem(path) != "vectors").map(|path| Program {
            name: stem(&path),
            sources: vec![path],
            is_cpp,
        }));
    }
    Ok(all)
}

impl Program {
    fn takes(&self, way: Way) -> bool {
        // A sanitizer forgets what it knows of a library that is closed, and is confused by forks of
        // a process with many threads.
        way == Way::Plain || !["dlopen", "fork", "index_file"].contains(&self.name.as_str())
    }

    fn perform(&self, way: Way) -> Result<(), Failure> {
        let label = match way {
            Way::Plain => "plain",
            Way::Sanitized => "sanitized",
            Way::Static => "static",
            Way::Valgrind => "valgrind",
        };
        let language = if self.is_cpp { "c++" } else { "c" };
        let directory = PathBuf::from(format!("{PROGRAMS}/{language}-{}-{label}", self.name));
        fs::create_dir_all(directory.join("scratch"))?;
        let begun = Instant::now();
        let named = |what: String| format!("{language} {} ({label}): {what}", self.name);
        let program = directory.join("program");
        self.compile(way, &program).map_err(|failure| named(failure.to_string()))?;
        run_limited(way, &program, &directory).map_err(|failure| named(failure.to_string()))?;
        println!("   {language} {} ({label}): {:.1} s", self.name, begun.elapsed().as_secs_f64());
        Ok(())
    }

    fn compile(&self, way: Way, program: &Path) -> Result<(), Failure> {
        let (compiler, standard) =
            if self.is_cpp { ("c++", "-std=c++17") } else { ("cc", "-std=c11") };
        let mut command = Command::new(compiler);
        command.args([standard, "-O1", "-D_POSIX_C_SOURCE=200809L"]).args(WARNINGS);
        command.arg(format!("-I{TREE}/include")).args(&self.sources);
        command.arg("-o").arg(program);
        if way == Way::Sanitized {
            command.args(SANITIZERS);
        }
        let library = fs::canonicalize(format!("{TREE}/lib"))?;
        if way == Way::Static {
            command.arg(library.join("libstoplist.a")).arg(other_rust(program)?);
            let private = fs::read_to_string("target/native-static-libs")?;
            command.args(private.split_whitespace());
        } else {
            command.arg(format!("-L{}", library.display()));
            command.arg(format!("-Wl,-rpath,{}", library.display())).arg("-lstoplist");
        }
        command.args(["-lpthread", "-ldl"]);
        let output = command.stdin(Stdio::null()).output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
    }
}

/// Another static library that is written in Rust, with a standard library of its own.
fn other_rust(program: &Path) -> Result<PathBuf, Failure> {
    let source = program.with_file_name("other.rs");
    let library = program.with_file_name("libother.a");
    fs::write(
        &source,
        "#[unsafe(no_mangle)]\npub extern \"C\" fn other_sum(to: u64) -> u64 {\n    \
         (0..to).map(|n| format!(\"{n}\").len() as u64).sum()\n}\n",
    )?;
    let [from, to] = [&source, &library].map(|path| path.to_string_lossy().into_owned());
    let args = ["--edition", "2024", "--crate-type", "staticlib", "-o", &to, &from];
    run_program("rustc", &args, &[])?;
    Ok(library)
}

fn run_limited(way: Way, program: &Path, directory: &Path) -> Result<(), Failure> {
    let program = fs::canonicalize(program)?;
    let mut command = if way == Way::Valgrind {
        let mut command = Command::new("valgrind");
        command.args(["-q", "--error-exitcode=9", "--leak-check=full"]);
        command.arg("--errors-for-leak-kinds=definite").arg(program);
        command.env("STOPLIST_QUICK", "1");
        command
    } else {
        Command::new(program)
    };
    let library = fs::canonicalize(format!("{TREE}/lib/libstoplist.so"))?;
    command.arg(fs::canonicalize(directory.join("scratch"))?).arg(library);
    let said = directory.join("output");
    let output = fs::File::create(&said)?;
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    let child = command.spawn().map_err(|error| format!("does not start: {error}"))?;
    let outcome = wait(child)?;
    if outcome.is_empty() {
        return Ok(());
    }
    Err(format!("{outcome}\n{}", fs::read_to_string(&said).unwrap_or_default()).into())
}

/// What is wrong with how a program ended; nothing when it ended well.
fn wait(mut child: Child) -> Result<String, Failure> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(if status.success() {
                String::new()
            } else {
                format!("ended with {status}")
            });
        }
        if begun.elapsed() > LIMIT {
            child.kill()?;
            child.wait()?;
            return Ok(format!("still ran after {LIMIT:?}"));
        }
        thread::sleep(Duration::from_millis(5));
    }
}
