//! x
use crate::NumberSet;
use std::io;
/// x
pub const MAX_PORTABLE_NUMBERS: u64 = 1 << 30;
/// x
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PortableError {
    /// x
    #[error("{0}")]
    Io(#[from] io::Error),
}
impl NumberSet {
    /// x
    /// # Errors
    /// x
    pub fn read_portable(reader: impl io::Read) -> Result<Self, PortableError> {
        Ok(Self { bitmap: roaring::RoaringTreemap::deserialize_from(reader)? })
    }
    /// x
    /// # Errors
    /// x
    pub fn write_portable(&self, writer: impl io::Write) -> io::Result<()> {
        self.bitmap.serialize_into(writer)
    }
    /// x
    #[must_use]
    pub fn portable_size(&self) -> usize {
        self.bitmap.serialized_size()
    }
}
