//! How large is a store, and how old?

use std::time::Duration;

use jiff::Timestamp;

use crate::Traffic;
use crate::access::Permission;
use crate::list::{BLOCKED, ListInfo, ListSettings};

use super::error::StoreError;
use super::{Acting, open};

/// A store at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreInfo {
    /// The last change.
    pub generation: u64,
    /// How many contacts there are.
    pub contacts: ContactCounts,
    /// The built-in list, then the others in the order in which they were made.
    pub lists: Vec<ListInfo>,
    /// Room on disk.
    pub bytes: StoreBytes,
    /// How long it took to open the store.
    pub open_time: Duration,
    /// Why the state is not kept any more, if it is not: the next opening makes it anew.
    pub state_failure: Option<String>,
}

/// Contacts by status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactCounts {
    /// Neither blocked nor archived.
    pub active: u64,
    /// Blocked, archived or not.
    pub blocked: u64,
    /// Archived and not blocked.
    pub archived: u64,
}

/// Room on disk, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreBytes {
    /// Of the journal.
    pub journal: u64,
    /// Of the state.
    pub state: u64,
}

impl Acting<'_> {
    /// Counts and sizes. Needs `view`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Denied`].
    pub fn info(&self) -> Result<StoreInfo, StoreError> {
        let engine = self.engine;
        let (generation, contacts, mut lists) =
            engine.read(self.actor, Permission::View, "see the store", |model| {
                let counts = model.table().counts();
                let contacts = ContactCounts {
                    active: counts.active,
                    blocked: counts.blocked,
                    archived: counts.archived,
                };
                let now = Timestamp::now();
                let lists: Vec<ListInfo> =
                    model.lists().values().map(|row| row.info(now)).collect();
                Ok((model.generation(), contacts, lists))
            })?;
        lists.insert(0, self.built_in()?);
        Ok(StoreInfo {
            generation,
            contacts,
            lists,
            bytes: StoreBytes {
                journal: engine.journal.bytes(),
                state: engine.keeper.with_backend(|state| state.bytes_on_disk()).unwrap_or(0),
            },
            open_time: engine.open_time,
            state_failure: engine.keeper.failed(),
        })
    }

    fn built_in(&self) -> Result<ListInfo, StoreError> {
        let numbers = self.engine.built_in()?;
        let first = self.engine.journal.entries(0)?.next().transpose()?;
        let created_at = first.as_ref().map_or(Ok(Timestamp::UNIX_EPOCH), open::time_of)?;
        Ok(ListInfo {
            name: BLOCKED.to_owned(),
            settings: ListSettings::new(Traffic::ALL),
            numbers: numbers.len(),
            created_at,
            as_of: None,
            stale: false,
        })
    }
}
