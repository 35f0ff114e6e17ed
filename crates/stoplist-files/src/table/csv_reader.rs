//! How do the rows of a CSV or TSV file become batches of text columns?
//!
//! A window of the file slides over it; each row in it is split, counted, and copied into one
//! buffer of bytes a column. Columns are checked to be UTF-8 when the batch is full. Nothing is
//! inferred and nothing is trimmed: `007`, `+49` and ` x` stay what they are.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow::buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::TableFormat;
use super::csv_row::{self, Cell, CsvDialect, Found, MAX_CELLS};
use crate::{Error, MAX_ROW_BYTES, Place};

/// How much is read at once, in bytes.
const CHUNK: usize = 256 * 1024;

/// A batch ends when its cells take this much memory, in bytes, though it has room for more rows.
const BATCH_BYTES: usize = 16 * 1024 * 1024;

const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// Reads the rows of one file.
pub(super) struct CsvReader {
    window: Window,
    schema: SchemaRef,
    dialect: CsvDialect,
    max_rows: usize,
    cells: Vec<Cell>,
    columns: Vec<Column>,
    /// The line on which each row of the batch begins.
    lines: Vec<u64>,
}

/// The cells of one column, one behind the other.
struct Column {
    bytes: Vec<u8>,
    /// Where each cell ends, behind a 0.
    ends: Vec<i32>,
}

impl Default for Column {
    fn default() -> Self {
        Self { bytes: Vec::new(), ends: vec![0] }
    }
}

impl CsvReader {
    /// Reads the header.
    pub(super) fn new(
        path: &Path,
        stream: Box<dyn Read + Send>,
        format: TableFormat,
        max_rows: usize,
    ) -> Result<Self, Error> {
        let mut window = Window::new(path, stream);
        window.skip_bom()?;
        let mut cells = Vec::new();
        if !window.skip_blank_lines()? {
            return Err(Error::Empty { path: path.to_path_buf() });
        }
        let line = window.line;
        let delimiter = match format {
            TableFormat::Tsv => b'\t',
            _ => window.sniff_delimiter()?,
        };
        let (row, crlf) = window.next_row(delimiter, &mut cells)?;
        let names = header_names(path, line, row, &cells)?;
        let fields: Vec<Field> =
            names.into_iter().map(|name| Field::new(name, DataType::Utf8, false)).collect();
        Ok(Self {
            window,
            columns: fields.iter().map(|_| Column::default()).collect(),
            schema: Arc::new(Schema::new(fields)),
            dialect: CsvDialect { delimiter, crlf },
            max_rows,
            cells,
            lines: Vec::new(),
        })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(super) fn dialect(&self) -> CsvDialect {
        self.dialect
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.window.bytes_read
    }

    /// The next batch, or `None` at the end of the file.
    pub(super) fn next_batch(&mut self) -> Result<Option<RecordBatch>, Error> {
        let mut bytes = 0;
        while self.lines.len() < self.max_rows && bytes < BATCH_BYTES {
            if !self.window.skip_blank_lines()? {
                break;
            }
            let line = self.window.line;
            let (row, _) = self.window.next_row(self.dialect.delimiter, &mut self.cells)?;
            if self.cells.len() != self.columns.len() {
                return Err(Error::RaggedRow {
                    at: Place::line(&self.window.path, line),
                    expected: self.columns.len(),
                    found: self.cells.len(),
                });
            }
            // A row is at most MAX_ROW_BYTES and a batch ends soon after BATCH_BYTES, so a column
            // stays far below the 2 GiB that an `i32` can reach.
            for (column, cell) in self.columns.iter_mut().zip(&self.cells) {
                let content = row.get(cell.range.clone()).unwrap_or_default();
                match cell.untidy {
                    true => csv_row::unquote(content, &mut column.bytes),
                    false => column.bytes.extend_from_slice(content),
                }
                column.ends.push(column.bytes.len() as i32);
            }
            bytes += row.len() + self.columns.len() * size_of::<i32>();
            self.lines.push(line);
        }
        if self.lines.is_empty() { Ok(None) } else { self.take_batch().map(Some) }
    }

    fn take_batch(&mut self) -> Result<RecordBatch, Error> {
        let rows = self.lines.len();
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.columns.len());
        for (column, field) in self.columns.iter_mut().zip(self.schema.fields()) {
            let next = Column {
                bytes: Vec::with_capacity(column.bytes.len()),
                ends: Vec::with_capacity(column.ends.len()),
            };
            let full = std::mem::replace(column, next);
            column.ends.push(0);
            let array = full.into_array().map_err(|row| Error::CellNotUtf8 {
                at: Place::line(
                    &self.window.path,
                    self.lines.get(row).copied().unwrap_or_default(),
                ),
                column: field.name().clone(),
            })?;
            debug_assert_eq!(array.len(), rows);
            arrays.push(Arc::new(array));
        }
        self.lines.clear();
        RecordBatch::try_new(self.schema(), arrays)
            .map_err(|error| Error::malformed(Place::file(&self.window.path), "CSV", &error))
    }
}

impl Column {
    /// The array, or the first row whose cell is not UTF-8.
    fn into_array(self) -> Result<StringArray, usize> {
        let Self { bytes, ends } = self;
        let values = Buffer::from_vec(bytes);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
        StringArray::try_new(offsets.clone(), values.clone(), None).map_err(|_| {
            let mut cells = offsets.windows(2).map(|pair| match pair {
                // The offsets are lengths of `values` while it grew.
                &[start, end] => values.get(start as usize..end as usize).unwrap_or_default(),
                _ => &[],
            });
            cells.position(|cell| str::from_utf8(cell).is_err()).unwrap_or_default()
        })
    }
}

fn header_names(path: &Path, line: u64, row: &[u8], cells: &[Cell]) -> Result<Vec<String>, Error> {
    let mut names = Vec::with_capacity(cells.len());
    for (index, cell) in cells.iter().enumerate() {
        let content = row.get(cell.range.clone()).unwrap_or_default();
        let mut name = Vec::with_capacity(content.len());
        match cell.untidy {
            true => csv_row::unquote(content, &mut name),
            false => name.extend_from_slice(content),
        }
        let name = String::from_utf8(name).map_err(|error| Error::CellNotUtf8 {
            at: Place::line(path, line),
            column: format!("{} ({})", index + 1, String::from_utf8_lossy(error.as_bytes())),
        })?;
        names.push(name);
    }
    Ok(names)
}

/// The part of the file that is in memory. Never more than one row and a chunk.
struct Window {
    path: PathBuf,
    stream: Box<dyn Read + Send>,
    bytes: Vec<u8>,
    /// What has not been used of `bytes`.
    start: usize,
    end: usize,
    at_end: bool,
    /// The line at `start`, from 1.
    line: u64,
    bytes_read: u64,
}

impl Window {
    fn new(path: &Path, stream: Box<dyn Read + Send>) -> Self {
        Self {
            path: path.to_path_buf(),
            stream,
            bytes: vec![0; 2 * CHUNK],
            start: 0,
            end: 0,
            at_end: false,
            line: 1,
            bytes_read: 0,
        }
    }

    fn unused(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Reads more behind what is unused.
    fn fill(&mut self) -> Result<(), Error> {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.bytes.len() - self.end < CHUNK {
            self.bytes.resize((2 * self.bytes.len()).min(MAX_ROW_BYTES + 2 * CHUNK), 0);
        }
        loop {
            let room = self.bytes.get_mut(self.end..).unwrap_or_default();
            match self.stream.read(room) {
                Ok(0) => self.at_end = true,
                Ok(bytes) => {
                    self.end += bytes.min(room.len());
                    self.bytes_read += bytes as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Error::io(&self.path, "read", error)),
            }
            return Ok(());
        }
    }

    fn skip_bom(&mut self) -> Result<(), Error> {
        while self.unused().len() < UTF8_BOM.len() && !self.at_end {
            self.fill()?;
        }
        if self.unused().starts_with(b"\xff\xfe") || self.unused().starts_with(b"\xfe\xff") {
            return Err(Error::Utf16 { path: self.path.clone() });
        }
        if self.unused().starts_with(UTF8_BOM) {
            self.start += UTF8_BOM.len();
        }
        Ok(())
    }

    /// Whether there is a row.
    fn skip_blank_lines(&mut self) -> Result<bool, Error> {
        loop {
            let (bytes, lines) = csv_row::blank_lines(self.unused(), self.at_end);
            self.start += bytes;
            self.line += lines;
            match self.unused() {
                [] if self.at_end => return Ok(false),
                [] | [b'\r'] => self.fill()?,
                _ => return Ok(true),
            }
        }
    }

    /// The delimiter of the row that comes next.
    fn sniff_delimiter(&mut self) -> Result<u8, Error> {
        loop {
            match csv_row::sniff_delimiter(self.unused(), self.at_end) {
                Some(delimiter) => return Ok(delimiter),
                None => self.more_of_the_row()?,
            }
        }
    }

    /// The bytes of the next row, its cells, and whether it ends with CR LF. There must be one.
    fn next_row(&mut self, delimiter: u8, cells: &mut Vec<Cell>) -> Result<(&[u8], bool), Error> {
        loop {
            match csv_row::split(self.unused(), self.at_end, delimiter, cells) {
                Found::Row { bytes, .. } if bytes > MAX_ROW_BYTES => return Err(self.too_long()),
                Found::Row { bytes, lines, crlf } => {
                    let from = self.start;
                    self.start += bytes;
                    self.line += lines;
                    return Ok((self.bytes.get(from..self.start).unwrap_or_default(), crlf));
                }
                Found::Partial => self.more_of_the_row()?,
                Found::Many => {
                    let at = Place::line(&self.path, self.line);
                    return Err(Error::TooManyCells { at, limit: MAX_CELLS });
                }
                Found::Unclosed if self.unused().len() > MAX_ROW_BYTES => {
                    return Err(self.too_long());
                }
                Found::Unclosed => {
                    return Err(Error::UnclosedQuote { at: Place::line(&self.path, self.line) });
                }
            }
        }
    }

    fn more_of_the_row(&mut self) -> Result<(), Error> {
        if self.unused().len() > MAX_ROW_BYTES {
            return Err(self.too_long());
        }
        self.fill()
    }

    fn too_long(&self) -> Error {
        Error::RowTooLong { at: Place::line(&self.path, self.line), limit: MAX_ROW_BYTES }
    }
}
