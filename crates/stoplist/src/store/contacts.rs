//! How are contacts made, changed and found?

use crate::PhoneNumber;
use crate::access::Permission;
use crate::block::{Block, BlockRequest, Target};
use crate::contact::{Contact, ContactDetails, ContactEdit, ContactId};
use crate::model::Model;
use crate::record::Event;
use crate::table::ContactQuery;

use super::Acting;
use super::engine::{Moment, Plan};
use super::error::StoreError;

/// A page of the contacts table.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContactPage {
    /// In the order that was asked for.
    pub contacts: Vec<Contact>,
    /// How many there are on all pages.
    pub total: u64,
    /// Where the next page begins, for [`PageStart::After`](crate::PageStart::After); `None` on the
    /// last.
    pub next: Option<String>,
}

impl Acting<'_> {
    /// Makes a contact. Needs `edit`.
    ///
    /// If one of its numbers is blocked by itself, that restriction becomes the contact's own: the
    /// contact is blocked. Of several blocks, what any of them stops is stopped, for the longest time.
    ///
    /// # Errors
    ///
    /// [`StoreError::Oversized`], [`StoreError::Full`], [`StoreError::Denied`].
    pub fn create_contact(&self, details: &ContactDetails) -> Result<Contact, StoreError> {
        self.create(details, None)
    }

    /// Makes a contact that is blocked from the start: there is no moment at which it is not. Needs
    /// `edit` and `block`.
    ///
    /// # Errors
    ///
    /// As [`create_contact`](Self::create_contact) and [`block`](Self::block).
    pub fn create_blocked_contact(
        &self,
        details: &ContactDetails,
        block: &BlockRequest,
    ) -> Result<Contact, StoreError> {
        self.create(details, Some(block))
    }

    fn create(
        &self,
        details: &ContactDetails,
        block: Option<&BlockRequest>,
    ) -> Result<Contact, StoreError> {
        let needs: &[Permission] = match block {
            Some(_) => &[Permission::Edit, Permission::Block],
            None => &[Permission::Edit],
        };
        let plan = |model: &Model, moment: Moment| {
            details.check()?;
            let block = match block {
                Some(request) => {
                    super::blocking::check(request, moment)?;
                    Some(super::blocking::block(request, self.actor, moment))
                }
                None => None,
            };
            let id = model.next_contact().ok_or(StoreError::Full)?;
            let (adopted, own) = adopted(model, details);
            let block = both(block, own);
            let contact = Contact {
                id,
                details: details.clone(),
                archived: false,
                created_at: moment.at,
                block: block.clone(),
            };
            let details = details.clone();
            Ok(Plan::event(Event::ContactCreated { id, details, block, adopted }, contact))
        };
        self.engine.commit(self.actor, needs, "create a contact", plan).map(|(_, contact)| contact)
    }

    /// A contact, as it is now. Needs `view`.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownContact`], [`StoreError::Denied`].
    pub fn contact(&self, id: ContactId) -> Result<Contact, StoreError> {
        self.engine.read(self.actor, Permission::View, "see a contact", |model| known(model, id))
    }

    /// The contacts that have a number as their primary or secondary one. Needs `view`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Denied`].
    pub fn contacts_with(&self, number: PhoneNumber) -> Result<Vec<Contact>, StoreError> {
        self.engine.read(self.actor, Permission::View, "see a contact", |model| {
            model.holders(number).iter().map(|&id| known(model, id)).collect()
        })
    }

    /// A page of the contacts that a query is about. Needs `view`. At most some 20 ms for a million
    /// contacts, whatever is asked.
    ///
    /// # Errors
    ///
    /// [`StoreError::Query`], [`StoreError::Denied`].
    pub fn contacts(&self, query: &ContactQuery) -> Result<ContactPage, StoreError> {
        self.engine.read(self.actor, Permission::View, "see contacts", |model| {
            let hits = model.table().query(query)?;
            let ids = hits.ids.iter().filter_map(|&id| ContactId::new(id));
            let contacts = ids.map(|id| known(model, id)).collect::<Result<_, _>>()?;
            Ok(ContactPage { contacts, total: hits.total, next: hits.next })
        })
    }

    /// The categories that contacts have, each with the number of its contacts, for a choice of
    /// filters. Needs `view`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Denied`].
    pub fn categories(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.engine.read(self.actor, Permission::View, "see categories", |model| {
            Ok(owned(model.table().categories()))
        })
    }

    /// The groups that contacts are in, likewise. Needs `view`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Denied`].
    pub fn groups(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.engine.read(self.actor, Permission::View, "see groups", |model| {
            Ok(owned(model.table().groups()))
        })
    }

    /// Changes a contact, blocked or not. Needs `edit`. A restriction stays, and moves to the numbers
    /// that the contact has then; a number that it had is free, unless another blocked contact has
    /// it.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownContact`], [`StoreError::Oversized`], [`StoreError::Denied`].
    pub fn edit_contact(&self, id: ContactId, edit: &ContactEdit) -> Result<Contact, StoreError> {
        let plan = |model: &Model, _: Moment| {
            let mut contact = known(model, id)?;
            let details = edit.applied_to(&contact.details);
            details.check()?;
            let changed = changed(&contact.details, &details);
            if changed.is_empty() {
                return Ok(Plan::nothing(contact));
            }
            let (adopted, own) = adopted(model, &details);
            let block = own.map(|own| match contact.block.take() {
                Some(block) => together(block, &own),
                None => own,
            });
            contact.block = block.clone().or(contact.block);
            contact.details.clone_from(&details);
            Ok(Plan::event(Event::ContactEdited { id, details, changed, block, adopted }, contact))
        };
        let needs = &[Permission::Edit];
        self.engine.commit(self.actor, needs, "edit a contact", plan).map(|(_, contact)| contact)
    }

    /// Puts a contact away. It keeps its restriction, its groups and its history. Needs `edit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownContact`], [`StoreError::Denied`].
    pub fn archive_contact(&self, id: ContactId) -> Result<Contact, StoreError> {
        self.set_archived(id, true, "archive a contact", Event::ContactArchived { id })
    }

    /// Brings a contact back. Needs `edit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownContact`], [`StoreError::Denied`].
    pub fn restore_contact(&self, id: ContactId) -> Result<Contact, StoreError> {
        self.set_archived(id, false, "restore a contact", Event::ContactRestored { id })
    }

    fn set_archived(
        &self,
        id: ContactId,
        archived: bool,
        command: &'static str,
        event: Event,
    ) -> Result<Contact, StoreError> {
        let plan = |model: &Model, _: Moment| {
            let contact = known(model, id)?;
            if contact.archived == archived {
                return Ok(Plan::nothing(contact));
            }
            Ok(Plan::event(event, Contact { archived, ..contact }))
        };
        let needs = &[Permission::Edit];
        self.engine.commit(self.actor, needs, command, plan).map(|(_, contact)| contact)
    }
}

fn owned(counts: Vec<(&str, u64)>) -> Vec<(String, u64)> {
    counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
}

pub(super) fn known(model: &Model, id: ContactId) -> Result<Contact, StoreError> {
    model.contact(id).ok_or(StoreError::UnknownContact { id })
}

/// Numbers of a contact that are blocked by themselves, and what that comes to as a block of the
/// contact: all that they stop, for as long as the longest.
fn adopted(model: &Model, details: &ContactDetails) -> (Vec<PhoneNumber>, Option<Block>) {
    let mut numbers = Vec::new();
    let mut own: Option<Block> = None;
    for number in details.numbers() {
        let restriction = model.restriction(Target::Number(number));
        let Some(block) = restriction.and_then(|one| one.block) else { continue };
        numbers.push(number);
        own = both(own, Some(block));
    }
    (numbers, own)
}

fn both(one: Option<Block>, other: Option<Block>) -> Option<Block> {
    match (one, other) {
        (Some(one), Some(other)) => Some(together(one, &other)),
        (one, other) => one.or(other),
    }
}

/// A block that stops what either does, for as long as either does. The documentation is the first's.
fn together(one: Block, other: &Block) -> Block {
    Block {
        traffic: one.traffic | other.traffic,
        until: one.until.zip(other.until).map(|(one, other)| one.max(other)),
        ..one
    }
}

/// The fields in which two differ.
fn changed(before: &ContactDetails, after: &ContactDetails) -> Vec<String> {
    let fields = [
        ("name", before.name != after.name),
        ("email", before.email != after.email),
        ("category", before.category != after.category),
        ("primary", before.primary != after.primary),
        ("secondary", before.secondary != after.secondary),
        ("groups", before.groups != after.groups),
        ("attributes", before.attributes != after.attributes),
    ];
    let changed = fields.into_iter().filter(|(_, differs)| *differs);
    changed.map(|(name, _)| name.to_owned()).collect()
}
