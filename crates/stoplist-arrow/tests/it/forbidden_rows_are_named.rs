//! With `Policy::Error` the first row that is not a number is named, with what it says.

use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::Int8Type;
use stoplist::{Parser, Refusal};
use stoplist_arrow::{Error, Filter, FilterOptions, Lists, Pass, Policy};

fn batch(array: ArrayRef) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable([("phone", array, true)]).unwrap()
}

fn pass(batch: &RecordBatch, on_invalid: Policy, on_null: Policy) -> Pass {
    let options = FilterOptions::new(Parser::international());
    let options = options.on_invalid(on_invalid).on_null(on_null);
    Filter::new(Lists::of_sets([]).unwrap(), options).pass(&batch.schema()).unwrap()
}

/// After 100 rows, in two batches that are like it.
fn error(array: ArrayRef, on_invalid: Policy, on_null: Policy) -> Error {
    let batch = batch(array);
    let mut pass = pass(&batch, on_invalid, on_null);
    let good: ArrayRef = Arc::new(StringArray::from(vec!["4930901820"; 100]));
    let good = arrow::compute::cast(&good, batch.column(0).data_type()).unwrap();
    let good = RecordBatch::try_new(batch.schema(), vec![good]).unwrap();
    pass.apply(&good.slice(0, 30)).unwrap();
    pass.mask(&good.slice(30, 70)).unwrap();
    let before = pass.report().clone();
    assert_eq!((before.rows, before.kept), (100, 100));
    let masked = pass.mask(&batch).unwrap_err();
    let error = pass.apply(&batch).unwrap_err();
    assert_eq!(masked.to_string(), error.to_string());
    // Nothing of the batch was counted.
    assert_eq!(pass.report(), &before);
    error
}

#[test]
fn by_its_row_in_the_stream_its_column_its_text_and_the_reason() {
    let array = StringArray::from(vec![Some("+4930901820"), None, Some("nobody"), Some("x")]);
    let error = error(Arc::new(array), Policy::Error, Policy::Exclude);
    assert_eq!(
        error.to_string(),
        "row 103 of column phone: `nobody` is not a number: it does not read as a phone number; \
         correct it, or exclude or keep such rows instead"
    );
    let Error::InvalidRow { row, column, text, refusal } = error else { panic!("{error:?}") };
    assert_eq!((row, column.as_str(), text.as_str()), (103, "phone", "nobody"));
    assert_eq!(refusal, Refusal::NotANumber);
}

#[test]
fn whichever_comes_first_of_null_and_invalid() {
    let array = |texts: [Option<&str>; 2]| Arc::new(StringArray::from(texts.to_vec()));
    let null_first = error(array([None, Some("x")]), Policy::Error, Policy::Error);
    assert_eq!(
        null_first.to_string(),
        "row 101 of column phone is null; fill it in, or exclude or keep such rows instead"
    );
    let invalid_first = error(array([Some("x"), None]), Policy::Error, Policy::Error);
    assert_eq!(invalid_first.code(), "invalid_row");
    let only_null = error(array([Some("x"), None]), Policy::Keep, Policy::Error);
    assert!(matches!(only_null, Error::NullRow { row: 102, .. }), "{only_null:?}");
}

#[test]
fn with_the_value_of_any_type_and_shape() {
    let shown = |array: ArrayRef| match error(array, Policy::Error, Policy::Exclude) {
        Error::InvalidRow { text, .. } => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(shown(Arc::new(Int64Array::from(vec![16502530000, -5]))), "-5");
    let decimal = Decimal128Array::from(vec![123]).with_precision_and_scale(20, 0).unwrap();
    assert_eq!(shown(Arc::new(decimal)), "123");
    assert_eq!(shown(Arc::new(BinaryArray::from(vec![b"a\xffb\n".as_slice()]))), "a\u{fffd}b\\n");
    let long = format!("{}\u{1b}", "é".repeat(1_000));
    assert_eq!(shown(Arc::new(StringArray::from(vec![long]))), format!("{}…", "é".repeat(60)));
    let dictionary: DictionaryArray<Int8Type> =
        [Some("+4930901820"), None, Some("+16502530000"), Some("who")].into_iter().collect();
    assert_eq!(shown(Arc::new(dictionary.slice(1, 3))), "who");
    let (ends, values) = (Int16Array::from(vec![3, 5]), StringViewArray::from(vec!["me", "you"]));
    let runs = RunArray::try_new(&ends, &values).unwrap();
    assert_eq!(shown(Arc::new(runs.slice(3, 2))), "you");
}
