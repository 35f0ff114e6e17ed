//! Every order in which threads can meet at a journal, as loom tries them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use loom::thread;

use super::super::sync::check;
use super::*;

/// Stages a record and commits it; whether it counts.
fn tell(journal: &Journal, landed: &Mutex<Vec<u64>>) -> Option<u64> {
    let mark = journal.stage(7, b"record").ok()?;
    let committed = journal.commit(mark.seq, &|mark| landed.lock().unwrap().push(mark.seq));
    if committed.is_ok() {
        assert!(journal.durable().seq >= mark.seq);
        assert!(landed.lock().unwrap().iter().any(|&seq| seq >= mark.seq), "before it returned");
    }
    committed.ok().map(|()| mark.seq)
}

/// What the files have.
fn kept(directory: &Path) -> u64 {
    let (journal, _) = open(directory).unwrap();
    journal.verify().unwrap().records
}

fn journal_on(scratch: &Scratch, disk: disk::Disk) -> Arc<Journal> {
    Arc::new(Journal::create_on(&scratch.journal, options(1 << 20), disk).unwrap())
}

#[test]
fn records_of_threads_that_share_a_commit_land_once_in_order_and_are_kept() {
    static ORDERS: AtomicU64 = AtomicU64::new(0);
    check(2, || {
        let scratch = scratch();
        let journal = journal_on(&scratch, Faults::quick());
        let landed = Arc::new(Mutex::new(Vec::new()));
        let others: Vec<_> = (0..2)
            .map(|_| {
                let (journal, landed) = (journal.clone(), landed.clone());
                thread::spawn(move || tell(&journal, &landed).unwrap())
            })
            .collect();
        let mut seqs = vec![tell(&journal, &landed).unwrap()];
        seqs.extend(others.into_iter().map(|other| other.join().unwrap()));
        seqs.sort_unstable();
        assert_eq!(seqs, [1, 2, 3]);
        let landed = landed.lock().unwrap();
        assert!(landed.is_sorted_by(|a, b| a < b) && landed.last() == Some(&3));
        assert_eq!(journal.verify().unwrap().records, 3);
        ORDERS.fetch_add(1, Ordering::Relaxed);
    });
    assert!(ORDERS.load(Ordering::Relaxed) > 100, "or it is no model");
}

#[test]
fn whoever_commits_beside_a_failure_is_told_and_what_was_acknowledged_is_kept() {
    for operations in 0..4 {
        check(2, move || {
            let scratch = scratch();
            let faults = Faults::default();
            let journal = journal_on(&scratch, disk::Disk::failing(faults.clone()));
            faults.after(operations, 5);
            let landed = Arc::new(Mutex::new(Vec::new()));
            let other = {
                let (journal, landed) = (journal.clone(), landed.clone());
                thread::spawn(move || tell(&journal, &landed))
            };
            let told = [tell(&journal, &landed), other.join().unwrap()];
            // Of the first write and sync; both threads share it or one comes later.
            assert!(operations >= 2 || told == [None, None]);
            let last = told.iter().flatten().max().copied().unwrap_or(0);
            if told.contains(&None) {
                assert!(journal.is_poisoned());
                assert!(journal.stage(7, b"more").is_err(), "nothing is written after that");
                assert!(journal.wait_past(last, None).is_err(), "nobody waits in vain");
            }
            assert!(journal.durable().seq == last);
            faults.after(usize::MAX, 0);
            drop(journal);
            assert!(kept(&scratch.journal) >= last);
        });
    }
}

#[test]
fn who_follows_is_woken_by_a_record_or_by_the_failure() {
    for operations in [0, 1, 2] {
        check(3, move || {
            let scratch = scratch();
            let faults = Faults::default();
            let journal = journal_on(&scratch, disk::Disk::failing(faults.clone()));
            faults.after(operations, 0);
            let follower = {
                let journal = journal.clone();
                thread::spawn(move || journal.wait_past(0, None).ok())
            };
            let told = tell(&journal, &Mutex::default());
            assert_eq!((told, told), (follower.join().unwrap(), (operations == 2).then_some(1)));
        });
    }
}

#[test]
fn closing_waits_for_the_thread_that_syncs_and_it_has_synced() {
    check(3, || {
        let scratch = scratch();
        let faults = Faults::default();
        let options =
            Options { durability: Durability::Interval(Duration::MAX), ..options(1 << 20) };
        let disk = disk::Disk::failing(faults.clone());
        let journal = Arc::new(Journal::create_on(&scratch.journal, options, disk).unwrap());
        let landed = Arc::new(Mutex::new(Vec::new()));
        let other = {
            let (journal, landed) = (journal.clone(), landed.clone());
            thread::spawn(move || tell(&journal, &landed))
        };
        tell(&journal, &landed).unwrap();
        other.join().unwrap().unwrap();
        drop(journal);
        let done = faults.done();
        let last = |what| done.iter().rposition(|done| *done == what);
        assert!(last("sync") > last("write"), "{done:?}");
    });
}
