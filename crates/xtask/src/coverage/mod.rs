//! `cargo xtask coverage`: which lines of the journal, the state, the store and the C ABI do tests run?
//!
//! Everything is built anew with the compiler's counters, in a directory of its own. Then run the tests of
//! the core, those of the C ABI, and the programs in C and C++ with a library that counts. Lines of tests
//! do not count, wherever they are. What is killed leaves no counts: its lines count as not run.

mod lines;

use std::env;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Failure;
use crate::process::{output, run as run_program, shown_of};
use lines::{PARTS, Source, enough, recorded, sources, table};

/// The tests, as cargo is told of them; together, for then what they share is built once.
const TESTS: [&str; 8] =
    ["test", "--locked", "-p", "stoplist", "-p", "stoplist-ffi", "--lib", "--tests"];
/// What reads the counts.
const TOOLS: [&str; 2] = ["llvm-profdata", "llvm-cov"];
/// A process that was killed leaves a file of counts without any, or with a header only.
const EMPTY: u64 = 1024;

/// Where all is built and counted.
struct Place {
    directory: PathBuf,
    tools: [PathBuf; 2],
}

/// Builds, runs, counts, and fails when too few lines were run.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let record = match args {
        [] => None,
        [option, file] if option == "--record" => Some(Path::new(file)),
        _ => return Err("this verb takes --record FILE and nothing else".into()),
    };
    let place = Place::new()?;
    let mut objects = place.build_tests()?;
    objects.push(place.build_library()?);
    place.run_all()?;
    let sources = place.count(&objects)?;
    println!("{}", table(&sources));
    if let Some(record) = record {
        let mut file = File::options().create(true).append(true).open(record)?;
        writeln!(file, "{}", recorded(&sources))?;
    }
    enough(&sources)
}

impl Place {
    fn new() -> Result<Self, Failure> {
        let target = env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
        let directory = std::path::absolute(target.join("coverage"))?;
        Ok(Self { directory, tools: tools()? })
    }

    fn profiles(&self) -> PathBuf {
        self.directory.join("profiles")
    }

    fn tree(&self) -> PathBuf {
        self.directory.join("tree")
    }

    /// A file for each process and library: none waits for another, or spoils what it wrote.
    fn counting(&self) -> (&'static str, String) {
        ("LLVM_PROFILE_FILE", self.profiles().join("%p-%m.profraw").to_string_lossy().into_owned())
    }

    /// With this, cargo builds what counts.
    fn building(&self) -> [(&'static str, String); 3] {
        let directory = self.directory.to_string_lossy().into_owned();
        // Build scripts count too, and would leave what they counted wherever they run.
        let flags = ("RUSTFLAGS", "-Cinstrument-coverage".to_owned());
        [flags, ("CARGO_TARGET_DIR", directory), self.counting()]
    }

    /// Builds the tests; where they are.
    fn build_tests(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut cargo = Command::new("cargo");
        cargo.args(TESTS).args(["--no-run", "--message-format", "json-render-diagnostics"]);
        let shown = shown_of(&cargo);
        println!("   $ {shown}");
        cargo.envs(self.building()).stdin(Stdio::null()).stderr(Stdio::inherit());
        let done = cargo.output()?;
        if !done.status.success() {
            return Err(format!("`{shown}` ended with {}", done.status).into());
        }
        let built = executables(&String::from_utf8(done.stdout)?)?;
        match built.is_empty() {
            true => Err("cargo told of no tests that it built".into()),
            false => Ok(built),
        }
    }

    /// Builds the tree that programs link; where its library is.
    fn build_library(&self) -> Result<PathBuf, Failure> {
        let tree = self.tree();
        xtask(&["dist", "--profile", "dev", "--out", &tree.to_string_lossy()], &self.building())?;
        Ok(fs::canonicalize(tree.join("lib/libstoplist.so"))?)
    }

    fn run_all(&self) -> Result<(), Failure> {
        let profiles = self.profiles();
        drop(fs::remove_dir_all(&profiles));
        fs::create_dir_all(&profiles)?;
        let building = self.building();
        let building = building.each_ref().map(|(name, value)| (*name, value.as_str()));
        run_program("cargo", &TESTS, &building)?;
        xtask(&["abi", "--plain", &self.tree().to_string_lossy()], &[self.counting()])
    }

    /// Reads what was counted.
    fn count(&self, objects: &[PathBuf]) -> Result<Vec<Source>, Failure> {
        let merged = self.directory.join("merged.profdata");
        let listed = self.directory.join("profiles.txt");
        fs::write(&listed, full(&self.profiles())?.join("\n"))?;
        let [profdata, cov] = self.tools.each_ref().map(|tool| tool.to_string_lossy());
        let (list, to) = (format!("--input-files={}", listed.display()), merged.to_string_lossy());
        // One that was killed as it wrote is passed over.
        output(&profdata, &["merge", "--sparse", "--failure-mode=all", &list, "-o", &to])?;
        let profile = format!("--instr-profile={}", merged.display());
        let mut args = vec!["export".to_owned(), "--format=lcov".to_owned(), profile];
        for object in objects {
            args.extend(["--object".to_owned(), object.to_string_lossy().into_owned()]);
        }
        args.push("--sources".to_owned());
        args.extend(PARTS.map(|part| part.directory.to_owned()));
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let exported = output(&cov, &args)?;
        sources(&exported, &env::current_dir()?, |path| Ok(fs::read_to_string(path)?))
    }
}

/// Another verb, in an environment.
fn xtask(args: &[&str], environment: &[(&str, String)]) -> Result<(), Failure> {
    let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, &**value)).collect();
    run_program(&env::current_exe()?.to_string_lossy(), args, &environment)
}

/// The tools of the compiler in use: others do not read its counts.
fn tools() -> Result<[PathBuf; 2], Failure> {
    let root = output("rustc", &["--print", "sysroot"])?;
    let host = output("rustc", &["--print", "host-tuple"])?;
    let bin = Path::new(root.trim()).join("lib/rustlib").join(host.trim()).join("bin");
    tools_in(&bin)
}

fn tools_in(bin: &Path) -> Result<[PathBuf; 2], Failure> {
    let tools = TOOLS.map(|tool| bin.join(tool).with_extension(env::consts::EXE_EXTENSION));
    match tools.iter().find(|tool| !tool.is_file()) {
        None => Ok(tools),
        Some(absent) => Err(format!(
            "{} is not there: `rustup component add llvm-tools` brings it",
            absent.display()
        )
        .into()),
    }
}

/// The programs of which messages of cargo tell.
fn executables(messages: &str) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for line in messages.lines() {
        let message: Value = serde_json::from_str(line)?;
        let executable = message.pointer("/executable").and_then(Value::as_str);
        found.extend(executable.map(PathBuf::from));
    }
    Ok(found)
}

/// The files of a directory that have counts.
fn full(profiles: &Path) -> Result<Vec<String>, Failure> {
    let mut full = Vec::new();
    for entry in fs::read_dir(profiles)? {
        let entry = entry?;
        if entry.metadata()?.len() > EMPTY {
            full.push(entry.path().to_string_lossy().into_owned());
        }
    }
    Ok(full)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{Failure, executables, full, tools_in};

    #[test]
    fn reads_which_programs_cargo_built() -> Result<(), Failure> {
        let messages = "{\"executable\":null}\n{\"executable\":\"/t/a-1\"}\n{\"success\":true}\n";
        assert_eq!(executables(messages)?, [PathBuf::from("/t/a-1")]);
        Ok(())
    }

    #[test]
    fn counts_of_the_killed_are_passed_over() -> Result<(), Failure> {
        let directory =
            std::env::temp_dir().join(format!("stoplist-coverage-{}", std::process::id()));
        std::fs::create_dir_all(&directory)?;
        std::fs::write(directory.join("killed"), "")?;
        std::fs::write(directory.join("ended"), [0; 2000])?;
        let full = full(&directory)?;
        std::fs::remove_dir_all(&directory)?;
        assert!(full.len() == 1 && full[0].ends_with("ended"), "{full:?}");
        Ok(())
    }

    #[test]
    fn tools_that_are_not_there_are_named_with_their_component() {
        let failure = tools_in(Path::new("/no/such")).expect_err("not there").to_string();
        assert!(failure.contains("rustup component add llvm-tools"), "{failure}");
    }
}
