//! `stoplist check`: may a message pass to or from these numbers?

use serde_json::{Value, json};
use stoplist::{Gate, GateSpec, Parser, Store, Traffic, Verdict};

use crate::answer::Answer;
use crate::args::CheckArgs;
use crate::failure::Failure;

use super::grid::Grid;
use super::open::Caller;
use super::screen;

pub(super) fn run(args: &CheckArgs, caller: &Caller<'_>) -> Result<Answer, Failure> {
    let traffic = args.traffic.unwrap_or(Traffic::ALL);
    let spec = match args.list.as_slice() {
        [] => GateSpec::all(traffic),
        names => GateSpec::named(traffic, names),
    };
    let parser = Parser::new(args.region);
    let store = caller.open()?;
    let gate = store.gate(&spec)?.load();
    let mut answer = Answer::Done;
    let mut rows = Vec::new();
    let mut grid = Grid::bare();
    for input in &args.numbers {
        let row = Row::of(input, &parser, &gate, traffic, &store);
        answer = match (row.verdict, answer) {
            ("block", _) | (_, Answer::No) => Answer::No,
            ("invalid", _) => Answer::NoNumber,
            _ => answer,
        };
        grid.row(row.cells());
        rows.push(row.json());
    }
    grid.keep_whole(&[0, 1, 3]);
    caller.tell.answer(&Value::Array(rows), &grid)?;
    Ok(answer)
}

/// What is known about one of the inputs.
struct Row<'a> {
    input: &'a str,
    number: Option<String>,
    verdict: &'static str,
    list: Option<String>,
    reason: Option<String>,
    until: Option<jiff::Timestamp>,
}

impl<'a> Row<'a> {
    fn of(input: &'a str, parser: &Parser, gate: &Gate, traffic: Traffic, store: &Store) -> Self {
        let unknown =
            Self { input, number: None, verdict: "invalid", list: None, reason: None, until: None };
        let number = match parser.parse(input) {
            Ok(number) => number,
            Err(refusal) => return Self { reason: Some(refusal.code().to_owned()), ..unknown },
        };
        let verdict = gate.verdict(number);
        let known = Self { number: Some(number.to_string()), verdict: verdict.code(), ..unknown };
        let Verdict::Block { list, .. } = verdict else { return known };
        let why = store.explain(number, list, traffic);
        Self {
            list: Some(list.to_owned()),
            until: why.as_ref().and_then(|why| why.until),
            reason: why.and_then(|why| why.reason),
            ..known
        }
    }

    fn json(&self) -> Value {
        json!({
            "input": self.input,
            "number": self.number,
            "verdict": self.verdict,
            "list": self.list,
            "reason": self.reason,
            "until": self.until.map(|until| until.to_string()),
        })
    }

    fn cells(&self) -> [String; 5] {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        [
            self.number.clone().unwrap_or_else(|| self.input.to_owned()),
            self.verdict.to_owned(),
            text(&self.list),
            text(&self.reason),
            self.until.map(|until| format!("until {}", screen::time(until))).unwrap_or_default(),
        ]
    }
}
