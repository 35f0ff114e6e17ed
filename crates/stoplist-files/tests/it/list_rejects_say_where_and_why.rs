//! A rejects file names the line, the text and the reason of every value that is no number.

use std::io::Read;
use std::path::Path;

use stoplist::NumberSetBuilder;
use stoplist_files::{CsvRejects, ListOptions, ListSinks, read_list};

use crate::list_model::{read, region};

fn rejects(text: &str) -> Vec<(u64, String, &'static str)> {
    read(text.as_bytes(), &region("")).unwrap().rejects.0
}

fn reject(line: u64, text: &str, reason: &'static str) -> (u64, String, &'static str) {
    (line, text.to_owned(), reason)
}

#[test]
fn the_line_is_that_of_the_value_in_every_text_format() {
    let nobody = |line| vec![reject(line, "nobody", "not_a_number")];
    for end in ["\n", "\r\n"] {
        let lines = |text: &str| rejects(&text.replace('\n', end));
        assert_eq!(lines("# a\n\n+4930901820, nobody # b\n"), nobody(3));
        assert_eq!(lines("phone;name\n\n+4930901820;A\n\n\nnobody;B\n"), nobody(6));
        assert_eq!(lines("phone;name\n+4930901820;\"A\nB\"\nnobody;\"B\n\"\n;"), nobody(4));
        assert_eq!(
            lines("[\n1234567890,\n  \"nobody\"\n]"),
            [reject(2, "1234567890", "too_short"), reject(3, "nobody", "not_a_number")]
        );
        assert_eq!(lines("BEGIN:VCARD\nNOTE:a\n b\nTEL:no\n body\nEND:VCARD"), nobody(4));
    }
    assert_eq!(rejects("+4930901820\r\rnobody"), nobody(3));
    let elements = rejects("[{\"to\": 1,\n\"x\": 2},\n\ntrue, {\"x\":\n 2}\n,\n4.5]");
    assert_eq!(
        elements,
        [
            reject(1, "1", "too_short"),
            reject(4, "true", "not_a_number"),
            reject(4, "{\"x\":\n 2}", "not_a_number"),
            reject(7, "4.5", "not_a_number"),
        ]
    );
}

#[test]
fn the_text_is_complete() {
    let long = "x".repeat(300_000);
    assert_eq!(rejects(&format!("+4930901820\n{long}")), [reject(2, &long, "not_a_number")]);
}

#[test]
fn rejects_are_written_as_csv() {
    let text = "+4930901820\n+1 555* \"x\"\n\n12\n";
    let mut numbers = NumberSetBuilder::new();
    let mut rejects = CsvRejects::new(Path::new("rejects.csv"), Vec::new()).unwrap();
    let sinks = ListSinks { rejects: Some(&mut rejects), ..ListSinks::new(&mut numbers) };
    read_list(text.as_bytes(), Path::new("list"), &ListOptions::default(), sinks).unwrap();
    let written = String::from_utf8(rejects.finish().unwrap()).unwrap();
    assert_eq!(written, "line,text,reason\n2,\"+1 555* \"\"x\"\"\",wildcard\n4,12,too_short\n");
}

#[test]
fn a_sink_that_fails_ends_the_reading() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("full"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let endless = std::io::repeat(b'x').take(1 << 16).chain(b"\n".as_slice());
    let endless = endless.chain(std::io::repeat(b'\n').take(1 << 20)).chain(b"nobody".as_slice());
    let mut numbers = NumberSetBuilder::new();
    let mut rejects = CsvRejects::new(Path::new("rejects.csv"), Full).unwrap();
    let sinks = ListSinks { rejects: Some(&mut rejects), ..ListSinks::new(&mut numbers) };
    let options = ListOptions { format: Some("txt".parse().unwrap()), ..region("") };
    let error = read_list(endless, Path::new("list"), &options, sinks).unwrap_err();
    assert_eq!(error.to_string(), "rejects.csv: cannot write it: full");
}
