//! How does sled keep the state?
//!
//! This is the only file that knows sled. Four of its habits shape it:
//!
//! - `flush` waits for `sync_file_range` on Linux, which leaves size, place and the drive's cache to
//!   chance: every file and directory is synced here as well.
//! - Where one of its threads fails to write, it notes the error and forgets to wake who waits for the
//!   write: a disk that is full or broken, and slow to say so, would hold `flush` for ever. Another call
//!   to `flush` finds the error and wakes them all: see `rouse`.
//! - A damaged database makes it panic. Every call is behind `catch_unwind`, and after a panic none
//!   is made any more: its locks do not poison, so a second call could wait for ever.
//! - Its reverse iterator guesses the node before the present one by a key with four bytes of 255
//!   behind it; where that guess misses it goes round a million times and panics, with the whole tree
//!   in the message. So nothing here goes backwards: the row before a key is searched for forwards.

use std::fs::{self, File};
use std::io;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::{self, Relaxed};
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use ::sled::{Batch, Config, Db, Error, IVec};

use crate::fork::Home;
use crate::private;

use super::backend::{Backend, Change, Each, Rouse, Row, check_lengths, seal, unseal};
use super::error::{StateError, panic_text};

/// What sled may keep of its tree in memory. Half a gigabyte of pages was written as fast with 16 MB
/// as with 64 or 256, and loading reads each row once.
const CACHE_BYTES: u64 = 32 << 20;
/// How far below a key the row before it is looked for first: about as far as pages of numbers are wide.
const NEAR: u64 = 1 << 17;
/// How long sled's threads may have the file after closing, which takes them some ms. A process that
/// was forked meanwhile has it, and its lock, for as long as it lives: nobody waits for that.
const UNLOCK_LIMIT: Duration = Duration::from_secs(1);
/// How long closing may take before the database is left to itself.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);
/// Names of what sled leaves behind when it dies while writing a snapshot; it takes them for whole ones.
pub(super) const LEFTOVERS: [&str; 2] = [".generating", ".in___motion"];
/// The file without which there is no database.
pub(super) const MAIN_FILE: &str = "db";

/// The process that was the first to use sled, or 0.
static FIRST_USE: AtomicU32 = AtomicU32::new(0);

/// Whether this process may use sled: not if it was forked from one that has. Sled counts on the
/// threads that it had there, and would wait for them for ever.
pub(crate) fn is_usable() -> bool {
    let first = FIRST_USE.load(Relaxed);
    first == 0 || first == Home::here().id()
}

/// Rows in a sled database: all in one tree, whose batches are atomic across a crash.
pub(super) struct Sled {
    /// `None` once it is closed. Nobody has it longer, but for a moment who rouses it.
    db: Option<Arc<Db>>,
    path: PathBuf,
    /// A call panicked: no other is to be made.
    broken: AtomicBool,
}

impl Sled {
    /// Opens or makes the database of a directory. May panic, or never return: see `guard.rs`.
    pub(super) fn open(path: &Path) -> Result<Self, StateError> {
        let _ = FIRST_USE.compare_exchange(0, Home::here().id(), Relaxed, Relaxed);
        let config = Config::new().path(path).flush_every_ms(None).cache_capacity(CACHE_BYTES);
        let db = config.open().map_err(|error| told(error, path))?;
        Ok(Self { db: Some(Arc::new(db)), path: path.to_owned(), broken: AtomicBool::new(false) })
    }

    /// Runs a call of sled that may panic.
    fn guarded<R>(&self, call: impl FnOnce(&Db) -> Result<R, Error>) -> Result<R, StateError> {
        let db = self.db.as_ref().filter(|_| !self.broken.load(Ordering::Relaxed));
        let db = db.ok_or_else(|| StateError::damaged("an earlier call panicked"))?;
        match catch_unwind(AssertUnwindSafe(|| call(db))) {
            Ok(done) => done.map_err(|error| told(error, &self.path)),
            Err(panic) => {
                self.broken.store(true, Ordering::Relaxed);
                Err(StateError::damaged(format!("sled panicked: {}", panic_text(&*panic))))
            }
        }
    }

    /// The first row of a range, unsealed.
    fn first(&self, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Result<Option<Row>, StateError> {
        let row = self.guarded(|db| db.range::<&[u8], _>((from, to)).next().transpose())?;
        row.map(unsealed).transpose()
    }

    /// The first row of those with the prefix that is in a range.
    fn first_with(
        &self,
        prefix: &[u8],
        from: Bound<&[u8]>,
        to: &[u8],
    ) -> Result<Option<Row>, StateError> {
        let row = self.first(from, Bound::Included(to))?;
        Ok(row.filter(|(found, _)| found.starts_with(prefix)))
    }
}

impl Backend for Sled {
    fn scan(&self, prefix: &[u8], each: &mut Each<'_>) -> Result<(), StateError> {
        let mut rows = self.guarded(|db| Ok(db.range(prefix..)))?;
        let mut last: Option<IVec> = None;
        while let Some((key, sealed)) = self.guarded(|_| rows.next().transpose())? {
            if !key.starts_with(prefix) {
                break;
            }
            if last.is_some_and(|last| last >= key) {
                // Damaged links between nodes can lead back to where it was: for ever.
                return Err(StateError::damaged("its rows do not ascend"));
            }
            each(&key, unseal(&key, &sealed)?)?;
            last = Some(key);
        }
        Ok(())
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        let sealed = self.guarded(|db| db.get(key))?;
        sealed.map(|sealed| unseal(key, &sealed).map(<[u8]>::to_vec)).transpose()
    }

    fn at_or_before(&self, prefix: &[u8], key: &[u8]) -> Result<Option<Row>, StateError> {
        if key < prefix {
            return Ok(None);
        }
        let first_from = |tail: u64| {
            let from = bound(prefix, tail);
            self.first_with(prefix, Bound::Included(&from), key)
        };
        // Look from ever farther below.
        let end = tail(prefix, key);
        let (mut high, mut gap) = (end.saturating_add(1), NEAR);
        let mut best = loop {
            let low = end.saturating_sub(gap);
            match first_from(low)? {
                Some(row) => break row,
                None if low == 0 => return Ok(None),
                None => (high, gap) = (low, gap.saturating_mul(16)),
            }
        };
        // Mostly that is the row, or nearly.
        let after = |row: &Row| self.first_with(prefix, Bound::Excluded(&row.0), key);
        for _ in 0..4 {
            match after(&best)? {
                Some(row) => best = row,
                None => return Ok(Some(best)),
            }
        }
        // If not, halve what is between.
        loop {
            let low = tail(prefix, &best.0);
            let middle = low + high.saturating_sub(low) / 2;
            if middle <= low {
                break;
            }
            match first_from(middle)? {
                Some(row) => best = row,
                None => high = middle,
            }
        }
        // Rows that the first eight bytes do not tell apart.
        while let Some(row) = after(&best)? {
            best = row;
        }
        Ok(Some(best))
    }

    fn after(&self, prefix: &[u8], key: &[u8]) -> Result<Option<Row>, StateError> {
        let from = if key < prefix { Bound::Included(prefix) } else { Bound::Excluded(key) };
        let row = self.first(from, Bound::Unbounded)?;
        Ok(row.filter(|(found, _)| found.starts_with(prefix)))
    }

    fn apply(&mut self, changes: &[Change]) -> Result<(), StateError> {
        check_lengths(changes)?;
        let mut batch = Batch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.insert(key.as_slice(), seal(key, value)),
                None => batch.remove(key.as_slice()),
            }
        }
        self.guarded(|db| db.apply_batch(batch))
    }

    fn flush(&mut self) -> Result<(), StateError> {
        self.guarded(|db| db.flush())?;
        close_off_all(&self.path);
        sync_all(&self.path)
    }

    fn bytes_on_disk(&self) -> u64 {
        bytes_in(&self.path)
    }

    fn rouse(&self) -> Option<Rouse> {
        let db = Arc::downgrade(self.db.as_ref()?);
        Some(Box::new(move || {
            let Some(db) = db.upgrade() else { return };
            // This call may have to wait as well, where nothing has failed.
            let flush = move || drop(catch_unwind(AssertUnwindSafe(|| db.flush())));
            drop(thread::Builder::new().name("stoplist-rouse".to_owned()).spawn(flush));
        }))
    }
}

impl Drop for Sled {
    fn drop(&mut self) {
        let Some(db) = self.db.take() else { return };
        if self.broken.load(Ordering::Relaxed) {
            // Closing would write, with nobody knowing what; its file handles stay until the end.
            std::mem::forget(db);
            return;
        }
        let (done, closed) = mpsc::channel();
        let path = self.path.join(MAIN_FILE);
        let close = move || {
            let _ = catch_unwind(AssertUnwindSafe(|| drop(db)));
            wait_until_unlocked(&path);
            // What it has made while it closed.
            close_off_all(path.parent().unwrap_or(&path));
            let _ = done.send(());
        };
        if thread::Builder::new().name("stoplist-close".to_owned()).spawn(close).is_ok() {
            let _ = closed.recv_timeout(CLOSE_LIMIT);
        }
    }
}

/// What follows the prefix, as far as eight bytes, as a number; the greatest where a key is after all
/// those with the prefix.
fn tail(prefix: &[u8], key: &[u8]) -> u64 {
    let Some(rest) = key.strip_prefix(prefix) else { return u64::MAX };
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
    u64::from_be_bytes(bytes)
}

/// A key before all those with the prefix and that tail, or a greater one.
fn bound(prefix: &[u8], tail: u64) -> Vec<u8> {
    let mut bound = prefix.to_vec();
    if tail > 0 {
        bound.extend_from_slice(&tail.to_be_bytes());
    }
    bound
}

/// Sled's own threads may hold the file, and its lock, a moment longer than the last handle.
fn wait_until_unlocked(path: &Path) {
    let end = Instant::now() + UNLOCK_LIMIT;
    let Ok(file) = File::open(path) else { return };
    while file.try_lock().is_err() && Instant::now() < end {
        thread::sleep(Duration::from_millis(1));
    }
}

fn unsealed((key, sealed): (IVec, IVec)) -> Result<Row, StateError> {
    let value = unseal(&key, &sealed)?.to_vec();
    Ok((key.to_vec(), value))
}

fn told(error: Error, path: &Path) -> StateError {
    match error {
        Error::Io(source) => StateError::Io { action: "use", path: path.to_owned(), source },
        Error::Corruption { at, .. } => {
            StateError::damaged(format!("sled finds it corrupt, at {at:?}"))
        }
        Error::CollectionNotFound(_) => StateError::damaged("its tree is missing"),
        Error::Unsupported(reason) | Error::ReportableBug(reason) => StateError::Backend(reason),
    }
}

/// Whether sled says that somebody else has the database open: it has no error for that.
pub(super) fn is_lock(error: &io::Error) -> bool {
    error.raw_os_error().is_none() && error.to_string().starts_with("could not acquire lock")
}

/// Nobody else reads what sled has made, which it makes as the umask says. It is in a directory that is
/// closed to others, so that a file that cannot be closed off is no reason to fail.
fn close_off_all(directory: &Path) {
    drop(private::close_off(directory));
    let Ok(entries) = fs::read_dir(directory) else { return };
    entries.flatten().for_each(|entry| drop(private::close_off(&entry.path())));
}

/// Syncs every file of a directory, then the directory itself, so that names last too.
pub(super) fn sync_all(directory: &Path) -> Result<(), StateError> {
    for entry in fs::read_dir(directory).map_err(StateError::io("read", directory))? {
        let path = entry.map_err(StateError::io("read", directory))?.path();
        if path.is_dir() {
            sync_all(&path)?;
        } else {
            sync_file(&path)?;
        }
    }
    sync_file(directory)
}

fn sync_file(path: &Path) -> Result<(), StateError> {
    match File::open(path).and_then(|file| file.sync_all()) {
        // Sled takes old snapshots away while this runs.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        synced => synced.map_err(StateError::io("sync", path)),
    }
}

/// What the files of a directory take; what cannot be read counts nothing.
pub(super) fn bytes_in(directory: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(directory) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes_in(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

/// The database without anything around it, to do harm.
#[cfg(test)]
pub(super) fn open_raw(path: &Path) -> Db {
    Config::new().path(path).flush_every_ms(None).open().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_panics_is_damage_and_the_last_one() {
        let directory = tempfile::tempdir().unwrap();
        let mut sled = Sled::open(directory.path()).unwrap();
        sled.apply(&[(b"a".to_vec(), Some(b"1".to_vec()))]).unwrap();
        let panicked = sled.guarded::<()>(|_| panic!("amid the tree\n and what is in it"));
        let text = panicked.unwrap_err().to_string();
        assert!(text.contains("amid the tree") && !text.contains("what is in it"), "{text}");
        assert!(matches!(sled.get(b"a"), Err(StateError::Damaged { .. })));
        assert!(matches!(sled.apply(&[]), Err(StateError::Damaged { .. })));
        assert!(matches!(sled.flush(), Err(StateError::Damaged { .. })));
        assert!(matches!(sled.scan(b"", &mut |_, _| Ok(())), Err(StateError::Damaged { .. })));
    }

    #[test]
    fn a_closed_database_can_be_opened_at_once() {
        let directory = tempfile::tempdir().unwrap();
        for round in 0..30_u8 {
            let mut sled = Sled::open(directory.path()).unwrap();
            let rows: Vec<Change> =
                (0..200_u8).map(|key| (vec![key], Some(vec![round; 3000]))).collect();
            sled.apply(&rows).unwrap();
        }
    }
}
