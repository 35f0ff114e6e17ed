//! A dictionary that changes from batch to batch reaches every format with its values.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, DictionaryArray, ListArray, RecordBatch, StringArray};
use arrow::buffer::OffsetBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int8Type, UInt64Type};
use stoplist_files::table::{ReadOptions, TableFormat, TableReader, WriteOptions};

use crate::table_support::{ALL_FORMATS, load, write};

fn batches() -> Vec<RecordBatch> {
    let texts = [["vip", "lead", "vip"], ["lead", "cold", "é"], ["x", "x", "vip"]];
    let batch = |texts: [&str; 3]| {
        let small: DictionaryArray<Int8Type> = texts.into_iter().collect();
        let large: DictionaryArray<UInt64Type> = texts.into_iter().rev().map(Some).collect();
        let columns: [(&str, ArrayRef); 2] =
            [("small", Arc::new(small)), ("large", Arc::new(large))];
        RecordBatch::try_from_iter(columns).unwrap()
    };
    texts.map(batch).into()
}

fn values(batches: &[RecordBatch], column: usize) -> Vec<String> {
    let text = |batch: &RecordBatch| cast(batch.column(column), &DataType::Utf8).unwrap();
    let texts: Vec<ArrayRef> = batches.iter().map(text).collect();
    let texts = texts.iter().flat_map(|array| array.as_string::<i32>().iter());
    texts.map(|text| text.unwrap().to_owned()).collect()
}

#[test]
fn every_format_takes_them() {
    let directory = tempfile::tempdir().unwrap();
    let batches = batches();
    for format in ALL_FORMATS {
        let bytes = write(&batches, &batches[0].schema(), format, WriteOptions::default()).unwrap();
        let path = directory.path().join("copy");
        std::fs::write(&path, bytes).unwrap();
        let reader = TableReader::open(&path, Some(format), ReadOptions::default()).unwrap();
        let copy: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
        for column in 0..2 {
            assert_eq!(values(&copy, column), values(&batches, column), "{format}");
        }
    }
}

#[test]
fn the_dictionary_of_an_arrow_file_stays_one() {
    let directory = tempfile::tempdir().unwrap();
    let batch = &batches()[0];
    let mut options = WriteOptions::default();
    options.keep_dictionaries = true;
    let same = [batch.clone(), batch.slice(1, 2)];
    let bytes = write(&same, &batch.schema(), TableFormat::ArrowFile, options).unwrap();
    let path = directory.path().join("copy.arrow");
    std::fs::write(&path, bytes).unwrap();
    let reader = TableReader::open(&path, None, ReadOptions::default()).unwrap();
    assert_eq!(reader.schema(), batch.schema());
    assert!(WriteOptions::like(&reader).keep_dictionaries);
    let copy: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    assert_eq!(values(&copy, 0), values(&same, 0));
}

#[test]
fn one_that_changes_after_all_is_named() {
    let batches = batches();
    let mut options = WriteOptions::default();
    options.keep_dictionaries = true;
    let error = write(&batches, &batches[0].schema(), TableFormat::ArrowFile, options).unwrap_err();
    assert_eq!(error.code(), "column_type");
    assert!(error.to_string().contains("\"small\""), "{error}");
}

#[test]
fn dictionaries_inside_lists_become_values_too() {
    let directory = tempfile::tempdir().unwrap();
    let lists: Vec<RecordBatch> = batches()
        .iter()
        .map(|batch| {
            let values = Arc::clone(batch.column(0));
            let field = Arc::new(Field::new("item", values.data_type().clone(), true));
            let list = ListArray::new(field, OffsetBuffer::from_lengths([1, 2]), values, None);
            RecordBatch::try_from_iter([("tags", Arc::new(list) as ArrayRef)]).unwrap()
        })
        .collect();
    let options = WriteOptions::default();
    let bytes = write(&lists, &lists[0].schema(), TableFormat::ArrowFile, options).unwrap();
    let path = directory.path().join("copy.arrow");
    std::fs::write(&path, bytes).unwrap();
    let copy = load(&path).unwrap();
    let tags = copy.column(0).as_list::<i32>().values().as_string::<i32>().clone();
    let expected = batches();
    assert_eq!(tags, StringArray::from(values(&expected, 0)));
}

#[test]
fn nested_columns_have_no_csv() {
    let values = Arc::new(StringArray::from(vec!["a", "b"]));
    let field = Arc::new(Field::new("item", DataType::Utf8, true));
    let list = ListArray::new(field, OffsetBuffer::from_lengths([1, 1]), values, None);
    let batch = RecordBatch::try_from_iter([("tags", Arc::new(list) as ArrayRef)]).unwrap();
    for format in [TableFormat::Csv, TableFormat::Tsv] {
        let error = write(&[], &batch.schema(), format, WriteOptions::default()).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("\"tags\"") && message.contains("List"), "{message}");
        assert!(message.starts_with(Path::new("out").to_str().unwrap()), "{message}");
    }
}
