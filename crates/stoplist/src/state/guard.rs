//! How is a database opened that may be damaged?
//!
//! Sled's recovery trusts its files more than files deserve: it can panic, or not come back. So it
//! runs on a thread of its own, under `catch_unwind` and a time limit. Whatever happens, the answer
//! is a database, or the reason why there is none; then the caller sets the directory aside and builds
//! a fresh one from the journal. Nothing is ever deleted.
//!
//! ```text
//! state/                       the caller's directory
//!     sled-0000000000000001/   the database; the one with the greatest number counts
//!     snap.…generating.aside-1 what a crash left in it
//! state.aside-1/               a directory that was set aside
//! ```
//!
//! A thread that never came back still has the old database's files, and sled writes some files by
//! their path. So each database has a name of its own: once its directory is renamed, no late writer
//! finds the fresh one.

use std::fs::{self, File};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::backend::{Backend, ROUSE, Rouse};
use super::error::{StateError, panic_text};
use super::sled::{LEFTOVERS, MAIN_FILE, Sled, bytes_in, is_lock, is_usable, sync_all};
use crate::private;

const NAME: &str = "sled-";

/// How long opening may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenLimit {
    /// Whatever the size.
    pub(crate) base: Duration,
    /// And for each GB (10^9 bytes) on the disk.
    pub(crate) per_gb: Duration,
}

impl Default for OpenLimit {
    /// Ten times what a slow disk takes, and more.
    fn default() -> Self {
        Self { base: Duration::from_secs(30), per_gb: Duration::from_secs(60) }
    }
}

impl OpenLimit {
    fn of(self, bytes: u64) -> Duration {
        self.base.saturating_add(self.per_gb.saturating_mul((bytes / 1_000_000_000) as u32))
    }
}

/// What came of opening.
pub(crate) enum Opening {
    /// The database can be read. What is in it is still to be checked.
    Opened(Box<dyn Backend>),
    /// There is no database in the directory.
    Absent,
    /// The database cannot be used now, and there is nothing wrong with it: a process that was forked
    /// while it was open has it still, or this one was forked from one that had used one.
    Busy,
    /// The database cannot be read: set the directory aside.
    Unusable {
        /// Why.
        reason: String,
    },
}

/// Opens the database of a directory, if it has one.
///
/// # Errors
///
/// [`StateError::Io`] when the directory cannot be read, leftovers in it not be renamed, or when the
/// system refuses for a reason that a fresh database would meet too: rights, space.
pub(crate) fn open(directory: &Path, limit: OpenLimit) -> Result<Opening, StateError> {
    if !is_usable() {
        return Ok(Opening::Busy);
    }
    let Some(&number) = databases(directory)?.last() else { return Ok(Opening::Absent) };
    let path = directory.join(name(number));
    set_leftovers_aside(directory, &path)?;
    let limit = limit.of(bytes_in(&path));
    Ok(match open_within(path, limit) {
        Ok(backend) => Opening::Opened(backend),
        Err(StateError::Io { source, .. }) if is_lock(&source) => Opening::Busy,
        Err(error) if is_of_the_system(&error) => return Err(error),
        Err(error) => Opening::Unusable { reason: error.to_string() },
    })
}

/// Makes a fresh database in a directory, which is made if need be. It replaces the one that is
/// there, if any: set that aside first.
///
/// # Errors
///
/// [`StateError`] of making it.
pub(crate) fn create(directory: &Path, limit: OpenLimit) -> Result<Box<dyn Backend>, StateError> {
    private::directories(directory).map_err(StateError::io("make", directory))?;
    let greatest = databases(directory)?.last().map_or(0, |&number| number);
    // The time makes it unlike the names in directories that were set aside.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
    let path = directory.join(name(now.max(greatest.saturating_add(1))));
    let mut backend = open_within(path, limit.base)?;
    let rouse = backend.rouse();
    let backend = within(limit.base, rouse, move || backend.flush().map(|()| backend))?;
    sync_all(directory)?;
    if let Some(parent) = directory.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        sync_directory(parent).map_err(StateError::io("sync", parent))?;
    }
    Ok(backend)
}

/// Renames a directory to `NAME.aside-N`, with the least N that is free; the new path.
///
/// # Errors
///
/// What the system says; then nothing was renamed.
pub(crate) fn set_aside(directory: &Path) -> io::Result<PathBuf> {
    set_aside_as(directory, directory)
}

/// Renames `path` to `BASE.aside-N`.
fn set_aside_as(path: &Path, base: &Path) -> io::Result<PathBuf> {
    for number in 1_u32..=u32::MAX {
        let mut aside = base.as_os_str().to_owned();
        aside.push(format!(".aside-{number}"));
        let aside = PathBuf::from(aside);
        match fs::symlink_metadata(&aside) {
            Ok(_) => continue,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        fs::rename(path, &aside)?;
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync_directory(parent)?;
        }
        return Ok(aside);
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Whether opening failed for a reason that is not in the files.
fn is_of_the_system(error: &StateError) -> bool {
    use io::ErrorKind::{
        OutOfMemory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    /// `ENFILE` and `EMFILE`: too many files are open. They have no kind of their own.
    const TOO_MANY_FILES: [i32; 2] = [23, 24];
    let StateError::Io { source, .. } = error else { return false };
    let of_system = [OutOfMemory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull];
    of_system.contains(&source.kind())
        || source.raw_os_error().is_some_and(|code| TOO_MANY_FILES.contains(&code))
}

fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn name(number: u64) -> String {
    format!("{NAME}{number:016x}")
}

/// The numbers of the databases in a directory, ascending. One without its main file is none: it was
/// made and not finished, or a thread that was given up wrote a last snapshot there.
fn databases(directory: &Path) -> Result<Vec<u64>, StateError> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(StateError::io("read", directory))?,
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let entry = entry.map_err(StateError::io("read", directory))?;
        let number = entry.file_name().to_str().and_then(|found| {
            let number = u64::from_str_radix(found.strip_prefix(NAME)?, 16).ok()?;
            (name(number) == found).then_some(number)
        });
        numbers.extend(number.filter(|_| entry.path().join(MAIN_FILE).is_file()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Renames half-written snapshots out of a database: sled would take the newest for a whole one.
fn set_leftovers_aside(directory: &Path, database: &Path) -> Result<(), StateError> {
    for entry in fs::read_dir(database).map_err(StateError::io("read", database))? {
        let entry = entry.map_err(StateError::io("read", database))?;
        let file = entry.file_name();
        let text = file.to_string_lossy();
        if LEFTOVERS.iter().any(|ending| text.ends_with(ending)) {
            let path = entry.path();
            let set_aside = set_aside_as(&path, &directory.join(&file));
            set_aside.map_err(StateError::io("set aside", &path))?;
        }
    }
    Ok(())
}

/// Opens a database on a thread of its own, and waits so long for it.
fn open_within(path: PathBuf, limit: Duration) -> Result<Box<dyn Backend>, StateError> {
    within(limit, None, move || Sled::open(&path)).map(|sled| Box::new(sled) as Box<dyn Backend>)
}

/// The answer of `work`, unless it panics or takes too long. What it waits for is roused meanwhile. A
/// thread that is given up goes on; when it has an answer in the end, that is dropped there.
fn within<R: Send + 'static>(
    limit: Duration,
    rouse: Option<Rouse>,
    work: impl FnOnce() -> Result<R, StateError> + Send + 'static,
) -> Result<R, StateError> {
    let (sender, answers) = mpsc::channel();
    let run = move || {
        let answer = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
            Err(StateError::damaged(format!("opening it panicked: {}", panic_text(&*panic))))
        });
        let _ = sender.send(answer);
    };
    let thread = thread::Builder::new().name("stoplist-open".to_owned()).spawn(run);
    thread.map_err(|error| StateError::Backend(format!("no thread can be started: {error}")))?;
    let (mut left, mut pause) = (limit, ROUSE);
    loop {
        match answers.recv_timeout(pause.min(left)) {
            Ok(answer) => return answer,
            Err(RecvTimeoutError::Timeout) if pause < left => {
                rouse.iter().for_each(|rouse| rouse())
            }
            Err(_) => break,
        }
        (left, pause) = (left - pause, pause * 2);
    }
    Err(StateError::damaged(format!("opening it took over {} ms", limit.as_millis())))
}

#[cfg(test)]
mod tests;
