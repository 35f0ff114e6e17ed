//! Is a journal read to its last whole record and no further, whatever its files have?
//!
//! The bytes are a segment, which mostly ends at a checksum. Then they are changes to a sound journal
//! of one or two segments, which can be signed anew: so hostile values come past the checksums and
//! the chain. A reader of this crate's own (`segment.rs`) says what the journal has; opening must come
//! to the same, keep every byte that it cuts off, and change nothing when it refuses.

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use stoplist::fuzzing::{OpenJournal, Place, verify_journal};

use crate::input::Input;
use crate::scratch::Scratch;
use crate::segment::{HEADER, SEGMENT_HEADER, Segment, Stop};

/// The place in front of the first record.
const EMPTY: Place = Place { seq: 0, hash: [0; 32], segment: 1, end: SEGMENT_HEADER as u64 };
const MAX_CHANGES: usize = 40;

/// What a byte says to change, modulo [`Change::ALL`]; [`Change::apply`] says what follows.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Change {
    Byte,
    Field,
    Length,
    Copy,
    Sign,
}

impl Change {
    const ALL: [Self; 5] = [Self::Byte, Self::Field, Self::Length, Self::Copy, Self::Sign];

    /// Reads which segment, where and what, and changes it; `None` at the end of the input.
    fn apply(self, input: &mut Input<'_>, segments: &mut [Segment]) -> Option<()> {
        if let Self::Sign = self {
            segments.iter_mut().fold([0; 32], |previous, segment| segment.sign(previous));
            return Some(());
        }
        let choice = usize::from(input.u8()?) % segments.len().max(1);
        let segment = segments.get_mut(choice)?;
        let places = segment.places();
        let record = |choice: u8| places.get(usize::from(choice) % places.len().max(1)).copied();
        match self {
            Self::Byte => {
                let (at, byte) = (usize::from(input.u16()?), input.u8()?);
                segment.put(at, &[byte]);
            }
            // Of the header of a record: its number, time, place and length, the length of its
            // pages, the hash before.
            Self::Field => {
                let (choice, field, value) =
                    (input.u8()?, usize::from(input.u8()?) % 5, input.u64()?);
                if let Some(at) = record(choice) {
                    segment.put(at + 8 + field * 8, &value.to_le_bytes());
                }
            }
            // Up to 4096 bytes fewer or more.
            Self::Length => {
                let length = usize::from(input.u16()? % 8192);
                segment.bytes.resize((segment.bytes.len() + length).saturating_sub(4096), 0);
            }
            // What is from one record on, once more at the end.
            Self::Copy => {
                let (choice, length) = (input.u8()?, usize::from(input.u16()?));
                let at = record(choice).unwrap_or(SEGMENT_HEADER);
                let bytes = segment.bytes.get(at..).unwrap_or_default();
                let bytes = bytes.get(..length).unwrap_or(bytes).to_vec();
                segment.bytes.extend(bytes);
            }
            Self::Sign => {}
        }
        Some(())
    }
}

thread_local! {
    /// Made once: making a directory takes as long as all the rest.
    static SCRATCH: Scratch = Scratch::new();
}

/// What a sound journal is opened with.
#[derive(Clone, Copy, Debug, Default)]
struct Opening {
    /// The record whose place is known, if there is so much.
    from: u64,
    acknowledged: u64,
}

/// Reads the bytes as a segment, and as changes to a journal.
///
/// # Panics
///
/// When the journal has records that it should not have, or the other way round.
pub fn journal_file(data: &[u8]) {
    // What does not even begin as a segment has been tried when it is short.
    if data.starts_with(b"STOPJNL") || data.len() < SEGMENT_HEADER {
        let raw = [Segment { first: 1, bytes: data.to_vec() }];
        check(&raw, Opening::default());
    } else {
        let (segments, opening) = changed(data);
        check(&segments, opening);
    }
}

/// The sound journal that the first byte chooses, with the changes that the others say.
fn changed(data: &[u8]) -> (Vec<Segment>, Opening) {
    let mut input = Input(data);
    let base = usize::from(input.u8().unwrap_or(0)) % BASES.len();
    let mut segments = BASES.get(base).cloned().unwrap_or_default();
    let from = u64::from(input.u8().unwrap_or(0) % 16);
    let acknowledged = u64::from(input.u8().unwrap_or(0) % 16);
    for _ in 0..MAX_CHANGES {
        let change =
            input.u8().and_then(|code| Change::ALL.get(usize::from(code) % Change::ALL.len()));
        if change.and_then(|change| change.apply(&mut input, &mut segments)).is_none() {
            break;
        }
        // Copies of copies would grow for ever.
        segments.iter_mut().for_each(|segment| segment.bytes.truncate(1 << 15));
    }
    (segments, Opening { from, acknowledged })
}

/// What a journal should come to.
struct Said {
    /// The place behind each record, the empty one first.
    places: Vec<Place>,
    /// What is behind the last; [`Stop::Damage`] also for a gap and for what was acknowledged.
    stop: Stop,
    /// The segment in which it is.
    stopped_in: usize,
}

impl Said {
    fn read(segments: &[Segment]) -> Self {
        let mut said = Self { places: vec![EMPTY], stop: Stop::End, stopped_in: 0 };
        for (at, segment) in segments.iter().enumerate() {
            let last = said.last();
            if segment.first != last.seq + 1 {
                said.stop = Stop::Damage;
                break;
            }
            let (records, stop) = segment.read(last.seq, last.hash);
            said.places.extend(records.into_iter().map(|record| Place {
                seq: record.seq,
                hash: record.hash,
                segment: segment.first,
                end: record.end as u64,
            }));
            (said.stop, said.stopped_in) = (stop, at);
            if stop != Stop::End {
                break;
            }
        }
        if said.stop != Stop::End && said.stopped_in + 1 < segments.len() {
            said.stop = Stop::Damage;
        }
        said
    }

    fn last(&self) -> Place {
        self.places.last().copied().unwrap_or(EMPTY)
    }
}

fn name(segment: &Segment) -> String {
    format!("{:020}.journal", segment.first)
}

fn check(segments: &[Segment], opening: Opening) {
    SCRATCH.with(|scratch| check_in(scratch, segments, opening));
}

fn check_in(scratch: &Scratch, segments: &[Segment], opening: Opening) {
    scratch.clear();
    for segment in segments {
        assert!(fs::write(scratch.path().join(name(segment)), &segment.bytes).is_ok());
    }
    let said = Said::read(segments);
    let verified = verify_journal(scratch.path());
    let wanted = (said.stop == Stop::End).then(|| said.last());
    assert_eq!(verified.as_ref().ok(), wanted.as_ref(), "{verified:?}");

    let from = said.places.get(opening.from as usize).copied().filter(|place| place.seq > 0);
    let acknowledged = opening.acknowledged;
    let sound = said.stop != Stop::Damage && said.last().seq >= acknowledged;
    let before = scratch.files();
    let opened = OpenJournal::open(scratch.path(), from, acknowledged);
    assert_eq!(opened.is_ok(), sound, "{opened:?} behind {:?}, {:?}", said.last(), said.stop);
    let Ok((journal, repairs)) = opened else {
        assert_eq!(scratch.files(), before, "refused, and nothing changed");
        return;
    };
    assert_eq!(repairs, usize::from(said.stop != Stop::End));
    assert_eq!(scratch.files(), mended(segments, &said), "what is cut off is kept");
    go_on(journal, &said, scratch);
}

/// The files after opening.
fn mended(segments: &[Segment], said: &Said) -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<String, Vec<u8>> =
        segments.iter().map(|segment| (name(segment), segment.bytes.clone())).collect();
    let Some(segment) = segments.get(said.stopped_in) else { return files };
    match said.stop {
        Stop::End | Stop::Damage => {}
        Stop::Torn => {
            let last = said.last();
            let end =
                if last.segment == segment.first { last.end as usize } else { SEGMENT_HEADER };
            let (whole, torn) = segment.bytes.split_at(end);
            files.insert(format!("{}.torn-{end}", name(segment)), torn.to_vec());
            files.insert(name(segment), whole.to_vec());
        }
        Stop::Unmade => {
            files.remove(&name(segment));
            files.insert(format!("{}.torn-0", name(segment)), segment.bytes.clone());
            if segment.first == 1 {
                files.insert(name(segment), Segment::new(1).bytes);
            }
        }
    }
    files
}

/// The records of an open journal, one more, and all of it again.
fn go_on(journal: OpenJournal, said: &Said, scratch: &Scratch) {
    let last = said.last();
    let records = journal.records(0);
    let seqs = records.map(|all| all.iter().map(|record| record.seq).collect());
    assert_eq!(seqs, Ok((1..=last.seq).collect::<Vec<u64>>()));
    assert_eq!(journal.end().seq, last.seq);
    let appended = journal.append(0, b"one more");
    assert_eq!(appended.as_ref().ok().map(|place| place.seq), Some(last.seq + 1), "{appended:?}");
    drop(journal);
    assert_eq!(verify_journal(scratch.path()), appended);
    let again = OpenJournal::open(scratch.path(), appended.ok(), last.seq + 1);
    assert_eq!(again.map(|(_, repairs)| repairs), Ok(0), "nothing to repair any more");
}

/// Sound journals.
pub(crate) static BASES: LazyLock<Vec<Vec<Segment>>> = LazyLock::new(|| {
    let mut short = Segment::new(1);
    let hash = short.push(1, 0, [0; 32], b"first", &[]);
    let hash = short.push(2, 1, hash, b"second", &[]);
    short.push(3, 0, hash, b"third", &[]);

    let mut paged = Segment::new(1);
    let pages = [(7, 9, b"abc".as_slice()), (0, 8, b"".as_slice()), (9, u64::MAX, &[7; 40])];
    let hash = paged.push(1, 0, [0; 32], b"", &pages);
    let hash = paged.push(2, 1, hash, &[b'x'; 30], &[]);
    // A head that looks like a record.
    let inner = short.bytes.get(SEGMENT_HEADER..SEGMENT_HEADER + HEADER).unwrap_or_default();
    paged.push(3, 2, hash, inner, pages.get(..1).unwrap_or_default());

    let mut second = Segment::new(4);
    let of_short = short.read(0, [0; 32]).0.last().map_or([0; 32], |record| record.hash);
    let hash = second.push(4, 0, of_short, b"fourth", &[]);
    second.push(5, 1, hash, b"fifth", pages.get(1..).unwrap_or_default());

    let unbegun = Segment::new(4);
    vec![
        vec![Segment::new(1)],
        vec![short.clone()],
        vec![paged],
        vec![short.clone(), second],
        vec![short, unbegun],
    ]
});
