//! Nobody does what they may not, and whoever tried is on record.

use jiff::Timestamp;
use stoplist::{
    Acting, BlockRequest, BulkBlock, BulkLimits, BulkTargets, ContactDetails, ContactEdit,
    ContactId, ContactQuery, Direction, Documentation, Event, ImportOptions, ListSettings, Message,
    NumberSet, Permission, Permissions, Reason, Store, StoreError, StoreErrorKind, StoreOptions,
    Traffic,
};

use crate::store_desk::{Desk, is_stopped, number};
use Permission::{Admin, Audit, Block, Bulk, Edit, Lists, View};

/// Generations of changes that can be undone.
struct Done {
    bulk: u64,
    import: u64,
}

type Call = fn(&Acting<'_>, &Done) -> Result<(), StoreError>;

fn ada() -> ContactId {
    ContactId::new(1).unwrap()
}

fn blocking() -> BlockRequest {
    BlockRequest::new(Reason::OptOut)
}

fn why() -> Documentation {
    Reason::Requested.into()
}

fn all() -> BulkTargets {
    BulkTargets::Filter(Vec::new())
}

/// Each call, the permissions that it needs, and a form of it that succeeds for whoever has them.
fn calls() -> Vec<(&'static str, &'static [Permission], Call)> {
    vec![
        ("contact", &[View], |who, _| who.contact(ada()).map(drop)),
        ("contacts_with", &[View], |who, _| who.contacts_with(number(1)).map(drop)),
        ("contacts", &[View], |who, _| who.contacts(&ContactQuery::default()).map(drop)),
        ("history", &[View], |who, _| who.history(ada().into()).map(drop)),
        ("history of a number", &[View], |who, _| who.history(number(9).into()).map(drop)),
        ("list", &[View], |who, _| who.list("dnc").map(drop)),
        ("info", &[View], |who, _| who.info().map(drop)),
        ("create_contact", &[Edit], |who, _| {
            who.create_contact(&ContactDetails::new("x", number(3))).map(drop)
        }),
        ("edit_contact", &[Edit], |who, _| {
            who.edit_contact(ada(), &ContactEdit::default().name("y")).map(drop)
        }),
        ("archive_contact", &[Edit], |who, _| who.archive_contact(ada()).map(drop)),
        ("restore_contact", &[Edit], |who, _| who.restore_contact(ada()).map(drop)),
        ("record_message", &[Edit], |who, _| {
            let (direction, at) = (Direction::Inbound, Timestamp::now());
            let outcome = "delivered".to_owned();
            who.record_message(&Message { number: number(1), direction, outcome, at }).map(drop)
        }),
        ("create_blocked_contact", &[Edit, Block], |who, _| {
            let details = ContactDetails::new("x", number(4));
            who.create_blocked_contact(&details, &blocking()).map(drop)
        }),
        ("block", &[Block], |who, _| who.block(&[number(5).into()], &blocking()).map(drop)),
        ("unblock", &[Block], |who, _| who.unblock(&[number(5).into()], &why()).map(drop)),
        ("bulk_block", &[Block, Bulk], |who, _| {
            let limits = BulkLimits::confirmed();
            who.bulk_block(&BulkBlock { targets: all(), request: blocking(), limits }).map(drop)
        }),
        ("a dry bulk_block", &[Block, Bulk], |who, _| {
            let limits = BulkLimits::dry_run();
            who.bulk_block(&BulkBlock { targets: all(), request: blocking(), limits }).map(drop)
        }),
        ("bulk_unblock", &[Block, Bulk], |who, _| {
            who.bulk_unblock(&all(), &why(), BulkLimits::confirmed()).map(drop)
        }),
        ("undo", &[Block, Bulk], |who, done| who.undo(done.bulk).map(drop)),
        ("undo of an import", &[Lists], |who, done| who.undo(done.import).map(drop)),
        ("create_list", &[Lists], |who, _| {
            who.create_list("new", &ListSettings::new(Traffic::ALL)).map(drop)
        }),
        ("set_list", &[Lists], |who, _| {
            who.set_list("dnc", &ListSettings::new(Traffic::INBOUND)).map(drop)
        }),
        ("import", &[Lists], |who, _| {
            who.import("dnc", NumberSet::from([number(8)]), &ImportOptions::add("x")).map(drop)
        }),
        ("export", &[Lists], |who, _| who.export("dnc").map(drop)),
        ("export of blocked", &[Lists], |who, _| who.export("blocked").map(drop)),
        ("drop_list", &[Lists], |who, _| who.drop_list("dnc").map(drop)),
        ("changes_since", &[Audit], |who, _| who.changes_since(0).map(drop)),
        ("follow", &[Audit], |who, _| who.follow(0, None).map(drop)),
        ("verify_journal", &[Audit], |who, _| who.verify_journal().map(drop)),
        ("actors", &[Admin], |who, _| who.actors().map(drop)),
        ("add_actor", &[Admin], |who, _| who.add_actor("new", Permissions::NONE).map(drop)),
        ("set_actor", &[Admin], |who, _| who.set_actor("idle", Permissions::ALL).map(drop)),
        ("remove_actor", &[Admin], |who, _| who.remove_actor("idle").map(drop)),
        ("backup", &[Admin], |who, _| {
            let directory = tempfile::tempdir().unwrap();
            who.backup(directory.path()).map(drop)
        }),
        ("archive", &[Admin], |who, _| {
            let directory = tempfile::tempdir().unwrap();
            who.archive(directory.path()).map(drop)
        }),
    ]
}

fn desk() -> (Desk, Done) {
    let desk = Desk::new();
    let ana = desk.ana();
    ana.create_contact(&ContactDetails::new("Ada", number(1)).secondary(number(2))).unwrap();
    ana.create_list("dnc", &ListSettings::new(Traffic::OUTBOUND)).unwrap();
    ana.add_actor("idle", Permissions::NONE).unwrap();
    let (request, limits) = (blocking(), BulkLimits::confirmed());
    let bulk = ana.bulk_block(&BulkBlock { targets: all(), request, limits }).unwrap().generation;
    let numbers = NumberSet::from([number(7)]);
    let import = ana.import("dnc", numbers, &ImportOptions::add("x")).unwrap().generation;
    (desk, Done { bulk, import })
}

#[test]
fn a_call_without_its_permission_is_refused_and_recorded() {
    let (desk, done) = desk();
    let ana = desk.ana();
    for (name, needs, call) in calls() {
        for &missing in needs {
            let others = Permission::ALL.iter().copied().filter(|&one| one != missing);
            let who = format!("all but {missing}");
            match ana.add_actor(&who, others.collect()) {
                Ok(_) | Err(StoreError::ActorExists { .. }) => {}
                Err(error) => panic!("{error}"),
            }
            for who in [who.as_str(), "nobody", "idle", "", "stoplist", "ANA", "ana "] {
                let before = desk.store().generation();
                let error = call(&desk.store().acting_as(who), &done)
                    .expect_err(&format!("{name} by {who:?}"));
                let StoreError::Denied { actor, needs: needed, .. } = &error else {
                    panic!("{name} by {who:?}: {error}");
                };
                assert_eq!((actor.as_str(), error.kind()), (who, StoreErrorKind::Denied));
                let expected = if who.starts_with("all") { missing } else { needs[0] };
                assert_eq!(*needed, expected, "{name} by {who:?}");
                assert_eq!(desk.store().generation(), before + 1, "{name}: recorded, nothing else");
                let change = desk.last_change();
                assert_eq!(change.actor, who);
                let Event::Refused { needs: recorded, .. } = change.event else { panic!("{name}") };
                assert_eq!(recorded, expected, "{name}");
            }
        }
    }
    // An audit and a replay take all of that.
    ana.verify_journal().unwrap();
}

#[test]
fn a_call_with_just_its_permissions_succeeds() {
    for (name, needs, call) in calls() {
        let (desk, done) = desk();
        desk.ana().add_actor("bo", needs.iter().copied().collect()).unwrap();
        let outcome = call(&desk.store().acting_as("bo"), &done);
        outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn who_may_undo_nothing_learns_nothing_of_what_there_is() {
    let (desk, done) = desk();
    let last = desk.store().generation();
    for (already, generation) in (0..).zip([0, 1, done.bulk, done.import, last + 1, u64::MAX]) {
        let error = desk.store().acting_as("idle").undo(generation).unwrap_err();
        assert!(matches!(error, StoreError::Denied { .. }), "{generation}: {error}");
        assert_eq!(desk.store().generation(), last + 1 + already);
    }
}

#[test]
fn what_was_refused_did_not_happen() {
    let (desk, _) = desk();
    let store = desk.store();
    store.acting_as("nobody").block(&[number(5).into()], &blocking()).unwrap_err();
    assert!(!is_stopped(store, number(5), Traffic::ALL));
    store.acting_as("nobody").unblock(&[ada().into()], &why()).unwrap_err();
    assert!(is_stopped(store, number(1), Traffic::ALL));
}

#[test]
fn a_permission_counts_from_the_change_on() {
    let (desk, _) = desk();
    let (store, ana) = (desk.store(), desk.ana());
    let bo = store.acting_as("bo");
    bo.contact(ada()).unwrap_err();
    ana.add_actor("bo", View.into()).unwrap();
    bo.contact(ada()).unwrap();
    ana.set_actor("bo", Edit.into()).unwrap();
    bo.contact(ada()).unwrap_err();
    ana.set_actor("bo", View.into()).unwrap();
    ana.remove_actor("bo").unwrap();
    bo.contact(ada()).unwrap_err();
}

#[test]
fn the_first_actor_is_an_admin_and_the_last_admin_stays() {
    let desk = Desk::new();
    let ana = desk.ana();
    let actors = ana.actors().unwrap();
    assert_eq!(actors.into_iter().collect::<Vec<_>>(), [("ana".to_owned(), Permissions::ALL)]);
    ana.add_actor("bo", Permissions::ALL).unwrap();
    ana.set_actor("bo", View.into()).unwrap();
    for outcome in [ana.remove_actor("ana"), ana.set_actor("ana", View.into())] {
        assert!(matches!(outcome, Err(StoreError::LastAdmin { .. })), "{outcome:?}");
    }
    // With another one it may go; that one is the last then.
    ana.set_actor("bo", Admin.into()).unwrap();
    ana.remove_actor("ana").unwrap();
    assert!(matches!(ana.actors(), Err(StoreError::Denied { .. })));
    let bo = desk.store().acting_as("bo");
    assert!(matches!(bo.remove_actor("bo"), Err(StoreError::LastAdmin { .. })));
}

#[test]
fn an_actor_has_a_name_of_its_own() {
    let desk = Desk::new();
    let ana = desk.ana();
    let before = desk.store().generation();
    for name in ["", "  ", "\t\n", "stoplist"] {
        let error = ana.add_actor(name, View.into()).unwrap_err();
        assert!(matches!(error, StoreError::ActorName { .. }), "{name:?}: {error}");
        let other = tempfile::tempdir().unwrap();
        let error = Store::create(other.path(), name, StoreOptions::default()).unwrap_err();
        assert!(matches!(error, StoreError::ActorName { .. }), "{name:?}: {error}");
        assert_eq!(std::fs::read_dir(other.path()).unwrap().count(), 0);
    }
    assert!(matches!(ana.add_actor("ana", View.into()), Err(StoreError::ActorExists { .. })));
    assert!(matches!(ana.set_actor("bo", View.into()), Err(StoreError::UnknownActor { .. })));
    assert!(matches!(ana.remove_actor("bo"), Err(StoreError::UnknownActor { .. })));
    assert_eq!(desk.store().generation(), before);
}

#[test]
fn checks_need_no_permission() {
    let mut desk = Desk::new();
    desk.ana().block(&[number(1).into()], &blocking()).unwrap();
    desk.ana().add_actor("bo", View.into()).unwrap();
    let store = desk.store();
    assert!(is_stopped(store, number(1), Traffic::OUTBOUND));
    assert!(store.explain(number(1), "blocked", Traffic::ALL).is_some());
    assert_eq!(store.blocked_since(0).unwrap(), NumberSet::from([number(1)]));
    assert_eq!(store.lists_asked(&[], Traffic::ALL).unwrap().1.len(), 1);
    assert!(
        store.lists().is_empty()
            && store.stale_lists(&[], stoplist::Traffic::ALL).unwrap().is_empty()
    );
    // Rebuilding does, and changes nothing for whoever may not.
    let generation = store.generation();
    desk.close();
    for who in ["bo", "nobody"] {
        let refused = Store::rebuild(desk.path(), who, StoreOptions::default());
        assert!(matches!(refused, Err(StoreError::Denied { needs: Admin, .. })), "{who}");
    }
    assert_eq!(desk.reopen().generation(), generation);
    assert!(desk.store().repairs().is_empty());
}
