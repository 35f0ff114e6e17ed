//! One reader for every table format.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::csv_reader::CsvReader;
use super::format::Content;
use super::ipc_reader::{IpcFileReader, IpcStreamReader};
use super::parquet_reader::ParquetReader;
use super::source::{self, Source};
use super::{CsvDialect, TableFormat};
use crate::Error;

/// No batch has more rows than this.
pub const MAX_BATCH_ROWS: usize = 65_536;

/// How a table is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadOptions {
    /// The most rows of a batch, 1 to [`MAX_BATCH_ROWS`] (which is the default); what is outside
    /// counts as the nearest of the two.
    pub max_batch_rows: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { max_batch_rows: MAX_BATCH_ROWS }
    }
}

impl ReadOptions {
    /// With batches of at most this many rows.
    #[must_use]
    pub const fn with_max_batch_rows(mut self, rows: usize) -> Self {
        self.max_batch_rows = rows;
        self
    }
}

/// Reads a table as Arrow batches, from its first row to its last: an iterator that ends after an
/// error.
///
/// # Columns
///
/// Those of Parquet and Arrow are as the file declares them, metadata included. Those of CSV and
/// TSV are all non-null `Utf8` with exactly the text of the file; the first line names them, empty
/// and repeated names are taken as they are, and an empty cell is an empty string. The delimiter is
/// taken from the header: of comma, semicolon and tab the one that splits it into the most cells. A
/// byte order mark is dropped, blank lines are no rows, and every row must have as many cells as
/// the header.
///
/// # Memory
///
/// CSV: a batch ends at 16 MiB, and a row over [`MAX_ROW_BYTES`](crate::MAX_ROW_BYTES) is an error
/// found without reading all of it. Parquet: batches of about 16 MiB by the average row of the
/// file, and the pages being read. Arrow: one batch as the file stores it, handed out in slices,
/// and its dictionaries.
///
/// # Damaged files
///
/// Anything that contradicts the format is an error, as is a file that was cut off, with two
/// limits: a CSV file that was cut in its last cell reads as one that ends there, and an Arrow IPC
/// stream may by its specification end behind any batch.
pub struct TableReader {
    reader: Reader,
    path: PathBuf,
    format: TableFormat,
    max_batch_rows: usize,
    /// What is left of a batch that has more rows than asked for.
    rest: Option<RecordBatch>,
    rows_read: u64,
    bytes: Option<u64>,
    done: bool,
}

enum Reader {
    Csv(CsvReader),
    Parquet(ParquetReader),
    IpcFile(IpcFileReader),
    IpcStream(IpcStreamReader),
}

impl TableReader {
    /// Opens a file, or the standard input for `-`, and reads as far as the schema.
    ///
    /// `format` is an order: content that is plainly in another format is refused. Without it the
    /// ending of the path is a hint ([`TableFormat::of_path`]): content that is plainly Parquet or
    /// Arrow is read as what it is, whatever the file is called. Parquet and Arrow files cannot be
    /// read from a pipe.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] and [`Error::IsDirectory`] when it cannot be opened;
    /// [`Error::UnknownExtension`] when neither its name nor its content tells the format;
    /// [`Error::NeedsFile`]; [`Error::Unsupported`] for content that is never read, such as a
    /// workbook; and the errors of the iterator, for its beginning.
    pub fn open(
        path: &Path,
        format: Option<TableFormat>,
        options: ReadOptions,
    ) -> Result<Self, Error> {
        Self::from_source(path, Source::open(path)?, format, options)
    }

    /// Reads a table from anything that can be read; `name` stands for it in messages.
    ///
    /// # Errors
    ///
    /// [`Error::NeedsFile`] for Parquet and Arrow files, which are read from their end; the errors
    /// of the iterator, for the beginning of the table.
    pub fn from_stream(
        name: &Path,
        stream: Box<dyn Read + Send>,
        format: TableFormat,
        options: ReadOptions,
    ) -> Result<Self, Error> {
        Self::from_source(name, Source::Stream(stream), Some(format), options)
    }

    /// Reads a table from a regular file that is open at its start; `name` stands for it in messages.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn from_file(
        name: &Path,
        file: File,
        format: TableFormat,
        options: ReadOptions,
    ) -> Result<Self, Error> {
        let metadata = file.metadata().map_err(|error| Error::io(name, "read", error))?;
        Self::from_source(name, Source::File(file, metadata.len()), Some(format), options)
    }

    pub(super) fn from_source(
        path: &Path,
        source: Source,
        format: Option<TableFormat>,
        options: ReadOptions,
    ) -> Result<Self, Error> {
        let bytes = source.bytes();
        let max_batch_rows = options.max_batch_rows.clamp(1, MAX_BATCH_ROWS);
        let (source, content): (_, Content) = source.peek(path)?;
        let format = source::decide(path, format, content)?;
        let reader = match format {
            TableFormat::Csv | TableFormat::Tsv => {
                Reader::Csv(CsvReader::new(path, source.into_stream(), format, max_batch_rows)?)
            }
            TableFormat::Parquet => {
                let (file, _) = source.into_file(path, format)?;
                Reader::Parquet(ParquetReader::new(path, file, max_batch_rows)?)
            }
            TableFormat::ArrowFile => {
                let (file, bytes) = source.into_file(path, format)?;
                Reader::IpcFile(IpcFileReader::new(path, file, bytes)?)
            }
            TableFormat::ArrowStream => {
                Reader::IpcStream(IpcStreamReader::new(path, source.into_stream())?)
            }
        };
        Ok(Self {
            reader,
            path: path.to_path_buf(),
            format,
            max_batch_rows,
            rest: None,
            rows_read: 0,
            bytes,
            done: false,
        })
    }

    /// The columns, the same for every batch.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        match &self.reader {
            Reader::Csv(reader) => reader.schema(),
            Reader::Parquet(reader) => reader.schema(),
            Reader::IpcFile(reader) => reader.schema(),
            Reader::IpcStream(reader) => reader.schema(),
        }
    }

    /// The format that is being read.
    #[must_use]
    pub fn format(&self) -> TableFormat {
        self.format
    }

    /// The path it was opened with, or the name it was given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The delimiter and end of line of the header, for CSV and TSV.
    #[must_use]
    pub fn csv_dialect(&self) -> Option<CsvDialect> {
        match &self.reader {
            Reader::Csv(reader) => Some(reader.dialect()),
            Reader::Parquet(_) | Reader::IpcFile(_) | Reader::IpcStream(_) => None,
        }
    }

    /// How many rows the table has, where its file says so: Parquet, and Arrow files of at most
    /// 20,000 batches.
    #[must_use]
    pub fn rows_total(&self) -> Option<u64> {
        match &self.reader {
            Reader::Parquet(reader) => Some(reader.rows()),
            Reader::IpcFile(reader) => reader.rows(),
            Reader::Csv(_) | Reader::IpcStream(_) => None,
        }
    }

    /// How many rows have been handed out.
    #[must_use]
    pub fn rows_read(&self) -> u64 {
        self.rows_read
    }

    /// The size of the file in bytes when it was opened; `None` for a pipe.
    #[must_use]
    pub fn bytes_total(&self) -> Option<u64> {
        self.bytes
    }

    /// How many bytes have been read, for a progress bar: never more than
    /// [`bytes_total`](Self::bytes_total) of a file that does not grow, and an estimate by rows
    /// for Parquet.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        match &self.reader {
            Reader::Csv(reader) => reader.bytes_read(),
            Reader::IpcFile(reader) => reader.bytes_read(),
            Reader::IpcStream(reader) => reader.bytes_read(),
            Reader::Parquet(reader) => {
                let bytes = u128::from(self.bytes.unwrap_or_default());
                let rows = u128::from(reader.rows().max(1));
                let read = bytes * u128::from(self.rows_read).min(rows) / rows;
                u64::try_from(read).unwrap_or(u64::MAX)
            }
        }
    }

    /// Whether no dictionary of the table changes from batch to batch, so that an Arrow file can
    /// take its dictionary columns as they are.
    pub(super) fn dictionaries_are_fixed(&self) -> bool {
        match &self.reader {
            Reader::IpcFile(_) => true,
            Reader::Csv(_) | Reader::Parquet(_) | Reader::IpcStream(_) => false,
        }
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, Error> {
        let batch = match self.rest.take() {
            Some(rest) => rest,
            None => {
                let batch = match &mut self.reader {
                    Reader::Csv(reader) => reader.next_batch()?,
                    Reader::Parquet(reader) => reader.next_batch()?,
                    Reader::IpcFile(reader) => reader.next_batch()?,
                    Reader::IpcStream(reader) => reader.next_batch()?,
                };
                match batch {
                    Some(batch) => batch,
                    None => return Ok(None),
                }
            }
        };
        if batch.num_rows() <= self.max_batch_rows {
            return Ok(Some(batch));
        }
        let rest = batch.num_rows() - self.max_batch_rows;
        self.rest = Some(batch.slice(self.max_batch_rows, rest));
        Ok(Some(batch.slice(0, self.max_batch_rows)))
    }
}

impl Iterator for TableReader {
    type Item = Result<RecordBatch, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.next_batch().transpose();
        match &next {
            Some(Ok(batch)) => self.rows_read += batch.num_rows() as u64,
            Some(Err(_)) | None => self.done = true,
        }
        next
    }
}

impl fmt::Debug for TableReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableReader")
            .field("path", &self.path)
            .field("format", &self.format)
            .field("rows_read", &self.rows_read)
            .finish_non_exhaustive()
    }
}
