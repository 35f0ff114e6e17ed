//! Where do the cells of the next row begin and end?
//!
//! A row is looked for in the bytes that are in memory. When it does not end there the caller reads
//! more and asks again from its first byte, so nothing is remembered between calls.
//!
//! RFC 4180, and lenient where it is silent as the `csv` crate is: a quote inside an unquoted cell
//! is a quote, text behind a closing quote belongs to the cell, and CR, LF and CRLF all end a row.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr3};

/// How a CSV or TSV file is written down, kept so that a copy looks like its original.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CsvDialect {
    /// The byte between two cells: `,`, `;` or a tab.
    pub delimiter: u8,
    /// Whether a row ends with CR LF instead of LF.
    pub crlf: bool,
}

impl CsvDialect {
    /// Commas and LF.
    pub const CSV: Self = Self { delimiter: b',', crlf: false };
    /// Tabs and LF.
    pub const TSV: Self = Self { delimiter: b'\t', crlf: false };
}

/// A cell, as a range of the bytes it was found in.
pub(crate) struct Cell {
    /// Its content, without the quotes around it.
    pub(crate) range: Range<usize>,
    /// The content must go through [`unquote`]: it has doubled quotes, or text behind its quotes.
    pub(crate) untidy: bool,
}

/// What was found at the start of the bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A row; its cells are in the vector.
    Row {
        /// The bytes of the row, its end of line included.
        bytes: usize,
        /// The lines it spans.
        lines: u64,
        /// It ends with CR LF.
        crlf: bool,
    },
    /// The bytes end before the row does.
    Partial,
    /// The file ends inside quotes.
    Unclosed,
    /// The row has more than [`MAX_CELLS`].
    Many,
}

/// Cells of a row: a table of more columns is none that somebody meant.
pub(crate) const MAX_CELLS: usize = 1 << 16;

/// Counts the empty lines at the start of `input` and the bytes they take. The LF of a CR LF that
/// is cut by the end of `input` is left for the next call, which sees one more empty line: so hand
/// over a lone CR at the end only when nothing follows it.
pub(crate) fn blank_lines(input: &[u8], at_end: bool) -> (usize, u64) {
    let (mut bytes, mut lines) = (0, 0);
    loop {
        match end_of_line(input, bytes, at_end) {
            Some((next, _)) => (bytes, lines) = (next, lines + 1),
            None => return (bytes, lines),
        }
    }
}

/// Splits the row at the start of `input`, whose first byte does not end a line.
pub(crate) fn split(input: &[u8], at_end: bool, delimiter: u8, cells: &mut Vec<Cell>) -> Found {
    cells.clear();
    let mut at = 0;
    let mut inner_lines = 0;
    loop {
        let (cell, next) = if input.get(at) == Some(&b'"') {
            match quoted(input, at + 1, delimiter) {
                Some((cell, next)) => {
                    let content = input.get(cell.range.clone()).unwrap_or_default();
                    inner_lines += memchr_iter(b'\n', content).count() as u64;
                    (cell, next)
                }
                None if at_end => return Found::Unclosed,
                None => return Found::Partial,
            }
        } else {
            let next = until_break(input, at, delimiter);
            (Cell { range: at..next, untidy: false }, next)
        };
        cells.push(cell);
        match input.get(next) {
            Some(&byte) if byte == delimiter && cells.len() == MAX_CELLS => return Found::Many,
            Some(&byte) if byte == delimiter => at = next + 1,
            Some(_) => {
                return match end_of_line(input, next, at_end) {
                    Some((bytes, crlf)) => Found::Row { bytes, lines: inner_lines + 1, crlf },
                    None => Found::Partial,
                };
            }
            None if at_end => {
                return Found::Row { bytes: next, lines: inner_lines + 1, crlf: false };
            }
            None => return Found::Partial,
        }
    }
}

/// The position of the first delimiter or end of line from `at` on, or the end of the input.
fn until_break(input: &[u8], at: usize, delimiter: u8) -> usize {
    let rest = input.get(at..).unwrap_or_default();
    memchr3(delimiter, b'\n', b'\r', rest).map_or(input.len(), |found| at + found)
}

/// The cell whose content starts at `start`, behind its opening quote, and where it ends. `None`
/// when no closing quote is in sight.
///
/// A closing quote that is the last byte of `input` may be half of a doubled one; the row does not
/// end here either, so the caller comes again with more or says that this is the end.
fn quoted(input: &[u8], start: usize, delimiter: u8) -> Option<(Cell, usize)> {
    let mut at = start;
    let mut untidy = false;
    loop {
        let quote = at + memchr(b'"', input.get(at..)?)?;
        match input.get(quote + 1) {
            Some(b'"') => (at, untidy) = (quote + 2, true),
            None | Some(b'\n' | b'\r') => {
                return Some((Cell { range: start..quote, untidy }, quote + 1));
            }
            Some(&byte) if byte == delimiter => {
                return Some((Cell { range: start..quote, untidy }, quote + 1));
            }
            Some(_) => {
                let end = until_break(input, quote + 1, delimiter);
                return Some((Cell { range: start..end, untidy: true }, end));
            }
        }
    }
}

/// The position behind the end of line at `at` and whether it is CR LF; `None` when there is none,
/// or when it may still become a CR LF.
fn end_of_line(input: &[u8], at: usize, at_end: bool) -> Option<(usize, bool)> {
    match (input.get(at)?, input.get(at + 1)) {
        (b'\n', _) => Some((at + 1, false)),
        (b'\r', Some(b'\n')) => Some((at + 2, true)),
        (b'\r', Some(_)) => Some((at + 1, false)),
        (b'\r', None) if at_end => Some((at + 1, false)),
        _ => None,
    }
}

/// Appends the content of an untidy cell: doubled quotes become one up to the closing quote, which
/// is dropped; what follows stays as it is.
pub(crate) fn unquote(content: &[u8], out: &mut Vec<u8>) {
    let mut rest = content;
    while let Some(quote) = memchr(b'"', rest) {
        let (before, from_quote) = rest.split_at(quote);
        out.extend_from_slice(before);
        match from_quote {
            [_, b'"', after @ ..] => {
                out.push(b'"');
                rest = after;
            }
            [_, after @ ..] => {
                rest = after;
                break;
            }
            [] => break,
        }
    }
    out.extend_from_slice(rest);
}

/// The delimiter of a file by the header it starts with: that of comma, semicolon and tab which
/// splits it into the most cells, the first of these when they tie. `None` when the header does
/// not end in `input`.
pub(crate) fn sniff_delimiter(input: &[u8], at_end: bool) -> Option<u8> {
    let mut cells = Vec::new();
    let mut best = (b',', 0);
    for delimiter in [b',', b';', b'\t'] {
        match split(input, at_end, delimiter, &mut cells) {
            Found::Partial => return None,
            Found::Row { .. } | Found::Many if cells.len() > best.1 => {
                best = (delimiter, cells.len());
            }
            Found::Row { .. } | Found::Many | Found::Unclosed => {}
        }
    }
    Some(best.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All rows of a text, by this module, handing it `step` bytes more whenever it asks.
    fn rows(text: &[u8], step: usize) -> Option<Vec<Vec<Vec<u8>>>> {
        let (mut start, mut end) = (0, 0);
        let mut cells = Vec::new();
        let mut rows = Vec::new();
        loop {
            let window = &text[start..end];
            let (blank, _) = blank_lines(window, end == text.len());
            start += blank;
            let window = &text[start..end];
            if start == text.len() {
                return Some(rows);
            }
            match split(window, end == text.len(), b',', &mut cells) {
                _ if window.is_empty() || (window == b"\r" && end < text.len()) => {
                    end = (end + step).min(text.len());
                }
                Found::Row { bytes, .. } => {
                    rows.push(cells.iter().map(|cell| content(cell, window)).collect());
                    start += bytes;
                }
                Found::Partial => end = (end + step).min(text.len()),
                Found::Unclosed | Found::Many => return None,
            }
        }
    }

    fn content(cell: &Cell, input: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        match cell.untidy {
            true => unquote(&input[cell.range.clone()], &mut out),
            false => out.extend_from_slice(&input[cell.range.clone()]),
        }
        out
    }

    fn rows_of_the_csv_crate(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        let rows = reader.byte_records();
        rows.map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn any_text_splits_as_the_csv_crate_splits_it(
            text in "[ab,\"\r\n]{0,24}", step in 1_usize..8,
        ) {
            // Text that ends inside quotes is an error here and a row there.
            if let Some(rows) = rows(text.as_bytes(), step) {
                prop_assert_eq!(rows, rows_of_the_csv_crate(text.as_bytes()));
            } else {
                prop_assert!(text.contains('"'));
            }
        }
    }

    #[test]
    fn a_text_that_ends_inside_quotes_is_unclosed() {
        for text in ["\"", "a,\"b", "a,\"b\"\"", "\"a\nb,c\nd"] {
            assert_eq!(rows(text.as_bytes(), 1), None, "{text:?}");
        }
        assert!(rows(b"a,\"b\"", 1).is_some());
    }

    #[test]
    fn the_delimiter_is_the_most_frequent_one_outside_quotes() {
        for (header, delimiter) in [
            ("a,b,c", b','),
            ("a;b, c;d\n,,,,,", b';'),
            ("a\tb", b'\t'),
            ("\"a,b,c\";d", b';'),
            ("a;\"b\n,,,,\";c", b';'),
            ("5\" wide;phone", b';'),
            ("a;b,c", b','),
            ("phone", b','),
        ] {
            assert_eq!(sniff_delimiter(header.as_bytes(), true), Some(delimiter), "{header}");
        }
        assert_eq!(sniff_delimiter(b"a;b", false), None);
    }
}
