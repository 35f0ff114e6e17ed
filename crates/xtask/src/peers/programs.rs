//! What has to be built and installed, and how is it called?

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::Case;
use super::options::{DIRECTORY, Options, System};
use crate::process::{run_aside as run, shown_of as shown};
use crate::{Failure, venv};

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
        Ok(Self { release, python: venv::python(&format!("{PEERS}/requirements.txt"), DIRECTORY)? })
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

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::message;
    use crate::Failure;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
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
