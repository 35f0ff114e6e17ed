//! Why is a file no index?

use std::io;
use std::path::PathBuf;

/// Why an index file cannot be opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", path.display())]
pub struct IndexError {
    pub(super) path: PathBuf,
    pub(super) fault: IndexFault,
}

impl IndexError {
    /// What is wrong with the file.
    #[must_use]
    pub fn fault(&self) -> &IndexFault {
        &self.fault
    }
}

/// What is wrong with the bytes of an index.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexFault {
    /// They cannot be read.
    #[error("cannot read the index: {0}")]
    Io(#[source] io::Error),
    /// They do not begin as an index does.
    #[error("not an index of stoplist: it does not begin with the mark of one")]
    NotAnIndex,
    /// They are of a version that this one does not read.
    #[error("an index of version {found}, of which this release reads only {known}; build it anew")]
    Version {
        /// Of the file.
        found: u32,
        /// What this release reads and writes.
        known: u32,
    },
    /// There are more or fewer than the header says.
    #[error("the index has {found} bytes, but its header says {expected}; get the whole file")]
    Length {
        /// As the header says; `u64::MAX` when it says more than there can be.
        expected: u64,
        /// As there are; of a stream, as many as were read.
        found: u64,
    },
    /// A part does not have its checksum, or says what no index does.
    #[error("the index is damaged: its {part} is not what was written; build it anew")]
    Damaged {
        /// `header`, `directory`, `lines` or `scattered numbers`.
        part: &'static str,
    },
}
