//! `stoplist check`: may a message pass to or from these numbers?

use serde_json::Value;
use stoplist::{Explanation, Gate, GateSpec, Parser, PhoneNumber, Store, Traffic, Verdict};

use crate::answer::Answer;
use crate::args::CheckArgs;
use crate::failure::Failure;

use super::grid::Grid;
use super::open::Caller;
use super::{json, screen};

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
            (Verdict::Block { .. }, _) | (_, Answer::No) => Answer::No,
            (Verdict::Invalid(_), _) => Answer::NoNumber,
            _ => answer,
        };
        grid.row(row.cells());
        rows.push(json::check(row.input, row.number, &row.verdict, row.why.as_ref()));
    }
    grid.keep_whole(&[0, 1, 3]);
    caller.tell.answer(&Value::Array(rows), &grid)?;
    Ok(answer)
}

/// What is known about one of the inputs.
struct Row<'a> {
    input: &'a str,
    number: Option<PhoneNumber>,
    verdict: Verdict<'a>,
    why: Option<Explanation>,
}

impl<'a> Row<'a> {
    fn of(
        input: &'a str,
        parser: &Parser,
        gate: &'a Gate,
        traffic: Traffic,
        store: &Store,
    ) -> Self {
        let number = match parser.parse(input) {
            Ok(number) => number,
            Err(refusal) => {
                return Self { input, number: None, verdict: Verdict::Invalid(refusal), why: None };
            }
        };
        let verdict = gate.verdict(number);
        let why = match verdict {
            Verdict::Block { list, .. } => store.explain(number, list, traffic),
            _ => None,
        };
        Self { input, number: Some(number), verdict, why }
    }

    fn cells(&self) -> [String; 5] {
        let reason = match self.verdict {
            Verdict::Invalid(refusal) => Some(refusal.code().to_owned()),
            _ => self.why.as_ref().and_then(|why| why.reason.clone()),
        };
        let list = match self.verdict {
            Verdict::Block { list, .. } => list,
            _ => "",
        };
        let until = self.why.as_ref().and_then(|why| why.until);
        [
            self.number.map_or_else(|| self.input.to_owned(), |number| number.to_string()),
            self.verdict.code().to_owned(),
            list.to_owned(),
            reason.unwrap_or_default(),
            until.map(|until| format!("until {}", screen::time(until))).unwrap_or_default(),
        ]
    }
}
