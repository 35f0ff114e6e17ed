//! What the verbs of a store promise.

mod access;
mod errors;
mod filter;
mod hostile;
mod journal;
mod lists;
mod locked;
mod restrictions;
mod screen;
mod scrub;

use std::process::{Command, Stdio};

use serde_json::Value;

use super::{Desk, Run};

/// A desk with a store of `ana` in `s`.
struct Shelf {
    desk: Desk,
}

impl Shelf {
    fn new() -> Self {
        let shelf = Self { desk: Desk::new() };
        shelf.json("init");
        shelf
    }

    /// The words of a line: blanks part them, except between single quotes.
    fn words(line: &str) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        let (mut is_quoted, mut is_in_word) = (false, false);
        for c in line.chars() {
            match c {
                '\'' => {
                    is_quoted = !is_quoted;
                    if !is_in_word {
                        words.push(String::new());
                    }
                    is_in_word = true;
                }
                c if c.is_whitespace() && !is_quoted => is_in_word = false,
                c => {
                    if !is_in_word {
                        words.push(String::new());
                    }
                    is_in_word = true;
                    words.last_mut().unwrap().push(c);
                }
            }
        }
        words
    }

    fn command(&self, line: &str) -> Command {
        let mut command = self.desk.command("");
        command.args(Self::words(line)).stdin(Stdio::null());
        command.env("STOPLIST_STORE", "s").env("STOPLIST_ACTOR", "ana").env_remove("COLUMNS");
        command
    }

    fn run(&self, line: &str) -> Run {
        self.command(line).output().unwrap().into()
    }

    /// Runs with `--json`, which has to succeed.
    #[track_caller]
    fn json(&self, line: &str) -> Value {
        self.ends(line, 0)
    }

    /// Runs with `--json`, which has to end so and to print a document.
    #[track_caller]
    fn ends(&self, line: &str, exit: i32) -> Value {
        let run = self.run(&format!("{line} --json"));
        assert_eq!(run.exit, exit, "{line}: {}", run.stderr);
        assert_eq!(run.stdout.iter().filter(|&&byte| byte == b'\n').count(), 1, "{line}");
        serde_json::from_slice(&run.stdout).unwrap()
    }

    /// What a person sees.
    #[track_caller]
    fn text(&self, line: &str) -> String {
        let run = self.run(line);
        assert_eq!((run.exit, run.stderr.as_str()), (0, ""), "{line}");
        String::from_utf8(run.stdout).unwrap()
    }

    /// Runs, which has to fail with this exit code and code and one line that has all these parts.
    /// With `--json` the same is said on standard output.
    #[track_caller]
    fn refused(&self, line: &str, exit: i32, code: &str, parts: &[&str]) {
        let run = self.run(line);
        assert_eq!(run.exit, exit, "{line}: {}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{line}: {}", run.stderr);
        assert!(run.stdout.is_empty(), "{line}");
        for part in parts {
            assert!(run.stderr.contains(part), "{line}: no {part:?} in {}", run.stderr);
        }
        let said = &self.ends(line, exit)["error"];
        assert_eq!(said["code"], code, "{line}: {said}");
        let message = said["message"].as_str().unwrap();
        assert!(parts.iter().all(|part| message.contains(part)), "{line}: {message}");
    }

    /// The verdict on a number, for a kind of traffic or any.
    #[track_caller]
    fn verdict(&self, line: &str) -> String {
        let run = self.run(&format!("check {line} --json"));
        let rows: Value = serde_json::from_slice(&run.stdout).unwrap();
        let verdict = rows[0]["verdict"].as_str().unwrap();
        let exit = match verdict {
            "block" => 1,
            "invalid" => 3,
            _ => 0,
        };
        assert_eq!((run.exit, rows.as_array().unwrap().len()), (exit, 1), "{line}: {rows}");
        verdict.to_owned()
    }

    /// The journal is as it was written; returns its length.
    #[track_caller]
    fn verified(&self) -> u64 {
        let audit = self.json("audit verify");
        assert_eq!(audit["ok"], true);
        assert_eq!(audit["records"], audit["generation"]);
        audit["records"].as_u64().unwrap()
    }

    /// What happened to somebody, by the names of the events.
    #[track_caller]
    fn events(&self, who: &str) -> Vec<String> {
        let history = self.json(&format!("history {who}"));
        let events = history["events"].as_array().unwrap();
        events.iter().map(|event| event["event"].as_str().unwrap().to_owned()).collect()
    }
}

/// The ids of a page.
fn ids(page: &Value) -> Vec<&str> {
    page["contacts"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

const ADA: &str = "+442079460001";
const BEA: &str = "+12025550142";
const CYD: &str = "+4930901820";
const DAN: &str = "+41446681800";
