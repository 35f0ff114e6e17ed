//! Nothing is changed unseen.

use super::*;

const RECORDS: u64 = 15;

/// Whether the journal, opened as it is now, refuses to be, and has changed nothing.
fn is_refused(directory: &Path) -> bool {
    let before = files(directory);
    let is_damaged = open(directory).is_err_and(|error| error.code() == "damaged");
    is_damaged && files(directory) == before
}

#[test]
fn every_changed_byte_is_seen() {
    let scratch = scratch();
    let marks = made(&scratch.journal, RECORDS);
    let sound = files(&scratch.journal);
    assert!(sound.len() >= 3);
    let last = marks[RECORDS as usize - 1];
    let last_path = segment::path(&scratch.journal, last.segment);
    // It begins where the record before it ends.
    let before = marks[RECORDS as usize - 2];
    assert_eq!(before.segment, last.segment, "or the test does not find the last record");
    let mut torn = 0;
    for (path, bytes) in &sound {
        for at in 0..bytes.len() {
            for change in [0x01, 0x80, 0xFF] {
                let mut changed = bytes.clone();
                changed[at] ^= change;
                overwrite(path, &changed);
                let verified = verify_directory(&scratch.journal);
                assert_eq!(verified.unwrap_err().code(), "damaged", "{} {at}", path.display());
                match open(&scratch.journal) {
                    Err(error) => {
                        assert_eq!(error.code(), "damaged");
                        assert_eq!(fs::read(path).unwrap(), changed, "untouched");
                        assert_eq!(files(&scratch.journal).len(), sound.len());
                        overwrite(path, bytes);
                        continue;
                    }
                    Ok((journal, repairs)) => {
                        let is_in_last = *path == last_path && at as u64 >= before.end;
                        assert!(is_in_last, "{} {at}", path.display());
                        assert!(matches!(repairs[..], [Repair::TornTail { .. }]));
                        assert_eq!(assert_is_prefix(&journal), RECORDS - 1);
                    }
                }
                restore(&scratch.journal, &sound);
                torn += 1;
            }
        }
    }
    assert_eq!(torn, 3 * (last.end - before.end), "a bad last record looks torn");
}

#[test]
fn a_bad_record_that_was_acknowledged_is_damage() {
    let scratch = scratch();
    let marks = made(&scratch.journal, RECORDS);
    let [.., before, last] = marks[..] else { panic!("no records") };
    let path = segment::path(&scratch.journal, last.segment);
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 4;
    overwrite(&path, &bytes);
    let sound = files(&scratch.journal);

    let unfit = Journal::open(&scratch.journal, Some(last), options(400)).map(drop);
    assert_eq!(unfit.unwrap_err().code(), "unfit");
    let acknowledged = Options { acknowledged: RECORDS, ..options(400) };
    let damaged = Journal::open(&scratch.journal, None, acknowledged).unwrap_err();
    let JournalError::Damaged { path: named, offset, fault } = &damaged else {
        panic!("{damaged}")
    };
    assert_eq!((named, *offset, *fault), (&path, before.end, Fault::PageChecksum));
    assert_eq!(files(&scratch.journal), sound);

    // Cut to its beginning, nothing looks bad.
    overwrite(&path, &bytes[..before.end as usize]);
    match Journal::open(&scratch.journal, None, acknowledged).map(drop).unwrap_err() {
        JournalError::Damaged { fault, .. } => {
            assert_eq!(fault, Fault::Ends { last: RECORDS - 1, acknowledged: RECORDS });
        }
        other => panic!("{other}"),
    }
    let acknowledged = Options { acknowledged: RECORDS - 1, ..options(400) };
    assert!(Journal::open(&scratch.journal, None, acknowledged).is_ok());
}

#[test]
fn a_missing_segment_is_damage() {
    let scratch = scratch();
    made(&scratch.journal, 23);
    let sound = files(&scratch.journal);
    for missing in sound.keys().rev().skip(1) {
        fs::remove_file(missing).unwrap();
        assert!(is_refused(&scratch.journal));
        assert_eq!(verify_directory(&scratch.journal).unwrap_err().code(), "damaged");
        restore(&scratch.journal, &sound);
    }
    // Without the last one it is an older journal, unless one knows more.
    fs::remove_file(sound.keys().next_back().unwrap()).unwrap();
    let acknowledged = Options { acknowledged: 23, ..options(400) };
    let damaged = Journal::open(&scratch.journal, None, acknowledged).map(drop);
    assert_eq!(damaged.unwrap_err().code(), "damaged");
    assert!(assert_is_prefix(&open(&scratch.journal).unwrap().0) < 23);
}

#[test]
fn swapped_segments_are_damage() {
    let scratch = scratch();
    made(&scratch.journal, 23);
    let sound = files(&scratch.journal);
    let paths: Vec<&PathBuf> = sound.keys().collect();
    for pair in paths.windows(2) {
        let [one, two] = pair else { panic!("no pair") };
        overwrite(one, &sound[*two]);
        overwrite(two, &sound[*one]);
        assert!(is_refused(&scratch.journal));
        assert_eq!(verify_directory(&scratch.journal).unwrap_err().code(), "damaged");
        restore(&scratch.journal, &sound);
    }
}

/// The segment of another journal, which is sound in itself.
#[test]
fn a_segment_of_another_journal_is_damage() {
    let (ours, theirs) = (scratch(), scratch());
    made(&ours.journal, 23);
    let journal = Journal::create(&theirs.journal, options(400)).unwrap();
    for seq in 1..=23 {
        let told = Told { at_us: 1, ..told(seq) };
        journal.commit(stage(&journal, &told).unwrap().seq, &|_| ()).unwrap();
    }
    drop(journal);
    let sound = files(&ours.journal);
    for path in sound.keys() {
        fs::copy(theirs.journal.join(path.file_name().unwrap()), path).unwrap();
        assert!(is_refused(&ours.journal), "{}", path.display());
        restore(&ours.journal, &sound);
    }
}

#[test]
fn a_changed_record_with_right_checksums_is_damage() {
    let scratch = scratch();
    made(&scratch.journal, 3);
    let path = segment::path(&scratch.journal, 1);
    let bytes = fs::read(&path).unwrap();
    let header = frame::Header::from_bytes(&bytes[16..]).unwrap();
    let mut changed = bytes.clone();
    let forged = frame::Header { at_us: header.at_us + 1, ..header };
    changed[16..16 + 72].copy_from_slice(&forged.to_bytes());
    overwrite(&path, &changed);
    let error = verify_directory(&scratch.journal).unwrap_err();
    assert!(matches!(error, JournalError::Damaged { fault: Fault::Chain, .. }), "{error}");
    assert!(is_refused(&scratch.journal));
    // The chain of records without pages is checked when they are merely read, too.
    let last = Mark { seq: 3, hash: [0; 32], segment: 1, end: bytes.len() as u64 };
    let mut entries = Entries::after(&scratch.journal, 0, last).unwrap();
    assert!(entries.next().unwrap().is_ok());
    assert_eq!(entries.next().unwrap().unwrap_err().code(), "damaged");
    assert!(entries.next().is_none());
}

#[test]
fn a_length_that_a_file_does_not_have_takes_no_memory() {
    let scratch = scratch();
    made(&scratch.journal, 1);
    let path = segment::path(&scratch.journal, 1);
    let mut bytes = fs::read(&path).unwrap();
    let header = frame::Header::from_bytes(&bytes[16..]).unwrap();
    for (head_bytes, pages_bytes) in [(64 << 20, 0), (u32::MAX, 0), (5, u64::MAX), (5, 1 << 60)] {
        let huge = frame::Header { head_bytes, pages_bytes, ..header };
        bytes[16..16 + 72].copy_from_slice(&huge.to_bytes());
        overwrite(&path, &bytes);
        let error = verify_directory(&scratch.journal).unwrap_err();
        assert!(matches!(error, JournalError::Damaged { fault: Fault::Length, .. }), "{error}");
    }
    // Pages that say more than the record does.
    let page = frame::PageHeader { bytes: 60 << 20, first: 0, last: 0, checksum: 0 };
    bytes.truncate(16);
    let header = frame::Header { head_bytes: 0, pages_bytes: 28, ..header };
    bytes.extend(header.to_bytes());
    bytes.extend(0_u32.to_le_bytes());
    bytes.extend(page.to_bytes());
    bytes.extend([0; 100]);
    overwrite(&path, &bytes);
    let error = verify_directory(&scratch.journal).unwrap_err();
    assert!(matches!(error, JournalError::Damaged { fault: Fault::PageHeader, .. }), "{error}");
}
