//! Bulk operations and imports are undone by one more change; a history tells all that happened.

use jiff::{SignedDuration, Timestamp};
use stoplist::{
    BlockRequest, BulkBlock, BulkLimits, BulkReport, BulkTargets, ContactDetails, ContactEdit,
    ContactId, Direction, Documentation, Event, HistoryEntry, ImportOptions, ListSettings, Listed,
    Message, NumberSet, Reason, StoreError, Target, Traffic,
};

use crate::store_desk::{Desk, Picture, is_stopped, number};

fn id(place: u64) -> ContactId {
    ContactId::new(place).unwrap()
}

fn leads() -> BulkTargets {
    BulkTargets::Filter(vec!["category=Lead".to_owned()])
}

fn request(note: &str) -> BlockRequest {
    BlockRequest::new(Documentation::new(Reason::Compliance).note(note))
}

fn bulk_block(desk: &Desk, note: &str) -> BulkReport {
    let limits = BulkLimits::confirmed();
    desk.ana().bulk_block(&BulkBlock { targets: leads(), request: request(note), limits }).unwrap()
}

/// Five leads and a customer, each with a number.
fn desk() -> Desk {
    let desk = Desk::new();
    for place in 1..=6 {
        let category = if place < 6 { "Lead" } else { "Customer" };
        let details = ContactDetails::new(format!("Ada {place}"), number(place)).category(category);
        desk.ana().create_contact(&details).unwrap();
    }
    desk
}

fn contents(desk: &Desk) -> Picture {
    Picture::of(desk.store()).whenever()
}

#[test]
fn a_bulk_block_is_undone_where_nothing_has_happened_since() {
    let desk = desk();
    let ana = desk.ana();
    // One was blocked before, which a bulk block leaves; one is blocked anew after it.
    ana.block(&[id(1).into()], &request("before")).unwrap();
    let bulk = bulk_block(&desk, "bulk");
    assert_eq!((bulk.changed.len(), bulk.unchanged.len()), (4, 1));
    ana.block(&[id(2).into()], &request("since")).unwrap();
    ana.unblock(&[id(3).into()], &Reason::Requested.into()).unwrap();
    let (generation, changed) = ana.undo(bulk.generation).unwrap();
    assert_eq!((generation, changed), (desk.store().generation(), 2));
    let blocked: Vec<bool> =
        (1..=6).map(|place| is_stopped(desk.store(), number(place), Traffic::ALL)).collect();
    assert_eq!(blocked, [true, true, false, false, false, false]);
    // Once more, there is nothing to do, and nothing is written.
    assert_eq!(ana.undo(bulk.generation).unwrap(), (generation, 0));
    assert_eq!(desk.store().generation(), generation);
}

#[test]
fn a_bulk_unblock_is_undone_with_the_blocks_that_there_were() {
    let mut desk = desk();
    let ana = desk.ana();
    let until = Timestamp::now() + SignedDuration::from_hours(1);
    let promotions = request("one").traffic(Traffic::BROADCAST).until(until);
    ana.block(&[id(1).into()], &promotions).unwrap();
    ana.block(&[id(2).into()], &request("two")).unwrap();
    ana.block(&[id(4).into()], &request("four")).unwrap();
    let before = [1, 2, 4].map(|place| ana.contact(id(place)).unwrap());
    let why = Reason::Requested.into();
    let done = ana.bulk_unblock(&leads(), &why, BulkLimits::confirmed()).unwrap();
    assert_eq!((done.changed.len(), done.unchanged.len()), (3, 2));
    ana.block(&[id(4).into()], &request("since")).unwrap();
    let (undone, changed) = ana.undo(done.generation).unwrap();
    assert_eq!(changed, 2);
    assert_eq!(ana.contact(id(1)).unwrap(), before[0]);
    assert_eq!(ana.contact(id(2)).unwrap(), before[1]);
    assert_eq!(ana.contact(id(4)).unwrap().block.unwrap().documentation.note, "since");
    assert!(is_stopped(desk.store(), number(1), Traffic::BROADCAST));
    assert!(!is_stopped(desk.store(), number(1), Traffic::INBOUND));

    // What an undo has done is undone as well, and that again.
    let blocked = contents(&desk);
    let ana = desk.ana();
    let (again, changed) = ana.undo(undone).unwrap();
    assert_eq!(changed, 2);
    assert!(!is_stopped(desk.store(), number(2), Traffic::ALL));
    assert_eq!(ana.undo(again).unwrap().1, 2);
    assert_eq!(contents(&desk), blocked);
    let generation = desk.store().generation();
    desk.reopen_without_state();
    assert_eq!(contents(&desk), blocked);
    assert_eq!(desk.store().generation(), generation);
}

#[test]
fn undoing_a_bulk_block_twice_over_comes_back_to_it() {
    let desk = desk();
    let bulk = bulk_block(&desk, "bulk");
    let (undone, _) = desk.ana().undo(bulk.generation).unwrap();
    assert!(!is_stopped(desk.store(), number(3), Traffic::ALL));
    assert_eq!(desk.ana().undo(undone).unwrap().1, 5);
    assert!(is_stopped(desk.store(), number(3), Traffic::ALL));
    assert_eq!(desk.ana().contact(id(3)).unwrap().block.unwrap().documentation.note, "bulk");
}

#[test]
fn an_import_is_undone_where_nothing_has_happened_since() {
    let mut desk = desk();
    let ana = desk.ana();
    let set = |places: &[u64]| places.iter().map(|&place| number(place)).collect::<NumberSet>();
    ana.create_list("dnc", &ListSettings::new(Traffic::OUTBOUND)).unwrap();
    ana.import("dnc", set(&[1, 2, 3, 4]), &ImportOptions::add("first")).unwrap();
    let replace = ana.import("dnc", set(&[3, 4, 5, 6]), &ImportOptions::replace("second")).unwrap();
    assert_eq!((replace.added, replace.removed, replace.already), (2, 2, 2));
    // 1 comes back by itself, 6 goes by itself.
    ana.import("dnc", set(&[1, 3, 4, 5]), &ImportOptions::replace("third")).unwrap();
    let (undone, changed) = ana.undo(replace.generation).unwrap();
    assert_eq!(changed, 2, "2 comes back, 5 goes");
    assert_eq!(ana.export("dnc").unwrap(), set(&[1, 2, 3, 4]));
    assert!(!is_stopped(desk.store(), number(5), Traffic::OUTBOUND));
    assert_eq!(ana.undo(replace.generation).unwrap().1, 0);
    assert_eq!(ana.undo(undone).unwrap().1, 2);
    assert_eq!(ana.export("dnc").unwrap(), set(&[1, 3, 4, 5]));
    let after = contents(&desk);
    desk.reopen_without_state();
    assert_eq!(contents(&desk), after);

    let ana = desk.ana();
    ana.drop_list("dnc").unwrap();
    let why = ana.undo(replace.generation).unwrap_err();
    assert!(matches!(why, StoreError::NotUndoable { why: "its list was dropped", .. }), "{why}");
    // Another one of the same name is another list.
    ana.create_list("dnc", &ListSettings::new(Traffic::OUTBOUND)).unwrap();
    ana.undo(replace.generation).unwrap_err();
    assert!(ana.export("dnc").unwrap().is_empty());
}

#[test]
fn what_cannot_be_undone_says_why() {
    let desk = desk();
    let ana = desk.ana();
    let block = ana.block(&[id(1).into()], &request("x")).unwrap().generation;
    let unblock = ana.unblock(&[id(1).into()], &Reason::Other.into()).unwrap().generation;
    let list = ana.create_list("dnc", &ListSettings::new(Traffic::OUTBOUND)).unwrap();
    let last = desk.store().generation();
    let cases = [
        (0, "no such change"),
        (last + 1, "no such change"),
        (u64::MAX, "no such change"),
        (1, "only bulk operations and imports"),
        (2, "only bulk operations and imports"),
        (block, "no bulk operation"),
        (unblock, "no bulk operation"),
        (list, "only bulk operations and imports"),
    ];
    for (generation, expected) in cases {
        let error = ana.undo(generation).unwrap_err();
        assert_eq!(error.code(), "not_undoable");
        assert!(error.to_string().contains(expected), "{generation}: {error}");
    }
    assert_eq!(desk.store().generation(), last);
}

/// The names of the events, with what an import did.
fn names(history: &[HistoryEntry]) -> Vec<String> {
    let name = |entry: &HistoryEntry| match entry.listed {
        Some(Listed::Added) => "+list".to_owned(),
        Some(Listed::Removed) => "-list".to_owned(),
        None => entry.change.event.name().to_owned(),
    };
    history.iter().map(name).collect()
}

#[test]
fn a_history_has_everything_and_of_a_bulk_operation_one_target() {
    let mut desk = desk();
    let ana = desk.ana();
    let set = |places: &[u64]| places.iter().map(|&place| number(place)).collect::<NumberSet>();
    ana.create_list("dnc", &ListSettings::new(Traffic::OUTBOUND)).unwrap();
    ana.import("dnc", set(&[1, 2]), &ImportOptions::add("first")).unwrap();
    ana.edit_contact(id(1), &ContactEdit::default().primary(number(50))).unwrap();
    let bulk = bulk_block(&desk, "bulk");
    let message = |place| Message {
        number: number(place),
        direction: Direction::Inbound,
        outcome: "refused".to_owned(),
        at: Timestamp::UNIX_EPOCH,
    };
    ana.record_message(&message(50)).unwrap();
    ana.record_message(&message(2)).unwrap();
    ana.import("dnc", set(&[2, 50]), &ImportOptions::replace("second")).unwrap();
    ana.undo(bulk.generation).unwrap();
    ana.archive_contact(id(1)).unwrap();
    ana.restore_contact(id(1)).unwrap();
    ana.unblock(&[id(1).into()], &Reason::Other.into()).unwrap();

    // With what happened to the number that it had before.
    let of_ada = [
        "contact_created",
        "+list",
        "contact_edited",
        "blocked",
        "message",
        "+list",
        "undone",
        "contact_archived",
        "contact_restored",
    ];
    for _ in 0..2 {
        let ana = desk.ana();
        let history = ana.history(id(1).into()).unwrap();
        let told = names(&history);
        let ups = told.iter().filter(|name| name.ends_with("list")).count();
        assert_eq!(told.len() - ups, of_ada.len() - 2, "{told:?}");
        let without = |all: &[String]| -> Vec<String> {
            all.iter().filter(|name| !name.ends_with("list")).cloned().collect()
        };
        let expected: Vec<String> = of_ada.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(without(&told), without(&expected));
        // The second import took 1 out and brought 50 in: one entry.
        assert_eq!(ups, 2, "{told:?}");
        for entry in &history {
            match &entry.change.event {
                Event::Blocked { targets, documentation, bulk, .. } => {
                    assert_eq!(targets, &[Target::Contact(id(1))]);
                    assert!(documentation.note == "bulk" && bulk.is_some());
                    let added: Vec<_> =
                        entry.change.effects.iter().flat_map(|one| &one.added).collect();
                    assert_eq!(added, [&number(50)]);
                }
                Event::Undone { lifted, restored, .. } => {
                    assert_eq!(lifted, &[Target::Contact(id(1))]);
                    assert!(restored.is_empty());
                }
                _ => {}
            }
        }
        let of_number = ana.history(number(1).into()).unwrap();
        assert_eq!(names(&of_number), ["contact_created", "+list", "-list"]);
        let of_number = ana.history(number(50).into()).unwrap();
        let expected = ["contact_edited", "blocked", "message", "+list", "undone"];
        assert_eq!(names(&of_number), expected);
        assert!(ana.history(number(777).into()).unwrap().is_empty());
        let generations: Vec<u64> = history.iter().map(|entry| entry.change.generation).collect();
        assert!(generations.is_sorted());
        let unknown = ana.history(id(99).into()).unwrap_err();
        assert_eq!(unknown.code(), "unknown_contact");
        desk.reopen_without_state();
    }
}

#[test]
fn a_number_keeps_its_history_when_a_contact_gets_it() {
    let desk = desk();
    let ana = desk.ana();
    ana.block(&[number(70).into()], &request("bare")).unwrap();
    let made = ana.create_contact(&ContactDetails::new("Grace", number(70))).unwrap();
    assert_eq!(made.block.as_ref().unwrap().documentation.note, "bare");
    ana.unblock(&[number(70).into()], &Reason::Requested.into()).unwrap();
    let expected = ["blocked", "contact_created", "unblocked"];
    assert_eq!(names(&ana.history(number(70).into()).unwrap()), expected);
    assert_eq!(names(&ana.history(made.id.into()).unwrap()), expected);
    assert!(!is_stopped(desk.store(), number(70), Traffic::ALL));
}

#[test]
fn a_block_that_a_contact_took_over_is_undone_with_it() {
    let desk = Desk::new();
    let ana = desk.ana();
    let bulk = BulkBlock {
        targets: BulkTargets::File { name: "optout.txt".to_owned(), numbers: vec![number(1)] },
        request: request("from a file"),
        limits: BulkLimits::confirmed(),
    };
    let block = ana.bulk_block(&bulk).unwrap().generation;
    let ada = ana.create_contact(&ContactDetails::new("Ada", number(1))).unwrap();
    assert!(ada.block.is_some());
    assert_eq!(ana.undo(block).unwrap().1, 1);
    assert!(ana.contact(ada.id).unwrap().block.is_none());
    assert!(!is_stopped(desk.store(), number(1), Traffic::ALL));
}

#[test]
fn an_unblock_of_a_number_that_a_contact_has_since_is_undone_for_the_contact() {
    let desk = Desk::new();
    let ana = desk.ana();
    let numbers = || BulkTargets::File { name: "x.txt".to_owned(), numbers: vec![number(1)] };
    let limits = BulkLimits::confirmed();
    ana.bulk_block(&BulkBlock { targets: numbers(), request: request("x"), limits }).unwrap();
    let unblock = ana.bulk_unblock(&numbers(), &Reason::Requested.into(), limits).unwrap();
    let ada = ana.create_contact(&ContactDetails::new("Ada", number(1))).unwrap();
    assert!(ada.block.is_none());
    assert_eq!(ana.undo(unblock.generation).unwrap().1, 1);
    assert!(ana.contact(ada.id).unwrap().block.is_some());
    assert!(is_stopped(desk.store(), number(1), Traffic::ALL));
    ana.unblock(&[ada.id.into()], &Reason::Requested.into()).unwrap();
    assert!(!is_stopped(desk.store(), number(1), Traffic::ALL));
}

#[test]
fn a_contact_that_gets_a_blocked_number_loses_nothing_of_either_block() {
    let desk = Desk::new();
    let ana = desk.ana();
    let forever = BlockRequest::new(Reason::Regulatory);
    ana.block(&[number(2).into()], &forever).unwrap();
    let tomorrow = Timestamp::now() + SignedDuration::from_hours(24);
    let brief = BlockRequest::new(Reason::Spam).traffic(Traffic::BROADCAST).until(tomorrow);
    let details = ContactDetails::new("Ada", number(1));
    let ada = ana.create_blocked_contact(&details, &brief).unwrap();
    let edited = ana.edit_contact(ada.id, &ContactEdit::default().secondary(Some(number(2))));
    let block = edited.unwrap().block.unwrap();
    assert_eq!((block.traffic, block.until), (Traffic::ALL, None));
    assert_eq!(block.documentation.reason, Reason::Spam);
    assert!(is_stopped(desk.store(), number(2), Traffic::INBOUND));
    let details = ContactDetails::new("Bo", number(2));
    ana.block(&[number(3).into()], &forever).unwrap();
    let bo = ana.create_blocked_contact(&details.secondary(number(3)), &brief).unwrap();
    assert_eq!(bo.block.unwrap().traffic, Traffic::ALL);
}

#[test]
fn a_list_whose_import_is_undone_is_as_old_as_it_was() {
    let desk = Desk::new();
    let ana = desk.ana();
    ana.create_list("dnc", &ListSettings::new(Traffic::ALL).max_age_days(31)).unwrap();
    let long_ago = Timestamp::from_second(1_700_000_000).unwrap();
    let old = ImportOptions { as_of: Some(long_ago), ..ImportOptions::add("old.txt") };
    ana.import("dnc", NumberSet::from([number(1)]), &old).unwrap();
    let import =
        ana.import("dnc", NumberSet::from([number(2)]), &ImportOptions::replace("new.txt"));
    assert!(!ana.list("dnc").unwrap().stale);
    ana.undo(import.unwrap().generation).unwrap();
    let list = ana.list("dnc").unwrap();
    assert_eq!((list.as_of, list.stale), (Some(long_ago), true));
}
