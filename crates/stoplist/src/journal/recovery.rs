//! Where does a journal go on that somebody has left?
//!
//! All is read before anything is changed.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::disk::Disk;
use super::entry;
use super::error::{Fault, JournalError};
use super::frame::{Header, MAGIC};
use super::reader::Reader;
use super::scan::Scan;
use super::segment;
use super::torn::{self, CHUNK, Repair};
use super::{Mark, Options};
use crate::seeded::{self, Bug};

/// A journal that can be appended to.
pub(super) struct Recovered {
    pub(super) last: Mark,
    /// The last segment, and its file, which stands at its end.
    pub(super) segment: u64,
    pub(super) end: u64,
    pub(super) file: File,
    pub(super) repairs: Vec<Repair>,
}

/// Reads what is behind the mark, or all of it; puts right what a power cut has left.
pub(super) fn recover(
    directory: &Path,
    from: Option<Mark>,
    options: &Options,
    disk: &Disk,
) -> Result<Recovered, JournalError> {
    let segments = segment::list(directory)?;
    match segments.first() {
        None => return Err(JournalError::NotThere { path: directory.to_owned() }),
        Some(1) => {}
        Some(_) => {
            let fault = Fault::MissingSegment { expected: 1 };
            return Err(JournalError::damaged(&segment::path(directory, 1), 0, fault));
        }
    }
    let from = from.filter(|mark| mark.seq > 0).unwrap_or(Mark::EMPTY);
    if from.seq > 0 && !fits(directory, &segments, from)? && !seeded::is_made(Bug::MarkUnfit) {
        return Err(JournalError::Unfit { path: directory.to_owned(), mark: from });
    }
    let acknowledged = options.acknowledged.max(from.seq);
    let acknowledged = if seeded::is_made(Bug::Acknowledged) { 0 } else { acknowledged };
    let mut scan = Scan::from(from);
    let scanned = scan.run(directory, &segments, None);
    let tear = match scanned {
        Ok(()) => Tear::None,
        Err(error) => judge(&scan, directory, &segments, error, acknowledged)?,
    };
    if scan.last.seq < acknowledged {
        let path = segment::path(directory, scan.segment);
        let fault = Fault::Ends { last: scan.last.seq, acknowledged };
        return Err(JournalError::damaged(&path, scan.end, fault));
    }
    repair(directory, &scan, &tear, disk)
}

/// What is to be put right.
enum Tear {
    None,
    /// The last segment is to be cut where the scan has ended.
    Tail,
    /// The segment that should begin here is not one yet.
    Segment {
        first: u64,
    },
}

/// What the scan has stopped at; the error again, when it is more than torn.
fn judge(
    scan: &Scan,
    directory: &Path,
    segments: &[u64],
    error: JournalError,
    acknowledged: u64,
) -> Result<Tear, JournalError> {
    let JournalError::Damaged { path, offset, fault } = &error else { return Err(error) };
    let next = scan.last.seq + 1;
    let Some(&last) = segments.last() else { return Err(error) };
    if *path != segment::path(directory, last) {
        return Err(error);
    }
    if *fault == Fault::SegmentHeader {
        let length = path
            .metadata()
            .map_err(|source| JournalError::io(path, "look at the segment", source))?;
        // Its name is right: the scan asks for that first.
        let is_torn = length.len() <= segment::HEADER_BYTES;
        return if is_torn { Ok(Tear::Segment { first: last }) } else { Err(error) };
    }
    let may_be_torn = fault.may_be_torn() && *offset == scan.end && next > acknowledged;
    if may_be_torn && !torn::was_synced(path, *offset, next)? {
        return Ok(Tear::Tail);
    }
    Err(error)
}

fn repair(
    directory: &Path,
    scan: &Scan,
    tear: &Tear,
    disk: &Disk,
) -> Result<Recovered, JournalError> {
    let mut repairs = Vec::new();
    let path = segment::path(directory, scan.segment);
    match *tear {
        Tear::None => {}
        Tear::Tail => {
            let end = if seeded::is_made(Bug::TailEarly) { scan.unsynced_from() } else { scan.end };
            repairs.push(torn::cut(&path, end, disk)?);
        }
        Tear::Segment { first } => {
            repairs.push(torn::set_aside(&segment::path(directory, first), disk)?);
            if first == scan.segment {
                // It was the only one.
                segment::create(directory, first, disk)?;
            }
        }
    }
    let file = File::options().read(true).write(true).open(&path);
    let file = file.map_err(|source| JournalError::io(&path, "open the segment", source))?;
    let from = match scan.end {
        // Its header may be in memory only.
        segment::HEADER_BYTES if !seeded::is_made(Bug::HeaderAgain) => 0,
        end if seeded::is_made(Bug::WriteAgain) => end,
        _ => scan.unsynced_from(),
    };
    let written = write_again(&file, from, disk)
        .and_then(|()| if seeded::is_made(Bug::OpenSync) { Ok(()) } else { disk.sync(&file) });
    written.map_err(|source| JournalError::io(&path, "write its end once more", source))?;
    disk.sync_directory(directory)
        .map_err(|source| JournalError::io(directory, "sync the directory", source))?;
    let Scan { last, segment, end, .. } = *scan;
    Ok(Recovered { last, segment, end, file, repairs })
}

/// Writes what is behind an offset as it is: what a failed sync has left in memory only would not be
/// written by another one. The file then stands at its end.
fn write_again(mut file: &File, mut offset: u64, disk: &Disk) -> io::Result<()> {
    loop {
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        let read = file.take(CHUNK as u64).read_to_end(&mut bytes)?;
        if read == 0 {
            return Ok(());
        }
        disk.write_at(file, offset, &bytes)?;
        offset += read as u64;
    }
}

/// Whether the record of a mark ends where it says, with the hash that it says.
fn fits(directory: &Path, segments: &[u64], mark: Mark) -> Result<bool, JournalError> {
    let (true, Some(next_seq)) = (segments.contains(&mark.segment), mark.seq.checked_add(1)) else {
        return Ok(false);
    };
    let mut reader = Reader::open_segment(directory, mark.segment, None)?;
    let Some(ahead) = mark.end.checked_sub(reader.offset()) else { return Ok(false) };
    if ahead > reader.left() {
        return Ok(false);
    }
    reader.skip(ahead)?;
    // The record behind it knows its hash.
    match Header::from_bytes(reader.peek(Header::BYTES)?) {
        Ok(next) => Ok(next.seq == next_seq && next.previous == mark.hash),
        Err(_) => ends_record(directory, mark),
    }
}

/// Whether a record with the hash of the mark ends there: looks for its beginning backwards.
fn ends_record(directory: &Path, mark: Mark) -> Result<bool, JournalError> {
    let mut end = mark.end;
    while end > segment::HEADER_BYTES {
        let mut reader = Reader::open_segment(directory, mark.segment, Some(mark.end))?;
        let start = end.saturating_sub(CHUNK as u64).max(segment::HEADER_BYTES);
        reader.skip(start - segment::HEADER_BYTES)?;
        // A header may begin in this chunk and end in the next.
        let bytes = reader.peek((end - start) as usize + Header::BYTES)?;
        let of_mark = |header: &Header, offset: u64| {
            let ends_at = header.frame_bytes().and_then(|bytes| bytes.checked_add(offset));
            header.seq == mark.seq && ends_at == Some(mark.end)
        };
        let found: Vec<(u64, Header)> = memchr::memmem::rfind_iter(bytes, &MAGIC)
            .filter_map(|at| Some((start + at as u64, Header::from_bytes(bytes.get(at..)?).ok()?)))
            .filter(|(offset, header)| of_mark(header, *offset))
            .collect();
        for (offset, header) in found {
            let mut reader = Reader::open_segment(directory, mark.segment, Some(mark.end))?;
            reader.skip(offset - segment::HEADER_BYTES)?;
            match entry::check(&mut reader, &header, None) {
                Ok(hash) if hash == mark.hash => return Ok(true),
                Ok(_) | Err(JournalError::Damaged { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        end = start;
    }
    Ok(false)
}
