//! How do Arrow columns become the lines of a CSV or TSV file?
//!
//! Text is written as it is, everything else as Arrow displays it, nulls as nothing. A cell is in
//! quotes only where it must be.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use arrow::array::{Array, AsArray, LargeStringArray, RecordBatch, StringArray, StringViewArray};
use arrow::datatypes::{DataType, Schema};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::CsvDialect;
use crate::Error;

/// How much is gathered before it is written, in bytes.
const BUFFER: usize = 256 * 1024;

/// Writes the rows of one file.
pub(super) struct CsvWriter<W: Write> {
    writer: csv::Writer<W>,
}

/// Why a batch could not be written.
pub(super) enum CsvFault {
    Io(io::Error),
    /// The name of a column that holds a value which cannot be displayed, and why.
    Cell(String, String),
}

impl From<csv::Error> for CsvFault {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::Io(error),
            // Rows of unequal length, which a batch does not have.
            other => Self::Io(io::Error::other(format!("{other:?}"))),
        }
    }
}

/// Refuses columns that have no text form: those with values inside values.
pub(super) fn check(path: &Path, format: &'static str, schema: &Schema) -> Result<(), Error> {
    let refuse = |column: &str, what: String| {
        Err(Error::ColumnType { path: path.to_path_buf(), column: column.to_owned(), format, what })
    };
    if schema.fields().is_empty() {
        return refuse("", "a table without columns".to_owned());
    }
    for field in schema.fields() {
        if is_nested(field.data_type()) {
            return refuse(field.name(), format!("nested values ({})", field.data_type()));
        }
    }
    Ok(())
}

fn is_nested(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => is_nested(values),
        DataType::RunEndEncoded(_, values) => is_nested(values.data_type()),
        other => other.is_nested(),
    }
}

impl<W: Write> CsvWriter<W> {
    /// Writes the header.
    pub(super) fn new(sink: W, schema: &Schema, dialect: CsvDialect) -> Result<Self, CsvFault> {
        let terminator =
            if dialect.crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new()
            .delimiter(dialect.delimiter)
            .terminator(terminator)
            .buffer_capacity(BUFFER)
            .from_writer(sink);
        writer.write_record(schema.fields().iter().map(|field| field.name()))?;
        Ok(Self { writer })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), CsvFault> {
        let schema = batch.schema_ref();
        let fault = |column: usize, error: &dyn fmt::Display| {
            CsvFault::Cell(schema.field(column).name().clone(), error.to_string())
        };
        let options = FormatOptions::new().with_display_error(false);
        let columns = batch.columns().iter().enumerate().map(|(index, column)| {
            Cells::new(column.as_ref(), &options).map_err(|error| fault(index, &error))
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let mut text = String::new();
        for row in 0..batch.num_rows() {
            for (index, cells) in columns.iter().enumerate() {
                let cell = cells.get(row, &mut text).map_err(|error| fault(index, &error))?;
                self.writer.write_field(cell)?;
            }
            self.writer.write_record(None::<&[u8]>)?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<W, io::Error> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// The cells of a column as text.
enum Cells<'a> {
    Text(&'a StringArray),
    LargeText(&'a LargeStringArray),
    TextView(&'a StringViewArray),
    Other(&'a dyn Array, ArrayFormatter<'a>),
}

impl<'a> Cells<'a> {
    fn new(column: &'a dyn Array, options: &FormatOptions<'a>) -> Result<Self, ArrowError> {
        Ok(match column.data_type() {
            DataType::Utf8 => Self::Text(column.as_string()),
            DataType::LargeUtf8 => Self::LargeText(column.as_string()),
            DataType::Utf8View => Self::TextView(column.as_string_view()),
            _ => Self::Other(column, ArrayFormatter::try_new(column, options)?),
        })
    }

    /// The cell in a row of the batch; `text` is room for it.
    fn get<'b>(&self, row: usize, text: &'b mut String) -> Result<&'b str, ArrowError>
    where
        'a: 'b,
    {
        Ok(match self {
            Self::Text(cells) if cells.is_valid(row) => cells.value(row),
            Self::LargeText(cells) if cells.is_valid(row) => cells.value(row),
            Self::TextView(cells) if cells.is_valid(row) => cells.value(row),
            Self::Other(cells, formatter) if !cells.is_null(row) => {
                text.clear();
                formatter.value(row).write(text)?;
                text
            }
            _ => "",
        })
    }
}
