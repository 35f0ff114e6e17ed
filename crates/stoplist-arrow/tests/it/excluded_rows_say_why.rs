//! Excluded rows have their own columns and three more, whose names the input may not use.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use stoplist::{NumberSet, Parser, PhoneNumber};
use stoplist_arrow::{Filter, FilterOptions, Lists, Report, excluded_schema};

fn batch(second: &str) -> RecordBatch {
    let phones: ArrayRef = Arc::new(StringArray::from(vec!["+16502530000", "+4930901820", "x"]));
    RecordBatch::try_from_iter([("phone", Arc::clone(&phones)), (second, phones)]).unwrap()
}

fn filter(excluded: bool) -> Filter {
    let set: NumberSet = [PhoneNumber::new(4930901820).unwrap()].into();
    let lists = Lists::of_sets([("first", &set), ("second", &set)]).unwrap();
    let options = FilterOptions::new(Parser::international()).column_at(0);
    Filter::new(lists, options.excluded(excluded))
}

#[test]
fn a_reserved_name_is_refused_only_when_excluded_rows_are_wanted() {
    for name in ["stoplist_verdict", "stoplist_list", "stoplist_reason"] {
        let batch = batch(name);
        let error = filter(true).pass(&batch.schema()).unwrap_err();
        assert_eq!(error.code(), "reserved_column");
        assert_eq!(
            error.to_string(),
            format!(
                "the input already has a column named {name}, which the excluded rows get; \
                 rename it in the input"
            )
        );
        assert_eq!(filter(false).apply(&batch).unwrap().kept, batch.slice(0, 1));
    }
    assert!(excluded_schema(&batch("stoplist").schema()).is_ok());
}

#[test]
fn they_are_given_only_when_wanted() {
    let batch = batch("name");
    assert_eq!(filter(false).apply(&batch).unwrap().excluded, None);
    let excluded = filter(true).apply(&batch).unwrap().excluded.unwrap();
    let text = |name: &str| {
        let column = excluded.column_by_name(name).unwrap().as_string::<i32>();
        column.iter().map(|text| text.map(str::to_owned)).collect::<Vec<_>>()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(text("name"), [some("+4930901820"), some("x")]);
    assert_eq!(text("stoplist_verdict"), [some("block"), some("invalid")]);
    assert_eq!(text("stoplist_list"), [some("first"), None]);
    assert_eq!(text("stoplist_reason"), [None, some("not_a_number")]);
}

#[test]
fn their_schema_keeps_fields_and_metadata() {
    let field = Field::new("phone", DataType::Utf8, false)
        .with_metadata(HashMap::from([("unit".to_owned(), "E.164".to_owned())]));
    let metadata = HashMap::from([("origin".to_owned(), "crm".to_owned())]);
    let schema = Schema::new(vec![field.clone()]).with_metadata(metadata.clone());
    let excluded = excluded_schema(&schema).unwrap();
    assert_eq!(excluded.field(0), &field);
    assert_eq!(excluded.metadata(), &metadata);
    assert_eq!(excluded.fields().len(), 4);
    assert!(excluded.fields().iter().skip(1).all(|field| field.is_nullable()));
}

#[test]
fn two_lists_of_one_name_are_refused() {
    let set = NumberSet::new();
    let error = Lists::of_sets([("dnc", &set), ("optout", &set), ("dnc", &set)]).unwrap_err();
    assert_eq!(error.code(), "repeated_list");
    assert!(error.to_string().starts_with("two lists are named dnc;"), "{error}");
}

#[test]
fn reports_of_batches_add_up_to_that_of_the_stream() {
    let (batch, filter) = (batch("name"), filter(false));
    let whole = filter.apply(&batch).unwrap().report;
    let mut pass = filter.pass(&batch.schema()).unwrap();
    let mut total = pass.report().clone();
    assert_eq!(total.blocked_by_list, [("first".into(), 0), ("second".into(), 0)].into());
    for row in 0..batch.num_rows() {
        total += &pass.apply(&batch.slice(row, 1)).unwrap().report;
    }
    assert_eq!(total, whole);
    assert_eq!(pass.report(), &whole);
    let expected = Report {
        rows: 3,
        kept: 1,
        blocked: 1,
        invalid: 1,
        null: 0,
        emptied: 0,
        blocked_by_list: [("first".into(), 1), ("second".into(), 0)].into(),
        invalid_by_reason: [("not_a_number", 1)].into(),
        ..Report::default()
    };
    assert_eq!(total, expected);
}
