//! What is done to a store, and what it comes to?
//!
//! The steps of a work follow from its name, a seed and how many there were before. What they come to is
//! computed here with maps, without any of the code under test: the oracle.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::dice::Dice;

/// Places of numbers that are blocked one by one.
const SINGLE: u64 = 48;
/// Places, behind those, of numbers that are blocked many at once.
const BULK: u64 = 96;
/// Places, behind those, of contacts: one each.
const CONTACTS: u64 = 24;
/// Behind those: places that a list may have.
const LISTED: u64 = 40_000;

const BULK_FROM: u64 = SINGLE;
const CONTACTS_FROM: u64 = BULK_FROM + BULK;
const LISTED_FROM: u64 = CONTACTS_FROM + CONTACTS;

/// What a work is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Numbers, one by one; and segments so small that they are left every few changes.
    Blocks,
    /// Many at once, and back.
    Bulks,
    /// Lists of thousands, whose numbers go into pages.
    Lists,
    /// All of it, with a store that is closed and opened in between, and whose old segments move.
    Openings,
}

impl Work {
    pub(crate) const ALL: [Self; 4] = [Self::Blocks, Self::Bulks, Self::Lists, Self::Openings];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Bulks => "bulks",
            Self::Lists => "lists",
            Self::Openings => "openings",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|work| work.name() == name)
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// All traffic, or broadcasts alone.
    Block {
        place: u64,
        all: bool,
    },
    Unblock {
        place: u64,
    },
    BulkBlock {
        from: u64,
        len: u64,
    },
    BulkUnblock {
        from: u64,
        len: u64,
    },
    /// Of the bulk operation right before it.
    Undo,
    Import {
        seed: u64,
        count: u64,
        replaces: bool,
    },
    /// One that is blocked from the start.
    Contact {
        place: u64,
    },
    Checkpoint,
    Reopen,
    /// Of the journal.
    Archive,
}

/// A number for each place.
pub(crate) fn number(place: u64) -> u64 {
    // Far enough from each other to be in many containers.
    12_025_000_000 + place * 37
}

/// The places of a file that is imported.
pub(crate) fn imported(seed: u64, count: u64) -> BTreeSet<u64> {
    let mut dice = Dice::new(seed);
    (0..count).map(|_| LISTED_FROM + dice.below(LISTED)).collect()
}

/// What a store has to have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Model {
    /// Whether all traffic of a place is stopped, or broadcasts alone.
    pub(crate) blocked: BTreeMap<u64, bool>,
    pub(crate) listed: BTreeSet<u64>,
    pub(crate) contacts: BTreeSet<u64>,
    /// Those that were blocked before a bulk operation that can be undone.
    before: Option<BTreeMap<u64, bool>>,
}

impl Model {
    /// After the first steps of a work.
    pub(crate) fn after(work: Work, seed: u64, steps: u64) -> Self {
        let mut model = Self::default();
        (0..steps).for_each(|at| model.apply(model.step(work, seed, at)));
        model
    }

    /// The step that comes next, as the `at`th of all.
    pub(crate) fn step(&self, work: Work, seed: u64, at: u64) -> Step {
        let mut dice = Dice::new(seed ^ at.wrapping_mul(0xA24B_AED4_963E_E407));
        let kind = match work {
            Work::Blocks => dice.below(4),
            Work::Bulks => 4 + dice.below(6),
            Work::Lists => (10 + dice.below(4)) % 13,
            Work::Openings => dice.below(20),
        };
        match kind {
            0..=2 => Step::Block { place: dice.below(SINGLE), all: dice.below(3) > 0 },
            3 => Step::Unblock { place: dice.below(SINGLE) },
            4..=5 => {
                let len = 1 + dice.below(40);
                Step::BulkBlock { from: BULK_FROM + dice.below(BULK - len), len }
            }
            6 => {
                let len = 1 + dice.below(40);
                Step::BulkUnblock { from: BULK_FROM + dice.below(BULK - len), len }
            }
            7..=8 if self.before.is_some() => Step::Undo,
            7..=9 if self.contacts.len() < CONTACTS as usize => {
                Step::Contact { place: CONTACTS_FROM + self.contacts.len() as u64 }
            }
            10..=12 => {
                let count = if dice.below(3) == 0 { 3_000 } else { dice.below(300) };
                Step::Import { seed: dice.roll(), count, replaces: dice.below(2) == 0 }
            }
            13..=14 => Step::Reopen,
            15 => Step::Checkpoint,
            16..=18 => Step::Archive,
            _ => Step::Block { place: dice.below(SINGLE), all: true },
        }
    }

    pub(crate) fn apply(&mut self, step: Step) {
        let before = self.before.take();
        match step {
            Step::Block { place, all } => {
                self.blocked.insert(place, all);
            }
            Step::Unblock { place } => {
                self.blocked.remove(&place);
            }
            Step::BulkBlock { from, len } => {
                let some = (from..from + len).any(|place| !self.blocked.contains_key(&place));
                self.before = some.then(|| self.blocked.clone());
                self.blocked.extend((from..from + len).map(|place| (place, true)));
            }
            Step::BulkUnblock { from, len } => {
                // A bulk operation that changes nobody is none, and cannot be undone.
                let some = self.blocked.range(from..from + len).next().is_some();
                self.before = some.then(|| self.blocked.clone());
                self.blocked.retain(|place, _| !(from..from + len).contains(place));
            }
            Step::Undo => self.blocked = before.unwrap_or_default(),
            Step::Import { seed, count, replaces } => {
                if replaces {
                    self.listed.clear();
                }
                self.listed.append(&mut imported(seed, count));
            }
            Step::Contact { place } => {
                self.contacts.insert(place);
                self.blocked.insert(place, true);
            }
            Step::Checkpoint | Step::Reopen | Step::Archive => {}
        }
    }

    /// Whether messages to a place are stopped: broadcasts, and others.
    pub(crate) fn stops(&self, place: u64) -> [bool; 2] {
        let blocked = self.blocked.get(&place);
        let listed = self.listed.contains(&place);
        [blocked.is_some() || listed, blocked == Some(&true) || listed]
    }

    /// Every place that is worth asking for: all that may be blocked, and those of the list and beside it.
    pub(crate) fn places(&self) -> BTreeSet<u64> {
        let beside = self.listed.iter().flat_map(|&place| [place, place + 1]);
        (0..LISTED_FROM + 64).chain(beside).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Model, Step, Work};

    #[test]
    fn a_work_has_steps_of_every_kind_and_the_same_ones_each_time() {
        for work in Work::ALL {
            let mut model = Model::default();
            let mut kinds = std::collections::BTreeSet::new();
            for at in 0..300 {
                let step = model.step(work, 7, at);
                kinds.insert(format!("{step:?}").split(' ').next().map(str::to_owned));
                model.apply(step);
            }
            assert!(kinds.len() >= 2, "{work}: {kinds:?}");
            assert_eq!(model, Model::after(work, 7, 300));
            assert_ne!(model, Model::after(work, 8, 300));
            assert_eq!(Work::named(work.name()), Some(work));
        }
    }

    #[test]
    fn undo_gives_back_what_was_before() {
        let mut model = Model::default();
        model.apply(Step::Block { place: 50, all: false });
        let before = model.blocked.clone();
        model.apply(Step::BulkBlock { from: 48, len: 5 });
        assert_eq!((model.stops(50), model.stops(53)), ([true; 2], [false; 2]));
        model.apply(Step::Undo);
        assert_eq!((model.blocked, before.len()), (before, 1));
    }
}
