//! Which contacts have a number?

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
        let mut ids = self.of(number).to_vec();
        if let Err(place) = ids.binary_search(&id) {
            ids.insert(place, id);
        }
        self.set(number, ids);
    }

    pub(super) fn remove(&mut self, number: PhoneNumber, id: ContactId) {
        let mut ids = self.of(number).to_vec();
        ids.retain(|&other| other != id);
        self.set(number, ids);
    }

    fn set(&mut self, number: PhoneNumber, ids: Vec<ContactId>) {
        match ids.as_slice() {
            [] => drop(self.0.remove(&number)),
            &[one] => drop(self.0.insert(number, Of::One([one]))),
            _ => drop(self.0.insert(number, Of::Several(ids))),
        }
    }
}
