//! What does one change come to: in the model, in the state's rows, in the gates?

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::block::{Restriction, Target};
use crate::codec;
use crate::contact::{ContactId, ContactRow};
use crate::list::ListRow;
use crate::record::Effect;
use crate::{NumberSet, PhoneNumber, Traffic};

use super::{Inconsistent, Model, parts, rows};

/// What a change has altered, beside the model itself.
#[derive(Default)]
pub(crate) struct Delta {
    /// Rows of the state; `None` for one that is gone.
    pub(crate) rows: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// Of the built-in list.
    pub(crate) effects: Vec<Effect>,
    /// Of the other lists.
    pub(crate) list: Option<ListOp>,
}

/// What has become of a list.
pub(crate) enum ListOp {
    Created { name: String, traffic: Traffic },
    Set { name: String, traffic: Traffic },
    Dropped { list: u32, name: String },
    Imported { list: u32, name: String, traffic: Traffic, numbers: NumbersDelta },
}

/// Numbers that are new in a list, and others that are gone.
#[derive(Clone, Default)]
pub(crate) struct NumbersDelta {
    pub(crate) added: Arc<NumberSet>,
    pub(crate) removed: Arc<NumberSet>,
}

/// A change being made.
pub(super) struct Change<'m> {
    pub(super) model: &'m mut Model,
    pub(super) generation: u64,
    /// What was stopped for the numbers that are touched, before.
    before: FxHashMap<PhoneNumber, Traffic>,
    delta: Delta,
}

impl<'m> Change<'m> {
    pub(super) fn new(model: &'m mut Model, generation: u64) -> Self {
        Self { model, generation, before: FxHashMap::default(), delta: Delta::default() }
    }

    pub(super) fn inconsistent(&self, what: impl Into<String>) -> Inconsistent {
        Inconsistent { generation: self.generation, what: what.into() }
    }

    pub(super) fn contact_row(&self, id: ContactId) -> Result<ContactRow, Inconsistent> {
        let row = self.model.contact_row(id);
        row.ok_or_else(|| self.inconsistent(format!("there is no contact {id}")))
    }

    /// Puts a contact's row, and lets its numbers point to it.
    pub(super) fn put_contact(&mut self, id: ContactId, row: &ContactRow) {
        let old = self.model.contact_row(id);
        for number in old.iter().flat_map(|row| row.details.numbers()) {
            self.touch(number);
            self.model.holders.remove(number, id);
        }
        for number in row.details.numbers() {
            self.touch(number);
            self.model.holders.add(number, id);
        }
        let value = codec::encode(row);
        let key = rows::contact_key(id);
        let slot = id.slot() as usize;
        if let Some(old) = self.model.contacts.get_mut(slot) {
            self.model.digest.remove_row(&key, old);
            *old = value.as_slice().into();
        } else {
            self.model.contacts.push(value.as_slice().into());
        }
        self.model.digest.add_row(&key, &value);
        self.delta.rows.push((key, Some(value)));
        self.model.tabulate(id, row);
    }

    /// Puts a target's restriction, or takes it away when there is nothing to keep.
    pub(super) fn put_restriction(
        &mut self,
        target: Target,
        restriction: &Restriction,
    ) -> Result<(), Inconsistent> {
        let row = match target {
            Target::Contact(id) => {
                let row = self.contact_row(id)?;
                row.details.numbers().for_each(|number| self.touch(number));
                Some((id, row))
            }
            Target::Number(number) => {
                self.touch(number);
                None
            }
        };
        let key = rows::restriction_key(target);
        let keep = *restriction != Restriction::default();
        let value = keep.then(|| codec::encode(restriction));
        let old = match &value {
            Some(value) => self.model.restrictions.insert(target, value.as_slice().into()),
            None => self.model.restrictions.remove(&target),
        };
        if let Some(old) = old {
            self.model.digest.remove_row(&key, &old);
        }
        if let Some(value) = &value {
            self.model.digest.add_row(&key, value);
        }
        self.delta.rows.push((key, value));
        self.model.note_in_force(target, restriction);
        if let Some((id, row)) = row {
            self.model.tabulate(id, &row);
        }
        Ok(())
    }

    pub(super) fn put_list(&mut self, list: u32, row: Option<ListRow>) {
        let key = rows::list_key(list);
        let value = row.as_ref().map(codec::encode);
        let old = match row {
            Some(row) => self.model.lists.insert(list, row),
            None => self.model.lists.remove(&list),
        };
        self.put_row(key, old.as_ref().map(codec::encode), value);
    }

    pub(super) fn put_actor(&mut self, name: &str, permissions: Option<crate::Permissions>) {
        let old = match permissions {
            Some(permissions) => self.model.actors.insert(name.to_owned(), permissions),
            None => self.model.actors.remove(name),
        };
        let [old, new] = [old, permissions].map(|one| one.as_ref().map(codec::encode));
        self.put_row(rows::actor_key(name), old, new);
    }

    fn put_row(&mut self, key: Vec<u8>, old: Option<Vec<u8>>, new: Option<Vec<u8>>) {
        if let Some(old) = old {
            self.model.digest.remove_row(&key, &old);
        }
        if let Some(new) = &new {
            self.model.digest.add_row(&key, new);
        }
        self.delta.rows.push((key, new));
    }

    pub(super) fn set_list_op(&mut self, op: ListOp) {
        self.delta.list = Some(op);
    }

    /// Works out what has changed for the numbers that were touched.
    pub(super) fn finish(mut self) -> Delta {
        let mut numbers: Vec<_> = self
            .before
            .iter()
            .map(|(&number, &before)| (number, before, self.model.stopped(number)))
            .filter(|(_, before, after)| before != after)
            .collect();
        numbers.sort_unstable_by_key(|&(number, ..)| number);
        self.delta.effects = parts::effects(&numbers);
        self.delta
    }

    fn touch(&mut self, number: PhoneNumber) {
        if !self.before.contains_key(&number) {
            self.before.insert(number, self.model.stopped(number));
        }
    }
}
