//! A Parquet file has the same bytes however many threads encode it, and keeps every value.

use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Int64Array, ListArray, RecordBatch, StringArray, StructArray, new_null_array,
};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Encoding;
use parquet::file::metadata::ParquetMetaData;
use stoplist_files::table::{TableFormat, TableWriter, WriteOptions};

/// Columns that are one in the file, several, and none of which has a value.
fn nested(rows: i64) -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows));
    let odd = |i: i64| (i % 3 != 0).then_some(i);
    let names: ArrayRef = Arc::new(StringArray::from_iter(
        (0..rows).map(|i| odd(i).map(|i| format!("name {}", i * 7919 % 104_729))),
    ));
    let list = |i: i64| (i % 5 != 0).then(|| (0..i % 4).map(odd).collect::<Vec<_>>());
    let lists: ArrayRef =
        Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>((0..rows).map(list)));
    let pairs: ArrayRef = Arc::new(StructArray::from(vec![
        (Arc::new(Field::new("id", DataType::Int64, true)), Arc::clone(&ids)),
        (Arc::new(Field::new("name", DataType::Utf8, true)), Arc::clone(&names)),
    ]));
    let nulls = new_null_array(&DataType::Utf8, ids.len());
    let columns = [("id", ids), ("pair", pairs), ("list", lists), ("name", names), ("none", nulls)];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .unwrap()
}

fn written(schema: &SchemaRef, batches: &[RecordBatch], threads: Option<usize>) -> Vec<u8> {
    let mut options = WriteOptions::default();
    options.threads = threads.and_then(NonZeroUsize::new);
    let (name, format) = (Path::new("out.parquet"), TableFormat::Parquet);
    let mut writer = TableWriter::create(Vec::new(), name, format, schema, options).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap()
}

fn read(file: Vec<u8>) -> (RecordBatch, Arc<ParquetMetaData>) {
    let mut on_disk = tempfile::tempfile().unwrap();
    on_disk.write_all(&file).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(on_disk).unwrap();
    let (schema, metadata) = (Arc::clone(builder.schema()), Arc::clone(builder.metadata()));
    let batches: Vec<_> = builder.build().unwrap().map(Result::unwrap).collect();
    (concat_batches(&schema, &batches).unwrap(), metadata)
}

#[test]
fn nested_columns_come_back_from_any_number_of_threads() {
    let table = nested(20_000);
    let batches = [table.slice(0, 9_000), table.slice(9_000, 500), table.slice(9_500, 10_500)];
    let alone = written(&table.schema(), &batches, None);
    for threads in [1, 2, 3, 64] {
        assert!(written(&table.schema(), &batches, Some(threads)) == alone, "{threads} threads");
    }
    assert_eq!(read(alone).0, table);
    let empty = written(&table.schema(), &[], Some(2));
    assert_eq!(read(empty).0, table.slice(0, 0));
}

#[test]
fn a_table_without_columns_keeps_no_thread_busy() {
    let schema = Arc::new(Schema::empty());
    assert!(written(&schema, &[], Some(4)) == written(&schema, &[], None));
}

#[test]
fn a_dictionary_that_grew_too_large_is_not_begun_again() {
    let rows = 2_300_000;
    let many = Int64Array::from_iter_values((0..rows).map(|i| i * 7919));
    let few = Int64Array::from_iter_values((0..rows).map(|i| i % 100));
    let columns = [("many", Arc::new(many) as ArrayRef), ("few", Arc::new(few) as ArrayRef)];
    let table = RecordBatch::try_from_iter(columns).unwrap();
    let batches: Vec<_> = (0..23).map(|i| table.slice(i * 100_000, 100_000)).collect();
    let file = written(&table.schema(), &batches, Some(2));
    assert!(file == written(&table.schema(), &batches, None));
    let (back, metadata) = read(file);
    assert_eq!(back, table);
    let groups = metadata.row_groups();
    let sizes: Vec<_> = groups.iter().map(|group| group.num_rows()).collect();
    assert_eq!(sizes, [1_000_000, 1_000_000, 300_000]);
    let has_dictionary = |column: usize| -> Vec<bool> {
        let chunks = groups.iter().map(|group| group.column(column));
        chunks.map(|chunk| chunk.encodings().any(|one| one == Encoding::RLE_DICTIONARY)).collect()
    };
    assert_eq!(has_dictionary(0), [true, false, false]);
    assert_eq!(has_dictionary(1), [true, true, true]);
}
