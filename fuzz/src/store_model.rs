//! What should a store of a few contacts say?
//!
//! Maps and nothing else, written from what the store's calls promise.

use std::collections::{BTreeMap, BTreeSet};

use stoplist::{Target, Traffic};

/// A block: what it stops, and the change that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) traffic: Traffic,
    pub(crate) by: u64,
}

impl Block {
    /// What either stops; made by the change of the first.
    fn and(self, other: Self) -> Self {
        Self { traffic: self.traffic | other.traffic, ..self }
    }
}

/// What is kept of a contact or a bare number.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    block: Option<Block>,
    /// The last block that was lifted, and the change that lifted it.
    lifted: Option<(Block, u64)>,
}

impl Held {
    fn lift(&mut self, by: u64) {
        if let Some(block) = self.block.take() {
            self.lifted = Some((block, by));
        }
    }
}

/// Whom a restriction is of: a contact by its place, or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Whom {
    Contact(usize),
    Number(u64),
}

impl From<Target> for Whom {
    fn from(target: Target) -> Self {
        match target {
            Target::Contact(id) => Self::Contact(id.get() as usize - 1),
            Target::Number(number) => Self::Number(number.get()),
        }
    }
}

/// A change that can be undone.
#[derive(Clone, Debug)]
pub(crate) enum Undoable {
    Blocked(Vec<Whom>),
    Unblocked(Vec<Whom>),
    Imported { list: String, made: u64, added: BTreeSet<u64>, removed: BTreeSet<u64> },
}

/// A list: what it stops, its numbers, the change that made it.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) traffic: Traffic,
    pub(crate) numbers: BTreeSet<u64>,
    pub(crate) made: u64,
}

/// The store.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoreModel {
    /// The numbers of each contact.
    pub(crate) contacts: Vec<BTreeSet<u64>>,
    held: BTreeMap<Whom, Held>,
    pub(crate) lists: BTreeMap<String, List>,
    pub(crate) undoable: BTreeMap<u64, Undoable>,
}

impl StoreModel {
    fn block_of(&self, whom: Whom) -> Option<Block> {
        self.held.get(&whom).and_then(|held| held.block)
    }

    pub(crate) fn is_blocked(&self, whom: Whom) -> bool {
        self.block_of(whom).is_some()
    }

    fn holders(&self, number: u64) -> Vec<Whom> {
        let contacts = self.contacts.iter().enumerate();
        let holders = contacts.filter(|(_, numbers)| numbers.contains(&number));
        holders.map(|(place, _)| Whom::Contact(place)).collect()
    }

    /// Whom a target stands for; `None` when there is no such contact.
    fn resolve(&self, whom: Whom) -> Option<Vec<Whom>> {
        match whom {
            Whom::Contact(place) => (place < self.contacts.len()).then(|| vec![whom]),
            Whom::Number(number) => {
                let holders = self.holders(number);
                Some(if holders.is_empty() { vec![whom] } else { holders })
            }
        }
    }

    /// Whom the targets stand for, each once; `None` when a contact is unknown.
    pub(crate) fn resolve_all(&self, targets: &[Whom]) -> Option<Vec<Whom>> {
        let mut all: Vec<Whom> = Vec::new();
        for &target in targets {
            for one in self.resolve(target)? {
                if !all.contains(&one) {
                    all.push(one);
                }
            }
        }
        Some(all)
    }

    /// What is stopped for a number by `blocked`.
    pub(crate) fn stopped(&self, number: u64) -> Traffic {
        let mut all = self.holders(number);
        all.push(Whom::Number(number));
        let blocks = all.into_iter().filter_map(|whom| self.block_of(whom));
        blocks.fold(Traffic::NONE, |stopped, block| stopped | block.traffic)
    }

    /// Whether a list stops some of this traffic for a number.
    pub(crate) fn stops(&self, number: u64, traffic: Traffic) -> bool {
        let of_lists = self.lists.values().filter(|list| list.numbers.contains(&number));
        let all = of_lists.fold(self.stopped(number), |stopped, list| stopped | list.traffic);
        all.intersects(traffic)
    }

    /// A contact gets these numbers, and the restrictions that they had by themselves.
    pub(crate) fn put_contact(
        &mut self,
        place: usize,
        numbers: BTreeSet<u64>,
        block: Option<Block>,
    ) {
        let mut own = Vec::new();
        for &number in &numbers {
            // What was lifted of a number stays, for whoever undoes that.
            if let Some(block) = self.block_of(Whom::Number(number)) {
                own.push(block);
                self.held.remove(&Whom::Number(number));
            }
        }
        if !own.is_empty() || block.is_some() {
            let before = block.or(self.block_of(Whom::Contact(place)));
            let all =
                own.into_iter().fold(before, |all, one| Some(all.map_or(one, |all| all.and(one))));
            self.held.entry(Whom::Contact(place)).or_default().block = all;
        }
        match self.contacts.get_mut(place) {
            Some(had) => *had = numbers,
            None => self.contacts.push(numbers),
        }
    }

    pub(crate) fn block(&mut self, targets: &[Whom], block: Block) {
        for &target in targets {
            self.held.entry(target).or_default().block = Some(block);
        }
    }

    pub(crate) fn lift(&mut self, targets: &[Whom], by: u64) {
        for target in targets {
            if let Some(held) = self.held.get_mut(target) {
                held.lift(by);
            }
        }
    }

    /// Undoes a change by another one; how much that changed, or `None` when its list is gone.
    pub(crate) fn undo(&mut self, undone: u64, by: u64) -> Option<u64> {
        match self.undoable.get(&undone).cloned()? {
            Undoable::Blocked(targets) => {
                let mut now = self.resolve_all(&targets)?;
                now.retain(|&whom| self.block_of(whom).is_some_and(|block| block.by == undone));
                self.lift(&now, by);
                Some(now.len() as u64)
            }
            Undoable::Unblocked(targets) => {
                let mut restored: Vec<(Whom, Block)> = Vec::new();
                for target in targets {
                    let lifted = self.held.get(&target).and_then(|held| held.lifted);
                    let Some((block, _)) = lifted.filter(|&(_, lifted)| lifted == undone) else {
                        continue;
                    };
                    for one in self.resolve(target)? {
                        if !self.is_blocked(one) && restored.iter().all(|&(whom, _)| whom != one) {
                            restored.push((one, block));
                        }
                    }
                }
                for &(whom, block) in &restored {
                    self.held.insert(whom, Held { block: Some(block), lifted: None });
                }
                Some(restored.len() as u64)
            }
            Undoable::Imported { list: name, made, added, removed } => {
                let list = self.lists.get_mut(&name).filter(|list| list.made == made)?;
                let back: BTreeSet<u64> = removed.difference(&list.numbers).copied().collect();
                let away: BTreeSet<u64> = added.intersection(&list.numbers).copied().collect();
                let count = back.len() + away.len();
                list.numbers.retain(|number| !away.contains(number));
                list.numbers.extend(&back);
                if count > 0 {
                    let undo = Undoable::Imported { list: name, made, added: back, removed: away };
                    self.undoable.insert(by, undo);
                }
                Some(count as u64)
            }
        }
    }
}
