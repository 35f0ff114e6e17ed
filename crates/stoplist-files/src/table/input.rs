//! Who else sees the bytes of a table that is being read?

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::source::Source;
use super::{ReadOptions, TableFormat, TableReader};
use crate::Error;

/// A table that is open, and of which nothing has been read yet.
///
/// [`TableReader::open`] is enough to read one. This is for those who need its bytes besides, for a
/// digest: of a regular file they read it again ([`file`](Self::file)), of what can only be read
/// forward they are shown every byte as it is read ([`watched`](Self::watched)).
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use stoplist_files::table::{ReadOptions, TableInput};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("list.csv");
/// std::fs::write(&path, "phone\n+4930901820\n")?;
/// let input = TableInput::open(&path)?;
/// assert_eq!(input.file().ok_or("a file")?.metadata()?.len(), 18);
/// assert_eq!(input.into_reader(None, ReadOptions::default())?.count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TableInput {
    path: PathBuf,
    source: Source,
}

impl TableInput {
    /// Opens a file, or the standard input for `-`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] and [`Error::IsDirectory`] when it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { path: path.to_path_buf(), source: Source::open(path)? })
    }

    /// The regular file that the table is; `None` for what can only be read forward. Read it by
    /// position: the reader of the table shares the place at which it reads on.
    #[must_use]
    pub fn file(&self) -> Option<&File> {
        match &self.source {
            Source::File(file, _) => Some(file),
            Source::Stream(_) => None,
        }
    }

    /// Shows `watch` every byte of what can only be read forward, once and in order, as it is read.
    /// A regular file is not watched: its reader goes back and forth.
    ///
    /// A table may end before its bytes do; what follows it may be shown or not.
    #[must_use]
    pub fn watched(self, watch: impl FnMut(&[u8]) + Send + 'static) -> Self {
        let source = match self.source {
            Source::Stream(stream) => Source::Stream(Box::new(Watched { stream, watch })),
            file @ Source::File(..) => file,
        };
        Self { source, ..self }
    }

    /// Reads the table, as [`TableReader::open`] does.
    ///
    /// # Errors
    ///
    /// As [`TableReader::open`].
    pub fn into_reader(
        self,
        format: Option<TableFormat>,
        options: ReadOptions,
    ) -> Result<TableReader, Error> {
        TableReader::from_source(&self.path, self.source, format, options)
    }
}

impl fmt::Debug for TableInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableInput").field("path", &self.path).finish_non_exhaustive()
    }
}

struct Watched<R, W> {
    stream: R,
    watch: W,
}

impl<R: Read, W: FnMut(&[u8])> Read for Watched<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        (self.watch)(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn a_stream_is_shown_once_and_in_order() {
        let rows: String = (0..100_000).map(|i| format!("{i},+4930{i:07}\n")).collect();
        let text = format!("id,phone\n{rows}");
        let source = Source::Stream(Box::new(Cursor::new(text.clone())));
        let shown = Arc::new(Mutex::new(Vec::new()));
        let theirs = Arc::clone(&shown);
        let input = TableInput { path: "in.csv".into(), source };
        let input = input.watched(move |bytes| theirs.lock().unwrap().extend_from_slice(bytes));
        assert!(input.file().is_none());
        let reader = input.into_reader(None, ReadOptions::default()).unwrap();
        assert_eq!(reader.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 100_000);
        assert!(*shown.lock().unwrap() == text.into_bytes());
    }
}
