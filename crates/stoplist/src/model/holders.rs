//! Which contacts have a number?

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use crate::PhoneNumber;
use crate::contact::ContactId;

/// The contacts of each number. Nearly always it is one, which takes no allocation.
#[derive(Default)]
pub(super) struct Holders(FxHashMap<PhoneNumber, Of>);

enum Of {
    One([ContactId; 1]),
    /// In order.
    Several(Vec<ContactId>),
}

impl Holders {
    pub(super) fn of(&self, number: PhoneNumber) -> &[ContactId] {
        match self.0.get(&number) {
            None => &[],
            Some(Of::One(one)) => one,
            Some(Of::Several(several)) => several,
        }
    }

    pub(super) fn add(&mut self, number: PhoneNumber, id: ContactId) {
        match self.0.entry(number) {
            Entry::Vacant(place) => drop(place.insert(Of::One([id]))),
            Entry::Occupied(mut of) => match of.get_mut() {
                Of::One([one]) if *one == id => {}
                Of::One([one]) => {
                    let two = [(*one).min(id), (*one).max(id)];
                    of.insert(Of::Several(two.to_vec()));
                }
                Of::Several(ids) => {
                    if let Err(place) = ids.binary_search(&id) {
                        ids.insert(place, id);
                    }
                }
            },
        }
    }

    pub(super) fn remove(&mut self, number: PhoneNumber, id: ContactId) {
        let Entry::Occupied(mut of) = self.0.entry(number) else { return };
        match of.get_mut() {
            Of::One([one]) if *one == id => drop(of.remove()),
            Of::One(_) => {}
            Of::Several(ids) => {
                if let Ok(place) = ids.binary_search(&id) {
                    ids.remove(place);
                }
                if let &[one] = ids.as_slice() {
                    of.insert(Of::One([one]));
                }
            }
        }
    }
}
