//! What does a process write, and what is it told?

use super::run::{Run, Staged};
use super::*;

impl Run {
    pub(super) fn write(&mut self, journal: &Arc<Journal>, records: usize) {
        let until = self.staged.len() + records;
        while self.staged.len() < until {
            let is_good = match self.chance.below(16) {
                0..8 => self.stage(journal) && (self.chance.one_in(3) || self.commit(journal)),
                8..11 => self.stage(journal),
                11..14 => self.stage_pages(journal),
                14 => self.stage_too_much(journal),
                _ => self.sync(journal) && self.commit(journal),
            };
            let struck = self.disk.platter().struck;
            assert_eq!(
                journal.is_poisoned(),
                struck,
                "poisoned when the disk fails, and only then"
            );
            assert_eq!(is_good, !struck);
            if struck {
                return self.check_poisoned(journal);
            }
        }
    }

    fn told(&mut self) -> Told {
        Told { at_us: self.chance.next() as i64, head: self.some_bytes(), pages: vec![] }
    }

    fn some_bytes(&mut self) -> Vec<u8> {
        let count = match self.chance.below(16) {
            0 => 0,
            1..11 => self.chance.below(60),
            11..15 => self.chance.below(500),
            _ => self.chance.below(3_000),
        };
        match self.chance.below(8) {
            0 => vec![0; count],
            // Like a journal, but for the checksums.
            1 => b"SREC\0\0\0\0STOPJNL1".repeat(1 + count / 16),
            _ => self.chance.bytes(count),
        }
    }

    /// Whether all is well, as with those that follow.
    pub(super) fn stage(&mut self, journal: &Journal) -> bool {
        let told = self.told();
        let staged = journal.stage(told.at_us, &told.head);
        let is_good = is_good(&staged);
        self.staged.extend(staged.ok().map(|mark| Staged { told, mark }));
        is_good
    }

    fn stage_pages(&mut self, journal: &Journal) -> bool {
        let mut told = self.told();
        for _ in 0..self.chance.below(5) {
            let first = self.chance.next() >> 1;
            let last = first + self.chance.below(1_000) as u64;
            told.pages.push(Page { first, last, bytes: self.some_bytes() });
        }
        let syncs = self.chance.one_in(4);
        let acknowledged = self.acknowledged;
        let mut synced = false;
        let mut pages = told.pages.iter().cloned().inspect(|_| {
            // The thread that syncs does not wait for the pages.
            synced |= syncs && self.options.durability != Durability::Always && journal.sync_now();
        });
        let staged = journal.stage_pages(told.at_us, &told.head, &mut pages);
        if synced {
            self.safe = self.safe.max(acknowledged);
        }
        // A sync that fails meanwhile does not stop what is being written.
        let is_good = is_good(&staged) && !journal.is_poisoned();
        match staged {
            Ok(mark) => {
                self.rolled(mark);
                self.staged.push(Staged { told, mark });
            }
            Err(_) => self.refused = Some(told),
        }
        is_good
    }

    /// A record in whose middle a page is too large, so that nothing is left of it.
    fn stage_too_much(&mut self, journal: &Journal) -> bool {
        let told = self.told();
        let large = vec![0; page::MAX_PAGE_BYTES + 1];
        let sizes = [self.some_bytes(), large];
        let mut pages = sizes.into_iter().map(|bytes| Page { first: 1, last: 2, bytes });
        let error = journal.stage_pages(told.at_us, &told.head, &mut pages).unwrap_err();
        assert!(matches!(error.code(), "too_large" | "poisoned"), "{error}");
        error.code() == "too_large"
    }

    /// A record in this segment is in the file: those in the segments before are safe.
    fn rolled(&mut self, mark: Mark) {
        self.safe = self.safe.max(mark.segment as usize - 1);
    }

    pub(super) fn commit(&mut self, journal: &Arc<Journal>) -> bool {
        if self.staged.len() == self.acknowledged {
            return true;
        }
        let late = Arc::new(Mutex::new(Vec::new()));
        if !self.alone && self.chance.one_in(4) {
            self.stage_meanwhile(journal, &late);
        }
        let open = self.staged.len() - self.acknowledged;
        let seq = (self.acknowledged + 1 + self.chance.below(open)) as u64;
        let last = self.staged[self.staged.len() - 1].mark;
        let always = self.options.durability == Durability::Always;
        let mut landings = Vec::new();
        let landed = Mutex::new(&mut landings);
        let committed = journal.commit(seq, &|mark| {
            landed.lock().unwrap().push(mark);
            assert!(journal.durable().seq < mark.seq, "durable before it has landed");
            assert!(!always || self.disk.platter().is_safe(), "landed before it is safe");
            // The thread that syncs comes in between.
            assert!(always || journal.sync_now() || self.disk.platter().struck);
        });
        self.disk.platter().meanwhile = None;
        let is_good = is_good(&committed);
        if is_good {
            assert_eq!(landings, [last], "all that was staged lands at once");
            assert_eq!(journal.durable(), last);
            let before = std::mem::replace(&mut self.acknowledged, last.seq as usize);
            self.counts.add("acknowledged", (self.acknowledged - before) as u64);
            self.rolled(last);
            self.safe = self.safe.max(if always { self.acknowledged } else { before });
            journal.commit(last.seq, &|_| panic!("landed twice")).unwrap();
        }
        self.staged.append(&mut late.lock().unwrap());
        is_good
    }

    /// Another thread stages records while this one writes and syncs.
    fn stage_meanwhile(&mut self, journal: &Arc<Journal>, late: &Arc<Mutex<Vec<Staged>>>) {
        let told: Vec<Told> = (0..1 + self.chance.below(3)).map(|_| self.told()).collect();
        let (journal, late) = (Arc::downgrade(journal), Arc::clone(late));
        self.disk.platter().meanwhile = Some(Box::new(move || {
            let journal = journal.upgrade().unwrap();
            for told in told {
                let mark = journal.stage(told.at_us, &told.head).unwrap();
                late.lock().unwrap().push(Staged { told, mark });
            }
        }));
    }

    /// The interval is over.
    pub(super) fn sync(&mut self, journal: &Journal) -> bool {
        if self.options.durability == Durability::Always {
            return true;
        }
        let synced = journal.sync_now();
        if synced {
            self.safe = self.acknowledged;
        }
        synced
    }

    /// Nothing is done any more by a journal whose disk has failed.
    fn check_poisoned(&mut self, journal: &Journal) {
        self.counts.one("poisoned");
        let operations = self.disk.platter().operations;
        let acknowledged = self.acknowledged as u64;
        for again in [
            journal.stage(0, b"").map(drop),
            journal.stage_pages(0, b"", &mut std::iter::empty()).map(drop),
            journal.commit(acknowledged + 1, &|_| panic!("landed")),
            journal.wait_past(acknowledged, None).map(drop),
            journal.check(),
        ] {
            assert_eq!(again.unwrap_err().code(), "poisoned");
        }
        journal.commit(acknowledged, &|_| panic!("landed")).unwrap();
        assert_eq!(journal.durable().seq, acknowledged);
        let platter = self.disk.platter();
        assert_eq!(platter.operations, operations, "nothing is tried after a failure");
        let (forgot, is_off) = (platter.forgot, platter.off);
        drop(platter);
        if !is_off {
            self.counts.one("faults");
        }
        if (!forgot || self.safe == self.acknowledged) && self.chance.one_in(4) {
            self.check_records(journal, self.acknowledged);
        }
    }
}

fn is_good<T>(result: &Result<T, JournalError>) -> bool {
    match result {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.code(), "poisoned", "{error}");
            false
        }
    }
}
