//! The same numbers, in every format and every way in which people write them.

use stoplist_files::ListFormat;

use crate::list_model::{as_format, check, read, region};

const GERMAN: u64 = 4_930_901_820;
const SWISS: u64 = 41_446_681_800;
const FRENCH: u64 = 33_142_685_300;

#[test]
fn national_numbers_are_those_of_the_region() {
    for (code, text, number) in [
        ("DE", "030 901820", GERMAN),
        ("CH", "044 668 18 00", SWISS),
        ("FR", "01 42 68 53 00", FRENCH),
    ] {
        let options = region(code);
        check(text, &options, &[number], 0);
        check(&format!("# list\r\n\r\n{text} # {text}"), &options, &[number], 0);
        check(&format!("phone\r\n{text}\r\n"), &options, &[number], 0);
        check(&format!("Name;Mobile\nA, B;{text}"), &options, &[number], 0);
        check(&format!("msisdn\tname\n\"{text}\"\tA"), &options, &[number], 0);
        check(&format!("[\"{text}\", {{\"to\": \"{text}\"}}]"), &options, &[number], 0);
        check(&format!("{{\"to\": \"{text}\"}}\n\"{text}\""), &options, &[number], 0);
        check(&format!("BEGIN:VCARD\nTEL:{text}\nEND:VCARD"), &options, &[number], 0);
        check(text, &region(""), &[], 1);
    }
}

#[test]
fn a_text_holds_one_or_several_numbers_a_line() {
    let all = [FRENCH, SWISS, GERMAN].map(|number| format!("+{number}"));
    let options = region("");
    for separator in [",", ", ", ";", " ; ", "\n", "\r\n", "\r", "\n\n \n", ",,\n", " # a, b\n"] {
        for end in ["", "\n", "\r\n", "\r", separator] {
            for quote in ["", "\""] {
                let quoted = all.each_ref().map(|number| format!("{quote}{number}{quote}"));
                let text = format!("{}{end}", quoted.join(separator));
                check(&text, &options, &[GERMAN, FRENCH, SWISS], 0);
                check(&format!("\u{feff}{text}"), &options, &[GERMAN, FRENCH, SWISS], 0);
            }
        }
    }
}

#[test]
fn a_semicolon_within_a_telephone_uri_is_no_separator() {
    check("tel:+49-30-901820;ext=5\n", &region(""), &[GERMAN], 0);
    check("tel:+41446681800;ext=5;+49 30 901820", &region(""), &[GERMAN, SWISS], 0);
}

#[test]
fn dirty_text_is_counted_and_the_rest_is_read() {
    let text = "Blocked since May\n+49 30 901820 (C-1)\n+4930901820\u{a0}\n\u{200b}\n\
                ++--\n+1 555 01*\n+41 44 668 18 00 ext. 12\n０３３１\n12\n";
    let outcome = read(text.as_bytes(), &as_format(ListFormat::Txt, region(""))).unwrap();
    assert_eq!(outcome.numbers, [GERMAN, SWISS]);
    assert_eq!((outcome.summary.rows, outcome.summary.accepted_rows), (9, 2));
}

#[test]
fn a_table_may_use_any_delimiter_and_quotes() {
    for text in [
        "name,phone\n\"given, last\",+4930901820\n",
        "name;phone\r\n\"given; \"\"last\"\"\";+4930901820\r\n",
        "name\tphone\n\"given\nlast\"\t \"\"\n\nA\t+4930901820",
        "\u{feff}\"Phone\"\n+4930901820",
        "number\r\n\r\n+4930901820\r\n\r\n\r\n",
        "to|\n+4930901820| +4930901820 ||\n",
        "phone;name;\n+4930901820;;\n;B;\n   \n",
    ] {
        let options = region("");
        let text = text.replace("\t \"\"", "\t");
        check(&text, &options, &[GERMAN], 0);
    }
    check("phone,n\n+4930901820|+41 44 668 18 00,2", &region(""), &[GERMAN, SWISS], 0);
}

#[test]
fn a_do_not_call_file_is_north_american_whatever_the_region() {
    for code in ["", "DE", "US"] {
        check(
            "212,5550123\r\n\r\n907,5550199",
            &region(code),
            &[12_125_550_123, 19_075_550_199],
            0,
        );
    }
    let flat = as_format(ListFormat::Dnc, region("US"));
    check("212,5550123\n2125550124\n212,555\nnpa,nxxxxxx\n", &flat, &[12_125_550_123], 3);
    check("", &flat, &[], 0);
}

#[test]
fn json_elements_are_strings_integers_or_objects() {
    let text = r#" ["+4930901820", 41446681800, {"phone": "+33 1 42 68 53 00", "x": [1]},
        {"x": 0, "phone": 33142685300}, {"phone": null}, {"phone": ""}, "", "+49\u00330901820"] "#;
    check(text, &region(""), &[GERMAN, FRENCH, SWISS], 0);
    check(
        "[4.9e9, -4930901820, true, null, [4930901820], {\"to\": {}}, {\"x\": 1}]",
        &region(""),
        &[],
        7,
    );
    check("[123456789012345678901234567890]", &region(""), &[], 1);
    check("[]", &region(""), &[], 0);
    let lines = "\"+4930901820\"\n\n  41446681800 \r\n{\"phone\":\"+33142685300\"}\n4.9e9\nnull\n";
    check(lines, &as_format(ListFormat::Jsonl, region("")), &[GERMAN, FRENCH, SWISS], 2);
}

#[test]
fn every_telephone_of_every_card_is_read() {
    let old = "BEGIN:VCARD\r\nVERSION:2.1\r\nTEL;WORK;PREF:*6193\r\nTEL;HOME:+4930901820\r\n\
        NOTE;ENCODING=QUOTED-PRINTABLE:call =\r\nTEL:+4930901821\r\n\
        TEL;CELL;ENCODING=QUOTED-PRINTABLE:=2B41=20=\r\n446681800\r\nEND:VCARD\r\n";
    check(old, &region(""), &[GERMAN, SWISS], 1);
    let three = "begin:vcard\nVERSION:3.0\nitem1.tel;type=\"a:b\",cell:+49 30\n  901820\n\
        X-TEL:+4930901821\nTELEX:+4930901821\nPHOTO;ENCODING=b:QUJD\n\tTEL:+4930901821\n TEL\n\
        NOTE:TEL:+4930901821\nTEL:\n\nTEL;TYPE=x:+41\\,446681800\nend:vcard\n";
    check(three, &region(""), &[GERMAN], 1);
    let four = "BEGIN:VCARD\nVERSION:4.0\nTEL;VALUE=uri;TYPE=\"voice,home\":tel:+49-30-901820;ext=5\n\
        END:VCARD\n\nBEGIN:VCARD\nTEL;VALUE=uri:\n tel:+41-44-668-1800\nEND:VCARD";
    check(four, &region(""), &[GERMAN, SWISS], 0);
}
