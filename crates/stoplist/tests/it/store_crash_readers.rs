//! What those who ask are told, while writers work that may be killed any moment.
//!
//! Each writer notes what it owns before a change begins, and after the call has returned. So who asks
//! knows, without the code under test, what the answer may be: what some moment between the last
//! change that had returned before the question and the last one that had begun at its end makes of
//! it, wholly. And no answer may be older than the one before it.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use stoplist::{Gate, GateHandle, GateSpec, NumberSet, PhoneNumber, Store, Traffic, Verdict};

use crate::store_crash_work::{Own, Person, name, numbers};
use crate::store_desk::{Dice, KINDS};

/// What a thread has made of what it owns, step by step.
pub(crate) struct Ledger {
    states: Mutex<Vec<Arc<Own>>>,
    /// The place of the state whose call has returned last.
    returned: AtomicU64,
    /// The last generation that the thread was told.
    generation: AtomicU64,
}

impl Ledger {
    pub(crate) fn new(own: Own, generation: u64) -> Self {
        let generation = AtomicU64::new(generation);
        Self { states: Mutex::new(vec![Arc::new(own)]), returned: AtomicU64::new(0), generation }
    }

    /// As it is now, when nothing is under way.
    pub(crate) fn own(&self) -> Own {
        Own::clone(self.states.lock().unwrap().last().unwrap())
    }

    /// Of a change that begins: what it will come to.
    pub(crate) fn begin(&self, own: &Own) {
        self.states.lock().unwrap().push(Arc::new(own.clone()));
    }

    /// Its call has returned.
    pub(crate) fn end(&self, generation: u64) {
        // A call that does not tell its generation says 0.
        self.generation.fetch_max(generation, Ordering::SeqCst);
        self.returned.fetch_add(1, Ordering::SeqCst);
    }

    /// What it may be like now, from one state on.
    fn states_from(&self, first: u64) -> Vec<Arc<Own>> {
        self.states.lock().unwrap()[first as usize..].to_vec()
    }
}

/// By which door an answer came: gates of different traffic are not replaced in one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Door {
    Numbers(usize),
    List,
    Page,
}

/// One who asks, over and over.
pub(crate) struct Reader<'a> {
    store: &'a Store,
    ledgers: &'a [Ledger],
    /// What is stopped of each kind.
    kinds: Vec<GateHandle>,
    /// Of each thread.
    lists: Vec<GateHandle>,
    /// The oldest state that an answer may be of, by thread and door.
    seen: BTreeMap<(usize, Door), u64>,
    /// The generation of the last gate, by handle.
    generations: BTreeMap<(Door, usize), u64>,
    dice: Dice,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(store: &'a Store, ledgers: &'a [Ledger], seed: u64) -> Self {
        let open = |kind, list: &str| store.gate(&GateSpec::named(kind, [list])).unwrap();
        Self {
            store,
            ledgers,
            kinds: KINDS.iter().map(|&kind| open(kind, "blocked")).collect(),
            lists: (0..ledgers.len() as u64).map(|at| open(Traffic::ALL, &name(at))).collect(),
            seen: BTreeMap::new(),
            generations: BTreeMap::new(),
            dice: Dice::new(seed),
        }
    }

    /// Asks one thing, and panics when the answer is wrong.
    pub(crate) fn ask(&mut self) {
        let thread = self.dice.below(self.ledgers.len() as u64) as usize;
        match self.dice.below(32) {
            0 => self.ask_page(thread),
            1..=3 => self.ask_list(thread),
            _ => self.ask_numbers(thread),
        }
    }

    /// All numbers of a thread, of one gate: so a bulk operation is there wholly or not at all.
    fn ask_numbers(&mut self, thread: usize) {
        let at = self.dice.below(KINDS.len() as u64) as usize;
        let (kind, handle) = (KINDS[at], self.kinds[at].clone());
        let asked: Vec<PhoneNumber> = numbers(thread as u64).collect();
        let moment = self.moment(thread, Door::Numbers(at));
        let (found, generation) = match self.dice.below(3) {
            0 => handle.look(|gate| (one_by_one(gate, &asked), gate.generation())),
            1 => {
                let gate = handle.load();
                (one_by_one(&gate, &asked), gate.generation())
            }
            _ => {
                let gate = handle.load();
                let texts: Vec<u64> = asked.iter().map(|number| number.get()).collect();
                let found = gate.contains_batch(&texts);
                ((0..asked.len()).map(|at| found.get(at)).collect(), gate.generation())
            }
        };
        self.expect(moment, found, |own| {
            asked.iter().map(|&number| own.stopped(number).intersects(kind)).collect()
        });
        self.is_later(moment, at, generation);
    }

    /// A list that is imported, of one gate.
    fn ask_list(&mut self, thread: usize) {
        let moment = self.moment(thread, Door::List);
        let gate = self.lists[thread].load();
        let mut all = NumberSet::new();
        self.ledgers[thread].states_from(moment.first).iter().for_each(|own| all |= own.list());
        let all: Vec<u64> = all.iter().map(PhoneNumber::get).collect();
        let found = gate.contains_batch(&all);
        let found: Vec<u64> = found.ones().map(|at| all[at]).collect();
        self.expect(moment, found, |own| own.list().iter().map(PhoneNumber::get).collect());
        self.is_later(moment, thread, gate.generation());
    }

    /// The contacts of a thread, and which of them are blocked.
    fn ask_page(&mut self, thread: usize) {
        let moment = self.moment(thread, Door::Page);
        let people = Own::people_of(self.store, thread as u64);
        self.expect(moment, people, |own| own.people().to_vec() as Vec<Person>);
    }

    /// What an answer may be from now on.
    fn moment(&self, thread: usize, door: Door) -> Moment {
        let seen = self.seen.get(&(thread, door)).copied().unwrap_or_default();
        let ledgers = self.ledgers.iter();
        Moment {
            thread,
            door,
            first: seen.max(self.ledgers[thread].returned.load(Ordering::SeqCst)),
            generation: ledgers.map(|one| one.generation.load(Ordering::SeqCst)).max().unwrap(),
        }
    }

    /// The answer is that of a state between the moment and now.
    fn expect<T: Debug + PartialEq>(&mut self, moment: Moment, found: T, of: impl Fn(&Own) -> T) {
        let Moment { thread, door, first, .. } = moment;
        let may = self.ledgers[thread].states_from(first);
        let is_found = may.iter().position(|own| of(own) == found);
        let Some(at) = is_found else {
            let may: Vec<T> = may.iter().map(|own| of(own)).collect();
            panic!("{door:?} of t{thread} from state {first} on: {found:?} is none of {may:?}")
        };
        // Of equal ones the first: nothing is called a step back that may be none.
        self.seen.insert((thread, door), first + at as u64);
    }

    /// A gate has all changes whose calls had returned, and is not older than the one before it.
    fn is_later(&mut self, moment: Moment, handle: usize, generation: u64) {
        let door = moment.door;
        let least = self.generations.insert((door, handle), generation).unwrap_or_default();
        let least = least.max(moment.generation);
        assert!(generation >= least, "{door:?}: a gate of {generation} where {least} was told");
    }
}

/// When a question began.
#[derive(Clone, Copy)]
struct Moment {
    thread: usize,
    door: Door,
    /// The oldest state that may be told.
    first: u64,
    /// The oldest generation that a gate may be of.
    generation: u64,
}

fn one_by_one(gate: &Gate, asked: &[PhoneNumber]) -> Vec<bool> {
    let verdict = |&number| match gate.verdict(number) {
        Verdict::Allow => false,
        Verdict::Block { list: "blocked", .. } => true,
        other => panic!("{number}: {other:?}"),
    };
    let found: Vec<bool> = asked.iter().map(verdict).collect();
    let again: Vec<bool> = asked.iter().map(|&number| gate.contains(number)).collect();
    assert_eq!(again, found, "one gate, asked twice");
    found
}
