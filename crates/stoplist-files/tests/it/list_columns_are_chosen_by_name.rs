//! The column of numbers is the one that is named, or has a known name, or is the only one.

use stoplist_files::{ErrorKind, ListFormat};

use crate::list_model::{as_format, check, check_error, read, region, with_column};

const GERMAN: u64 = 4_930_901_820;

#[test]
fn a_known_or_a_wanted_name_or_the_only_column() {
    let options = region("");
    check("id,MSISDN \n1,+4930901820\n", &options, &[GERMAN], 0);
    check("pattern\n+4930901820\n", &options, &[GERMAN], 0);
    check("[{\"id\": 12345678, \"wa_id\": \"4930901820\"}]", &options, &[GERMAN], 0);
    check("{\"blocked\": \"4930901820\"}", &options, &[GERMAN], 0);
    let wanted = with_column("gsm", region(""));
    check("phone,gsm\n+41446681800,+4930901820\n", &wanted, &[GERMAN], 0);
    check("[{\"phone\": 41446681800, \"gsm\": 4930901820}]", &wanted, &[GERMAN], 0);
}

#[test]
fn a_doubtful_choice_is_an_error_that_lists_the_columns() {
    let options = region("");
    let two_known = "list: several columns may hold";
    check_error(b"phone,mobile\n+49,+49\n", &options, "column", two_known);
    check_error(b"{\"phone\":1,\"mobile\":2}", &options, "column", two_known);
    check_error(b"name,fax\nA,+4930901820\n", &options, "column", "list: no column has a name");
    let wanted = with_column("gsm", region(""));
    for text in ["name,fax\nA,1\n", "fax\n1\n", "[{\"fax\": 1}]", "{\"fax\": 1}"] {
        let error = read(text.as_bytes(), &wanted).unwrap_err();
        assert_eq!((error.code(), error.kind()), ("column", ErrorKind::Data));
        let message = error.to_string();
        assert!(message.contains("gsm") && message.contains("fax"), "{message}");
    }
}

#[test]
fn a_table_without_a_header_is_an_error_unless_it_has_one_column() {
    let options = region("");
    check_error(b"+4930901820,C-1\n", &options, "no_header", "list:1: the table has no header");
    check_error(b"\n\nAda;+4930901820\n", &options, "no_header", "list:3: ");
    let wanted = with_column("phone", region(""));
    check_error(b"+4930901820\n+41446681800\n", &wanted, "no_header", "list:1: ");
    let csv = as_format(ListFormat::Csv, region(""));
    check("+4930901820\r\n+4930901820|12\r\n", &csv, &[GERMAN], 1);
}

#[test]
fn an_empty_file_is_an_empty_text_and_no_table() {
    for text in ["", "\u{feff}", "\r\n \n"] {
        check(text, &region(""), &[], 0);
        check_error(text.as_bytes(), &with_column("phone", region("")), "empty_file", "list: ");
        let csv = as_format(ListFormat::Csv, region(""));
        check_error(text.as_bytes(), &csv, "empty_file", "list: it is empty");
    }
    check("phone\n", &region(""), &[], 0);
}
