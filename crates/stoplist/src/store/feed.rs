//! What has changed since?

use std::fmt;
use std::time::Duration;

use crate::access::Permission;
use crate::fork::Home;
use crate::gate::GateSpec;
use crate::journal::{Entries, Entry};
use crate::record::{Change, Event, Recorded};
use crate::{NumberSet, NumberSetBuilder, Traffic};

use super::engine::Engine;
use super::error::StoreError;
use super::{Acting, Store, open};

/// Changes in their order, read from the journal as they are asked for.
/// Ends with [`StoreError::Forked`] in a forked child, which has the file in common with the parent,
/// and its place in it.
pub struct Changes {
    entries: Option<Entries>,
    home: Home,
}

impl Changes {
    fn of(engine: &Engine, generation: u64) -> Result<Self, StoreError> {
        Ok(Self { entries: Some(engine.journal.entries(generation)?), home: engine.home })
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").finish_non_exhaustive()
    }
}

impl Iterator for Changes {
    type Item = Result<Change, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.home.is_left() {
            return self.entries.take().map(|_| Err(StoreError::Forked));
        }
        let entry = self.entries.as_mut()?.next()?;
        Some(entry.map_err(StoreError::from).and_then(|entry| {
            let recorded = open::recorded(&entry)?;
            change(&entry, recorded)
        }))
    }
}

pub(super) fn change(entry: &Entry, recorded: Recorded) -> Result<Change, StoreError> {
    let Recorded { actor, event, effects, .. } = recorded;
    let at = open::time_of(entry)?;
    Ok(Change { generation: entry.seq, at, actor, event, effects, previous: entry.previous() })
}

impl Acting<'_> {
    /// The changes after a generation, up to the last one that is kept at the time of the call.
    /// Needs `audit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Denied`], [`StoreError::Journal`].
    pub fn changes_since(&self, generation: u64) -> Result<Changes, StoreError> {
        let command = "read the journal";
        self.engine.read(self.actor, Permission::Audit, command, |_| Ok(()))?;
        Changes::of(self.engine, generation)
    }

    /// As [`changes_since`](Self::changes_since), but waits until there is one: for ever, or at most
    /// so long. There is none when the time was too short.
    ///
    /// # Errors
    ///
    /// As [`changes_since`](Self::changes_since).
    pub fn follow(
        &self,
        generation: u64,
        at_most: Option<Duration>,
    ) -> Result<Changes, StoreError> {
        let command = "read the journal";
        self.engine.read(self.actor, Permission::Audit, command, |_| Ok(()))?;
        self.engine.journal.wait_past(generation, at_most)?;
        Changes::of(self.engine, generation)
    }
}

impl Store {
    /// The numbers that were put on a list after a generation, and are on one now: those to take out
    /// of a broadcast that was filtered at that generation and is sent only now. Needs no
    /// permission.
    ///
    /// Also has numbers that were stopped before already, and were put on one more list since. Reads
    /// the part of the journal since then.
    ///
    /// # Errors
    ///
    /// [`StoreError::Journal`], [`StoreError::Forked`].
    pub fn blocked_since(&self, generation: u64) -> Result<NumberSet, StoreError> {
        self.engine.at_home()?;
        let mut numbers = NumberSetBuilder::new();
        for entry in self.engine.journal.entries(generation)? {
            let entry = entry?;
            let recorded = open::recorded(&entry)?;
            for effect in &recorded.effects {
                effect.added.iter().for_each(|&number| numbers.push(number));
            }
            if let Event::ListImported(_) = recorded.event {
                numbers.push_set(&open::numbers_of(&entry, &recorded)?.added);
            }
        }
        let gate = self.gate(&GateSpec::all(Traffic::ALL))?.load();
        let numbers = numbers.finish();
        let still = numbers.iter().filter(|&number| gate.contains(number));
        Ok(NumberSet::from_sorted(still).unwrap_or_default())
    }
}
