//! `stoplist message`: what did the host send or get, or hold back?

use jiff::Timestamp;
use serde_json::json;
use stoplist::{Message, Parser};

use crate::args::MessageArgs;
use crate::failure::Failure;

use super::open::Caller;
use super::screen::Sheet;
use super::who;

pub(super) fn run(args: &MessageArgs, caller: &Caller<'_>) -> Result<(), Failure> {
    let at = args.at.as_deref().map(who::past).transpose()?;
    let message = Message {
        number: who::number(&args.number, &Parser::new(args.region))?,
        direction: args.direction,
        outcome: args.outcome.clone(),
        at: at.unwrap_or_else(Timestamp::now),
    };
    let store = caller.open_for_change()?;
    let generation = caller.acting(&store).record_message(&message)?;
    let number = message.number.to_string();
    let report = json!({"generation": generation, "number": number});
    let sheet = Sheet::default().line("recorded", number).line("generation", generation);
    caller.tell.answer(&report, &sheet)
}
