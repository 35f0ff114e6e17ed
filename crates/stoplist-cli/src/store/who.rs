//! Whom, why and when does the command line mean?

use jiff::Timestamp;
use stoplist::{
    Acting, BlockRequest, Contact, ContactId, Documentation, Parser, PhoneNumber, Reason,
    SpanDirection, Target, parse_end, parse_when,
};

use crate::args::{BlockingArgs, DocumentationArgs};
use crate::failure::Failure;

pub(super) fn number(text: &str, parser: &Parser) -> Result<PhoneNumber, Failure> {
    parser.parse(text).map_err(|refusal| Failure::invalid_number(text, refusal))
}

pub(super) fn target(text: &str, parser: &Parser) -> Result<Target, Failure> {
    Target::parse(text, parser).map_err(|error| Failure::unknown_target(&error))
}

pub(super) fn targets(texts: &[String], parser: &Parser) -> Result<Vec<Target>, Failure> {
    texts.iter().map(|text| target(text, parser)).collect()
}

/// The contact of an id, or the only one that has a number.
pub(super) fn contact(target: Target, acting: &Acting<'_>) -> Result<ContactId, Failure> {
    let number = match target {
        Target::Contact(id) => return Ok(id),
        Target::Number(number) => number,
    };
    let holders = acting.contacts_with(number)?;
    match holders.as_slice() {
        [] => Err(Failure::no_contact(number)),
        [only] => Ok(only.id),
        several => {
            let name = |one: &Contact| format!("{} ({})", one.id, one.details.name);
            let names: Vec<String> = several.iter().map(name).collect();
            let message = format!("{number} is a number of several contacts: {}", names.join(", "));
            Err(Failure::usage(message).hint("name one by its id"))
        }
    }
}

pub(super) fn documentation(reason: Reason, args: &DocumentationArgs) -> Documentation {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Documentation::new(reason)
        .note(text(&args.note))
        .reference(text(&args.reference))
        .source(text(&args.source))
}

pub(super) fn request(why: Documentation, args: &BlockingArgs) -> Result<BlockRequest, Failure> {
    let mut request = BlockRequest::new(why);
    if let Some(traffic) = args.traffic {
        request = request.traffic(traffic);
    }
    if let Some(until) = &args.until {
        request = request.until(when(until, SpanDirection::Future)?);
    }
    Ok(request)
}

/// A moment that is past, as most are: a span points back.
pub(super) fn past(text: &str) -> Result<Timestamp, Failure> {
    when(text, SpanDirection::Past)
}

/// As [`past`], for the end of a time: a date has its day in it.
pub(super) fn end(text: &str) -> Result<Timestamp, Failure> {
    parse_end(text, Timestamp::now()).map_err(|error| Failure::usage(error.to_string()))
}

fn when(text: &str, direction: SpanDirection) -> Result<Timestamp, Failure> {
    parse_when(text, Timestamp::now(), direction).map_err(|error| Failure::usage(error.to_string()))
}
