//! How is the command line asked?
//!
//! Each request is a run of the real binary with `--json`: a process that opens the store and closes it again.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::Failure;

use super::case::{Case, text};
use super::request::{Request, escaped, moment};

/// The command, and where its stores are.
pub(super) struct CommandLine {
    binary: PathBuf,
    scratch: PathBuf,
    stores: u32,
}

impl CommandLine {
    pub(super) fn new(binary: PathBuf, scratch: PathBuf) -> Self {
        Self { binary, scratch, stores: 0 }
    }

    /// What it answers to each case.
    pub(super) fn answers(mut self, cases: &[Case]) -> Result<Vec<String>, Failure> {
        let mut parsed = self.parsed(cases)?.into_iter();
        let mut answers = Vec::new();
        for case in cases {
            let answer = match case.request.verb.name {
                "parse" => parsed.next().ok_or("a number without an answer")?.1,
                _ => self
                    .answer(&case.request)
                    .map_err(|failure| format!("{}: {failure}", case.name))?,
            };
            answers.push(answer);
        }
        Ok(answers)
    }

    /// The answers to all texts that are to be read as numbers, by the places of their cases. Those of one
    /// region go into one run.
    fn parsed(&self, cases: &[Case]) -> Result<BTreeMap<usize, String>, Failure> {
        let mut regions = BTreeMap::<&str, Vec<(usize, &str)>>::new();
        for (place, case) in cases.iter().enumerate() {
            if case.request.verb.name == "parse" {
                let texts = regions.entry(case.request.field("region")).or_default();
                texts.push((place, case.request.field("text")));
            }
        }
        self.run("vectors", &["init"])?;
        let mut answers = BTreeMap::new();
        for (region, texts) in regions {
            let mut args = vec!["check"];
            add(&mut args, "--region", region);
            args.push("--");
            args.extend(texts.iter().map(|(_, text)| *text));
            let said = self.run("vectors", &args)?;
            let rows = said.as_array().ok_or("a check without rows")?;
            for ((place, _), row) in texts.iter().zip(rows) {
                let answer = match row.get("number") {
                    Some(Value::String(number)) => format!("ok\t{}", digits(number)),
                    _ => format!("error\t{}", text(row.get("reason"))),
                };
                answers.insert(*place, answer);
            }
        }
        Ok(answers)
    }

    fn answer(&mut self, request: &Request) -> Result<String, Failure> {
        let mut fields = vec!["ok".to_owned()];
        match request.verb.name {
            "store" => self.stores += 1,
            // Every run opens the store anew.
            "reopen" => return Ok("ok".to_owned()),
            "wait" => {
                thread::sleep(Duration::from_millis(request.field("ms").parse()?));
                return Ok("ok".to_owned());
            }
            _ => {}
        }
        let file = self.scratch.join("numbers.txt").to_string_lossy().into_owned();
        let numbers = request.field("numbers");
        if !numbers.is_empty() {
            fs::write(&file, numbers.replace(',', "\n") + "\n")?;
        }
        let said = self.run(request.field("by"), &arguments(request, &file))?;
        if let Some(code) = said.pointer("/error/code") {
            return Ok(format!("error\t{}", text(Some(code))));
        }
        // A check has a row for each text; here there is one.
        let document = said.get(0).unwrap_or(&said);
        for name in request.verb.gives {
            let field = text(document.get(*name));
            fields.push(match *name {
                "number" => digits(&field).to_owned(),
                "until" => moment(&field)?,
                _ => escaped(&field),
            });
        }
        Ok(fields.join("\t"))
    }

    /// Runs the command; what it prints is JSON, whether it fails or not.
    fn run(&self, actor: &str, args: &[&str]) -> Result<Value, Failure> {
        let store = self.scratch.join(format!("store-{}", self.stores));
        let output = Command::new(&self.binary)
            .args([
                "--json",
                "--no-progress",
                "--actor",
                if actor.is_empty() { "ana" } else { actor },
            ])
            .arg("--store")
            .arg(store)
            .args(args)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("{} does not start: {error}", self.binary.display()))?;
        serde_json::from_slice(&output.stdout).map_err(|error| {
            let said = String::from_utf8_lossy(&output.stderr);
            format!("`stoplist {}` prints no JSON ({error}): {said}", args.join(" ")).into()
        })
    }
}

fn digits(number: &str) -> &str {
    number.trim_start_matches('+')
}

/// An option, unless it says nothing.
fn add<'a>(args: &mut Vec<&'a str>, option: &'a str, value: &'a str) {
    if !value.is_empty() {
        args.extend([option, value]);
    }
}

/// An option for each part.
fn add_each<'a>(args: &mut Vec<&'a str>, option: &'a str, parts: &'a str) {
    for part in parts.split(',').filter(|part| !part.is_empty()) {
        args.extend([option, part]);
    }
}

/// The command of a request, without the store and the actor.
fn arguments<'a>(request: &'a Request, file: &'a str) -> Vec<&'a str> {
    let field = |name| request.field(name);
    let mut args = words(request, file);
    match request.verb.name {
        "create_list" | "set_list" => {
            add(&mut args, "--traffic", field("traffic"));
            add(&mut args, "--source", field("source"));
        }
        "create_contact" => {
            add(&mut args, "--category", field("category"));
            add_each(&mut args, "--group", field("groups"));
            add(&mut args, "--primary", field("primary"));
            add(&mut args, "--secondary", field("secondary"));
            args.extend(Some("--blocked").filter(|_| !field("reason").is_empty()));
            add_block(&mut args, request);
        }
        "block" | "unblock" => {
            add_block(&mut args, request);
            args.push("--");
            args.extend(field("who").split(','));
        }
        "bulk_block" | "bulk_unblock" => {
            add_each(&mut args, "--where", field("filters"));
            add_each(&mut args, "--select", field("who"));
            add(&mut args, "--file", if field("numbers").is_empty() { "" } else { file });
            args.extend(match field("limits") {
                "confirmed" => Some("--yes"),
                "dry_run" => Some("--dry-run"),
                _ => None,
            });
            add_block(&mut args, request);
        }
        "check" => {
            add(&mut args, "--region", field("region"));
            add(&mut args, "--traffic", field("traffic"));
            add_each(&mut args, "--list", field("lists"));
            args.extend(["--", field("text")]);
        }
        _ => {}
    }
    args
}

/// The verbs, and what always stands behind them.
fn words<'a>(request: &'a Request, file: &'a str) -> Vec<&'a str> {
    let field = |name| request.field(name);
    match request.verb.name {
        "store" => vec!["init"],
        "add_actor" => vec!["actor", "add", field("name"), "--permissions", field("permissions")],
        "set_actor" => vec!["actor", "set", field("name"), "--permissions", field("permissions")],
        "remove_actor" => vec!["actor", "remove", field("name")],
        "create_list" => vec!["list", "create", field("list")],
        "set_list" => vec!["list", "set", field("list")],
        "drop_list" => vec!["list", "drop", field("list")],
        "import" if field("mode") == "replace" => vec!["import", field("list"), file, "--replace"],
        "import" => vec!["import", field("list"), file],
        "create_contact" => vec!["contact", "add", "--name", field("name")],
        "edit_contact" => vec!["contact", "edit", field("who"), "--primary", field("primary")],
        "archive_contact" => vec!["contact", "archive", field("who")],
        "restore_contact" => vec!["contact", "restore", field("who")],
        "bulk_block" => vec!["bulk", "block"],
        "bulk_unblock" => vec!["bulk", "unblock"],
        "undo" => vec!["undo", field("undone")],
        same => vec![same],
    }
}

fn add_block<'a>(args: &mut Vec<&'a str>, request: &'a Request) {
    for (option, name) in [("--reason", "reason"), ("--traffic", "traffic"), ("--until", "until")] {
        add(args, option, request.field(name));
    }
}
