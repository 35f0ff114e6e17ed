//! Which files is a journal made of, and how does each begin?

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::disk::Disk;
use super::error::JournalError;
use super::frame::{Fields, Filler};
use crate::seeded::{self, Bug};

const MAGIC: [u8; 8] = *b"STOPJNL1";
pub(super) const HEADER_BYTES: u64 = 16;
const EXTENSION: &str = "journal";
/// Digits of the largest number that a record can have.
const DIGITS: usize = 20;

pub(super) fn path(directory: &Path, first_seq: u64) -> PathBuf {
    directory.join(format!("{first_seq:0DIGITS$}.{EXTENSION}"))
}

/// The segments of a directory by the number of their first record, ascending. Other files do not
/// matter.
pub(super) fn list(directory: &Path) -> Result<Vec<u64>, JournalError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => JournalError::NotThere { path: directory.to_owned() },
        _ => JournalError::io(directory, "list the directory", source),
    };
    let mut segments = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        segments.extend(first_seq(Path::new(&entry.map_err(failed)?.file_name())));
    }
    segments.sort_unstable();
    Ok(segments)
}

/// The number in the name of a segment.
fn first_seq(name: &Path) -> Option<u64> {
    let stem = name.to_str()?.strip_suffix(EXTENSION)?.strip_suffix('.')?;
    let is_number = stem.len() == DIGITS && stem.bytes().all(|byte| byte.is_ascii_digit());
    stem.parse().ok().filter(|_| is_number)
}

/// What is at the beginning of the segment whose first record has this number.
pub(super) fn header(first_seq: u64) -> [u8; HEADER_BYTES as usize] {
    let mut bytes = [0; HEADER_BYTES as usize];
    let mut filler = Filler(&mut bytes);
    filler.put(MAGIC);
    filler.put(first_seq.to_le_bytes());
    bytes
}

/// Whether bytes begin as that segment does.
pub(super) fn is_header(bytes: &[u8], first_seq: u64) -> bool {
    Fields(bytes).take() == Some(header(first_seq))
}

/// Makes a segment without records and has it, and its name, on the disk. It stands at its end.
pub(super) fn create(directory: &Path, first_seq: u64, disk: &Disk) -> Result<File, JournalError> {
    let path = path(directory, first_seq);
    let failed = |doing| move |source| (doing, source);
    let created = || {
        let file = disk.create(&path).map_err(failed("create the segment"))?;
        disk.write(&file, &header(first_seq)).map_err(failed("write to the new segment"))?;
        disk.sync(&file).map_err(failed("sync the new segment"))?;
        if !seeded::is_made(Bug::SegmentName) {
            disk.sync_directory(directory).map_err(failed("sync the directory of the segment"))?;
        }
        Ok(file)
    };
    created().map_err(|(doing, source)| JournalError::io(&path, doing, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_of_a_segment_is_one() {
        let of = |name: &str| first_seq(Path::new(name));
        assert_eq!(of("00000000000000000042.journal"), Some(42));
        assert_eq!(of("18446744073709551615.journal"), Some(u64::MAX));
        for other in [
            "18446744073709551616.journal",
            "0000000000000000042.journal",
            "+0000000000000000042.journal",
            "00000000000000000042journal",
            "00000000000000000042.journal.torn-16",
            ".journal",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
