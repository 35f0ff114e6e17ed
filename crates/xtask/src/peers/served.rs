//! How does a process do one task after the other?
//!
//! It gets a line a task and answers with a line of JSON. It ends when its input does.

use std::fmt;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use super::answer::Answer;
use super::options::System;
use crate::Failure;

#[derive(Debug)]
pub(super) struct Served {
    pub(super) system: System,
    pub(super) version: String,
    child: Child,
    /// None once the process has been told to end.
    tasks: Option<ChildStdin>,
    replies: Lines<BufReader<ChildStdout>>,
}

#[derive(Debug)]
pub(super) struct Reply {
    /// Nanoseconds.
    pub(super) ns: f64,
    pub(super) answer: Answer,
}

impl Served {
    /// Starts the process and waits until it has loaded its data.
    pub(super) fn start(system: System, mut command: Command) -> Result<Self, Failure> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", system.name()))?;
        let (Some(tasks), Some(replies)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(format!("{} has no pipes", system.name()).into());
        };
        let replies = BufReader::new(replies).lines();
        let version = String::new();
        let mut served = Self { system, version, child, tasks: Some(tasks), replies };
        let hello = served.reply("its start")?;
        let ready = hello.get("ready") == Some(&Value::Bool(true));
        match hello.get("version").and_then(Value::as_str) {
            Some(version) if ready => version.clone_into(&mut served.version),
            _ => return Err(format!("{served} does not say that it is ready: {hello}").into()),
        }
        Ok(served)
    }

    /// Has the task done once.
    pub(super) fn ask(&mut self, task: &str) -> Result<Reply, Failure> {
        if let Some(tasks) = &mut self.tasks {
            writeln!(tasks, "{task}").and_then(|()| tasks.flush()).map_err(|error| {
                format!("{} ended before `{task}`: {error}", self.system.name())
            })?;
        }
        let message = self.reply(&format!("`{task}`"))?;
        let ns = message.get("ns").and_then(Value::as_f64);
        match (ns, Answer::of(&message)) {
            (Some(ns), Some(answer)) => Ok(Reply { ns, answer }),
            _ => Err(format!("{self} answers `{task}` with {message}").into()),
        }
    }

    /// Ends the process; returns its version.
    pub(super) fn end(mut self) -> Result<String, Failure> {
        self.tasks = None;
        let status = self.child.wait()?;
        if status.success() {
            Ok(self.version.clone())
        } else {
            Err(format!("{self} ended with {status}").into())
        }
    }

    fn reply(&mut self, amid: &str) -> Result<Value, Failure> {
        let name = self.system.name();
        let Some(line) = self.replies.next() else {
            return Err(format!("{name} ended amid {amid}; what it said is above").into());
        };
        let line = line.map_err(|error| format!("{name} is not heard amid {amid}: {error}"))?;
        serde_json::from_str(&line).map_err(|_| format!("{name} says amid {amid}: {line}").into())
    }
}

impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.system.name(), self.version)
    }
}

impl Drop for Served {
    /// After a failure nothing is left running.
    fn drop(&mut self) {
        if self.tasks.take().is_some() {
            // It may have ended by itself, which is as good.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::Served;
    use crate::Failure;
    use crate::peers::options::System;

    fn start(script: &str) -> Result<Served, Failure> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Served::start(System::Polars, command)
    }

    const READY: &str = r#"echo '{"ready":true,"version":"1.2"}';"#;

    #[test]
    fn a_task_is_a_line_and_so_is_its_reply() -> Result<(), Failure> {
        let echo =
            r#"while read -r task; do echo "{\"ns\":5,\"kept\":${#task},\"sum_num\":7}"; done"#;
        let mut served = start(&format!("{READY}{echo}"))?;
        assert_eq!(served.to_string(), "polars 1.2");
        for task in ["full", "build one"] {
            let reply = served.ask(task)?;
            assert_eq!(reply.answer.kept, task.len() as u64);
            assert_eq!((reply.ns, reply.answer.sum_num), (5.0, 7));
        }
        assert_eq!(served.end()?, "1.2");
        Ok(())
    }

    #[test]
    fn a_process_that_fails_is_noticed() -> Result<(), Failure> {
        for script in ["exit 1", "echo no", r#"echo '{"version":"1.2"}'"#] {
            assert!(start(script).is_err(), "{script}");
        }
        for behind in ["exit 1", "read -r task; echo '{\"error\":\"no\"}'", "read -r task; exit 1"]
        {
            assert!(start(&format!("{READY}{behind}"))?.ask("full").is_err(), "{behind}");
        }
        assert!(start(&format!("{READY}exit 3"))?.end().is_err());
        Ok(())
    }
}
