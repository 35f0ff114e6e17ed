//! Which numbers are in a text that people wrote: one or several a line, comments, blank lines?

use std::io::Read;

use super::intake::Intake;
use super::lines::Lines;
use crate::Error;

/// Reads every value of a text.
///
/// ```text
/// for each line:
///     it is digits, perhaps behind a +         → that is the value           (nearly all lines)
///     otherwise                                → cut at #, split, trim, each piece is a value
/// ```
pub(super) fn read(reader: impl Read, intake: &mut Intake<'_, '_>) -> Result<(), Error> {
    let mut lines = Lines::new(intake.path, reader);
    while let Some((number, line)) = lines.next()? {
        if is_plain(line) {
            intake.text(line, number)?;
        } else {
            read_line(line, number, intake)?;
        }
    }
    Ok(())
}

/// Digits, with or without a `+` before them.
#[inline]
fn is_plain(line: &[u8]) -> bool {
    match line {
        [] => false,
        [b'+', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        digits => digits.iter().all(u8::is_ascii_digit),
    }
}

fn read_line(line: &[u8], number: u64, intake: &mut Intake<'_, '_>) -> Result<(), Error> {
    values(line).try_for_each(|value| intake.text(value, number))
}

/// The values of a line: what stands between commas, and between semicolons that a number follows
/// (so that `tel:+4930901820;ext=5` stays whole), before the comment.
pub(super) fn values(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = memchr::memchr(b'#', line).unwrap_or(line.len());
    let mut rest = line.get(..end);
    std::iter::from_fn(move || {
        let line = rest?;
        let separator = memchr::memchr2_iter(b',', b';', line).find(|&at| {
            line.get(at) == Some(&b',') || line.get(at + 1..).is_some_and(starts_a_value)
        });
        rest = separator.and_then(|at| line.get(at + 1..));
        line.get(..separator.unwrap_or(line.len()))
    })
    .map(without_quotes)
    .filter(|value| !value.is_empty())
}

/// Whether a semicolon before this text separates: a number comes, or nothing.
fn starts_a_value(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let text = text.strip_prefix(b"\"").unwrap_or(text);
    matches!(text, [] | [b'0'..=b'9' | b'+' | b'(' | b',' | b';', ..])
}

/// Without the white space and one pair of double quotes around it.
fn without_quotes(value: &[u8]) -> &[u8] {
    let value = trim(value);
    match value {
        [b'"', inner @ .., b'"'] => trim(inner),
        _ => value,
    }
}

/// Without the white space around it, that of Unicode included.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    let trimmed = text.trim_ascii();
    if trimmed.is_ascii() {
        return trimmed;
    }
    std::str::from_utf8(trimmed).map_or(trimmed, |text| text.trim().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Vec<&str> {
        values(line.as_bytes()).map(|value| std::str::from_utf8(value).unwrap()).collect()
    }

    #[test]
    fn a_line_splits_at_commas_and_before_numbers_only() {
        assert_eq!(split(" +49 30 901820 "), ["+49 30 901820"]);
        assert_eq!(split("1,2;3; +4 ;(5);\"6\","), ["1", "2", "3", "+4", "(5)", "6"]);
        assert_eq!(split("tel:+4930901820;ext=5"), ["tel:+4930901820;ext=5"]);
        assert_eq!(split("\u{a0}+1\u{3000}, \" 2 \""), ["+1", "2"]);
        assert_eq!(split("+1 # +2, +3"), ["+1"]);
        assert_eq!(split("# +2"), [""; 0]);
        assert_eq!(split(" ,;, \"\" ;; "), [""; 0]);
        assert_eq!(split("1;"), ["1"]);
    }
}
