//! Batches without a row, without a column, or of which nothing or everything stays.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray as _, DictionaryArray, Int8Array, Int32Array, NullArray, RecordBatch,
    RecordBatchOptions, RunArray, StringArray, UInt64Array,
};
use arrow::datatypes::{Int32Type, Schema};
use stoplist::{NumberSet, Parser, PhoneNumber};
use stoplist_arrow::{Error, Filter, FilterOptions, Lists, OnBlocked, Policy, Report};

fn options() -> FilterOptions {
    FilterOptions::new(Parser::international()).excluded(true)
}

fn filter(options: FilterOptions) -> Filter {
    Filter::new(Lists::of_sets([("empty", &NumberSet::new())]).unwrap(), options)
}

fn batch(array: ArrayRef) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable([("phone", array, true)]).unwrap()
}

#[test]
fn no_column() {
    let options_of_batch = RecordBatchOptions::new().with_row_count(Some(5));
    let schema = Arc::new(Schema::empty());
    let batch = RecordBatch::try_new_with_options(schema, vec![], &options_of_batch).unwrap();
    let error = filter(options()).apply(&batch).unwrap_err();
    assert!(matches!(error, Error::NoNumberColumn { .. }), "{error:?}");
    let error = filter(options().column_at(0)).apply(&batch).unwrap_err();
    assert!(matches!(error, Error::ColumnPosition { index: 0, columns: 0 }), "{error:?}");
}

#[test]
fn no_row() {
    let runs = RunArray::try_new(&Int32Array::from(vec![4]), &StringArray::from(vec!["x"]));
    let arrays: [ArrayRef; 5] = [
        Arc::new(StringArray::from(Vec::<&str>::new())),
        Arc::new(StringArray::from(vec!["x", "y"]).slice(1, 0)),
        Arc::new(UInt64Array::from(Vec::<u64>::new())),
        Arc::new(DictionaryArray::<Int32Type>::from_iter(["x", "y"]).slice(2, 0)),
        Arc::new(runs.unwrap().slice(2, 0)),
    ];
    for array in arrays {
        let batch = batch(array);
        let mut pass = filter(options()).pass(&batch.schema()).unwrap();
        let empty = pass.report().clone();
        assert_eq!(
            empty,
            Report { blocked_by_list: [("empty".to_owned(), 0)].into(), ..Report::default() }
        );
        let filtered = pass.apply(&batch).unwrap();
        assert_eq!(filtered.kept, batch);
        assert_eq!(filtered.excluded.unwrap().num_rows(), 0);
        assert_eq!(filtered.report, empty);
        assert_eq!(pass.mask(&batch).unwrap().keep.len(), 0);
        assert_eq!(pass.report(), &empty);
    }
}

#[test]
fn nothing_stays() {
    let empty_dictionary =
        DictionaryArray::new(Int8Array::from(vec![None, None]), Arc::new(NullArray::new(0)));
    let arrays: [ArrayRef; 3] = [
        Arc::new(StringArray::from(vec!["x", "y"])),
        Arc::new(NullArray::new(2)),
        Arc::new(empty_dictionary),
    ];
    for array in arrays {
        let batch = batch(array);
        let filtered = filter(options()).apply(&batch).unwrap();
        assert_eq!(filtered.kept.schema(), batch.schema());
        assert_eq!(filtered.kept.num_rows(), 0);
        assert_eq!(filtered.excluded.unwrap().num_rows(), 2);
        assert_eq!(filtered.report.rows, 2);
    }
}

#[test]
fn everything_stays_and_is_not_copied() {
    let phones = StringArray::from(vec![Some("+4930901820"), Some("x"), None]);
    let batch = batch(Arc::new(phones));
    let options = options().on_invalid(Policy::Keep).on_null(Policy::Keep);
    for on_blocked in [OnBlocked::ExcludeRow, OnBlocked::EmptyCell] {
        let filtered = filter(options.clone().on_blocked(on_blocked)).apply(&batch).unwrap();
        assert!(Arc::ptr_eq(filtered.kept.column(0), batch.column(0)));
        assert_eq!(filtered.excluded.unwrap().num_rows(), 0);
        let report = filtered.report;
        assert_eq!((report.rows, report.kept, report.invalid, report.null), (3, 3, 1, 1));
    }
}

#[test]
fn a_batch_that_keeps_nothing_keeps_its_dictionaries() {
    // An Arrow file has one dictionary a column: a batch with another could not be written to it.
    let phones: DictionaryArray<Int32Type> =
        ["+4930901820", "+4930901820"].into_iter().map(Some).collect();
    let dictionary = Arc::clone(phones.values());
    let batch = RecordBatch::try_from_iter([("phone", Arc::new(phones) as ArrayRef)]).unwrap();
    let number = PhoneNumber::new(4_930_901_820).unwrap();
    for (list, kept) in [(NumberSet::from([number]), 0), (NumberSet::new(), 2)] {
        let lists = Lists::of_sets([("list", &list)]).unwrap();
        let filtered = Filter::new(lists, options()).apply(&batch).unwrap();
        assert_eq!(filtered.kept.num_rows(), kept);
        for rows in [filtered.kept, filtered.excluded.unwrap()] {
            let column = rows.column(0).as_dictionary::<Int32Type>();
            assert_eq!(column.values(), &dictionary);
        }
    }
}
