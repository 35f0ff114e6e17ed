//! Does whatever a journal says come to a state, or to an error, and the state's rows to the same one?
//!
//! The bytes are records, one after the other: the length of a head (two bytes), the head, how many
//! pages there are, the length of each (two bytes) and the page. Checksums and the chain are right by
//! themselves here, and so are the effects of a record; what it says is whatever the bytes say.

use stoplist::fuzzing::{Record, Replay};

use crate::input::Input;

const MAX_RECORDS: u64 = 60;

/// Replays the records that the bytes say.
///
/// # Panics
///
/// When the state cannot be read again.
pub fn journal_replay(data: &[u8]) {
    let mut input = Input(data);
    let mut replay = Replay::default();
    for seq in 1..=MAX_RECORDS {
        let Some(record) = record(seq, &mut input) else { break };
        if replay.apply(&record).is_err() {
            return;
        }
    }
    assert_eq!(replay.check_rows(), Ok(()));
}

/// The next record, or `None` when the bytes do not hold it to its end.
fn record(seq: u64, input: &mut Input<'_>) -> Option<Record> {
    let length = input.u16()?;
    let head = input.bytes(length.into())?.to_vec();
    let pages = (0..input.u8()?).map(|_| {
        let length = input.u16()?;
        Some((0, u64::MAX, input.bytes(length.into())?.to_vec()))
    });
    let pages: Option<Vec<_>> = pages.collect();
    Some(Record { seq, at_us: seq as i64, head, pages: pages? })
}
