//! Whatever text a host hands over is kept byte for byte, or refused with its field and limit.

use jiff::{SignedDuration, Timestamp};
use stoplist::{
    BlockRequest, BulkBlock, BulkLimits, BulkTargets, ContactDetails, ContactEdit, ContactFilter,
    ContactQuery, Direction, Documentation, Event, Field, ImportOptions, ListFault, ListSettings,
    Message, NumberSet, Oversized, Permission, PhoneNumber, Reason, Store, StoreError,
    StoreErrorKind, StoreOptions, Target, Traffic,
};

use crate::store_desk::{Desk, Picture, is_stopped, number, open_soon};

const HOSTILE: [&str; 15] = [
    "",
    " ",
    "\0",
    "a\0b",
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "line one\r\nline two\u{2028}three",
    "\u{202e}gnp.exe\u{202c}\u{200f}",
    "=HYPERLINK(\"http://x\",\"y\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "'; DROP TABLE contacts; --",
    "<script>alert(1)</script>",
    "👩‍👩‍👧‍👦 𝕬𝖉𝖆 Ａ🇩🇪",
    "e\u{301} é ﬃ ẞ İ",
    "../../etc/passwd",
    "category=Lead",
];

fn details(text: &str, place: u64) -> ContactDetails {
    ContactDetails::new(text, number(place))
        .email(text)
        .category(text)
        .group(text)
        .attribute(text, text)
}

fn documentation(text: &str) -> Documentation {
    Documentation::new(Reason::Other).note(text).reference(text).source(text)
}

#[test]
fn hostile_texts_come_back_as_they_were_and_are_found() {
    let mut desk = Desk::new();
    let ana = desk.ana();
    for (place, text) in (0..).zip(HOSTILE) {
        let contact = ana.create_contact(&details(text, place)).unwrap();
        let request = BlockRequest::new(documentation(text));
        ana.block(&[contact.id.into()], &request).unwrap();
        let message = Message {
            number: number(place),
            direction: Direction::Outbound,
            outcome: text.to_owned(),
            at: Timestamp::UNIX_EPOCH,
        };
        ana.record_message(&message).unwrap();
        let settings = ListSettings::new(Traffic::OUTBOUND).source(text);
        let list = format!("list-{place}");
        ana.create_list(&list, &settings).unwrap();
        ana.import(&list, NumberSet::from([number(place)]), &ImportOptions::add(text)).unwrap();
        if !text.trim().is_empty() {
            ana.add_actor(text, Permission::View.into()).unwrap();
        }
    }
    let picture = Picture::of(desk.store());
    check(desk.store());
    for _ in 0..2 {
        check(desk.reopen());
        assert_eq!(Picture::of(desk.store()), picture);
        assert_eq!(Picture::of(desk.reopen_without_state()), picture);
    }
}

fn check(store: &Store) {
    let ana = store.acting_as("ana");
    let actors = ana.actors().unwrap();
    for (place, text) in (0..).zip(HOSTILE) {
        let contact = ana.contacts_with(number(place)).unwrap().remove(0);
        assert_eq!(contact.details, details(text, place));
        assert_eq!(contact.block.unwrap().documentation, documentation(text));
        assert_eq!(ana.list(&format!("list-{place}")).unwrap().settings.source, text);
        assert!(actors.contains_key(text) || text.trim().is_empty());
        let history = ana.history(contact.id.into()).unwrap();
        let names: Vec<&str> = history.iter().map(|one| one.change.event.name()).collect();
        assert_eq!(names, ["contact_created", "blocked", "message", "list_imported"]);
        let Event::MessageRecorded(message) = &history[2].change.event else { panic!() };
        let Event::ListImported(import) = &history[3].change.event else { panic!() };
        assert_eq!((message.outcome.as_str(), import.from.as_str()), (text, text));
        if text.is_empty() {
            continue;
        }
        // It is found by each field that has it.
        let filters = [
            ContactFilter::default().search(text),
            ContactFilter::default().name(text),
            ContactFilter::default().name_contains(text),
            ContactFilter::default().email(text),
            ContactFilter::default().category(text),
            ContactFilter::default().group(text),
        ];
        for filter in filters {
            let found = ana.contacts(&ContactQuery::default().filter(filter.clone())).unwrap();
            let ids: Vec<_> = found.contacts.iter().map(|one| one.id).collect();
            assert!(ids.contains(&contact.id), "{text:?} by {filter:?}: {ids:?}");
        }
    }
}

/// The error of a text with a byte too many; its message is short and names the field and the limit.
fn assert_too_long(outcome: Result<(), StoreError>, field: Field, bytes: usize) {
    let error = outcome.unwrap_err();
    let told = match &error {
        StoreError::Oversized(told) | StoreError::List(ListFault::Oversized(told)) => told,
        other => panic!("{field}: {other}"),
    };
    assert_eq!(*told, Oversized { field, bytes });
    assert_eq!(error.kind(), StoreErrorKind::Data);
    let message = error.to_string();
    assert!(message.contains(&field.to_string()) && message.len() < 200, "{message}");
    assert!(message.contains(&field.limit().to_string()), "{message}");
}

#[test]
fn a_text_that_is_too_long_is_refused_with_its_field_and_limit() {
    let mut desk = Desk::new();
    let ana = desk.ana();
    let ada = ana.create_contact(&ContactDetails::new("Ada", number(1))).unwrap().id;
    ana.create_list("dnc", &ListSettings::new(Traffic::OUTBOUND)).unwrap();
    let before = Picture::of(desk.store());
    let text = |bytes: usize| "x".repeat(bytes);
    for extra in [1, 1 << 20] {
        let over = |field: Field| field.limit() + extra;
        let plain = ContactDetails::new("x", number(2));
        let long = |field: Field| text(over(field));
        let contacts = [
            (Field::Name, ContactDetails::new(long(Field::Name), number(2))),
            (Field::Email, plain.clone().email(long(Field::Email))),
            (Field::Category, plain.clone().category(long(Field::Category))),
            (Field::Group, plain.clone().group(long(Field::Group))),
            (Field::AttributeName, plain.clone().attribute(long(Field::AttributeName), "")),
            (Field::AttributeValue, plain.clone().attribute("a", long(Field::AttributeValue))),
        ];
        let request = BlockRequest::new(Reason::Spam);
        for (field, details) in contacts {
            let made = ana.create_contact(&details).map(drop);
            assert_too_long(made, field, over(field));
            let made = ana.create_blocked_contact(&details, &request).map(drop);
            assert_too_long(made, field, over(field));
        }
        let edits = [
            (Field::Name, ContactEdit::default().name(long(Field::Name))),
            (Field::Email, ContactEdit::default().email(long(Field::Email))),
            (Field::Category, ContactEdit::default().category(long(Field::Category))),
            (Field::Group, ContactEdit::default().add_group(long(Field::Group))),
            (
                Field::AttributeValue,
                ContactEdit::default().attribute("a", Some(long(Field::AttributeValue))),
            ),
        ];
        for (field, edit) in edits {
            assert_too_long(ana.edit_contact(ada, &edit).map(drop), field, over(field));
        }
        let documented = [
            (Field::Note, Documentation::new(Reason::Spam).note(long(Field::Note))),
            (Field::Reference, Documentation::new(Reason::Spam).reference(long(Field::Reference))),
            (Field::Source, Documentation::new(Reason::Spam).source(long(Field::Source))),
        ];
        for (field, why) in documented {
            let request = BlockRequest::new(why.clone());
            let target = [Target::Contact(ada)];
            assert_too_long(ana.block(&target, &request).map(drop), field, over(field));
            assert_too_long(ana.unblock(&target, &why).map(drop), field, over(field));
            let targets = BulkTargets::Selection(target.to_vec());
            let limits = BulkLimits::confirmed();
            let undone = ana.bulk_unblock(&targets, &why, limits).map(drop);
            assert_too_long(undone, field, over(field));
            let bulk = BulkBlock { targets, request: request.clone(), limits };
            assert_too_long(ana.bulk_block(&bulk).map(drop), field, over(field));
            let details = ContactDetails::new("x", number(2));
            let made = ana.create_blocked_contact(&details, &request).map(drop);
            assert_too_long(made, field, over(field));
        }
        let settings = ListSettings::new(Traffic::OUTBOUND).source(long(Field::Source));
        assert_too_long(
            ana.create_list("x", &settings).map(drop),
            Field::Source,
            over(Field::Source),
        );
        assert_too_long(
            ana.set_list("dnc", &settings).map(drop),
            Field::Source,
            over(Field::Source),
        );
        let options = ImportOptions::add(long(Field::Source));
        let imported = ana.import("dnc", NumberSet::from([number(1)]), &options).map(drop);
        assert_too_long(imported, Field::Source, over(Field::Source));
        let added = ana.add_actor(&long(Field::Actor), Permission::View.into()).map(drop);
        assert_too_long(added, Field::Actor, over(Field::Actor));
        let named = ana.create_list(&long(Field::ListName), &ListSettings::new(Traffic::ALL));
        let error = named.unwrap_err();
        assert!(matches!(error, StoreError::List(ListFault::Name { .. })), "{error}");
        assert!(error.to_string().len() < 200, "{error}");
        let (direction, at) = (Direction::Outbound, Timestamp::UNIX_EPOCH);
        let message = Message { number: number(1), direction, outcome: long(Field::Outcome), at };
        assert_too_long(
            ana.record_message(&message).map(drop),
            Field::Outcome,
            over(Field::Outcome),
        );
    }
    assert_eq!(Picture::of(desk.store()), before);
    assert_eq!(Picture::of(desk.reopen_without_state()), before);
}

/// The largest contact: `extra` more bytes in its groups and attributes than may be.
fn largest(extra: usize) -> ContactDetails {
    let wide = |field: Field| "\u{10348}".repeat(field.limit() / 4);
    let mut details = ContactDetails::new(wide(Field::Name), number(1))
        .secondary(number(2))
        .email(wide(Field::Email))
        .category(wide(Field::Category))
        .attribute("a", "v".repeat(Field::AttributeValue.limit()))
        .attribute("b", "v".repeat(Field::AttributeValue.limit()));
    let used = 2 * (1 + Field::AttributeValue.limit() + 16);
    let left = Field::GroupsAndAttributes.limit() - used;
    // Each group takes 8 bytes beside its own.
    details = details.group("g".repeat(120)).group("h".repeat(120));
    details.group("i".repeat(left - 2 * 128 - 8 + extra))
}

#[test]
fn groups_and_attributes_have_a_limit_together() {
    let desk = Desk::new();
    let ana = desk.ana();
    let fields = Field::GroupsAndAttributes;
    let refused = ana.create_contact(&largest(1)).map(drop);
    // The second group is still within its own limit.
    assert_too_long(refused, fields, fields.limit() + 1);
    let made = ana.create_contact(&largest(0)).unwrap();
    assert_eq!(made.details, largest(0));
    let edit = ContactEdit::default().add_group("");
    assert_too_long(ana.edit_contact(made.id, &edit).map(drop), fields, fields.limit() + 8);
    assert_eq!(ana.contact(made.id).unwrap().details, largest(0));
}

#[test]
fn the_largest_contact_with_the_largest_block_comes_back() {
    let mut desk = Desk::new();
    let who = "w".repeat(Field::Actor.limit());
    desk.ana().add_actor(&who, "view,edit,block".parse().unwrap()).unwrap();
    let why = |letter: &str| {
        Documentation::new(Reason::PolicyViolation)
            .note(letter.repeat(Field::Note.limit()))
            .reference(letter.repeat(Field::Reference.limit()))
            .source(letter.repeat(Field::Source.limit()))
    };
    let until = Timestamp::now() + SignedDuration::from_hours(1);
    let request = BlockRequest::new(why("b")).until(until);
    let actor = desk.store().acting_as(&who);
    let id = actor.create_contact(&largest(0)).unwrap().id;
    // The row has the block in force, and the one that was lifted last.
    actor.block(&[id.into()], &request).unwrap();
    actor.unblock(&[id.into()], &why("u")).unwrap();
    actor.block(&[id.into()], &request).unwrap();
    actor.block(&[number(9).into()], &request).unwrap();
    actor.unblock(&[number(9).into()], &why("u")).unwrap();
    actor.block(&[number(9).into()], &request).unwrap();
    let before = desk.ana().contact(id).unwrap();
    let picture = Picture::of(desk.store());
    assert_eq!(before.details, largest(0));
    assert_eq!(before.block.as_ref().unwrap().documentation, why("b"));
    for _ in 0..2 {
        desk.reopen();
        assert!(desk.store().repairs().is_empty(), "{:?}", desk.store().repairs());
        assert_eq!(desk.ana().info().unwrap().state_failure, None);
        assert_eq!(desk.ana().contact(id).unwrap(), before);
    }
    assert_eq!(Picture::of(desk.reopen_without_state()), picture);
    desk.close();
    let (store, rebuilt) = Store::rebuild(desk.path(), "ana", StoreOptions::default()).unwrap();
    assert!(rebuilt.equal, "{rebuilt:?}");
    assert_eq!(Picture::of(&store), picture);
}

#[test]
fn times_are_kept_to_the_microsecond_at_once_and_after_a_reopening() {
    let mut desk = Desk::new();
    let ana = desk.ana();
    let fine = Timestamp::now() + SignedDuration::new(3_600, 123);
    ana.create_list("dnc", &ListSettings::new(Traffic::OUTBOUND)).unwrap();
    let options = ImportOptions { as_of: Some(fine), ..ImportOptions::add("x") };
    ana.import("dnc", NumberSet::from([number(1)]), &options).unwrap();
    let request = BlockRequest::new(Reason::Spam).until(fine);
    let made = ana.create_blocked_contact(&ContactDetails::new("x", number(2)), &request).unwrap();
    assert_eq!(ana.contact(made.id).unwrap(), made);
    let picture = Picture::of(desk.store());
    assert_eq!(Picture::of(desk.reopen()), picture);
    assert_eq!(Picture::of(desk.reopen_without_state()), picture);
}

fn many(count: u64) -> Vec<PhoneNumber> {
    (0..count).map(|place| PhoneNumber::new(442_000_000_000 + place).unwrap()).collect()
}

#[test]
fn more_than_a_million_targets_at_once_are_refused() {
    let desk = Desk::with(StoreOptions::default().state_in_memory());
    let ana = desk.ana();
    let numbers = many(1_000_001);
    let before = desk.store().generation();
    let picked: Vec<Target> = numbers.iter().map(|&number| number.into()).collect();
    let request = BlockRequest::new(Reason::Spam);
    let limits = BulkLimits::confirmed();
    let file = BulkTargets::File { name: "x.csv".to_owned(), numbers };
    let why = Documentation::new(Reason::Other);
    let selection = BulkTargets::Selection(picked.clone());
    let outcomes = [
        ana.block(&picked, &request).map(drop),
        ana.unblock(&picked, &why).map(drop),
        ana.bulk_block(&BulkBlock { targets: file, request: request.clone(), limits }).map(drop),
        ana.bulk_block(&BulkBlock { targets: selection, request, limits }).map(drop),
    ];
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        let StoreError::TooManyTargets { targets, limit } = error else { panic!("{error}") };
        assert_eq!((targets, limit), (1_000_001, 1_000_000));
    }
    assert_eq!(desk.store().generation(), before);
    assert!(!is_stopped(desk.store(), many(1)[0], Traffic::ALL));
}

#[test]
fn a_name_that_nobody_has_is_not_recorded_at_any_length() {
    let desk = Desk::new();
    let bytes = desk.ana().info().unwrap().bytes.journal;
    for length in [65, 1 << 20, 70 << 20] {
        let name = "x".repeat(length);
        let outcome = desk
            .store()
            .acting_as(&name)
            .block(&[number(1).into()], &BlockRequest::new(Reason::Spam));
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), "denied");
        assert!(error.to_string().len() < 400, "{} bytes", error.to_string().len());
        // The store goes on.
        desk.ana().block(&[number(2).into()], &BlockRequest::new(Reason::Spam)).unwrap();
    }
    assert!(desk.ana().info().unwrap().bytes.journal < bytes + 10_000);
}

#[test]
fn what_does_not_fit_into_a_record_is_refused_and_changes_nothing() {
    let desk = Desk::with(StoreOptions::default().state_in_memory());
    let ana = desk.ana();
    let (request, limits) = (BlockRequest::new(Reason::Spam), BulkLimits::confirmed());
    let name = "x".repeat(65 << 20);
    let targets = BulkTargets::File { name: name.clone(), numbers: many(3) };
    ana.bulk_block(&BulkBlock { targets, request: request.clone(), limits }).unwrap_err();
    ana.create_contact(&ContactDetails::new("Ada", number(1))).unwrap();
    let targets = BulkTargets::Filter(vec![format!("category!={name}")]);
    let _ = ana.bulk_block(&BulkBlock { targets, request: request.clone(), limits });
    // An unblock is undone with the documentation of each block.
    let why = documentation(&"n".repeat(200)).note("n".repeat(1_000));
    let numbers = many(50_000);
    let targets = BulkTargets::File { name: "x.csv".to_owned(), numbers: numbers.clone() };
    let bulk = BulkBlock { targets: targets.clone(), request: BlockRequest::new(why), limits };
    ana.bulk_block(&bulk).unwrap();
    let done = ana.bulk_unblock(&targets, &Reason::Requested.into(), limits).unwrap();
    let undone = ana.undo(done.generation);
    // Whether that can be undone or not, what is said is what happens, and the store goes on.
    let is_undone = undone.is_ok();
    assert_eq!(is_stopped(desk.store(), numbers[0], Traffic::ALL), is_undone, "{undone:?}");
    ana.block(&[number(7).into()], &request).unwrap();
    ana.verify_journal().unwrap();
    let generation = desk.store().generation();
    let path = desk.path();
    drop(desk.store().clone());
    let mut desk = desk;
    desk.close();
    let store = open_soon(&path, &StoreOptions::default().state_in_memory()).unwrap();
    assert_eq!(store.generation(), generation);
    assert_eq!(is_stopped(&store, numbers[0], Traffic::ALL), is_undone);
}
