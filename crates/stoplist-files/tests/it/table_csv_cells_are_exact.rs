//! A CSV file is read to the letter, and what is wrong with it is told with its line.

use std::io::Read;
use std::path::Path;

use stoplist_files::table::{CsvDialect, ReadOptions, TableFormat, TableReader, WriteOptions};
use stoplist_files::{Error, ErrorKind, MAX_ROW_BYTES};

use crate::table_support::{OneByte, cells, parse, parse_as, write};

fn message(text: impl AsRef<[u8]>) -> String {
    let error = parse(text).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    let message = error.to_string();
    assert!(!message.contains('\n'), "{message}");
    message
}

#[test]
fn cells_are_what_the_file_says() {
    let read = cells(&parse("a,b\n007, +49 \n\"x,\"\"y\"\"\n\r\nz\",\n,\"\"\n").unwrap());
    assert_eq!(read, [["007", " +49 "], ["x,\"y\"\n\r\nz", ""], ["", ""]]);
}

#[test]
fn the_header_shows_the_delimiter() {
    assert_eq!(cells(&parse("a;b\n1,5;2\n").unwrap()), [["1,5", "2"]]);
    assert_eq!(cells(&parse("a\tb\n1,5\t2;3\n").unwrap()), [["1,5", "2;3"]]);
    assert_eq!(cells(&parse("\"a;b;c\",d\n1,2\n").unwrap()), [["1", "2"]]);
    assert_eq!(cells(&parse_as("a,b\tc\n1;2\t3\n", TableFormat::Tsv).unwrap()), [["1;2", "3"]]);
}

#[test]
fn byte_order_mark_crlf_blank_lines_and_a_missing_last_line_end_do_not_matter() {
    let read = parse("\u{feff}\r\n\r\nphone,name\r\n\r\n1,a\r\n\n\r\n2,b").unwrap();
    assert_eq!(cells(&read), [["1", "a"], ["2", "b"]]);
    assert_eq!(read.schema().field(0).name(), "phone");
    assert_eq!(cells(&parse("a\n\n1\n\"\"\n\n").unwrap()), [["1"], [""]]);
    assert_eq!(parse("phone\n").unwrap().num_rows(), 0);
    assert_eq!(parse("phone").unwrap().num_rows(), 0);
}

#[test]
fn a_reader_of_single_bytes_reads_the_same() {
    let text = "\u{feff}a;\"b\r\n\"\r\n\r\n1;\"é\"\"\r\n\"\r\n\r\n\"\";x\r";
    let stream = Box::new(OneByte(std::io::Cursor::new(text)));
    let options = ReadOptions::default();
    let reader =
        TableReader::from_stream(Path::new("x"), stream, TableFormat::Csv, options).unwrap();
    assert_eq!(reader.csv_dialect(), Some(CsvDialect { delimiter: b';', crlf: true }));
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    assert_eq!(batches, [parse(text).unwrap()]);
    assert_eq!(cells(&batches[0]), [["1", "é\"\r\n"], ["", "x"]]);
}

#[test]
fn the_copy_has_the_dialect_of_the_original() {
    for text in ["a;b\r\n1;\"2;3\"\r\n", "a,b\n1,\"2,3\"\n", "a\tb\r\n1\t2,3\r\n", "a\n\"\"\n"] {
        let stream = Box::new(std::io::Cursor::new(text));
        let options = ReadOptions::default();
        let reader =
            TableReader::from_stream(Path::new("x"), stream, TableFormat::Csv, options).unwrap();
        let (schema, options) = (reader.schema(), WriteOptions::like(&reader));
        let batches: Vec<_> = reader.map(Result::unwrap).collect();
        let copy = write(&batches, &schema, TableFormat::Csv, options).unwrap();
        assert_eq!(String::from_utf8(copy).unwrap(), text);
        let tsv = write(&batches, &schema, TableFormat::Tsv, options).unwrap();
        assert_eq!(parse_as(&tsv, TableFormat::Tsv).unwrap(), batches[0]);
    }
}

#[test]
fn a_ragged_row_is_told_with_its_line() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["a,b", "1,2", "", "\"x\n\ny\",2", "3"].join(end);
        let told = message(&text);
        assert!(told.starts_with("in.csv:7: this row has 1 cells"), "{told}");
        assert!(told.contains("the header 2"), "{told}");
    }
    assert!(message("a\n1,2\n").starts_with("in.csv:2: this row has 2 cells, the header 1"));
}

#[test]
fn text_that_is_not_utf8_is_told_with_line_and_column() {
    let told = message(b"phone,name\n1,a\n\n2,J\xfcrgen\n3,c\n");
    assert!(told.starts_with("in.csv:4: column \"name\""), "{told}");
    assert!(told.contains("iconv"), "{told}");
    // Two halves of a character in two cells.
    let told = message(b"phone,name,note\n1,\xc3,\xa9\n");
    assert!(told.starts_with("in.csv:2: column \"name\""), "{told}");
    assert!(message(b"1\n\xc3\n\xa9\n").starts_with("in.csv:2: column \"1\""));
    let told = message(b"phone,J\xfcrgen\n1,2\n");
    assert!(told.starts_with("in.csv:1: column \"2 (J"), "{told}");
    assert!(message(b"\xff\xfea\0b\0").contains("UTF-16"));
    assert!(message(b"\xfe\xff\0a\0b").contains("UTF-16"));
}

#[test]
fn nothing_is_not_a_table() {
    for text in ["", "\n", "\r\n\r\n", "\u{feff}", "\r"] {
        assert!(matches!(parse(text), Err(Error::Empty { .. })), "{text:?}");
    }
    assert!(message("").contains("header"));
}

#[test]
fn a_quote_that_is_never_closed_is_an_error_with_its_line() {
    let told = message("a,b\n1,2\n3,\"4\n5,6\n");
    assert!(told.starts_with("in.csv:3: a quote opened in this row is never closed"), "{told}");
    assert!(message("\"a,b\n1,2\n").starts_with("in.csv:1:"));
}

/// Counts what is taken from an endless line.
struct Endless {
    start: std::io::Cursor<&'static [u8]>,
    taken: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl Read for Endless {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let mut count = self.start.read(bytes)?;
        if count == 0 {
            bytes.fill(b'x');
            count = bytes.len();
        }
        self.taken.fetch_add(count, std::sync::atomic::Ordering::Relaxed);
        Ok(count)
    }
}

#[test]
fn an_endless_row_is_refused_before_it_is_read() {
    for (start, line) in [("a,b\n1,2\n\n3,\"", 4), ("a,b\n1,", 2), ("\"", 1), ("", 1)] {
        let taken = std::sync::Arc::default();
        let start = std::io::Cursor::new(start.as_bytes());
        let stream = Box::new(Endless { start, taken: std::sync::Arc::clone(&taken) });
        let options = ReadOptions::default();
        let reader =
            TableReader::from_stream(Path::new("in.csv"), stream, TableFormat::Csv, options);
        let error = reader.and_then(|reader| reader.collect::<Result<Vec<_>, _>>()).unwrap_err();
        assert!(matches!(error, Error::RowTooLong { .. }), "{error}");
        assert!(error.to_string().starts_with(&format!("in.csv:{line}:")), "{error}");
        assert!(taken.load(std::sync::atomic::Ordering::Relaxed) < 2 * MAX_ROW_BYTES);
    }
}

#[test]
fn a_row_may_have_as_many_cells_as_the_limit() {
    const MOST: usize = 1 << 16;
    let table = |cells: usize| format!("{0}\n{0}\n", vec!["1"; cells].join(","));
    assert_eq!(parse(table(MOST)).unwrap().num_columns(), MOST);
    let error = parse(table(MOST + 1)).unwrap_err();
    assert_eq!((error.code(), error.kind()), ("too_many_cells", stoplist_files::ErrorKind::Data));
    assert!(error.to_string().contains(":1:"), "{error}");
}

#[test]
fn a_row_may_be_as_long_as_the_limit() {
    let row = |bytes: usize| format!("a\nb\n{}\nc\n", "x".repeat(bytes - 1));
    assert_eq!(parse(row(MAX_ROW_BYTES)).unwrap().num_rows(), 3);
    assert!(message(row(MAX_ROW_BYTES + 1)).starts_with("in.csv:3: this row is longer than"));
}

#[test]
fn repeated_and_empty_names_are_taken_as_they_are() {
    let read = parse("a,,a,\"\"\n1,2,3,4\n").unwrap();
    let names: Vec<_> = read.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["a", "", "a", ""]);
}
