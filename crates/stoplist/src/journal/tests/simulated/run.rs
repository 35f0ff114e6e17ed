//! What happens to a journal in the life that a seed decides, and what must be there after it?

use super::door::Simulated;
use super::opening::assert_is_kept;
use super::platter::{Contents, Platter, Strike, contents};
use super::*;

/// What was told and has a number.
pub(super) struct Staged {
    pub(super) told: Told,
    pub(super) mark: Mark,
}

/// One journal, and what is known of it without asking it.
pub(super) struct Run {
    pub(super) chance: Chance,
    pub(super) directory: PathBuf,
    pub(super) disk: Simulated,
    pub(super) options: Options,
    pub(super) counts: Counts,
    /// The records in order; a record that was lost gives its number to another.
    pub(super) staged: Vec<Staged>,
    /// One that was refused, but may be whole in the file: it comes behind the others.
    pub(super) refused: Option<Told>,
    /// Those behind them that were not whole when the last process ended.
    pub(super) lost: Vec<Staged>,
    /// So many have been acknowledged.
    pub(super) acknowledged: usize,
    /// So many are on the disk.
    pub(super) safe: usize,
    /// So many are whole in the files.
    pub(super) whole: usize,
    pub(super) created: bool,
    /// The last process has closed the journal.
    pub(super) closed: bool,
    /// No other thread comes in between.
    pub(super) alone: bool,
}

impl Run {
    pub(super) fn new(seed: u64, directory: PathBuf) -> Self {
        let mut chance = Chance::new(seed);
        let durability = match chance.below(3) {
            0 => Durability::Interval(Duration::from_secs(3_600)),
            _ => Durability::Always,
        };
        let segment_bytes = 400 + chance.below(3_600) as u64;
        let platter = Platter::new(directory.clone(), Chance::new(chance.next()));
        Self {
            chance,
            directory,
            disk: Simulated::new(platter),
            options: Options { segment_bytes, durability, acknowledged: 0 },
            counts: Counts::default(),
            staged: Vec::new(),
            lost: Vec::new(),
            refused: None,
            acknowledged: 0,
            safe: 0,
            whole: 0,
            created: false,
            closed: false,
            alone: false,
        }
    }

    /// Up to four processes, one after the other, most of which are interrupted.
    pub(super) fn live(&mut self) {
        let records = 10 + self.chance.below(50);
        let processes = 1 + self.chance.below(4);
        for _ in 0..processes {
            self.process(1 + records / processes);
        }
        self.last_process();
    }

    fn process(&mut self, records: usize) {
        let strike = self.strike(records);
        self.disk.platter().begin(strike);
        let (before, was_safe) = self.now();
        let Some(journal) = self.open(&before) else {
            let was_cut = self.end();
            // What was only in memory may be gone, and a journal that was not made as well.
            let is_there = was_safe || !(was_cut || self.disk.platter().forgot);
            if self.created && is_there {
                assert_is_kept(&before, &contents(&self.directory));
            }
            return;
        };
        let journal = Arc::new(journal);
        self.write(&journal, records);
        self.closed = self.chance.one_in(4) && !self.disk.platter().off;
        if !self.closed {
            self.disk.platter().off = true;
        }
        drop(Arc::into_inner(journal).expect("nobody else has it"));
        self.end();
    }

    /// What is in the files, and whether all of it is safe.
    pub(super) fn now(&self) -> (Contents, bool) {
        let platter = self.disk.platter();
        (platter.memory(), platter.is_safe_with(|_| true))
    }

    fn strike(&mut self, records: usize) -> Option<(u64, Strike)> {
        let strike = match self.chance.below(8) {
            0..4 => Strike::Off,
            // EIO, ENOSPC, EDQUOT.
            4..7 => Strike::Refused(self.chance.of(&[5, 28, 122])),
            _ => return None,
        };
        // Opening takes few operations, and is as good a moment as any.
        let at = match self.chance.below(5) {
            0..2 => self.chance.below(12),
            _ => self.chance.below(3 * records),
        };
        Some((1 + at as u64, strike))
    }

    /// The process has ended, and the power may be cut; whether it was.
    pub(super) fn end(&mut self) -> bool {
        let mut platter = self.disk.platter();
        let written = platter.written();
        let was_cut = platter.off && !self.chance.one_in(3);
        if was_cut {
            platter.cut();
            self.counts.one("cuts");
        } else {
            self.counts.add("kills", u64::from(platter.off));
        }
        let memory = platter.memory();
        self.closed &= !platter.struck;
        if self.closed {
            // Closing syncs.
            self.safe = self.acknowledged;
        }
        let is_lost = was_cut || platter.forgot;
        drop(platter);
        let promised = if is_lost { self.safe } else { self.acknowledged };
        self.whole = self.whole_in(&written, &memory);
        assert!(
            self.whole >= promised,
            "{} records are whole in the files, {promised} were promised",
            self.whole
        );
        self.acknowledged = self.acknowledged.min(self.whole);
        if self.whole < self.staged.len() {
            self.lost = self.staged.split_off(self.whole);
            self.refused = None;
        }
        was_cut
    }

    /// How many records are in the files as they were written, without a gap.
    fn whole_in(&self, written: &Contents, memory: &Contents) -> usize {
        let header = segment::HEADER_BYTES as usize;
        let mut before = Mark::EMPTY;
        let is_whole = |staged: &&Staged| {
            let mark = staged.mark;
            let is_new = mark.segment != before.segment;
            let begin = if is_new { header } else { before.end as usize };
            let name = format!("{:020}.journal", mark.segment);
            let (Some(wrote), Some(has)) = (written.get(&name), memory.get(&name)) else {
                return false;
            };
            let same = |from: usize, to: usize| {
                wrote.get(from..to).is_some_and(|wrote| has.get(from..to) == Some(wrote))
            };
            before = mark;
            same(0, header) && same(begin, mark.end as usize)
        };
        self.staged.iter().take_while(is_whole).count()
    }
}
