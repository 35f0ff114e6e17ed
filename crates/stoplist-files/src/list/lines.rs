//! Which bytes are the next line?
//!
//! Lines are handed out as slices of one buffer: nothing is allocated or copied per line. A line
//! ends in LF, CRLF, CR or the end of the file.

use std::io::Read;
use std::path::Path;

use memchr::memchr2;

use super::window::Window;
use crate::{Error, MAX_ROW_BYTES, Place};

/// The lines of a text.
pub(super) struct Lines<'p, R> {
    window: Window<'p, R>,
    /// How many bytes of the window are known to end no line.
    scanned: usize,
    /// How many lines were handed out.
    line: u64,
    /// The last line ended in a CR, so an LF that comes now belongs to it.
    after_cr: bool,
}

impl<'p, R: Read> Lines<'p, R> {
    pub(super) fn new(path: &'p Path, reader: R) -> Self {
        Self { window: Window::new(path, reader), scanned: 0, line: 0, after_cr: false }
    }

    /// The next line without its terminator, and its number from 1; `None` at the end.
    ///
    /// An empty line is a line; nothing behind the last terminator is none.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<(u64, &[u8])>, Error> {
        let (line, end) = loop {
            let bytes = self.window.bytes();
            if self.after_cr && !bytes.is_empty() {
                self.after_cr = false;
                if bytes.starts_with(b"\n") {
                    self.window.take(1);
                }
                continue;
            }
            let fresh = bytes.get(self.scanned..).unwrap_or_default();
            if let Some(at) = memchr2(b'\n', b'\r', fresh) {
                self.after_cr = fresh.get(at) == Some(&b'\r');
                break (self.scanned + at, self.scanned + at + 1);
            }
            self.scanned = bytes.len();
            if self.window.is_full() {
                return Err(self.too_long());
            }
            if !self.window.fill()? {
                match self.scanned {
                    0 => return Ok(None),
                    rest => break (rest, rest),
                }
            }
        };
        if line > MAX_ROW_BYTES {
            return Err(self.too_long());
        }
        self.scanned = 0;
        self.line += 1;
        Ok(self.window.take(end).get(..line).map(|line| (self.line, line)))
    }

    #[cold]
    fn too_long(&self) -> Error {
        let at = Place::line(self.window.path(), self.line + 1);
        Error::RowTooLong { at, limit: MAX_ROW_BYTES }
    }
}
