//! Do all ways to read a number agree, and does a number stay one when it is written?
//!
//! The first byte chooses a region or none, the others are the text. The general rules, which the
//! fast paths shorten, are asked by themselves.

use std::sync::LazyLock;

use stoplist::{ParsedColumn, Parser, PhoneNumber, Refusal, Region, fuzzing};

/// What a first byte chooses from, modulo its length.
static PARSERS: LazyLock<Vec<Parser>> = LazyLock::new(|| {
    let regions = Region::all().map(Parser::with_region);
    std::iter::once(Parser::international()).chain(regions).collect()
});

/// Reads a text in every way.
///
/// # Panics
///
/// When two ways differ, or a number does not survive being written.
pub fn number_text(data: &[u8]) {
    let (&first, text) = data.split_first().unwrap_or((&0, &[]));
    let Some(parser) = PARSERS.get(usize::from(first) % PARSERS.len()) else { return };
    let found = parser.parse_bytes(text);
    match std::str::from_utf8(text) {
        Ok(text) => {
            assert_eq!(parser.parse(text), found, "as text and as bytes");
            let general = fuzzing::by_general_rules(text, parser.region());
            assert_eq!(found, general, "by the short way and by the general rules");
            if let Ok(value) = text.parse() {
                check_value(parser, value);
            }
        }
        Err(_) => assert_eq!(found, Err(Refusal::NotANumber), "not UTF-8"),
    }
    check_column(parser, text);
    if let Ok(number) = found {
        check_number(parser, number);
    }
}

/// The integer whose digits the text is.
fn check_value(parser: &Parser, value: u64) {
    let general = fuzzing::by_general_rules(&value.to_string(), parser.region());
    assert_eq!(parser.parse_value(value), general, "{value} as an integer");
}

/// The text and what is left of it without its first byte, as rows.
fn check_column(parser: &Parser, text: &[u8]) {
    let offsets = [0, 0, text.len(), text.len().min(1), text.len()];
    let mut joined = ParsedColumn::default();
    joined.parse_joined(parser, text, &offsets);
    let shorter = text.get(1..).unwrap_or_default();
    let rows = [Ok(b"".as_slice()), Ok(text), Err(Refusal::NotANumber), Ok(shorter)];
    // The third row ends before it starts, unless the text has no second byte.
    let third = if text.len() < 2 { Ok(b"".as_slice()) } else { Err(Refusal::NotANumber) };
    assert_eq!(joined.len(), rows.len());
    for (at, row) in rows.into_iter().enumerate() {
        let row = if at == 2 { third } else { row };
        let wanted = row.and_then(|text| parser.parse_bytes(text));
        let number = joined.numbers().get(at).copied();
        let status = joined.statuses().get(at).copied();
        assert_eq!(number, Some(wanted.map_or(0, PhoneNumber::get)), "row {at}");
        assert_eq!(status.and_then(|status| status.refusal()), wanted.err(), "row {at}");
    }
    let mut alone = ParsedColumn::default();
    alone.parse(parser, [text]);
    assert_eq!(alone.numbers().first(), joined.numbers().get(1), "alone and joined");
}

/// A number that was accepted.
fn check_number(parser: &Parser, number: PhoneNumber) {
    let written = number.to_string();
    let code = number.calling_code();
    assert!(code.is_some(), "{written} has a calling code");
    if let Some(region) = number.region() {
        assert_eq!(Some(region.calling_code()), code, "{written} is of {region:?}");
    }
    assert_eq!(Parser::international().parse(&written), Ok(number), "{written} read again");
    assert_eq!(parser.parse(&written), Ok(number), "{written} read again in its region");
}
