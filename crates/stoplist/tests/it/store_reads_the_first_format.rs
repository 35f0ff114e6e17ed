//! A store that the first release wrote opens in every later one, and comes to the same state.
//!
//! `tests/data/store-1` has its mark and its journal; the state is made from that. It holds one of
//! each kind of event. What is expected was noted when it was written.

use std::fs;

use stoplist::{ContactStatus, GateSpec, PhoneNumber, Store, StoreOptions, Traffic};

const HEAD: &str = "764f2f844949c501806b0300534ef7682bd1058b0b58fb4d237e2e3d3d0f6d52";
const DIGEST: &str = "5e20d75314a7f227c59cabeb72ab9200";
const EVENTS: [&str; 15] = [
    "initialised",
    "contact_created",
    "contact_created",
    "blocked",
    "blocked",
    "contact_edited",
    "unblocked",
    "list_created",
    "list_imported",
    "blocked",
    "undone",
    "message",
    "actor_set",
    "refused",
    "contact_archived",
];

#[test]
fn a_store_of_the_first_format_is_what_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store");
    fs::create_dir_all(path.join("journal")).unwrap();
    let fixture = crate::data("store-1");
    fs::copy(fixture.join("STOPLIST"), path.join("STOPLIST")).unwrap();
    for segment in fs::read_dir(fixture.join("journal")).unwrap() {
        let segment = segment.unwrap();
        fs::copy(segment.path(), path.join("journal").join(segment.file_name())).unwrap();
    }

    let (store, rebuilt) = Store::rebuild(&path, "ana", StoreOptions::default()).unwrap();
    assert_eq!(rebuilt.replayed, DIGEST);
    let ana = store.acting_as("ana");
    let audit = ana.verify_journal().unwrap();
    let head: String = audit.head.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((audit.records, head.as_str()), (15, HEAD));
    let changes: Vec<_> = ana.changes_since(0).unwrap().map(Result::unwrap).collect();
    assert_eq!(changes.iter().map(|change| change.event.name()).collect::<Vec<_>>(), EVENTS);

    let ada = ana.contact("c1".parse().unwrap()).unwrap();
    assert_eq!(
        (ada.details.name.as_str(), ada.status()),
        ("Ada Lovelace", ContactStatus::Archived)
    );
    assert_eq!(ada.details.attributes["plan"], "gold");
    let bo = ana.contact("c2".parse().unwrap()).unwrap();
    assert_eq!((bo.status(), bo.details.groups.contains("west")), (ContactStatus::Blocked, true));
    assert_eq!(bo.block.unwrap().documentation.note, "case 17");

    let sending = store.gate(&GateSpec::all(Traffic::OUTBOUND)).unwrap().load();
    let is_stopped = |number| sending.contains(PhoneNumber::new(number).unwrap());
    assert!(
        is_stopped(12_025_550_143) && is_stopped(4_930_901_820) && !is_stopped(442_079_460_001)
    );
    assert!(is_stopped(12_000_000_797) && !is_stopped(12_000_000_798));
    assert_eq!(ana.list("dnc").unwrap().numbers, 10_001);
}
