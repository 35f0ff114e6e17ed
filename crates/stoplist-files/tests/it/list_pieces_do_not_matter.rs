//! However a file arrives, in pieces of one byte or cut anywhere, it comes to the same.

use std::io::{self, Read};

use stoplist::{NumberSet, PhoneNumber};
use stoplist_files::{ExportFormat, ListFormat, ListOptions, write_list};

use crate::list_model::{as_format, read, region};

/// Gives at most `piece` bytes at a time.
struct Pieces<R> {
    reader: R,
    piece: usize,
}

impl<R: Read> Read for Pieces<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = self.piece.min(buffer.len());
        self.reader.read(&mut buffer[..piece])
    }
}

/// Every format, with what is hard about each.
fn files() -> Vec<(Vec<u8>, ListOptions)> {
    let texts = [
        "\u{feff}# gemeldet für\r\n+4930901820, +41446681800;+33142685300\r\r\n0301\n\u{a0}+4930901821",
        "name;phone\r\n\"Mül\r\nler\";+4930901820|12\r\n\r\n;\r\nB;nobody\r\n",
        "name,phone\nA,\"+4930901820\"\nB,\"+1 555 \"\"x\"\"\"\n",
        "212,5550123\r\n\r\n212,5550124\n",
        "[\n \"+4930901820\",\n41446681800, {\"phone\":\"\\u002b33142685300\"},\n1.5, \"Mü\"\r\n]\n ",
        "{\"phone\":\"+4930901820\",\"name\":\"Mü\"}\r\n\r\n{\"phone\":12}\r\n\"x\"",
        "BEGIN:VCARD\r\nitem1.TEL;TYPE=x:+4930\r\n 901820\r\nN;ENCODING=QUOTED-PRINTABLE:=\r\n\
         TEL:12\r\nTEL;QUOTED-PRINTABLE:=2B41=\r\n446681800\r\nTEL:M\u{fc}\r\nEND:VCARD\r\n",
    ];
    let numbers = [4_930_901_820, 41_446_681_800, 41_446_681_801].map(PhoneNumber::new);
    let set: NumberSet = numbers.into_iter().map(Result::unwrap).collect();
    let binaries = [ExportFormat::Parquet, ExportFormat::Arrow, ExportFormat::R64].map(|format| {
        let mut file = Vec::new();
        write_list(&set, format, "list".as_ref(), &mut file).unwrap();
        file
    });
    let texts = texts.into_iter().map(|text| text.as_bytes().to_vec());
    texts.chain(binaries).map(|file| (file, region(""))).collect()
}

#[test]
fn one_byte_at_a_time_and_any_other_piece_come_to_the_same() {
    for (file, options) in files() {
        let whole = read(file.as_slice(), &options).unwrap();
        assert!(whole.summary.accepted_rows > 0);
        for piece in 1..40 {
            let pieces = Pieces { reader: file.as_slice(), piece };
            assert_eq!(read(pieces, &options).unwrap(), whole, "{}", file.escape_ascii());
        }
    }
}

#[test]
fn a_cut_at_any_byte_comes_to_the_same() {
    for (file, options) in files() {
        let whole = read(file.as_slice(), &options).unwrap();
        for cut in 0..file.len() {
            let (first, second) = file.split_at(cut);
            assert_eq!(read(first.chain(second), &options).unwrap(), whole, "cut at {cut}");
        }
    }
}

/// The readers' buffers hold 64 KiB and 1 MiB: what lies across their edges must not be cut. The
/// text before moves the interesting part over the edge byte by byte.
#[test]
fn a_row_across_the_edge_of_a_buffer_is_whole() {
    let cases = [
        (ListFormat::Txt, "", "+4930901820\r\n+41446681800, x\u{fc}\r\n", ""),
        (ListFormat::Csv, "name;phone\r\n", "\"M\u{fc}\r\n\";+4930901820\r\nB;x\u{fc}\r\n", ""),
        (ListFormat::Json, "[", "\"+4930901820\",\n\"x\u{fc}\",\n41446681800", "]"),
        (ListFormat::Jsonl, "", "{\"to\":\"+4930901820\"}\r\n\"x\u{fc}\"\r\n", ""),
        (
            ListFormat::Vcf,
            "BEGIN:VCARD\r\n",
            "TEL:+4930\r\n 901820\r\nTEL:x\u{fc}\r\n",
            "END:VCARD",
        ),
    ];
    for (format, head, rows, tail) in cases {
        let options = as_format(format, region(""));
        let model = read(format!("{head}{rows}{tail}").as_bytes(), &options).unwrap();
        for edge in [1 << 16, 1 << 20, 1 << 21] {
            for offset in 0..=rows.len() + 3 {
                // Blank lines, or blanks: of no meaning to any of the formats.
                let blank = edge - head.len() - offset;
                let filler = "\n".repeat(blank);
                let text = format!("{head}{filler}{rows}{tail}");
                let outcome = read(text.as_bytes(), &options).unwrap();
                assert_eq!(outcome.numbers, model.numbers, "{format} {edge} {offset}");
                assert_eq!(outcome.summary, model.summary, "{format} {edge} {offset}");
                let lines = outcome.rejects.0.iter().map(|(line, ..)| line - blank as u64);
                assert!(lines.eq(model.rejects.0.iter().map(|(line, ..)| *line)), "{format}");
            }
        }
    }
}
