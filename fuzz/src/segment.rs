//! What are the bytes of a journal, for bodies that change them and for a second opinion?
//!
//! Written from the page of the format and not from the code. Every access is checked: the fields
//! say anything.

use crate::input::Input;

/// Bytes in front of the first record.
pub(crate) const SEGMENT_HEADER: usize = 16;
/// Bytes in front of a head.
pub(crate) const HEADER: usize = 72;
const PAGE_HEADER: usize = 28;
const MARK: [u8; 4] = *b"SREC";
const MAX_HEAD: usize = 128 << 20;
const MAX_PAGE: usize = 64 << 20;

/// The bytes of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// The number of its first record, as in its name.
    pub(crate) first: u64,
    pub(crate) bytes: Vec<u8>,
}

/// A page to be written: the numbers that it may be about, and its bytes.
pub(crate) type Page<'a> = (u64, u64, &'a [u8]);

/// A whole record of a segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole {
    pub(crate) seq: u64,
    pub(crate) hash: [u8; 32],
    /// Where it ends.
    pub(crate) end: usize,
}

/// What comes behind the last whole record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Nothing.
    End,
    /// What a power cut can leave.
    Torn,
    /// What it cannot.
    Damage,
    /// A segment that was not made to its end.
    Unmade,
}

impl Segment {
    pub(crate) fn new(first: u64) -> Self {
        Self { first, bytes: [b"STOPJNL1".as_slice(), &first.to_le_bytes()].concat() }
    }

    /// Appends a record behind the one with that hash; its own hash.
    pub(crate) fn push(
        &mut self,
        seq: u64,
        place: u32,
        previous: [u8; 32],
        head: &[u8],
        pages: &[Page<'_>],
    ) -> [u8; 32] {
        let mut tail = Vec::new();
        for (first, last, bytes) in pages {
            let length = (bytes.len() as u32).to_le_bytes();
            let checksum = crc32c::crc32c(bytes).to_le_bytes();
            let fields =
                [length.as_slice(), &first.to_le_bytes(), &last.to_le_bytes(), &checksum].concat();
            tail.extend(
                [&fields, crc32c::crc32c(&fields).to_le_bytes().as_slice(), bytes].concat(),
            );
        }
        let fields = [
            seq.to_le_bytes().as_slice(),
            &(seq as i64 * 1_000).to_le_bytes(),
            &place.to_le_bytes(),
            &(head.len() as u32).to_le_bytes(),
            &(tail.len() as u64).to_le_bytes(),
            &previous,
        ]
        .concat();
        let checksum = crc32c::crc32c(&fields).to_le_bytes();
        self.bytes.extend([MARK.as_slice(), &checksum, &fields, head].concat());
        self.bytes.extend(crc32c::crc32c(head).to_le_bytes());
        self.bytes.extend(&tail);
        blake3::Hasher::new().update(head).update(&tail).update(&fields).finalize().into()
    }

    /// Writes over what is there; what would be past the end is left out.
    pub(crate) fn put(&mut self, at: usize, bytes: &[u8]) {
        let places = self.bytes.get_mut(at..).unwrap_or_default();
        places.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    }

    /// Where the records begin, as far as their lengths lead to one another.
    pub(crate) fn places(&self) -> Vec<usize> {
        let mut places = Vec::new();
        let mut at = SEGMENT_HEADER;
        while let Some(frame) = Frame::at(&self.bytes, at).filter(|frame| frame.end.is_some()) {
            places.push(at);
            at = frame.end.unwrap_or(usize::MAX);
        }
        places
    }

    /// Makes all checksums and the chain right, as far as the lengths lead; the hash of the last
    /// record.
    pub(crate) fn sign(&mut self, mut previous: [u8; 32]) -> [u8; 32] {
        for at in self.places() {
            let Some(Frame { head, tail, end: Some(end), .. }) = Frame::at(&self.bytes, at) else {
                break;
            };
            self.put(at + 40, &previous);
            let bytes = self.bytes.get(at + HEADER..head).unwrap_or_default();
            let checksum = crc32c::crc32c(bytes).to_le_bytes();
            self.put(head, &checksum);
            self.sign_pages(tail, end);
            let fields = self.bytes.get(at + 8..at + HEADER).unwrap_or_default();
            let checksum = crc32c::crc32c(fields).to_le_bytes();
            self.put(at + 4, &checksum);
            previous = hash(&self.bytes, at, head, tail, end);
        }
        previous
    }

    fn sign_pages(&mut self, mut at: usize, end: usize) {
        while let Some(fields) = self.bytes.get(at..end).and_then(|bytes| bytes.first_chunk()) {
            let body = at + PAGE_HEADER + u32::from_le_bytes(*fields) as usize;
            let Some(bytes) = self.bytes.get(at + PAGE_HEADER..body.min(end)) else { break };
            let checksum = crc32c::crc32c(bytes).to_le_bytes();
            self.put(at + 20, &checksum);
            let fields = self.bytes.get(at..at + 24).unwrap_or_default();
            let checksum = crc32c::crc32c(fields).to_le_bytes();
            self.put(at + 24, &checksum);
            at = body;
        }
    }

    /// The whole records behind the one with that number and hash, and what comes then.
    pub(crate) fn read(&self, mut seq: u64, mut previous: [u8; 32]) -> (Vec<Whole>, Stop) {
        let mut records = Vec::new();
        let header = Self::new(self.first).bytes;
        if !self.bytes.starts_with(&header) {
            let unmade = self.bytes.len() <= SEGMENT_HEADER;
            return (records, if unmade { Stop::Unmade } else { Stop::Damage });
        }
        let mut at = SEGMENT_HEADER;
        while at < self.bytes.len() {
            match whole(&self.bytes, at, seq + 1, &previous) {
                Ok(record) => {
                    (seq, previous, at) = (record.seq, record.hash, record.end);
                    records.push(record);
                }
                Err(Stop::Torn) if !self.was_synced(at, seq + 1) => return (records, Stop::Torn),
                Err(_) => return (records, Stop::Damage),
            }
        }
        (records, Stop::End)
    }

    /// Whether a record behind says that this one had been synced.
    fn was_synced(&self, at: usize, seq: u64) -> bool {
        let bytes = self.bytes.get(at..).unwrap_or_default();
        let step = match Frame::at(&self.bytes, at).filter(|frame| frame.is_signed) {
            Some(Frame { end: Some(end), .. }) => end - at,
            Some(frame) if frame.is_possible => return false,
            _ => 1,
        };
        (step..bytes.len()).any(|place| {
            let frame = Frame::at(&self.bytes, at + place).filter(|frame| frame.is_signed);
            frame.is_some_and(|frame| frame.seq.saturating_sub(frame.place) > seq)
        })
    }
}

/// What the header of a record says.
#[derive(Clone, Copy, Debug)]
struct Frame {
    is_signed: bool,
    seq: u64,
    place: u64,
    /// Where the checksum of the head is.
    head: usize,
    /// Where the pages begin.
    tail: usize,
    /// Where it ends, when there are so many bytes.
    end: Option<usize>,
    /// Whether its lengths may be that.
    is_possible: bool,
}

impl Frame {
    fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let header = bytes.get(at..)?.get(..HEADER)?;
        let mut fields = Input(header);
        let (mark, checksum) = (fields.bytes(4)?, fields.u32()?);
        let is_signed = mark == MARK && crc32c::crc32c(fields.0) == checksum;
        let (seq, _at_us, place) = (fields.u64()?, fields.u64()?, u64::from(fields.u32()?));
        let (head_bytes, pages_bytes) = (fields.u32()? as usize, fields.u64()?);
        let head = at + HEADER + head_bytes;
        let tail = head + 4;
        let is_possible =
            head_bytes <= MAX_HEAD && pages_bytes.checked_add(76 + head_bytes as u64).is_some();
        let end = usize::try_from(pages_bytes).ok().and_then(|pages| tail.checked_add(pages));
        let end = end.filter(|&end| is_possible && end <= bytes.len());
        Some(Self { is_signed, seq, place, head, tail, end, is_possible })
    }
}

/// The record that begins there, or what it is instead.
fn whole(bytes: &[u8], at: usize, seq: u64, previous: &[u8; 32]) -> Result<Whole, Stop> {
    let frame = Frame::at(bytes, at).filter(|frame| frame.is_signed).ok_or(Stop::Torn)?;
    if frame.seq != seq {
        return Err(Stop::Damage);
    }
    let end = frame.end.ok_or(Stop::Torn)?;
    if bytes.get(at + 40..at + HEADER) != Some(previous) {
        return Err(Stop::Damage);
    }
    let head = bytes.get(at + HEADER..frame.head).ok_or(Stop::Torn)?;
    if bytes.get(frame.head..frame.tail) != Some(&crc32c::crc32c(head).to_le_bytes()) {
        return Err(Stop::Torn);
    }
    let mut pages = Input(bytes.get(frame.tail..end).ok_or(Stop::Torn)?);
    while !pages.0.is_empty() {
        page(&mut pages).ok_or(Stop::Torn)?;
    }
    Ok(Whole { seq, hash: hash(bytes, at, frame.head, frame.tail, end), end })
}

fn page(input: &mut Input<'_>) -> Option<()> {
    let mut fields = Input(input.bytes(24)?);
    let signed = crc32c::crc32c(fields.0) == input.u32()?;
    let (length, _, _) = (fields.u32()? as usize, fields.u64()?, fields.u64()?);
    let body = input.bytes(length)?;
    let sound = signed && length <= MAX_PAGE && crc32c::crc32c(body) == fields.u32()?;
    sound.then_some(())
}

fn hash(bytes: &[u8], at: usize, head: usize, tail: usize, end: usize) -> [u8; 32] {
    let part = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default();
    let mut hasher = blake3::Hasher::new();
    hasher.update(part(at + HEADER, head)).update(part(tail, end));
    hasher.update(part(at + 8, at + HEADER)).finalize().into()
}
