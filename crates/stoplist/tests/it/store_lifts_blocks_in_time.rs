//! A block until a time ends by itself: not before, and at most a second after.

use std::thread;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use stoplist::{
    BlockRequest, ContactDetails, ContactStatus, Event, Reason, Store, StoreError, Target, Traffic,
};

use crate::store_desk::{Desk, is_stopped, number};

fn request() -> BlockRequest {
    BlockRequest::new(Reason::Investigation)
}

fn in_ms(milliseconds: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_millis(milliseconds)
}

fn sleep_until(time: Timestamp) {
    let left = time.duration_since(Timestamp::now());
    thread::sleep(Duration::try_from(left).unwrap_or_default());
}

/// Stopped until then, and let through a second later; asks nothing but gates.
fn assert_ends(store: &Store, asked: &[(u64, Traffic)], until: Timestamp) {
    let stopped = |&(place, traffic): &(u64, Traffic)| is_stopped(store, number(place), traffic);
    while Timestamp::now() < until - SignedDuration::from_millis(20) {
        let before = asked.iter().all(stopped);
        // The clock is read again: the answer may have taken long.
        assert!(before || Timestamp::now() >= until, "let through before its time");
        thread::sleep(Duration::from_millis(10));
    }
    while asked.iter().any(stopped) {
        let late = Timestamp::now().duration_since(until);
        assert!(late < SignedDuration::from_millis(1_000), "still stopped after {late:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_block_ends_by_itself_within_a_second() {
    let desk = Desk::new();
    let ana = desk.ana();
    let details = ContactDetails::new("Ada", number(1)).secondary(number(2));
    let ada = ana.create_contact(&details).unwrap();
    let selective = ana.create_contact(&ContactDetails::new("Grace", number(4))).unwrap();
    let kept = ana.create_contact(&ContactDetails::new("Mary", number(5))).unwrap();

    let until = in_ms(1_200);
    ana.block(&[ada.id.into(), number(3).into()], &request().until(until)).unwrap();
    let promotions = request().traffic(Traffic::BROADCAST).until(until);
    ana.block(&[selective.id.into()], &promotions).unwrap();
    ana.block(&[kept.id.into()], &request().until(until)).unwrap();
    // Blocked for good before its time comes.
    ana.block(&[kept.id.into()], &request()).unwrap();
    assert_eq!(ana.contact(ada.id).unwrap().status(), ContactStatus::Blocked);
    assert!(!is_stopped(desk.store(), number(4), Traffic::INBOUND));

    let asked = [
        (1, Traffic::INBOUND),
        (2, Traffic::OUTBOUND),
        (3, Traffic::AUTOMATED),
        (4, Traffic::BROADCAST),
    ];
    assert_ends(desk.store(), &asked, until);
    assert!(is_stopped(desk.store(), number(5), Traffic::OUTBOUND));
    assert_eq!(ana.contact(ada.id).unwrap().block, None);
    assert_eq!(ana.contact(ada.id).unwrap().status(), ContactStatus::Active);
    assert!(ana.contact(kept.id).unwrap().block.is_some());

    // The store did it, and says so.
    let changes = ana.changes_since(0).unwrap().map(Result::unwrap);
    let lapsed: Vec<_> = changes.filter(|change| change.event.name() == "lapsed").collect();
    assert!(lapsed.iter().all(|change| change.actor == "stoplist" && change.at >= until));
    let mut targets: Vec<Target> = Vec::new();
    for change in &lapsed {
        let Event::Lapsed { targets: some } = &change.event else { panic!("{change:?}") };
        targets.extend(some);
    }
    targets.sort();
    assert_eq!(targets, [ada.id.into(), selective.id.into(), number(3).into()]);
    for target in targets {
        let history = ana.history(target).unwrap();
        let last = &history.last().unwrap().change;
        assert_eq!((last.event.name(), last.actor.as_str()), ("lapsed", "stoplist"), "{target}");
    }
    // A contact's history tells of its lapse only.
    assert!(ana.history(kept.id.into()).unwrap().iter().all(|one| one.change.actor == "ana"));
}

#[test]
fn a_shared_number_is_free_when_the_last_block_of_it_has_ended() {
    let desk = Desk::new();
    let ana = desk.ana();
    let ada = ana.create_contact(&ContactDetails::new("Ada", number(1))).unwrap();
    let grace = ana.create_contact(&ContactDetails::new("Grace", number(1))).unwrap();
    let (first, second) = (in_ms(300), in_ms(1_500));
    ana.block(&[ada.id.into()], &request().until(first)).unwrap();
    ana.block(&[grace.id.into()], &request().until(second)).unwrap();
    let told = desk.store().explain(number(1), "blocked", Traffic::ALL).unwrap();
    assert!(told.until.unwrap().duration_since(second).abs() < SignedDuration::from_millis(1));
    sleep_until(first + SignedDuration::from_millis(700));
    assert_eq!(ana.contact(ada.id).unwrap().block, None);
    assert!(ana.contact(grace.id).unwrap().block.is_some());
    assert_ends(desk.store(), &[(1, Traffic::OUTBOUND)], second);
}

#[test]
fn a_block_that_ended_while_the_store_was_closed_is_lifted_by_opening_it() {
    let mut desk = Desk::new();
    let until = in_ms(250);
    desk.ana().block(&[number(1).into()], &request().until(until)).unwrap();
    desk.ana().block(&[number(2).into()], &request().until(in_ms(3_600_000))).unwrap();
    let generation = desk.store().generation();
    desk.close();
    sleep_until(until);
    let store = desk.reopen();
    assert!(!is_stopped(store, number(1), Traffic::OUTBOUND));
    assert!(is_stopped(store, number(2), Traffic::OUTBOUND));
    assert_eq!(store.generation(), generation + 1);
    let last = desk.last_change();
    assert_eq!((last.event.name(), last.actor.as_str()), ("lapsed", "stoplist"));
    assert_eq!(desk.reopen_without_state().generation(), generation + 1);
}

#[test]
fn an_earlier_end_that_is_set_later_counts() {
    let desk = Desk::new();
    let ana = desk.ana();
    ana.block(&[number(1).into()], &request().until(in_ms(3_600_000))).unwrap();
    let until = in_ms(400);
    ana.block(&[number(1).into()], &request().until(until)).unwrap();
    assert_ends(desk.store(), &[(1, Traffic::INBOUND)], until);
}

#[test]
fn a_block_cannot_end_before_it_begins() {
    let desk = Desk::new();
    let generation = desk.store().generation();
    for until in [in_ms(-1), Timestamp::UNIX_EPOCH, Timestamp::MIN] {
        let error = desk.ana().block(&[number(1).into()], &request().until(until)).unwrap_err();
        assert!(matches!(error, StoreError::Past { .. }), "{error}");
    }
    assert_eq!(desk.store().generation(), generation);
    desk.ana().block(&[number(1).into()], &request().until(Timestamp::MAX)).unwrap();
    assert!(is_stopped(desk.store(), number(1), Traffic::INBOUND));
}
