//! Are changes applied in order, all or nothing, and is a failing backend no end of the world?

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::Instant;

use super::*;
use crate::state::backend::{Each, Rouse, Row};
use crate::state::memory::Memory;
use crate::state::pages;
use crate::state::tests::{OnDisk, rows_of};

/// What a test sees and decides of a backend that the keeper owns.
#[derive(Default)]
struct Control {
    /// What is there after each batch.
    batches: Mutex<Vec<Vec<Change>>>,
    flushes: AtomicUsize,
    /// The batch that fails, counted from 1.
    fails_at: AtomicUsize,
    panics: AtomicBool,
    /// Batches wait while it is locked.
    hold: Mutex<()>,
    /// Flushes wait until it is roused.
    sleeps: AtomicBool,
}

/// A backend in memory that does as it is told.
struct Told {
    rows: Memory,
    control: Arc<Control>,
}

impl Backend for Told {
    fn scan(&self, prefix: &[u8], each: &mut Each<'_>) -> Result<(), StateError> {
        self.rows.scan(prefix, each)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        self.rows.get(key)
    }

    fn at_or_before(&self, prefix: &[u8], key: &[u8]) -> Result<Option<Row>, StateError> {
        self.rows.at_or_before(prefix, key)
    }

    fn after(&self, prefix: &[u8], key: &[u8]) -> Result<Option<Row>, StateError> {
        self.rows.after(prefix, key)
    }

    fn apply(&mut self, changes: &[Change]) -> Result<(), StateError> {
        drop(self.control.hold.lock().unwrap());
        let mut batches = self.control.batches.lock().unwrap();
        if batches.len() + 1 == self.control.fails_at.load(Ordering::Relaxed) {
            drop(batches);
            assert!(!self.control.panics.load(Ordering::Relaxed), "told to panic");
            return Err(StateError::Backend("told to fail".to_owned()));
        }
        batches.push(changes.to_vec());
        self.rows.apply(changes)
    }

    fn flush(&mut self) -> Result<(), StateError> {
        self.control.flushes.fetch_add(1, Ordering::Relaxed);
        while self.control.sleeps.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.rows.flush()
    }

    fn rouse(&self) -> Option<Rouse> {
        let control = self.control.clone();
        Some(Box::new(move || control.sleeps.store(false, Ordering::Relaxed)))
    }

    fn bytes_on_disk(&self) -> u64 {
        0
    }
}

fn start(options: KeeperOptions) -> (Keeper, Arc<Control>) {
    let control = Arc::new(Control::default());
    let told = Told { rows: Memory::default(), control: control.clone() };
    (Keeper::start(Box::new(told), options).unwrap(), control)
}

fn small(mark: u32, key: &[u8], value: Option<&[u8]>) -> StateChange {
    StateChange {
        meta: mark.to_be_bytes().to_vec(),
        rows: vec![(key.to_vec(), value.map(<[u8]>::to_vec))],
        numbers: Vec::new(),
    }
}

fn few(numbers: &[u64]) -> Numbers {
    Numbers::Few(numbers.iter().map(|&number| PhoneNumber::new(number).unwrap()).collect())
}

fn every_25th(count: u64) -> Arc<NumberSet> {
    let numbers = (0..count).map(|index| 16_502_000_000 + 25 * index);
    Arc::new(numbers.map(|number| PhoneNumber::new(number).unwrap()).collect())
}

fn of_numbers(mark: u32, list: u32, change: NumbersChange) -> StateChange {
    let meta = mark.to_be_bytes().to_vec();
    StateChange { meta, rows: Vec::new(), numbers: vec![(list, change)] }
}

fn numbers_of(keeper: &Keeper, list: u32) -> NumberSet {
    keeper.with_backend(move |backend| pages::load(backend, list)).unwrap().unwrap()
}

#[test]
fn changes_that_wait_together_are_one_batch_in_which_the_last_wins() {
    let (keeper, control) = start(KeeperOptions::default());
    let held = control.hold.lock().unwrap();
    // Sent one by one, so that the first is at work when the others come.
    keeper.send(small(1, b"ca", Some(b"1")));
    while control.batches.try_lock().is_ok_and(|_| keeper.queue.has_work()) {
        std::thread::yield_now();
    }
    keeper.send(small(2, b"cb", Some(b"1")));
    keeper.send(small(3, b"ca", None));
    keeper.send(small(4, b"cb", Some(b"2")));
    let mut numbers = of_numbers(
        5,
        1,
        NumbersChange::Changed {
            added: few(&[16_502_530_000, 16_502_530_001]),
            removed: few(&[16_502_530_001]),
        },
    );
    numbers.rows.push((b"cc".to_vec(), Some(b"3".to_vec())));
    keeper.send(numbers);
    keeper.send(of_numbers(
        6,
        1,
        NumbersChange::Changed { added: few(&[]), removed: few(&[16_502_530_000]) },
    ));
    drop(held);
    keeper.drain().unwrap();
    assert!(control.batches.lock().unwrap().len() <= 2);
    let rows = keeper.with_backend(rows_of).unwrap();
    assert_eq!(rows.get(META).unwrap(), &6_u32.to_be_bytes());
    assert_eq!(rows.get(&b"ca"[..]), None);
    assert_eq!(rows.get(&b"cb"[..]).unwrap(), b"2");
    assert_eq!(rows.get(&b"cc"[..]).unwrap(), b"3");
    let left: Vec<u64> = numbers_of(&keeper, 1).iter().map(u64::from).collect();
    assert_eq!(left, [16_502_530_001], "what both goes and comes, comes");
    assert_eq!(rows.get(MARKER), None);
}

#[test]
fn a_large_change_is_marked_until_its_end() {
    let options = KeeperOptions { batch_bytes: 32 << 10, ..KeeperOptions::default() };
    let (keeper, control) = start(options);
    let set = every_25th(1_000_000);
    // Both wait when the keeper wakes: the small one is a batch of its own all the same.
    keeper.send(small(1, b"ca", Some(b"1")));
    keeper.send(of_numbers(2, 9, NumbersChange::Replaced(set.clone())));
    keeper.send(small(3, b"ca", Some(b"2")));
    assert_eq!(numbers_of(&keeper, 9), *set);
    let batches = control.batches.lock().unwrap();
    let mut rows = Memory::default();
    let mut half = Vec::new();
    let mut marks = Vec::new();
    for batch in batches.iter() {
        rows.apply(batch).unwrap();
        half.push(is_half_applied(&rows).unwrap());
        marks.push(rows.get(META).unwrap().unwrap()[3]);
    }
    assert!(batches.len() > 10, "{}", batches.len());
    let (small_ones, large) = (half.iter().filter(|half| !**half).count(), half.len());
    assert_eq!(small_ones, 3, "before it, at its end, and after: {half:?}");
    assert!(half[1..large - 2].iter().all(|&half| half));
    // While it is half applied the state says that it is where it was before.
    assert!(marks[..large - 2].iter().all(|&mark| mark == 1), "{marks:?}");
    assert_eq!(marks[large - 2..], [2, 3]);
}

#[test]
fn a_list_is_replaced_and_emptied_without_the_others() {
    let (keeper, _) = start(KeeperOptions::default());
    let (before, after) = (every_25th(50_000), every_25th(30));
    for list in [1, 2] {
        keeper.send(of_numbers(1, list, NumbersChange::Replaced(before.clone())));
    }
    keeper.send(of_numbers(2, 1, NumbersChange::Replaced(after.clone())));
    assert_eq!(numbers_of(&keeper, 1), *after);
    assert_eq!(numbers_of(&keeper, 2), *before);
    keeper.send(of_numbers(3, 1, NumbersChange::Replaced(Arc::default())));
    assert_eq!(numbers_of(&keeper, 1), NumberSet::new());
    let more = NumbersChange::Changed {
        added: Numbers::Many(every_25th(60_000)),
        removed: few(&[16_502_000_000]),
    };
    keeper.send(of_numbers(4, 2, more));
    assert_eq!(numbers_of(&keeper, 2), *every_25th(60_000), "what both goes and comes, comes");
    keeper.stop().unwrap();
}

#[test]
fn after_the_first_error_all_is_dropped_and_nobody_waits() {
    for panics in [false, true] {
        let (keeper, control) =
            start(KeeperOptions { waiting_bytes: 2000, ..KeeperOptions::default() });
        keeper.send(small(1, b"ca", Some(b"1")));
        keeper.drain().unwrap();
        assert_eq!(keeper.failed(), None);
        control.panics.store(panics, Ordering::Relaxed);
        control.fails_at.store(2, Ordering::Relaxed);
        for mark in 0..100 {
            keeper.send(small(mark, b"ca", Some(&[0; 1000])));
        }
        let told = if panics { "told to panic" } else { "told to fail" };
        assert!(keeper.drain().unwrap_err().to_string().contains(told));
        assert!(keeper.failed().unwrap().contains(told));
        assert!(matches!(keeper.checkpoint(), Err(StateError::Stopped { .. })));
        control.fails_at.store(0, Ordering::Relaxed);
        keeper.send(small(9, b"ca", Some(b"9")));
        assert!(matches!(keeper.stop(), Err(StateError::Stopped { .. })));
        let batches = control.batches.lock().unwrap();
        assert_eq!(batches.len(), 1, "nothing is applied after an error");
    }
}

#[test]
fn a_backend_that_hangs_is_given_up() {
    let options = KeeperOptions {
        hang_limit: Duration::from_millis(200),
        waiting_bytes: 2000,
        ..KeeperOptions::default()
    };
    let (keeper, control) = start(options);
    let held = control.hold.lock().unwrap();
    let start = Instant::now();
    for mark in 0..10 {
        keeper.send(small(mark, b"ca", Some(&[0; 1000])));
    }
    assert!(keeper.drain().is_err());
    assert!(keeper.failed().unwrap().contains("200 ms"));
    assert!(keeper.stop().is_err());
    assert!(start.elapsed() < Duration::from_secs(10));
    drop(held);
}

#[test]
fn a_backend_that_waits_in_vain_is_roused() {
    let (keeper, control) = start(KeeperOptions::default());
    control.sleeps.store(true, Ordering::Relaxed);
    keeper.send(small(1, b"ca", Some(b"1")));
    let start = Instant::now();
    keeper.checkpoint().unwrap();
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn senders_wait_while_too_much_waits() {
    let (keeper, control) =
        start(KeeperOptions { waiting_bytes: 10_000, ..KeeperOptions::default() });
    let held = control.hold.lock().unwrap();
    let (sent, was_sent) = mpsc::channel();
    std::thread::scope(|scope| {
        let keeper = &keeper;
        scope.spawn(move || {
            for mark in 0..2000 {
                keeper.send(small(mark, &mark.to_be_bytes(), Some(&[0; 1000])));
                sent.send(mark).unwrap();
            }
        });
        // A batch is at work, one is gathered, and ten changes wait.
        std::thread::sleep(Duration::from_millis(300));
        let count = was_sent.try_iter().count();
        assert!(count < 2000, "all {count} were sent");
        drop(held);
    });
    keeper.drain().unwrap();
    assert_eq!(keeper.with_backend(|backend| rows_of(backend).len()).unwrap(), 2001);
}

#[test]
fn quiet_and_much_written_are_both_flushed_by_themselves() {
    let idle =
        KeeperOptions { checkpoint_idle: Duration::from_millis(20), ..KeeperOptions::default() };
    let (keeper, control) = start(idle);
    keeper.send(small(1, b"ca", Some(b"1")));
    let end = Instant::now() + Duration::from_secs(10);
    while control.flushes.load(Ordering::Relaxed) == 0 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(control.flushes.load(Ordering::Relaxed), 1, "once, and not while nothing changes");
    drop(keeper);
    let much = KeeperOptions { checkpoint_bytes: 10_000, ..KeeperOptions::default() };
    let (keeper, control) = start(much);
    for mark in 0..30_u32 {
        keeper.send(small(mark, b"ca", Some(&[0; 1000])));
        keeper.drain().unwrap();
    }
    assert!((2..=4).contains(&control.flushes.load(Ordering::Relaxed)));
}

#[test]
fn what_was_stopped_or_dropped_is_there_when_opened_again() {
    let mut on_disk = OnDisk::new();
    let set = every_25th(100_000);
    for (mark, stops) in [(1_u32, true), (2, false)] {
        let backend = on_disk.backend.take().unwrap();
        let keeper = Keeper::start(backend, KeeperOptions::default()).unwrap();
        keeper.send(of_numbers(mark, mark, NumbersChange::Replaced(set.clone())));
        keeper.send(small(mark, b"ca", Some(&[mark as u8])));
        if stops {
            keeper.stop().unwrap();
        } else {
            drop(keeper);
        }
        on_disk.reopen();
        let backend = on_disk.backend.as_deref().unwrap();
        assert!(!is_half_applied(backend).unwrap());
        assert_eq!(backend.get(META).unwrap().unwrap(), mark.to_be_bytes());
        assert_eq!(backend.get(b"ca").unwrap().unwrap(), [mark as u8]);
        assert_eq!(pages::load(backend, mark).unwrap(), *set);
    }
}

#[test]
fn a_reader_that_panics_is_an_error_and_no_more() {
    let (keeper, _) = start(KeeperOptions::default());
    let read: Result<(), _> = keeper.with_backend(|_| panic!("of the reader"));
    assert!(matches!(read, Err(StateError::Stopped { .. })));
    assert!(keeper.stop().is_err());
}
