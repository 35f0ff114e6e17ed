//! What one of several threads does to a store that is killed, and what the store then has to say.
//!
//! A thread owns its numbers, its contacts (by their category) and its list. So what they are like
//! after some steps does not depend on the other threads.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stoplist::{
    BlockRequest, BulkBlock, BulkLimits, BulkTargets, Contact, ContactDetails, ContactEdit,
    ContactFilter, ContactQuery, Direction, Documentation, GateSpec, ImportOptions, ListSettings,
    Message, NumberSet, PhoneNumber, Reason, Store, Traffic,
};

use crate::store_desk::{Dice, KINDS, number, scattered};

/// Numbers that no contact gets; then those of contacts.
const BARE: u64 = 40;
const HELD: u64 = 12;
/// Then such as nothing ever happens to.
const UNTOUCHED: u64 = 8;
/// Contacts of a thread.
const MOST_CONTACTS: usize = 30;

/// One change. It depends on nothing but what its thread did before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Step {
    BlockNumber { place: u64, promotions_only: bool },
    UnblockNumber { place: u64 },
    Create { primary: u64, secondary: u64, blocked: bool },
    Renumber { contact: usize, primary: u64 },
    BlockContact { contact: usize },
    UnblockContact { contact: usize },
    Bulk { block: bool },
    Import { seed: u64, count: u64 },
    Message { seed: u64 },
}

impl Step {
    /// The event that it leaves in the journal.
    pub(crate) fn event(&self) -> &'static str {
        match self {
            Self::BlockNumber { .. } | Self::BlockContact { .. } | Self::Bulk { block: true } => {
                "blocked"
            }
            Self::UnblockNumber { .. }
            | Self::UnblockContact { .. }
            | Self::Bulk { block: false } => "unblocked",
            Self::Create { .. } => "contact_created",
            Self::Renumber { .. } => "contact_edited",
            Self::Import { .. } => "list_imported",
            Self::Message { .. } => "message",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Person {
    primary: PhoneNumber,
    secondary: PhoneNumber,
    blocked: bool,
}

/// What a thread owns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Own {
    thread: u64,
    /// Bare numbers that are stopped, and of what.
    bare: BTreeMap<PhoneNumber, Traffic>,
    /// In the order in which they were made.
    people: Vec<Person>,
    list: Arc<NumberSet>,
}

/// The name of a thread's actor, category and list.
pub(crate) fn name(thread: u64) -> String {
    format!("t{thread}")
}

pub(crate) fn prepare(store: &Store, threads: u64) {
    let ana = store.acting_as("ana");
    for thread in 0..threads {
        ana.add_actor(&name(thread), "view,edit,block,bulk,lists".parse().unwrap()).unwrap();
        ana.create_list(&name(thread), &ListSettings::new(Traffic::BROADCAST)).unwrap();
    }
}

impl Own {
    fn bare_number(&self, place: u64) -> PhoneNumber {
        number(self.thread * 1_000 + place)
    }

    fn held_number(&self, place: u64) -> PhoneNumber {
        number(self.thread * 1_000 + BARE + place)
    }

    /// As the store has it.
    pub(crate) fn of(store: &Store, thread: u64) -> Self {
        let list = Arc::new(store.acting_as("ana").export(&name(thread)).unwrap());
        let people = Self::people_of(store, thread);
        let mut own = Self { thread, bare: BTreeMap::new(), people, list };
        let gates = KINDS
            .map(|kind| (kind, store.gate(&GateSpec::named(kind, ["blocked"])).unwrap().load()));
        let stopped = |number| {
            let stops = gates.iter().filter(|(_, gate)| gate.contains(number));
            stops.fold(Traffic::NONE, |all, (kind, _)| all | *kind)
        };
        for place in 0..BARE {
            let number = own.bare_number(place);
            let traffic = stopped(number);
            if !traffic.is_none() {
                own.bare.insert(number, traffic);
            }
        }
        for number in numbers(thread) {
            assert_eq!(stopped(number), own.stopped(number), "{number} of {own:?}");
        }
        own
    }

    /// The contacts of a thread, as the store has them.
    pub(crate) fn people_of(store: &Store, thread: u64) -> Vec<Person> {
        let people = contacts(store, thread).into_iter().map(|contact| Person {
            primary: contact.details.primary,
            secondary: contact.details.secondary.unwrap(),
            blocked: contact.block.is_some(),
        });
        people.collect()
    }

    /// What is stopped of a number. One that contacts have is stopped while one of them is blocked.
    pub(crate) fn stopped(&self, number: PhoneNumber) -> Traffic {
        let has = |one: &&Person| one.primary == number || one.secondary == number;
        match self.people.iter().filter(has).any(|one| one.blocked) {
            true => Traffic::ALL,
            false => self.bare.get(&number).copied().unwrap_or(Traffic::NONE),
        }
    }

    pub(crate) fn people(&self) -> &[Person] {
        &self.people
    }

    pub(crate) fn list(&self) -> &NumberSet {
        &self.list
    }

    /// A step that changes something.
    pub(crate) fn choose(&self, dice: &mut Dice) -> Step {
        loop {
            let (place, contact) = (dice.below(BARE), dice.below(MOST_CONTACTS as u64) as usize);
            let person = self.people.get(contact);
            let blocked = self.people.iter().filter(|person| person.blocked).count();
            return match (dice.below(16), person) {
                (0..=3, _) => Step::BlockNumber { place, promotions_only: dice.below(3) == 0 },
                (4..=5, _) if self.bare.contains_key(&self.bare_number(place)) => {
                    Step::UnblockNumber { place }
                }
                (6..=7, _) if self.people.len() < MOST_CONTACTS => Step::Create {
                    primary: dice.below(HELD),
                    secondary: dice.below(HELD),
                    blocked: dice.below(2) == 0,
                },
                (8..=9, Some(person)) => {
                    let primary = dice.below(HELD);
                    if person.primary == self.held_number(primary) {
                        continue;
                    }
                    Step::Renumber { contact, primary }
                }
                (10, Some(_)) => Step::BlockContact { contact },
                (11, Some(person)) if person.blocked => Step::UnblockContact { contact },
                (12, _) if blocked < self.people.len() => Step::Bulk { block: true },
                (13, _) if blocked > 0 => Step::Bulk { block: false },
                (14, _) => {
                    let count = if dice.below(4) == 0 { 5_000 } else { dice.below(200) };
                    Step::Import { seed: dice.roll(), count }
                }
                (15, _) => Step::Message { seed: dice.roll() },
                _ => continue,
            };
        }
    }

    /// Does it to the store; the generation of the change.
    pub(crate) fn act(&self, store: &Store, step: &Step) -> u64 {
        let who = name(self.thread);
        let actor = store.acting_as(&who);
        let why = Documentation::new(Reason::OptOut).note("wrote STOP");
        let request = BlockRequest::new(why.clone());
        let id = |contact: usize| contacts(store, self.thread)[contact].id;
        let all = || BulkTargets::Filter(vec![format!("category={who}")]);
        match *step {
            Step::BlockNumber { place, promotions_only } => {
                let target = self.bare_number(place).into();
                let request =
                    if promotions_only { request.traffic(Traffic::BROADCAST) } else { request };
                actor.block(&[target], &request).unwrap().generation
            }
            Step::UnblockNumber { place } => {
                actor.unblock(&[self.bare_number(place).into()], &why).unwrap().generation
            }
            Step::Create { primary, secondary, blocked } => {
                let details = ContactDetails::new("Ada", self.held_number(primary))
                    .secondary(self.held_number(secondary))
                    .category(&who);
                let made = match blocked {
                    true => actor.create_blocked_contact(&details, &request),
                    false => actor.create_contact(&details),
                };
                made.unwrap();
                0
            }
            Step::Renumber { contact, primary } => {
                let edit = ContactEdit::default().primary(self.held_number(primary));
                actor.edit_contact(id(contact), &edit).unwrap();
                0
            }
            Step::BlockContact { contact } => {
                actor.block(&[id(contact).into()], &request).unwrap().generation
            }
            Step::UnblockContact { contact } => {
                actor.unblock(&[id(contact).into()], &why).unwrap().generation
            }
            Step::Bulk { block: true } => {
                let limits = BulkLimits::confirmed();
                actor.bulk_block(&BulkBlock { targets: all(), request, limits }).unwrap().generation
            }
            Step::Bulk { block: false } => {
                actor.bulk_unblock(&all(), &why, BulkLimits::confirmed()).unwrap().generation
            }
            Step::Import { seed, count } => {
                let options = ImportOptions::replace("some.csv");
                actor.import(&who, scattered(seed, count), &options).unwrap().generation
            }
            Step::Message { seed } => {
                let message = Message {
                    number: self.bare_number(seed % BARE),
                    direction: Direction::Outbound,
                    outcome: format!("{seed}"),
                    at: jiff::Timestamp::now(),
                };
                actor.record_message(&message).unwrap()
            }
        }
    }

    /// What it comes to.
    pub(crate) fn apply(&mut self, step: &Step) {
        match *step {
            Step::BlockNumber { place, promotions_only } => {
                let traffic = if promotions_only { Traffic::BROADCAST } else { Traffic::ALL };
                self.bare.insert(self.bare_number(place), traffic);
            }
            Step::UnblockNumber { place } => {
                self.bare.remove(&self.bare_number(place));
            }
            Step::Create { primary, secondary, blocked } => self.people.push(Person {
                primary: self.held_number(primary),
                secondary: self.held_number(secondary),
                blocked,
            }),
            Step::Renumber { contact, primary } => {
                self.people[contact].primary = self.held_number(primary);
            }
            Step::BlockContact { contact } => self.people[contact].blocked = true,
            Step::UnblockContact { contact } => self.people[contact].blocked = false,
            Step::Bulk { block } => self.people.iter_mut().for_each(|one| one.blocked = block),
            Step::Import { seed, count } => {
                self.list = Arc::new(scattered(seed, count));
            }
            Step::Message { .. } => {}
        }
    }
}

/// All numbers of a thread.
pub(crate) fn numbers(thread: u64) -> impl Iterator<Item = PhoneNumber> {
    (0..BARE + HELD + UNTOUCHED).map(move |place| number(thread * 1_000 + place))
}

/// A thread's contacts, in the order in which they were made.
fn contacts(store: &Store, thread: u64) -> Vec<Contact> {
    let filter = ContactFilter::default().category(&name(thread));
    let query = ContactQuery::default().filter(filter).per_page(MOST_CONTACTS as u32);
    let mut contacts = store.acting_as("ana").contacts(&query).unwrap().contacts;
    contacts.sort_unstable_by_key(|contact| contact.id);
    contacts
}
