//! Does a store answer as maps do, whatever is done to it?
//!
//! The bytes are a list of operations on a store in memory's own file system, with a model beside it
//! (`store_model.rs`). After each, gates of each kind of traffic are asked for every number; now and
//! then the store is closed and opened again. An operation that the bytes do not hold to its end is
//! the last.

use std::collections::BTreeSet;

use stoplist::{
    BLOCKED, BlockRequest, BulkBlock, BulkLimits, BulkTargets, ContactDetails, ContactEdit,
    ContactId, Documentation, GateHandle, GateSpec, ImportOptions, ListSettings, NumberSet,
    PhoneNumber, Reason, Store, StoreError, StoreOptions, Target, Traffic,
};

use crate::input::Input;
use crate::scratch::Scratch;
use crate::store_model::{Block, List, StoreModel, Undoable, Whom};

/// More than these would teach nothing new and take long.
const MAX_OPERATIONS: usize = 60;
const ACTOR: &str = "ann";
const LISTS: [&str; 2] = ["dnc", "optout"];
/// How many numbers there are.
const NUMBERS: u8 = 10;
const KINDS: [Traffic; 4] =
    [Traffic::INBOUND, Traffic::OUTBOUND, Traffic::AUTOMATED, Traffic::BROADCAST];

/// What a byte says to do, modulo [`Operation::ALL`].
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Operation {
    /// Two numbers, what is blocked of the contact.
    Create,
    /// A contact, its second number.
    Edit,
    /// A mask of numbers, one of contacts, what is blocked.
    Block,
    /// The masks.
    Unblock,
    /// As `Block`, in bulk.
    BulkBlock,
    /// As `Unblock`, in bulk.
    BulkUnblock,
    /// Which of the changes that can be undone.
    Undo,
    /// A list, what it stops: it is made, or gets that.
    List,
    /// A list.
    Drop,
    /// A list, a mask of numbers, whether the list is made equal to them.
    Import,
    Reopen,
}

impl Operation {
    pub(crate) const ALL: [Self; 11] = [
        Self::Create,
        Self::Edit,
        Self::Block,
        Self::Unblock,
        Self::BulkBlock,
        Self::BulkUnblock,
        Self::Undo,
        Self::List,
        Self::Drop,
        Self::Import,
        Self::Reopen,
    ];
}

/// Performs the operations that the bytes say, and compares after each.
///
/// # Panics
///
/// When the store is wrong.
pub fn store_ops(data: &[u8]) {
    let scratch = Scratch::new();
    let path = scratch.path().join("store");
    let mut input = Input(data);
    let Ok(store) = Store::create(&path, ACTOR, options()) else {
        assert_eq!("a store is made", "none is");
        return;
    };
    let mut state =
        State { gates: gates(&store), store: Some(store), model: StoreModel::default() };
    for _ in 0..MAX_OPERATIONS {
        let operation = input.u8().map(|code| usize::from(code) % Operation::ALL.len());
        let Some(operation) = operation.and_then(|at| Operation::ALL.get(at)) else { break };
        if let Operation::Reopen = operation {
            state.gates.clear();
            state.store = None;
            let opened = Store::open(&path, options());
            assert!(opened.is_ok(), "{:?}", opened.err());
            state.store = opened.ok();
            state.gates = state.store.as_ref().map(gates).unwrap_or_default();
        } else if state.step(*operation, &mut input).is_none() {
            break;
        }
        state.check();
    }
    state.check_all();
}

fn options() -> StoreOptions {
    StoreOptions::default().state_in_memory().segment_bytes(2_000)
}

fn gates(store: &Store) -> Vec<GateHandle> {
    let gates: Result<Vec<_>, _> =
        KINDS.iter().map(|&kind| store.gate(&GateSpec::all(kind))).collect();
    assert!(gates.is_ok());
    gates.unwrap_or_default()
}

/// Number `at` of all; every second is a neighbour of the one before.
fn number(at: u8) -> PhoneNumber {
    let at = u64::from(at % NUMBERS);
    PhoneNumber::new(4_930_000_000 + at / 2 * 1_000_003 + at % 2).unwrap_or(PhoneNumber::MIN)
}

fn numbers(mask: u16) -> impl Iterator<Item = PhoneNumber> {
    (0..NUMBERS).filter(move |&at| mask >> at & 1 == 1).map(number)
}

fn traffic(choice: u8) -> Traffic {
    let kinds = KINDS.into_iter().enumerate().filter(|(bit, _)| choice >> bit & 1 == 1);
    kinds.fold(Traffic::NONE, |all, (_, kind)| all | kind)
}

struct State {
    /// Always there but while it is opened again.
    store: Option<Store>,
    gates: Vec<GateHandle>,
    model: StoreModel,
}

impl State {
    /// One operation; `None` at the end of the input.
    fn step(&mut self, operation: Operation, input: &mut Input<'_>) -> Option<()> {
        match operation {
            Operation::Create => self.create(input),
            Operation::Edit => self.edit(input),
            Operation::Block | Operation::BulkBlock => self.block(operation, input),
            Operation::Unblock | Operation::BulkUnblock => self.unblock(operation, input),
            Operation::Undo => self.undo(input),
            Operation::List => self.list(input),
            Operation::Drop => {
                let name = LISTS.get(usize::from(input.u8()?) % LISTS.len())?;
                let dropped = self.store.as_ref()?.acting_as(ACTOR).drop_list(name);
                assert_eq!(dropped.is_ok(), self.model.lists.remove(*name).is_some());
                Some(())
            }
            Operation::Import => self.import(input),
            Operation::Reopen => Some(()),
        }
    }

    fn create(&mut self, input: &mut Input<'_>) -> Option<()> {
        let (first, second, choice) = (input.u8()?, input.u8()?, traffic(input.u8()?));
        let mut details = ContactDetails::new("a name", number(first)).group("all");
        if second != first {
            details = details.secondary(number(second));
        }
        let acting = self.store.as_ref()?.acting_as(ACTOR);
        let made = match choice.is_none() {
            true => acting.create_contact(&details),
            false => {
                let request = BlockRequest::new(Reason::Spam).traffic(choice);
                acting.create_blocked_contact(&details, &request)
            }
        };
        let by = self.store.as_ref()?.generation();
        let place = self.model.contacts.len();
        assert_eq!(made.ok().map(|made| made.id.get()), Some(place as u64 + 1));
        let block = (!choice.is_none()).then_some(Block { traffic: choice, by });
        let numbers = details.numbers().map(PhoneNumber::get).collect();
        self.model.put_contact(place, numbers, block);
        Some(())
    }

    fn edit(&mut self, input: &mut Input<'_>) -> Option<()> {
        let (choice, second) = (u64::from(input.u8()?), input.u8()?);
        let place = choice % (self.model.contacts.len() as u64 + 1);
        let edit = ContactEdit::default().secondary(Some(number(second)));
        let edited =
            self.store.as_ref()?.acting_as(ACTOR).edit_contact(ContactId::new(place + 1)?, &edit);
        let known = self.model.contacts.get(place as usize).is_some();
        assert_eq!(edited.is_ok(), known, "{edited:?}");
        if let Ok(contact) = edited {
            let numbers = contact.details.numbers().map(PhoneNumber::get).collect();
            self.model.put_contact(place as usize, numbers, None);
        }
        Some(())
    }

    /// Numbers and contacts by masks; one contact that there may not be.
    fn targets(input: &mut Input<'_>) -> Option<Vec<Target>> {
        let (of_numbers, of_contacts) = (input.u16()?, input.u8()?);
        let contacts = (0..8_u64).filter(|at| of_contacts >> at & 1 == 1);
        let contacts = contacts.filter_map(|at| ContactId::new(at + 1)).map(Target::Contact);
        Some(numbers(of_numbers).map(Target::Number).chain(contacts).collect())
    }

    /// The targets that the model knows, and those among them that are blocked or not.
    fn known(&self, targets: &[Target], blocked: bool) -> (bool, Vec<Whom>, Vec<Whom>) {
        let all: Vec<Whom> = targets.iter().copied().map(Whom::from).collect();
        let contacts = self.model.contacts.len();
        let there = |whom: &Whom| !matches!(whom, Whom::Contact(place) if *place >= contacts);
        let some: Vec<Whom> = all.iter().copied().filter(there).collect();
        let resolved = self.model.resolve_all(&some).unwrap_or_default();
        let changed = resolved.iter().copied().filter(|&one| self.model.is_blocked(one) == blocked);
        (some.len() == all.len(), resolved.clone(), changed.collect())
    }

    fn block(&mut self, operation: Operation, input: &mut Input<'_>) -> Option<()> {
        let (targets, choice) = (Self::targets(input)?, traffic(input.u8()?));
        let (all_known, resolved, changed) = self.known(&targets, false);
        let store = self.store.as_ref()?;
        let request = BlockRequest::new(Reason::OptOut).traffic(choice);
        if let Operation::Block = operation {
            let done = store.acting_as(ACTOR).block(&targets, &request);
            assert_eq!(done.is_ok(), all_known && !choice.is_none(), "{done:?}");
            if let Ok(done) = done {
                self.model.block(&resolved, Block { traffic: choice, by: done.generation });
            }
            return Some(());
        }
        let targets = BulkTargets::Selection(targets);
        let done = store.acting_as(ACTOR).bulk_block(&BulkBlock {
            targets,
            request,
            limits: BulkLimits::confirmed(),
        });
        assert_eq!(done.is_ok(), !choice.is_none(), "{done:?}");
        if let Ok(done) = done {
            assert_eq!(done.changed.iter().copied().map(Whom::from).collect::<Vec<_>>(), changed);
            self.model.block(&changed, Block { traffic: choice, by: done.generation });
            if !changed.is_empty() {
                self.model.undoable.insert(done.generation, Undoable::Blocked(changed));
            }
        }
        Some(())
    }

    fn unblock(&mut self, operation: Operation, input: &mut Input<'_>) -> Option<()> {
        let targets = Self::targets(input)?;
        let (all_known, _, changed) = self.known(&targets, true);
        let acting = self.store.as_ref()?.acting_as(ACTOR);
        let why = Documentation::new(Reason::Requested);
        if let Operation::Unblock = operation {
            let done = acting.unblock(&targets, &why);
            assert_eq!(done.is_ok(), all_known, "{done:?}");
            if let Ok(done) = done {
                self.model.lift(&changed, done.generation);
            }
            return Some(());
        }
        let targets = BulkTargets::Selection(targets);
        let done = acting.bulk_unblock(&targets, &why, BulkLimits::confirmed());
        assert!(done.is_ok(), "{done:?}");
        if let Ok(done) = done {
            assert_eq!(done.changed.iter().copied().map(Whom::from).collect::<Vec<_>>(), changed);
            self.model.lift(&changed, done.generation);
            if !changed.is_empty() {
                self.model.undoable.insert(done.generation, Undoable::Unblocked(changed));
            }
        }
        Some(())
    }

    fn undo(&mut self, input: &mut Input<'_>) -> Option<()> {
        let choice = usize::from(input.u8()?);
        let store = self.store.as_ref()?;
        let count = self.model.undoable.len();
        let undone = self.model.undoable.keys().nth(choice % count.max(1)).copied();
        // One behind the last that there is.
        let undone = undone.unwrap_or(store.generation() + 1);
        let done = store.acting_as(ACTOR).undo(undone);
        let wanted = self.model.undo(undone, store.generation());
        assert_eq!(done.as_ref().ok().map(|&(_, count)| count), wanted, "{done:?}");
        if let Err(error) = done {
            assert!(matches!(error, StoreError::NotUndoable { .. }), "{error:?}");
        }
        Some(())
    }

    fn list(&mut self, input: &mut Input<'_>) -> Option<()> {
        let (choice, traffic) = (usize::from(input.u8()?) % LISTS.len(), traffic(input.u8()?));
        let name = *LISTS.get(choice)?;
        let acting = self.store.as_ref()?.acting_as(ACTOR);
        let settings = ListSettings::new(traffic);
        let known = self.model.lists.contains_key(name);
        let done = match known {
            true => acting.set_list(name, &settings),
            false => acting.create_list(name, &settings),
        };
        assert_eq!(done.is_ok(), !traffic.is_none(), "{done:?}");
        if let Ok(made) = done {
            let new = List { traffic, numbers: BTreeSet::new(), made };
            self.model.lists.entry(name.to_owned()).or_insert(new).traffic = traffic;
        }
        Some(())
    }

    fn import(&mut self, input: &mut Input<'_>) -> Option<()> {
        let choice = usize::from(input.u8()?) % LISTS.len();
        let (mask, replace) = (input.u16()?, input.u8()? % 2 == 1);
        let name = *LISTS.get(choice)?;
        let set: NumberSet = numbers(mask).collect();
        let given: BTreeSet<u64> = numbers(mask).map(PhoneNumber::get).collect();
        let options =
            if replace { ImportOptions::replace("file") } else { ImportOptions::add("file") };
        let done = self.store.as_ref()?.acting_as(ACTOR).import(name, set, &options);
        let list = self.model.lists.get_mut(name);
        assert_eq!(done.is_ok(), list.is_some(), "{done:?}");
        let (Ok(done), Some(list)) = (done, list) else { return Some(()) };
        let added: BTreeSet<u64> = given.difference(&list.numbers).copied().collect();
        let gone = list.numbers.difference(&given).copied().filter(|_| replace);
        let removed: BTreeSet<u64> = gone.collect();
        assert_eq!((done.added, done.removed), (added.len() as u64, removed.len() as u64));
        list.numbers.extend(&added);
        list.numbers.retain(|number| !removed.contains(number));
        let undoable =
            Undoable::Imported { list: name.to_owned(), made: list.made, added, removed };
        self.model.undoable.insert(done.generation, undoable);
        Some(())
    }

    /// The gates, for every number.
    fn check(&self) {
        for (kind, gate) in KINDS.into_iter().zip(&self.gates) {
            let gate = gate.load();
            for number in (0..NUMBERS).map(number) {
                let wanted = self.model.stops(number.get(), kind);
                assert_eq!(gate.contains(number), wanted, "{number}, {kind:?}");
            }
        }
    }

    /// The lists as they are exported, and the journal.
    fn check_all(&self) {
        let Some(store) = &self.store else { return };
        let acting = store.acting_as(ACTOR);
        let blocked = (0..NUMBERS).map(number);
        let blocked =
            blocked.filter(|number| !self.model.stopped(number.get()).is_none()).collect();
        assert_eq!(acting.export(BLOCKED).ok(), Some(blocked));
        for (name, list) in &self.model.lists {
            let numbers = list.numbers.iter().filter_map(|&one| PhoneNumber::new(one).ok());
            assert_eq!(acting.export(name).ok(), Some(numbers.collect()), "{name}");
        }
        let audit = acting.verify_journal();
        assert!(audit.is_ok(), "{audit:?}");
    }
}
