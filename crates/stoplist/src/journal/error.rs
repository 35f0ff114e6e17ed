//! Why does a journal not do what it was asked?

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Mark;

/// Why a journal cannot be made, opened, read or written to.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum JournalError {
    /// The file system refuses.
    #[error(
        "{}: cannot {doing}: {source}; see to the disk and the rights on it, then try again",
        path.display()
    )]
    Io { path: PathBuf, doing: &'static str, source: Arc<io::Error> },
    /// A segment is on another disk, which cannot be read.
    #[error(
        "{}: the segment was archived to {}, which cannot be opened: {source}; mount its disk, or bring the \
         file back",
        path.display(), archive.display()
    )]
    Away { path: PathBuf, archive: PathBuf, source: Arc<io::Error> },
    /// What is on disk is not what was written. Nothing was changed.
    #[error(
        "{}: damaged at byte {offset}: {fault}; nothing was changed. Restore the file from a copy, \
         and check the disk",
        path.display()
    )]
    Damaged { path: PathBuf, offset: u64, fault: Fault },
    /// A write or sync has failed before.
    #[error(
        "{}: a write has failed (cannot {doing}: {source}), and nothing is written after that; see \
         to the disk, then open the journal again",
        path.display()
    )]
    Poisoned { path: PathBuf, doing: &'static str, source: Arc<io::Error> },
    /// No journal is there.
    #[error("{}: there is no journal; create it, or look for a slip in the path", path.display())]
    NotThere { path: PathBuf },
    /// A journal is there already.
    #[error("{}: there is a journal already; open it, or choose another place", path.display())]
    AlreadyThere { path: PathBuf },
    /// A segment cannot be archived there.
    #[error(
        "{}: this file has the name of a segment and is not a copy of it; archive to another directory",
        path.display()
    )]
    Taken { path: PathBuf },
    /// The mark that was given is not of this journal as it is. Nothing was changed.
    #[error(
        "{}: record {} does not end at byte {} of segment {} with the hash that was noted; read the \
         journal from its beginning",
        path.display(), mark.seq, mark.end, mark.segment
    )]
    Unfit { path: PathBuf, mark: Mark },
    /// Nothing was written of it.
    #[error("a {what} of {bytes} bytes; at most {limit} are possible, so split it")]
    TooLarge { what: &'static str, bytes: usize, limit: usize },
    /// A record was to be committed that nobody has staged.
    #[error("record {seq} cannot be committed: the last one staged is {last}; stage it first")]
    NotStaged { seq: u64, last: u64 },
}

impl JournalError {
    pub(super) fn io(path: &Path, doing: &'static str, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), doing, source: Arc::new(source) }
    }

    /// Of a segment that cannot be opened.
    pub(super) fn closed(path: &Path, source: io::Error) -> Self {
        match fs::read_link(path) {
            Ok(archive) => Self::Away { path: path.to_owned(), archive, source: Arc::new(source) },
            Err(_) => Self::io(path, "open the segment", source),
        }
    }

    pub(super) fn damaged(path: &Path, offset: u64, fault: Fault) -> Self {
        Self::Damaged { path: path.to_owned(), offset, fault }
    }

    /// A stable name.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } | Self::Away { .. } => "io",
            Self::Damaged { .. } => "damaged",
            Self::Poisoned { .. } => "poisoned",
            Self::NotThere { .. } => "not_there",
            Self::AlreadyThere { .. } => "already_there",
            Self::Taken { .. } => "occupied",
            Self::Unfit { .. } => "unfit",
            Self::TooLarge { .. } => "too_large",
            Self::NotStaged { .. } => "not_staged",
        }
    }
}

/// What is wrong with the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Fault {
    #[error("it does not begin as a segment with its name does")]
    SegmentHeader,
    #[error("the segment that begins with record {expected} is missing")]
    MissingSegment { expected: u64 },
    #[error("no record begins here")]
    Magic,
    #[error("the header of the record does not have its checksum")]
    HeaderChecksum,
    #[error("record {found} where record {expected} belongs")]
    Sequence { expected: u64, found: u64 },
    #[error("the record goes on behind the end of the file, or is larger than a record may be")]
    Length,
    #[error("the head of the record does not have its checksum")]
    HeadChecksum,
    #[error("the header of a page does not have its checksum")]
    PageHeader,
    #[error("a page does not have its checksum")]
    PageChecksum,
    #[error("the record does not have the hash of the one before it")]
    Chain,
    #[error("the journal ends after record {last}, but record {acknowledged} was acknowledged")]
    Ends { last: u64, acknowledged: u64 },
}

impl Fault {
    /// Whether a record can look like that because it was never written to its end.
    pub(super) const fn may_be_torn(self) -> bool {
        match self {
            Self::Magic
            | Self::HeaderChecksum
            | Self::Length
            | Self::HeadChecksum
            | Self::PageHeader
            | Self::PageChecksum => true,
            Self::SegmentHeader
            | Self::MissingSegment { .. }
            | Self::Sequence { .. }
            | Self::Chain
            | Self::Ends { .. } => false,
        }
    }
}
