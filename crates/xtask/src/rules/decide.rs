//! What would the general parser make of every text of a shape?
//!
//! This follows, for texts that are only digits, what libphonenumber's `parse` and
//! `isPossibleNumber` do, step by step, on shapes in place of texts. Wherever the texts of a shape
//! part ways the outcome is [`Outcome::Differs`], and the general parser has to look at each.

use super::metadata::{Length, Metadata, Rules};
use super::pattern::{Answer, Pattern, Shape};

/// What becomes of the texts of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Each is a number: the calling code, and the text without its first `skip` digits.
    Number { skip: usize },
    /// None is a number.
    Refused,
    /// It depends on digits that the shape does not know.
    Differs,
}

/// The digits of an E.164 number, by the core's definition.
const E164_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Texts with a `+` before them. `skip` is then the length of the calling code.
pub(super) fn international(metadata: &Metadata, shape: Shape<'_>) -> Outcome {
    let code = (1..=3).find_map(|length| {
        let code = std::str::from_utf8(shape.known().get(..length)?).ok()?;
        metadata.main_rules(code)
    });
    let Some(rules) = code else {
        // With four known digits a calling code would have been seen.
        return if shape.known().len() < 3 { Outcome::Differs } else { Outcome::Refused };
    };
    let skip = rules.calling_code.len();
    if shape.len() <= skip {
        return Outcome::Refused;
    }
    match finish(metadata, rules, shape, skip) {
        // A national prefix behind the calling code: right for the general parser to drop, but
        // then the number is not the text.
        Outcome::Number { skip: longer } if longer != skip => Outcome::Differs,
        outcome => outcome,
    }
}

/// Texts without a `+`, with a default region.
pub(super) fn national(metadata: &Metadata, region: &Rules, shape: Shape<'_>) -> Outcome {
    let idd = region.international_prefix.as_ref().map(|pattern| pattern.match_end(shape));
    if !matches!(idd, None | Some(Answer::Same(None))) {
        return Outcome::Differs;
    }
    let code = region.calling_code.as_bytes();
    let own_code = match shape.known().get(..code.len()) {
        Some(start) if start == code => match own_code_is_dropped(region, shape) {
            Answer::Same(dropped) => dropped,
            Answer::Differs => return Outcome::Differs,
        },
        Some(_) => None,
        None if code.starts_with(shape.known()) => return Outcome::Differs,
        None => None,
    };
    match own_code {
        None => finish(metadata, region, shape, 0),
        Some(skip) => {
            let main = metadata.main_rules(&region.calling_code).unwrap_or(region);
            finish(metadata, main, shape, skip)
        }
    }
}

/// For texts that start with the region's own calling code: the digits to take off, if the code
/// is taken for one.
fn own_code_is_dropped(region: &Rules, shape: Shape<'_>) -> Answer<Option<usize>> {
    let code = region.calling_code.len();
    let Answer::Same(prefix) = national_prefix(region, shape.skip(code)) else {
        return Answer::Differs;
    };
    let skip = code + prefix;
    if region.length(shape.len()) == Length::TooLong {
        return Answer::Same(Some(skip));
    }
    match (region.general.matches(shape), region.general.matches(shape.skip(skip))) {
        (Answer::Same(true), _) | (_, Answer::Same(false)) => Answer::Same(None),
        (Answer::Same(false), Answer::Same(true)) => Answer::Same(Some(skip)),
        _ => Answer::Differs,
    }
}

/// From the point where the calling code is known and `skip` digits are off.
fn finish(metadata: &Metadata, rules: &Rules, shape: Shape<'_>, skip: usize) -> Outcome {
    let rest = shape.skip(skip);
    if rest.len() < 2 {
        return Outcome::Refused;
    }
    let Answer::Same(taken) = taken_off(rules, rest) else { return Outcome::Differs };
    let national = rest.len() - taken;
    let digits = rules.calling_code.len() + national;
    let main = metadata.main_rules(&rules.calling_code).unwrap_or(rules);
    if main.length(national) != Length::Possible || !E164_DIGITS.contains(&digits) {
        return Outcome::Refused;
    }
    if skip + taken > shape.known().len() {
        return Outcome::Differs;
    }
    // A zero in front of what is left may be dropped when the number is read again, and is refused then.
    let left = rest.skip(taken);
    let may_begin_with_zero = left.known().first().is_none_or(|&digit| digit == b'0');
    if may_begin_with_zero && !matches!(taken_off(main, left), Answer::Same(0)) {
        return Outcome::Differs;
    }
    Outcome::Number { skip: skip + taken }
}

/// How many digits are taken off, if what is left is as long as a number may be.
fn taken_off(rules: &Rules, shape: Shape<'_>) -> Answer<usize> {
    let prefix = match national_prefix(rules, shape) {
        Answer::Same(prefix) => prefix,
        Answer::Differs => return Answer::Differs,
    };
    let is_kept = matches!(rules.length(shape.len() - prefix), Length::Possible | Length::TooLong);
    Answer::Same(if is_kept { prefix } else { 0 })
}

/// How many digits are taken off as a national prefix.
fn national_prefix(rules: &Rules, shape: Shape<'_>) -> Answer<usize> {
    let Some(pattern) = rules.national_prefix.as_ref().filter(|_| shape.len() > 0) else {
        return Answer::Same(0);
    };
    let end = match pattern.match_end(shape) {
        // A pattern of optional parts can match nothing, which also leaves nothing to transform.
        Answer::Same(None | Some(0)) => return Answer::Same(0),
        Answer::Same(Some(end)) if !rules.transforms => end,
        _ => return Answer::Differs,
    };
    let matches = |pattern: &Pattern, shape| pattern.matches(shape);
    match (matches(&rules.general, shape), matches(&rules.general, shape.skip(end))) {
        (Answer::Same(false), _) | (_, Answer::Same(true)) => Answer::Same(end),
        (Answer::Same(true), Answer::Same(false)) => Answer::Same(0),
        _ => Answer::Differs,
    }
}
