//! Is a byte that goes bad later told from what a power cut leaves?

use super::platter::{contents, name, overwrite};
use super::run::Run;
use super::*;

impl Run {
    /// One that nothing interrupts: what is there is read, written behind, and read again.
    pub(super) fn last_process(&mut self) {
        self.alone = true;
        for more in [2, 0] {
            self.disk.platter().begin(None);
            let (before, _) = self.now();
            let journal = Arc::new(self.open(&before).expect("nothing fails"));
            for _ in 0..more {
                // Each has the one before synced.
                assert!(self.stage(&journal) && self.commit(&journal));
                assert!(self.sync(&journal));
            }
            drop(journal);
            self.closed = true;
            self.end();
        }
        if self.chance.one_in(4) {
            self.decay();
        }
    }

    /// Changes a byte of a record, or a field with all its checksums.
    fn decay(&mut self) {
        self.counts.one("decayed");
        let last = self.staged.len() - 1;
        let at = if self.chance.one_in(4) { last } else { self.chance.below(last) };
        let mark = self.staged[at].mark;
        let before = if at == 0 { Mark::EMPTY } else { self.staged[at - 1].mark };
        let is_new = before.segment != mark.segment;
        let begin = if is_new { segment::HEADER_BYTES as usize } else { before.end as usize };
        let path = segment::path(&self.directory, mark.segment);
        let mut bytes = fs::read(&path).unwrap();
        if at < last && self.chance.one_in(3) {
            let header = frame::Header::from_bytes(&bytes[begin..]).unwrap();
            let forged = frame::Header { at_us: header.at_us ^ 1, ..header };
            bytes[begin..begin + frame::Header::BYTES].copy_from_slice(&forged.to_bytes());
        } else {
            let byte = begin + self.chance.below(mark.end as usize - begin);
            bytes[byte] ^= 1 << self.chance.below(8);
        }
        overwrite(&path, &bytes);
        verify_directory(&self.directory).unwrap_err();
        let before = contents(&self.directory);
        let (number, mark) = (last as u64 + 1, self.staged[last].mark);
        // What is said to be there: nothing, the last record, or its hash and its place.
        let (acknowledged, from) = match self.chance.below(4) {
            0 | 1 => (0, None),
            2 => (number, None),
            _ => (0, (at == last).then_some(mark)),
        };
        let options = Options { acknowledged, ..self.options };
        let opened = Journal::open_on(&self.directory, from, options, Faults::quick());
        let after = contents(&self.directory);
        if at < last || acknowledged > 0 || from.is_some() {
            let error = opened.map(drop).expect_err("a record that was acknowledged is bad");
            assert_eq!(error.code(), if from.is_some() { "unfit" } else { "damaged" }, "{error}");
            assert!(after == before, "damaged, and changed");
        } else {
            let (journal, repairs) = opened.unwrap();
            assert_eq!(repairs.len(), 1, "the last record of all looks torn");
            self.check_records(&journal, last);
            opening::assert_is_kept(&before, &after);
            assert_eq!(after[&name(&path)], before[&name(&path)][..begin]);
        }
    }
}
