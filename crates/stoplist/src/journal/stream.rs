//! How is a record written that is too large for memory?
//!
//! Straight into the file, behind a place for its header, which is written last. Whoever wants to
//! stage another record waits, for the hash of this one is not known before its end.

use super::Mark;
use super::error::JournalError;
use super::frame::{Header, PageHeader};
use super::hash::PieceHasher;
use super::page::Page;
use super::pen::Pen;
use super::shared::{Held, Shared};

/// Bytes that are written at once.
const BUFFER_BYTES: usize = 1 << 20;

impl Shared {
    /// Writes what is pending, then a record with pages. None of it is synced.
    pub(super) fn stream(
        &self,
        at_us: i64,
        head: &[u8],
        head_bytes: u32,
        pages: &mut dyn Iterator<Item = Page>,
    ) -> Result<Mark, JournalError> {
        let mut state = self.lock();
        let pen = loop {
            state.check()?;
            match state.pen.take() {
                Some(pen) => break pen,
                None => state = self.wait_turn(state),
            }
        };
        let mut held = Held::new(self, pen);
        state.streaming = true;
        let mut header = state.next_header(at_us, head_bytes, &self.options);
        let pending = state.take_pending();
        let start = state.end;
        drop(state);

        held.write(|pen| pending.write(pen))?;
        let mut refused = None;
        let mut hash = [0; 32];
        held.write(|pen| {
            let mut stream = Stream::begin(pen, head)?;
            for page in pages {
                match page.header() {
                    Ok(header) => stream.page(&header, &page.bytes)?,
                    Err(error) => {
                        refused = Some(error);
                        return pen.set_length(start);
                    }
                }
            }
            (header.pages_bytes, hash) = stream.finish(&header)?;
            let end = start + header.frame_bytes().unwrap_or_default();
            pen.write_at(start, &header.to_bytes())?;
            pen.set_length(end)
        })?;

        let mut state = self.lock();
        let mark = match refused {
            Some(error) => Err(error),
            None => Ok(state.advance(&header, hash)),
        };
        state.recycle(pending);
        state.streaming = false;
        held.give_back(&mut state);
        self.wake(state);
        mark
    }
}

/// The record whose pages are being written.
struct Stream<'a> {
    pen: &'a mut Pen,
    hasher: PieceHasher,
    /// Pages that have not been written yet.
    buffer: Vec<u8>,
    pages_bytes: u64,
}

impl<'a> Stream<'a> {
    /// Leaves a place for the header and writes the head.
    fn begin(pen: &'a mut Pen, head: &[u8]) -> Result<Self, JournalError> {
        let mut buffer = Vec::with_capacity(BUFFER_BYTES);
        buffer.extend_from_slice(&[0; Header::BYTES]);
        buffer.extend_from_slice(head);
        buffer.extend_from_slice(&crc32c::crc32c(head).to_le_bytes());
        pen.write(&buffer)?;
        buffer.clear();
        let mut hasher = PieceHasher::new();
        hasher.update(head);
        Ok(Self { pen, hasher, buffer, pages_bytes: 0 })
    }

    fn page(&mut self, header: &PageHeader, bytes: &[u8]) -> Result<(), JournalError> {
        self.pages_bytes += (PageHeader::BYTES + bytes.len()) as u64;
        for bytes in [&header.to_bytes(), bytes] {
            self.hasher.update(bytes);
            self.buffer.extend_from_slice(bytes);
        }
        if self.buffer.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), JournalError> {
        self.pen.write(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Writes the last pages. How long they all are, and the hash of the record.
    fn finish(mut self, header: &Header) -> Result<(u64, [u8; 32]), JournalError> {
        self.flush()?;
        let header = Header { pages_bytes: self.pages_bytes, ..*header };
        Ok((self.pages_bytes, self.hasher.finalize(&header)))
    }
}
