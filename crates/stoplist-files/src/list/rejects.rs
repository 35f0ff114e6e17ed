//! Where does a value go that is no number?

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use stoplist::Refusal;

use crate::Error;

/// Takes the values of a list that are no numbers, in the order of the file.
pub trait RejectSink {
    /// Takes one value: its line (or row, from 1, where the format has no lines), its text as the
    /// file has it, and why it was refused. The text is at most [`MAX_ROW_BYTES`] long; it is
    /// UTF-8 except where an encoding inside the file (quoted-printable) holds something else.
    ///
    /// # Errors
    ///
    /// Whatever keeps the sink from taking it; the reading of the list ends with it.
    ///
    /// [`MAX_ROW_BYTES`]: crate::MAX_ROW_BYTES
    fn reject(&mut self, line: u64, text: &[u8], refusal: Refusal) -> Result<(), Error>;
}

/// Writes rejects as CSV: `line,text,reason`, the reason by [`Refusal::code`].
pub struct CsvRejects<W: Write> {
    path: PathBuf,
    writer: csv::Writer<W>,
}

impl<W: Write> CsvRejects<W> {
    /// Writes the header. `path` is the name that errors show.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the writer fails.
    pub fn new(path: &Path, writer: W) -> Result<Self, Error> {
        let mut rejects =
            Self { path: path.to_path_buf(), writer: csv::Writer::from_writer(writer) };
        rejects.record([b"line".as_slice(), b"text", b"reason"])?;
        Ok(rejects)
    }

    /// Writes what is still buffered and hands the writer back.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the writer fails.
    pub fn finish(self) -> Result<W, Error> {
        let Self { path, writer } = self;
        writer.into_inner().map_err(|error| Error::io(&path, "write", error.into_error()))
    }

    fn record(&mut self, record: [&[u8]; 3]) -> Result<(), Error> {
        self.writer.write_record(record).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) => Error::io(&self.path, "write", error),
            other => Error::io(&self.path, "write", io::Error::other(format!("{other:?}"))),
        })
    }
}

impl<W: Write> RejectSink for CsvRejects<W> {
    fn reject(&mut self, line: u64, text: &[u8], refusal: Refusal) -> Result<(), Error> {
        self.record([line.to_string().as_bytes(), text, refusal.code().as_bytes()])
    }
}
