//! A row of a Parquet or Arrow column is a number, a reject with its row, or nothing.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::Int32Type;
use arrow::ipc::writer::{FileWriter, StreamWriter};
use parquet::arrow::ArrowWriter;
use stoplist_files::{ErrorKind, ListFormat};

use crate::list_model::{Outcome, as_format, read, region, with_column};

/// The same batch twice, as Parquet, Arrow file and Arrow stream.
fn files(batch: &RecordBatch) -> [Vec<u8>; 3] {
    let schema = batch.schema();
    let mut parquet = ArrowWriter::try_new(Vec::new(), schema.clone(), None).unwrap();
    let mut file = FileWriter::try_new(Vec::new(), &schema).unwrap();
    let mut stream = StreamWriter::try_new(Vec::new(), &schema).unwrap();
    for _ in 0..2 {
        parquet.write(batch).unwrap();
        file.write(batch).unwrap();
        stream.write(batch).unwrap();
    }
    [parquet.into_inner().unwrap(), file.into_inner().unwrap(), stream.into_inner().unwrap()]
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, a)| (name, a, true)))
        .unwrap()
}

fn texts() -> StringArray {
    StringArray::from(vec![
        Some("030 901820"),
        None,
        Some("nobody"),
        Some(" "),
        Some("+41446681800"),
    ])
}

fn check(outcome: Outcome) {
    assert_eq!(outcome.numbers, [4_930_901_820, 41_446_681_800]);
    assert_eq!((outcome.summary.rows, outcome.summary.accepted_rows), (6, 4));
    let reject = |row| (row, "nobody".to_owned(), "not_a_number");
    assert_eq!(outcome.rejects.0, [reject(3), reject(8)]);
}

#[test]
fn texts_nulls_and_dictionaries() {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3, 4, 5]));
    let dictionary: DictionaryArray<Int32Type> = texts().iter().collect();
    for column in [Arc::new(texts()) as ArrayRef, Arc::new(dictionary)] {
        let batch = batch(vec![("id", ids.clone()), ("Phone", column), ("more", ids.clone())]);
        for file in files(&batch) {
            check(read(file.as_slice(), &region("DE")).unwrap());
            check(read(file.as_slice(), &with_column("Phone", region("DE"))).unwrap());
        }
    }
}

#[test]
fn integers_are_read_as_their_digits() {
    let values = Int64Array::from(vec![Some(4_930_901_820), None, Some(-4_930_901_820), Some(12)]);
    for file in files(&batch(vec![("blocked", Arc::new(values) as ArrayRef)])) {
        let outcome = read(file.as_slice(), &region("")).unwrap();
        assert_eq!(outcome.numbers, [4_930_901_820]);
        let rejects = outcome.rejects.0.iter().map(|(row, text, reason)| (*row, &**text, *reason));
        assert_eq!(
            rejects.take(2).collect::<Vec<_>>(),
            [(3, "-4930901820", "not_a_number"), (4, "12", "too_short"),]
        );
    }
}

#[test]
fn a_column_that_is_missing_or_of_no_use_is_named() {
    let floats: ArrayRef = Arc::new(arrow::array::Float64Array::from(vec![4.9e9]));
    for file in files(&batch(vec![("phone", floats)])) {
        let error = read(file.as_slice(), &region("")).unwrap_err();
        assert_eq!((error.code(), error.kind()), ("column", ErrorKind::Data));
        assert!(error.to_string().contains("phone"), "{error}");
        let error = read(file.as_slice(), &with_column("gsm", region(""))).unwrap_err();
        assert!(error.to_string().contains("gsm"), "{error}");
    }
}

#[test]
fn a_format_that_is_not_that_of_the_content_is_an_error() {
    for format in [ListFormat::Parquet, ListFormat::Arrow, ListFormat::R64] {
        for text in ["", "+4930901820\n", "\u{feff}phone,name\n+4930901820,C-1\n"] {
            let error = read(text.as_bytes(), &as_format(format, region(""))).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Data, "{format} {text:?}: {error}");
        }
    }
}

/// Files of every Arrow type and roaring files, sound and hostile, that others published. They are
/// not part of the project: without them beside it the test says so and passes.
#[test]
fn files_of_other_makers_are_a_result_or_an_error() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let mut read_files = 0;
    for folder in ["arrow/cpp-21.0.0", "roaring/croaring", "roaring/formatspec", "strings"] {
        let Ok(files) = std::fs::read_dir(data.join(folder)) else { continue };
        for file in files {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            let _ = read(bytes.as_slice(), &region("US"));
            read_files += 1;
        }
    }
    if read_files == 0 {
        eprintln!("not checked: {} is not there", data.display());
    }
}
