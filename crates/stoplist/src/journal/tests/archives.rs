//! A segment that is elsewhere is the same segment, and is never lost on its way.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

const RECORDS: u64 = 30;

/// The segments that are links.
fn links(directory: &Path) -> Vec<u64> {
    let is_link = |first: &u64| segment::path(directory, *first).is_symlink();
    segment::list(directory).unwrap().into_iter().filter(is_link).collect()
}

fn is_archived(journal: &Journal, into: &Path) -> u64 {
    journal.archive(journal.durable(), into).unwrap().segments
}

#[test]
fn what_is_archived_is_read_and_written_behind_as_before() {
    let scratch = scratch();
    let marks = made(&scratch.journal, RECORDS);
    let before = files(&scratch.journal);
    let into = scratch.journal.with_file_name("old/journal");
    let (journal, _) = open(&scratch.journal).unwrap();
    let all = segment::list(&scratch.journal).unwrap();
    let moved = &all[1..all.len() - 1];
    assert!(moved.len() > 3 && marks[RECORDS as usize - 1].segment == all[all.len() - 1]);
    let done = journal.archive(journal.durable(), &into).unwrap();
    assert_eq!((done.segments, links(&scratch.journal)), (moved.len() as u64, moved.to_vec()));
    assert_eq!(files(&scratch.journal), before, "read through the links");
    let lengths = moved.iter().map(|&first| before[&segment::path(&scratch.journal, first)].len());
    assert_eq!(done.bytes, lengths.sum::<usize>() as u64);
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&into), mode(&segment::path(&into, moved[0]))), (0o700, 0o600));
    assert_eq!(assert_is_prefix(&journal), RECORDS);
    assert_eq!(is_archived(&journal, &into), 0, "they are where they are");

    append(&journal, RECORDS + 1..=RECORDS + 10);
    let (again, other) = (is_archived(&journal, &into), into.with_file_name("other"));
    assert!(again > 0);
    assert_eq!(is_archived(&journal, &other), 0, "nor do they move once more");
    drop(journal);
    let (journal, repairs) = open(&scratch.journal).unwrap();
    assert!(repairs.is_empty());
    assert_eq!(assert_is_prefix(&journal), RECORDS + 10);
}

#[test]
fn segments_that_a_mark_has_not_left_stay() {
    let scratch = scratch();
    let marks = made(&scratch.journal, RECORDS);
    let (journal, _) = open(&scratch.journal).unwrap();
    let into = scratch.journal.with_file_name("old");
    let mark = marks[RECORDS as usize / 2];
    journal.archive(mark, &into).unwrap();
    let moved = links(&scratch.journal);
    assert!(!moved.is_empty() && moved.iter().all(|&first| first < mark.segment));
    assert_eq!(journal.archive(Mark::EMPTY, &into).unwrap().segments, 0);
}

#[test]
fn another_file_of_that_name_is_never_written_over_and_never_taken_for_a_copy() {
    let scratch = scratch();
    made(&scratch.journal, RECORDS);
    let before = files(&scratch.journal);
    let (journal, _) = open(&scratch.journal).unwrap();
    let second = segment::list(&scratch.journal).unwrap()[1];
    let into = scratch.journal.with_file_name("old");
    fs::create_dir(&into).unwrap();
    let mut other = before[&segment::path(&scratch.journal, second)].clone();
    *other.last_mut().unwrap() ^= 1;
    for bytes in [other, b"short".to_vec()] {
        overwrite(&segment::path(&into, second), &bytes);
        let refused = journal.archive(journal.durable(), &into).unwrap_err();
        assert_eq!(refused.code(), "occupied");
        assert!(refused.to_string().contains("another directory"), "{refused}");
        assert_eq!(fs::read(segment::path(&into, second)).unwrap(), bytes);
    }
    // Nor is a segment a copy of itself: a link to its own name would be the end of it.
    let itself = scratch.journal.with_file_name("itself");
    std::os::unix::fs::symlink(&scratch.journal, &itself).unwrap();
    for into in [&scratch.journal, &itself] {
        assert_eq!(journal.archive(journal.durable(), into).unwrap_err().code(), "occupied");
    }
    assert!(links(&scratch.journal).is_empty());
    assert_eq!(files(&scratch.journal), before);
}

#[test]
fn what_an_earlier_attempt_left_is_in_nobodys_way() {
    let scratch = scratch();
    made(&scratch.journal, RECORDS);
    let before = files(&scratch.journal);
    let (journal, _) = open(&scratch.journal).unwrap();
    let all = segment::list(&scratch.journal).unwrap();
    let into = scratch.journal.with_file_name("old");
    fs::create_dir(&into).unwrap();
    // One copy was whole, one half written; a link was not yet in its place.
    fs::copy(segment::path(&scratch.journal, all[1]), segment::path(&into, all[1])).unwrap();
    fs::write(segment::path(&into, all[2]).with_extension("unfinished"), [7; 9_000]).unwrap();
    let link = segment::path(&scratch.journal, all[1]).with_extension("unfinished");
    std::os::unix::fs::symlink("/nowhere", &link).unwrap();
    assert_eq!(is_archived(&journal, &into), all.len() as u64 - 2);
    assert_eq!(files(&scratch.journal), before);
    assert_eq!(fs::read_dir(&into).unwrap().count(), all.len() - 2);
}

#[test]
fn without_its_archive_a_journal_opens_and_says_what_it_cannot_read() {
    let scratch = scratch();
    let marks = made(&scratch.journal, RECORDS);
    let (journal, _) = open(&scratch.journal).unwrap();
    let into = scratch.journal.with_file_name("old");
    is_archived(&journal, &into);
    let moved = links(&scratch.journal);
    drop(journal);
    fs::rename(&into, into.with_extension("away")).unwrap();

    let mark = marks[RECORDS as usize - 1];
    let opened = Journal::open_on(&scratch.journal, Some(mark), options(400), Faults::quick());
    let (journal, repairs) = opened.unwrap();
    assert!(repairs.is_empty());
    append(&journal, [RECORDS + 1]);
    let refused = journal.verify().unwrap_err();
    assert_eq!(refused.code(), "io");
    let name = format!("{:020}.journal", moved[0]);
    let text = refused.to_string();
    assert!(text.contains(&name) && text.contains("archived to"), "{text}");
    let copied = journal.copy_to(&scratch.journal.with_file_name("copy"), journal.durable());
    assert!(matches!(copied, Err(JournalError::Away { .. })));
    drop(journal);
    assert_eq!(
        open(&scratch.journal).unwrap_err().code(),
        "io",
        "it has to be read from the start"
    );

    fs::rename(into.with_extension("away"), &into).unwrap();
    let (journal, _) = open(&scratch.journal).unwrap();
    assert_eq!(assert_is_prefix(&journal), RECORDS + 1);
    drop(journal);
    let copy = segment::path(&into, moved[1]);
    let mut bytes = fs::read(&copy).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    overwrite(&copy, &bytes);
    assert_eq!(open(&scratch.journal).unwrap_err().code(), "damaged");
}
