//! What has happened to a contact, or to a number?

use rustc_hash::FxHashSet;

use crate::PhoneNumber;
use crate::access::Permission;
use crate::block::Target;
use crate::contact::ContactId;
use crate::journal::Entry;
use crate::record::{Change, Event, Message, Recorded};

use super::engine::Plan;
use super::error::StoreError;
use super::{Acting, feed, open};
use crate::contact::limits::{self, Field};
use crate::state;

/// One event of a history.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HistoryEntry {
    /// What happened. Of a bulk operation only the part that the history is about.
    pub change: Change,
    /// For an import: whether it brought the number into the list, or took it out.
    pub listed: Option<Listed>,
}

/// What an import did to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// It is in the list from then on.
    Added,
    /// It is not in it any more.
    Removed,
}

impl Acting<'_> {
    /// Every event of a contact or a number, oldest first: made, edited, blocked, let through, and
    /// by whom and why; imports that had the number; messages that the host recorded. Needs `view`.
    ///
    /// A contact's history has what happened to the numbers that it has, or had. Reads the journal:
    /// some seconds for a million changes.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownContact`], [`StoreError::Denied`], [`StoreError::Journal`].
    pub fn history(&self, of: Target) -> Result<Vec<HistoryEntry>, StoreError> {
        let subject = self.engine.read(self.actor, Permission::View, "see a history", |model| {
            Ok(match of {
                Target::Contact(id) => {
                    let contact = super::contacts::known(model, id)?;
                    Subject { contact: Some(id), numbers: contact.details.numbers().collect() }
                }
                Target::Number(number) => {
                    Subject { contact: None, numbers: [number].into_iter().collect() }
                }
            })
        })?;
        subject.history(self.engine.journal.entries(0)?)
    }

    /// Records a communication event of the host: that a message was delivered, refused, or whatever
    /// became of it. Needs `edit`. Returns the change's generation.
    ///
    /// # Errors
    ///
    /// [`StoreError::Oversized`], [`StoreError::Denied`].
    pub fn record_message(&self, message: &Message) -> Result<u64, StoreError> {
        let plan = |_: &_, _| {
            limits::check(Field::Outcome, &message.outcome)?;
            Ok(Plan::event(Event::MessageRecorded(message.clone()), ()))
        };
        let needs = &[Permission::Edit];
        self.engine.commit(self.actor, needs, "record a message", plan).map(|(at, ())| at)
    }
}

/// What a history is about.
struct Subject {
    contact: Option<ContactId>,
    numbers: FxHashSet<PhoneNumber>,
}

impl Subject {
    fn history(
        mut self,
        entries: impl Iterator<Item = Result<Entry, crate::journal::JournalError>>,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        let mut history = Vec::new();
        for entry in entries {
            let entry = entry?;
            let mut recorded = open::recorded(&entry)?;
            let listed = match &recorded.event {
                Event::ListImported(_) => match self.listed(&entry, recorded.removed_pages)? {
                    Some(listed) => Some(listed),
                    None => continue,
                },
                _ => None,
            };
            if listed.is_some() || self.concerns(&mut recorded) {
                history.push(HistoryEntry { change: feed::change(&entry, recorded)?, listed });
            }
        }
        Ok(history)
    }

    /// Whether an event is about the subject. Leaves only that part of a large one.
    fn concerns(&mut self, recorded: &mut Recorded) -> bool {
        for effect in &mut recorded.effects {
            effect.added.retain(|number| self.numbers.contains(number));
            effect.removed.retain(|number| self.numbers.contains(number));
        }
        recorded.effects.retain(|one| !one.added.is_empty() || !one.removed.is_empty());
        let is_own = |id: &ContactId| self.contact == Some(*id);
        let named = match &mut recorded.event {
            Event::ContactCreated { id, details, .. }
            | Event::ContactEdited { id, details, .. } => {
                if is_own(id) {
                    self.numbers.extend(details.numbers());
                }
                is_own(id)
                    || self.contact.is_none()
                        && details.numbers().any(|number| self.numbers.contains(&number))
            }
            Event::ContactArchived { id } | Event::ContactRestored { id } => is_own(id),
            Event::Blocked { targets, .. }
            | Event::Unblocked { targets, .. }
            | Event::Lapsed { targets } => {
                targets.retain(|target| self.is_of(target));
                !targets.is_empty()
            }
            Event::Undone { restored, lifted, .. } => {
                restored.retain(|(target, _)| self.is_of(target));
                lifted.retain(|target| self.is_of(target));
                !restored.is_empty() || !lifted.is_empty()
            }
            Event::MessageRecorded(message) => self.numbers.contains(&message.number),
            Event::Initialised { .. }
            | Event::ListCreated { .. }
            | Event::ListSet { .. }
            | Event::ListDropped { .. }
            | Event::ListImported(_)
            | Event::ActorSet { .. }
            | Event::ActorRemoved { .. }
            | Event::Refused { .. }
            | Event::Scrubbed(_) => false,
        };
        // What stopped a number, or let it through, is of its history whoever it was done to; that of
        // a contact has what was done to the contact.
        named || self.contact.is_none() && !recorded.effects.is_empty()
    }

    fn is_of(&self, target: &Target) -> bool {
        match target {
            Target::Contact(id) => self.contact == Some(*id),
            Target::Number(number) => self.numbers.contains(number),
        }
    }

    /// What an import did to the numbers: reads only the pages that may have them.
    fn listed(&self, entry: &Entry, removed_pages: u64) -> Result<Option<Listed>, StoreError> {
        let fault = |fault: String| StoreError::Record { generation: entry.seq, fault };
        for &number in &self.numbers {
            let mut pages = entry.pages_about(number.get());
            while let Some(page) = pages.next() {
                let page = page?;
                let numbers = state::unpack(&page.bytes, page.first..=page.last)
                    .map_err(|error| fault(error.to_string()))?;
                if numbers.contains(number) {
                    let removed = pages.passed() <= removed_pages;
                    return Ok(Some(if removed { Listed::Removed } else { Listed::Added }));
                }
            }
        }
        Ok(None)
    }
}
