//! Is the journal as it was written?

use crate::access::Permission;

use super::Acting;
use super::error::StoreError;

/// What a journal proves about itself.
///
#[doc = include_str!("../journal/layout.md")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Audit {
    /// How many records it has.
    pub records: u64,
    /// The last of them.
    pub generation: u64,
    /// The hash of the last record, which depends on every byte of all before it. Whoever keeps it
    /// elsewhere can tell later that none of them was altered since.
    pub head: [u8; 32],
}

impl Acting<'_> {
    /// Reads the whole journal and recomputes its chain of hashes. Needs `audit`. About a second for
    /// a gigabyte.
    ///
    /// # Errors
    ///
    /// [`StoreError::Journal`] names the file and the place of the first record that is not as it was
    /// written; [`StoreError::Denied`].
    pub fn verify_journal(&self) -> Result<Audit, StoreError> {
        let command = "verify the journal";
        self.engine.read(self.actor, Permission::Audit, command, |_| Ok(()))?;
        let verified = self.engine.journal.verify()?;
        let mark = verified.last;
        Ok(Audit { records: verified.records, generation: mark.seq, head: mark.hash })
    }
}
