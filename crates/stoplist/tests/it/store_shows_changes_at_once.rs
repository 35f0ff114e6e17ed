//! Whoever asks after a change has returned sees it, whatever others do at the same time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use stoplist::{
    BlockRequest, ContactDetails, ContactEdit, ContactId, ContactQuery, GateSpec, ImportOptions,
    ListSettings, NumberSet, PhoneNumber, Reason, Traffic,
};

use crate::store_desk::{Desk, Dice, is_stopped, number};

const WRITERS: u64 = 4;
const CHANGES: u64 = 60;

fn request() -> BlockRequest {
    BlockRequest::new(Reason::OptOut)
}

#[test]
fn each_writer_sees_its_change_at_once_while_others_write_and_read() {
    let desk = Desk::new();
    let (store, over, read) = (desk.store(), AtomicBool::new(false), AtomicU64::new(0));
    let kept = number(999_999);
    desk.ana().block(&[kept.into()], &request()).unwrap();
    let sending = store.gate(&GateSpec::all(Traffic::OUTBOUND)).unwrap();
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let sending = &sending;
                scope.spawn(move || {
                    let ana = store.acting_as("ana");
                    for change in 0..CHANGES {
                        let number = number(writer * 1_000 + change % 7);
                        let blocked = ana.block(&[number.into()], &request()).unwrap();
                        let gate = sending.load();
                        assert!(gate.contains(number), "{writer} {change}");
                        assert!(gate.generation() >= blocked.generation, "{writer} {change}");
                        let free =
                            ana.unblock(&[number.into()], &Reason::Requested.into()).unwrap();
                        let gate = sending.load();
                        assert!(!gate.contains(number), "{writer} {change}");
                        assert!(gate.generation() >= free.generation, "{writer} {change}");
                    }
                })
            })
            .collect();
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = 0;
                while !over.load(Ordering::Relaxed) {
                    // A gate that is held does not change.
                    let gate = sending.load();
                    assert!(gate.generation() >= last && gate.contains(kept));
                    last = gate.generation();
                    let all: Vec<u64> = (0..4_007).map(|place| number(place).get()).collect();
                    let first = gate.contains_batch(&all);
                    thread::yield_now();
                    assert_eq!(gate.contains_batch(&all), first);
                    read.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let outcomes: Vec<_> = writers.into_iter().map(|writer| writer.join()).collect();
        over.store(true, Ordering::Relaxed);
        outcomes.into_iter().for_each(|outcome| outcome.unwrap());
    });
    assert!(read.load(Ordering::Relaxed) > 0);
    assert_eq!(store.generation(), 2 + WRITERS * CHANGES * 2);
}

#[test]
fn a_number_that_was_blocked_since_is_told_while_it_is() {
    let desk = Desk::new();
    let (store, ana) = (desk.store(), desk.ana());
    ana.create_list("dnc", &ListSettings::new(Traffic::BROADCAST)).unwrap();
    let mut dice = Dice::new(3);
    // The last change that put a number on a list, and whether it is on one now: blocked, listed.
    let mut put: BTreeMap<PhoneNumber, u64> = BTreeMap::new();
    let (mut blocked, mut listed) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..150 {
        let number = number(dice.below(12));
        let generation = match dice.below(5) {
            0 | 1 => {
                let done = ana.block(&[number.into()], &request()).unwrap();
                if blocked.insert(number) {
                    put.insert(number, done.generation);
                }
                done.generation
            }
            2 => {
                blocked.remove(&number);
                ana.unblock(&[number.into()], &Reason::Requested.into()).unwrap().generation
            }
            3 => {
                let one = NumberSet::from([number]);
                let done = ana.import("dnc", one, &ImportOptions::add("x")).unwrap();
                if listed.insert(number) {
                    put.insert(number, done.generation);
                }
                done.generation
            }
            _ => {
                let few: NumberSet =
                    listed.iter().copied().filter(|_| dice.below(2) == 0).collect();
                listed = few.iter().collect();
                ana.import("dnc", few, &ImportOptions::replace("x")).unwrap().generation
            }
        };
        let since = dice.below(generation + 1);
        let is_on = |number: &PhoneNumber| blocked.contains(number) || listed.contains(number);
        let expected: NumberSet = put
            .iter()
            .filter(|&(number, &at)| at > since && is_on(number))
            .map(|(&number, _)| number)
            .collect();
        assert_eq!(store.blocked_since(since).unwrap(), expected, "since {since} of {generation}");
    }
    assert!(store.blocked_since(store.generation()).unwrap().is_empty());
    assert!(store.blocked_since(u64::MAX).unwrap().is_empty());
}

#[test]
fn who_follows_gets_every_change_once_and_in_order() {
    let desk = Desk::new();
    let store = desk.store();
    let last = 1 + WRITERS * CHANGES;
    thread::scope(|scope| {
        let followers = [(); 2].map(|()| {
            scope.spawn(|| {
                let (ana, mut seen) = (store.acting_as("ana"), Vec::new());
                while seen.last() != Some(&last) {
                    let after = seen.last().copied().unwrap_or(0);
                    let changes = ana.follow(after, Some(Duration::from_secs(10))).unwrap();
                    seen.extend(changes.map(|change| change.unwrap().generation));
                    assert!(seen.last() > Some(&after), "nothing has come after {after}");
                }
                seen
            })
        });
        for writer in 0..WRITERS {
            scope.spawn(move || {
                for change in 0..CHANGES {
                    let number = number(writer * 1_000 + change);
                    store.acting_as("ana").block(&[number.into()], &request()).unwrap();
                }
            });
        }
        for follower in followers {
            assert_eq!(follower.join().unwrap(), (1..=last).collect::<Vec<_>>());
        }
    });
    let ana = desk.ana();
    for after in [0, 1, last / 2, last - 1, last, last + 1, u64::MAX] {
        let changes = ana.changes_since(after).unwrap().map(|one| one.unwrap().generation);
        assert_eq!(
            changes.collect::<Vec<_>>(),
            (after.saturating_add(1)..=last).collect::<Vec<_>>()
        );
    }
    // Nothing comes: the wait ends all the same.
    assert_eq!(ana.follow(last, Some(Duration::from_millis(20))).unwrap().count(), 0);
    // The chain that a follower is told is the one that an audit finds.
    let previous: Vec<[u8; 32]> =
        ana.changes_since(0).unwrap().map(|one| one.unwrap().previous).collect();
    assert_eq!(previous[0], [0; 32]);
    assert_eq!(previous.iter().collect::<BTreeSet<_>>().len() as u64, last);
}

#[test]
fn pages_follow_each_other_whatever_is_changed_in_between() {
    let desk = Desk::new();
    let ana = desk.ana();
    let name = |place: u64| format!("{place:03}");
    for place in 0..60 {
        ana.create_contact(&ContactDetails::new(name(place), number(place))).unwrap();
    }
    let query = ContactQuery::default().sort("name:asc".parse().unwrap()).per_page(7);
    let (mut seen, mut page) = (Vec::new(), ana.contacts(&query).unwrap());
    let mut dice = Dice::new(5);
    loop {
        seen.extend(page.contacts.iter().map(|contact| contact.details.name.clone()));
        let Some(next) = page.next.take() else { break };
        // Nothing of this moves a contact in the order.
        for _ in 0..3 {
            let id = ContactId::new(1 + dice.below(60)).unwrap();
            ana.block(&[id.into()], &request()).unwrap();
            ana.edit_contact(id, &ContactEdit::default().email(dice.roll().to_string())).unwrap();
        }
        // One that comes where pages have been is not told; that makes no other come twice.
        ana.create_contact(&ContactDetails::new("000", number(70))).unwrap();
        page = ana.contacts(&query.clone().after(next)).unwrap();
    }
    assert_eq!(seen, (0..60).map(name).collect::<Vec<_>>());
    let error = ana.contacts(&query.after("not a cursor")).unwrap_err();
    assert_eq!(error.code(), "query");
}

#[test]
fn an_edit_moves_a_restriction_at_once() {
    let desk = Desk::new();
    let (store, ana) = (desk.store(), desk.ana());
    let details = ContactDetails::new("Ada", number(1)).secondary(number(2));
    let ada = ana.create_blocked_contact(&details, &request()).unwrap();
    for place in 3..40 {
        ana.edit_contact(ada.id, &ContactEdit::default().primary(number(place))).unwrap();
        assert!(is_stopped(store, number(place), Traffic::INBOUND));
        let before = if place == 3 { 1 } else { place - 1 };
        assert!(!is_stopped(store, number(before), Traffic::INBOUND));
        assert!(is_stopped(store, number(2), Traffic::INBOUND));
    }
}
