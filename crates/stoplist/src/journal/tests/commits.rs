//! Many threads, one journal.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use super::*;

#[test]
fn threads_share_commits_and_every_record_lands_once_and_in_order() {
    const THREADS: u64 = 8;
    const EACH: u64 = 200;
    let scratch = scratch();
    let faults = Faults::default();
    let disk = disk::Disk::failing(faults.clone());
    let journal = Journal::create_on(&scratch.journal, options(20_000), disk).unwrap();
    let syncs_before = faults.done().iter().filter(|done| **done == "sync").count();
    let landed = Mutex::new(Vec::new());
    let seqs = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (journal, landed, seqs) = (&journal, &landed, &seqs);
            scope.spawn(move || {
                for turn in 0..EACH {
                    let head = [thread.to_le_bytes(), turn.to_le_bytes()].concat();
                    let mark = journal.stage(0, &head).unwrap();
                    journal.commit(mark.seq, &|mark| landed.lock().unwrap().push(mark)).unwrap();
                    let last = landed.lock().unwrap().last().unwrap().seq;
                    assert!(last >= mark.seq, "landed before the call returned");
                    assert!(journal.durable().seq >= mark.seq);
                    seqs.lock().unwrap().push(mark.seq);
                }
            });
        }
    });
    let landed = landed.into_inner().unwrap();
    assert!(landed.is_sorted_by(|a, b| a.seq < b.seq), "in order, and none twice");
    assert_eq!(landed.last().unwrap(), &journal.head());
    let mut seqs = seqs.into_inner().unwrap();
    seqs.sort_unstable();
    assert!(seqs.into_iter().eq(1..=THREADS * EACH));
    // Making and leaving a segment syncs too.
    let rolls = journal.segments() as usize - 1;
    let syncs = faults.done().iter().filter(|done| **done == "sync").count() - syncs_before;
    assert_eq!(syncs, landed.len() + rolls, "one sync a commit");
    assert!(landed.len() < (THREADS * EACH) as usize, "some shared a commit");
    drop(journal);
    let (journal, repairs) = open(&scratch.journal).unwrap();
    assert!(repairs.is_empty());
    let heads: BTreeSet<Vec<u8>> =
        journal.entries(0).unwrap().map(|entry| entry.unwrap().head).collect();
    assert_eq!(heads.len() as u64, THREADS * EACH);
    let of_landed: BTreeSet<u64> = landed.iter().map(|mark| mark.seq).collect();
    for entry in journal.entries(0).unwrap() {
        let mark = entry.unwrap().mark().unwrap();
        assert_eq!(of_landed.contains(&mark.seq), landed.contains(&mark));
    }
}

#[test]
fn records_with_pages_take_their_turn_among_others() {
    let scratch = scratch();
    let journal = Journal::create(&scratch.journal, options(5_000)).unwrap();
    thread::scope(|scope| {
        for thread in 0..4_u64 {
            let journal = &journal;
            scope.spawn(move || {
                for turn in 0..40 {
                    let mark = stage(journal, &told(5 * turn + thread)).unwrap();
                    journal.commit(mark.seq, &|_| ()).unwrap();
                }
            });
        }
    });
    let found = read(journal.entries(0).unwrap()).unwrap();
    assert_eq!(found.len(), 160);
    for turn in 0..40 {
        (0..4).for_each(|thread| assert!(found.contains(&told(5 * turn + thread))));
    }
    assert_eq!(journal.verify().unwrap().records, 160);
}

#[test]
fn followers_read_what_is_appended_meanwhile() {
    let scratch = scratch();
    let journal = Journal::create(&scratch.journal, options(1_000)).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut at = Mark::EMPTY;
                while at.seq < 300 {
                    journal.wait_past(at.seq, None).unwrap();
                    for entry in journal.entries_from(at).unwrap() {
                        let entry = entry.unwrap();
                        at = entry.mark().unwrap();
                        let pages = entry.pages().map(Result::unwrap).collect();
                        let found = Told { at_us: entry.at_us, head: entry.head, pages };
                        assert_eq!(found, told(at.seq));
                    }
                }
            });
        }
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let found = read(journal.entries(0).unwrap()).unwrap();
                let expected = (1..=found.len() as u64).map(told);
                assert!(found.iter().cloned().eq(expected));
                journal.verify().unwrap();
            }
        });
        append(&journal, 1..=300);
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(assert_is_prefix(&journal), 300);
}

#[test]
fn waiting_ends_with_news_or_with_the_time() {
    let scratch = scratch();
    let journal = Journal::create(&scratch.journal, options(400)).unwrap();
    append(&journal, 1..=2);
    assert_eq!(journal.wait_past(1, None).unwrap(), 2);
    let since = Instant::now();
    assert_eq!(journal.wait_past(2, Some(Duration::from_millis(20))).unwrap(), 2);
    assert!(since.elapsed() >= Duration::from_millis(20));
    let found = AtomicU64::new(0);
    thread::scope(|scope| {
        scope.spawn(|| found.store(journal.wait_past(2, None).unwrap(), Ordering::Relaxed));
        thread::sleep(Duration::from_millis(20));
        assert_eq!(found.load(Ordering::Relaxed), 0);
        stage(&journal, &told(3)).unwrap();
        thread::sleep(Duration::from_millis(5));
        assert_eq!(found.load(Ordering::Relaxed), 0, "staged is not durable");
        journal.commit(3, &|_| ()).unwrap();
    });
    assert_eq!(found.load(Ordering::Relaxed), 3);
}

#[test]
fn an_interval_syncs_by_itself_and_when_the_journal_closes() {
    let scratch = scratch();
    let faults = Faults::default();
    let syncs = || faults.done().iter().filter(|done| **done == "sync").count();
    let interval = |ms| Options {
        durability: Durability::Interval(Duration::from_millis(ms)),
        ..options(1 << 20)
    };
    let disk = disk::Disk::failing(faults.clone());
    let journal = Journal::create_on(&scratch.journal, interval(3_600_000), disk).unwrap();
    let before = syncs();
    append(&journal, 1..=4);
    assert_eq!((syncs(), journal.durable().seq), (before, 4), "written is enough");
    assert_eq!(assert_is_prefix(&journal), 4);
    drop(journal);
    assert_eq!(syncs(), before + 1, "synced in the end");

    let disk = disk::Disk::failing(faults.clone());
    let (journal, _) = Journal::open_on(&scratch.journal, None, interval(2), disk).unwrap();
    let before = syncs();
    thread::sleep(Duration::from_millis(20));
    assert_eq!(syncs(), before, "nothing to sync");
    append(&journal, 5..=6);
    let since = Instant::now();
    while syncs() == before {
        assert!(since.elapsed() < Duration::from_secs(30));
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(assert_is_prefix(&journal), 6);
}

/// Or the segment before could be torn too.
#[test]
fn a_segment_is_synced_before_the_next_is_made() {
    let scratch = scratch();
    let faults = Faults::default();
    let disk = disk::Disk::failing(faults.clone());
    let interval =
        Options { durability: Durability::Interval(Duration::from_secs(3_600)), ..options(400) };
    let journal = Journal::create_on(&scratch.journal, interval, disk).unwrap();
    append(&journal, 1..=20);
    let done = faults.done();
    let before_create = done.windows(2).filter(|pair| pair[1] == "create").map(|pair| pair[0]);
    let before_create: Vec<&str> = before_create.collect();
    assert_eq!(before_create, vec!["sync"; journal.segments() as usize - 1]);
    assert!(before_create.len() >= 3);
}

#[test]
fn a_place_says_what_had_been_synced() {
    let scratch = scratch();
    let places = |journal: &Journal| -> Vec<u64> {
        let entries = journal.entries(0).unwrap();
        entries.map(|entry| entry.unwrap().first_unsynced()).collect()
    };
    let journal = Journal::create(&scratch.journal, options(1 << 20)).unwrap();
    append(&journal, 1..=2);
    stage(&journal, &told(3)).unwrap();
    stage(&journal, &told(4)).unwrap();
    // Written with what is pending, and not synced.
    stage(&journal, &told(5)).unwrap();
    stage(&journal, &told(6)).unwrap();
    journal.commit(6, &|_| ()).unwrap();
    append(&journal, 7..=7);
    assert_eq!(places(&journal), [1, 2, 3, 3, 3, 3, 7]);
    drop(journal);

    let interval = Options {
        durability: Durability::Interval(Duration::from_secs(3_600)),
        ..options(1 << 20)
    };
    let (journal, _) = Journal::open(&scratch.journal, None, interval).unwrap();
    append(&journal, 8..=10);
    assert_eq!(places(&journal)[7..], [8, 8, 8], "commits are not syncs here");
}
