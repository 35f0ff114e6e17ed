//! Whatever is written in a format reads back equal, in the same order, from every other.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::Schema;
use stoplist_files::table::{MAX_BATCH_ROWS, ReadOptions, TableFormat, TableReader, WriteOptions};

use crate::table_support::{
    ALL_FORMATS, cells, integration_files, load, mixed, open, save, texts, write,
};

#[test]
fn texts_pass_through_every_pair_of_formats() {
    let directory = tempfile::tempdir().unwrap();
    // A single column, too: there an empty cell must not look like a blank line.
    for table in [texts(1000), texts(1000).project(&[0]).unwrap(), texts(0)] {
        for first in ALL_FORMATS {
            let one =
                load(&save(directory.path(), &[table.slice(0, 0), table.clone()], first)).unwrap();
            for second in ALL_FORMATS {
                let two =
                    load(&save(directory.path(), std::slice::from_ref(&one), second)).unwrap();
                assert_eq!(cells(&two), cells(&table), "{first} to {second}");
                let names = |batch: &RecordBatch| -> Vec<String> {
                    batch.schema().fields().iter().map(|field| field.name().clone()).collect()
                };
                assert_eq!(names(&two), names(&table), "{first} to {second}");
            }
        }
    }
}

#[test]
fn types_nulls_and_metadata_pass_through_the_binary_formats() {
    let table = mixed(1000);
    let metadata = [("source".to_owned(), "crm".to_owned())].into();
    let schema = Schema::clone(&table.schema()).with_metadata(metadata);
    let table = table.with_schema(Arc::new(schema)).unwrap();
    let directory = tempfile::tempdir().unwrap();
    for first in [TableFormat::Parquet, TableFormat::ArrowFile, TableFormat::ArrowStream] {
        for second in [TableFormat::Parquet, TableFormat::ArrowFile, TableFormat::ArrowStream] {
            let one = load(&save(directory.path(), std::slice::from_ref(&table), first)).unwrap();
            let two = load(&save(directory.path(), &[one], second)).unwrap();
            assert_eq!(two, table, "{first} to {second}");
        }
    }
}

#[test]
fn csv_shows_every_flat_type_and_leaves_nulls_empty() {
    let directory = tempfile::tempdir().unwrap();
    let read = cells(&load(&save(directory.path(), &[mixed(2)], TableFormat::Csv)).unwrap());
    assert_eq!(
        read,
        [
            ["18446744073709551615", "0", "r0", "0.0", "true", "2023-11-14T22:13:20Z"],
            ["18446744073709551614", "", "", "", "", ""],
        ]
    );
}

#[test]
fn large_tables_come_in_bounded_batches_and_say_how_long_they_are() {
    let directory = tempfile::tempdir().unwrap();
    let table = texts(150_000);
    for format in ALL_FORMATS {
        let path = save(directory.path(), std::slice::from_ref(&table), format);
        let mut reader = open(&path).unwrap();
        let known = matches!(format, TableFormat::Parquet | TableFormat::ArrowFile);
        assert_eq!(reader.rows_total(), known.then_some(150_000), "{format}");
        assert_eq!(reader.bytes_total(), Some(path.metadata().unwrap().len()));
        assert!(reader.bytes_read() <= reader.bytes_total().unwrap());
        let batches: Vec<RecordBatch> = reader.by_ref().map(Result::unwrap).collect();
        assert!(batches.iter().all(|batch| batch.num_rows() <= MAX_BATCH_ROWS), "{format}");
        assert!(batches.len() >= 3, "{format}");
        assert_eq!(reader.rows_read(), 150_000);
        // A stream ends with eight bytes that are no message.
        assert!(reader.bytes_total().unwrap() - reader.bytes_read() <= 8, "{format}");
        let read = concat_batches(&batches[0].schema(), &batches).unwrap();
        assert_eq!(cells(&read), cells(&table), "{format}");
    }
}

#[test]
fn a_batch_of_wide_csv_rows_ends_by_its_bytes() {
    let wide = StringArray::from_iter_values((0..60).map(|row| "x".repeat(900_000 + row)));
    let table = RecordBatch::try_from_iter([("wide", Arc::new(wide) as _)]).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = save(directory.path(), std::slice::from_ref(&table), TableFormat::Csv);
    let batches: Vec<RecordBatch> = open(&path).unwrap().map(Result::unwrap).collect();
    assert!(batches.iter().all(|batch| batch.get_array_memory_size() < 40 << 20));
    assert!(batches.len() >= 3);
    assert_eq!(cells(&concat_batches(&batches[0].schema(), &batches).unwrap()), cells(&table));
}

#[test]
fn every_file_of_the_arrow_project_reads_and_passes_through_a_stream() {
    for path in integration_files() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let is_stream = name.ends_with(".stream");
        for rows in [MAX_BATCH_ROWS, 3] {
            let options = ReadOptions::default().with_max_batch_rows(rows);
            let reader = TableReader::open(&path, Some(format_of(is_stream)), options).unwrap();
            let total = reader.rows_total();
            let schema = reader.schema();
            let batches = reader.collect::<Result<Vec<_>, _>>().unwrap();
            let rows: u64 = batches.iter().map(|batch| batch.num_rows() as u64).sum();
            assert_eq!(total, (!is_stream).then_some(rows), "{name}");

            let options = WriteOptions::default();
            let stream = write(&batches, &schema, TableFormat::ArrowStream, options).unwrap();
            let again = read_stream(&stream);
            assert_eq!(again, batches, "{name}");
        }
    }
}

/// What Parquet and Arrow files cannot hold is a named column, never a panic or other values.
#[test]
fn every_file_of_the_arrow_project_passes_through_the_other_formats_or_names_a_column() {
    let directory = tempfile::tempdir().unwrap();
    let mut refused = Vec::new();
    for path in integration_files() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let format = format_of(name.ends_with(".stream"));
        let reader = TableReader::open(&path, Some(format), ReadOptions::default()).unwrap();
        let (schema, options) = (reader.schema(), WriteOptions::like(&reader));
        let batches = reader.collect::<Result<Vec<_>, _>>().unwrap();
        let table = concat_batches(&schema, &batches).unwrap();
        for format in ALL_FORMATS {
            match write(&batches, &schema, format, options) {
                Ok(bytes) => {
                    let path = directory.path().join(format!("copy.{format}"));
                    std::fs::write(&path, bytes).unwrap();
                    let copy = load(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
                    if matches!(format, TableFormat::Csv | TableFormat::Tsv) {
                        assert_eq!(copy.num_rows(), table.num_rows(), "{name} to {format}");
                    } else {
                        assert_same_values(&copy, &table, &format!("{name} to {format}"));
                    }
                }
                Err(error) => {
                    assert_eq!(error.code(), "column_type", "{name} to {format}: {error}");
                    let message = error.to_string();
                    assert!(!message.contains("contradict"), "{name} to {format} panics");
                    refused.push(format!("{name} to {format}: {message}"));
                }
            }
        }
    }
    let to = |format: &str| {
        refused.iter().filter(|line| line.contains(&format!(" to {format}:"))).count()
    };
    assert_eq!((to("arrow"), to("arrows")), (0, 0), "{refused:#?}");
}

/// Equal, apart from dictionaries and the types that Parquet lacks.
fn assert_same_values(copy: &RecordBatch, table: &RecordBatch, what: &str) {
    assert_eq!(copy.num_rows(), table.num_rows(), "{what}");
    for (copied, original) in copy.columns().iter().zip(table.columns()) {
        let dictionary = original.data_type().to_string().contains("Dictionary");
        if copied.data_type() == original.data_type() && !dictionary {
            assert_eq!(copied, original, "{what}");
        } else {
            assert_eq!(show(copied.as_ref()), show(original.as_ref()), "{what}");
        }
    }
}

fn show(array: &dyn Array) -> Vec<String> {
    let options = arrow::util::display::FormatOptions::new();
    let shown = arrow::util::display::ArrayFormatter::try_new(array, &options).unwrap();
    (0..array.len()).map(|row| shown.value(row).to_string()).collect()
}

fn format_of(is_stream: bool) -> TableFormat {
    if is_stream { TableFormat::ArrowStream } else { TableFormat::ArrowFile }
}

fn read_stream(stream: &[u8]) -> Vec<RecordBatch> {
    let stream = Box::new(std::io::Cursor::new(stream.to_vec()));
    let format = TableFormat::ArrowStream;
    let options = ReadOptions::default();
    let reader = TableReader::from_stream(Path::new("-"), stream, format, options).unwrap();
    reader.map(Result::unwrap).collect()
}
