//! One writer for every table format.

use std::fmt;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow::ipc::writer::{FileWriter, StreamWriter};
use parquet::arrow::ArrowWriter;

use super::csv_writer::{self, CsvFault, CsvWriter};
use super::guard::{Failure, guarded};
use super::parquet_writer::ParquetWriter;
use super::{CsvDialect, TableFormat, TableReader, dictionaries};
use crate::{Error, Place};

/// How a table is to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteOptions {
    /// For CSV and TSV: delimiter and end of line. Without it commas (TSV: tabs) and LF. A TSV is
    /// always written with tabs.
    pub csv_dialect: Option<CsvDialect>,
    /// For Arrow files: write dictionary columns as they are, because no dictionary changes from
    /// batch to batch; one that does is an error then. Otherwise they are written as plain values.
    pub keep_dictionaries: bool,
    /// For Parquet: how many threads encode and compress columns; none but the caller's unless set.
    /// What is written does not depend on it.
    pub threads: Option<NonZeroUsize>,
}

impl WriteOptions {
    /// As the table that is being read is written, as far as the output's format can: a CSV file
    /// with semicolons gives one with semicolons, a TSV file gives a CSV file with commas.
    #[must_use]
    pub fn like(reader: &TableReader) -> Self {
        let mut csv_dialect = reader.csv_dialect();
        if let (TableFormat::Tsv, Some(dialect)) = (reader.format(), &mut csv_dialect) {
            dialect.delimiter = CsvDialect::CSV.delimiter;
        }
        Self { csv_dialect, keep_dictionaries: reader.dictionaries_are_fixed(), threads: None }
    }
}

/// Writes batches as a table. [`finish`](Self::finish) must be called: a table without its end is
/// not readable, or looks shorter than it is.
///
/// CSV and TSV take every type that is not nested: text as it is, the rest as Arrow displays it,
/// nulls as empty cells, quotes only where needed. Parquet is compressed with Snappy, in row groups
/// of at most a million rows and about 64 MiB. Arrow is not compressed; dictionary columns of an
/// Arrow *file* become plain values unless
/// [`keep_dictionaries`](WriteOptions::keep_dictionaries) is set, because a file can have only one
/// dictionary a column.
///
/// Writing goes straight to the sink, in small pieces for Arrow: give it one that buffers, such as
/// [`OutputFile`](crate::output::OutputFile). In memory are one batch and, for Parquet, one row
/// group.
pub struct TableWriter<W: Write + Send> {
    writer: Writer<Sink<W>>,
    path: PathBuf,
    format: TableFormat,
    /// The schema as it comes in.
    schema: SchemaRef,
    /// The schema as it is written, where that differs.
    plain: Option<SchemaRef>,
    failure: Failed,
}

enum Writer<W: Write + Send> {
    Csv(Box<CsvWriter<W>>),
    Parquet(Box<ParquetWriter<W>>),
    IpcFile(Box<FileWriter<W>>),
    IpcStream(Box<StreamWriter<W>>),
}

impl<W: Write + Send> TableWriter<W> {
    /// Writes the beginning of a table; `name` stands for the output in messages.
    ///
    /// # Errors
    ///
    /// [`Error::ColumnType`] when the format cannot hold a column, [`Error::Io`] when the sink
    /// fails.
    pub fn create(
        sink: W,
        name: &Path,
        format: TableFormat,
        schema: &SchemaRef,
        options: WriteOptions,
    ) -> Result<Self, Error> {
        let failure = Failed::default();
        let sink = Sink { sink, failure: Arc::clone(&failure) };
        let hydrate = format == TableFormat::ArrowFile && !options.keep_dictionaries;
        let plain = if hydrate { dictionaries::plain_schema(schema) } else { None };
        let incoming = Arc::clone(schema);
        let schema = plain.as_ref().unwrap_or(schema);
        let refused = |what: &dyn fmt::Display| match take(&failure) {
            Some(error) => Error::io(name, "write", error),
            None => refused_column(name, format, schema, None, what),
        };
        if let (TableFormat::Parquet, Some(field)) = (format, first_with_union(schema)) {
            // The crate would panic.
            return Err(column_error(name, format, field, "which Parquet has no type for"));
        }
        let writer = match format {
            TableFormat::Csv | TableFormat::Tsv => {
                csv_writer::check(name, format.title(), schema)?;
                let mut dialect = options.csv_dialect.unwrap_or(CsvDialect::CSV);
                if format == TableFormat::Tsv {
                    dialect.delimiter = b'\t';
                }
                let writer = CsvWriter::new(sink, schema, dialect);
                let writer = writer.map_err(|fault| csv_error(name, format, &failure, fault))?;
                Writer::Csv(Box::new(writer))
            }
            TableFormat::Parquet => Writer::Parquet(Box::new(
                guarded(|| ParquetWriter::new(sink, schema, options.threads))
                    .map_err(|error| refused(&error))?,
            )),
            TableFormat::ArrowFile => Writer::IpcFile(Box::new(
                guarded(|| FileWriter::try_new(sink, schema)).map_err(|error| refused(&error))?,
            )),
            TableFormat::ArrowStream => Writer::IpcStream(Box::new(
                guarded(|| StreamWriter::try_new(sink, schema)).map_err(|error| refused(&error))?,
            )),
        };
        Ok(Self { writer, path: name.to_path_buf(), format, schema: incoming, plain, failure })
    }

    /// Writes the rows of a batch, which must have the columns of the schema.
    ///
    /// # Errors
    ///
    /// [`Error::ColumnType`] when the format cannot hold a column, [`Error::Io`] when the sink
    /// fails, [`Error::Malformed`] when the batch has other columns. The table is spoilt then.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        if !self.has_the_columns_of(batch) {
            let what = "a batch has other columns than the table was begun with";
            return Err(Error::malformed(Place::file(&self.path), self.format.title(), &what));
        }
        let plain = match &self.plain {
            Some(schema) => Some(
                guarded(|| dictionaries::plain_batch(batch, schema))
                    .map_err(|error| self.refused(batch, &error))?,
            ),
            None => None,
        };
        let batch = plain.as_ref().unwrap_or(batch);
        match &mut self.writer {
            Writer::Csv(writer) => match writer.write(batch) {
                Ok(()) => Ok(()),
                Err(fault) => Err(csv_error(&self.path, self.format, &self.failure, fault)),
            },
            Writer::Parquet(writer) => {
                guarded(|| writer.write(batch)).map_err(|error| self.refused(batch, &error))
            }
            Writer::IpcFile(writer) => {
                guarded(|| writer.write(batch)).map_err(|error| self.refused(batch, &error))
            }
            Writer::IpcStream(writer) => {
                guarded(|| writer.write(batch)).map_err(|error| self.refused(batch, &error))
            }
        }
    }

    /// Writes the end of the table, flushes the sink and hands it back.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the sink fails. The table is spoilt then.
    pub fn finish(self) -> Result<W, Error> {
        let Self { writer, path, format, failure, .. } = self;
        let failed = |error: &dyn fmt::Display| match take(&failure) {
            Some(error) => Error::io(&path, "write", error),
            None => Error::malformed(Place::file(&path), format.title(), error),
        };
        let sink = match writer {
            Writer::Csv(writer) => writer.finish().map_err(|error| failed(&error)),
            Writer::Parquet(writer) => {
                guarded(|| writer.into_inner()).map_err(|error| failed(&error))
            }
            Writer::IpcFile(mut writer) => guarded(|| {
                writer.finish()?;
                writer.into_inner()
            })
            .map_err(|error| failed(&error)),
            Writer::IpcStream(mut writer) => guarded(|| {
                writer.finish()?;
                writer.into_inner()
            })
            .map_err(|error| failed(&error)),
        };
        let mut sink = sink?.sink;
        sink.flush().map_err(|error| Error::io(&path, "write", error))?;
        Ok(sink)
    }

    fn has_the_columns_of(&self, batch: &RecordBatch) -> bool {
        let (mine, its) = (&self.schema, batch.schema_ref());
        Arc::ptr_eq(mine, its)
            || mine.fields().len() == its.fields().len()
                && mine.fields().iter().zip(its.fields()).all(|(mine, its)| {
                    mine.name() == its.name() && mine.data_type() == its.data_type()
                })
    }

    fn refused(&self, batch: &RecordBatch, what: &dyn fmt::Display) -> Error {
        match take(&self.failure) {
            Some(error) => Error::io(&self.path, "write", error),
            None => refused_column(&self.path, self.format, batch.schema_ref(), Some(batch), what),
        }
    }
}

impl<W: Write + Send> fmt::Debug for TableWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableWriter")
            .field("path", &self.path)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

fn csv_error(path: &Path, format: TableFormat, failure: &Failed, fault: CsvFault) -> Error {
    match (take(failure), fault) {
        (Some(error), _) | (None, CsvFault::Io(error)) => Error::io(path, "write", error),
        (None, CsvFault::Cell(column, what)) => Error::ColumnType {
            path: path.to_path_buf(),
            column,
            format: format.title(),
            what: format!("one of its values ({what})"),
        },
    }
}

/// The error for a schema or batch that a writer refused, with the name of the first column that
/// it refuses on its own.
fn refused_column(
    path: &Path,
    format: TableFormat,
    schema: &Schema,
    batch: Option<&RecordBatch>,
    what: &dyn fmt::Display,
) -> Error {
    let alone = (0..schema.fields().len()).find(|&index| {
        let Ok(schema) = schema.project(&[index]) else { return false };
        let schema = Arc::new(schema);
        let written = guarded(|| {
            write_alone(format, &schema, batch.and_then(|batch| batch.project(&[index]).ok()))
        });
        matches!(written, Err(Failure::Panicked | Failure::Told(())))
    });
    let field = match alone {
        Some(index) => schema.fields().get(index),
        None => dictionaries::first_with_dictionary(schema),
    };
    let what = what.to_string();
    let what = what.lines().next().unwrap_or_default();
    match field {
        Some(field) => column_error(path, format, field, what),
        None => Error::malformed(Place::file(path), format.title(), &what),
    }
}

fn column_error(path: &Path, format: TableFormat, field: &Field, why: &str) -> Error {
    Error::ColumnType {
        path: path.to_path_buf(),
        column: field.name().clone(),
        format: format.title(),
        what: format!("{} ({why})", field.data_type()),
    }
}

/// The first column with a union in it.
fn first_with_union(schema: &Schema) -> Option<&FieldRef> {
    fn has_union(data_type: &DataType) -> bool {
        match data_type {
            DataType::Union(..) => true,
            DataType::Dictionary(_, values) => has_union(values),
            DataType::List(child)
            | DataType::LargeList(child)
            | DataType::ListView(child)
            | DataType::LargeListView(child)
            | DataType::FixedSizeList(child, _)
            | DataType::Map(child, _)
            | DataType::RunEndEncoded(_, child) => has_union(child.data_type()),
            DataType::Struct(children) => children.iter().any(|child| has_union(child.data_type())),
            _ => false,
        }
    }
    schema.fields().iter().find(|field| has_union(field.data_type()))
}

/// Writes one column to nowhere.
fn write_alone(
    format: TableFormat,
    schema: &SchemaRef,
    batch: Option<RecordBatch>,
) -> Result<(), ()> {
    match format {
        TableFormat::Csv | TableFormat::Tsv => Ok(()),
        TableFormat::Parquet => {
            let writer = ArrowWriter::try_new(io::sink(), Arc::clone(schema), None);
            let mut writer = writer.map_err(drop)?;
            batch.map_or(Ok(()), |batch| writer.write(&batch).map_err(drop))?;
            writer.close().map(drop).map_err(drop)
        }
        TableFormat::ArrowFile | TableFormat::ArrowStream => {
            let mut writer = StreamWriter::try_new(io::sink(), schema).map_err(drop)?;
            batch.map_or(Ok(()), |batch| writer.write(&batch).map_err(drop))
        }
    }
}

/// The first error of a sink; the writers between hand on no more than its text.
type Failed = Arc<Mutex<Option<io::Error>>>;

fn take(failure: &Failed) -> Option<io::Error> {
    failure.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Keeps the first error.
struct Sink<W> {
    sink: W,
    failure: Failed,
}

impl<W> Sink<W> {
    fn keep<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            // Asks for the same call again.
            if kind != io::ErrorKind::Interrupted {
                let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
                failure.get_or_insert(error);
            }
            io::Error::from(kind)
        })
    }
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.sink.write(bytes);
        self.keep(written)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.sink.write_all(bytes);
        self.keep(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.sink.flush();
        self.keep(flushed)
    }
}
