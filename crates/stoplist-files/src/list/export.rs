//! How is a set written, so that every tool can read it and it reads back as the same set?

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::writer::FileWriter;
use parquet::arrow::ArrowWriter;
use parquet::basic::Encoding;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use stoplist::NumberSet;

use crate::{Error, ExportFormat};

/// The one column of the formats that have columns.
const COLUMN: &str = "number";
/// The rows of a batch of Parquet and Arrow.
const BATCH_ROWS: usize = 1 << 16;

/// Writes a set, its numbers ascending; `path` stands for the file in errors.
///
/// Buffers by itself and flushes `writer` at the end. About 0.1 µs a number, much less
/// for `r64`.
///
/// # Errors
///
/// [`Error::Io`] when the writer fails.
///
/// ```
/// use std::path::Path;
/// use stoplist::{NumberSet, PhoneNumber};
/// use stoplist_files::{ExportFormat, write_list};
///
/// let set: NumberSet = [PhoneNumber::new(4930901820)?].into();
/// let mut file = Vec::new();
/// write_list(&set, ExportFormat::Csv, Path::new("blocked.csv"), &mut file)?;
/// assert_eq!(file, b"number\n+4930901820\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_list(
    set: &NumberSet,
    format: ExportFormat,
    path: &Path,
    writer: impl Write + Send,
) -> Result<(), Error> {
    let mut writer = BufWriter::with_capacity(1 << 18, writer);
    let written = match format {
        ExportFormat::Txt => write_lines(set, ["+", ""], &mut writer),
        ExportFormat::Csv => {
            writeln!(writer, "{COLUMN}").and_then(|()| write_lines(set, ["+", ""], &mut writer))
        }
        ExportFormat::Jsonl => write_lines(set, ["{\"number\":\"+", "\"}"], &mut writer),
        ExportFormat::Parquet => write_parquet(set, &mut writer).map_err(from_parquet),
        ExportFormat::Arrow => write_arrow(set, &mut writer).map_err(from_arrow),
        ExportFormat::R64 => set.write_portable(&mut writer),
    };
    written.and_then(|()| writer.flush()).map_err(|error| Error::io(path, "write", error))
}

fn write_lines(
    set: &NumberSet,
    [before, behind]: [&str; 2],
    writer: &mut impl Write,
) -> io::Result<()> {
    set.iter().try_for_each(|number| writeln!(writer, "{before}{}{behind}", number.get()))
}

/// Ascending texts of which each shares most of its digits with the one before it.
fn write_parquet(set: &NumberSet, writer: &mut (impl Write + Send)) -> Result<(), ParquetError> {
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::DELTA_BYTE_ARRAY)
        .build();
    let mut parquet = ArrowWriter::try_new(writer, schema(), Some(properties))?;
    for batch in batches(set) {
        parquet.write(&batch?)?;
    }
    parquet.close().map(|_| ())
}

fn write_arrow(set: &NumberSet, writer: &mut impl Write) -> Result<(), ArrowError> {
    let mut arrow = FileWriter::try_new(writer, &schema())?;
    for batch in batches(set) {
        arrow.write(&batch?)?;
    }
    arrow.finish()
}

/// The numbers are text with a `+`: an integer would be read as a national number by whoever gives
/// a default region.
fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new(COLUMN, DataType::Utf8, false)]))
}

/// The set in batches, ascending.
fn batches(set: &NumberSet) -> impl Iterator<Item = Result<RecordBatch, ArrowError>> + '_ {
    let schema = schema();
    let mut numbers = set.iter().map(|number| number.to_string());
    std::iter::from_fn(move || {
        let batch: Vec<String> = numbers.by_ref().take(BATCH_ROWS).collect();
        let is_over = batch.is_empty();
        let column = Arc::new(StringArray::from(batch));
        (!is_over).then(|| RecordBatch::try_new(schema.clone(), vec![column]))
    })
}

/// The writer's own error where there is one, which is nearly always.
fn from_arrow(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => error,
        error => io::Error::other(error),
    }
}

fn from_parquet(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}
