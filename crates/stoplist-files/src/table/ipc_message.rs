//! One Arrow IPC message: how it is read, and what it decodes to.
//!
//! ```text
//! FF FF FF FF | length of metadata, i32 | metadata, a flatbuffer | body, 8-byte aligned buffers
//! ```
//! Files and streams of before Arrow 0.15 lack the first four bytes. A length of 0 ends a stream.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::buffer::Buffer;
use arrow::datatypes::{DataType, Field, Fields, SchemaRef};
use arrow::ipc;
use arrow::ipc::reader::{RecordBatchDecoder, read_dictionary};

use super::guard::guarded;
use super::ipc_check;

/// More metadata than any message has, in bytes: a table of a million columns takes some 100 MB.
pub(super) const MAX_METADATA_BYTES: usize = 256 * 1024 * 1024;

/// The most that is set aside for a length that was only claimed so far, in bytes.
const RESERVE: usize = 16 * 1024 * 1024;

const CONTINUATION: [u8; 4] = [0xff; 4];

/// Why a message could not be read.
pub(super) enum Fault {
    /// The system could not read.
    Io(io::Error),
    /// What was read is wrong.
    Wrong(String),
}

impl From<&str> for Fault {
    fn from(wrong: &str) -> Self {
        Self::Wrong(wrong.to_owned())
    }
}

impl From<String> for Fault {
    fn from(wrong: String) -> Self {
        Self::Wrong(wrong)
    }
}

const CUT_OFF: &str = "it was cut off";

/// Metadata that has been verified, and the body it describes.
pub(super) struct Message {
    metadata: Vec<u8>,
    body: Buffer,
}

impl Message {
    /// The next message of a stream and its length in bytes; `None` at the end of the stream.
    pub(super) fn next(stream: &mut dyn Read) -> Result<Option<(Self, u64)>, Fault> {
        let mut prefix = read_up_to(stream, 4)?;
        let mut bytes = 4;
        if prefix.is_empty() {
            return Ok(None);
        }
        if prefix == CONTINUATION {
            prefix = read_up_to(stream, 4)?;
            bytes += 4;
        }
        let length: [u8; 4] = prefix.try_into().map_err(|_| CUT_OFF)?;
        let length = i32::from_le_bytes(length);
        if length == 0 {
            return Ok(None);
        }
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > MAX_METADATA_BYTES {
            return Err("a message does not begin as one does".into());
        }
        let metadata = read_exactly(stream, length)?;
        let body = usize::try_from(parse(&metadata)?.bodyLength())
            .map_err(|_| "a message claims a negative length")?;
        let body = Buffer::from_vec(read_exactly(stream, body)?);
        bytes += metadata.len() as u64 + body.len() as u64;
        Ok(Some((Self { metadata, body }, bytes)))
    }

    /// A message of a file, from the block in which the footer says it lies.
    pub(super) fn in_block(
        file: &mut dyn Read,
        metadata: usize,
        body: usize,
    ) -> Result<Self, Fault> {
        let metadata = metadata_in_block(file, metadata)?;
        Ok(Self { metadata, body: Buffer::from_vec(read_exactly(file, body)?) })
    }

    fn header(&self) -> Result<ipc::Message<'_>, Fault> {
        parse(&self.metadata)
    }
}

/// How many rows the batch has whose metadata is at the start of `file`.
pub(super) fn rows_in_block(file: &mut dyn Read, metadata: usize) -> Result<u64, Fault> {
    let metadata = metadata_in_block(file, metadata)?;
    let batch = parse(&metadata)?.header_as_record_batch().ok_or("a block holds no batch")?;
    u64::try_from(batch.length()).map_err(|_| "a batch claims a negative row count".into())
}

/// The metadata of a block without the lengths before it.
fn metadata_in_block(file: &mut dyn Read, length: usize) -> Result<Vec<u8>, Fault> {
    let mut metadata = read_exactly(file, length)?;
    let prefix = if metadata.starts_with(&CONTINUATION) { 8 } else { 4 };
    if metadata.len() < prefix {
        return Err("a block is shorter than any message".into());
    }
    metadata.drain(..prefix);
    parse(&metadata)?;
    Ok(metadata)
}

fn parse(metadata: &[u8]) -> Result<ipc::Message<'_>, Fault> {
    ipc::root_as_message(metadata)
        .map_err(|_| "the metadata of a message is damaged, or this is something else".into())
}

/// As many bytes as there are, up to `most`.
fn read_up_to(stream: &mut dyn Read, most: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(most.min(RESERVE)).map_err(|_| "there is no memory for it")?;
    stream.take(most as u64).read_to_end(&mut bytes).map_err(Fault::Io)?;
    Ok(bytes)
}

fn read_exactly(stream: &mut dyn Read, count: usize) -> Result<Vec<u8>, Fault> {
    let bytes = read_up_to(stream, count)?;
    if bytes.len() == count { Ok(bytes) } else { Err(CUT_OFF.into()) }
}

/// Turns messages into batches.
pub(super) struct Decoder {
    schema: SchemaRef,
    dictionaries: HashMap<i64, ArrayRef>,
}

impl Decoder {
    /// For the schema that is the first message of a stream.
    pub(super) fn from_message(message: &Message) -> Result<Self, Fault> {
        let schema = message.header()?.header_as_schema();
        Self::new(schema.ok_or("its first message is not a schema")?)
    }

    pub(super) fn new(schema: ipc::Schema<'_>) -> Result<Self, Fault> {
        ipc_check::schema(schema)?;
        let schema = guarded(|| Ok::<_, String>(ipc::convert::fb_to_schema(schema)))
            .map_err(|error| in_one_line(&error))?;
        Ok(Self { schema: Arc::new(schema), dictionaries: HashMap::new() })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The batch in a message, or `None` when it is a dictionary, which is kept.
    pub(super) fn decode(&mut self, message: &Message) -> Result<Option<RecordBatch>, Fault> {
        let header = message.header()?;
        let (body, version) = (&message.body, header.version());
        match header.header_type() {
            ipc::MessageHeader::RecordBatch => {
                let batch = header.header_as_record_batch().ok_or("a batch is missing")?;
                ipc_check::batch(batch, body, self.schema.fields(), version)?;
                let decoded = guarded(|| {
                    let schema = Arc::clone(&self.schema);
                    RecordBatchDecoder::try_new(body, batch, schema, &self.dictionaries, &version)?
                        .read_record_batch()
                });
                decoded.map(Some).map_err(|error| in_one_line(&error))
            }
            ipc::MessageHeader::DictionaryBatch => {
                let batch = header.header_as_dictionary_batch().ok_or("a dictionary is missing")?;
                let data = batch.data().ok_or("a dictionary has no values")?;
                let values = self.values_of(batch.id()).ok_or("no column uses a dictionary")?;
                ipc_check::batch(data, body, &values, version)?;
                let dictionaries = &mut self.dictionaries;
                guarded(|| read_dictionary(body, batch, &self.schema, dictionaries, &version))
                    .map_err(|error| in_one_line(&error))?;
                Ok(None)
            }
            ipc::MessageHeader::Schema => Err("a second schema follows the first".into()),
            _ => Err("a message is neither a batch nor a dictionary".into()),
        }
    }

    /// The values of a dictionary, as the one column of a table.
    fn values_of(&self, id: i64) -> Option<Fields> {
        #[expect(deprecated, reason = "the decoder finds a dictionary's type the same way")]
        let users = self.schema.fields_with_dict_id(id);
        match users.first()?.data_type() {
            DataType::Dictionary(_, values) => {
                Some(Fields::from(vec![Field::new("", values.as_ref().clone(), true)]))
            }
            _ => None,
        }
    }
}

fn in_one_line(error: &dyn fmt::Display) -> Fault {
    Fault::Wrong(error.to_string())
}
