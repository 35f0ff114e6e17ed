//! What is the state after so many changes?
//!
//! Everything but the numbers of lists, in memory: contacts, restrictions, who may do what, which
//! lists there are. It changes only by events, and the same events always come to the same model:
//! the journal is the truth, this is what it says. Knows no file, no clock and no thread.

mod apply;
mod change;
mod holders;
mod parts;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rustc_hash::FxHashMap;

use crate::access::{Permission, Permissions};
use crate::block::{Restriction, Target};
use crate::codec;
use crate::contact::{Contact, ContactId, ContactRow};
use crate::list::ListRow;
use crate::state::Digest;
use crate::table::{Table, TableRow};
use crate::{PhoneNumber, Traffic};

use holders::Holders;

pub(crate) use change::{Delta, ListOp, NumbersDelta};
pub(crate) use parts::{PARTS, is_on};
pub(crate) use rows::{Meta, PREFIXES};

/// The actor of what the store does by itself.
pub(crate) const STORE_ACTOR: &str = "stoplist";

/// An event that does not fit the state it is applied to.
#[derive(Debug, thiserror::Error)]
#[error("change {generation} does not fit what came before: {what}")]
pub(crate) struct Inconsistent {
    pub(crate) generation: u64,
    pub(crate) what: String,
}

/// The state of a store.
#[derive(Default)]
pub(crate) struct Model {
    generation: u64,
    at: Option<Timestamp>,
    /// Encoded, by slot. A contact is never deleted, so there is no gap.
    contacts: Vec<Box<[u8]>>,
    /// Encoded: of contacts, and of numbers that no contact has.
    restrictions: FxHashMap<Target, Box<[u8]>>,
    /// What the restrictions stop, and until when.
    in_force: FxHashMap<Target, InForce>,
    holders: Holders,
    table: Table,
    lists: BTreeMap<u32, ListRow>,
    next_list: u32,
    actors: BTreeMap<String, Permissions>,
    expiries: BTreeSet<(Timestamp, Target)>,
    /// Of all rows.
    digest: Digest,
    /// Of the numbers of each list.
    list_digests: BTreeMap<u32, Digest>,
}

#[derive(Clone, Copy)]
struct InForce {
    traffic: Traffic,
    until: Option<Timestamp>,
}

impl Model {
    /// The last change that it includes.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// When that was made.
    pub(crate) fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// Two models with the same digest are equal, whatever way they came about.
    pub(crate) fn digest(&self) -> Digest {
        let mut digest = self.digest;
        self.list_digests.values().for_each(|&of_list| digest.add(of_list));
        digest
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    pub(crate) fn contacts(&self) -> u64 {
        self.contacts.len() as u64
    }

    /// The contact that is made next.
    pub(crate) fn next_contact(&self) -> Option<ContactId> {
        ContactId::new(self.contacts() + 1)
    }

    /// The list that is made next.
    pub(crate) fn next_list(&self) -> u32 {
        self.next_list
    }

    pub(crate) fn contact(&self, id: ContactId) -> Option<Contact> {
        let ContactRow { details, archived, created_at } = self.contact_row(id)?;
        let block = self.restriction(Target::Contact(id)).and_then(|one| one.block);
        Some(Contact { id, details, archived, created_at, block })
    }

    fn contact_row(&self, id: ContactId) -> Option<ContactRow> {
        let row = self.contacts.get(id.slot() as usize)?;
        // What stands here was encoded here, or was checked when it was loaded.
        codec::decode(row).ok()
    }

    /// The contacts that have a number, in order.
    pub(crate) fn holders(&self, number: PhoneNumber) -> &[ContactId] {
        self.holders.of(number)
    }

    /// The restriction of a contact, or of a number that no contact has: in force or lifted.
    pub(crate) fn restriction(&self, target: Target) -> Option<Restriction> {
        codec::decode(self.restrictions.get(&target)?).ok()
    }

    /// Whether a block of exactly this target is in force.
    pub(crate) fn is_blocked(&self, target: Target) -> bool {
        self.in_force.contains_key(&target)
    }

    /// What is stopped for a number, by its own restriction and by those of all who have it.
    pub(crate) fn stopped(&self, number: PhoneNumber) -> Traffic {
        let of = |target| self.in_force.get(&target).map_or(Traffic::NONE, |one| one.traffic);
        let holders = self.holders.of(number).iter();
        holders.fold(of(Target::Number(number)), |all, &id| all | of(Target::Contact(id)))
    }

    /// All numbers with what is stopped for them.
    pub(crate) fn stopped_numbers(&self) -> BTreeMap<PhoneNumber, Traffic> {
        let mut stopped = BTreeMap::new();
        for &target in self.in_force.keys() {
            let numbers: Vec<PhoneNumber> = match target {
                Target::Number(number) => vec![number],
                Target::Contact(id) => {
                    self.contact_row(id).iter().flat_map(|row| row.details.numbers()).collect()
                }
            };
            for number in numbers {
                stopped.entry(number).or_insert_with(|| self.stopped(number));
            }
        }
        stopped
    }

    /// Whom a target stands for: a number, for the contacts that have it, if any has.
    pub(crate) fn resolve(&self, target: Target) -> Vec<Target> {
        match target {
            Target::Contact(_) => vec![target],
            Target::Number(number) => match self.holders(number) {
                [] => vec![target],
                holders => holders.iter().map(|&id| Target::Contact(id)).collect(),
            },
        }
    }

    pub(crate) fn permits(&self, actor: &str, permission: Permission) -> bool {
        self.actors.get(actor).is_some_and(|permissions| permissions.has(permission))
    }

    pub(crate) fn actors(&self) -> &BTreeMap<String, Permissions> {
        &self.actors
    }

    pub(crate) fn lists(&self) -> &BTreeMap<u32, ListRow> {
        &self.lists
    }

    pub(crate) fn list(&self, name: &str) -> Option<(u32, &ListRow)> {
        self.lists.iter().find(|(_, row)| row.name == name).map(|(&id, row)| (id, row))
    }

    /// When the next block ends by itself.
    pub(crate) fn next_expiry(&self) -> Option<Timestamp> {
        self.expiries.first().map(|&(until, _)| until)
    }

    /// The targets whose blocks have ended by then.
    pub(crate) fn expired(&self, now: Timestamp) -> Vec<Target> {
        let due = self.expiries.iter().take_while(|&&(until, _)| until <= now);
        due.map(|&(_, target)| target).collect()
    }

    /// Shows a contact's row and restriction in the table.
    fn tabulate(&mut self, id: ContactId, row: &ContactRow) {
        let blocked_at = self.restriction(Target::Contact(id)).and_then(|one| one.block);
        let blocked_at = blocked_at.map(|block| block.at.as_microsecond());
        let details = &row.details;
        let groups: Vec<&str> = details.groups.iter().map(String::as_str).collect();
        let status = crate::contact::status(blocked_at.is_some(), row.archived);
        self.table.put(
            id.slot(),
            &TableRow {
                name: &details.name,
                email: &details.email,
                category: &details.category,
                primary: Some(details.primary),
                secondary: details.secondary,
                groups: &groups,
                status,
                created_at_us: row.created_at.as_microsecond(),
                blocked_at_us: blocked_at,
            },
        );
    }

    /// Notes what is in force for a target, and when it ends.
    fn note_in_force(&mut self, target: Target, restriction: &Restriction) {
        if let Some(InForce { until: Some(until), .. }) = self.in_force.remove(&target) {
            self.expiries.remove(&(until, target));
        }
        if let Some(block) = &restriction.block {
            let InForce { traffic, until } = InForce { traffic: block.traffic, until: block.until };
            self.in_force.insert(target, InForce { traffic, until });
            if let Some(until) = until {
                self.expiries.insert((until, target));
            }
        }
    }
}
