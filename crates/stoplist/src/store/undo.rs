//! How is a bulk operation or an import reversed?

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::NumberSet;
use crate::access::Permission;
use crate::block::{Block, Target};
use crate::model::{Model, NumbersDelta};
use crate::record::{Event, ListImport};

use super::engine::{Engine, Moment, Plan};
use super::error::StoreError;
use super::{Acting, open};

impl Acting<'_> {
    /// Reverses a bulk operation or an import, as one new change. Needs `block` and `bulk`, or
    /// `lists` for an import.
    ///
    /// What was changed again since stays: a contact that somebody else blocked meanwhile is not let
    /// through, a number that was imported again is not taken out twice. Returns the generation of
    /// the change, and how many contacts and numbers it changed.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotUndoable`] when it was neither, or is of a list that is gone;
    /// [`StoreError::Denied`].
    pub fn undo(&self, generation: u64) -> Result<(u64, u64), StoreError> {
        let engine = self.engine;
        engine.at_home()?;
        let needs = &[Permission::Block, Permission::Bulk];
        // Who may undo nothing is told nothing of what there is to undo.
        let not = |why| {
            let plan =
                |_: &Model, _| Err::<Plan<()>, _>(StoreError::NotUndoable { generation, why });
            let told = engine.commit(self.actor, needs, "undo", plan);
            told.err().unwrap_or(StoreError::NotUndoable { generation, why })
        };
        if generation == 0 || generation > engine.journal.durable().seq {
            return Err(not("there is no such change"));
        }
        let entry = engine.journal.entries(generation - 1)?.next();
        let entry = entry.ok_or_else(|| not("there is no such change"))??;
        let recorded = open::recorded(&entry)?;
        if let Event::ListImported(import) = &recorded.event {
            return self.undo_import(generation, import, &open::numbers_of(&entry, &recorded)?);
        }
        match recorded.event {
            Event::Blocked { targets, bulk: Some(_), .. } => self.undo_bulk(generation, |model| {
                let by_it = |target: &Target| {
                    let block = model.restriction(*target).and_then(|one| one.block);
                    block.is_some_and(|block| block.generation == generation)
                };
                (Vec::new(), present(model, &targets).into_iter().filter(by_it).collect())
            }),
            Event::Unblocked { targets, bulk: Some(_), .. } => self
                .undo_bulk(generation, |model| {
                    (lifted_by(model, &targets, generation), Vec::new())
                }),
            Event::Undone { restored, lifted, .. } => self.undo_bulk(generation, |model| {
                let by_it = |(target, block): &(Target, Block)| {
                    let now = model.restriction(*target).and_then(|one| one.block);
                    (now.as_ref() == Some(block)).then_some(*target)
                };
                (lifted_by(model, &lifted, generation), restored.iter().filter_map(by_it).collect())
            }),
            Event::Blocked { .. } | Event::Unblocked { .. } => {
                Err(not("it was no bulk operation: block or unblock those it was about"))
            }
            _ => Err(not("only bulk operations and imports can be undone")),
        }
    }

    fn undo_bulk(
        &self,
        undone: u64,
        reverse: impl FnOnce(&Model) -> (Vec<(Target, Block)>, Vec<Target>),
    ) -> Result<(u64, u64), StoreError> {
        let plan = |model: &Model, _: Moment| {
            let (restored, lifted) = reverse(model);
            let count = (restored.len() + lifted.len()) as u64;
            if count == 0 {
                return Ok(Plan::nothing(0));
            }
            Ok(Plan::event(Event::Undone { generation: undone, restored, lifted }, count))
        };
        self.engine.commit(self.actor, &[Permission::Block, Permission::Bulk], "undo", plan)
    }

    fn undo_import(
        &self,
        undone: u64,
        import: &ListImport,
        numbers: &NumbersDelta,
    ) -> Result<(u64, u64), StoreError> {
        let engine: &Engine = self.engine;
        let plan = |model: &Model, _: Moment| {
            let gone = "its list was dropped";
            let row = model.lists().get(&import.list);
            let row = row.ok_or(StoreError::NotUndoable { generation: undone, why: gone })?;
            let has = engine.gates.numbers(&row.name)?;
            let added: NumberSet = &*numbers.removed - &has;
            let removed: NumberSet = &*numbers.added & &has;
            let count = added.len() + removed.len();
            if count == 0 {
                return Ok(Plan::nothing(0));
            }
            // As old as its numbers are again, unless it was imported since.
            let as_of = if row.as_of == import.as_of { import.as_of_before } else { row.as_of };
            let event = Event::ListImported(ListImport {
                undoes: Some(undone),
                added: added.len(),
                removed: removed.len(),
                as_of,
                as_of_before: row.as_of,
                ..import.clone()
            });
            let numbers = NumbersDelta { added: Arc::new(added), removed: Arc::new(removed) };
            Ok(Plan { event: Some(event), numbers, answer: count })
        };
        engine.commit_settled(self.actor, &[Permission::Lists], "undo", plan)
    }
}

/// Whom the targets of an earlier change stand for now: a number that some contact has got since, for
/// those who have it. Each once.
fn present(model: &Model, targets: &[Target]) -> Vec<Target> {
    let mut seen = FxHashSet::default();
    let all = targets.iter().flat_map(|&target| model.resolve(target));
    all.filter(|&target| seen.insert(target)).collect()
}

/// The blocks that a change lifted, of those who are not blocked since.
fn lifted_by(model: &Model, targets: &[Target], generation: u64) -> Vec<(Target, Block)> {
    let mut seen = FxHashSet::default();
    let mut restored = Vec::new();
    for &target in targets {
        let lifted = model.restriction(target).and_then(|one| one.lifted);
        let Some((block, _)) = lifted.filter(|&(_, by)| by == generation) else { continue };
        let free = model.resolve(target).into_iter().filter(|&one| !model.is_blocked(one));
        restored.extend(free.filter(|&one| seen.insert(one)).map(|one| (one, block.clone())));
    }
    restored
}
