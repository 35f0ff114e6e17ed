//! Is a state that was interrupted anywhere right, or known to be half applied?
//!
//! A seed decides what is changed, which operation of the backend fails or is the last one, and how
//! many of the batches that were not flushed are lost. What must be there then is known from the
//! changes alone. The keeper has no thread here, so that a seed does the same each time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, MutexGuard};

use super::*;
use crate::journal::{Chance, Counts, over_seeds};
use crate::state::backend::{Each, Row};
use crate::state::memory::Memory;
use crate::state::pages;
use crate::state::tests::rows_of;

/// What takes a second or two in a build that is not optimised.
const SEEDS: u64 = 1_500;
/// Of the seeds that are asked for: one takes as long as so many of the journal.
const ONE_IN: u64 = 10;
const LISTS: u32 = 3;

/// What is kept, and how much of it is safe.
struct Shelf {
    rows: Memory,
    safe: Memory,
    /// Batches since the last flush.
    since: Vec<Vec<Change>>,
    /// Operations that succeed.
    left: u64,
    /// Nothing is done behind the one that fails.
    is_last: bool,
    failed: bool,
    chance: Chance,
}

impl Shelf {
    /// Whether it is this operation that fails.
    fn step(&mut self) -> Result<(), bool> {
        if self.failed && self.is_last {
            return Err(false);
        }
        if self.failed || self.left > 0 {
            self.left = self.left.saturating_sub(1);
            return Ok(());
        }
        self.failed = true;
        Err(true)
    }

    /// What is left when the process has ended, and the power was cut or not.
    fn left_over(&mut self) -> Memory {
        let batches = match self.chance.below(3) {
            0 => 0,
            1 => self.since.len(),
            _ => self.chance.below(self.since.len() + 1),
        };
        for batch in &self.since[..batches] {
            self.safe.apply(batch).unwrap();
        }
        std::mem::take(&mut self.safe)
    }
}

/// The backend of a shelf that the test looks at.
struct Simulated(Arc<Mutex<Shelf>>);

impl Simulated {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap()
    }
}

fn refused() -> StateError {
    StateError::Backend("told to fail".to_owned())
}

impl Backend for Simulated {
    fn scan(&self, prefix: &[u8], each: &mut Each<'_>) -> Result<(), StateError> {
        self.shelf().rows.scan(prefix, each)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        self.shelf().rows.get(key)
    }

    fn at_or_before(&self, prefix: &[u8], key: &[u8]) -> Result<Option<Row>, StateError> {
        self.shelf().rows.at_or_before(prefix, key)
    }

    fn after(&self, prefix: &[u8], key: &[u8]) -> Result<Option<Row>, StateError> {
        self.shelf().rows.after(prefix, key)
    }

    fn apply(&mut self, changes: &[Change]) -> Result<(), StateError> {
        let mut shelf = self.shelf();
        let step = shelf.step();
        // What fails is done all or nothing, too.
        let is_done = step.is_ok() || (step == Err(true) && shelf.chance.one_in(2));
        if is_done {
            shelf.rows.apply(changes)?;
            shelf.since.push(changes.to_vec());
        }
        step.map_err(|_| refused())
    }

    fn flush(&mut self) -> Result<(), StateError> {
        let mut shelf = self.shelf();
        shelf.step().map_err(|_| refused())?;
        shelf.safe = shelf.rows.clone();
        shelf.since.clear();
        Ok(())
    }

    fn bytes_on_disk(&self) -> u64 {
        0
    }
}

/// What the changes come to.
#[derive(Clone, Default)]
struct Expected {
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    numbers: BTreeMap<u32, Arc<BTreeSet<u64>>>,
}

/// A change as the journal has it.
struct Told {
    rows: Vec<Change>,
    list: u32,
    kind: Kind,
    added: Vec<u64>,
    removed: Vec<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Few,
    Many,
    Replaced,
}

impl Told {
    fn new(chance: &mut Chance) -> Self {
        let key = |chance: &mut Chance| vec![b'c', chance.below(40) as u8];
        let rows = (0..chance.below(6)).map(|_| {
            let value = (!chance.one_in(4)).then(|| {
                let bytes = chance.below(40);
                chance.bytes(bytes)
            });
            (key(chance), value)
        });
        let rows = rows.collect();
        let kind = match chance.below(8) {
            0 => Kind::Many,
            1 => Kind::Replaced,
            _ => Kind::Few,
        };
        let most = match kind {
            Kind::Few => 6,
            Kind::Many | Kind::Replaced => chance.of(&[20, 100, 400]),
        };
        let (added, removed) = (chance.below(most), chance.below(most));
        let mut numbers = |count: usize| {
            // Some again and again, and many ranges.
            let number = |_| 16_502_000_000 + 40_099 * chance.below(600) as u64;
            (0..count).map(number).collect::<Vec<u64>>()
        };
        let (added, removed) = (numbers(added), numbers(removed));
        Self { rows, list: chance.below(LISTS as usize) as u32, kind, added, removed }
    }

    fn change(&self, number: usize) -> StateChange {
        let of = |numbers: &[u64]| {
            let numbers = numbers.iter().map(|&number| PhoneNumber::new(number).unwrap());
            match self.kind {
                Kind::Few => Numbers::Few(numbers.collect()),
                Kind::Many | Kind::Replaced => Numbers::Many(Arc::new(numbers.collect())),
            }
        };
        let (added, removed) = (of(&self.added), of(&self.removed));
        let change = match added {
            Numbers::Many(set) if self.kind == Kind::Replaced => NumbersChange::Replaced(set),
            added => NumbersChange::Changed { added, removed },
        };
        StateChange {
            meta: (number as u64).to_be_bytes().to_vec(),
            rows: self.rows.clone(),
            numbers: vec![(self.list, change)],
        }
    }

    fn apply(&self, expected: &mut Expected) {
        for (key, value) in &self.rows {
            match value {
                Some(value) => expected.rows.insert(key.clone(), value.clone()),
                None => expected.rows.remove(key),
            };
        }
        let numbers = Arc::make_mut(expected.numbers.entry(self.list).or_default());
        if self.kind == Kind::Replaced {
            numbers.clear();
        } else {
            numbers.retain(|number| !self.removed.contains(number));
        }
        numbers.extend(&self.added);
    }
}

struct Run {
    chance: Chance,
    counts: Counts,
    /// The journal, and what it comes to after each change.
    told: Vec<Told>,
    expected: Vec<Expected>,
}

impl Run {
    /// A process: brings the state up to the journal, then changes both. What it leaves.
    fn process(&mut self, rows: Memory, from: usize, more: usize) -> (Memory, usize) {
        let shelf = Shelf {
            safe: rows.clone(),
            rows,
            since: Vec::new(),
            left: match self.chance.below(4) {
                0 => u64::MAX,
                _ => self.chance.below(60) as u64,
            },
            is_last: self.chance.one_in(2),
            failed: false,
            chance: Chance::new(self.chance.next()),
        };
        let shelf = Arc::new(Mutex::new(shelf));
        let batch_bytes = 1_024 << self.chance.below(6);
        let options = KeeperOptions {
            waiting_bytes: usize::MAX,
            batch_bytes,
            checkpoint_bytes: self.chance.of(&[1_000, 20_000, u64::MAX]),
            checkpoint_idle: Duration::ZERO,
            linger: Duration::ZERO,
            ..KeeperOptions::default()
        };
        let queue = Arc::new(Queue::new(options, None));
        let backend = Box::new(Simulated(Arc::clone(&shelf)));
        let (batch, queued) = (Batch::default(), Arc::clone(&queue));
        let mut worker = Worker { backend, options, queue: queued, batch, unflushed: 0 };
        let mut promised = from;
        for next in from..self.told.len() + more {
            if next == self.told.len() {
                self.tell();
            }
            let sent = next + 1;
            queue.push(Task::Change(self.told[next].change(sent)));
            match self.chance.below(6) {
                0 => self.idle(&mut worker, &queue),
                1 => promised = self.checkpoint(&mut worker, &queue, sent).unwrap_or(promised),
                2..4 => work(&mut worker, &queue),
                _ => {}
            }
            if self.chance.one_in(32) {
                // It is killed, with what waits.
                break;
            }
        }
        let failed = shelf.lock().unwrap().failed;
        assert_eq!(
            queue.failed().is_some(),
            failed,
            "it fails when the backend does, and only then"
        );
        drop(worker);
        self.counts.add("failed", u64::from(failed));
        let left = shelf.lock().unwrap().left_over();
        (left, promised)
    }

    fn tell(&mut self) {
        let told = Told::new(&mut self.chance);
        let mut expected = self.expected[self.told.len()].clone();
        told.apply(&mut expected);
        self.told.push(told);
        self.expected.push(expected);
    }

    /// All that waits is done, and what is then due.
    fn idle(&mut self, worker: &mut Worker, queue: &Queue) {
        queue.push(Task::Read(Box::new(|_| ())));
        work(worker, queue);
        // With nothing to flush it would wait for the next task.
        if worker.unflushed > 0 {
            assert!(worker.turn().is_continue());
        }
    }

    fn checkpoint(&mut self, worker: &mut Worker, queue: &Queue, sent: usize) -> Option<usize> {
        let (done, answer): (_, Receiver<()>) = mpsc::channel();
        queue.push(Task::Checkpoint(done));
        work(worker, queue);
        let is_done = answer.try_recv().is_ok();
        assert_eq!(is_done, queue.failed().is_none());
        self.counts.add("checkpoints", u64::from(is_done));
        is_done.then_some(sent)
    }

    /// How far a state is that was left; `None` when it is half applied.
    fn check(&mut self, left: &Memory, promised: usize) -> Option<usize> {
        if is_half_applied(left).unwrap() {
            self.counts.one("half_applied");
            return None;
        }
        let meta = left
            .get(META)
            .unwrap()
            .map_or(0, |meta| u64::from_be_bytes(meta.try_into().unwrap()) as usize);
        assert!(meta >= promised, "it is at {meta}, and {promised} were said to be safe");
        assert!(meta < self.expected.len(), "it is ahead of the journal");
        let expected = &self.expected[meta];
        let mut rows = rows_of(left);
        rows.retain(|key, _| pages::parse_key(key).is_none() && key.as_slice() != META);
        assert!(rows == expected.rows, "at {meta}: other rows");
        for list in 0..LISTS {
            let found = pages::load(left, list).unwrap();
            let found: BTreeSet<u64> = found.iter().map(u64::from).collect();
            let numbers = expected.numbers.get(&list).cloned().unwrap_or_default();
            assert!(found == *numbers, "at {meta}: other numbers of list {list}");
        }
        self.counts.one("right");
        Some(meta)
    }
}

/// Does what waits.
fn work(worker: &mut Worker, queue: &Queue) {
    while queue.has_work() {
        assert!(worker.turn().is_continue());
    }
}

#[test]
fn simulated_states_are_rebuilt_or_right() {
    let counts = over_seeds("state", SEEDS, ONE_IN, |seed, _| {
        let mut run = Run {
            chance: Chance::new(seed),
            counts: Counts::default(),
            told: Vec::new(),
            expected: vec![Expected::default()],
        };
        let (mut rows, mut from) = (Memory::default(), 0);
        for _ in 0..1 + run.chance.below(4) {
            let more = 1 + run.chance.below(15);
            let (left, promised) = run.process(rows, from, more);
            match run.check(&left, promised) {
                Some(meta) => (rows, from) = (left, meta),
                // It is set aside, and made anew.
                None => (rows, from) = (Memory::default(), 0),
            }
        }
        run.counts
    });
    for what in ["failed", "checkpoints", "half_applied", "right"] {
        assert!(counts.of("seeds") < 1_000 || counts.of(what) > 0, "{what}: none");
    }
}
