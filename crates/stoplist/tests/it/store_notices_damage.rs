//! A byte of a store's files that has changed is noticed or does not matter; it never changes an
//! answer.
//!
//! `STOPLIST_DAMAGE_ALL=1` tries a byte of every stretch of every file; `cargo xtask crash` does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use stoplist::{
    BlockRequest, ContactDetails, Documentation, ImportOptions, ListSettings, Reason, Store,
    StoreError, StoreErrorKind, StoreOptions, StoreRepair, Traffic,
};

use crate::store_desk::{Desk, Dice, Picture, number, open_soon, scattered, setting};

/// One byte is damaged in so many.
const STRETCH: u64 = 512;

fn options() -> StoreOptions {
    StoreOptions::default().segment_bytes(16 << 10).state_time_limit(Duration::from_secs(10))
}

/// A store with some of everything, and what it says; closed.
fn original() -> (Desk, Picture) {
    let mut desk = Desk::without_disk(options());
    let ana = desk.ana();
    let why = Documentation::new(Reason::Spam).note("a note".repeat(10)).reference("C-17");
    ana.create_list("dnc", &ListSettings::new(Traffic::OUTBOUND)).unwrap();
    for place in 0..60 {
        let details = ContactDetails::new(format!("Ada {place}"), number(place))
            .secondary(number(place / 2 + 500))
            .category(["Lead", "Customer"][place as usize % 2])
            .attribute("seen", "x".repeat(100));
        let contact = ana.create_contact(&details).unwrap();
        if place % 3 == 0 {
            ana.block(&[contact.id.into()], &BlockRequest::new(why.clone())).unwrap();
        }
        ana.block(&[number(place + 1_000).into()], &BlockRequest::new(Reason::OptOut)).unwrap();
        if place == 30 {
            ana.import("dnc", scattered(1, 20_000), &ImportOptions::add("registry.txt")).unwrap();
        }
    }
    ana.import("dnc", scattered(2, 300), &ImportOptions::add("more.txt")).unwrap();
    for place in 0..60 {
        let target = [number(place + 1_000).into()];
        match place % 2 {
            0 => drop(ana.unblock(&target, &why).unwrap()),
            _ => drop(ana.block(&target, &BlockRequest::new(why.clone())).unwrap()),
        }
    }
    let picture = Picture::of(desk.store());
    desk.close();
    (desk, picture)
}

/// The files below a directory, with their sizes.
fn files(directory: &Path) -> Vec<(PathBuf, u64)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => files.extend(self::files(&entry.path())),
            false => files.push((entry.path(), entry.metadata().unwrap().len())),
        }
    }
    files.sort();
    files
}

/// The bytes of every file below a directory.
fn contents(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files(directory).into_iter().map(|(path, _)| (path.clone(), fs::read(path).unwrap())).collect()
}

/// A copy of a store, of which nothing is written back.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

fn flip(path: &Path, offset: u64, bit: u64) {
    let mut bytes = fs::read(path).unwrap();
    bytes[offset as usize] ^= 1 << (bit % 8);
    fs::write(path, bytes).unwrap();
}

/// Each damage in a copy of its own: `(file in the store, offset)`.
struct Damages {
    desk: Desk,
    picture: Picture,
    dice: Dice,
    tried: u64,
}

impl Damages {
    fn new() -> Self {
        let (desk, picture) = original();
        Self { desk, picture, dice: Dice::new(7), tried: 0 }
    }

    /// A byte in each stretch of the files of a folder, or in one stretch of `one_in`.
    fn places(&mut self, folder: &str, one_in: u64) -> Vec<(PathBuf, u64)> {
        let mut places = Vec::new();
        let root = self.desk.path();
        for (path, bytes) in files(&root.join(folder)) {
            let inside = path.strip_prefix(&root).unwrap();
            for start in (0..bytes).step_by(STRETCH as usize) {
                let offset = start + self.dice.below(STRETCH.min(bytes - start));
                if self.dice.below(one_in) == 0 {
                    places.push((inside.to_owned(), offset));
                }
            }
        }
        places
    }

    fn damaged(&mut self, file: &Path, offset: u64) -> PathBuf {
        let store = self.fresh();
        flip(&store.join(file), offset, self.dice.roll());
        store
    }

    fn fresh(&mut self) -> PathBuf {
        let store = self.desk.beside("copy");
        if store.exists() {
            fs::remove_dir_all(&store).unwrap();
        }
        copy(&self.desk.path(), &store);
        self.tried += 1;
        store
    }
}

/// One stretch in so many, or every one when all are asked for.
fn one_in(sampled: u64) -> u64 {
    if setting("STOPLIST_DAMAGE_ALL", 0) == 1 { 1 } else { sampled }
}

/// The journal is refused, as it is, with the name of the file.
fn assert_refused(
    error: &StoreError,
    file: &Path,
    before: &BTreeMap<PathBuf, Vec<u8>>,
    now: &Path,
) {
    assert_eq!((error.kind(), error.code()), (StoreErrorKind::Damaged, "damaged"), "{error}");
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(error.to_string().contains(name), "{error}");
    assert!(*before == contents(now), "something was changed: {error}");
}

#[test]
fn a_damaged_journal_is_refused_or_its_state_covers_it() {
    let mut damages = Damages::new();
    let (start, mut refused, mut covered) = (Instant::now(), 0, 0);
    for (file, offset) in damages.places("journal", one_in(3)) {
        let path = damages.damaged(&file, offset);
        let before = contents(&path.join("journal"));
        match open_soon(&path, &options()) {
            Err(error) => {
                assert_refused(&error, &file, &before, &path.join("journal"));
                refused += 1;
            }
            Ok(store) => {
                assert_eq!(Picture::of(&store), damages.picture, "{} {offset}", file.display());
                let error = store.acting_as("ana").verify_journal().unwrap_err();
                assert_eq!(error.kind(), StoreErrorKind::Damaged, "{} {offset}", file.display());
                covered += 1;
            }
        }
    }
    println!(
        "{} places of the journal: {refused} refused, {covered} covered by the state, {:.1} s",
        damages.tried,
        start.elapsed().as_secs_f64()
    );
    assert!(covered > 100);
}

#[test]
fn a_damaged_journal_without_a_state_is_refused_or_torn_at_its_very_end() {
    let mut damages = Damages::new();
    let (start, mut torn) = (Instant::now(), 0);
    for (file, offset) in damages.places("journal", one_in(4)) {
        let path = damages.damaged(&file, offset);
        fs::remove_dir_all(path.join("state")).unwrap();
        let before = contents(&path.join("journal"));
        match open_soon(&path, &options()) {
            Err(error) => assert_refused(&error, &file, &before, &path.join("journal")),
            // Nobody knows that it was acknowledged.
            Ok(store) => {
                assert_eq!(store.generation(), damages.picture.generation - 1);
                let is_tear = |one: &StoreRepair| matches!(one, StoreRepair::TornTail { .. });
                assert!(store.repairs().iter().any(is_tear), "{:?}", store.repairs());
                torn += 1;
            }
        }
    }
    println!("{} places, {torn} torn, {:.1} s", damages.tried, start.elapsed().as_secs_f64());
    assert!(torn <= 2, "{torn}: only the last record can be torn");
}

#[test]
fn every_byte_of_the_last_record_is_known_to_have_been_acknowledged() {
    let mut damages = Damages::new();
    let (last, bytes) = files(&damages.desk.path().join("journal")).pop().unwrap();
    let magic = fs::read(&last).unwrap();
    let start = (0..magic.len() - 4).rev().find(|&at| &magic[at..at + 4] == b"SREC").unwrap();
    let file = last.strip_prefix(damages.desk.path()).unwrap().to_owned();
    for offset in (start as u64..bytes).step_by(one_in(13) as usize) {
        let path = damages.damaged(&file, offset);
        let before = contents(&path.join("journal"));
        let error = open_soon(&path, &options()).unwrap_err();
        assert_refused(&error, &file, &before, &path.join("journal"));
        let rebuilt = Store::rebuild(&path, "ana", options());
        let error = rebuilt.map(|_| ()).unwrap_err();
        assert_refused(&error, &file, &before, &path.join("journal"));
    }
}

#[test]
fn a_journal_that_is_cut_short_of_what_the_state_has_is_refused() {
    let mut damages = Damages::new();
    let (last, bytes) = files(&damages.desk.path().join("journal")).pop().unwrap();
    let file = last.strip_prefix(damages.desk.path()).unwrap().to_owned();
    for length in [bytes - 1, bytes - 60, bytes / 2, 16, 15, 0] {
        let path = damages.fresh();
        fs::OpenOptions::new().write(true).open(path.join(&file)).unwrap().set_len(length).unwrap();
        let before = contents(&path.join("journal"));
        let error = open_soon(&path, &options()).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Damaged, "{length}: {error}");
        assert!(before == contents(&path.join("journal")), "{length}");
    }
}

#[test]
fn a_journal_that_is_cut_short_without_a_state_opens_with_what_is_whole() {
    let mut damages = Damages::new();
    let (last, bytes) = files(&damages.desk.path().join("journal")).pop().unwrap();
    let file = last.strip_prefix(damages.desk.path()).unwrap().to_owned();
    let first = file.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap();
    let mut lengths: Vec<u64> = (0..40).map(|_| damages.dice.below(bytes)).collect();
    lengths.extend([0, 1, 15, 16, 17, bytes - 1]);
    for length in lengths {
        let path = damages.fresh();
        fs::remove_dir_all(path.join("state")).unwrap();
        let whole = fs::read(path.join(&file)).unwrap();
        fs::write(path.join(&file), &whole[..length as usize]).unwrap();
        let store = open_soon(&path, &options()).unwrap();
        let generation = store.generation();
        assert!((first - 1..damages.picture.generation).contains(&generation), "{length}");
        let audit = store.acting_as("ana").verify_journal().unwrap();
        assert_eq!(audit.generation, generation);
        let tails: Vec<(u64, Vec<u8>)> = store
            .repairs()
            .iter()
            .filter_map(|one| match one {
                StoreRepair::TornTail { offset, kept_as, .. } => {
                    Some((*offset, fs::read(kept_as).unwrap()))
                }
                _ => None,
            })
            .collect();
        match tails.as_slice() {
            // It ended between two records, or where the segment begins.
            [] => assert!(length >= 16, "{length}"),
            [(offset, kept)] => {
                assert_eq!(kept, &whole[*offset as usize..length as usize], "{length}");
            }
            more => panic!("{length}: {} tails", more.len()),
        }
    }
}

#[test]
fn a_damaged_state_costs_no_answer() {
    let mut damages = Damages::new();
    let (start, mut rebuilt) = (Instant::now(), 0);
    let mut slowest = Duration::ZERO;
    for (file, offset) in damages.places("state", one_in(12)) {
        let path = damages.damaged(&file, offset);
        let opening = Instant::now();
        let store = open_soon(&path, &options())
            .unwrap_or_else(|error| panic!("{} {offset}: {error}", file.display()));
        slowest = slowest.max(opening.elapsed());
        assert_eq!(Picture::of(&store), damages.picture, "{} {offset}", file.display());
        store.acting_as("ana").verify_journal().unwrap();
        for repair in store.repairs() {
            let StoreRepair::StateRebuilt { kept_as, .. } = repair else { panic!("{repair}") };
            assert!(kept_as.as_ref().is_some_and(|kept| kept.is_dir()), "{repair}");
            rebuilt += 1;
        }
    }
    println!(
        "{} places of the state: {rebuilt} made it anew, slowest {slowest:?}, {:.1} s",
        damages.tried,
        start.elapsed().as_secs_f64()
    );
    assert!(damages.tried > 100, "hardly anything was damaged");
}

#[test]
fn a_file_that_is_missing_is_named() {
    let mut damages = Damages::new();
    let path = damages.fresh();
    fs::remove_file(path.join("STOPLIST")).unwrap();
    let error = open_soon(&path, &options()).unwrap_err();
    assert_eq!((error.code(), error.kind()), ("not_a_store", StoreErrorKind::Usage));

    for (mark, kept) in [("", ""), ("stoplist store, format 2\n", "format 2"), ("\u{1b}[2J", "")] {
        let path = damages.fresh();
        fs::write(path.join("STOPLIST"), mark).unwrap();
        let error = open_soon(&path, &options()).unwrap_err();
        assert_eq!((error.code(), error.kind()), ("format", StoreErrorKind::Damaged));
        assert!(error.to_string().contains(kept) && !error.to_string().contains('\u{1b}'));
        assert_eq!(fs::read(path.join("STOPLIST")).unwrap(), mark.as_bytes());
    }

    let segments = files(&damages.desk.path().join("journal"));
    assert!(segments.len() >= 4, "{segments:?}");
    for (place, (segment, _)) in segments.iter().enumerate() {
        let file = segment.strip_prefix(damages.desk.path()).unwrap();
        for with_state in [true, false] {
            let path = damages.fresh();
            fs::remove_file(path.join(file)).unwrap();
            if !with_state {
                fs::remove_dir_all(path.join("state")).unwrap();
            }
            let before = contents(&path.join("journal"));
            match open_soon(&path, &options()) {
                Err(error) => {
                    assert_eq!(error.kind(), StoreErrorKind::Damaged, "{place}: {error}");
                    assert!(before == contents(&path.join("journal")), "{place}");
                }
                // What the state covers is missed by an audit; and without a state nobody knows
                // that there was one more segment at the end.
                Ok(store) if with_state => {
                    assert_eq!(Picture::of(&store), damages.picture);
                    store.acting_as("ana").verify_journal().unwrap_err();
                }
                Ok(_) => assert_eq!(place, segments.len() - 1),
            }
        }
    }

    let path = damages.fresh();
    fs::remove_dir_all(path.join("journal")).unwrap();
    let error = open_soon(&path, &options()).unwrap_err();
    assert!(error.to_string().contains("journal"), "{error}");
}

#[test]
fn a_state_that_was_deleted_is_made_anew() {
    let (mut desk, picture) = original();
    desk.reopen_without_state();
    let [StoreRepair::StateRebuilt { kept_as: None, .. }] = desk.store().repairs() else {
        panic!("{:?}", desk.store().repairs());
    };
    assert_eq!(Picture::of(desk.store()), picture);
    let info = desk.ana().info().unwrap();
    assert_eq!(info.contacts.blocked + info.contacts.active, 60);
    desk.close();
    let (store, rebuilt) = Store::rebuild(desk.path(), "ana", options()).unwrap();
    assert!(rebuilt.equal && rebuilt.kept_as.is_some(), "{rebuilt:?}");
    assert_eq!(Picture::of(&store), picture);
}
