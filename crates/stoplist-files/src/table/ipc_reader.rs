//! How are the messages of an Arrow IPC stream or file found?
//!
//! A stream is read from its start. A file is read by its footer, which lists where dictionaries
//! and batches lie; all dictionaries are read first, because a file may have them anywhere.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::ipc;

use super::TableFormat;
use super::ipc_message::{self, Decoder, Fault, Message};
use crate::{Error, Place};

/// Before the first message: `ARROW1` and padding. In bytes.
const HEAD_BYTES: u64 = 8;
/// Behind the footer: its length and `ARROW1`. In bytes.
const TAIL_BYTES: u64 = 10;
/// The row count of a file is the sum over its batches; with more batches than this it takes too
/// long to ask each of them.
const MAX_COUNTED_BATCHES: usize = 20_000;

fn error(path: &Path, format: TableFormat, fault: Fault) -> Error {
    match fault {
        Fault::Io(error) => Error::io(path, "read", error),
        Fault::Wrong(what) => Error::malformed(Place::file(path), format.title(), &what),
    }
}

/// Reads a stream.
pub(super) struct IpcStreamReader {
    stream: BufReader<Box<dyn Read + Send>>,
    path: PathBuf,
    decoder: Decoder,
    bytes_read: u64,
}

impl IpcStreamReader {
    /// Reads the schema.
    pub(super) fn new(path: &Path, stream: Box<dyn Read + Send>) -> Result<Self, Error> {
        let failed = |fault| error(path, TableFormat::ArrowStream, fault);
        let mut stream = BufReader::with_capacity(64 * 1024, stream);
        let (schema, bytes_read) = Message::next(&mut stream)
            .and_then(|message| message.ok_or_else(|| "it ends before its schema".into()))
            .map_err(failed)?;
        let decoder = Decoder::from_message(&schema).map_err(failed)?;
        Ok(Self { stream, path: path.to_path_buf(), decoder, bytes_read })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        self.decoder.schema()
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The next batch, or `None` at the end of the stream.
    pub(super) fn next_batch(&mut self) -> Result<Option<RecordBatch>, Error> {
        loop {
            let next = Message::next(&mut self.stream).and_then(|message| match message {
                None => Ok(None),
                Some((message, bytes)) => Ok(Some((self.decoder.decode(&message)?, bytes))),
            });
            match next.map_err(|fault| error(&self.path, TableFormat::ArrowStream, fault))? {
                None => return Ok(None),
                Some((batch, bytes)) => {
                    self.bytes_read += bytes;
                    if batch.is_some() {
                        return Ok(batch);
                    }
                }
            }
        }
    }
}

/// Where a message lies in a file.
#[derive(Clone, Copy)]
struct Block {
    offset: u64,
    metadata: usize,
    body: usize,
}

/// Reads a file.
pub(super) struct IpcFileReader {
    file: File,
    path: PathBuf,
    decoder: Decoder,
    batches: std::vec::IntoIter<Block>,
    rows: Option<u64>,
    bytes: u64,
    bytes_read: u64,
}

impl IpcFileReader {
    /// Reads the footer and all dictionaries.
    pub(super) fn new(path: &Path, mut file: File, bytes: u64) -> Result<Self, Error> {
        let failed = |fault| error(path, TableFormat::ArrowFile, fault);
        let footer = footer(&mut file, bytes).map_err(failed)?;
        let (decoder, batches, bytes_read) =
            open(&mut file, &footer, bytes - TAIL_BYTES).map_err(failed)?;
        let rows = count_rows(&mut file, &batches).map_err(failed)?;
        let batches = batches.into_iter();
        Ok(Self { file, path: path.to_path_buf(), decoder, batches, rows, bytes, bytes_read })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        self.decoder.schema()
    }

    pub(super) fn rows(&self) -> Option<u64> {
        self.rows
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The next batch, or `None` behind the last.
    pub(super) fn next_batch(&mut self) -> Result<Option<RecordBatch>, Error> {
        let Some(block) = self.batches.next() else {
            self.bytes_read = self.bytes;
            return Ok(None);
        };
        let batch = block
            .read(&mut self.file)
            .and_then(|message| self.decoder.decode(&message))
            .and_then(|batch| batch.ok_or_else(|| "a block holds no batch".into()))
            .map_err(|fault| error(&self.path, TableFormat::ArrowFile, fault))?;
        self.bytes_read = (self.bytes_read + block.bytes()).min(self.bytes);
        Ok(Some(batch))
    }
}

fn footer(file: &mut File, bytes: u64) -> Result<Vec<u8>, Fault> {
    let cut_off = "its end is not that of an Arrow file: it was cut off, or never finished";
    if bytes < HEAD_BYTES + TAIL_BYTES {
        return Err(cut_off.into());
    }
    let mut tail = [0; TAIL_BYTES as usize];
    file.seek(SeekFrom::Start(bytes - TAIL_BYTES)).map_err(Fault::Io)?;
    file.read_exact(&mut tail).map_err(Fault::Io)?;
    let [a, b, c, d, magic @ ..] = tail;
    if magic != *b"ARROW1" {
        return Err(cut_off.into());
    }
    let length = u64::try_from(i32::from_le_bytes([a, b, c, d]))
        .ok()
        .filter(|&length| length <= bytes - HEAD_BYTES - TAIL_BYTES)
        .ok_or("its footer does not fit in it")?;
    file.seek(SeekFrom::Start(bytes - TAIL_BYTES - length)).map_err(Fault::Io)?;
    let mut footer = Vec::new();
    file.take(length).read_to_end(&mut footer).map_err(Fault::Io)?;
    Ok(footer)
}

/// The decoder with all dictionaries, the blocks of the batches, and the bytes read for that.
fn open(file: &mut File, footer: &[u8], end: u64) -> Result<(Decoder, Vec<Block>, u64), Fault> {
    let footer = ipc::root_as_footer(footer).map_err(|_| "its footer is damaged")?;
    let mut decoder = Decoder::new(footer.schema().ok_or("its footer has no schema")?)?;
    let mut bytes_read = 0;
    for block in footer.dictionaries().into_iter().flatten() {
        let block = Block::new(block, end)?;
        if decoder.decode(&block.read(file)?)?.is_some() {
            return Err("a batch lies where a dictionary should".into());
        }
        bytes_read += block.bytes();
    }
    let batches = footer.recordBatches().ok_or("its footer lists no batches")?;
    let batches: Result<_, Fault> = batches.iter().map(|block| Block::new(block, end)).collect();
    Ok((decoder, batches?, bytes_read))
}

fn count_rows(file: &mut File, batches: &[Block]) -> Result<Option<u64>, Fault> {
    if batches.len() > MAX_COUNTED_BATCHES {
        return Ok(None);
    }
    let mut rows = 0_u64;
    for block in batches {
        file.seek(SeekFrom::Start(block.offset)).map_err(Fault::Io)?;
        rows = rows.saturating_add(ipc_message::rows_in_block(file, block.metadata)?);
    }
    Ok(Some(rows))
}

impl Block {
    /// A block that lies before `end`.
    fn new(block: &ipc::Block, end: u64) -> Result<Self, Fault> {
        let outside = "a block lies outside the file";
        let offset = u64::try_from(block.offset()).map_err(|_| outside)?;
        let metadata = usize::try_from(block.metaDataLength()).map_err(|_| outside)?;
        let body = usize::try_from(block.bodyLength()).map_err(|_| outside)?;
        let last = offset.checked_add(metadata as u64).and_then(|at| at.checked_add(body as u64));
        match last {
            Some(last) if last <= end && metadata <= ipc_message::MAX_METADATA_BYTES => {
                Ok(Self { offset, metadata, body })
            }
            _ => Err(outside.into()),
        }
    }

    fn bytes(self) -> u64 {
        self.metadata as u64 + self.body as u64
    }

    fn read(self, file: &mut File) -> Result<Message, Fault> {
        file.seek(SeekFrom::Start(self.offset)).map_err(Fault::Io)?;
        Message::in_block(file, self.metadata, self.body)
    }
}
