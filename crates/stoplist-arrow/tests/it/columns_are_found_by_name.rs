//! The column of numbers is found by the name given, else by a known name, else not at all.

use arrow::datatypes::{DataType, Field, Schema};
use stoplist_arrow::{Error, NUMBER_COLUMN_NAMES, find_list_column, find_number_column};

fn schema<'a>(names: impl IntoIterator<Item = &'a str>) -> Schema {
    let fields = names.into_iter().map(|name| Field::new(name, DataType::Utf8, true));
    Schema::new(fields.collect::<Vec<_>>())
}

#[test]
fn by_each_known_name_in_any_case_and_with_spaces() {
    assert_eq!(find_number_column(&schema(["PhoneNumber", "Name"]), None).unwrap(), 0);
    assert!(find_number_column(&schema(["PhoneNumber2", "Name"]), None).is_err());
    for name in NUMBER_COLUMN_NAMES {
        let spaced = format!(" {}\t", name.to_ascii_uppercase());
        let joined = name.replace('_', "-");
        for name in [name, &spaced, &joined] {
            assert_eq!(find_number_column(&schema(["id", name]), None).unwrap(), 1);
            assert_eq!(find_list_column(&schema(["id", name]), None).unwrap(), 1);
        }
    }
}

#[test]
fn by_the_exact_name_before_one_that_is_alike() {
    let schema = schema(["FAX", "fax", "phone"]);
    assert_eq!(find_number_column(&schema, Some("fax")).unwrap(), 1);
    assert_eq!(find_number_column(&schema, Some("FAX")).unwrap(), 0);
    assert_eq!(find_number_column(&schema, Some("PHONE")).unwrap(), 2);
    assert_eq!(find_list_column(&schema, Some(" Phone ")).unwrap(), 2);
    let error = find_number_column(&schema, Some("Fax")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "several columns are named Fax; rename all but one; the columns are FAX, fax, phone"
    );
}

#[test]
fn a_wanted_name_that_occurs_twice_is_refused() {
    let error = find_number_column(&schema(["tel", "tel", "x"]), Some("tel")).unwrap_err();
    assert_eq!(error.code(), "repeated_column");
}

#[test]
fn a_wanted_name_that_is_missing_is_refused_even_if_a_known_one_is_there() {
    for find in [find_number_column, find_list_column] {
        let error = find(&schema(["phone"]), Some("tel")).unwrap_err();
        assert_eq!(error.to_string(), "no column is named tel; the columns are phone");
        assert_eq!(error.code(), "no_such_column");
    }
}

#[test]
fn several_known_names_are_refused_and_listed() {
    for find in [find_number_column, find_list_column] {
        let error = find(&schema(["To", "id", "mobile"]), None).unwrap_err();
        assert_eq!(error.code(), "several_number_columns");
        assert_eq!(
            error.to_string(),
            "several columns may hold the phone numbers; name the one that does; \
             the columns are To, mobile"
        );
    }
}

#[test]
fn the_only_column_of_a_blocklist_needs_no_known_name() {
    assert_eq!(find_list_column(&schema(["x"]), None).unwrap(), 0);
    assert_eq!(find_number_column(&schema(["x"]), None).unwrap_err().code(), "no_number_column");
    assert_eq!(find_list_column(&schema(["x", "y"]), None).unwrap_err().code(), "no_number_column");
    let error = find_list_column(&schema([]), None).unwrap_err().to_string();
    assert!(error.ends_with("; there are no columns"), "{error}");
}

#[test]
fn a_message_lists_twenty_columns_and_counts_the_rest() {
    let names: Vec<String> = (1..=23).map(|index| format!("c{index}")).collect();
    let error = find_number_column(&schema(names.iter().map(String::as_str)), None).unwrap_err();
    let message = error.to_string();
    assert!(message.ends_with(", c19, c20 and 3 more"), "{message}");
    let Error::NoNumberColumn { columns } = error else { panic!("{error:?}") };
    assert_eq!((columns.listed().len(), columns.more()), (20, 3));
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let long = "n".repeat(1000);
    let error = find_number_column(&schema(["a\u{1b}[2Jb", &long]), Some("\r")).unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with("no column is named \\r; the columns are a\\u{1b}[2Jb, nnn"));
    assert!(message.len() < 200 && !message.contains('\u{1b}'), "{message}");
}
