//! Which rows of the state are there, and how do they become a model again?

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::Permissions;
use crate::block::{Restriction, Target};
use crate::codec::{self, CodecError, micros};
use crate::contact::{ContactId, ContactRow};
use crate::journal::Mark;
use crate::list::ListRow;
use crate::state::Digest;
use crate::{NumberSet, PhoneNumber};

use super::Model;

const CONTACT: u8 = b'c';
const RESTRICTION: u8 = b'r';
const LIST: u8 = b'l';
const ACTOR: u8 = b'a';

/// All prefixes, in an order in which rows can be taken: contacts before their restrictions.
pub(crate) const PREFIXES: [u8; 4] = [CONTACT, RESTRICTION, LIST, ACTOR];

/// What the state says about itself: the change that it includes, and the digest of it all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    pub(crate) generation: u64,
    pub(crate) hash: [u8; 32],
    pub(crate) segment: u64,
    pub(crate) end: u64,
    #[serde(with = "micros::optional")]
    pub(crate) at: Option<Timestamp>,
    pub(crate) next_list: u32,
    pub(crate) digest: [u8; 16],
}

impl Meta {
    pub(crate) fn new(model: &Model, mark: Mark) -> Self {
        Self {
            generation: mark.seq,
            hash: mark.hash,
            segment: mark.segment,
            end: mark.end,
            at: model.at,
            next_list: model.next_list,
            digest: model.digest().to_bytes(),
        }
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { seq: self.generation, hash: self.hash, segment: self.segment, end: self.end }
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest::from_bytes(self.digest)
    }
}

/// Why rows are no state.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RowFault {
    #[error("a row has a key that means nothing")]
    Key,
    #[error("a contact is missing or twice there")]
    Gap,
    #[error(transparent)]
    Value(#[from] CodecError),
}

pub(super) fn contact_key(id: ContactId) -> Vec<u8> {
    [&[CONTACT][..], &id.slot().to_be_bytes()].concat()
}

pub(super) fn restriction_key(target: Target) -> Vec<u8> {
    match target {
        Target::Contact(id) => [&[RESTRICTION, b'c'][..], &id.slot().to_be_bytes()].concat(),
        Target::Number(number) => [&[RESTRICTION, b'n'][..], &number.get().to_be_bytes()].concat(),
    }
}

pub(super) fn list_key(list: u32) -> Vec<u8> {
    [&[LIST][..], &list.to_be_bytes()].concat()
}

pub(super) fn actor_key(name: &str) -> Vec<u8> {
    [&[ACTOR][..], name.as_bytes()].concat()
}

impl Model {
    /// Takes a row of the state, contacts in order. Ends with [`Self::loaded`].
    pub(crate) fn load_row(&mut self, key: &[u8], value: &[u8]) -> Result<(), RowFault> {
        let (&kind, rest) = key.split_first().ok_or(RowFault::Key)?;
        match kind {
            CONTACT => {
                let slot = rest.try_into().map(u32::from_be_bytes).map_err(|_| RowFault::Key)?;
                if slot as usize != self.contacts.len() {
                    return Err(RowFault::Gap);
                }
                let id = ContactId::of_slot(slot).ok_or(RowFault::Key)?;
                let row: ContactRow = codec::decode(value)?;
                row.details.numbers().for_each(|number| self.holders.add(number, id));
                self.contacts.push(value.into());
                self.tabulate(id, &row);
            }
            RESTRICTION => self.load_restriction(rest, value)?,
            LIST => {
                let list = rest.try_into().map(u32::from_be_bytes).map_err(|_| RowFault::Key)?;
                self.lists.insert(list, codec::decode::<ListRow>(value)?);
            }
            ACTOR => {
                let name = str::from_utf8(rest).map_err(|_| RowFault::Key)?;
                self.actors.insert(name.to_owned(), codec::decode::<Permissions>(value)?);
            }
            _ => return Err(RowFault::Key),
        }
        self.digest.add_row(key, value);
        Ok(())
    }

    fn load_restriction(&mut self, key: &[u8], value: &[u8]) -> Result<(), RowFault> {
        let (&kind, rest) = key.split_first().ok_or(RowFault::Key)?;
        let target = match kind {
            b'c' => {
                let slot = rest.try_into().map(u32::from_be_bytes).map_err(|_| RowFault::Key)?;
                Target::Contact(ContactId::of_slot(slot).ok_or(RowFault::Key)?)
            }
            b'n' => {
                let number = rest.try_into().map(u64::from_be_bytes).map_err(|_| RowFault::Key)?;
                Target::Number(PhoneNumber::new(number).map_err(|_| RowFault::Key)?)
            }
            _ => return Err(RowFault::Key),
        };
        let restriction: Restriction = codec::decode(value)?;
        self.restrictions.insert(target, value.into());
        self.note_in_force(target, &restriction);
        if let Target::Contact(id) = target {
            let row = self.contact_row(id).ok_or(RowFault::Gap)?;
            self.tabulate(id, &row);
        }
        Ok(())
    }

    /// Takes the numbers of a list.
    pub(crate) fn load_numbers(&mut self, list: u32, numbers: &NumberSet) {
        let digest = self.list_digests.entry(list).or_default();
        numbers.iter().for_each(|number| digest.add_number(list, number.get()));
    }

    /// Takes what the state says about itself; whether that is what was loaded.
    #[must_use]
    pub(crate) fn loaded(&mut self, meta: &Meta) -> bool {
        (self.generation, self.at, self.next_list) = (meta.generation, meta.at, meta.next_list);
        self.digest() == meta.digest()
    }
}
