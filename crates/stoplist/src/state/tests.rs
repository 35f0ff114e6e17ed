//! Do all backends behave alike, and does sled keep what it promised?

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::backend::{Backend, Change, MAX_KEY, MAX_VALUE};
use super::error::StateError;
use super::guard::{self, OpenLimit, Opening};
use super::memory::Memory;

/// A sled database that goes with its directory.
pub(super) struct OnDisk {
    pub(super) backend: Option<Box<dyn Backend>>,
    pub(super) directory: tempfile::TempDir,
}

impl OnDisk {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let backend = guard::create(&directory.path().join("state"), OpenLimit::default());
        Self { backend: Some(backend.unwrap()), directory }
    }

    pub(super) fn reopen(&mut self) {
        self.backend = None;
        let state = self.directory.path().join("state");
        match guard::open(&state, OpenLimit::default()).unwrap() {
            Opening::Opened(backend) => self.backend = Some(backend),
            Opening::Absent => panic!("absent"),
            Opening::Busy => panic!("in use"),
            Opening::Unusable { reason } => panic!("{reason}"),
        }
    }
}

/// Runs a test over every backend.
fn over_both(test: impl Fn(&mut dyn Backend)) {
    test(&mut Memory::default());
    test(&mut **OnDisk::new().backend.as_mut().unwrap());
}

pub(super) fn rows_of(backend: &dyn Backend) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut rows = BTreeMap::new();
    backend
        .scan(b"", &mut |key, value| {
            assert!(rows.last_key_value().is_none_or(|(last, _): (&Vec<u8>, _)| &**last < key));
            rows.insert(key.to_vec(), value.to_vec());
            Ok(())
        })
        .unwrap();
    rows
}

fn put(key: &[u8], value: &[u8]) -> Change {
    (key.to_vec(), Some(value.to_vec()))
}

/// Keys that are near each other, also across bytes of 0 and 255.
fn keys() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![Just(0_u8), Just(1), Just(254), Just(255), Just(b'p')];
    prop::collection::vec(byte, 1..9)
}

/// What a map says that the backend must say too.
fn check_against(backend: &dyn Backend, model: &BTreeMap<Vec<u8>, Vec<u8>>, probes: &[Vec<u8>]) {
    assert_eq!(&rows_of(backend), model);
    for probe in probes {
        assert_eq!(backend.get(probe).unwrap().as_ref(), model.get(probe));
        for length in 0..=probe.len() {
            let prefix = &probe[..length];
            let of_prefix = || {
                let rows = model.iter().filter(|(key, _)| key.starts_with(prefix));
                rows.map(|(key, value)| (key.clone(), value.clone()))
            };
            let before = of_prefix().rfind(|(key, _)| key <= probe);
            assert_eq!(backend.at_or_before(prefix, probe).unwrap(), before);
            let after = of_prefix().find(|(key, _)| key > probe);
            assert_eq!(backend.after(prefix, probe).unwrap(), after);
            let mut scanned = Vec::new();
            backend
                .scan(prefix, &mut |key, value| {
                    scanned.push((key.to_vec(), value.to_vec()));
                    Ok(())
                })
                .unwrap();
            assert!(scanned.into_iter().eq(of_prefix()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_backend_answers_as_a_map_does(
        batches in prop::collection::vec(
            prop::collection::vec(
                (keys(), prop::option::weighted(0.8, prop::collection::vec(any::<u8>(), 0..40))),
                1..200,
            ),
            1..4,
        ),
        probes in prop::collection::vec(keys(), 1..20),
    ) {
        over_both(|backend| {
            let mut model = BTreeMap::new();
            for batch in &batches {
                backend.apply(batch).unwrap();
                for (key, value) in batch {
                    match value {
                        Some(value) => model.insert(key.clone(), value.clone()),
                        None => model.remove(key),
                    };
                }
                check_against(backend, &model, &probes);
            }
        });
    }
}

/// Sled's own reverse iterator panics at such rows; see `sled.rs`.
#[test]
fn rows_before_keys_that_end_in_many_255s_are_found() {
    over_both(|backend| {
        let mut model = BTreeMap::new();
        for high in 0..40_u8 {
            for low in 0..40_u8 {
                let key = [&[b'x', high], &[255; 7][..], &[low]].concat();
                model.insert(key, vec![high, low]);
            }
        }
        let changes: Vec<Change> = model.iter().map(|(key, value)| put(key, value)).collect();
        backend.apply(&changes).unwrap();
        for high in 0..40_u8 {
            let probe = [b'x', high];
            let expected = model.range(..probe.to_vec()).next_back();
            let found = backend.at_or_before(b"x", &probe).unwrap();
            assert_eq!(found.as_ref().map(|(key, value)| (key, value)), expected);
        }
    });
}

#[test]
fn what_is_too_long_is_refused_and_nothing_else_of_its_batch_is_made() {
    over_both(|backend| {
        for bad in [put(b"b", &[1; MAX_VALUE + 1]), put(&[b'b'; MAX_KEY + 1], b"1")] {
            let refused = backend.apply(&[put(b"a", b"1"), bad]);
            assert!(matches!(refused, Err(StateError::TooLarge { .. })), "{refused:?}");
            assert_eq!(backend.get(b"a").unwrap(), None);
        }
        backend.apply(&[put(&[b'b'; MAX_KEY], &[1; MAX_VALUE])]).unwrap();
        assert_eq!(rows_of(backend).len(), 1);
    });
}

#[test]
fn an_error_of_the_callee_ends_a_scan() {
    over_both(|backend| {
        backend.apply(&[put(b"a", b"1"), put(b"b", b"2")]).unwrap();
        let mut calls = 0;
        let ended = backend.scan(b"", &mut |_, _| {
            calls += 1;
            Err(StateError::damaged("enough"))
        });
        assert!(matches!(ended, Err(StateError::Damaged { .. })));
        assert_eq!(calls, 1);
    });
}

#[test]
fn sled_has_after_reopening_what_it_had_before() {
    let mut on_disk = OnDisk::new();
    let mut model = BTreeMap::new();
    for round in 0..5_u32 {
        let backend = on_disk.backend.as_mut().unwrap();
        let mut changes = Vec::new();
        for index in 0..500_u32 {
            let key = (index * 7919 % 2000 + round).to_be_bytes();
            changes.push(put(&key, &[round as u8; 900]));
        }
        backend.apply(&changes).unwrap();
        model.extend(changes.into_iter().map(|(key, value)| (key, value.unwrap())));
        if round % 2 == 0 {
            backend.flush().unwrap();
        }
        on_disk.reopen();
        assert_eq!(rows_of(&**on_disk.backend.as_ref().unwrap()), model);
    }
    assert!(on_disk.backend.as_ref().unwrap().bytes_on_disk() > 1_000_000);
}

#[test]
fn no_value_spills_into_a_blob_file() {
    let on_disk = OnDisk::new();
    let mut backend = on_disk.backend.unwrap();
    for group in 0..20_u32 {
        // The longest values, at random places and again and again.
        let changes: Vec<Change> = (0..200_u32)
            .map(|index| {
                let place = (group * 200 + index).wrapping_mul(2_654_435_761) % 1500;
                put(&place.to_be_bytes(), &[group as u8; MAX_VALUE])
            })
            .collect();
        backend.apply(&changes).unwrap();
    }
    backend.flush().unwrap();
    let state = std::fs::read_dir(on_disk.directory.path().join("state")).unwrap();
    let blobs = state.flatten().map(|entry| entry.path().join("blobs"));
    let blobs: Vec<_> = blobs.flat_map(|path| std::fs::read_dir(path).unwrap().flatten()).collect();
    assert!(blobs.is_empty(), "{blobs:?}");
}
