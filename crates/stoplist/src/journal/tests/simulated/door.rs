//! How does the journal meet the simulated disk?

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::platter::{Platter, Verdict};

/// The simulated disk, where there is one.
#[derive(Clone, Default)]
pub(in crate::journal) struct Simulated(Option<Arc<Mutex<Platter>>>);

impl Simulated {
    pub(super) fn new(platter: Platter) -> Self {
        Self(Some(Arc::new(Mutex::new(platter))))
    }

    pub(super) fn platter(&self) -> MutexGuard<'_, Platter> {
        let platter = self.0.as_ref().expect("a simulated disk");
        platter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes, as the system does: not always all of it, and sometimes not at once.
    pub(in crate::journal) fn writer<'a>(&'a self, file: &'a File) -> Writer<'a> {
        Writer { disk: self, file }
    }

    pub(in crate::journal) fn sync(&self, file: &File) -> io::Result<()> {
        let Some((mut platter, verdict)) = self.step() else { return Ok(()) };
        match verdict {
            Verdict::Done => platter.file(file).sync(),
            Verdict::Last if platter.chance.one_in(2) => platter.file(file).sync(),
            Verdict::Refused(_) => platter.fail_to_sync(file),
            Verdict::Last | Verdict::Off => {}
        }
        verdict.into_result()
    }

    pub(in crate::journal) fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        let Some((mut platter, verdict)) = self.step() else { return Ok(()) };
        if matches!(verdict, Verdict::Done) {
            platter.sync_directory(directory);
        }
        verdict.into_result()
    }

    /// A file was made.
    pub(in crate::journal) fn created(&self, path: &Path, file: &File) -> io::Result<()> {
        let Some((mut platter, verdict)) = self.step() else { return Ok(()) };
        match verdict {
            Verdict::Done => platter.made(path, file),
            Verdict::Last if platter.chance.one_in(2) => platter.made(path, file),
            _ => fs::remove_file(path)?,
        }
        verdict.into_result()
    }

    pub(in crate::journal) fn set_length(&self, file: &File, length: u64) -> io::Result<()> {
        let Some((mut platter, verdict)) = self.step() else { return Ok(()) };
        let is_done = match verdict {
            Verdict::Done => true,
            Verdict::Last => platter.chance.one_in(2),
            Verdict::Refused(_) | Verdict::Off => false,
        };
        if is_done {
            file.set_len(length)?;
            platter.file(file).set_length(length as usize);
        }
        verdict.into_result()
    }

    /// A file is about to be renamed.
    pub(in crate::journal) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let Some((mut platter, verdict)) = self.step() else { return Ok(()) };
        match verdict {
            Verdict::Done => platter.renamed(from, to),
            Verdict::Last if platter.chance.one_in(2) => {
                fs::rename(from, to)?;
                platter.renamed(from, to);
            }
            _ => {}
        }
        verdict.into_result()
    }

    fn step(&self) -> Option<(MutexGuard<'_, Platter>, Verdict)> {
        self.0.as_ref()?;
        let meanwhile = self.platter().meanwhile.take();
        if let Some(meanwhile) = meanwhile {
            meanwhile();
        }
        let mut platter = self.platter();
        let verdict = platter.step();
        Some((platter, verdict))
    }
}

impl fmt::Debug for Simulated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Simulated")
    }
}

impl Verdict {
    fn into_result(self) -> io::Result<()> {
        match self {
            Self::Done => Ok(()),
            Self::Refused(error) => Err(error),
            Self::Last | Self::Off => Err(io::Error::other("the power is off")),
        }
    }
}

pub(in crate::journal) struct Writer<'a> {
    disk: &'a Simulated,
    file: &'a File,
}

impl Write for Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut file = self.file;
        let Some((mut platter, verdict)) = self.disk.step() else { return file.write(bytes) };
        let count = match &verdict {
            Verdict::Done if platter.chance.one_in(16) => {
                if platter.chance.one_in(2) {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                1 + platter.chance.below(bytes.len())
            }
            Verdict::Done => bytes.len(),
            Verdict::Last | Verdict::Refused(_) => platter.chance.below(bytes.len() + 1),
            Verdict::Off => 0,
        };
        if count > 0 {
            let offset = file.stream_position()?;
            file.write_all(&bytes[..count])?;
            platter.file(file).write(offset as usize, &bytes[..count]);
        }
        verdict.into_result().map(|()| count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
