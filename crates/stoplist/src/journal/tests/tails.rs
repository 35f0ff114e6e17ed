//! What a power cut leaves is cut off, and no more.

use super::*;

/// How many records end at or before an offset of a segment, or in the segments before it.
fn whole(marks: &[Mark], segment: u64, length: u64) -> u64 {
    let is_whole =
        |mark: &&Mark| mark.segment < segment || (mark.segment == segment && mark.end <= length);
    marks.iter().filter(is_whole).count() as u64
}

#[test]
fn a_segment_cut_anywhere_gives_the_records_that_are_whole() {
    let scratch = scratch();
    let marks = made(&scratch.journal, 24);
    let sound = files(&scratch.journal);
    let (path, bytes) = sound.last_key_value().unwrap();
    let segment = marks[23].segment;
    assert!(marks[23].seq - segment >= 2, "records enough to cut");
    for length in 0..bytes.len() {
        overwrite(path, &bytes[..length]);
        let (journal, repairs) = open(&scratch.journal).unwrap();
        let records = whole(&marks, segment, length as u64);
        assert_eq!(assert_is_prefix(&journal), records, "{length}");
        let begin = marks[records as usize - 1];
        let begin = if begin.segment == segment { begin.end } else { 16 };
        let kept = |repair: &Repair| match repair {
            Repair::TornTail { path: cut, offset, bytes: torn, kept_as } => {
                assert_eq!((cut, *offset, *torn), (path, begin, length as u64 - begin));
                fs::read(kept_as).unwrap() == bytes[begin as usize..length]
            }
            Repair::TornSegment { path: cut, bytes: torn, kept_as } => {
                assert_eq!((cut, *torn), (path, length as u64));
                length < 16 && !path.exists() && fs::read(kept_as).unwrap() == bytes[..length]
            }
        };
        assert_eq!(repairs.len(), usize::from(length as u64 != begin), "{length}");
        assert!(repairs.iter().all(kept), "{length}");
        // It goes on from there.
        append(&journal, records + 1..=27);
        drop(journal);
        let (journal, repairs) = open(&scratch.journal).unwrap();
        assert_eq!((assert_is_prefix(&journal), repairs.len()), (27, 0), "{length}");
        restore(&scratch.journal, &sound);
    }
}

#[test]
fn an_older_segment_that_was_cut_is_damage() {
    let scratch = scratch();
    made(&scratch.journal, 21);
    let sound = files(&scratch.journal);
    for (path, bytes) in sound.iter().rev().skip(1) {
        for length in 0..bytes.len() {
            overwrite(path, &bytes[..length]);
            assert_eq!(open(&scratch.journal).map(drop).unwrap_err().code(), "damaged");
            overwrite(path, bytes);
        }
    }
    assert_eq!(files(&scratch.journal), sound);
}

#[test]
fn a_segment_that_was_not_made_to_its_end_is_set_aside() {
    let scratch = scratch();
    for begun in [&b""[..], b"STOPJNL1", &[0; 16], b"STOPJNL1\0\0\0\0\0\0\0\0"] {
        let marks = if scratch.journal.exists() {
            vec![open(&scratch.journal).unwrap().0.durable()]
        } else {
            made(&scratch.journal, 9)
        };
        let path = segment::path(&scratch.journal, 10);
        overwrite(&path, begun);
        // With a mark that reaches to its beginning, too.
        let (journal, repairs) =
            Journal::open(&scratch.journal, marks.last().copied(), options(400)).unwrap();
        let [Repair::TornSegment { kept_as, .. }] = &repairs[..] else { panic!("{repairs:?}") };
        assert_eq!((fs::read(kept_as).unwrap(), assert_is_prefix(&journal)), (begun.to_vec(), 9));
        drop(journal);
        // Not the next one: something is missing.
        let other = segment::path(&scratch.journal, 11);
        overwrite(&other, begun);
        assert_eq!(open(&scratch.journal).map(drop).unwrap_err().code(), "damaged");
        fs::remove_file(other).unwrap();
    }
    let kept =
        files(&scratch.journal).into_keys().filter(|path| path.to_str().unwrap().contains("torn"));
    assert_eq!(kept.count(), 4, "none takes the place of another");
}

#[test]
fn a_first_segment_that_was_not_made_to_its_end_is_made_again() {
    let scratch = scratch();
    fs::create_dir(&scratch.journal).unwrap();
    fs::write(segment::path(&scratch.journal, 1), b"STOP").unwrap();
    let (journal, repairs) = open(&scratch.journal).unwrap();
    assert!(matches!(repairs[..], [Repair::TornSegment { bytes: 4, .. }]));
    append(&journal, 1..=3);
    drop(journal);
    assert_eq!(assert_is_prefix(&open(&scratch.journal).unwrap().0), 3);
}

/// A journal whose last commit has many records: where it begins.
fn with_a_long_commit(directory: &Path) -> Vec<Mark> {
    let journal = Journal::create(directory, options(1 << 20)).unwrap();
    let mut marks = append(&journal, 1..=3);
    marks
        .extend((4..=24).filter(|seq| seq % 5 > 0).map(|seq| stage(&journal, &told(seq)).unwrap()));
    let last = marks.last().unwrap().seq;
    journal.commit(last, &|_| ()).unwrap();
    marks
}

#[test]
fn a_page_lost_in_the_last_commit_tears_it_there() {
    let scratch = scratch();
    let marks = with_a_long_commit(&scratch.journal);
    let sound = files(&scratch.journal);
    let (path, bytes) = sound.first_key_value().unwrap();
    let begin = marks[2].end as usize;
    for from in (begin..bytes.len()).step_by(5) {
        let mut lost = bytes.clone();
        let until = bytes.len().min(from + 512);
        lost[from..until].fill(0);
        overwrite(path, &lost);
        let (journal, repairs) = open(&scratch.journal).unwrap();
        // Zeros may be lost where there were zeros.
        let is_same = |mark: &&Mark| lost[..mark.end as usize] == bytes[..mark.end as usize];
        let found = marks.iter().take_while(is_same).count() as u64;
        assert_eq!(journal.durable(), marks[found as usize - 1], "{from}");
        assert_eq!(repairs.len(), usize::from(found < marks.len() as u64));
        drop(journal);
        restore(&scratch.journal, &sound);
    }
}

#[test]
fn a_page_lost_before_the_last_commit_is_damage() {
    let scratch = scratch();
    let marks = with_a_long_commit(&scratch.journal);
    let sound = files(&scratch.journal);
    let (path, bytes) = sound.first_key_value().unwrap();
    for (from, until) in
        [(16, 60), (20, marks[2].end as usize), (marks[1].end as usize + 5, marks[4].end as usize)]
    {
        let mut lost = bytes.clone();
        lost[from..until].fill(0);
        overwrite(path, &lost);
        assert_eq!(open(&scratch.journal).map(drop).unwrap_err().code(), "damaged");
        assert_eq!(fs::read(path).unwrap(), lost);
    }
}

#[test]
fn with_an_interval_any_part_of_it_may_be_lost() {
    let scratch = scratch();
    let interval = Options {
        durability: Durability::Interval(Duration::from_secs(3_600)),
        ..options(1 << 20)
    };
    let journal = Journal::create(&scratch.journal, interval).unwrap();
    let marks = append(&journal, 1..=12);
    drop(journal);
    let (path, bytes) = files(&scratch.journal).pop_first().unwrap();
    for lost_record in 0..12_usize {
        let mut lost = bytes.clone();
        let begin = lost_record.checked_sub(1).map_or(16, |at| marks[at].end as usize);
        lost[begin..begin + 8].fill(0);
        overwrite(&path, &lost);
        let (journal, _) = Journal::open(&scratch.journal, None, interval).unwrap();
        assert_eq!(assert_is_prefix(&journal), lost_record as u64);
        drop(journal);
    }
}

#[test]
fn zeros_behind_the_last_record_are_torn() {
    let scratch = scratch();
    let marks = made(&scratch.journal, 8);
    let path = segment::path(&scratch.journal, marks[7].segment);
    let sound = fs::read(&path).unwrap();
    for zeros in [1, 71, 72, 4096, 3 << 20] {
        let mut bytes = sound.clone();
        bytes.resize(sound.len() + zeros, 0);
        overwrite(&path, &bytes);
        for from in [None, Some(marks[7]), Some(marks[3])] {
            let (journal, repairs) = Journal::open(&scratch.journal, from, options(400)).unwrap();
            assert_eq!(assert_is_prefix(&journal), 8);
            assert_eq!(repairs.len(), usize::from(from.is_none()));
        }
        assert_eq!(fs::read(&path).unwrap(), sound);
    }
}

/// Whoever writes heads can at worst make a torn tail look like damage.
#[test]
fn what_looks_like_a_record_in_a_head_is_none() {
    let scratch = scratch();
    let journal = Journal::create(&scratch.journal, options(1 << 20)).unwrap();
    let header = frame::Header {
        seq: 900,
        at_us: 0,
        place: 0,
        head_bytes: 0,
        pages_bytes: 0,
        previous: [0; 32],
    };
    let mark = journal.stage(0, &header.to_bytes()).unwrap();
    journal.commit(1, &|_| ()).unwrap();
    drop(journal);
    let path = segment::path(&scratch.journal, 1);
    let bytes = fs::read(&path).unwrap();
    // Its own header is whole, so what follows it is known to be its own.
    let mut torn = bytes.clone();
    *torn.last_mut().unwrap() ^= 1;
    overwrite(&path, &torn);
    let (journal, repairs) = open(&scratch.journal).unwrap();
    assert_eq!((journal.durable(), repairs.len()), (Mark::EMPTY, 1));
    drop(journal);
    let mut torn = bytes.clone();
    torn[16] ^= 1;
    overwrite(&path, &torn);
    assert_eq!(open(&scratch.journal).map(drop).unwrap_err().code(), "damaged");
    overwrite(&path, &bytes);
    let (journal, repairs) = Journal::open(&scratch.journal, Some(mark), options(400)).unwrap();
    assert_eq!((journal.durable(), repairs.len()), (mark, 0));
}

#[test]
fn opening_at_a_mark_reads_what_follows_and_nothing_before() {
    let scratch = scratch();
    let marks = made(&scratch.journal, 23);
    for mark in &marks {
        let (journal, repairs) =
            Journal::open(&scratch.journal, Some(*mark), options(400)).unwrap();
        assert_eq!((assert_is_prefix(&journal), repairs.len()), (23, 0));
        assert_eq!(journal.durable(), marks[22]);
    }
    // Damage before the mark is not looked for, damage behind it is found.
    let path = segment::path(&scratch.journal, marks[9].segment);
    let mut bytes = fs::read(&path).unwrap();
    bytes[marks[9].end as usize - 1] ^= 1;
    overwrite(&path, &bytes);
    for mark in &marks {
        let opened = Journal::open(&scratch.journal, Some(*mark), options(400)).map(drop);
        match mark.seq {
            1..10 => assert_eq!(opened.unwrap_err().code(), "damaged", "{mark:?}"),
            // The record behind it knows its hash, unless that is in the next segment.
            10 => assert!(opened.is_ok() || marks[10].segment > mark.segment),
            _ => opened.unwrap(),
        }
    }
}

#[test]
fn a_mark_of_another_journal_does_not_fit() {
    let (ours, theirs) = (scratch(), scratch());
    let marks = made(&ours.journal, 14);
    let journal = Journal::create(&theirs.journal, options(400)).unwrap();
    for seq in 1..=14 {
        let told = Told { at_us: 1, ..told(seq) };
        let mark = stage(&journal, &told).unwrap();
        assert_eq!(mark.end, marks[seq as usize - 1].end, "the same lengths, other hashes");
        journal.commit(seq, &|_| ()).unwrap();
    }
    drop(journal);
    let before = files(&theirs.journal);
    let refused = |mark: Mark| {
        let opened = Journal::open(&theirs.journal, Some(mark), options(400)).map(drop);
        assert_eq!(opened.unwrap_err().code(), "unfit", "{mark:?}");
    };
    marks.iter().copied().for_each(refused);
    for mark in marks {
        refused(Mark { end: mark.end + 1, ..mark });
        refused(Mark { end: mark.end - 1, ..mark });
        refused(Mark { end: 0, ..mark });
        refused(Mark { end: u64::MAX, ..mark });
        refused(Mark { segment: 999, ..mark });
        refused(Mark { seq: 999, ..mark });
        refused(Mark { seq: u64::MAX, ..mark });
    }
    assert_eq!(files(&theirs.journal), before);
}
