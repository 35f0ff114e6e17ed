//! What can go wrong with a file, where in it, and what to do about it?

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The place in a file that an error is about. Displays as `path`, `path:line` or
/// `path:line:column`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, or the name that stands for it (`-` for the standard input).
    pub path: PathBuf,
    /// The line, from 1.
    pub line: Option<u64>,
    /// The byte in that line, from 1.
    pub column: Option<u64>,
}

impl Place {
    /// The whole file.
    #[must_use]
    pub fn file(path: &Path) -> Self {
        Self { path: path.to_path_buf(), line: None, column: None }
    }

    /// A line of the file, counted from 1.
    #[must_use]
    pub fn line(path: &Path, line: u64) -> Self {
        Self { path: path.to_path_buf(), line: Some(line), column: None }
    }

    /// A byte of a line of the file, both counted from 1.
    #[must_use]
    pub fn column(path: &Path, line: u64, column: u64) -> Self {
        Self { path: path.to_path_buf(), line: Some(line), column: Some(column) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        Ok(())
    }
}

/// Who can do something about an error; the command's exit codes follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The caller: an option is wrong or missing.
    Usage,
    /// Whoever made the file: its content is not what it should be.
    Data,
    /// The machine: reading or writing failed.
    Io,
    /// Nobody: the caller's progress hook asked to stop.
    Interrupted,
}

/// Why a file could not be read or written. Each message is one line: the place, the cause, the
/// way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Opening, reading or writing failed.
    #[error("{}: cannot {doing} it: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried: `open`, `read`, `write`, `rename`…
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// A directory stands where a file was expected.
    #[error("{}: it is a directory; name a file in it", path.display())]
    IsDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// The caller's progress hook asked to stop.
    #[error("stopped before the end, as asked")]
    Interrupted,
    /// No format has this name.
    #[error("no format is called {name:?}; choose one of {known}")]
    UnknownFormat {
        /// The name, cut at 40 characters.
        name: String,
        /// The names there are.
        known: &'static str,
    },
    /// The name of a file does not tell its format.
    #[error("{}: its name does not tell the format; end it in one of {known}", path.display())]
    UnknownExtension {
        /// The file.
        path: PathBuf,
        /// The endings there are.
        known: &'static str,
    },
    /// The content is of a kind that is never read.
    #[error("{}: {what}; {remedy}", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What it looks like.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// A row is longer than the limit: most often a quote that is never closed, or not a text file.
    #[error("{at}: this row is longer than {limit} bytes; check for a quote that is not closed")]
    RowTooLong {
        /// Where the row begins.
        at: Place,
        /// The limit, in bytes.
        limit: usize,
    },
    /// A row has more cells than the limit.
    #[error(
        "{at}: this row has more than {limit} cells; check that it is a table, and its delimiter"
    )]
    TooManyCells {
        /// Where the row begins.
        at: Place,
        /// The limit.
        limit: usize,
    },
    /// The text is not UTF-8.
    #[error("{at}: this byte is not UTF-8; convert the file to UTF-8, for example with iconv")]
    NotUtf8 {
        /// The first byte that is wrong.
        at: Place,
    },
    /// The text starts with the byte order mark of UTF-16.
    #[error("{}: it is UTF-16; convert it to UTF-8: iconv -f UTF-16 -t UTF-8", path.display())]
    Utf16 {
        /// The file.
        path: PathBuf,
    },
    /// A row has more or fewer cells than the header.
    #[error("{at}: this row has {found} cells, the header {expected}; check its quotes")]
    RaggedRow {
        /// Where the row begins.
        at: Place,
        /// The cells of the header.
        expected: usize,
        /// The cells of the row.
        found: usize,
    },
    /// A quoted cell runs to the end of the file.
    #[error("{at}: a quote opened in this row is never closed; close or remove it")]
    UnclosedQuote {
        /// Where the row begins.
        at: Place,
    },
    /// The file breaks the rules of its format.
    #[error("{at}: this is not valid {format}: {what}; mend the file, or name its real format")]
    Malformed {
        /// Where, as far as it is known.
        at: Place,
        /// The format that was expected.
        format: &'static str,
        /// What the reader says, on one line.
        what: String,
    },
    /// The column of numbers cannot be told.
    #[error("{}: {source}", path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// Which columns there are, and what to do.
        source: stoplist_arrow::Error,
    },
    /// A table starts with data where a header is needed.
    #[error("{at}: the table has no header; add a line that names its columns; it begins {found}")]
    NoHeader {
        /// The first row.
        at: Place,
        /// Its first cells, quoted and cut.
        found: String,
    },
    /// A cell of a table is not UTF-8.
    #[error(
        "{at}: column {column:?}: this cell is not UTF-8; convert the file to UTF-8, for example \
         with iconv"
    )]
    CellNotUtf8 {
        /// The line in which the row begins.
        at: Place,
        /// The name of its column.
        column: String,
    },
    /// A format that is read from its end came through a pipe.
    #[error(
        "{}: {format} cannot be read from a pipe; save it as a file and name that",
        path.display()
    )]
    NeedsFile {
        /// The pipe, or `-`.
        path: PathBuf,
        /// The format.
        format: &'static str,
    },
    /// A format has no way to write a column.
    #[error(
        "{}: column {column:?}: {format} cannot hold {what}; leave the column out or choose \
         another format, such as arrows",
        path.display()
    )]
    ColumnType {
        /// The output.
        path: PathBuf,
        /// The name of the column.
        column: String,
        /// The format that was to be written.
        format: &'static str,
        /// What is in the column.
        what: String,
    },
    /// A table was expected and nothing is there, not even a header.
    #[error("{}: it is empty; a table needs at least a header", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

impl Error {
    /// The fixed name of the error: lower case with underscores. Never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "io",
            Self::IsDirectory { .. } => "is_directory",
            Self::Interrupted => "interrupted",
            Self::UnknownFormat { .. } => "unknown_format",
            Self::UnknownExtension { .. } => "unknown_extension",
            Self::Unsupported { .. } => "unsupported_content",
            Self::RowTooLong { .. } => "row_too_long",
            Self::TooManyCells { .. } => "too_many_cells",
            Self::NotUtf8 { .. } => "not_utf8",
            Self::Utf16 { .. } => "utf16",
            Self::RaggedRow { .. } => "ragged_row",
            Self::UnclosedQuote { .. } => "unclosed_quote",
            Self::Malformed { .. } => "malformed",
            Self::Column { .. } => "column",
            Self::CellNotUtf8 { .. } => "cell_not_utf8",
            Self::NeedsFile { .. } => "needs_file",
            Self::ColumnType { .. } => "column_type",
            Self::NoHeader { .. } => "no_header",
            Self::Empty { .. } => "empty_file",
        }
    }

    /// Who can do something about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownFormat { .. } | Self::UnknownExtension { .. } | Self::NeedsFile { .. } => {
                ErrorKind::Usage
            }
            Self::Unsupported { .. }
            | Self::RowTooLong { .. }
            | Self::TooManyCells { .. }
            | Self::NotUtf8 { .. }
            | Self::CellNotUtf8 { .. }
            | Self::Utf16 { .. }
            | Self::RaggedRow { .. }
            | Self::UnclosedQuote { .. }
            | Self::Malformed { .. }
            | Self::NoHeader { .. }
            | Self::ColumnType { .. }
            | Self::Column { .. }
            | Self::Empty { .. } => ErrorKind::Data,
            Self::Io { .. } | Self::IsDirectory { .. } => ErrorKind::Io,
            Self::Interrupted => ErrorKind::Interrupted,
        }
    }

    /// An I/O error on a file; or the error of this crate that a reader of ours sent through
    /// somebody else's code as an `io::Error`.
    pub(crate) fn io(path: &Path, doing: &'static str, source: io::Error) -> Self {
        match source.downcast::<Self>() {
            Ok(error) => error,
            Err(source) => Self::Io { path: path.to_path_buf(), doing, source },
        }
    }

    /// A table whose first row is data: its first cells tell the reader which row is meant.
    pub(crate) fn no_header(at: Place, cells: &[String]) -> Self {
        let shown = cells.iter().take(10).map(|cell| cell.chars().take(40).collect());
        let shown: Vec<String> = shown.map(|cell: String| format!("{cell:?}")).collect();
        Self::NoHeader { at, found: shown.join(", ") }
    }

    /// A file that breaks the rules of its format; the message is cut to one line.
    pub(crate) fn malformed(at: Place, format: &'static str, what: &dyn fmt::Display) -> Self {
        let what = what.to_string();
        let line = what.lines().next().unwrap_or_default();
        Self::Malformed { at, format, what: line.trim_end_matches('.').to_owned() }
    }
}

impl From<Error> for io::Error {
    /// For readers of ours that other people's code reads from: `Error::io` takes it out again.
    fn from(error: Error) -> Self {
        Self::other(error)
    }
}
