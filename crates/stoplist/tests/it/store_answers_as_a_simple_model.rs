//! A store, asked after every step, says what a few maps and loops say.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use stoplist::{
    BlockRequest, BulkBlock, BulkLimits, BulkTargets, ContactDetails, ContactEdit, ContactId,
    ContactStatus, Documentation, GateSpec, ImportOptions, ListSettings, NumberSet, PhoneNumber,
    Reason, Store, StoreOptions, Target, Traffic,
};

const KINDS: [Traffic; 4] =
    [Traffic::INBOUND, Traffic::OUTBOUND, Traffic::AUTOMATED, Traffic::BROADCAST];
const CATEGORIES: [&str; 2] = ["Lead", "Customer"];

fn number(place: u8) -> PhoneNumber {
    PhoneNumber::new(12_025_550_100 + u64::from(place)).unwrap()
}

#[derive(Clone, Debug)]
enum Step {
    Create { primary: u8, secondary: Option<u8>, category: usize, blocked: Option<Traffic> },
    Renumber { contact: usize, primary: u8 },
    Archive { contact: usize, archived: bool },
    BlockContact { contact: usize, traffic: Traffic },
    BlockNumber { number: u8, traffic: Traffic },
    UnblockContact { contact: usize },
    UnblockNumber { number: u8 },
    BulkBlock { category: usize },
    BulkUnblock { category: usize },
    UndoBulk,
    Import { numbers: Vec<u8>, replace: bool },
    UndoImport,
    Reopen { without_state: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let number = 0..12_u8;
    let traffic = (1..16_u8).prop_map(|bits| {
        let chosen = KINDS.into_iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
        chosen.fold(Traffic::NONE, |all, (_, kind)| all | kind)
    });
    let contact = 0..8_usize;
    let category = 0..2_usize;
    prop_oneof![
        4 => (number.clone(), prop::option::of(number.clone()), category.clone(),
              prop::option::of(traffic.clone()))
            .prop_map(|(primary, secondary, category, blocked)| Step::Create {
                primary, secondary, category, blocked
            }),
        2 => (contact.clone(), number.clone())
            .prop_map(|(contact, primary)| Step::Renumber { contact, primary }),
        1 => (contact.clone(), any::<bool>())
            .prop_map(|(contact, archived)| Step::Archive { contact, archived }),
        3 => (contact.clone(), traffic.clone())
            .prop_map(|(contact, traffic)| Step::BlockContact { contact, traffic }),
        3 => (number.clone(), traffic)
            .prop_map(|(number, traffic)| Step::BlockNumber { number, traffic }),
        2 => contact.prop_map(|contact| Step::UnblockContact { contact }),
        2 => number.clone().prop_map(|number| Step::UnblockNumber { number }),
        1 => category.clone().prop_map(|category| Step::BulkBlock { category }),
        1 => category.prop_map(|category| Step::BulkUnblock { category }),
        1 => Just(Step::UndoBulk),
        2 => (prop::collection::vec(number, 0..6), any::<bool>())
            .prop_map(|(numbers, replace)| Step::Import { numbers, replace }),
        1 => Just(Step::UndoImport),
        1 => any::<bool>().prop_map(|without_state| Step::Reopen { without_state }),
    ]
}

#[derive(Clone, Debug)]
struct Person {
    primary: u8,
    secondary: Option<u8>,
    category: usize,
    archived: bool,
    /// The traffic, and the step that began or documented it.
    block: Option<(Traffic, usize)>,
    /// What the last unblock lifted, and its step.
    lifted: Option<((Traffic, usize), usize)>,
}

impl Person {
    fn has(&self, number: u8) -> bool {
        self.primary == number || self.secondary == Some(number)
    }
}

/// The last operation that can be undone.
#[derive(Clone, Debug)]
enum Bulk {
    Block(usize),
    Unblock(usize),
}

#[derive(Default)]
struct Naive {
    people: Vec<Person>,
    /// Numbers that were blocked while nobody had them.
    bare: BTreeMap<u8, Traffic>,
    list: BTreeSet<u8>,
    bulk: Option<(Bulk, u64)>,
    /// Added and removed by the last import.
    import: Option<(BTreeSet<u8>, BTreeSet<u8>, u64)>,
}

impl Naive {
    fn stopped(&self, number: u8, kind: Traffic) -> bool {
        let by_person = self.people.iter().filter(|person| person.has(number));
        let mut traffic = by_person.filter_map(|person| person.block).map(|(traffic, _)| traffic);
        traffic.any(|traffic| traffic.intersects(kind))
            || self.bare.get(&number).is_some_and(|traffic| traffic.intersects(kind))
            || kind == Traffic::BROADCAST && self.list.contains(&number)
    }

    /// A person takes over the restrictions of numbers that nobody had.
    fn adopt(&mut self, person: usize, now: usize) {
        let person = &mut self.people[person];
        for number in [Some(person.primary), person.secondary].into_iter().flatten() {
            if let Some(traffic) = self.bare.remove(&number) {
                match &mut person.block {
                    Some((all, _)) => *all = *all | traffic,
                    None => person.block = Some((traffic, now)),
                }
            }
        }
    }
}

struct Both {
    directory: tempfile::TempDir,
    store: Option<Store>,
    naive: Naive,
}

impl Both {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store");
        let store = Store::create(path, "ana", StoreOptions::default()).unwrap();
        store.acting_as("ana").create_list("dnc", &ListSettings::new(Traffic::BROADCAST)).unwrap();
        Self { directory, store: Some(store), naive: Naive::default() }
    }

    fn run(&mut self, now: usize, step: &Step) {
        if let Step::Reopen { without_state } = step {
            drop(self.store.take());
            let path = self.directory.path().join("store");
            if *without_state {
                std::fs::remove_dir_all(path.join("state")).unwrap();
            }
            self.store = Some(Store::open(path, StoreOptions::default()).unwrap());
            return;
        }
        let store = self.store.clone().unwrap();
        let ana = store.acting_as("ana");
        let people = self.naive.people.len();
        let id = |contact: usize| ContactId::new(contact as u64 + 1).unwrap();
        let why = Documentation::new(Reason::Other);
        match step.clone() {
            Step::Create { primary, secondary, category, blocked } => {
                let details =
                    ContactDetails::new("x", number(primary)).category(CATEGORIES[category]);
                let details = ContactDetails { secondary: secondary.map(number), ..details };
                let contact = match blocked {
                    Some(traffic) => {
                        let request = BlockRequest::new(why).traffic(traffic);
                        ana.create_blocked_contact(&details, &request).unwrap()
                    }
                    None => ana.create_contact(&details).unwrap(),
                };
                assert_eq!(contact, ana.contact(contact.id).unwrap());
                let block = blocked.map(|traffic| (traffic, usize::MAX));
                let person =
                    Person { primary, secondary, category, archived: false, block, lifted: None };
                self.naive.people.push(person);
                self.naive.adopt(people, now);
            }
            Step::Renumber { contact, primary } if contact < people => {
                let edit = ContactEdit::default().primary(number(primary));
                let edited = ana.edit_contact(id(contact), &edit).unwrap();
                assert_eq!(edited, ana.contact(id(contact)).unwrap());
                self.naive.people[contact].primary = primary;
                self.naive.adopt(contact, now);
            }
            Step::Archive { contact, archived } if contact < people => {
                if archived {
                    ana.archive_contact(id(contact)).unwrap();
                } else {
                    ana.restore_contact(id(contact)).unwrap();
                }
                self.naive.people[contact].archived = archived;
            }
            Step::BlockContact { contact, traffic } if contact < people => {
                let request = BlockRequest::new(why).traffic(traffic);
                ana.block(&[id(contact).into()], &request).unwrap();
                self.naive.people[contact].block = Some((traffic, now));
            }
            Step::BlockNumber { number: place, traffic } => {
                let request = BlockRequest::new(why).traffic(traffic);
                ana.block(&[number(place).into()], &request).unwrap();
                let mut holders =
                    self.naive.people.iter_mut().filter(|person| person.has(place)).peekable();
                if holders.peek().is_none() {
                    self.naive.bare.insert(place, traffic);
                } else {
                    holders.for_each(|person| person.block = Some((traffic, now)));
                }
            }
            Step::UnblockContact { contact } if contact < people => {
                ana.unblock(&[id(contact).into()], &why).unwrap();
                let person = &mut self.naive.people[contact];
                if let Some(block) = person.block.take() {
                    person.lifted = Some((block, now));
                }
            }
            Step::UnblockNumber { number: place } => {
                ana.unblock(&[number(place).into()], &why).unwrap();
                let holders = self.naive.people.iter_mut().filter(|person| person.has(place));
                for person in holders {
                    if let Some(block) = person.block.take() {
                        person.lifted = Some((block, now));
                    }
                }
                if !self.naive.people.iter().any(|person| person.has(place)) {
                    self.naive.bare.remove(&place);
                }
            }
            Step::BulkBlock { category } => {
                let bulk = BulkBlock {
                    targets: in_category(category),
                    request: BlockRequest::new(why),
                    limits: BulkLimits::confirmed(),
                };
                let report = ana.bulk_block(&bulk).unwrap();
                let mut changed = 0;
                for person in &mut self.naive.people {
                    if person.category == category && person.block.is_none() {
                        person.block = Some((Traffic::ALL, now));
                        changed += 1;
                    }
                }
                assert_eq!(report.changed.len(), changed);
                if changed > 0 {
                    self.naive.bulk = Some((Bulk::Block(now), report.generation));
                }
            }
            Step::BulkUnblock { category } => {
                let targets = in_category(category);
                let report = ana.bulk_unblock(&targets, &why, BulkLimits::confirmed()).unwrap();
                let mut changed = 0;
                for person in &mut self.naive.people {
                    if person.category == category
                        && let Some(block) = person.block.take()
                    {
                        person.lifted = Some((block, now));
                        changed += 1;
                    }
                }
                assert_eq!(report.changed.len(), changed);
                if changed > 0 {
                    self.naive.bulk = Some((Bulk::Unblock(now), report.generation));
                }
            }
            Step::UndoBulk => {
                if let Some((bulk, generation)) = self.naive.bulk.take() {
                    let (_, changed) = ana.undo(generation).unwrap();
                    assert_eq!(changed, self.undo_bulk(&bulk, now));
                }
            }
            Step::Import { numbers, replace } => {
                let given: BTreeSet<u8> = numbers.into_iter().collect();
                let set: NumberSet = given.iter().map(|&place| number(place)).collect();
                let options =
                    if replace { ImportOptions::replace("x") } else { ImportOptions::add("x") };
                let report = ana.import("dnc", set, &options).unwrap();
                let had = &mut self.naive.list;
                let added: BTreeSet<u8> = &given - had;
                let removed: BTreeSet<u8> = if replace { &*had - &given } else { BTreeSet::new() };
                *had = &(&*had | &added) - &removed;
                let counts = (report.added, report.removed, report.already);
                let (plus, minus) = (added.len() as u64, removed.len() as u64);
                assert_eq!(counts, (plus, minus, given.len() as u64 - plus));
                self.naive.import = Some((added, removed, report.generation));
            }
            Step::UndoImport => {
                if let Some((added, removed, generation)) = self.naive.import.take() {
                    let (_, changed) = ana.undo(generation).unwrap();
                    let before = self.naive.list.clone();
                    self.naive.list = &(&before - &added) | &removed;
                    let differs = before.symmetric_difference(&self.naive.list).count();
                    assert_eq!(changed, differs as u64);
                }
            }
            _ => {}
        }
    }

    fn undo_bulk(&mut self, bulk: &Bulk, now: usize) -> u64 {
        let mut changed = 0;
        for person in &mut self.naive.people {
            match bulk {
                Bulk::Block(step) => {
                    if let Some(block) = person.block.filter(|(_, at)| at == step) {
                        person.lifted = Some((block, now));
                        person.block = None;
                        changed += 1;
                    }
                }
                Bulk::Unblock(step) => {
                    if person.block.is_none()
                        && let Some((block, _)) = person.lifted.filter(|(_, at)| at == step)
                    {
                        person.block = Some(block);
                        person.lifted = None;
                        changed += 1;
                    }
                }
            }
        }
        changed
    }

    fn compare(&self) {
        let store = self.store.as_ref().unwrap();
        let ana = store.acting_as("ana");
        for kind in KINDS {
            let gate = store.gate(&GateSpec::all(kind)).unwrap().load();
            for place in 0..12 {
                let stopped = self.naive.stopped(place, kind);
                assert_eq!(gate.contains(number(place)), stopped, "{place} {kind}");
                let list = match gate.verdict(number(place)) {
                    stoplist::Verdict::Block { list, .. } => Some(list),
                    _ => None,
                };
                let explained = list.and_then(|list| store.explain(number(place), list, kind));
                assert_eq!(explained.is_some(), stopped, "{place} {kind}");
            }
        }
        for (place, person) in self.naive.people.iter().enumerate() {
            let contact = ana.contact(ContactId::new(place as u64 + 1).unwrap()).unwrap();
            let status = match (person.block, person.archived) {
                (Some(_), _) => ContactStatus::Blocked,
                (None, true) => ContactStatus::Archived,
                (None, false) => ContactStatus::Active,
            };
            assert_eq!(contact.status(), status);
            assert_eq!(
                contact.block.map(|block| block.traffic),
                person.block.map(|(kind, _)| kind)
            );
            assert_eq!(contact.details.category, CATEGORIES[person.category]);
        }
        let listed: NumberSet = self.naive.list.iter().map(|&place| number(place)).collect();
        assert_eq!(ana.export("dnc").unwrap(), listed);
        let blocked = self.naive.people.iter().filter(|person| person.block.is_some()).count();
        assert_eq!(ana.info().unwrap().contacts.blocked, blocked as u64);
    }
}

fn in_category(category: usize) -> BulkTargets {
    BulkTargets::Filter(vec![format!("category={}", CATEGORIES[category])])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_store_answers_as_a_simple_model(steps in prop::collection::vec(step(), 1..40)) {
        let mut both = Both::new();
        for (now, step) in steps.iter().enumerate() {
            both.run(now, step);
            both.compare();
        }
        let audit = both.store.as_ref().unwrap().acting_as("ana").verify_journal().unwrap();
        prop_assert_eq!(audit.generation, both.store.as_ref().unwrap().generation());
        drop(both.store.take());
        let path = both.directory.path().join("store");
        let (store, rebuilt) = Store::rebuild(path, "ana", StoreOptions::default()).unwrap();
        prop_assert!(rebuilt.equal, "{:?}", rebuilt);
        both.store = Some(store);
        both.compare();
    }
}

#[test]
fn a_target_is_a_contact_or_a_number() {
    let id = ContactId::new(17).unwrap();
    assert_eq!("c17".parse::<Target>().unwrap(), Target::Contact(id));
    assert_eq!("+12025550142".parse::<Target>().unwrap(), Target::Number(number(42)));
    let message = "c0".parse::<Target>().unwrap_err().to_string();
    assert!(message.contains("c17") && message.contains("c0"), "{message}");
}
