//! Which mistake is made on purpose?
//!
//! A harness that finds nothing in a store that is broken says nothing of one that is sound. So each
//! promise can be broken by a switch, and `cargo xtask torture` has to notice every one of them. The
//! switches are there with the feature `torture` alone, and then `STOPLIST_SEEDED_BUG` names the one
//! that is on; without it every question is answered no by the compiler.

/// A mistake, by the promise that it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// A record counts as durable before its sync.
    JournalSync,
    /// A change is acknowledged before it is given to the journal.
    Acknowledgement,
    /// A change is not shown to the gates.
    Publication,
    /// What the journal has beyond the state is left out when a store is opened, but for one change.
    Replay,
    /// A store does not look whether another process has it open.
    StoreLock,
    /// A file stays open behind each store that is closed.
    Handles,
    /// What is done is logged with its numbers.
    Log,
    /// Files of a store are made as the umask says.
    PrivateFiles,
    /// What a write has not taken is left out, so that a record is not whole.
    ShortWrite,
    /// A record counts as durable before the name of its segment is on the disk.
    SegmentName,
    /// A record counts as durable before the name of the journal is on the disk.
    DirectoryName,
    /// A segment is left before it is synced, so that more than the last one may be torn.
    RollSync,
    /// A sync that has failed is tried again, and its success is believed.
    SyncAgain,
    /// A journal goes on after a write or a sync that failed.
    Poison,
    /// A journal goes on after a sync in the background that failed.
    SyncerPoison,
    /// A change can be seen before it is safe.
    LandedEarly,
    /// A record says that those before it were synced when they were only written.
    Place,
    /// The first record of a segment does not have the hash of the one before it.
    RollHash,
    /// A head is believed without its checksum.
    HeadChecksum,
    /// The header of a record is believed without its checksum.
    HeaderChecksum,
    /// The header of a page is believed without its checksum.
    PageHeaderChecksum,
    /// A page is believed without its checksum.
    PageChecksum,
    /// A record is believed that does not have the hash of the one before it.
    HashChain,
    /// Zeros behind the last record are taken for the end, and written behind.
    ZerosEnd,
    /// A record that was synced and is bad now is taken for a torn one.
    DamageTorn,
    /// A journal without a record that was acknowledged is opened.
    Acknowledged,
    /// A journal is opened at a mark that is not of it.
    MarkUnfit,
    /// A torn tail is left where it is, and written behind.
    TailGrown,
    /// A torn tail is cut with the whole records before it that were perhaps not synced.
    TailEarly,
    /// A torn tail is deleted.
    TailDropped,
    /// A torn tail is cut off before its copy is safe.
    TailSync,
    /// A torn segment is deleted.
    SegmentDropped,
    /// What is set aside takes a name that something else has.
    NameTaken,
    /// What a failed sync has left in memory only is not written again by the next opening.
    WriteAgain,
    /// And neither is the header of a segment without records.
    HeaderAgain,
    /// What was found by opening is not synced before it is built on.
    OpenSync,
    /// The keeper of the state goes on after an error, as if nothing were missing.
    KeeperFails,
    /// A database that waits in vain is not roused.
    Rouse,
    /// A checkpoint of the state is said to be safe before it is flushed.
    Checkpoint,
    /// A large change of the state is not marked while it is half applied.
    Marker,
    /// The state says how far it is in a batch of its own.
    MetaLate,
}

/// Whether it is made.
#[cfg(not(feature = "torture"))]
#[inline(always)]
pub(crate) const fn is_made(_: Bug) -> bool {
    false
}

/// Whether it is made.
#[cfg(feature = "torture")]
pub(crate) fn is_made(bug: Bug) -> bool {
    use std::sync::OnceLock;
    static MADE: OnceLock<Option<String>> = OnceLock::new();
    let made = MADE.get_or_init(|| std::env::var("STOPLIST_SEEDED_BUG").ok());
    made.as_deref().is_some_and(|made| format!("{bug:?}") == made)
}
