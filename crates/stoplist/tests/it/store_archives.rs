//! Old files of the journal may be on another disk, and nothing is answered differently.

use stoplist::{
    BlockRequest, Documentation, Reason, StoreError, StoreErrorKind, StoreOptions, Target, Traffic,
};

use crate::store_desk::{Desk, Picture, is_stopped, number};

const NUMBERS: u64 = 200;

/// A store of many small files.
fn desk() -> Desk {
    let desk = Desk::without_disk(StoreOptions::default().segment_bytes(4_000));
    let request = BlockRequest::new(Documentation::new(Reason::OptOut));
    for place in 0..NUMBERS {
        desk.ana().block(&[Target::from(number(place))], &request).unwrap();
    }
    desk
}

#[test]
fn an_archived_journal_tells_backs_up_and_comes_to_the_same() {
    let mut desk = desk();
    let (before, audit) = (Picture::of(desk.store()), desk.ana().verify_journal().unwrap());
    let archived = desk.ana().archive(desk.beside("old")).unwrap();
    let bytes = desk.ana().info().unwrap().bytes.journal;
    assert!(archived.segments > 5 && archived.bytes > bytes / 2 && archived.bytes < bytes);
    assert_eq!(desk.ana().verify_journal().unwrap(), audit);
    assert_eq!(desk.ana().changes_since(0).unwrap().count() as u64, desk.store().generation());
    assert_eq!(desk.ana().history(Target::from(number(7))).unwrap().len(), 1);
    assert_eq!(Picture::of(desk.reopen()), before);
    assert_eq!(desk.ana().info().unwrap().bytes.journal, bytes, "wherever they are");
    assert_eq!(Picture::of(desk.reopen_without_state()), before);

    // A backup is whole by itself.
    desk.ana().backup(desk.beside("copy")).unwrap();
    std::fs::remove_dir_all(desk.beside("old")).unwrap();
    let copy = stoplist::Store::open(desk.beside("copy"), StoreOptions::default()).unwrap();
    assert_eq!(copy.acting_as("ana").verify_journal().unwrap(), audit);
}

#[test]
fn while_the_archive_is_away_blocks_hold_and_what_needs_it_says_so() {
    let mut desk = desk();
    desk.ana().archive(desk.beside("old")).unwrap();
    desk.close();
    std::fs::rename(desk.beside("old"), desk.beside("away")).unwrap();

    desk.reopen();
    assert!((0..NUMBERS).all(|place| is_stopped(desk.store(), number(place), Traffic::INBOUND)));
    let request = BlockRequest::new(Documentation::new(Reason::OptOut));
    desk.ana().block(&[Target::from(number(NUMBERS))], &request).unwrap();
    desk.ana().info().unwrap();
    let refused = [
        desk.ana().verify_journal().map(drop),
        desk.ana().history(Target::from(number(7))).map(drop),
        desk.ana().backup(desk.beside("copy")).map(drop),
    ];
    for refused in refused {
        let error = refused.unwrap_err();
        assert_eq!((error.kind(), error.code()), (StoreErrorKind::Io, "io"), "{error}");
        assert!(matches!(error, StoreError::Journal(_)) && error.to_string().contains(".journal"));
    }

    std::fs::rename(desk.beside("away"), desk.beside("old")).unwrap();
    desk.reopen_without_state();
    assert!((0..=NUMBERS).all(|place| is_stopped(desk.store(), number(place), Traffic::INBOUND)));
}
