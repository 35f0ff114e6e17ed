//! What of one file is safe, and what is only in memory?

use super::Chance;

/// What becomes of what was not synced, when the power is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Lost,
    Kept,
    /// Sectors of this size, each as it was at some moment since the last sync.
    Mixed(usize),
}

/// Something that was done to a file since its last sync.
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Length(usize),
}

/// A file.
#[derive(Default)]
pub(super) struct Plate {
    /// What is on the disk; zeros behind it.
    blocks: Vec<u8>,
    /// How long the file is there.
    length: usize,
    since: Vec<Change>,
    /// What whoever reads it gets.
    pub(super) memory: Vec<u8>,
    /// What was written, whether the system has kept it or not.
    pub(super) written: Vec<u8>,
}

impl Plate {
    /// A file that is on the disk as it is.
    pub(super) fn safe(bytes: Vec<u8>) -> Self {
        Self {
            length: bytes.len(),
            blocks: bytes.clone(),
            since: Vec::new(),
            memory: bytes.clone(),
            written: bytes,
        }
    }

    pub(super) fn is_safe(&self) -> bool {
        self.since.is_empty()
    }

    pub(super) fn write(&mut self, offset: usize, bytes: &[u8]) {
        put(&mut self.memory, offset, bytes);
        put(&mut self.written, offset, bytes);
        self.since.push(Change::Write { offset, bytes: bytes.to_vec() });
    }

    pub(super) fn set_length(&mut self, length: usize) {
        self.memory.resize(length, 0);
        self.written.resize(length, 0);
        self.since.push(Change::Length(length));
    }

    /// A sync that succeeds.
    pub(super) fn sync(&mut self) {
        for change in self.since.drain(..) {
            match change {
                Change::Write { offset, bytes } => {
                    put(&mut self.blocks, offset, &bytes);
                    self.length = self.length.max(offset + bytes.len());
                }
                Change::Length(length) => {
                    self.blocks.truncate(length);
                    self.length = length;
                }
            }
        }
    }

    /// A sync that fails: some of it is on the disk, and the system does not try the rest again. It
    /// may still have it in memory, or read from the disk what is there.
    pub(super) fn fail_to_sync(&mut self, forgets: bool, sector: usize, chance: &mut Chance) {
        self.blocks = self.mixed(sector, chance);
        self.since.clear();
        if self.memory.len() != self.length {
            // Lengths and names have a journal of their own.
            self.since.push(Change::Length(self.memory.len()));
        }
        if forgets {
            self.memory = self.cut(self.blocks.clone(), self.memory.len());
        }
    }

    /// What is on the disk when the power is back.
    pub(super) fn after_cut(&self, fate: Fate, chance: &mut Chance) -> Vec<u8> {
        let lengths = self.lengths();
        let last = lengths.len() - 1;
        match fate {
            _ if last == 0 => self.cut(self.blocks.clone(), self.length),
            Fate::Lost => self.cut(self.blocks.clone(), self.length),
            Fate::Kept => self.cut(self.mixed_by(|_| last, usize::MAX), lengths[last]),
            Fate::Mixed(sector) => {
                let length = lengths[moment(last, chance)];
                self.cut(self.mixed(sector, chance), length)
            }
        }
    }

    fn cut(&self, mut bytes: Vec<u8>, length: usize) -> Vec<u8> {
        bytes.resize(length, 0);
        bytes
    }

    /// How long it was after each change, and before the first.
    fn lengths(&self) -> Vec<usize> {
        let mut lengths = vec![self.length];
        for change in &self.since {
            let before = lengths[lengths.len() - 1];
            lengths.push(match change {
                Change::Write { offset, bytes } => before.max(offset + bytes.len()),
                Change::Length(length) => *length,
            });
        }
        lengths
    }

    fn mixed(&self, sector: usize, chance: &mut Chance) -> Vec<u8> {
        let longest = self.lengths().into_iter().max().unwrap_or(0).max(self.blocks.len());
        let last = self.since.len();
        let moments: Vec<usize> = (0..=longest / sector).map(|_| moment(last, chance)).collect();
        self.mixed_by(|at| moments[at / sector], sector)
    }

    /// The blocks, with as many changes of each sector as there were at its moment.
    fn mixed_by(&self, moment: impl Fn(usize) -> usize, sector: usize) -> Vec<u8> {
        let mut blocks = self.blocks.clone();
        let mut change = |at: usize, from: usize, to: usize, bytes: Option<&[u8]>| {
            let mut begin = from;
            while begin < to {
                let end = begin.checked_next_multiple_of(sector).unwrap_or(to).min(to);
                let end = if end == begin { to.min(begin.saturating_add(sector)) } else { end };
                if at < moment(begin) {
                    match bytes {
                        Some(bytes) => put(&mut blocks, begin, &bytes[begin - from..end - from]),
                        None if begin < blocks.len() => {
                            let end = end.min(blocks.len());
                            blocks[begin..end].fill(0);
                        }
                        None => {}
                    }
                }
                begin = end;
            }
        };
        let lengths = self.lengths();
        for (at, since) in self.since.iter().enumerate() {
            match since {
                Change::Write { offset, bytes } => {
                    change(at, *offset, offset + bytes.len(), Some(bytes));
                }
                // What is cut off is zeros when the file grows again.
                Change::Length(length) => change(at, *length, lengths[at].max(*length), None),
            }
        }
        blocks
    }
}

fn put(to: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if to.len() < end {
        to.resize(end, 0);
    }
    to[offset..end].copy_from_slice(bytes);
}

/// How many of so many changes there were.
fn moment(changes: usize, chance: &mut Chance) -> usize {
    match chance.below(3) {
        0 => 0,
        1 => changes,
        _ => chance.below(changes + 1),
    }
}
