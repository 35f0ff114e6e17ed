//! Which bytes exactly were filtered? What `b3sum` prints of them, for the record of the scrub.
//!
//! A file is read a second time, beside the reading of the table. A pipe gives its bytes once, and
//! they are hashed as they come.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use blake3::Hasher;
use stoplist_files::table::TableInput;

use crate::failure::Failure;

use super::threads::{self, Working};

/// How much of a file is hashed at a time, in bytes.
const PIECE: usize = 1 << 20;

/// A digest that is still to be taken.
pub(super) enum Digest {
    File(Content),
    Stream(Arc<Mutex<Hasher>>),
}

/// A digest that is being taken.
pub(super) enum Running {
    Stream(Arc<Mutex<Hasher>>),
    /// On a thread of its own.
    Beside(Working<Result<(Content, String), Failure>>),
    /// Not yet.
    Later(Content),
}

impl Digest {
    /// Of all bytes of the input, named so in messages.
    pub(super) fn of(input: TableInput, name: &Path) -> Result<(TableInput, Self), Failure> {
        if let Some(file) = input.file() {
            let content = Content::of(file, name).map_err(|error| unreadable(name, &error))?;
            return Ok((input, Self::File(content)));
        }
        let hasher = Arc::new(Mutex::new(Hasher::new()));
        let theirs = Arc::clone(&hasher);
        let input = input.watched(move |bytes| {
            theirs.lock().unwrap_or_else(PoisonError::into_inner).update(bytes);
        });
        Ok((input, Self::Stream(hasher)))
    }

    /// Begins to hash a file, unless that has to wait its turn.
    pub(super) fn begin(self, is_serial: bool) -> Running {
        match self {
            Self::Stream(hasher) => Running::Stream(hasher),
            Self::File(content) if is_serial => Running::Later(content),
            Self::File(content) => match threads::start("digest", content, |file| file.digest()) {
                Ok(working) => Running::Beside(working),
                Err(content) => Running::Later(content),
            },
        }
    }
}

impl Running {
    /// The digest, when the whole table has been read.
    ///
    /// A file that was changed since it was opened is refused: nobody could say what was filtered.
    /// That is a failure of the system and not of the data: the same command may well succeed the
    /// next time.
    pub(super) fn finish(self) -> Result<String, Failure> {
        match self {
            Self::Stream(hasher) => {
                Ok(text(&hasher.lock().unwrap_or_else(PoisonError::into_inner)))
            }
            Self::Beside(working) => working.finish()?.and_then(unchanged),
            Self::Later(content) => content.digest().and_then(unchanged),
        }
    }
}

/// A file, and what it was when it was opened.
pub(super) struct Content {
    file: File,
    name: PathBuf,
    version: Version,
}

/// What changes with the bytes of a file: its length, and when it was changed, where that is known.
type Version = (u64, Option<SystemTime>);

fn version(file: &File) -> io::Result<Version> {
    file.metadata().map(|found| (found.len(), found.modified().ok()))
}

impl Content {
    /// Opens the file once more, to have a place in it of its own. Whether it is still the same file
    /// shows at the end: the version is that of the one that is filtered.
    fn of(file: &File, name: &Path) -> io::Result<Self> {
        Ok(Self { file: File::open(name)?, name: name.to_path_buf(), version: version(file)? })
    }

    fn digest(mut self) -> Result<(Self, String), Failure> {
        let mut hasher = Hasher::new();
        let mut piece = vec![0; PIECE];
        loop {
            let read = match self.file.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read.map_err(|error| unreadable(&self.name, &error))?,
            };
            let bytes = piece.get(..read).unwrap_or_default();
            if bytes.is_empty() {
                return Ok((self, text(&hasher)));
            }
            hasher.update(bytes);
        }
    }
}

fn unchanged((content, digest): (Content, String)) -> Result<String, Failure> {
    let Content { file, name, version: before } = content;
    if version(&file).map_err(|error| unreadable(&name, &error))? == before {
        return Ok(digest);
    }
    let message = format!("{}: it was changed while it was read", name.display());
    Err(Failure::io(message).hint("filter it again when nobody writes to it"))
}

fn text(hasher: &Hasher) -> String {
    format!("blake3:{}", hasher.finalize().to_hex())
}

fn unreadable(name: &Path, error: &io::Error) -> Failure {
    Failure::io(format!("{}: cannot read it: {error}", name.display()))
}
