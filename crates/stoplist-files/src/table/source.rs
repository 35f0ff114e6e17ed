//! Where does a table come from, and which format is it really in?
//!
//! A file is opened once and looked at through its first bytes. An ending is a hint, so content
//! that is surely one of the binary formats wins over it. A format that was named is an order, so
//! content that contradicts it is an error.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

use super::TableFormat;
use super::format::{Content, MAGIC_BYTES};
use crate::{Error, Place};

/// The bytes of a table.
pub(super) enum Source {
    /// A regular file, at its start, and its length in bytes.
    File(File, u64),
    /// Anything that can only be read forward.
    Stream(Box<dyn Read + Send>),
}

impl Source {
    /// Opens a path, or the standard input for `-`.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        if path.as_os_str() == "-" {
            return Ok(Self::Stream(Box::new(io::stdin())));
        }
        let file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
        let metadata = file.metadata().map_err(|error| Error::io(path, "open", error))?;
        if metadata.is_dir() {
            return Err(Error::IsDirectory { path: path.to_path_buf() });
        }
        if metadata.is_file() {
            return Ok(Self::File(file, metadata.len()));
        }
        Ok(Self::Stream(Box::new(file)))
    }

    /// The first bytes, without using them up.
    pub(super) fn peek(self, path: &Path) -> Result<(Self, Content), Error> {
        let failed = |error| Error::io(path, "read", error);
        let mut start = Vec::with_capacity(MAGIC_BYTES);
        let source = match self {
            Self::File(mut file, bytes) => {
                (&mut file).take(MAGIC_BYTES as u64).read_to_end(&mut start).map_err(failed)?;
                file.rewind().map_err(failed)?;
                Self::File(file, bytes)
            }
            Self::Stream(mut stream) => {
                (&mut stream).take(MAGIC_BYTES as u64).read_to_end(&mut start).map_err(failed)?;
                Self::Stream(Box::new(Cursor::new(start.clone()).chain(stream)))
            }
        };
        Ok((source, Content::of(&start)))
    }

    /// The bytes from first to last.
    pub(super) fn into_stream(self) -> Box<dyn Read + Send> {
        match self {
            Self::File(file, _) => Box::new(file),
            Self::Stream(stream) => stream,
        }
    }

    /// The file, for formats that are read from their end.
    pub(super) fn into_file(self, path: &Path, format: TableFormat) -> Result<(File, u64), Error> {
        match self {
            Self::File(file, bytes) => Ok((file, bytes)),
            Self::Stream(_) => {
                Err(Error::NeedsFile { path: path.to_path_buf(), format: format.title() })
            }
        }
    }

    /// How many bytes there are, where that is known.
    pub(super) fn bytes(&self) -> Option<u64> {
        match self {
            Self::File(_, bytes) => Some(*bytes),
            Self::Stream(_) => None,
        }
    }
}

/// The format to read, from the one that was named, the ending, and the content.
pub(super) fn decide(
    path: &Path,
    named: Option<TableFormat>,
    content: Content,
) -> Result<TableFormat, Error> {
    let hint = match named {
        Some(format) => Ok(format),
        None => TableFormat::of_path(path),
    };
    match content {
        Content::Foreign(what, remedy) => {
            Err(Error::Unsupported { path: path.to_path_buf(), what, remedy })
        }
        Content::Format(found) => match named {
            Some(named) if named != found => {
                let what = format!("it begins like {} ({found})", found.title());
                Err(Error::malformed(Place::file(path), named.title(), &what))
            }
            _ => Ok(found),
        },
        Content::Empty => match hint? {
            TableFormat::Csv | TableFormat::Tsv => Err(Error::Empty { path: path.to_path_buf() }),
            format => {
                Err(Error::malformed(Place::file(path), format.title(), &"it is empty (0 bytes)"))
            }
        },
        Content::Untold => match hint? {
            format @ (TableFormat::Parquet | TableFormat::ArrowFile) => Err(Error::malformed(
                Place::file(path),
                format.title(),
                &"its first bytes are not those of the format",
            )),
            // A stream of an old kind has no mark at its start.
            format => Ok(format),
        },
    }
}
