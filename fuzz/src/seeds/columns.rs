//! Batches of columns as structures of C, and what is wrong with them.

use super::{Script, Seed};
use crate::arrow_c::Change::{self, *};

/// Doors: a batch, a batch once more, a stream, one that gives its batch twice.
const BATCH: u8 = 0;
const AGAIN: u8 = 1;
const STREAM: u8 = 2;
const TWICE: u8 = 0x41;

/// Six rows from the third one on, of columns of these kinds with nulls.
fn batch(door: u8, filter: u8, kinds: &[u8]) -> Script {
    let script = Script::default().push(&[door, filter, 6, 2, kinds.len() as u8]);
    kinds.iter().fold(script, |script, &kind| script.push(&[kind, 5, kind, 0x24]))
}

impl Script {
    fn wrong(self, change: Change, bytes: &[u8]) -> Self {
        self.push(&[change as u8]).push(bytes)
    }
}

/// Seeds of `arrow_c`.
pub(crate) fn arrow_c() -> Vec<Seed> {
    vec![
        batch(BATCH, 0, &[0, 7, 12]).seed("text_integer_dictionary"),
        batch(AGAIN, 0, &[4, 5, 6]).seed("views_and_fixed"),
        batch(TWICE, 1, &[10, 11, 15]).seed("decimals_and_runs"),
        batch(STREAM, 3, &[1, 3, 2]).seed("large_and_binary"),
        batch(BATCH, 2, &[17, 8, 21]).seed("list_and_struct"),
        batch(STREAM, 0, &[13, 18, 19]).seed("dictionary_of_views"),
        batch(BATCH, 1, &[16, 22, 23]).seed("runs_map_union"),
        batch(AGAIN, 4, &[14, 24, 25]).seed("dictionary_union_null"),
        batch(BATCH, 0, &[9, 26, 27]).seed("small_bits_times"),
        batch(STREAM, 0, &[29, 20, 28]).seed("dictionary_of_fixed"),
        batch(BATCH, 0, &[0]).wrong(Format, &[1, 14]).seed("text_as_large"),
        batch(STREAM, 0, &[4]).wrong(BufferCount, &[1, 3]).seed("view_without_bytes"),
        batch(BATCH, 0, &[7]).wrong(Length, &[1, 202]).wrong(Offset, &[1, 202]).seed("endless"),
        batch(AGAIN, 0, &[12]).wrong(Value, &[1, 1, 0, 3, 99]).seed("key_outside"),
        batch(BATCH, 0, &[0, 17]).wrong(ArrayReleased, &[1]).seed("released_column"),
        batch(STREAM, 0, &[0]).wrong(Stream, &[5]).seed("stream_that_fails"),
        batch(BATCH, 0, &[0]).wrong(Metadata, &[0, 4, 255, 255, 255, 127]).seed("metadata"),
        batch(BATCH, 0, &[17]).wrong(Length, &[2, 0]).wrong(BufferSkew, &[2, 1, 1]).seed("empty"),
    ]
}
