//! Is this text, and where does it stop being text?
//!
//! [`TextSource`] sits between a file and the readers of all text formats: it takes the byte order
//! mark off and lets nothing through but UTF-8, so that nobody behind it has to check again.

use std::io::{self, Read};
use std::path::Path;

use crate::{Error, Place};

const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// A reader of text: UTF-8 without a byte order mark, or an error at the first wrong byte.
///
/// A character may be cut in two between one `read` and the next.
pub(super) struct TextSource<'p, R> {
    reader: R,
    path: &'p Path,
    /// Bytes that came while looking for a byte order mark and are not one.
    head: Head,
    /// The first bytes of a character whose rest has not come yet.
    cut: Vec<u8>,
    position: Position,
}

/// What is known of the first three bytes.
enum Head {
    /// They have not been looked at.
    Unread,
    /// They are text, of which this much is still to be handed out.
    Text(Vec<u8>),
    /// Gone.
    Done,
}

impl<'p, R: Read> TextSource<'p, R> {
    pub(super) fn new(path: &'p Path, reader: R) -> Self {
        let position = Position { line: 1, column: 1, after_cr: false };
        Self { reader, path, head: Head::Unread, cut: Vec::new(), position }
    }

    /// Reads what comes next, the byte order mark left out.
    fn read_bytes(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if matches!(self.head, Head::Unread) {
            let mut head = Vec::with_capacity(BOM.len());
            (&mut self.reader).take(BOM.len() as u64).read_to_end(&mut head)?;
            self.head = if head == BOM { Head::Done } else { Head::Text(head) };
        }
        if let Head::Text(head) = &mut self.head {
            let taken = head.as_slice().read(buffer)?;
            head.drain(..taken);
            if head.is_empty() {
                self.head = Head::Done;
            }
            if taken > 0 {
                return Ok(taken);
            }
        }
        loop {
            match self.reader.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => return outcome,
            }
        }
    }

    /// Checks the bytes that follow those checked before.
    fn check(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !self.cut.is_empty() {
            let Some((&next, rest)) = bytes.split_first() else { return Ok(()) };
            self.cut.push(next);
            match std::str::from_utf8(&self.cut) {
                Ok(_) => {
                    self.position.column += self.cut.len() as u64;
                    self.position.after_cr = false;
                    self.cut.clear();
                }
                Err(error) if error.error_len().is_some() => return Err(self.not_utf8()),
                Err(_) => {}
            }
            bytes = rest;
        }
        match std::str::from_utf8(bytes) {
            Ok(_) => self.position.pass(bytes),
            Err(error) => {
                let (valid, rest) = bytes.split_at_checked(error.valid_up_to()).unwrap_or_default();
                self.position.pass(valid);
                if error.error_len().is_some() {
                    return Err(self.not_utf8());
                }
                self.cut.extend_from_slice(rest);
            }
        }
        Ok(())
    }

    #[cold]
    fn not_utf8(&self) -> Error {
        let Position { line, column, .. } = self.position;
        Error::NotUtf8 { at: Place::column(self.path, line, column) }
    }
}

impl<R: Read> Read for TextSource<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.read_bytes(buffer)?;
        if read == 0 && !buffer.is_empty() && !self.cut.is_empty() {
            return Err(self.not_utf8().into());
        }
        self.check(buffer.get(..read).unwrap_or_default())?;
        Ok(read)
    }
}

/// A line and the byte in it, both from 1. Lines end in LF, CRLF or CR.
struct Position {
    line: u64,
    column: u64,
    after_cr: bool,
}

impl Position {
    /// Moves behind the bytes.
    fn pass(&mut self, bytes: &[u8]) {
        if self.after_cr && bytes.first() == Some(&b'\n') {
            // The line was counted at its CR.
            self.line -= 1;
        }
        let Some(&last) = bytes.last() else { return };
        let feeds = memchr::memchr_iter(b'\n', bytes).count();
        let lone = memchr::memchr_iter(b'\r', bytes)
            .filter(|&at| bytes.get(at + 1) != Some(&b'\n'))
            .count();
        self.line += (feeds + lone) as u64;
        match memchr::memrchr2(b'\n', b'\r', bytes) {
            Some(end) => self.column = (bytes.len() - end) as u64,
            None => self.column += bytes.len() as u64,
        }
        self.after_cr = last == b'\r';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], piece: usize) -> Result<String, String> {
        let mut source = TextSource::new(Path::new("list"), bytes);
        let (mut text, mut buffer) = (Vec::new(), vec![0; piece]);
        loop {
            match source.read(&mut buffer) {
                Ok(0) => return Ok(String::from_utf8(text).unwrap()),
                Ok(n) => text.extend_from_slice(&buffer[..n]),
                Err(error) => return Err(Error::io(Path::new(""), "read", error).to_string()),
            }
        }
    }

    #[test]
    fn only_a_leading_byte_order_mark_is_taken_off() {
        for piece in 1..20 {
            assert_eq!(read("\u{feff}+49 ü\u{feff}".as_bytes(), piece).unwrap(), "+49 ü\u{feff}");
            assert_eq!(read("ü€𝄞".as_bytes(), piece).unwrap(), "ü€𝄞");
            assert_eq!(read(b"", piece).unwrap(), "");
        }
    }

    #[test]
    fn the_first_wrong_byte_is_named_whatever_the_pieces() {
        for (bytes, place) in [
            (b"\xFF".as_slice(), "list:1:1:"),
            (b"ab\n\xC3\xBC\xFCc", "list:2:3:"),
            (b"\r\r\n\n\xE2\x82", "list:4:1:"),
            (b"a\r\nb\r\xE2\x82x", "list:3:1:"),
            (b"12345678901234567890\xF0\x9F\x98", "list:1:21:"),
            (b"ab\xED\xA0\x80", "list:1:3:"),
        ] {
            for piece in 1..20 {
                let message = read(bytes, piece).unwrap_err();
                assert!(message.starts_with(place), "{message} is not at {place}");
                assert!(message.ends_with("for example with iconv"), "{message}");
            }
        }
    }
}
