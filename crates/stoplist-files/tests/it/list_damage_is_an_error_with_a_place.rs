//! A damaged file is an error that says where: never a panic, never a part of a list that looks
//! like the whole.

use std::path::Path;

use proptest::prelude::*;
use stoplist::{NumberSet, NumberSetBuilder, PhoneNumber};
use stoplist_files::{
    ErrorKind, ExportFormat, ListFormat, ListOptions, ListSinks, read_list_file, write_list,
};

use crate::list_model::{as_format, check_error, read, region};

#[test]
fn bytes_that_are_not_utf8_are_named_by_line_and_byte() {
    let options = region("");
    let of = |format| as_format(format, region(""));
    check_error(b"+4930901820\nM\xFCller\n", &options, "not_utf8", "list:2:2: ");
    check_error(b"name,phone\r\n\r\nM\xC3\xBC\xFC,1\r\n", &options, "not_utf8", "list:3:4: ");
    check_error(b"[\"+4930901820\",\n\"\xE9\"]", &options, "not_utf8", "list:2:2: ");
    check_error(b"{\"name\":\"\xE9\"}", &options, "not_utf8", "list:1:10: ");
    check_error(b"BEGIN:VCARD\nN:\xE9\nEND:VCARD", &options, "not_utf8", "list:2:3: ");
    check_error(b"212,5550123\n\xFF", &of(ListFormat::Dnc), "not_utf8", "list:2:1: ");
    check_error(b"+4930901820 # cut \xE2\x82", &options, "not_utf8", "list:1:19: ");
    let error = read(b"\xFCber".as_slice(), &options).unwrap_err();
    assert!(error.to_string().ends_with("convert the file to UTF-8, for example with iconv"));
}

#[test]
fn what_is_no_utf8_text_at_all_says_what_it_is() {
    let options = region("");
    check_error(b"\xFF\xFE+\x004\x00", &options, "utf16", "list: it is UTF-16");
    check_error(b"\xFE\xFF\x00+", &as_format(ListFormat::Csv, region("")), "utf16", "list: ");
    check_error(b"PK\x03\x04rest", &options, "unsupported_content", "list: it is a workbook");
    check_error(b"\x1F\x8B\x08", &options, "unsupported_content", "list: it is compressed");
}

#[test]
fn ragged_rows_and_open_quotes_are_errors() {
    let options = region("");
    let ragged = "list:4: this row has 3 cells, the header 2";
    check_error(b"a,phone\n\nB,12\nC,1,2\n", &options, "ragged_row", ragged);
    check_error(b"a,phone\r\nB\r\n", &options, "ragged_row", "list:2: this row has 1 cells");
    for text in ["a,phone\nB,12\nC,\"12\nD,13\n", "a,phone\nB,12\n\"C,12", "a,phone\nB,12\nC,\""] {
        check_error(text.as_bytes(), &options, "unclosed_quote", "list:3: a quote opened");
    }
    check_error(b"phone\n12\n\"12\n13\n14", &options, "unclosed_quote", "list:3: ");
    let csv = as_format(ListFormat::Csv, region(""));
    check_error(b"\"phone\n12\n", &csv, "unclosed_quote", "list:1: ");
}

#[test]
fn broken_json_is_named_by_line_and_byte() {
    let options = region("");
    for (text, begins) in [
        ("[\"+4930901820\",\n \"x\"", "list:2:4: this is not valid JSON: EOF"),
        ("[\"+4930901820\"]\n[]", "list:2:1: this is not valid JSON: trailing characters"),
        ("[1, 2,\n]", "list:2:1: "),
        ("[1 2]", "list:1:4: "),
        ("[01]", "list:1:3: "),
        ("[{\"to\":1]", "list:1:9: "),
        ("{\"to\":1}\n{\"to\":\n", "list:2:6: "),
        ("{\"to\":1}\n\n{\"to\":1} {}\n", "list:3:10: "),
        ("{\"to\":1}\nto 1\n", "list:2:2: "),
    ] {
        check_error(text.as_bytes(), &options, "malformed", begins);
    }
    let json = as_format(ListFormat::Json, region(""));
    check_error(b"", &json, "malformed", "list:1:0: ");
    check_error(b"{\"to\": 1}", &json, "malformed", "list:1:");
    let deep = "[".repeat(1 << 19);
    check_error(deep.as_bytes(), &json, "malformed", "list:1:");
}

#[test]
fn a_card_that_is_cut_short_is_an_error() {
    let options = as_format(ListFormat::Vcf, region(""));
    let cut = b"BEGIN:VCARD\nEND:VCARD\nBEGIN:VCARD\nTEL:+4930901820\n";
    check_error(cut, &options, "malformed", "list:3: this is not valid vCard: the card that");
    check_error(b"TEL:+4930901820\n", &options, "malformed", "list: this is not valid vCard");
    check_error(b"", &options, "malformed", "list: ");
}

#[test]
fn a_file_that_is_not_there_or_a_directory_is_an_io_error() {
    let directory = tempfile::tempdir().unwrap();
    let read = |path: &Path| {
        let mut numbers = NumberSetBuilder::new();
        read_list_file(path, &ListOptions::default(), ListSinks::new(&mut numbers)).unwrap_err()
    };
    let error = read(directory.path());
    assert_eq!((error.code(), error.kind()), ("is_directory", ErrorKind::Io));
    let error = read(&directory.path().join("none"));
    assert_eq!((error.code(), error.kind()), ("io", ErrorKind::Io));
    assert!(error.to_string().contains("none: cannot open it: "), "{error}");
}

fn binaries() -> [(ListFormat, Vec<u8>); 3] {
    let numbers = (0..2000).map(|i| PhoneNumber::new(4_930_901_820 + i * 7919).unwrap());
    let set: NumberSet = numbers.collect();
    [
        (ListFormat::Parquet, ExportFormat::Parquet),
        (ListFormat::Arrow, ExportFormat::Arrow),
        (ListFormat::R64, ExportFormat::R64),
    ]
    .map(|(format, export)| {
        let mut file = Vec::new();
        write_list(&set, export, Path::new("list"), &mut file).unwrap();
        (format, file)
    })
}

#[test]
fn a_binary_file_cut_anywhere_is_an_error() {
    for (format, file) in binaries() {
        let options = as_format(format, region(""));
        assert_eq!(read(file.as_slice(), &options).unwrap().numbers.len(), 2000);
        let cuts = (0..file.len()).filter(|cut| cut % 31 == 0 || file.len() - cut < 40);
        for cut in cuts {
            let error = read(&file[..cut], &options).expect_err(&format!("{format} {cut}"));
            assert_eq!(error.kind(), ErrorKind::Data, "{format} {cut}: {error}");
        }
    }
}

#[test]
fn bytes_behind_a_bitmap_are_an_error() {
    let [.., (format, mut file)] = binaries();
    file.push(0);
    check_error(&file, &as_format(format, region("")), "malformed", "list: this is not valid r64");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_changed_byte_is_a_result_or_an_error(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        for (format, mut file) in binaries() {
            let at = at.index(file.len());
            file[at] = to;
            let _ = read(file.as_slice(), &as_format(format, region("")));
        }
    }

    #[test]
    fn any_text_is_a_result_or_an_error(
        pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..40),
    ) {
        let text = pieces.concat();
        let _ = read(text.as_slice(), &region("US"));
        for format in ListFormat::ALL {
            let _ = read(text.as_slice(), &as_format(format, region("DE")));
        }
    }
}

/// What the text formats are made of, and what is in none of them.
const PIECES: [&[u8]; 28] = [
    b"+4930901820",
    b"212,5550123",
    b"phone",
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r",
    b"\r\n",
    b"#",
    b"|",
    b"[",
    b"]",
    b"{",
    b"}",
    b":",
    b"{\"phone\":1}",
    b"BEGIN:VCARD\n",
    b"END:VCARD\n",
    b"TEL;ENCODING=QUOTED-PRINTABLE:",
    b"=",
    b" ",
    b"\\",
    b"\xC3\xBC",
    b"\xC3",
    b"\0",
];
