//! What has to be built and installed, and how is it called?

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::Case;
use super::options::{DIRECTORY, Options, System};
use crate::Failure;

const PEERS: &str = "benches/peers";

#[derive(Debug)]
pub(super) struct Programs {
    /// Where cargo puts optimised programs.
    release: PathBuf,
    /// Of the environment that has the peers.
    python: PathBuf,
}

impl Programs {
    /// Builds ours, as far as they are needed, and installs the peers.
    pub(super) fn build(options: &Options) -> Result<Self, Failure> {
        let release = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        let release = PathBuf::from(release).join("release");
        let ours = options.systems.contains(&System::Stoplist);
        // It writes the data as well.
        let compare = ours || !options.has_data();
        let packages = [(compare, "stoplist-benches"), (ours, "stoplist-cli")];
        for (_, package) in packages.into_iter().filter(|(needed, _)| *needed) {
            let mut cargo = Command::new("cargo");
            cargo.args(["build", "--release", "--locked", "-p", package]);
            run(&mut cargo, "does the workspace build?")?;
        }
        Ok(Self { release, python: environment()? })
    }

    pub(super) fn write_data(&self, options: &Options) -> Result<(), Failure> {
        let mut compare = Command::new(self.release.join("compare"));
        compare.arg("filter");
        for (name, value) in
            [("--rows", options.rows), ("--numbers", options.numbers), ("--hits", options.hits)]
        {
            compare.args([name, &value.to_string()]);
        }
        compare.arg("--write").arg(options.data());
        run(&mut compare, "is there room for the data?")
    }

    /// A process that answers one task after the other, as [`super::served`] asks.
    pub(super) fn serve(&self, system: System, case: Case<'_>) -> Command {
        match system {
            System::Stoplist => {
                let mut command = Command::new(self.release.join("compare"));
                command.args(["filter", "--serve"]).arg(case.data);
                joined_by(&mut command, case);
                command
            }
            peer => self.peer("serve", peer, case),
        }
    }

    /// A process that reads the files and writes `out`, run by a program that says how long it took
    /// and how much memory.
    pub(super) fn cold(&self, system: System, case: Case<'_>, out: &Path) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(format!("{PEERS}/cold.py"));
        match system {
            System::Stoplist => {
                command.arg(self.release.join("stoplist")).args(["filter", "--quiet"]);
                command.arg(case.data.join("recipients.parquet")).arg("-o").arg(out);
                command.arg("--blocked").arg(case.data.join("blocked.parquet"));
                joined_by(&mut command, case);
            }
            peer => {
                let called = self.peer("cold", peer, case);
                command.arg(called.get_program()).args(called.get_args());
                command.arg("--out").arg(out);
            }
        }
        command
    }

    /// A process that says what is in a file that was written.
    pub(super) fn check(&self, out: &Path) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(format!("{PEERS}/peer.py")).arg("check").arg(out);
        command
    }

    fn peer(&self, work: &str, system: System, case: Case<'_>) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(format!("{PEERS}/peer.py")).args([work, system.name(), "--data"]);
        command.arg(case.data);
        joined_by(&mut command, case);
        command
    }
}

fn joined_by(command: &mut Command, case: Case<'_>) {
    command.args(["--column", case.column.name()]);
    command.args(["--threads", &case.threads.to_string()]);
}

/// The Python of an environment that has the peers in the versions of `requirements.txt`, which is
/// made when it is missing or another version is asked for.
fn environment() -> Result<PathBuf, Failure> {
    let wanted = format!("{PEERS}/requirements.txt");
    let environment = Path::new(DIRECTORY).join("venv");
    let python = environment.join("bin/python");
    // Copied last, and so a sign that all packages are there.
    let installed = environment.join("requirements.txt");
    let text = fs::read_to_string(&wanted).map_err(|error| format!("{wanted}: {error}"))?;
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == text) {
        return Ok(python);
    }
    let mut make = Command::new("python3");
    run(
        make.args(["-m", "venv", "--clear"]).arg(&environment),
        "Python 3.10 or newer is needed, with its module venv (the package python3-venv of Debian)",
    )?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
    run(install.arg(&wanted), "the packages come from PyPI: is the network there?")?;
    fs::write(&installed, text).map_err(|error| format!("{}: {error}", installed.display()))?;
    Ok(python)
}

/// Runs a program to its end. All that it says goes to standard error: standard output is for the
/// lines of JSON.
fn run(command: &mut Command, remedy: &str) -> Result<(), Failure> {
    let shown = shown(command);
    eprintln!("   $ {shown}");
    let status = command.stdin(Stdio::null()).stdout(io::stderr()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{shown}` ended with {status}; {remedy}").into()),
        Err(error) => Err(format!("`{shown}` does not start: {error}; {remedy}").into()),
    }
}

/// The JSON object that a program writes to standard output.
pub(super) fn message(command: &mut Command) -> Result<Value, Failure> {
    let shown = shown(command);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("`{shown}` does not start: {error}"))?;
    if !output.status.success() {
        let status = output.status;
        return Err(format!("`{shown}` ended with {status}; what it said is above").into());
    }
    let said = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&said).map_err(|_| format!("`{shown}` says `{}`", said.trim()).into())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::{message, run};
    use crate::Failure;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_failure_says_what_to_do() {
        let failed = run(&mut shell("exit 3"), "eat more fruit").expect_err("it failed");
        assert!(failed.to_string().contains("eat more fruit"), "{failed}");
        let absent = run(&mut Command::new("no-such-program"), "buy one").expect_err("none");
        assert!(absent.to_string().contains("buy one"), "{absent}");
        assert!(run(&mut shell("exit 0"), "").is_ok());
    }

    #[test]
    fn a_message_is_an_object_of_json() -> Result<(), Failure> {
        let said = message(&mut shell(r#"echo '{"ns":5}'"#))?;
        assert_eq!(said.get("ns").and_then(serde_json::Value::as_u64), Some(5));
        for script in ["echo no", r#"echo '{"ns":5}'; exit 1"#] {
            assert!(message(&mut shell(script)).is_err(), "{script}");
        }
        Ok(())
    }
}
