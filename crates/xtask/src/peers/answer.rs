//! Is an answer right?
//!
//! An answer is known by how many rows it kept and by the sum of their numbers, which another set of
//! rows of that size will not have by chance.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Failure;

/// The file beside the data that holds the answer.
pub(super) const EXPECTED: &str = "expected.json";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) kept: u64,
    /// Modulo 2^64.
    pub(super) sum_num: u64,
}

impl Answer {
    pub(super) fn of(message: &Value) -> Option<Self> {
        let field = |name| message.get(name).and_then(Value::as_u64);
        Some(Self { kept: field("kept")?, sum_num: field("sum_num")? })
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Task {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// All recipients are asked for.
    Rows,
    /// The first recipient alone is, and so what takes time is the table of the block set.
    Build,
}

/// What every system has to come to.
#[derive(Debug)]
pub(super) struct Expected {
    rows: u64,
    answer: Answer,
}

impl Expected {
    pub(super) fn read(data: &Path) -> Result<Self, Failure> {
        let path = data.join(EXPECTED);
        let remedy = format!("remove {}, and it is made anew", data.display());
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("{} cannot be read: {error}; {remedy}", path.display()))?;
        let expected = Self::of(&text);
        expected.ok_or_else(|| format!("{} is no answer: {text}; {remedy}", path.display()).into())
    }

    fn of(text: &str) -> Option<Self> {
        let message: Value = serde_json::from_str(text).ok()?;
        Some(Self { rows: message.get("rows")?.as_u64()?, answer: Answer::of(&message)? })
    }

    pub(super) fn check_rows(&self, rows: usize) -> Result<(), Failure> {
        match self.rows == rows as u64 {
            true => Ok(()),
            false => Err(format!("the data has {} rows and not {rows}", self.rows).into()),
        }
    }

    /// Of all rows.
    pub(super) fn check(&self, answer: Answer) -> Result<(), String> {
        self.checks().check(Task { name: "cold", kind: Kind::Rows }, answer)
    }

    pub(super) fn checks(&self) -> Checks {
        Checks { rows: self.answer, first: None }
    }
}

/// Checks answers one after the other.
#[derive(Debug)]
pub(super) struct Checks {
    rows: Answer,
    /// What the first system said about the first recipient: all others have to agree.
    first: Option<Answer>,
}

impl Checks {
    pub(super) fn check(&mut self, task: Task, answer: Answer) -> Result<(), String> {
        let right = match task.kind {
            Kind::Rows => self.rows,
            Kind::Build if answer.kept > 1 => {
                return Err(format!("kept {} rows of one in `{}`", answer.kept, task.name));
            }
            Kind::Build => *self.first.get_or_insert(answer),
        };
        if answer == right {
            return Ok(());
        }
        let name = task.name;
        Err(format!("came to a wrong answer in `{name}`: {answer:?}, and not {right:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Expected, Kind, Task};

    const FULL: Task = Task { name: "full", kind: Kind::Rows };
    const BUILD: Task = Task { name: "build", kind: Kind::Build };
    const TEXT: &str = r#"{"rows":3,"kept":2,"sum_num":18446744073709551615}"#;

    #[test]
    fn wants_the_rows_that_are_expected() {
        let expected = Expected::of(TEXT).expect("an answer");
        assert!(expected.check_rows(3).is_ok());
        assert!(expected.check_rows(4).is_err());
        let mut checks = expected.checks();
        let right = Answer { kept: 2, sum_num: u64::MAX };
        assert_eq!(checks.check(FULL, right), Ok(()));
        assert!(checks.check(FULL, Answer { kept: 1, ..right }).is_err());
        assert!(checks.check(FULL, Answer { sum_num: 7, ..right }).is_err());
    }

    #[test]
    fn wants_all_to_agree_about_one_row() {
        let mut checks = Expected::of(TEXT).expect("an answer").checks();
        let first = Answer { kept: 1, sum_num: 5 };
        assert!(checks.check(BUILD, Answer { kept: 2, sum_num: 5 }).is_err());
        assert_eq!(checks.check(BUILD, first), Ok(()));
        assert_eq!(checks.check(BUILD, first), Ok(()));
        assert!(checks.check(BUILD, Answer { kept: 0, sum_num: 0 }).is_err());
    }

    #[test]
    fn wants_every_field() {
        for text in ["", "{}", r#"{"rows":3,"kept":2}"#, r#"{"kept":2,"sum_num":1}"#] {
            assert!(Expected::of(text).is_none(), "{text}");
        }
    }
}
