//! How does an output appear whole or not at all?
//!
//! It is written to a temporary file in the directory of its target and renamed over the target
//! when it is complete and on disk. Until then the target is what it was.
//!
//! Every temporary file is in a list of this process. Creating a file and entering it, and renaming
//! and striking it out, happen under the lock of that list; so [`remove_temporaries`] leaves none
//! behind, and nothing appears after it.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempPath;

use crate::Error;

/// How much is gathered before it is written, in bytes.
const BUFFER: usize = 256 * 1024;

/// As many links as Linux follows before it gives up.
const MAX_LINKS: usize = 40;

/// The temporary files of this process.
struct Live {
    paths: BTreeSet<PathBuf>,
    /// After [`remove_temporaries`]: no more are made.
    closed: bool,
}

static LIVE: Mutex<Live> = Mutex::new(Live { paths: BTreeSet::new(), closed: false });

fn live() -> MutexGuard<'static, Live> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the temporary files of all outputs that are not committed, for a program that is about
/// to exit because somebody interrupted it. From then on every output that is created or committed
/// in this process fails with [`Error::Interrupted`].
///
/// Takes a lock: call it from a thread, never from inside a signal handler.
pub fn remove_temporaries() {
    let mut live = live();
    live.closed = true;
    for path in std::mem::take(&mut live.paths) {
        // One that cannot be removed must not keep the others.
        let _ = fs::remove_file(path);
    }
}

/// A file that is being written, buffered, and takes its place with [`commit`](Self::commit).
/// Dropped without that, it leaves no trace, and what stood in its place stays.
///
/// - A new file has the permissions of any new file. One that replaces another keeps the
///   permission bits of the other, not its owner or its hard links.
/// - A symbolic link stays, and the file it points to is replaced or made.
/// - `-` is the standard output. It, a device and a pipe are written to directly, so what was
///   written before an error has been seen; [`is_atomic`](Self::is_atomic) tells.
///
/// ```
/// use std::io::Write;
/// use stoplist_files::output::OutputFile;
///
/// # let directory = tempfile::tempdir().unwrap();
/// # let path = directory.path().join("list.txt");
/// let mut output = OutputFile::create(&path)?;
/// output.write_all(b"+4930901820\n").unwrap();
/// assert!(!path.exists());
/// output.commit()?;
/// assert_eq!(std::fs::read(&path).unwrap(), b"+4930901820\n");
/// # Ok::<(), stoplist_files::Error>(())
/// ```
pub struct OutputFile {
    path: PathBuf,
    target: Target,
}

enum Target {
    Direct(BufWriter<Box<dyn Write + Send>>),
    Beside { file: BufWriter<File>, temporary: Temporary, replaces: PathBuf },
}

impl OutputFile {
    /// Makes the temporary file, or opens what is written to directly.
    ///
    /// # Errors
    ///
    /// [`Error::IsDirectory`]; [`Error::Io`] when the directory does not exist or may not be
    /// written to, or when the file is there and may not be; [`Error::Interrupted`] after
    /// [`remove_temporaries`].
    pub fn create(path: &Path) -> Result<Self, Error> {
        let target = if path.as_os_str() == "-" {
            direct(io::stdout())
        } else {
            match fs::metadata(path) {
                Ok(found) if found.is_dir() => {
                    return Err(Error::IsDirectory { path: path.to_path_buf() });
                }
                Ok(found) if found.is_file() && !is_descriptor(path) => beside(path, Some(&found))?,
                Ok(_) => {
                    let file = OpenOptions::new().write(true).open(path);
                    direct(file.map_err(|error| Error::io(path, "open", error))?)
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => beside(path, None)?,
                Err(error) => return Err(Error::io(path, "create", error)),
            }
        };
        Ok(Self { path: path.to_path_buf(), target })
    }

    /// Whether nothing is seen of it before it is committed.
    #[must_use]
    pub fn is_atomic(&self) -> bool {
        matches!(self.target, Target::Beside { .. })
    }

    /// Writes out what is buffered and waits until it is on disk, so that what is left to
    /// [`commit`](Self::commit) is a rename. Takes as long as the disk takes for what was written.
    /// Does nothing to what is written to directly.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when it cannot be written or synced.
    pub fn settle(&mut self) -> Result<(), Error> {
        let settled = match &mut self.target {
            Target::Direct(_) => Ok(()),
            Target::Beside { file, .. } => file
                .flush()
                .map_err(|error| ("write", error))
                .and_then(|()| file.get_ref().sync_all().map_err(|error| ("sync", error))),
        };
        settled.map_err(|(doing, error)| Error::io(&self.path, doing, error))
    }

    /// Writes out what is buffered and puts the file in its place. When this returns, the file is
    /// on disk under its name (on Unix; elsewhere its name may be lost in a power cut). Syncs, as
    /// [`settle`](Self::settle) does.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when it cannot be written, synced or renamed, [`Error::Interrupted`] after
    /// [`remove_temporaries`]. What stood in its place is still there then.
    pub fn commit(mut self) -> Result<(), Error> {
        self.settle()?;
        let Self { path, target } = self;
        let committed = match target {
            Target::Direct(mut file) => file.flush().map_err(|error| ("write", error)),
            Target::Beside { mut temporary, replaces, .. } => temporary.rename(&replaces),
        };
        committed.map_err(|(doing, error)| Error::io(&path, doing, error))
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.target {
            Target::Direct(file) => file.write(bytes),
            Target::Beside { file, .. } => file.write(bytes),
        };
        written.map_err(|error| self.named(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = match &mut self.target {
            Target::Direct(file) => file.flush(),
            Target::Beside { file, .. } => file.flush(),
        };
        flushed.map_err(|error| self.named(error))
    }
}

impl OutputFile {
    /// The error with the path in it, for those who meet it far from here.
    fn named(&self, error: io::Error) -> io::Error {
        match error.kind() {
            // Asks for the same call again.
            io::ErrorKind::Interrupted => error,
            _ => Error::io(&self.path, "write", error).into(),
        }
    }
}

impl fmt::Debug for OutputFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutputFile")
            .field("path", &self.path)
            .field("is_atomic", &self.is_atomic())
            .finish_non_exhaustive()
    }
}

/// Whether two paths lead to the same regular file, through whatever links, or would once it is
/// made. `false` when either is not a regular file, and for `-`.
#[must_use]
pub fn same_file(a: &Path, b: &Path) -> bool {
    if a.as_os_str() == "-" || b.as_os_str() == "-" {
        return false;
    }
    match (fs::metadata(a), fs::metadata(b)) {
        (Ok(a_found), Ok(b_found)) if a_found.is_file() && b_found.is_file() => {
            is_same(a, &a_found, b, &b_found)
        }
        (Err(_), Err(_)) => matches!((place(a), place(b)), (Ok(a), Ok(b)) if a == b),
        _ => false,
    }
}

/// Where a file would be made.
fn place(path: &Path) -> io::Result<PathBuf> {
    let path = follow_links(path)?;
    let directory = fs::canonicalize(directory_of(&path))?;
    Ok(directory.join(path.file_name().unwrap_or_default()))
}

#[cfg(unix)]
fn is_same(_: &Path, a: &fs::Metadata, _: &Path, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn is_same(a: &Path, _: &fs::Metadata, b: &Path, _: &fs::Metadata) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

fn direct(file: impl Write + Send + 'static) -> Target {
    Target::Direct(BufWriter::with_capacity(BUFFER, Box::new(file)))
}

/// Paths that stand for an open file of this process: to replace them would miss it.
fn is_descriptor(path: &Path) -> bool {
    ["/dev/fd", "/dev/stdout", "/dev/stderr", "/proc"].iter().any(|start| path.starts_with(start))
}

fn beside(path: &Path, found: Option<&fs::Metadata>) -> Result<Target, Error> {
    let replaces = follow_links(path).map_err(|error| Error::io(path, "follow", error))?;
    if found.is_some() {
        // A file that may not be written to is not replaced either.
        let writable = OpenOptions::new().write(true).open(&replaces);
        drop(writable.map_err(|error| Error::io(path, "write", error))?);
    }
    let (file, temporary) = Temporary::beside(path, &replaces)?;
    if let Some(found) = found {
        file.set_permissions(found.permissions())
            .map_err(|error| Error::io(path, "keep the permissions of", error))?;
    }
    Ok(Target::Beside { file: BufWriter::with_capacity(BUFFER, file), temporary, replaces })
}

/// The path behind symbolic links; there need not be a file.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => {
                path = directory_of(&path).join(fs::read_link(&path)?)
            }
            _ => return Ok(path),
        }
    }
    Err(io::Error::other("it leads through too many symbolic links"))
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    }
}

/// A temporary file in the list; dropped, it is removed and struck out.
struct Temporary {
    path: Option<TempPath>,
}

impl Temporary {
    fn beside(path: &Path, replaces: &Path) -> Result<(File, Self), Error> {
        let directory = directory_of(replaces);
        let mut live = live();
        if live.closed {
            return Err(Error::Interrupted);
        }
        // The crate would put the name of the temporary file into the error.
        let mut refused = None;
        let made = tempfile::Builder::new()
            .prefix(".stoplist-")
            .suffix(".tmp")
            .rand_bytes(16)
            .make_in(directory, |temporary| {
                OpenOptions::new().write(true).create_new(true).open(temporary).map_err(|error| {
                    let kind = error.kind();
                    refused = Some(error);
                    io::Error::from(kind)
                })
            });
        match made {
            Ok(made) => {
                let (file, temporary) = made.into_parts();
                live.paths.insert(temporary.to_path_buf());
                Ok((file, Self { path: Some(temporary) }))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let why = "its directory does not exist; make that first";
                Err(Error::io(path, "create", io::Error::new(io::ErrorKind::NotFound, why)))
            }
            Err(error) => {
                let doing = "create a temporary file beside";
                Err(Error::io(path, doing, refused.unwrap_or(error)))
            }
        }
    }

    /// Renames it, or says what could not be done.
    fn rename(&mut self, to: &Path) -> Result<(), (&'static str, io::Error)> {
        let Some(path) = self.path.take() else { return Ok(()) };
        let mut live = live();
        if live.closed {
            return Err(("rename", Error::Interrupted.into()));
        }
        live.paths.remove(&*path);
        path.persist(to).map_err(|error| ("rename", error.error))?;
        drop(live);
        sync_directory(directory_of(to));
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            let mut live = live();
            live.paths.remove(&*path);
            // Removes the file, while the list is locked.
            drop(path);
        }
    }
}

/// Makes a rename survive a power cut. The file is complete under its name already, and some file
/// systems cannot do this, so a failure is not one of the output.
fn sync_directory(directory: &Path) {
    #[cfg(unix)]
    if let Ok(directory) = File::open(directory) {
        let _ = directory.sync_all();
    }
    #[cfg(not(unix))]
    let _ = directory;
}
