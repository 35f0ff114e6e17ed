//! Is what was written once read ever after, and nothing else?

#[cfg(unix)]
mod archives;
mod commits;
mod damage;
mod failures;
pub(super) mod faults;
mod orders;
mod records;
#[cfg(unix)]
pub(crate) mod simulated;
mod tails;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::*;
use faults::Faults;

/// A record as it was staged.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    at_us: i64,
    head: Vec<u8>,
    pages: Vec<Page>,
}

/// Record `seq` of the tests; every fifth has pages.
fn told(seq: u64) -> Told {
    let head = format!("record {seq} {}", "x".repeat(seq as usize % 7)).into_bytes();
    let page = |first: u64| Page {
        first,
        last: first + 9,
        bytes: (0..first as u8).map(|byte| byte.wrapping_mul(31)).collect(),
    };
    let pages = if seq.is_multiple_of(5) { vec![page(10), page(40), page(20)] } else { vec![] };
    Told { at_us: seq as i64 * 1_000_003 - 7, head, pages }
}

fn stage(journal: &Journal, told: &Told) -> Result<Mark, JournalError> {
    if told.pages.is_empty() {
        journal.stage(told.at_us, &told.head)
    } else {
        journal.stage_pages(told.at_us, &told.head, &mut told.pages.iter().cloned())
    }
}

/// Stages and commits records, each by itself; where the journal stood after each.
fn append(journal: &Journal, seqs: impl IntoIterator<Item = u64>) -> Vec<Mark> {
    let commit = |seq| {
        let mark = stage(journal, &told(seq)).unwrap();
        assert_eq!(mark.seq, seq);
        journal.commit(seq, &|_| ()).unwrap();
        mark
    };
    seqs.into_iter().map(commit).collect()
}

fn read(entries: Entries) -> Result<Vec<Told>, JournalError> {
    let told = |entry: Result<Entry, JournalError>| {
        let entry = entry?;
        let pages = entry.pages().collect::<Result<_, _>>()?;
        Ok(Told { at_us: entry.at_us, head: entry.head, pages })
    };
    entries.map(told).collect()
}

/// Whether the journal has the first records of the tests and no others; how many.
fn assert_is_prefix(journal: &Journal) -> u64 {
    let found = read(journal.entries(0).unwrap()).unwrap();
    let last = found.len() as u64;
    assert_eq!(found, (1..=last).map(told).collect::<Vec<_>>());
    assert_eq!((journal.durable().seq, journal.head()), (last, journal.durable()));
    assert_eq!(journal.verify().unwrap(), Verified { records: last, last: journal.durable() });
    last
}

const fn options(segment_bytes: u64) -> Options {
    Options { segment_bytes, durability: Durability::Always, acknowledged: 0 }
}

fn open(directory: &Path) -> Result<(Journal, Vec<Repair>), JournalError> {
    Journal::open_on(directory, None, options(400), Faults::quick())
}

/// A journal of so many records in segments of about 400 bytes.
fn made(directory: &Path, records: u64) -> Vec<Mark> {
    let journal = Journal::create_on(directory, options(400), Faults::quick()).unwrap();
    append(&journal, 1..=records)
}

/// All files of a directory.
fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// Makes a directory have these files.
fn restore(directory: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if !files.contains_key(&path) {
            fs::remove_file(path).unwrap();
        }
    }
    files.iter().for_each(|(path, bytes)| overwrite(path, bytes));
}

/// Makes a file have these bytes. Does not empty it first: some file systems sync what is written to
/// a file that was emptied.
fn overwrite(path: &Path, bytes: &[u8]) {
    let mut file = fs::File::options().write(true).create(true).truncate(false).open(path).unwrap();
    file.write_all(bytes).unwrap();
    file.set_len(bytes.len() as u64).unwrap();
}

struct Scratch {
    _root: tempfile::TempDir,
    journal: PathBuf,
}

fn scratch() -> Scratch {
    let root = tempfile::tempdir().unwrap();
    let journal = root.path().join("journal");
    Scratch { _root: root, journal }
}
