//! What does a forked child get? One is pretended: see `fork.rs`.
//!
//! Inside a loom model, as gates are loom's under the unit tests; there is only one order to try.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use loom::model::Builder;

use super::*;
use crate::fork::pretence::in_child;
use crate::record::{Direction, Message, Scrub};
use crate::{
    BlockRequest, ContactDetails, ContactEdit, ContactQuery, ListSettings, NumberSet, Permissions,
    PhoneNumber, Reason, Target, Traffic,
};

/// Far more than any of these calls takes.
const SOON: Duration = Duration::from_secs(10);

/// Runs a test with a store, whose gates ask loom.
fn with_store(test: fn(Store, &Path)) {
    let mut builder = Builder::new();
    builder.max_branches = 1_000_000;
    builder.preemption_bound = Some(0);
    builder.check(move || {
        let run = move || {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("store");
            test(Store::create(&path, "ana", StoreOptions::default()).unwrap(), &path);
        };
        // The stacks of loom are small.
        loom::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap().join().unwrap();
    });
}

fn number() -> PhoneNumber {
    PhoneNumber::new(4_930_901_820).unwrap()
}

/// Every call that may fail, and what came of it.
fn calls(store: &Store, into: &Path) -> Vec<(&'static str, Result<(), StoreError>)> {
    let (ana, all) = (store.acting_as("ana"), GateSpec::all(Traffic::ALL));
    let (who, why) = ([Target::Number(number())], Reason::OptOut.into());
    let (details, query) = (ContactDetails::new("Ada", number()), ContactQuery::new());
    let (request, settings) = (BlockRequest::new(Reason::OptOut), ListSettings::new(Traffic::ALL));
    let id = "c1".parse().unwrap();
    let bulk = BulkBlock {
        targets: BulkTargets::Selection(who.to_vec()),
        request: request.clone(),
        limits: BulkLimits::confirmed(),
    };
    let (message, at) = (String::from("sent"), jiff::Timestamp::UNIX_EPOCH);
    let message =
        Message { number: number(), direction: Direction::Outbound, outcome: message, at };
    let scrub = Scrub::new("spring.csv", Traffic::ALL, 1);
    let (none, import) = (Some(Duration::ZERO), ImportOptions::add("it"));
    vec![
        ("gate", store.gate(&all).map(drop)),
        ("checkpoint", store.checkpoint()),
        ("lapse, which the clock calls", store.engine.lapse()),
        ("blocked_since", store.blocked_since(0).map(drop)),
        ("stale_lists", store.stale_lists(&[], Traffic::ALL).map(drop)),
        ("lists_asked", store.lists_asked(&[], Traffic::ALL).map(drop)),
        ("actors", ana.actors().map(drop)),
        ("add_actor", ana.add_actor("bo", Permissions::ALL).map(drop)),
        ("set_actor", ana.set_actor("bo", Permissions::ALL).map(drop)),
        ("remove_actor", ana.remove_actor("bo").map(drop)),
        ("verify_journal", ana.verify_journal().map(drop)),
        ("backup", ana.backup(into).map(drop)),
        ("archive", ana.archive(into).map(drop)),
        ("block", ana.block(&who, &request).map(drop)),
        ("unblock", ana.unblock(&who, &why).map(drop)),
        ("bulk_block", ana.bulk_block(&bulk).map(drop)),
        ("bulk_unblock", ana.bulk_unblock(&bulk.targets, &why, bulk.limits).map(drop)),
        ("create_contact", ana.create_contact(&details).map(drop)),
        ("create_blocked_contact", ana.create_blocked_contact(&details, &request).map(drop)),
        ("contact", ana.contact(id).map(drop)),
        ("contacts_with", ana.contacts_with(number()).map(drop)),
        ("contacts", ana.contacts(&query).map(drop)),
        ("categories", ana.categories().map(drop)),
        ("groups", ana.groups().map(drop)),
        ("edit_contact", ana.edit_contact(id, &ContactEdit::default()).map(drop)),
        ("archive_contact", ana.archive_contact(id).map(drop)),
        ("restore_contact", ana.restore_contact(id).map(drop)),
        ("changes_since", ana.changes_since(0).map(drop)),
        ("follow", ana.follow(0, none).map(drop)),
        ("history", ana.history(who[0]).map(drop)),
        ("record_message", ana.record_message(&message).map(drop)),
        ("info", ana.info().map(drop)),
        ("create_list", ana.create_list("dnc", &settings).map(drop)),
        ("set_list", ana.set_list("dnc", &settings).map(drop)),
        ("list", ana.list("dnc").map(drop)),
        ("import", ana.import("dnc", NumberSet::new(), &import).map(drop)),
        ("export", ana.export("dnc").map(drop)),
        ("export of blocked", ana.export("blocked").map(drop)),
        ("record_scrub", ana.record_scrub(&scrub).map(drop)),
        ("drop_list", ana.drop_list("dnc").map(drop)),
        ("undo", ana.undo(1).map(drop)),
    ]
}

/// What a child comes to, while every lock of the parent is held: by threads that it has not.
fn as_a_child_finds_it<T: Send + 'static>(
    store: &Store,
    child: impl FnOnce(Store) -> T + Send + 'static,
) -> T {
    let engine = Arc::clone(&store.engine);
    let _order = engine::lock(&engine.order);
    let _model = engine.model.write().unwrap();
    let _journal = engine.journal.hold();
    let (done, seen) = channel();
    let inherited = store.clone();
    std::thread::spawn(move || done.send(in_child(|| child(inherited))).unwrap());
    seen.recv_timeout(SOON).expect("the child waits")
}

#[test]
fn every_call_of_a_child_is_forked_and_waits_for_no_lock() {
    with_store(|store, path| {
        let into = path.with_extension("copy");
        let from_child = into.clone();
        let came = as_a_child_finds_it(&store, move |store| calls(&store, &from_child));
        for (call, outcome) in came {
            assert!(matches!(outcome, Err(StoreError::Forked)), "{call}: {outcome:?}");
        }
        assert!(!into.exists());
        // The parent goes on, and so the table is of calls that do something.
        let here = calls(&store, &into);
        assert!(here.iter().all(|(_, outcome)| !matches!(outcome, Err(StoreError::Forked))));
        assert!(here.iter().filter(|(_, outcome)| outcome.is_ok()).count() > 35, "{here:?}");
    });
}

#[test]
fn a_call_of_a_child_that_cannot_fail_has_nothing_to_tell() {
    with_store(|store, _| {
        let ana = store.acting_as("ana");
        ana.create_list("dnc", &ListSettings::new(Traffic::ALL)).unwrap();
        ana.block(&[number().into()], &BlockRequest::new(Reason::Spam)).unwrap();
        let asked = |store: &Store| {
            let why = store.explain(number(), "blocked", Traffic::ALL);
            let told = (store.generation(), store.lists().len(), why.is_some(), store.is_forked());
            (told, store.repairs().len(), format!("{store:?}").is_empty())
        };
        assert_eq!(asked(&store), ((3, 1, true, false), 0, false));
        let child = as_a_child_finds_it(&store, move |store| asked(&store));
        assert_eq!(child, ((0, 0, false, true), 0, false));
    });
}

#[test]
fn changes_that_a_child_inherits_end_there_and_go_on_in_the_parent() {
    with_store(|store, _| {
        let mut changes = store.acting_as("ana").changes_since(0).unwrap();
        let mut others = store.acting_as("ana").changes_since(0).unwrap();
        in_child(|| {
            assert!(matches!(others.next(), Some(Err(StoreError::Forked))));
            assert!(others.next().is_none());
        });
        assert_eq!(changes.next().unwrap().unwrap().generation, 1);
    });
}

#[test]
fn a_store_that_a_child_drops_is_open_in_the_parent() {
    with_store(|store, path| {
        let engine = Arc::downgrade(&store.engine);
        let start = Instant::now();
        in_child(|| drop(store));
        assert!(start.elapsed() < SOON);
        let engine = engine.upgrade().unwrap();
        let ana = Acting { engine: &engine, actor: "ana" };
        ana.block(&[number().into()], &BlockRequest::new(Reason::Spam)).unwrap();
        engine.keeper.checkpoint().unwrap();
        let again = Store::open(path, StoreOptions::default());
        assert!(matches!(again, Err(StoreError::Locked { .. })));
    });
}
