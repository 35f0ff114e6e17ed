//! A disk that fails fails once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use super::*;

/// Appends records until the disk fails at its nth operation; how many were acknowledged. Then reads
/// what is there.
fn fails_at(operation: usize, short: usize, durability: Durability) -> Option<(u64, u64)> {
    let scratch = scratch();
    let faults = Faults::default();
    let disk = disk::Disk::failing(faults.clone());
    let options = Options { durability, ..options(400) };
    let journal = Journal::create_on(&scratch.journal, options, disk).unwrap();
    faults.after(operation, short);
    let mut acknowledged = 0;
    for seq in 1..=12 {
        let committed = stage(&journal, &told(seq)).and_then(|_| journal.commit(seq, &|_| ()));
        match committed {
            Ok(()) => acknowledged = seq,
            Err(error) => {
                assert_eq!(error.code(), "poisoned");
                break;
            }
        }
    }
    if journal.is_poisoned() {
        let done = faults.done().len();
        for again in [
            journal.stage(0, b"").map(drop),
            journal.stage_pages(0, b"", &mut std::iter::empty()).map(drop),
            journal.commit(acknowledged + 1, &|_| panic!("landed")),
            journal.wait_past(acknowledged, None).map(drop),
        ] {
            assert_eq!(again.unwrap_err().code(), "poisoned");
        }
        journal.commit(acknowledged, &|_| panic!("landed")).unwrap();
        assert_eq!(faults.done().len(), done, "nothing is tried after a failure");
        assert_eq!(journal.durable().seq, acknowledged);
        let found = read(journal.entries(0).unwrap()).unwrap();
        assert_eq!(found, (1..=acknowledged).map(told).collect::<Vec<_>>());
        assert_eq!(journal.verify().unwrap().records, acknowledged);
    } else {
        assert_eq!(acknowledged, 12);
    }
    let is_poisoned = journal.is_poisoned();
    drop(journal);
    let (journal, _) = open(&scratch.journal).unwrap();
    let found = assert_is_prefix(&journal);
    // What failed may be there, if it is whole.
    assert!((acknowledged..=acknowledged + 1).contains(&found));
    append(&journal, found + 1..=15);
    assert_eq!(assert_is_prefix(&journal), 15);
    is_poisoned.then_some((acknowledged, found))
}

#[test]
fn after_any_failure_what_was_acknowledged_is_there() {
    let always = Durability::Always;
    for short in [0, 7, 1 << 20] {
        let outcomes: Vec<_> = (0..).map_while(|at| fails_at(at, short, always)).collect();
        assert!(outcomes.len() > 30, "{}", outcomes.len());
        assert!(outcomes.contains(&(11, 12)), "refused, and there nevertheless");
    }
    let interval = Durability::Interval(Duration::from_secs(3_600));
    let outcomes: Vec<_> = (0..).map_while(|at| fails_at(at, 7, interval)).collect();
    assert!(outcomes.len() > 20, "{}", outcomes.len());
}

#[test]
fn nobody_waits_for_a_disk_that_has_failed() {
    for operations in 0..12 {
        let scratch = scratch();
        let faults = Faults::default();
        let disk = disk::Disk::failing(faults.clone());
        let journal = Journal::create_on(&scratch.journal, options(2_000), disk).unwrap();
        faults.after(operations, 5);
        let landed = AtomicU64::new(0);
        let acknowledged = AtomicU64::new(0);
        thread::scope(|scope| {
            let (journal, landed, acknowledged) = (&journal, &landed, &acknowledged);
            scope.spawn(|| journal.wait_past(u64::MAX - 1, None).unwrap_err());
            for thread in 0..8 {
                scope.spawn(move || {
                    loop {
                        let told = told(if thread == 0 { 5 } else { 1 });
                        let Ok(mark) = stage(journal, &told) else { break };
                        let tell = |mark: Mark| landed.store(mark.seq, Ordering::SeqCst);
                        if let Err(error) = journal.commit(mark.seq, &tell) {
                            assert_eq!(error.code(), "poisoned");
                            break;
                        }
                        acknowledged.fetch_max(mark.seq, Ordering::SeqCst);
                    }
                });
            }
        });
        let durable = journal.durable().seq;
        assert_eq!(landed.into_inner(), durable);
        assert!(acknowledged.into_inner() <= durable);
        drop(journal);
        let (journal, _) = open(&scratch.journal).unwrap();
        assert!(journal.durable().seq >= durable);
    }
}

#[test]
fn a_failed_sync_in_the_background_poisons() {
    let scratch = scratch();
    let faults = Faults::default();
    let disk = disk::Disk::failing(faults.clone());
    let interval = Durability::Interval(Duration::from_millis(5));
    let options = Options { durability: interval, ..options(1 << 20) };
    let journal = Journal::create_on(&scratch.journal, options, disk).unwrap();
    faults.after(1, 0);
    append(&journal, 1..=1);
    let error = journal.wait_past(1, None).unwrap_err();
    assert_eq!(error.code(), "poisoned");
    assert!(error.to_string().contains("cannot sync the segment: told to fail"), "{error}");
    let done = faults.done().len();
    drop(journal);
    assert_eq!(faults.done().len(), done, "no second sync");
}

#[test]
fn a_panic_in_the_middle_poisons_and_wakes() {
    let scratch = scratch();
    let journal = Journal::create(&scratch.journal, options(1 << 20)).unwrap();
    append(&journal, 1..=2);
    let quiet = |call: &(dyn Fn() + Sync)| {
        thread::scope(|scope| scope.spawn(call).join().unwrap_err());
    };
    stage(&journal, &told(3)).unwrap();
    quiet(&|| {
        let pages = &mut std::iter::repeat_with(|| panic!("on purpose"));
        drop(journal.stage_pages(0, b"", pages));
    });
    assert!(journal.is_poisoned());
    assert_eq!(journal.commit(3, &|_| ()).unwrap_err().code(), "poisoned");
    drop(journal);
    let (journal, repairs) = open(&scratch.journal).unwrap();
    assert_eq!((assert_is_prefix(&journal), repairs.len()), (3, 1));
    stage(&journal, &told(4)).unwrap();
    quiet(&|| drop(journal.commit(4, &|_| panic!("on purpose"))));
    assert_eq!(journal.stage(0, b"").unwrap_err().code(), "poisoned");
    assert_eq!(journal.durable().seq, 3);
}

/// Others wait while a record with pages is written, and are told when that fails.
#[test]
fn those_who_wait_behind_a_stream_are_woken_when_it_fails() {
    let scratch = scratch();
    let faults = Faults::default();
    let disk = disk::Disk::failing(faults.clone());
    let journal = Journal::create_on(&scratch.journal, options(1 << 20), disk).unwrap();
    let (go, gone) = mpsc::channel();
    thread::scope(|scope| {
        let journal = &journal;
        let streaming = scope.spawn(move || {
            let page = Page { first: 0, last: 0, bytes: vec![7; 2 << 20] };
            let pages = &mut gone.into_iter().map(|()| page.clone());
            journal.stage_pages(0, b"", pages)
        });
        go.send(()).unwrap();
        while !journal.is_streaming() {
            thread::yield_now();
        }
        let waiting = scope.spawn(|| journal.stage(0, b""));
        thread::sleep(Duration::from_millis(5));
        faults.after(0, 100);
        // The write of this one fails, or that of the one before has.
        go.send(()).unwrap();
        drop(go);
        assert_eq!(streaming.join().unwrap().unwrap_err().code(), "poisoned");
        assert_eq!(waiting.join().unwrap().unwrap_err().code(), "poisoned");
    });
}

/// What is in memory only, because a sync has failed, is written once more.
#[test]
fn opening_writes_what_had_perhaps_not_been_synced() {
    let scratch = scratch();
    let marks = made(&scratch.journal, 8);
    let faults = Faults::default();
    let disk = disk::Disk::failing(faults.clone());
    let (journal, _) = Journal::open_on(&scratch.journal, None, options(400), disk).unwrap();
    assert_eq!(faults.done(), ["write", "sync", "sync directory"]);
    assert_eq!(journal.durable(), marks[7]);
}

/// A segment whose sync has failed when it had no records yet.
#[test]
fn opening_writes_the_header_of_a_segment_without_records_once_more() {
    let scratch = scratch();
    let faults = Faults::default();
    let disk = disk::Disk::failing(faults.clone());
    let journal = Journal::create_on(&scratch.journal, options(400), disk).unwrap();
    let last = append(&journal, 1..=5).last().copied().unwrap();
    assert!(last.end >= 400, "the next one begins a segment");
    // After that was made and its header was written.
    faults.after(2, 0);
    stage(&journal, &told(6)).unwrap();
    assert_eq!(journal.commit(6, &|_| ()).unwrap_err().code(), "poisoned");
    assert_eq!(faults.done().last(), Some(&"sync"));
    drop(journal);
    let faults = Faults::default();
    let disk = disk::Disk::failing(faults.clone());
    let (journal, _) = Journal::open_on(&scratch.journal, None, options(400), disk).unwrap();
    assert_eq!(journal.durable(), last);
    assert_eq!(faults.done(), ["write", "sync", "sync directory"]);
}
