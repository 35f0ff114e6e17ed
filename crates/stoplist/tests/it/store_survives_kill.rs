//! A process that is killed amid four writers and two readers has kept every change that it had
//! acknowledged, and of the others each wholly or not at all; and its readers were told nothing else.
//!
//! `STOPLIST_CRASH_ROUNDS` says how often; `cargo xtask crash` runs the long form.

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead as _, BufReader};
use std::panic;
use std::path::Path;
use std::process::{self, ChildStdout, Command};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use stoplist::{Change, Durability, Store, StoreOptions, StoreRepair};

use crate::store_crash_readers::{Ledger, Reader};
use crate::store_crash_work::{Own, Step, name, prepare};
use crate::store_desk::{Desk, Dice, child, open_soon, said, say, setting};

const THREADS: u64 = 4;
const READERS: u64 = 2;
/// The end of a child that has noticed something wrong: not one that a test harness has.
const WRONG: i32 = 86;
/// Questions, until a reader says so.
const QUESTIONS: u64 = 50;
const ROUNDS: u64 = 200;
/// A store is used so often before a fresh one is made.
const ROUNDS_OF_A_STORE: u64 = 20;
const DIRECTORY: &str = "STOPLIST_CRASH_DIR";
/// With the feature `torture`: a mistake that the process that is killed makes, and no other one does.
const BUG: &str = "STOPLIST_CRASH_BUG";

fn options(store: u64) -> StoreOptions {
    let options = StoreOptions::default().segment_bytes(64 << 10);
    match store % 3 {
        2 => options.durability(Durability::Interval(Duration::from_millis(5))),
        _ => options,
    }
}

#[test]
fn child_that_is_killed() {
    let Ok(directory) = env::var(DIRECTORY) else { return };
    let (number, directory) = directory.split_once(':').unwrap();
    panic::set_hook(Box::new(|what| {
        let what: String = what.to_string().replace('\n', " ").chars().take(2_000).collect();
        say(&format!("wrong - {what}"));
        process::exit(WRONG);
    }));
    let store = open_soon(Path::new(directory), &options(number.parse().unwrap())).unwrap();
    let owns = (0..THREADS).map(|thread| Own::of(&store, thread));
    let ledgers: Vec<Ledger> = owns.map(|own| Ledger::new(own, store.generation())).collect();
    say("ready");
    thread::scope(|scope| {
        let (store, ledgers) = (&store, ledgers.as_slice());
        for (thread, ledger) in (0..).zip(ledgers) {
            scope.spawn(move || work(store, thread, ledger));
        }
        for reader in 0..READERS {
            scope.spawn(move || read(Reader::new(store, ledgers, store.generation() + reader)));
        }
    });
}

/// Until killed: says what it is about to do, does it, says that it is done.
fn work(store: &Store, thread: u64, ledger: &Ledger) {
    let mut own = ledger.own();
    let mut dice = Dice::new(store.generation() * THREADS + thread);
    loop {
        let step = own.choose(&mut dice);
        say(&format!("try {thread} {}", serde_json::to_string(&step).unwrap()));
        own.apply(&step);
        ledger.begin(&own);
        let generation = own.act(store, &step);
        ledger.end(generation);
        say(&format!("done {thread} {generation}"));
    }
}

/// Until killed, or told something wrong.
fn read(mut reader: Reader<'_>) {
    loop {
        (0..QUESTIONS).for_each(|_| reader.ask());
        say(&format!("asked - {QUESTIONS}"));
    }
}

/// What a child has said about one of its writers.
#[derive(Default)]
struct Told {
    done: Vec<(Step, u64)>,
    pending: Option<Step>,
}

/// What a child has said.
struct Heard {
    writers: Vec<Told>,
    /// Questions that were answered rightly.
    answered: u64,
}

/// Counts of what the rounds have come to, to see that they test anything.
#[derive(Debug, Default)]
struct Tally {
    rounds: u64,
    acknowledged: u64,
    answered: u64,
    pending_kept: u64,
    pending_lost: u64,
    killed_while_opening: u64,
    torn_tails: u64,
    states_rebuilt: u64,
    rebuilds_compared: u64,
}

#[test]
fn whatever_was_acknowledged_is_there_after_a_kill() {
    let (rounds, start) = (setting("STOPLIST_CRASH_ROUNDS", ROUNDS), Instant::now());
    let mut dice = Dice::new(setting("STOPLIST_CRASH_SEED", rounds));
    let mut tally = Tally::default();
    while tally.rounds < rounds {
        let number = tally.rounds / ROUNDS_OF_A_STORE;
        let mut desk = Desk::without_disk(options(number));
        prepare(desk.store(), THREADS);
        let mut owned: Vec<Own> =
            (0..THREADS).map(|thread| Own::of(desk.store(), thread)).collect();
        let mut generation = desk.store().generation();
        desk.close();
        for round in 0..ROUNDS_OF_A_STORE.min(rounds - tally.rounds) {
            let told = run_and_kill(&desk.path(), number, &mut dice, &mut tally);
            let store = open_again(&desk.path(), number, round, &mut tally);
            check_journal(&store, generation, &told);
            for (thread, told) in (0..).zip(told) {
                check_thread(&store, thread, &mut owned[thread as usize], told, &mut tally);
            }
            generation = store.generation();
            tally.rounds += 1;
        }
    }
    println!("{tally:?} in {:.1} s", start.elapsed().as_secs_f64());
    assert!(tally.acknowledged >= rounds, "hardly anything was done: {tally:?}");
    assert!(tally.answered >= rounds, "hardly anything was asked: {tally:?}");
}

/// Lets a child work for some time, kills it, and returns what it has said.
fn run_and_kill(path: &Path, number: u64, dice: &mut Dice, tally: &mut Tally) -> Vec<Told> {
    let value = format!("{number}:{}", path.display());
    let mut command = Command::new(env::current_exe().unwrap());
    if let Ok(bug) = env::var(BUG) {
        command.env("STOPLIST_SEEDED_BUG", bug);
    }
    let test = "store_survives_kill::child_that_is_killed";
    let mut child = child(command, test, DIRECTORY, Path::new(&value));
    let lines = listen(child.stdout.take().unwrap());
    let mut heard = Heard { writers: (0..THREADS).map(|_| Told::default()).collect(), answered: 0 };
    if dice.below(8) == 0 {
        // While it opens, or soon after.
        thread::sleep(Duration::from_millis(dice.below(40)));
    } else {
        loop {
            match lines.recv_timeout(Duration::from_secs(60)).unwrap().as_str() {
                "ready" => break,
                line => heard.note(line),
            }
        }
        let end = Instant::now() + Duration::from_millis(5 + dice.below(30));
        loop {
            match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => heard.note(&line),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the child has ended by itself: {:?}", child.wait())
                }
            }
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    lines.iter().for_each(|line| heard.note(&line));
    if heard.writers.iter().all(|one| one.done.is_empty() && one.pending.is_none()) {
        tally.killed_while_opening += 1;
    }
    tally.answered += heard.answered;
    heard.writers
}

fn listen(out: ChildStdout) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if let Some(line) = said(&line) {
                let _ = sender.send(line.to_owned());
            }
        }
    });
    lines
}

impl Heard {
    fn note(&mut self, line: &str) {
        let mut words = line.splitn(3, ' ');
        let (Some(verb), Some(of), Some(rest)) = (words.next(), words.next(), words.next()) else {
            assert_eq!(line, "ready");
            return;
        };
        let writer = of.parse::<usize>().ok().map(|of| &mut self.writers[of]);
        match (verb, writer) {
            ("try", Some(writer)) => writer.pending = Some(serde_json::from_str(rest).unwrap()),
            ("done", Some(writer)) => {
                let step = writer.pending.take().unwrap();
                writer.done.push((step, rest.parse().unwrap()));
            }
            ("asked", _) => self.answered += rest.parse::<u64>().unwrap(),
            ("wrong", _) => panic!("in the process that was to be killed: {rest}"),
            _ => panic!("{line}"),
        }
    }
}

/// Opens the store that was killed; now and then without its state, or making that anew.
fn open_again(path: &Path, number: u64, round: u64, tally: &mut Tally) -> Store {
    if round % 7 == 6 {
        std::fs::remove_dir_all(path.join("state")).unwrap();
    }
    let store = match round % 10 {
        9 => {
            // A state that was removed, or cannot be read, is none to compare with.
            let (store, rebuilt) = Store::rebuild(path, "ana", options(number)).unwrap();
            if rebuilt.kept.is_some() {
                assert!(rebuilt.equal, "{rebuilt:?}");
                tally.rebuilds_compared += 1;
            }
            store
        }
        _ => open_soon(path, &options(number)).unwrap(),
    };
    for repair in store.repairs() {
        match repair {
            StoreRepair::TornTail { kept_as, .. } => {
                assert!(kept_as.exists(), "{repair}");
                tally.torn_tails += 1;
            }
            StoreRepair::StateRebuilt { .. } => tally.states_rebuilt += 1,
            other => panic!("{other:?}"),
        }
    }
    store
}

/// The journal is whole, and has each change that was acknowledged, by whom and as what it was.
fn check_journal(store: &Store, since: u64, told: &[Told]) {
    let ana = store.acting_as("ana");
    assert_eq!(ana.verify_journal().unwrap().generation, store.generation());
    let changes = ana.changes_since(since).unwrap();
    let changes: BTreeMap<u64, Change> =
        changes.map(|change| change.unwrap()).map(|change| (change.generation, change)).collect();
    for (thread, told) in (0..).zip(told) {
        let mut recorded = changes.values().filter(|change| change.actor == name(thread));
        for (step, generation) in &told.done {
            let change = recorded.next().unwrap_or_else(|| panic!("{step:?} is not recorded"));
            assert_eq!(change.event.name(), step.event(), "{step:?}");
            assert!(*generation == 0 || change.generation == *generation, "{step:?} {change:?}");
        }
        let more: Vec<&str> = recorded.map(|change| change.event.name()).collect();
        let pending: Vec<&str> = told.pending.iter().map(Step::event).collect();
        assert!(more.is_empty() || more == pending, "{more:?} of {pending:?}");
    }
}

/// What the thread owns is as it was told, with or without the step that nobody acknowledged.
fn check_thread(store: &Store, thread: u64, own: &mut Own, told: Told, tally: &mut Tally) {
    tally.acknowledged += told.done.len() as u64;
    told.done.iter().for_each(|(step, _)| own.apply(step));
    let found = Own::of(store, thread);
    let is_recorded = |step: &Step| {
        let mut with = own.clone();
        with.apply(step);
        with == found
    };
    if found == *own {
        tally.pending_lost += u64::from(told.pending.is_some());
    } else if told.pending.as_ref().is_some_and(is_recorded) {
        tally.pending_kept += 1;
    } else {
        panic!("thread {thread}\n has {found:?}\n not {own:?}\n pending {:?}", told.pending);
    }
    *own = found;
}
