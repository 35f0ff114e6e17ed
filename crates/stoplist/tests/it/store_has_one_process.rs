//! One process has a store open; whoever else tries is told so at once.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use stoplist::{Store, StoreError, StoreErrorKind, StoreOptions};

use crate::store_desk::{Desk, open_soon, said, say, start_child};

const TRIES: &str = "STOPLIST_TRIED_DIR";
const HOLDS: &str = "STOPLIST_HELD_DIR";
const AT_ONCE: Duration = Duration::from_millis(100);

#[test]
fn child_that_tries() {
    let Ok(directory) = env::var(TRIES) else { return };
    let start = Instant::now();
    let outcome = Store::open(&directory, StoreOptions::default());
    let took = start.elapsed().as_micros();
    say(&format!("{} {took}", outcome.map_or_else(|error| error.code(), |_| "opened")));
}

#[test]
fn child_that_holds() {
    let Ok(directory) = env::var(HOLDS) else { return };
    let _store = Store::open(&directory, StoreOptions::default()).unwrap();
    say("holds");
    thread::sleep(Duration::from_secs(60));
}

fn first_line(child: &mut Child) -> String {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = lines.map(Result::unwrap).filter_map(|line| said(&line).map(str::to_owned));
    said.next().unwrap()
}

fn assert_locked(outcome: Result<Store, StoreError>, took: Duration, desk: &Desk) {
    let error = outcome.unwrap_err();
    assert_eq!((error.code(), error.kind()), ("locked", StoreErrorKind::Busy));
    assert!(error.to_string().contains(&desk.path().display().to_string()), "{error}");
    assert!(took < AT_ONCE, "{took:?}");
}

#[test]
fn a_second_opening_in_the_same_process_is_refused() {
    let mut desk = Desk::new();
    let start = Instant::now();
    let second = Store::open(desk.path(), StoreOptions::default());
    assert_locked(second, start.elapsed(), &desk);
    let start = Instant::now();
    let rebuilt = Store::rebuild(desk.path(), "ana", StoreOptions::default());
    assert_locked(rebuilt.map(|(store, _)| store), start.elapsed(), &desk);
    // The first one goes on, and a copy of its handle holds the store as well.
    let copy = desk.store().clone();
    desk.close();
    assert!(matches!(
        Store::open(desk.path(), StoreOptions::default()),
        Err(StoreError::Locked { .. })
    ));
    copy.acting_as("ana").info().unwrap();
    drop(copy);
    desk.reopen();
}

#[test]
fn another_process_is_refused_until_the_first_has_closed_the_store() {
    let mut desk = Desk::new();
    let try_once = |desk: &Desk| {
        let mut child = start_child("store_has_one_process::child_that_tries", TRIES, &desk.path());
        let line = first_line(&mut child);
        child.wait().unwrap();
        let (code, took) = line.split_once(' ').unwrap();
        (code.to_owned(), Duration::from_micros(took.parse().unwrap()))
    };
    let (code, took) = try_once(&desk);
    assert_eq!(code, "locked");
    assert!(took < AT_ONCE, "{took:?}");
    desk.close();
    assert_eq!(try_once(&desk).0, "opened");
}

#[test]
fn a_store_whose_process_was_killed_opens() {
    let mut desk = Desk::new();
    desk.close();
    let mut child = start_child("store_has_one_process::child_that_holds", HOLDS, &desk.path());
    assert_eq!(first_line(&mut child), "holds");
    let start = Instant::now();
    let second = Store::open(desk.path(), StoreOptions::default());
    assert_locked(second, start.elapsed(), &desk);
    child.kill().unwrap();
    child.wait().unwrap();
    open_soon(&desk.path(), &StoreOptions::default()).unwrap();
}
