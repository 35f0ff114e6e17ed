//! What the tests of tables share.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray, UInt64Array,
};
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use stoplist_files::Error;
use stoplist_files::table::{ReadOptions, TableFormat, TableReader, TableWriter, WriteOptions};

pub(crate) const ALL_FORMATS: [TableFormat; 5] = [
    TableFormat::Csv,
    TableFormat::Tsv,
    TableFormat::Parquet,
    TableFormat::ArrowFile,
    TableFormat::ArrowStream,
];

/// Hands out one byte at a time.
pub(crate) struct OneByte<R>(pub R);

impl<R: Read> Read for OneByte<R> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let one = bytes.len().min(1);
        self.0.read(&mut bytes[..one])
    }
}

/// Texts that a careless writer would change.
pub(crate) fn texts(rows: usize) -> RecordBatch {
    const AWKWARD: [&str; 12] = [
        "007",
        "+49 30 901820",
        " spaces ",
        "a,b;c\td",
        "say \"hi\"",
        "two\nlines",
        "cr\r\nlf",
        "",
        "é 你好",
        "\"",
        "'",
        "#no comment",
    ];
    let column = |shift: usize| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(
            (0..rows).map(|row| AWKWARD[(row * (shift + 1) + shift) % AWKWARD.len()]),
        ))
    };
    RecordBatch::try_from_iter([
        ("phone", column(0)),
        ("a \"name\"", column(1)),
        ("phone", column(2)),
    ])
    .unwrap()
}

/// One column of each common type, with nulls.
pub(crate) fn mixed(rows: usize) -> RecordBatch {
    let some = |row: usize| (row % 3 != 1).then_some(row);
    let columns: [(&str, ArrayRef); 6] = [
        ("id", Arc::new(UInt64Array::from_iter_values((0..rows as u64).map(|row| u64::MAX - row)))),
        (
            "count",
            Arc::new(Int64Array::from_iter((0..rows).map(|row| some(row).map(|n| -(n as i64))))),
        ),
        (
            "text",
            Arc::new(StringArray::from_iter(
                (0..rows).map(|row| some(row).map(|n| format!("r{n}"))),
            )),
        ),
        (
            "real",
            Arc::new(Float64Array::from_iter(
                (0..rows).map(|row| some(row).map(|n| n as f64 / 8.0)),
            )),
        ),
        (
            "flag",
            Arc::new(BooleanArray::from_iter((0..rows).map(|row| some(row).map(|n| n % 2 == 0)))),
        ),
        (
            "at",
            Arc::new(
                TimestampMillisecondArray::from_iter(
                    (0..rows).map(|row| some(row).map(|n| 1_700_000_000_000 + n as i64)),
                )
                .with_timezone("UTC"),
            ),
        ),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// A path with the ending of a format.
pub(crate) fn path_of(directory: &Path, format: TableFormat) -> PathBuf {
    directory.join(format!("table.{format}"))
}

pub(crate) fn write(
    batches: &[RecordBatch],
    schema: &SchemaRef,
    format: TableFormat,
    options: WriteOptions,
) -> Result<Vec<u8>, Error> {
    let mut writer = TableWriter::create(Vec::new(), Path::new("out"), format, schema, options)?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.finish()
}

/// Writes batches to a file in `directory` named for the format.
pub(crate) fn save(directory: &Path, batches: &[RecordBatch], format: TableFormat) -> PathBuf {
    let path = path_of(directory, format);
    let schema = batches[0].schema();
    std::fs::write(&path, write(batches, &schema, format, WriteOptions::default()).unwrap())
        .unwrap();
    path
}

pub(crate) fn open(path: &Path) -> Result<TableReader, Error> {
    TableReader::open(path, None, ReadOptions::default())
}

/// A whole file as one batch.
pub(crate) fn load(path: &Path) -> Result<RecordBatch, Error> {
    let reader = open(path)?;
    let schema = reader.schema();
    let batches = reader.collect::<Result<Vec<_>, _>>()?;
    Ok(concat_batches(&schema, &batches).unwrap())
}

/// A text read as CSV through a pipe.
pub(crate) fn parse(text: impl AsRef<[u8]>) -> Result<RecordBatch, Error> {
    parse_as(text, TableFormat::Csv)
}

pub(crate) fn parse_as(text: impl AsRef<[u8]>, format: TableFormat) -> Result<RecordBatch, Error> {
    let stream = Box::new(std::io::Cursor::new(text.as_ref().to_vec()));
    let reader =
        TableReader::from_stream(Path::new("in.csv"), stream, format, ReadOptions::default())?;
    let schema = reader.schema();
    let batches = reader.collect::<Result<Vec<_>, _>>()?;
    Ok(concat_batches(&schema, &batches).unwrap())
}

/// The cells of a batch of text columns, row by row.
pub(crate) fn cells(batch: &RecordBatch) -> Vec<Vec<String>> {
    let columns: Vec<&StringArray> =
        batch.columns().iter().map(|column| column.as_any().downcast_ref().unwrap()).collect();
    let row = |row| columns.iter().map(|column| column.value(row).to_owned()).collect();
    (0..batch.num_rows()).map(row).collect()
}

/// The files that other Arrow implementations wrote, or none with a word on stderr.
pub(crate) fn integration_files() -> Vec<PathBuf> {
    let directory =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/arrow/cpp-21.0.0");
    let Ok(entries) = std::fs::read_dir(&directory) else {
        eprintln!("{} is not there: its files are not tested", directory.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 60, "some of the Arrow files are missing");
    files
}
