//! What goes in comes out.

use super::*;

#[test]
fn records_are_read_as_they_were_staged() {
    let scratch = scratch();
    let marks = made(&scratch.journal, 23);
    let (journal, repairs) = open(&scratch.journal).unwrap();
    assert!(repairs.is_empty());
    assert_eq!(assert_is_prefix(&journal), 23);
    assert_eq!(journal.durable(), marks[22]);
    assert!(journal.segments() > 4, "{}", journal.segments());
    let bytes: usize = files(&scratch.journal).values().map(Vec::len).sum();
    assert_eq!(
        (journal.bytes(), journal.segments()),
        (bytes as u64, files(&scratch.journal).len() as u64)
    );
    assert_eq!(verify_directory(&scratch.journal).unwrap(), journal.verify().unwrap());
    append(&journal, 24..=30);
    assert_eq!(assert_is_prefix(&journal), 30);
    let bytes: usize = files(&scratch.journal).values().map(Vec::len).sum();
    assert_eq!(journal.bytes(), bytes as u64);
}

#[test]
fn a_journal_without_records_has_none() {
    let scratch = scratch();
    let journal = Journal::create(&scratch.journal, options(400)).unwrap();
    assert_eq!((journal.head(), journal.durable()), (Mark::EMPTY, Mark::EMPTY));
    assert_eq!(assert_is_prefix(&journal), 0);
    journal.commit(0, &|_| panic!("nothing has landed")).unwrap();
    drop(journal);
    let (journal, repairs) =
        Journal::open(&scratch.journal, Some(Mark::EMPTY), options(400)).unwrap();
    assert_eq!((assert_is_prefix(&journal), repairs.len()), (0, 0));
}

#[test]
fn a_journal_is_made_once_and_opened_where_it_is() {
    let scratch = scratch();
    let code = |result: Result<_, JournalError>| result.err().map(|error| error.code());
    assert_eq!(code(open(&scratch.journal).map(drop)), Some("not_there"));
    assert_eq!(code(verify_directory(&scratch.journal).map(drop)), Some("not_there"));
    fs::create_dir(&scratch.journal).unwrap();
    assert_eq!(code(open(&scratch.journal).map(drop)), Some("not_there"));
    made(&scratch.journal, 1);
    assert_eq!(
        code(Journal::create(&scratch.journal, options(400)).map(drop)),
        Some("already_there")
    );
    assert_eq!(assert_is_prefix(&open(&scratch.journal).unwrap().0), 1);
}

#[test]
fn reading_begins_behind_any_record() {
    let scratch = scratch();
    let marks = made(&scratch.journal, 23);
    let (journal, _) = open(&scratch.journal).unwrap();
    for after in 0..25 {
        let expected: Vec<Told> = (after + 1..=23).map(told).collect();
        assert_eq!(read(journal.entries(after).unwrap()).unwrap(), expected, "{after}");
    }
    for mark in &marks {
        let expected: Vec<Told> = (mark.seq + 1..=23).map(told).collect();
        assert_eq!(read(journal.entries_from(*mark).unwrap()).unwrap(), expected);
    }
    let found: Vec<Mark> =
        journal.entries(0).unwrap().map(|entry| entry.unwrap().mark().unwrap()).collect();
    assert_eq!(found, marks);
}

#[test]
fn a_mark_that_is_not_of_the_journal_gives_no_records() {
    let scratch = scratch();
    let marks = made(&scratch.journal, 12);
    let (journal, _) = open(&scratch.journal).unwrap();
    let mark = marks[3];
    for (other, code) in [
        (Mark { segment: mark.segment + 1, ..mark }, "unfit"),
        (Mark { end: 1 << 20, ..mark }, "unfit"),
        (Mark { end: 3, ..mark }, "unfit"),
        (Mark { hash: [7; 32], ..mark }, "damaged"),
        (Mark { end: mark.end + 1, ..mark }, "damaged"),
    ] {
        let found = journal.entries_from(other).and_then(read);
        assert_eq!(found.unwrap_err().code(), code, "{other:?}");
    }
}

#[test]
fn only_records_that_are_durable_are_read() {
    let scratch = scratch();
    let journal = Journal::create(&scratch.journal, options(1 << 20)).unwrap();
    append(&journal, 1..=3);
    stage(&journal, &told(4)).unwrap();
    stage(&journal, &told(5)).unwrap();
    assert_eq!((journal.head().seq, journal.durable().seq), (5, 3));
    assert_eq!(read(journal.entries(0).unwrap()).unwrap().len(), 3);
    assert_eq!(journal.verify().unwrap().records, 3);
    let entries = journal.entries(0).unwrap();
    journal.commit(5, &|_| ()).unwrap();
    append(&journal, 6..=8);
    assert_eq!(read(entries).unwrap().len(), 3, "those of the moment of the call");
    assert_eq!(assert_is_prefix(&journal), 8);
}

#[test]
fn pages_about_a_number_are_found_among_others() {
    let scratch = scratch();
    made(&scratch.journal, 5);
    let (journal, _) = open(&scratch.journal).unwrap();
    let entry = journal.entries(4).unwrap().next().unwrap().unwrap();
    assert!(entry.has_pages() && entry.hash().is_none());
    let about = |number| -> Vec<u64> {
        entry.pages_about(number).map(|page| page.unwrap().first).collect()
    };
    assert_eq!(about(10), [10]);
    assert_eq!(about(19), [10]);
    assert_eq!(about(20), [20]);
    assert_eq!(about(9), [0; 0]);
    assert_eq!(about(49), [40]);
    assert_eq!(about(50), [0; 0]);
}

/// By the drawing of the page of the module, not by its code.
#[test]
fn a_hash_is_of_the_head_the_pages_and_the_header() {
    let scratch = scratch();
    let marks = made(&scratch.journal, 5);
    let bytes = fs::read(segment::path(&scratch.journal, 1)).unwrap();
    let (mut begin, mut previous) = (16, [0; 32]);
    for mark in marks {
        let record = &bytes[begin..mark.end as usize];
        let head = u32::from_le_bytes(record[28..32].try_into().unwrap()) as usize;
        assert_eq!(record[72..72 + head], told(mark.seq).head);
        assert_eq!(record[40..72], previous);
        let hashed = [&record[72..72 + head], &record[72 + head + 4..], &record[8..72]].concat();
        assert_eq!(mark.hash, *blake3::hash(&hashed).as_bytes());
        (begin, previous) = (mark.end as usize, mark.hash);
    }
}

/// Pages of a record of more than 20 MiB: more than any buffer.
fn many_pages() -> impl Iterator<Item = Page> {
    (0..2_600_u64).map(|page| {
        let length = if page == 1_300 { 3 << 20 } else { 7_000 + page as usize };
        let bytes = (0..length).map(|at| (at as u64 * 31 + page) as u8).collect();
        Page { first: page * 100, last: page * 100 + 99, bytes }
    })
}

#[test]
fn a_record_larger_than_any_buffer_is_read_as_it_was_written() {
    let scratch = scratch();
    let journal = Journal::create(&scratch.journal, options(1 << 20)).unwrap();
    append(&journal, 1..=2);
    stage(&journal, &told(3)).unwrap();
    let mark = journal.stage_pages(-5, b"large", &mut many_pages()).unwrap();
    let after = stage(&journal, &told(5)).unwrap();
    assert_eq!((mark.seq, after.seq, journal.durable().seq), (4, 5, 2));
    assert!(after.segment == 5 && mark.segment == 1, "the next one begins a segment");
    let landed = std::cell::RefCell::new(Vec::new());
    journal.commit(3, &|mark| landed.borrow_mut().push(mark)).unwrap();
    assert_eq!(*landed.borrow(), [after], "all that was staged is one commit");
    drop(journal);
    let (journal, repairs) = open(&scratch.journal).unwrap();
    assert!(repairs.is_empty() && journal.durable() == after);
    let entries: Vec<Entry> = journal.entries(2).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [3, 4, 5]);
    assert!(entries[1].pages().map(Result::unwrap).eq(many_pages()));
    assert_eq!(entries[1].mark().unwrap(), mark);
    let one: Vec<Page> = entries[1].pages_about(130_050).map(Result::unwrap).collect();
    assert_eq!(one, [many_pages().nth(1_300).unwrap()]);
    assert_eq!(journal.verify().unwrap().last, after);
}

#[test]
fn what_is_too_large_leaves_nothing() {
    let scratch = scratch();
    let journal = Journal::create(&scratch.journal, options(1 << 30)).unwrap();
    append(&journal, 1..=1);
    let huge = vec![0; (128 << 20) + 1];
    assert_eq!(journal.stage(0, &huge).unwrap_err().code(), "too_large");
    stage(&journal, &told(2)).unwrap();
    let pages = [
        Page { first: 0, last: 0, bytes: vec![1; 2 << 20] },
        Page { first: 0, last: 0, bytes: huge },
    ];
    let refused = journal.stage_pages(0, b"", &mut pages.into_iter()).unwrap_err();
    assert_eq!(refused.code(), "too_large");
    append(&journal, 3..=6);
    assert_eq!(assert_is_prefix(&journal), 6);
    drop(journal);
    let (journal, repairs) = open(&scratch.journal).unwrap();
    assert_eq!((assert_is_prefix(&journal), repairs.len()), (6, 0));
}

#[test]
fn a_record_that_nobody_staged_cannot_be_committed() {
    let scratch = scratch();
    let journal = Journal::create(&scratch.journal, options(400)).unwrap();
    append(&journal, 1..=1);
    assert_eq!(journal.commit(2, &|_| ()).unwrap_err().code(), "not_staged");
    assert!(!journal.is_poisoned());
}
