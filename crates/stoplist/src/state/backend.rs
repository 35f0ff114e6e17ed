//! What must something do to keep the state?
//!
//! It keeps rows, ordered by key, and applies changes all or nothing. It knows nothing of what
//! the rows mean. A value is kept with a checksum over key and value behind it, so that a row that
//! changed, or moved under another key, is noticed when it is read.

use std::time::Duration;

use super::error::StateError;

/// The longest key.
pub(crate) const MAX_KEY: usize = 1024;
/// The longest value: with its checksum 4 KiB. Larger ones would make sled keep pages of its tree in
/// files that it never syncs.
pub(crate) const MAX_VALUE: usize = 4096 - CHECKSUM;
const CHECKSUM: usize = size_of::<u32>();

/// A key and its new value; `None` takes the row out.
pub(crate) type Change = (Vec<u8>, Option<Vec<u8>>);
/// A key, prefix included, and its value.
pub(crate) type Row = (Vec<u8>, Vec<u8>);
/// Takes one key and its value.
pub(crate) type Each<'a> = dyn FnMut(&[u8], &[u8]) -> Result<(), StateError> + 'a;

/// A backend that does nothing for so long is roused, and again after twice as long each time.
pub(super) const ROUSE: Duration = Duration::from_millis(500);

/// Makes a backend look again whether what one of its calls waits for has failed.
pub(crate) type Rouse = Box<dyn Fn() + Send + Sync>;

/// Rows on a disk, or a stand-in for that.
pub(crate) trait Backend: Send {
    /// Every row whose key has the prefix, in the order of the keys; ends at the first error.
    fn scan(&self, prefix: &[u8], each: &mut Each<'_>) -> Result<(), StateError>;

    /// The value of a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError>;

    /// The row with the greatest key that is not after `key`, of those that have the prefix.
    fn at_or_before(&self, prefix: &[u8], key: &[u8]) -> Result<Option<Row>, StateError>;

    /// The row with the smallest key that is after `key`, of those that have the prefix.
    fn after(&self, prefix: &[u8], key: &[u8]) -> Result<Option<Row>, StateError>;

    /// Makes all changes or none, also across a crash; the last one wins where a key repeats.
    /// Some thousand rows at a time are best.
    fn apply(&mut self, changes: &[Change]) -> Result<(), StateError>;

    /// Returns when all that was applied would survive a power cut.
    fn flush(&mut self) -> Result<(), StateError>;

    /// What it takes on the disk.
    fn bytes_on_disk(&self) -> u64;

    /// How others rouse it while one of its calls does not return, if it needs that.
    fn rouse(&self) -> Option<Rouse> {
        None
    }
}

/// Whether keys and values are as short as they must be.
pub(super) fn check_lengths(changes: &[Change]) -> Result<(), StateError> {
    for (key, value) in changes {
        let value = value.as_ref().map_or(0, Vec::len);
        for (what, bytes, limit) in [("key", key.len(), MAX_KEY), ("value", value, MAX_VALUE)] {
            if bytes > limit {
                return Err(StateError::TooLarge { what, bytes, limit });
            }
        }
    }
    Ok(())
}

/// The value with its checksum behind it.
pub(super) fn seal(key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(value.len() + CHECKSUM);
    sealed.extend_from_slice(value);
    sealed.extend_from_slice(&checksum(key, value).to_le_bytes());
    sealed
}

/// The value without its checksum, if that holds.
pub(super) fn unseal<'a>(key: &[u8], sealed: &'a [u8]) -> Result<&'a [u8], StateError> {
    let value = sealed.split_last_chunk();
    value
        .filter(|(value, found)| checksum(key, value) == u32::from_le_bytes(**found))
        .map(|(value, _)| value)
        .ok_or_else(|| {
            StateError::damaged(format!("the row {} has not its checksum", key.escape_ascii()))
        })
}

fn checksum(key: &[u8], value: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(key), value)
}
