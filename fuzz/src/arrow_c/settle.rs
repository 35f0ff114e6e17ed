//! How large is the memory that the structures promise?
//!
//! The C data interface does not say how long a buffer is: whoever reads computes it of the array's
//! length and offset, and of the last offset of texts and the lengths of views. So nobody can notice a
//! length beyond the memory that is there. Here memory is made as large as what the structures say
//! comes to, to the byte, where that is small; what is refused unread stays as it is; what lies between
//! is made small.

use super::plan::{Buffer, MOST_POINTERS, Node as _, Schema, Values};

/// The most rows of an array, its offset included.
const MOST_ROWS: i64 = 512;
/// The most bytes of a buffer.
const MOST_BYTES: i64 = 1 << 16;
/// What the library takes for possible.
const MOST_VALUES: i64 = 1 << 40;
/// The most children, and entries of metadata, that it takes for possible.
const MOST_CHILDREN: i64 = 100_000;
const MOST_ENTRIES: i32 = 2 << 20;
const MOST_METADATA_BYTES: i32 = 16 << 20;

/// Makes memory of a batch as large as has to be.
pub(super) fn settle(schema: &mut Schema, values: &mut Values) {
    // The call itself refuses to take one that is not aligned.
    (schema.skew, values.skew) = (0, 0);
    settle_schema(schema);
    settle_values(schema, values);
}

fn settle_schema(schema: &mut Schema) {
    let below = &mut schema.below;
    below.nodes.truncate(MOST_POINTERS as usize);
    if (MOST_POINTERS + 1..=MOST_CHILDREN).contains(&below.count) {
        below.count %= MOST_POINTERS + 1;
    }
    if let Some(metadata) = &mut schema.metadata {
        settle_metadata(metadata);
    }
    below.nodes.iter_mut().chain(below.dictionary.as_deref_mut()).for_each(settle_schema);
}

/// Walks metadata as a reader does, to where it ends or cannot go on.
fn settle_metadata(metadata: &mut Vec<u8>) {
    let mut at = 0;
    let entries = number(metadata, &mut at, MOST_ENTRIES, 8);
    for _ in 0..2 * entries.unwrap_or(0) {
        let Some(len) = number(metadata, &mut at, MOST_METADATA_BYTES, 64) else { return };
        at += len;
        metadata.resize(metadata.len().max(at), b'm');
    }
}

/// A number of metadata; made small when it is one that is believed; nothing when it is not.
fn number(metadata: &mut Vec<u8>, at: &mut usize, believed: i32, most: i32) -> Option<usize> {
    metadata.resize(metadata.len().max(*at + 4), 0);
    let place = metadata.get_mut(*at..*at + 4)?;
    *at += 4;
    let mut value = i32::from_ne_bytes(place.try_into().ok()?);
    if (most + 1..=believed).contains(&value) {
        value %= most;
        place.copy_from_slice(&value.to_ne_bytes());
    }
    usize::try_from(value).ok().filter(|_| value <= most)
}

fn settle_values(schema: &Schema, values: &mut Values) {
    values.below.nodes.truncate(MOST_POINTERS as usize);
    let format = schema.format.as_deref().unwrap_or_default();
    let format = format.split(|&byte| byte == 0).next().unwrap_or_default();
    settle_length(format, values);
    let is_view = matches!(format, b"vu" | b"vz");
    if is_view && (MOST_POINTERS + 1..=MOST_CHILDREN).contains(&values.n_buffers) {
        values.n_buffers = 3 + values.n_buffers % 8;
    }
    if (0..=MOST_POINTERS).contains(&values.n_buffers) {
        let count = values.buffers.len().max(values.n_buffers as usize);
        values.buffers.resize(count, Buffer::default());
    }
    if let Some(end) = end(values) {
        settle_buffers(format, values, end);
    }
    let of_below = schema.below().nodes.iter();
    of_below
        .zip(&mut values.below.nodes)
        .for_each(|(schema, values)| settle_values(schema, values));
    if let (Some(schema), Some(values)) = (&schema.below.dictionary, &mut values.below.dictionary) {
        settle_values(schema, values);
    }
}

/// How many values there are with the offset, when that is possible.
fn end(values: &Values) -> Option<usize> {
    let end = values.length.checked_add(values.offset).filter(|&end| end <= MOST_VALUES)?;
    let is_possible = values.length >= 0 && values.offset >= 0;
    usize::try_from(end).ok().filter(|_| is_possible)
}

fn settle_length(format: &[u8], values: &mut Values) {
    let Some(end) = end(values) else { return };
    if end as i64 > MOST_ROWS {
        values.length %= MOST_ROWS / 2;
        values.offset %= MOST_ROWS / 2;
    }
    let width = width(format) as i64;
    if (values.length + values.offset).saturating_mul(width) > MOST_BYTES {
        values.offset = 0;
        values.length = values.length.min(MOST_BYTES / width.max(1));
    }
}

fn settle_buffers(format: &[u8], values: &mut Values, end: usize) {
    let is_large = matches!(format, b"U" | b"Z" | b"+L" | b"+vL");
    let size = if is_large { 8 } else { 4 };
    // Offsets of an array without values may not be there.
    let offsets = if values.length == 0 { 0 } else { (end + 1) * size };
    let n_buffers = usize::try_from(values.n_buffers).unwrap_or(usize::MAX);
    let is_empty = values.length == 0;
    let mut fit = |at: usize, size: usize| {
        if let Some(buffer) = values.buffers.get_mut(at) {
            buffer.bytes.resize(size, 0);
        }
    };
    if format.starts_with(b"+u") {
        fit(0, end);
        fit(1, end * 4);
        return;
    }
    fit(0, end.div_ceil(8));
    match format {
        b"u" | b"z" | b"U" | b"Z" => {
            fit(1, offsets);
            let last =
                if is_empty { Some(0) } else { length_at(&mut values.buffers, 1, end, size) };
            if let (Some(last), Some(bytes)) = (last, values.buffers.get_mut(2)) {
                bytes.bytes.resize(last, b'1');
            }
        }
        b"+l" | b"+L" | b"+m" => fit(1, offsets),
        b"+vl" | b"+vL" => {
            fit(1, end * size);
            fit(2, end * size);
        }
        b"vu" | b"vz" => {
            fit(1, end * 16);
            let variadic = n_buffers.saturating_sub(3).min(MOST_POINTERS as usize);
            fit(2 + variadic, variadic * 8);
            for at in 0..variadic {
                let len = length_at(&mut values.buffers, 2 + variadic, at, 8);
                if let (Some(len), Some(bytes)) = (len, values.buffers.get_mut(2 + at)) {
                    bytes.bytes.resize(len, b'1');
                }
            }
        }
        b"b" => fit(1, end.div_ceil(8)),
        _ => fit(1, end * width(format)),
    }
}

/// A length of `size` bytes that stands in a buffer; made small when it is one that is believed;
/// nothing when it is not.
fn length_at(buffers: &mut [Buffer], buffer: usize, at: usize, size: usize) -> Option<usize> {
    let place = buffers.get_mut(buffer)?.bytes.get_mut(at * size..(at + 1) * size)?;
    let mut value = match size {
        8 => i64::from_ne_bytes(place.try_into().ok()?),
        _ => i32::from_ne_bytes(place.try_into().ok()?).into(),
    };
    if (MOST_BYTES + 1..=MOST_VALUES).contains(&value) {
        value %= MOST_BYTES;
        // Little-endian: the low bytes come first.
        place.copy_from_slice(value.to_le_bytes().get(..size)?);
    }
    usize::try_from(value).ok().filter(|_| value <= MOST_BYTES)
}

/// The bytes of a value of fixed size; the most that there are for formats that nobody knows.
fn width(format: &[u8]) -> usize {
    match format {
        b"n" => 0,
        b"c" | b"C" | b"b" => 1,
        b"s" | b"S" | b"e" => 2,
        b"i" | b"I" | b"f" | b"tdD" | b"tts" | b"ttm" | b"tiM" => 4,
        b"l" | b"L" | b"g" | b"tdm" | b"ttu" | b"ttn" | b"tiD" => 8,
        b"tin" => 16,
        _ if format.starts_with(b"ts") || format.starts_with(b"tD") => 8,
        _ if format.starts_with(b"+") => 1,
        _ => parameter(format).unwrap_or(32),
    }
}

/// Of `w:12` and `d:15,0,256`.
fn parameter(format: &[u8]) -> Option<usize> {
    let format = str::from_utf8(format).ok()?;
    if let Some(size) = format.strip_prefix("w:") {
        return size.parse().ok();
    }
    let mut parts = format.strip_prefix("d:")?.split(',').skip(2);
    parts.next().map_or(Some(16), |bits| bits.parse::<usize>().ok()).map(|bits| match bits {
        32 => 4,
        64 => 8,
        256 => 32,
        _ => 16,
    })
}
