//! Which numbers are in a table of separated values, with commas, semicolons or tabs?
//!
//! Rows are split as those of tables are, by [`csv_row`]; what a cell means, and which column
//! counts, is decided here.

use std::io::Read;
use std::path::Path;

use super::column::find_column;
use super::intake::Intake;
use super::sniff::{self, Delimiter};
use super::txt::trim;
use super::window::Window;
use crate::table::csv_row::{self, Cell, Found, MAX_CELLS};
use crate::{Error, MAX_ROW_BYTES, Place};

/// Reads the cells of one column.
pub(super) fn read(
    reader: impl Read,
    delimiter: Delimiter,
    column: Option<&str>,
    intake: &mut Intake<'_, '_>,
) -> Result<(), Error> {
    let path = intake.path;
    let mut rows = Rows::new(path, reader, delimiter);
    let mut unquoted = Vec::new();
    let Some(first) = rows.next()? else {
        return Err(Error::Empty { path: path.to_path_buf() });
    };
    let columns = first.cells.len();
    let index = match choose_column(&first, column, path)? {
        Column::At(index) => index,
        Column::OnlyAndNoHeader => {
            read_cell(first.cell(0, &mut unquoted), true, first.line, intake)?;
            0
        }
    };
    while let Some(row) = rows.next()? {
        if row.cells.len() != columns {
            let (at, found) = (intake.line(row.line), row.cells.len());
            return Err(Error::RaggedRow { at, expected: columns, found });
        }
        read_cell(row.cell(index, &mut unquoted), columns == 1, row.line, intake)?;
    }
    Ok(())
}

/// Takes the numbers of a cell, which stand between bars. Where a row has one cell only, `#` begins
/// a comment as it does in a text: such a list has often been one.
#[inline]
fn read_cell(
    cell: &[u8],
    is_alone: bool,
    line: u64,
    intake: &mut Intake<'_, '_>,
) -> Result<(), Error> {
    let comment = if is_alone { memchr::memchr(b'#', cell) } else { None };
    let cell = comment.and_then(|comment| cell.get(..comment)).unwrap_or(cell);
    cell.split(|&byte| byte == b'|')
        .map(trim)
        .filter(|value| !value.is_empty())
        .try_for_each(|value| intake.text(value, line))
}

enum Column {
    /// The first row is a header.
    At(usize),
    /// There is one column, and its first cell is a number already.
    OnlyAndNoHeader,
}

fn choose_column(first: &Row<'_>, wanted: Option<&str>, path: &Path) -> Result<Column, Error> {
    let names = (0..first.cells.len()).map(|index| {
        let mut unquoted = Vec::new();
        String::from_utf8_lossy(first.cell(index, &mut unquoted)).trim().to_owned()
    });
    let names: Vec<String> = names.collect();
    if names.iter().any(|name| sniff::is_like_a_number(name)) {
        return match (names.as_slice(), wanted) {
            ([_], None) => Ok(Column::OnlyAndNoHeader),
            _ => Err(Error::no_header(Place::line(path, first.line), &names)),
        };
    }
    find_column(path, names.iter().map(String::as_str), wanted).map(Column::At)
}

/// A row of a table.
struct Row<'r> {
    /// The line on which it begins.
    line: u64,
    bytes: &'r [u8],
    cells: &'r [Cell],
}

impl<'r> Row<'r> {
    /// The content of a cell, through `unquoted` where the file does not have it as it is.
    #[inline]
    fn cell<'c>(&self, index: usize, unquoted: &'c mut Vec<u8>) -> &'c [u8]
    where
        'r: 'c,
    {
        let Some(cell) = self.cells.get(index) else { return &[] };
        let content = self.bytes.get(cell.range.clone()).unwrap_or_default();
        if !cell.untidy {
            return content;
        }
        unquoted.clear();
        csv_row::unquote(content, unquoted);
        unquoted
    }
}

/// The rows of a table, blank lines left out.
struct Rows<'p, R> {
    window: Window<'p, R>,
    delimiter: u8,
    cells: Vec<Cell>,
    /// The line on which the window begins.
    line: u64,
}

impl<'p, R: Read> Rows<'p, R> {
    fn new(path: &'p Path, reader: R, delimiter: Delimiter) -> Self {
        let window = Window::new(path, reader);
        Self { window, delimiter: delimiter.byte(), cells: Vec::new(), line: 1 }
    }

    fn next(&mut self) -> Result<Option<Row<'_>>, Error> {
        let (bytes, lines) = loop {
            if !self.skip_blank_lines()? {
                return Ok(None);
            }
            let (bytes, lines) = self.split()?;
            let is_blank = self.cells.len() == 1
                && self.window.bytes().get(..bytes).is_some_and(|row| trim(row).is_empty());
            if !is_blank {
                break (bytes, lines);
            }
            self.window.take(bytes);
            self.line += lines;
        };
        let line = self.line;
        self.line += lines;
        Ok(Some(Row { line, bytes: self.window.take(bytes), cells: &self.cells }))
    }

    /// Goes to the next row; `false` when there is none.
    fn skip_blank_lines(&mut self) -> Result<bool, Error> {
        loop {
            let (bytes, lines) = csv_row::blank_lines(self.window.bytes(), self.window.at_end());
            self.window.take(bytes);
            self.line += lines;
            match self.window.bytes() {
                // A CR may be half of a CRLF.
                [] | [b'\r'] if self.window.at_end() => return Ok(false),
                [] | [b'\r'] => self.window.fill()?,
                _ => return Ok(true),
            };
        }
    }

    /// Splits the row at the start of the window: its bytes and lines, its end of line included.
    fn split(&mut self) -> Result<(usize, u64), Error> {
        loop {
            let (window, at_end) = (self.window.bytes(), self.window.at_end());
            let at = || Place::line(self.window.path(), self.line);
            match csv_row::split(window, at_end, self.delimiter, &mut self.cells) {
                Found::Row { bytes, lines, crlf } => {
                    let ends = match window.get(..bytes) {
                        Some([.., b'\n' | b'\r']) => 1 + usize::from(crlf),
                        _ => 0,
                    };
                    if bytes - ends > MAX_ROW_BYTES {
                        return Err(Error::RowTooLong { at: at(), limit: MAX_ROW_BYTES });
                    }
                    return Ok((bytes, lines));
                }
                Found::Partial if self.window.is_full() => {
                    return Err(Error::RowTooLong { at: at(), limit: MAX_ROW_BYTES });
                }
                Found::Partial => self.window.fill()?,
                Found::Unclosed => return Err(Error::UnclosedQuote { at: at() }),
                Found::Many => return Err(Error::TooManyCells { at: at(), limit: MAX_CELLS }),
            };
        }
    }
}
