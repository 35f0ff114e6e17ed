//! Which format is a list in, by its first bytes?
//!
//! Binary formats say so themselves. Among texts the first line decides: what is like a number is
//! data, what is a word heads a column. The ending of the file's name is only asked where the
//! content leaves it open.

use std::path::Path;

use arrow::datatypes::{DataType, Field, Schema};

use super::dnc;
use super::txt::trim;
use crate::table::csv_row;
use crate::{Error, ListFormat};

/// How much of a file is looked at.
pub(super) const HEAD_BYTES: usize = 1 << 16;

/// Fewer digits than this make no number, not even a short code, but may be part of a name.
const MIN_DIGITS: usize = 4;

/// The greatest number of high halves that phone numbers of 15 digits have.
const MAX_BITMAPS: u64 = (1_000_000_000_000_000 >> 32) + 1;

/// The format of a file that begins with `head`; `whole` when there is nothing behind it.
pub(super) fn format(
    head: &[u8],
    whole: bool,
    path: &Path,
    wants_column: bool,
) -> Result<ListFormat, Error> {
    if let Some(format) = binary(head, whole) {
        return Ok(format);
    }
    refuse_foreign(head, path)?;
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let ending = path.extension().unwrap_or_default();
    let format = match text {
        [] if wants_column => return Err(Error::Empty { path: path.to_path_buf() }),
        [] => ListFormat::Txt,
        [b'[', ..] => ListFormat::Json,
        [b'{', ..] => ListFormat::Jsonl,
        [b'"', ..] if ending.eq_ignore_ascii_case("jsonl") => ListFormat::Jsonl,
        _ if text.get(..11).is_some_and(|text| text.eq_ignore_ascii_case(b"BEGIN:VCARD")) => {
            ListFormat::Vcf
        }
        _ => lines(text, whole, ending, wants_column),
    };
    Ok(format)
}

fn binary(head: &[u8], whole: bool) -> Option<ListFormat> {
    if head.starts_with(b"PAR1") {
        return Some(ListFormat::Parquet);
    }
    if head.starts_with(b"ARROW1") || is_arrow_stream(head) {
        return Some(ListFormat::Arrow);
    }
    is_r64(head, whole).then_some(ListFormat::R64)
}

/// The continuation mark, then the length of the schema message: never 0, nor negative.
fn is_arrow_stream(head: &[u8]) -> bool {
    let length = head.strip_prefix(&[0xFF; 4]).and_then(|rest| rest.first_chunk::<4>());
    length.is_some_and(|&length| i32::from_le_bytes(length) > 0)
}

/// How many bitmaps, then for the first one its high half and the cookie of a 32-bit bitmap.
fn is_r64(head: &[u8], whole: bool) -> bool {
    let Some((&bitmaps, rest)) = head.split_first_chunk::<8>() else { return false };
    let bitmaps = u64::from_le_bytes(bitmaps);
    if bitmaps == 0 {
        return whole && rest.is_empty();
    }
    let cookie = rest.get(4..).and_then(|rest| rest.first_chunk::<4>());
    bitmaps <= MAX_BITMAPS
        && cookie.is_some_and(|&[low, high, rest @ ..]| match u16::from_le_bytes([low, high]) {
            12346 => rest == [0, 0],
            12347 => true,
            _ => false,
        })
}

/// What is no text, although people will try it.
pub(super) fn refuse_foreign(head: &[u8], path: &Path) -> Result<(), Error> {
    const FOREIGN: [(&[u8], &str, &str); 3] = [
        (b"PK\x03\x04", "it is a workbook or a ZIP archive", "save it as CSV, or unpack it"),
        (b"\x1F\x8B", "it is compressed with gzip", "decompress it first"),
        (b"\x28\xB5\x2F\xFD", "it is compressed with zstd", "decompress it first"),
    ];
    let path = || path.to_path_buf();
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return Err(Error::Utf16 { path: path() });
    }
    match FOREIGN.iter().find(|(magic, ..)| head.starts_with(magic)) {
        Some(&(_, what, remedy)) => Err(Error::Unsupported { path: path(), what, remedy }),
        None => Ok(()),
    }
}

/// The format of a text of lines, which begins with one that is not blank.
fn lines(text: &[u8], whole: bool, ending: &std::ffi::OsStr, wants_column: bool) -> ListFormat {
    let mut lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n' || byte == b'\r').collect();
    if !whole && lines.len() > 1 {
        lines.pop();
    }
    lines.retain(|line| !trim(line).is_empty());
    // More than half: a few bad lines must not make national numbers of all the others.
    if lines.iter().filter(|line| dnc::value(trim(line)).is_some()).count() * 2 > lines.len() {
        return ListFormat::Dnc;
    }
    let delimiter = Delimiter::of(text);
    let table = if delimiter == Delimiter::Tab { ListFormat::Tsv } else { ListFormat::Csv };
    let is_table_by_name = || {
        let columns = delimiter.cells(text).len();
        (ending.eq_ignore_ascii_case("csv") || ending.eq_ignore_ascii_case("tsv"))
            && columns > 1
            && lines.len() > 1
            && lines.iter().all(|line| delimiter.cells(line).len() == columns)
    };
    if wants_column || has_header(text, delimiter) || is_table_by_name() {
        table
    } else {
        ListFormat::Txt
    }
}

/// Whether the first row is that of a table: all words, or numbers beside words (a table without
/// its header, which is an error of its own). A comment does not count.
fn has_header(text: &[u8], delimiter: Delimiter) -> bool {
    let text = text.split(|&byte| byte == b'#').next().unwrap_or_default();
    let mut cells = delimiter.cells(text);
    cells.retain(|cell| !cell.is_empty());
    let starts_as_uri =
        cells.first().is_some_and(|cell| has_scheme(cell) && is_like_a_number(cell));
    // A line of several words above a list is a title, not the name of a column.
    let is_title = match cells.as_slice() {
        [only] => only.contains(char::is_whitespace) && !is_known_name(only),
        _ => false,
    };
    !starts_as_uri
        && !is_title
        && cells.iter().any(|cell| is_word(cell))
        && cells.iter().all(|cell| is_word(cell) || is_like_a_number(cell))
}

/// Whether a cell is data: enough digits, and no letters but those of `tel:`.
pub(super) fn is_like_a_number(cell: &str) -> bool {
    digits(cell) >= MIN_DIGITS && (has_scheme(cell) || !cell.contains(char::is_alphabetic))
}

fn has_scheme(cell: &str) -> bool {
    cell.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:"))
}

/// Whether a cell says that it heads a column of numbers.
fn is_known_name(cell: &str) -> bool {
    let schema = Schema::new(vec![Field::new(cell, DataType::Utf8, true)]);
    stoplist_arrow::find_number_column(&schema, None).is_ok()
}

/// Whether a cell can be the name of a column.
fn is_word(cell: &str) -> bool {
    cell.contains(char::is_alphabetic) && digits(cell) < MIN_DIGITS
}

fn digits(text: &str) -> usize {
    text.chars().filter(|char| char.is_numeric()).count()
}

/// What stands between the cells of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    Comma,
    Semicolon,
    Tab,
}

impl Delimiter {
    /// The delimiter of a table that begins with `head`: the one that splits its first row into
    /// the most cells.
    pub(super) fn of(head: &[u8]) -> Self {
        let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
        let mut best = (Self::Comma, 0);
        for delimiter in [Self::Comma, Self::Semicolon, Self::Tab] {
            let cells = delimiter.cells(head).len();
            if cells > best.1 {
                best = (delimiter, cells);
            }
        }
        best.0
    }

    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }

    /// The cells of the first row, without the white space around them; those before an open
    /// quote, when the row ends in one.
    fn cells(self, text: &[u8]) -> Vec<String> {
        let mut cells = Vec::new();
        csv_row::split(text, true, self.byte(), &mut cells);
        let mut unquoted = Vec::new();
        let texts = cells.iter().map(|cell| {
            unquoted.clear();
            let content = text.get(cell.range.clone()).unwrap_or_default();
            match cell.untidy {
                true => csv_row::unquote(content, &mut unquoted),
                false => unquoted.extend_from_slice(content),
            }
            String::from_utf8_lossy(&unquoted).trim().to_owned()
        });
        texts.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: ListFormat, path: &str, text: &[u8]) {
        let found = format(text, true, Path::new(path), false).unwrap();
        assert_eq!(found, expected, "{}", text.escape_ascii());
    }

    #[test]
    fn words_head_a_table_and_numbers_are_a_text() {
        for text in [
            "pattern\n4692576503",
            "\"number\"",
            "name;phone\nA;1",
            "phone,phone 2",
            "+4930901820,nobody",
            "12345,nobody,",
            "a,\n",
            "Phone number\n+4930901820 # asked for it",
            "5\" wide;phone",
            "Tel:;Name:",
            "\"a\nb\";phone",
        ] {
            check(ListFormat::Csv, "list", text.as_bytes());
        }
        check(ListFormat::Tsv, "list", b"name, first\tphone\tfax\n");
        for text in [
            "4692576503\npattern",
            "# phone\n",
            "My opt-outs\n+4930901820 # asked for it",
            "+49 30 901820",
            "+49301, +49302",
            "tel:+4930901820;ext=5",
            "029034100 # AI voice, colagen",
            "+493090182, # nobody",
            "+359 87 531 2009 - Vivacom, Upsell",
            "212,5550123\n\n212,555",
            "\n \n",
            "",
            "5 6, 7",
        ] {
            check(ListFormat::Txt, "list", text.as_bytes());
        }
        check(ListFormat::Txt, "list", b"12345678,123456\n1,2");
        check(ListFormat::Csv, "list.CSV", b"12345678,123456\n1,2");
        check(ListFormat::Txt, "list.csv", b"12345678,123456\n1");
        check(ListFormat::Txt, "list.csv", b"12345678,123456");
    }

    #[test]
    fn the_other_formats_show_by_their_first_bytes() {
        check(ListFormat::Dnc, "list.csv", b"\n212,5550123\r\n\r\n212,5550124");
        check(ListFormat::Dnc, "list", b"212,5550123\n212,5550124\n212,555012\n");
        check(ListFormat::Json, "list", b"\xEF\xBB\xBF \n[");
        check(ListFormat::Jsonl, "list.csv", b"{\"phone\":1}");
        check(ListFormat::Jsonl, "list.jsonl", b"\"+4930901820\"\n");
        check(ListFormat::Txt, "list", b"\"+4930901820\"\n");
        check(ListFormat::Vcf, "list.txt", b"\r\nbegin:vCard\r\n");
        check(ListFormat::Parquet, "list", b"PAR1");
        check(ListFormat::Arrow, "list", b"ARROW1\0\0");
        check(ListFormat::Arrow, "list", b"\xFF\xFF\xFF\xFF\x78\0\0\0");
        check(ListFormat::R64, "list", &[0; 8]);
        check(ListFormat::R64, "list", b"\xFF\xFE\0\0\0\0\0\0\x01\0\0\0\x3A\x30\0\0");
        check(ListFormat::R64, "list", b"\x01\0\0\0\0\0\0\0\x01\0\0\0\x3B\x30\x05\0");
    }

    #[test]
    fn bytes_that_are_only_almost_a_roaring_bitmap_are_text() {
        check(ListFormat::Txt, "list", &[0; 9]);
        check(ListFormat::Txt, "list", b"\x01\0\0\0\0\0\0\0\x01\0\0\0\x3C\x30\0\0");
    }

    #[test]
    fn what_is_no_text_says_so() {
        let code = |head| format(head, true, Path::new("x"), false).unwrap_err().code();
        assert_eq!(code(b"\xFF\xFE+\0"), "utf16");
        assert_eq!(code(b"\xFE\xFF\0+"), "utf16");
        assert_eq!(code(b"PK\x03\x04"), "unsupported_content");
    }
}
