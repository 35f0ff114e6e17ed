//! Is the end of a journal torn or damaged, and what becomes of it?

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::Disk;
use super::error::JournalError;
use super::frame::{Header, MAGIC};
use super::reader::Reader;
use crate::seeded::{self, Bug};

/// Bytes that are searched, copied or written again at once.
pub(super) const CHUNK: usize = 1 << 20;

/// What was put right when a journal was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Repair {
    /// The last segment ended in records that were not whole; they are in a file of their own now.
    TornTail { path: PathBuf, offset: u64, bytes: u64, kept_as: PathBuf },
    /// The last segment had not been made to its end; it was renamed.
    TornSegment { path: PathBuf, bytes: u64, kept_as: PathBuf },
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TornTail { path, offset, bytes, kept_as } => write!(
                f,
                "{}: cut at byte {offset}: the {bytes} bytes behind it were no whole record, and \
                 are kept in {}",
                path.display(),
                kept_as.display()
            ),
            Self::TornSegment { path, bytes, kept_as } => write!(
                f,
                "{}: had {bytes} bytes and no record, and is kept as {}",
                path.display(),
                kept_as.display()
            ),
        }
    }
}

/// Whether something behind the record that should begin here was written after it had been synced.
pub(super) fn was_synced(path: &Path, offset: u64, seq: u64) -> Result<bool, JournalError> {
    let mut reader = Reader::open(Arc::from(path), None)?;
    reader.skip(offset)?;
    // The length in a header with its checksum is right, whatever is wrong behind it.
    let whole = Header::from_bytes(reader.peek(Header::BYTES)?).ok();
    reader.skip(whole.and_then(|header| header.frame_bytes()).unwrap_or(1))?;
    loop {
        let bytes = reader.peek(CHUNK)?;
        let is_last = bytes.len() < CHUNK;
        let headers = memchr::memmem::find_iter(bytes, &MAGIC)
            .filter_map(|at| Header::from_bytes(bytes.get(at..)?).ok());
        if headers.into_iter().any(|header| header.first_unsynced() > seq) {
            return Ok(!seeded::is_made(Bug::DamageTorn));
        }
        if is_last {
            return Ok(false);
        }
        // A header may begin in this chunk and end in the next.
        reader.skip((CHUNK - Header::BYTES) as u64)?;
    }
}

/// Copies what is behind an offset to a file beside the segment, then cuts it off.
pub(super) fn cut(path: &Path, offset: u64, disk: &Disk) -> Result<Repair, JournalError> {
    let failed = |doing| move |source| JournalError::io(path, doing, source);
    let kept_as = unused(path, offset)?;
    if seeded::is_made(Bug::TailGrown) {
        return Ok(Repair::TornTail { path: path.to_owned(), offset, bytes: 0, kept_as });
    }
    let kept = disk.create(&kept_as).map_err(failed("create a file for its torn tail"))?;
    let bytes = if seeded::is_made(Bug::TailDropped) {
        0
    } else {
        copy(path, offset, &kept, disk).map_err(failed("copy its torn tail"))?
    };
    if !seeded::is_made(Bug::TailSync) {
        disk.sync(&kept).map_err(failed("sync its torn tail"))?;
    }
    let directory = path.parent().unwrap_or(path);
    disk.sync_directory(directory).map_err(failed("sync its directory"))?;
    let file = File::options().write(true).open(path).map_err(failed("open the segment"))?;
    disk.set_length(&file, offset).map_err(failed("cut off its torn tail"))?;
    disk.sync(&file).map_err(failed("sync the segment"))?;
    Ok(Repair::TornTail { path: path.to_owned(), offset, bytes, kept_as })
}

fn copy(path: &Path, offset: u64, to: &File, disk: &Disk) -> io::Result<u64> {
    let mut from = File::open(path)?;
    from.seek(SeekFrom::Start(offset))?;
    let mut copied = 0;
    loop {
        let mut bytes = Vec::new();
        let read = from.by_ref().take(CHUNK as u64).read_to_end(&mut bytes)?;
        if read == 0 {
            return Ok(copied);
        }
        disk.write(to, &bytes)?;
        copied += read as u64;
    }
}

/// Renames a segment that has no records.
pub(super) fn set_aside(path: &Path, disk: &Disk) -> Result<Repair, JournalError> {
    let failed = |doing| move |source| JournalError::io(path, doing, source);
    let bytes = path.metadata().map_err(failed("look at the segment"))?.len();
    let kept_as = unused(path, 0)?;
    if seeded::is_made(Bug::SegmentDropped) {
        std::fs::remove_file(path).map_err(failed("remove the segment"))?;
        return Ok(Repair::TornSegment { path: path.to_owned(), bytes, kept_as });
    }
    disk.rename(path, &kept_as).map_err(failed("rename the segment"))?;
    let directory = path.parent().unwrap_or(path);
    disk.sync_directory(directory).map_err(failed("sync its directory"))?;
    Ok(Repair::TornSegment { path: path.to_owned(), bytes, kept_as })
}

/// A name beside the segment that nothing has.
fn unused(path: &Path, offset: u64) -> Result<PathBuf, JournalError> {
    let mut name = path.to_owned();
    for again in 1_u64.. {
        let again = if again == 1 { String::new() } else { format!("-{again}") };
        name.set_extension(format!("journal.torn-{offset}{again}"));
        let is_used = name.try_exists();
        let is_used =
            is_used.map_err(|source| JournalError::io(&name, "look for the file", source))?;
        if !is_used || seeded::is_made(Bug::NameTaken) {
            break;
        }
    }
    Ok(name)
}
