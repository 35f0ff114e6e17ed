//! What does a text mean by the full rules: punctuation, national formats, `tel:` URIs, other
//! scripts' digits?
//!
//! The rules are libphonenumber's, by way of its port `rlibphonenumber`; around them stand our own
//! refusals (letters, wildcards, local numbers, over 15 digits). Only this file
//! and `rules.rs` know the port.

use std::borrow::Cow;

use rlibphonenumber::{
    NumberLengthType, ParseError, PhoneNumber as Parsed, Region as MetadataRegion, ValidationError,
};

use super::plan;
use super::rules::{Rules, rules};
use super::{PhoneNumber, Refusal, Region};

/// The longest text that is looked at, in bytes; libphonenumber's own limit.
const MAX_TEXT: usize = 250;

/// Parses any text by the general rules.
#[cold]
#[inline(never)]
pub(super) fn parse(text: &str, region: Option<Region>) -> Result<PhoneNumber, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::Empty);
    }
    if number_part(text).contains(['*', '?', '%']) {
        return Err(Refusal::Wildcard);
    }
    if !text.contains(char::is_numeric) {
        return Err(Refusal::NotANumber);
    }
    if text.len() > MAX_TEXT || is_float(text.as_bytes()) {
        return Err(Refusal::NotANumber);
    }
    let text = if is_bare(text) && region.is_none() {
        if text.starts_with('0') {
            return Err(Refusal::NeedsRegion);
        }
        Cow::Owned(format!("+{text}"))
    } else {
        without_unknown_parameters(text)
    };
    let region = region.and_then(|region| MetadataRegion::from_code(region.as_str()).ok());
    let rules = rules();
    let outcome = rules.parse(&text, region);
    if has_letters(&rules, &text, region, outcome.as_ref().ok()) {
        return Err(Refusal::Letters);
    }
    if region.is_none() && !names_its_country(&text) {
        return Err(Refusal::NeedsRegion);
    }
    let parsed = outcome.map_err(|error| refusal(&error, &text))?;
    match rules.is_possible_number_with_reason(&parsed) {
        Ok(NumberLengthType::IsPossible) => match number(&parsed) {
            Ok(number) if parsed.italian_leading_zero == Some(true) => {
                if is_read_again(&rules, number, &parsed) {
                    Ok(number)
                } else {
                    Err(Refusal::NotANumber)
                }
            }
            outcome => outcome,
        },
        Ok(NumberLengthType::IsPossibleLocalOnly) => Err(Refusal::LocalOnly),
        Err(ValidationError::InvalidCountryCode) => Err(Refusal::UnknownCallingCode),
        Err(ValidationError::TooShort | ValidationError::InvalidLength) => Err(Refusal::TooShort),
        Err(ValidationError::TooLong) => Err(Refusal::TooLong),
    }
}

/// The region that a number is valid in.
pub(super) fn region_of(number: PhoneNumber) -> Option<Region> {
    let (calling_code, digits) = plan::calling_code(number.get())?;
    let national_number = number.get() % 10_u64.pow(digits);
    let zeros = digits - national_number.checked_ilog10().map_or(1, |log| log + 1);
    let parsed = Parsed {
        country_code: i32::from(calling_code),
        national_number,
        italian_leading_zero: (zeros > 0).then_some(true),
        number_of_leading_zeros: i32::try_from(zeros).ok().filter(|&zeros| zeros > 1),
        ..Parsed::default()
    };
    rules().get_region_for_number(&parsed)?.as_region_str().parse().ok()
}

/// Digits, a point and zeros: a number that a spreadsheet took for an amount. Its zeros are no
/// digits of it, and where numbers have many lengths they would make another number of it.
pub(super) fn is_float(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let Some(point) = text.iter().rposition(|&byte| byte == b'.') else { return false };
    let (whole, fraction) = text.split_at(point);
    let Some(zeros) = fraction.strip_prefix(b".").filter(|zeros| !zeros.is_empty()) else {
        return false;
    };
    let whole = whole.strip_prefix(b"+").unwrap_or(whole);
    zeros.iter().all(|&byte| byte == b'0')
        && whole.len() >= 7
        && whole.iter().all(u8::is_ascii_digit)
}

/// Nothing but ASCII digits.
fn is_bare(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the calling code can be read from the text itself.
fn names_its_country(text: &str) -> bool {
    let before_first_digit = text.split(char::is_numeric).next().unwrap_or_default();
    before_first_digit.contains(PLUS_SIGNS)
        || text.split_once(";phone-context=").is_some_and(|(_, rest)| rest.starts_with(PLUS_SIGNS))
}

/// The plus sign, and the full-width one of East Asian text.
const PLUS_SIGNS: [char; 2] = ['+', '\u{ff0b}'];

/// The parameters of a `tel:` URI (RFC 3966) that bear on the number.
const PARAMETERS: [&str; 3] = ["ext=", "isub=", "phone-context="];

fn is_known_parameter(part: &str) -> bool {
    PARAMETERS.iter().any(|name| part.starts_with(name))
}

/// Where a `tel:` URI begins to be a number, or `None` for other texts.
fn subscriber(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_at_checked(4)?;
    scheme.eq_ignore_ascii_case("tel:").then_some(rest)
}

/// The text without scheme and parameters. Some write the parameters without the scheme.
fn number_part(text: &str) -> &str {
    let uri = subscriber(text);
    match uri.unwrap_or(text).split_once(';') {
        Some((number, parameter)) if uri.is_some() || is_known_parameter(parameter) => number,
        _ => uri.unwrap_or(text),
    }
}

/// A `tel:` URI without the parameters that say nothing of the number: the port reads a number out
/// of `tel:+4930901820;ext=5`, none out of `tel:+4930901820;verified`.
fn without_unknown_parameters(text: &str) -> Cow<'_, str> {
    let Some(rest) = subscriber(text) else { return Cow::Borrowed(text) };
    let mut parts = rest.split(';');
    let mut uri = format!("tel:{}", parts.next().unwrap_or_default());
    for part in parts.filter(|part| is_known_parameter(part)) {
        uri.push(';');
        uri.push_str(part);
    }
    Cow::Owned(uri)
}

/// A letter, but for the long-vowel mark that East Asian text has in place of a hyphen.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && c != '\u{30fc}'
}

/// Whether letters stand in what was read as the number. The label of an extension does not count.
fn has_letters(
    rules: &Rules,
    text: &str,
    region: Option<MetadataRegion>,
    parsed: Option<&Parsed>,
) -> bool {
    let number = number_part(text);
    number.contains(is_letter) && !is_extension(rules, number, region, parsed)
}

/// Whether everything from the first letter on is an extension: the text before it alone means the
/// same number.
fn is_extension(
    rules: &Rules,
    text: &str,
    region: Option<MetadataRegion>,
    parsed: Option<&Parsed>,
) -> bool {
    let Some(parsed) = parsed.filter(|parsed| parsed.extension.is_some()) else { return false };
    let before = text.split(is_letter).next().unwrap_or_default();
    rules.parse(before, region).is_ok_and(|alone| is_same(&alone, parsed))
}

/// The E.164 value of what the port parsed.
fn number(parsed: &Parsed) -> Result<PhoneNumber, Refusal> {
    let zeros = match parsed.italian_leading_zero {
        Some(true) => parsed.number_of_leading_zeros.unwrap_or(1).unsigned_abs(),
        _ => 0,
    };
    let digits = zeros + parsed.national_number.checked_ilog10().map_or(1, |log| log + 1);
    10_u64
        .checked_pow(digits)
        .and_then(|place| u64::from(parsed.country_code.unsigned_abs()).checked_mul(place))
        .and_then(|code| code.checked_add(parsed.national_number))
        .ok_or(Refusal::TooLong)
        .and_then(PhoneNumber::new)
}

/// Whether a number whose national part begins with a zero is the same one when it was written and is
/// read. Where a zero is a trunk prefix it is dropped each time: such a number would change on its way
/// through a file.
fn is_read_again(rules: &Rules, number: PhoneNumber, parsed: &Parsed) -> bool {
    let again = rules.parse(number.to_string(), None);
    again.is_ok_and(|again| is_same(&again, parsed))
}

fn is_same(one: &Parsed, other: &Parsed) -> bool {
    one.country_code == other.country_code
        && one.national_number == other.national_number
        && one.italian_leading_zero == other.italian_leading_zero
        && one.number_of_leading_zeros == other.number_of_leading_zeros
}

fn refusal(error: &ParseError, text: &str) -> Refusal {
    match error {
        ParseError::InvalidCountryCode => Refusal::UnknownCallingCode,
        // The port sees no number in a text of one or two digits.
        ParseError::NotANumber(_) if is_short(text) => Refusal::TooShort,
        ParseError::NotANumber(_) => Refusal::NotANumber,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => Refusal::TooShort,
        ParseError::TooLongNsn => Refusal::TooLong,
    }
}

/// Under three digits, and nothing else but punctuation.
fn is_short(text: &str) -> bool {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    digits < 3 && text.chars().all(|c| c.is_numeric() || "+-./() ".contains(c))
}
