//! Why was something not done?

use std::io;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::access::Permission;
use crate::contact::{ContactId, Oversized};
use crate::gate::GatesError;
use crate::journal::JournalError;
use crate::list::ListFault;
use crate::model::Inconsistent;
use crate::record::ScrubFault;
use crate::state::StateError;
use crate::table::QueryError;

/// Why a call to a store failed. Nothing was changed, unless the variant says otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has the store open.
    #[error(
        "{}: the store is locked: another process has it open; try again when that has closed it",
        path.display()
    )]
    Locked {
        /// The directory.
        path: PathBuf,
    },
    /// The store was opened in a process of which this one is a forked child.
    #[error(
        "the store was opened before this process was forked, and its threads and locks are the \
         parent's: ask the parent, or open it here when the parent has closed it; gates that were \
         taken before the fork go on answering"
    )]
    Forked,
    /// There is no store.
    #[error("{}: no store is here; make one with `Store::create` or `stoplist init`", path.display())]
    NotAStore {
        /// The directory.
        path: PathBuf,
    },
    /// A store cannot be made where something else is.
    #[error("{}: there is something here already; give a directory that is empty or new", path.display())]
    Occupied {
        /// The directory.
        path: PathBuf,
    },
    /// The store is of a release that this one does not know.
    #[error(
        "{}: a store of format {found:?}, of which this release reads only 1; use a later one",
        path.display()
    )]
    Format {
        /// The directory.
        path: PathBuf,
        /// What its mark says, or how it begins.
        found: String,
    },
    /// The actor may not do this. The attempt is in the journal.
    #[error(
        "{actor:?} may not {command}: that needs the permission `{needs}`; ask an admin for it"
    )]
    Denied {
        /// Who asked.
        actor: String,
        /// For what.
        command: &'static str,
        /// What is missing.
        needs: Permission,
    },
    /// There is no such contact.
    #[error("there is no contact {id}; `stoplist contacts --search` finds the one you mean")]
    UnknownContact {
        /// As given.
        id: ContactId,
    },
    /// There is no such list.
    #[error("there is no list {name:?}; `stoplist list show` names those there are")]
    UnknownList {
        /// As given, or how it begins.
        name: String,
    },
    /// There is one of this name already.
    #[error("there is a list {name:?} already; change it with `list set`, or take another name")]
    ListExists {
        /// As given.
        name: String,
    },
    /// The built-in list is fed by contacts and numbers, by nothing else.
    #[error("the list `blocked` is built in: block and unblock contacts and numbers instead")]
    BuiltInList,
    /// There is no such actor.
    #[error("there is no actor {name:?}; `stoplist actor show` names those there are")]
    UnknownActor {
        /// As given, or how it begins.
        name: String,
    },
    /// There is one of this name already.
    #[error("there is an actor {name:?} already; change it with `actor set`")]
    ActorExists {
        /// As given.
        name: String,
    },
    /// An actor cannot be called so.
    #[error("an actor cannot have the name {name:?}: it is empty, or the store's own")]
    ActorName {
        /// As given.
        name: String,
    },
    /// Nobody would be left who may manage actors.
    #[error("{name:?} is the last admin: give another actor the permission `admin` first")]
    LastAdmin {
        /// The actor.
        name: String,
    },
    /// A text is too long.
    #[error(transparent)]
    Oversized(#[from] Oversized),
    /// Something cannot be a list.
    #[error(transparent)]
    List(#[from] ListFault),
    /// Something cannot be the record of a scrub.
    #[error(transparent)]
    Scrub(#[from] ScrubFault),
    /// A filter, a page or a time makes no sense.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A block that would stop nothing.
    #[error("a block of no traffic; name some of inbound, outbound, automated and broadcast")]
    NoTraffic,
    /// A block that would be over before it begins.
    #[error("the block would end at {until}, which is past; give a later time")]
    Past {
        /// When it would end.
        until: Timestamp,
    },
    /// A bulk operation would change more than the caller allowed.
    #[error(
        "this would change {matched} of {contacts} contacts, more than the {max_percent} % that \
         are allowed at once; look at a dry run, then confirm it or allow a larger share"
    )]
    TooManyContacts {
        /// How many it would change.
        matched: u64,
        /// How many there are.
        contacts: u64,
        /// The guard.
        max_percent: u32,
    },
    /// One operation has more targets than a journal record holds.
    #[error(
        "{targets} targets at once, of at most {limit}: split the operation, or import the numbers \
         into a list"
    )]
    TooManyTargets {
        /// How many were given.
        targets: u64,
        /// How many one operation may have.
        limit: u64,
    },
    /// What is to be recorded is larger than a record of the journal.
    #[error("this change would take {bytes} bytes of the journal, of at most {limit}: split it")]
    TooLarge {
        /// How many bytes it takes.
        bytes: u64,
        /// How many it may.
        limit: u64,
    },
    /// The store has as many contacts as it can hold.
    #[error("the store holds 4,294,967,295 contacts, which is as many as it can")]
    Full,
    /// A change cannot be undone.
    #[error("change {generation} cannot be undone: {why}")]
    NotUndoable {
        /// Which.
        generation: u64,
        /// Why not.
        why: &'static str,
    },
    /// A list is older than it may get, and is set to fail then.
    #[error(
        "the list {name:?} is stale: it is of {as_of} and may be {max_age_days} days old; import it \
         anew, or let it warn only with `list set`"
    )]
    Stale {
        /// The list.
        name: String,
        /// When it was imported last, or made.
        as_of: Timestamp,
        /// How old it may get.
        max_age_days: u32,
    },
    /// The journal is damaged, cannot be written, or was given up after a failed write.
    #[error(transparent)]
    Journal(JournalFailure),
    /// The state cannot be used, even made anew.
    #[error("the state of the store cannot be kept: {0}; see whether the disk is full or failing")]
    State(String),
    /// The journal holds a change that does not fit those before it.
    #[error("{0}; the journal was altered, or a later release wrote it: restore a backup")]
    Inconsistent(String),
    /// The journal holds a record that cannot be read, though it is as it was written.
    #[error("change {generation}: {fault}")]
    Record {
        /// Which.
        generation: u64,
        /// What is wrong with it.
        fault: String,
    },
    /// A file or directory could not be worked with.
    #[error("{}: cannot {doing}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// Lists and gates do not fit together.
    #[error(transparent)]
    Gates(#[from] GatesError),
    /// A thread of the store could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
}

/// What is wrong with the journal; see its message and [`StoreError::code`].
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct JournalFailure(JournalError);

/// What sort of thing went wrong: what to do about it depends on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The call asks for what cannot be: change the call.
    Usage,
    /// The data it was given is wrong: change the data.
    Data,
    /// The actor may not.
    Denied,
    /// Somebody else has the store: try again.
    Busy,
    /// The store is damaged, or has given up writing: reopen or restore it.
    Damaged,
    /// The system failed.
    Io,
}

impl StoreError {
    /// The fixed name of the error. Never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Locked { .. } => "locked",
            Self::Forked => "forked",
            Self::NotAStore { .. } => "not_a_store",
            Self::Occupied { .. } => "occupied",
            Self::Format { .. } => "format",
            Self::Denied { .. } => "denied",
            Self::UnknownContact { .. } => "unknown_contact",
            Self::UnknownList { .. } => "unknown_list",
            Self::ListExists { .. } => "list_exists",
            Self::BuiltInList => "built_in_list",
            Self::UnknownActor { .. } => "unknown_actor",
            Self::ActorExists { .. } => "actor_exists",
            Self::ActorName { .. } => "actor_name",
            Self::LastAdmin { .. } => "last_admin",
            Self::Oversized(_)
            | Self::List(ListFault::Oversized(_))
            | Self::Scrub(ScrubFault::Oversized(_)) => "too_long",
            Self::List(_) => "list",
            Self::Scrub(_) => "scrub",
            Self::Query(_) => "query",
            Self::NoTraffic => "no_traffic",
            Self::Past { .. } => "past",
            Self::TooManyContacts { .. } => "too_many_contacts",
            Self::TooManyTargets { .. } => "too_many_targets",
            Self::TooLarge { .. } => "too_large",
            Self::Full => "full",
            Self::NotUndoable { .. } => "not_undoable",
            Self::Stale { .. } => "stale",
            Self::Journal(JournalFailure(error)) => error.code(),
            Self::State(_) => "state",
            Self::Inconsistent(_) | Self::Record { .. } => "damaged",
            Self::Io { .. } | Self::Thread(_) => "io",
            Self::Gates(GatesError::UnknownList { .. }) => "unknown_list",
            Self::Gates(_) => "gates",
        }
    }

    /// What sort of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        match self {
            Self::Locked { .. } => StoreErrorKind::Busy,
            Self::Denied { .. } => StoreErrorKind::Denied,
            Self::Forked
            | Self::NotAStore { .. }
            | Self::Occupied { .. }
            | Self::ListExists { .. }
            | Self::BuiltInList
            | Self::ActorExists { .. }
            | Self::ActorName { .. }
            | Self::LastAdmin { .. }
            | Self::Query(_)
            | Self::List(ListFault::Name { .. } | ListFault::NoTraffic)
            | Self::Scrub(
                ScrubFault::Digest { .. }
                | ScrubFault::Counts { .. }
                | ScrubFault::Generation { .. },
            )
            | Self::NoTraffic
            | Self::Past { .. }
            | Self::TooManyContacts { .. }
            | Self::UnknownContact { .. }
            | Self::UnknownList { .. }
            | Self::UnknownActor { .. }
            | Self::NotUndoable { .. }
            | Self::Full
            | Self::Journal(JournalFailure(JournalError::Taken { .. }))
            | Self::Gates(_) => StoreErrorKind::Usage,
            Self::Oversized(_)
            | Self::List(ListFault::Oversized(_))
            | Self::Scrub(ScrubFault::Oversized(_) | ScrubFault::TooMany { .. })
            | Self::TooManyTargets { .. }
            | Self::TooLarge { .. }
            | Self::Stale { .. } => StoreErrorKind::Data,
            Self::Journal(JournalFailure(JournalError::Io { .. } | JournalError::Away { .. }))
            | Self::Io { .. }
            | Self::Thread(_) => StoreErrorKind::Io,
            Self::Format { .. }
            | Self::Journal(_)
            | Self::State(_)
            | Self::Inconsistent(_)
            | Self::Record { .. } => StoreErrorKind::Damaged,
        }
    }

    pub(super) fn io(path: impl Into<PathBuf>, doing: &'static str, source: io::Error) -> Self {
        Self::Io { path: path.into(), doing, source }
    }
}

impl From<JournalError> for StoreError {
    fn from(error: JournalError) -> Self {
        Self::Journal(JournalFailure(error))
    }
}

impl From<StateError> for StoreError {
    fn from(error: StateError) -> Self {
        Self::State(error.to_string())
    }
}

impl From<Inconsistent> for StoreError {
    fn from(error: Inconsistent) -> Self {
        Self::Inconsistent(error.to_string())
    }
}
