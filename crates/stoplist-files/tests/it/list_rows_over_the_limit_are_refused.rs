//! A row of 1 MiB is read, a longer one is an error that is found without reading all of it.

use std::cell::Cell;
use std::io::{self, Read};

use stoplist_files::{ListFormat, MAX_ROW_BYTES};

use crate::list_model::{as_format, read, region};

/// Counts what is read from it.
struct Counted<'c, R> {
    reader: R,
    bytes: &'c Cell<usize>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.bytes.set(self.bytes.get() + read);
        Ok(read)
    }
}

/// Of each format: what comes before the long row, how it begins, and the line it is on.
const CASES: [(ListFormat, &str, &str, u64); 9] = [
    (ListFormat::Txt, "+4930901820\r\n\r\n", "", 3),
    (ListFormat::Dnc, "212,5550123\n", "", 2),
    (ListFormat::Csv, "name,phone\r\n\r\nA,+4930901820\r\n", "B", 4),
    (ListFormat::Csv, "name,phone\nA,+4930901820\n", "\"B\n", 3),
    (ListFormat::Tsv, "", "", 1),
    (ListFormat::Json, "[\"+4930901820\",\n", "\"", 2),
    (ListFormat::Json, "[\"+4930901820\",\n", "{\"a\":[\"", 2),
    (ListFormat::Jsonl, "\"+4930901820\"\n", "{\"a\":[\"", 2),
    (ListFormat::Vcf, "BEGIN:VCARD\n", "NOTE:", 2),
];

#[test]
fn ten_megabytes_of_one_row_are_an_error_after_two() {
    for (format, before, start, line) in CASES {
        let bytes = Cell::new(0);
        let row = io::repeat(b'x').take(10 << 20);
        let reader = before.as_bytes().chain(start.as_bytes()).chain(row);
        let reader = Counted { reader, bytes: &bytes };
        let error = read(reader, &as_format(format, region(""))).unwrap_err();
        let message = error.to_string();
        assert_eq!(error.code(), "row_too_long", "{message}");
        assert!(message.starts_with(&format!("list:{line}: ")), "{format}: {message}");
        assert!(bytes.get() <= 3 * MAX_ROW_BYTES, "{format}: {} bytes read", bytes.get());
    }
}

#[test]
fn a_row_of_exactly_the_limit_is_read_and_one_more_byte_is_not() {
    let cases = [
        (ListFormat::Txt, "", "", ""),
        (ListFormat::Csv, "phone\n", "", ""),
        (ListFormat::Csv, "a;to\n", "x;", ""),
        (ListFormat::Jsonl, "", "\"", "\""),
        (ListFormat::Json, "[", "\"", "\""),
        (ListFormat::Vcf, "BEGIN:VCARD\n", "TEL:", ""),
    ];
    for (format, before, start, end) in cases {
        let tail = match format {
            ListFormat::Vcf => "\nEND:VCARD",
            ListFormat::Json => ",\n\"+4930901820\"]",
            _ => "\n",
        };
        for (over, is_read) in [(0, true), (1, false)] {
            let fill = "x".repeat(MAX_ROW_BYTES + over - start.len() - end.len());
            let text = format!("{before}{start}{fill}{end}{tail}");
            let outcome = read(text.as_bytes(), &as_format(format, region("")));
            assert_eq!(outcome.is_ok(), is_read, "{format} {over}");
        }
    }
}

#[test]
fn a_folded_telephone_is_limited_and_a_folded_photo_is_not() {
    let folded = " 12345678901234567890\n".repeat(100_000);
    let card = |name: &str| format!("BEGIN:VCARD\n{name}:\n{folded}TEL:+4930901820\nEND:VCARD");
    let options = region("");
    assert_eq!(read(card("PHOTO").as_bytes(), &options).unwrap().numbers, [4_930_901_820]);
    let error = read(card("TEL").as_bytes(), &options).unwrap_err();
    assert_eq!(error.code(), "row_too_long");
    assert!(error.to_string().starts_with("list:2: "), "{error}");
}

#[test]
fn many_rows_together_may_be_longer_than_the_limit() {
    let rows = 200_000;
    let line = "A;\"note\n\";+4930901820\n";
    let csv = format!("a;b;phone\n{}", line.repeat(rows));
    assert_eq!(read(csv.as_bytes(), &region("")).unwrap().summary.rows, rows as u64);
    let json = format!("[{}12]", "\"+4930901820\",\n".repeat(rows));
    assert_eq!(read(json.as_bytes(), &region("")).unwrap().summary.accepted_rows, rows as u64);
}
