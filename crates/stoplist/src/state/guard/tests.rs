//! Does whatever is done to the files end in the same rows, or in an answer that says so?

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::*;
use crate::fork::pretence::in_child;
use crate::state::backend::Change;
use crate::state::digest::Digest;
use crate::state::pages;
use crate::state::tests::{OnDisk, rows_of};
use crate::{NumberSet, PhoneNumber};

/// One in so many places is tried by the test that always runs.
const SAMPLE: usize = 67;
/// What opening may take here.
const LIMIT: Duration = Duration::from_secs(5);
/// And reading everything too.
const SLOW: Duration = Duration::from_secs(10);

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// A directory with a few thousand rows and pages, closed; and what it holds. Opening writes a
/// snapshot; without it all that was written is replayed, as after a crash.
fn filled(with_snapshot: bool) -> (OnDisk, Rows) {
    let mut on_disk = OnDisk::new();
    let backend = on_disk.backend.as_mut().unwrap();
    let set: NumberSet = (0..700_000_u64)
        .map(|index| PhoneNumber::new(16_502_000_000 + 25 * index).unwrap())
        .collect();
    let mut changes: Vec<Change> = pages::pack(&set)
        .map(|page| (pages::key(1, page.first).to_vec(), Some(page.bytes)))
        .collect();
    for index in 0..3000_u32 {
        let key = [b"c", index.wrapping_mul(2_654_435_761).to_be_bytes().as_slice()].concat();
        changes.push((key, Some(vec![index as u8; 60])));
    }
    for group in changes.chunks(300) {
        backend.apply(group).unwrap();
    }
    backend.flush().unwrap();
    if with_snapshot {
        on_disk.reopen();
    }
    let backend = on_disk.backend.as_mut().unwrap();
    backend.apply(&[(b"m".to_vec(), Some(b"mark".to_vec()))]).unwrap();
    backend.flush().unwrap();
    let rows = rows_of(&**backend);
    on_disk.backend = None;
    (on_disk, rows)
}

fn digest_of<'a>(rows: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Digest {
    let mut digest = Digest::EMPTY;
    for (key, value) in rows {
        if let Some((list, first)) = pages::parse_key(key) {
            let page = pages::unpack(value, first..=u64::MAX).unwrap();
            page.iter().for_each(|number| digest.add_number(list, number.get()));
        } else {
            digest.add_row(key, value);
        }
    }
    digest
}

#[derive(Debug, Default)]
struct Outcomes {
    same: usize,
    unusable: usize,
    absent: usize,
    damaged: usize,
    /// Other rows, which only a digest finds.
    different: usize,
    slowest: Duration,
}

impl Outcomes {
    /// Opens and reads everything; panics when that panics, or when other rows pass for the same.
    fn add(&mut self, state: &Path, expected: &Rows) {
        let start = Instant::now();
        let limit = OpenLimit { base: LIMIT, per_gb: Duration::ZERO };
        match open(state, limit).unwrap() {
            Opening::Busy => panic!("in use"),
            Opening::Absent => self.absent += 1,
            Opening::Unusable { reason } => {
                assert!(!reason.is_empty());
                self.unusable += 1;
            }
            Opening::Opened(backend) => {
                let mut rows = Rows::new();
                let scanned = backend.scan(b"", &mut |key, value| {
                    rows.insert(key.to_vec(), value.to_vec());
                    Ok(())
                });
                let of = |rows: &Rows| {
                    digest_of(rows.iter().map(|(key, value)| (key.as_slice(), value.as_slice())))
                };
                if scanned.is_err() {
                    self.damaged += 1;
                } else if rows == *expected {
                    self.same += 1;
                } else {
                    assert_ne!(of(&rows), of(expected), "the digest tells them apart");
                    self.different += 1;
                }
            }
        }
        self.slowest = self.slowest.max(start.elapsed());
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn files_in(directory: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let (directories, mut files): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
    files.extend(directories.iter().flat_map(|path| files_in(path)));
    files.sort();
    files
}

/// Flips a byte in every 512 of every file that `wants` says, each in a copy of its own.
fn flip(with_snapshot: bool, wants: impl Fn(usize) -> bool) -> Outcomes {
    let (on_disk, rows) = filled(with_snapshot);
    let state = on_disk.directory.path().join("state");
    let copied = on_disk.directory.path().join("copy");
    let mut outcomes = Outcomes::default();
    let mut place = 0;
    for file in files_in(&state) {
        let bytes = fs::read(&file).unwrap();
        for (index, chunk) in bytes.chunks(512).enumerate() {
            // Most of a fresh file is empty.
            if chunk.iter().all(|&byte| byte == 0) {
                continue;
            }
            place += 1;
            if !wants(place) {
                continue;
            }
            let at = index * 512 + place.wrapping_mul(2_654_435_761) % chunk.len();
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (place % 8);
            copy(&state, &copied);
            fs::write(copied.join(file.strip_prefix(&state).unwrap()), changed).unwrap();
            outcomes.add(&copied, &rows);
            fs::remove_dir_all(&copied).unwrap();
        }
    }
    outcomes
}

#[test]
fn a_flipped_byte_is_noticed_or_harmless() {
    let outcomes = flip(true, |place| place % SAMPLE == 1);
    assert!(outcomes.slowest < SLOW, "{outcomes:?}");
    assert!(outcomes.damaged > 0 && outcomes.same > 0, "{outcomes:?}");
}

#[test]
fn a_flipped_byte_in_what_is_replayed_is_noticed_or_harmless() {
    let outcomes = flip(false, |place| place % SAMPLE == 1);
    assert!(outcomes.slowest < SLOW, "{outcomes:?}");
    assert!(outcomes.different > 0, "sled drops what it cannot replay: {outcomes:?}");
}

#[test]
#[ignore = "takes a quarter of an hour: every place, where the tests above take some"]
fn every_flipped_byte_is_noticed_or_harmless() {
    for with_snapshot in [true, false] {
        let outcomes = flip(with_snapshot, |_| true);
        assert!(outcomes.slowest < SLOW, "{outcomes:?}");
    }
}

#[test]
fn a_file_that_was_cut_is_noticed_or_harmless() {
    let (on_disk, rows) = filled(true);
    let state = on_disk.directory.path().join("state");
    let copied = on_disk.directory.path().join("copy");
    let mut outcomes = Outcomes::default();
    for file in files_in(&state) {
        let bytes = fs::read(&file).unwrap();
        for eighth in 0..8 {
            copy(&state, &copied);
            let cut = &bytes[..bytes.len() * eighth / 8];
            fs::write(copied.join(file.strip_prefix(&state).unwrap()), cut).unwrap();
            outcomes.add(&copied, &rows);
            fs::remove_dir_all(&copied).unwrap();
        }
    }
    assert!(outcomes.same < files_in(&state).len() * 8, "{outcomes:?}");
    assert!(outcomes.slowest < SLOW, "{outcomes:?}");
}

/// Where the test below tells its child to write.
const KILLED_WRITER: &str = "STOPLIST_KILLED_WRITER";

#[test]
#[ignore = "is the process that the test below kills"]
fn killed_writer() {
    let Some(state) = std::env::var_os(KILLED_WRITER) else { return };
    let mut backend = create(Path::new(&state), OpenLimit::default()).unwrap();
    let mut out = io::stdout();
    for round in 1..=200_u8 {
        // More than a segment of sled's log, in places all over the tree.
        let places = (0..400_u32).map(|index| index.wrapping_mul(2_654_435_761).to_be_bytes());
        let batch: Vec<Change> =
            places.map(|key| (key.to_vec(), Some(vec![round; 2000]))).collect();
        writeln!(out, "begins {round}").unwrap();
        backend.apply(&batch).unwrap();
        if round % 4 == 0 {
            backend.flush().unwrap();
            writeln!(out, "flushed {round}").unwrap();
        }
    }
}

#[test]
fn a_killed_process_leaves_whole_batches_and_all_that_was_flushed() {
    for kill_after in [2, 3, 7, 11, 16, 22, 29, 37] {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("state");
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--ignored", "--nocapture", "state::guard::tests::killed_writer"])
            .env(KILLED_WRITER, &state)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (mut begun, mut flushed) = (0, 0);
        let mut note = |line: &str| match line.split_once(' ') {
            Some(("begins", round)) => begun = round.parse().unwrap(),
            Some(("flushed", round)) => flushed = round.parse().unwrap(),
            _ => {}
        };
        let mut lines = io::BufReader::new(child.stdout.take().unwrap()).lines();
        let told =
            |line: &io::Result<String>| line.as_ref().is_ok_and(|line| line.contains("begins"));
        for line in lines.by_ref().filter(told).take(1) {
            note(&line.unwrap());
        }
        for line in lines.by_ref().take(kill_after) {
            note(&line.unwrap());
        }
        child.kill().unwrap();
        child.wait().unwrap();
        lines.for_each(|line| note(&line.unwrap()));

        let Opening::Opened(left) = open(&state, OpenLimit::default()).unwrap() else {
            panic!("what a killed process leaves can be opened")
        };
        let rows = rows_of(&*left);
        let rounds: BTreeSet<u8> = rows.values().map(|row| row[0]).collect();
        assert!(rounds.len() <= 1, "parts of the batches {rounds:?}");
        let found = rounds.first().copied().unwrap_or(0);
        assert!(flushed <= found && found <= begun, "{flushed} <= {found} <= {begun}");
        assert_eq!(rows.len(), if found == 0 { 0 } else { 400 });
    }
}

#[test]
fn rows_that_trade_values_are_damage() {
    let (mut on_disk, _) = filled(true);
    let state = on_disk.directory.path().join("state");
    let mut names = databases(&state).unwrap();
    let database = state.join(name(names.pop().unwrap()));
    on_disk.backend = None;
    // Behind the back of the checksums that the state adds: sled's own are right.
    let raw = crate::state::sled::open_raw(&database);
    let one = raw.get([b"c", 0_u32.to_be_bytes().as_slice()].concat()).unwrap().unwrap();
    let other = [b"c", 2_654_435_761_u32.to_be_bytes().as_slice()].concat();
    raw.insert(&other, one).unwrap();
    drop(raw);
    on_disk.reopen();
    let backend = on_disk.backend.unwrap();
    assert!(matches!(backend.get(&other), Err(StateError::Damaged { .. })));
    assert!(matches!(backend.after(b"c", &other[..4]), Err(StateError::Damaged { .. })));
    assert!(matches!(backend.at_or_before(b"c", &other), Err(StateError::Damaged { .. })));
    assert!(matches!(backend.scan(b"", &mut |_, _| Ok(())), Err(StateError::Damaged { .. })));
}

#[test]
fn leftovers_of_a_snapshot_are_renamed_and_do_no_harm() {
    let (on_disk, rows) = filled(true);
    let state = on_disk.directory.path().join("state");
    let database = state.join(name(*databases(&state).unwrap().last().unwrap()));
    let leftover = database.join("snap.7FFFFFFFFFFFFFFF.generating");
    for round in 1..=2 {
        fs::write(&leftover, b"half of a snap").unwrap();
        let mut outcomes = Outcomes::default();
        outcomes.add(&state, &rows);
        assert_eq!(outcomes.same, 1, "{outcomes:?}");
        let aside = format!("snap.7FFFFFFFFFFFFFFF.generating.aside-{round}");
        assert_eq!(fs::read(state.join(aside)).unwrap(), b"half of a snap");
        assert!(!leftover.exists());
    }
}

#[test]
fn an_absent_or_empty_directory_is_absent() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let is_absent = || matches!(open(&state, OpenLimit::default()).unwrap(), Opening::Absent);
    assert!(is_absent());
    fs::create_dir(&state).unwrap();
    assert!(is_absent());
    fs::create_dir(state.join(name(7))).unwrap();
    assert!(is_absent(), "made and not finished");
    let backend = create(&state, OpenLimit::default()).unwrap();
    drop(backend);
    assert!(!is_absent());
}

#[test]
fn what_is_set_aside_keeps_its_files_and_the_fresh_one_is_empty() {
    let (on_disk, rows) = filled(true);
    let state = on_disk.directory.path().join("state");
    let first = databases(&state).unwrap();
    fs::create_dir(on_disk.directory.path().join("state.aside-1")).unwrap();
    let aside = set_aside(&state).unwrap();
    assert_eq!(aside, on_disk.directory.path().join("state.aside-2"));
    assert!(!state.exists());
    let fresh = create(&state, OpenLimit::default()).unwrap();
    assert_eq!(rows_of(&*fresh), Rows::new());
    assert_ne!(databases(&state).unwrap(), first, "a late writer to the old one finds no path");
    let mut outcomes = Outcomes::default();
    outcomes.add(&aside, &rows);
    assert_eq!(outcomes.same, 1);
}

#[test]
fn work_that_panics_or_hangs_is_an_answer() {
    let (limit, long) = (Duration::from_millis(50), Duration::from_secs(20));
    let panicked = within::<()>(long, None, || panic!("on purpose"));
    assert!(panicked.unwrap_err().to_string().contains("on purpose"));
    let (_keep, never) = mpsc::channel::<()>();
    let start = Instant::now();
    let hung = within(limit, None, move || {
        let _ = never.recv();
        Ok(())
    });
    assert!(hung.unwrap_err().to_string().contains("50 ms"));
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(within(long, None, || Ok(7)).unwrap(), 7);
    let (wake, asleep) = mpsc::channel();
    let rouse: Rouse = Box::new(move || wake.send(8).unwrap());
    let roused = within(long, Some(rouse), move || Ok(asleep.recv().unwrap()));
    assert_eq!(roused.unwrap(), 8);
}

#[test]
fn a_database_that_is_in_use_is_busy_and_no_reason_to_set_it_aside() {
    let mut on_disk = OnDisk::new();
    let state = on_disk.directory.path().join("state");
    assert!(matches!(open(&state, OpenLimit::default()), Ok(Opening::Busy)));
    on_disk.reopen();
}

#[test]
fn a_child_of_a_process_that_has_used_a_database_does_not_wait_for_one() {
    let OnDisk { directory, .. } = OnDisk::new();
    // Nor for one that it would have to make.
    for state in ["state", "absent"] {
        let opened = in_child(|| open(&directory.path().join(state), OpenLimit::default()));
        assert!(matches!(opened, Ok(Opening::Busy)), "{state}");
    }
}
