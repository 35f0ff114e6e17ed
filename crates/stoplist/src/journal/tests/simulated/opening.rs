//! Is a journal that is opened what it must be?

use super::platter::{Contents, contents};
use super::run::{Run, Staged};
use super::*;

impl Run {
    /// Opens the journal, or makes it.
    pub(super) fn open(&mut self, before: &Contents) -> Option<Journal> {
        let acknowledged = self.chance.below(self.safe + 1) as u64;
        let options = Options { acknowledged, ..self.options };
        let from = match self.safe {
            0 => None,
            safe if self.chance.one_in(2) => Some(self.staged[self.chance.below(safe)].mark),
            _ => None,
        };
        let was_closed = std::mem::take(&mut self.closed);
        let disk = || disk::Disk::simulated(self.disk.clone());
        let mut is_opened = true;
        let opened = match Journal::open_on(&self.directory, from, options, disk()) {
            Err(JournalError::NotThere { .. }) if !self.created => {
                is_opened = false;
                Journal::create_on(&self.directory, options, disk())
                    .map(|journal| (journal, vec![]))
            }
            opened => opened,
        };
        self.counts.one("openings");
        let struck = self.disk.platter().struck;
        match opened {
            Ok((journal, repairs)) => {
                assert!(!struck, "opening has not noticed that the disk failed");
                assert!(repairs.is_empty() || !was_closed, "closed, yet in need of {repairs:?}");
                self.check_opened(&journal, &repairs, before);
                if !std::mem::replace(&mut self.created, true) && is_opened {
                    // Its name may be lost. A store opens no journal that was not made to its end:
                    // the mark of the store is written behind the name.
                    self.disk.platter().has_directory = true;
                }
                Some(journal)
            }
            Err(error) => {
                assert!(struck, "opening fails: {error}");
                assert_eq!(error.code(), "io", "{error}");
                self.counts.add("faults", u64::from(!self.disk.platter().off));
                None
            }
        }
    }

    fn check_opened(&mut self, journal: &Journal, repairs: &[Repair], before: &Contents) {
        for repair in repairs {
            match repair {
                Repair::TornTail { .. } => self.counts.one("torn_tails"),
                Repair::TornSegment { .. } => self.counts.one("torn_segments"),
            }
        }
        let found = journal.durable().seq as usize;
        // Zeros that nobody wrote may be what a record ends with, and what was cut off may come back:
        // then it is whole all the same, and it is what was told.
        let more = found.saturating_sub(self.whole).min(self.lost.len());
        self.staged.extend(self.lost.drain(..more));
        self.lost.clear();
        self.whole += more;
        match self.refused.take() {
            Some(told) if found == self.staged.len() + 1 && self.whole == self.staged.len() => {
                self.staged.push(Staged { told, mark: journal.durable() });
            }
            _ => assert_eq!(found, self.whole, "what is whole is there, and nothing else"),
        }
        self.staged.truncate(found);
        self.check_records(journal, found);
        assert_eq!(journal.head(), journal.durable());
        let last = self.staged.last().map_or(Mark::EMPTY, |staged| staged.mark);
        assert_eq!(journal.durable(), last);
        if self.chance.one_in(4) {
            assert_eq!(journal.verify().unwrap(), Verified { records: found as u64, last });
        }
        (self.acknowledged, self.safe, self.whole) = (found, found, found);
        self.check_files(!repairs.is_empty(), before);
    }

    /// The files are what was done to them, and nothing was deleted.
    fn check_files(&mut self, repaired: bool, before: &Contents) {
        assert!(self.disk.platter().is_safe(), "what was found is not safe");
        if !repaired && !self.chance.one_in(8) {
            // Reading all of them takes its time.
            return;
        }
        let after = contents(&self.directory);
        let platter = self.disk.platter();
        assert_eq!(names(&after), names(&platter.memory()), "files come and go by the disk only");
        assert!(after == platter.memory(), "files are changed by the disk only");
        drop(platter);
        assert_is_kept(before, &after);
    }

    /// The records that are read are the first ones that were told.
    pub(super) fn check_records(&self, journal: &Journal, count: usize) {
        let found = read(journal.entries(0).unwrap()).unwrap();
        assert_eq!(found.len(), count);
        for (at, (found, staged)) in found.iter().zip(&self.staged).enumerate() {
            assert!(*found == staged.told, "record {}: {found:?}, not {:?}", at + 1, staged.told);
        }
    }
}

fn names(contents: &Contents) -> Vec<&String> {
    contents.keys().collect()
}

/// Nothing was deleted: what is no longer in its file is in one that is set aside.
pub(super) fn assert_is_kept(before: &Contents, after: &Contents) {
    for (name, bytes) in before {
        let now = after.get(name).map_or(&[][..], Vec::as_slice);
        if now == bytes {
            continue;
        }
        let aside = after.iter().filter(|(aside, _)| {
            aside.starts_with(name.as_str())
                && aside.contains(".torn-")
                && !before.contains_key(*aside)
        });
        let is_kept = aside.map(|(_, kept)| kept).any(|kept| {
            let cut = bytes.len().checked_sub(kept.len());
            cut.is_some_and(|cut| {
                bytes[cut..] == kept[..] && (cut == 0 || now.get(..cut) == Some(&bytes[..cut]))
            })
        });
        assert!(
            is_kept,
            "{name} had {} bytes, has {}, and nothing is set aside",
            bytes.len(),
            now.len()
        );
    }
}
