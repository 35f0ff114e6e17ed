//! How does a change get from a caller to the disk, the state and the gates?
//!
//! ```text
//!  order lock: may the actor? ─► decide ─► model ─► record staged ─┐
//!                                                                  ▼
//!  no lock:    wait for the disk (shared with others) ─► gates ─► state
//! ```
//!
//! The model runs ahead of the disk by the changes that are being written. Nobody sees that: a read
//! waits until what it has read is on disk, and gates are changed only then.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use jiff::Timestamp;

use crate::access::{Permission, Permissions};
use crate::codec;
use crate::contact::limits::Field;
use crate::fork::Home;
use crate::gate::{GateChange, Gates, ListChange};
use crate::journal::{Journal, Mark, Page};
use crate::model::{Delta, ListOp, Meta, Model, NumbersDelta, PARTS, STORE_ACTOR};
use crate::record::{Event, Recorded};
use crate::seeded::{self, Bug};
use crate::state::{self, Keeper, Numbers, NumbersChange, StateChange};
use crate::{NumberSet, PhoneNumber, Traffic};

use super::clock::Clock;
use super::error::StoreError;
use super::lock::DirectoryLock;
use super::options::StoreRepair;

/// Changes of a list from which on it is cheaper to build its index anew than to keep them beside it.
/// An overlay takes 50 to 90 bytes a change and an index 3 bytes a number.
const REBUILD_FROM: u64 = 20_000;

/// An event of a million targets has 12 MB, and its effects have up to 64 MB: together they fit into
/// the head of a record, and what is applied to the model can always be written.
const MOST_EVENT_BYTES: u64 = 48 << 20;

/// What all handles of a store have in common.
pub(super) struct Engine {
    pub(super) path: PathBuf,
    pub(super) repairs: Vec<StoreRepair>,
    pub(super) open_time: Duration,
    pub(super) journal: Journal,
    pub(super) model: RwLock<Model>,
    pub(super) gates: Gates,
    pub(super) keeper: Keeper,
    /// Held while a change is decided and staged: changes have an order.
    pub(super) order: Mutex<()>,
    /// Held by who moves files of the journal.
    pub(super) archiving: Mutex<()>,
    /// Staged, and not yet on disk.
    staged: Mutex<VecDeque<Staged>>,
    /// A staged change was filled in.
    filled: Condvar,
    pub(super) clock: Arc<Clock>,
    /// A child has none of the threads, and may find every lock taken for ever.
    pub(super) home: Home,
    /// Held as long as the store is open: the last to go.
    pub(super) _directory: DirectoryLock,
}

/// A change whose record is on its way to the disk.
struct Staged {
    generation: u64,
    /// `None` until the journal has taken the record.
    change: Option<(Meta, Delta)>,
}

/// A change whose record is on disk.
struct Landed {
    meta: Meta,
    delta: Delta,
}

/// What a command comes to.
pub(super) struct Plan<T> {
    /// What happens; `None` when there is nothing to change.
    pub(super) event: Option<Event>,
    /// The numbers of an import.
    pub(super) numbers: NumbersDelta,
    /// What the caller gets.
    pub(super) answer: T,
}

impl<T> Plan<T> {
    pub(super) fn nothing(answer: T) -> Self {
        Self { event: None, numbers: NumbersDelta::default(), answer }
    }

    pub(super) fn event(event: Event, answer: T) -> Self {
        Self { event: Some(event), numbers: NumbersDelta::default(), answer }
    }
}

/// The change that is being decided.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) generation: u64,
    /// By the clock of the host, which may have been set back.
    pub(super) now: Timestamp,
    /// Never before the last change.
    pub(super) at: Timestamp,
}

/// A lock whose holder panicked guards nothing that is half done: the store is given up then.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine {
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of a store, put together in one place"
    )]
    pub(super) fn new(
        path: PathBuf,
        directory: DirectoryLock,
        journal: Journal,
        model: Model,
        gates: Gates,
        keeper: Keeper,
        repairs: Vec<StoreRepair>,
        open_time: Duration,
    ) -> Self {
        Self {
            path,
            repairs,
            open_time,
            journal,
            model: RwLock::new(model),
            gates,
            keeper,
            order: Mutex::new(()),
            archiving: Mutex::new(()),
            staged: Mutex::default(),
            filled: Condvar::new(),
            clock: Arc::default(),
            home: Home::here(),
            _directory: directory,
        }
    }

    /// Refuses what a forked child asks. To be called before any lock is touched.
    pub(super) fn at_home(&self) -> Result<(), StoreError> {
        if self.home.is_left() { Err(StoreError::Forked) } else { Ok(()) }
    }

    pub(super) fn model(&self) -> RwLockReadGuard<'_, Model> {
        self.model.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the model and the gates while they say the same, and nothing is on its way.
    pub(super) fn settled<T>(&self, look: impl FnOnce(&Model) -> T) -> Result<T, StoreError> {
        self.at_home()?;
        let _order = lock(&self.order);
        let generation = self.model().generation();
        self.settle(generation)?;
        Ok(look(&self.model()))
    }

    /// All numbers for which something is stopped by contacts or by themselves, of one moment.
    pub(super) fn built_in(&self) -> Result<NumberSet, StoreError> {
        self.settled(|_| {
            let mut all = NumberSet::new();
            for (_, part) in PARTS {
                all |= &self.gates.numbers(part)?;
            }
            Ok(all)
        })?
    }

    /// Makes the change that `plan` decides on, if the actor may; returns when it is kept and every
    /// later check sees it. The generation is that of the change, or the last one if there was
    /// nothing to change.
    pub(super) fn commit<T>(
        &self,
        actor: &str,
        needs: &[Permission],
        command: &'static str,
        plan: impl FnOnce(&Model, Moment) -> Result<Plan<T>, StoreError>,
    ) -> Result<(u64, T), StoreError> {
        self.at_home()?;
        self.commit_in_order(lock(&self.order), actor, needs, command, plan)
    }

    /// As [`commit`](Self::commit), for whoever holds the order lock already.
    pub(super) fn commit_in_order<T>(
        &self,
        order: MutexGuard<'_, ()>,
        actor: &str,
        needs: &[Permission],
        command: &'static str,
        plan: impl FnOnce(&Model, Moment) -> Result<Plan<T>, StoreError>,
    ) -> Result<(u64, T), StoreError> {
        let missing = {
            let model = self.model();
            needs.iter().find(|&&needs| !model.permits(actor, needs)).copied()
        };
        if let Some(needs) = missing {
            // A name that is too long for an actor is nobody's; its beginning says enough.
            let actor = beginning(actor, Field::Actor.limit());
            let refused = Event::Refused { command: command.to_owned(), needs };
            let generation = self.stage(self.moment(), actor, refused, NumbersDelta::default())?;
            drop(order);
            self.settle(generation)?;
            return Err(StoreError::Denied { actor: actor.to_owned(), command, needs });
        }
        let moment = self.moment();
        let plan = plan(&self.model(), moment)?;
        let generation = match plan.event {
            Some(event) => self.stage(moment, actor, event, plan.numbers)?,
            None => self.model().generation(),
        };
        drop(order);
        self.settle(generation)?;
        Ok((generation, plan.answer))
    }

    /// What the store does by itself.
    pub(super) fn commit_own(
        &self,
        plan: impl FnOnce(&Model, Moment) -> Option<Event>,
    ) -> Result<(), StoreError> {
        self.at_home()?;
        let order = lock(&self.order);
        let moment = self.moment();
        let Some(event) = plan(&self.model(), moment) else { return Ok(()) };
        let generation = self.stage(moment, STORE_ACTOR, event, NumbersDelta::default())?;
        drop(order);
        self.settle(generation)
    }

    /// Reads the model, if the actor may. What is read is on disk when this returns.
    pub(super) fn read<T>(
        &self,
        actor: &str,
        needs: Permission,
        command: &'static str,
        read: impl FnOnce(&Model) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.at_home()?;
        let model = self.model();
        if !model.permits(actor, needs) {
            drop(model);
            let nothing = |_: &Model, _| Ok(Plan::nothing(()));
            self.commit(actor, &[needs], command, nothing)?;
            return self.read(actor, needs, command, read);
        }
        let generation = model.generation();
        let answer = read(&model);
        drop(model);
        self.settle(generation)?;
        answer
    }

    /// The first change of a store, before which nobody may do anything.
    pub(super) fn commit_first(&self, actor: &str) -> Result<(), StoreError> {
        let event = Event::Initialised { permissions: Permissions::ALL };
        let generation = self.stage(self.moment(), actor, event, NumbersDelta::default())?;
        self.settle(generation)
    }

    /// The change that comes next, at a time that is not before the last one.
    fn moment(&self) -> Moment {
        let model = self.model();
        // The journal keeps microseconds.
        let now = Timestamp::from_microsecond(Timestamp::now().as_microsecond());
        let now = now.unwrap_or(Timestamp::UNIX_EPOCH);
        let at = model.at().map_or(now, |last| last.max(now));
        Moment { generation: model.generation() + 1, now, at }
    }

    /// Applies an event to the model and gives its record to the journal. The order lock is held
    /// since the moment was taken.
    fn stage(
        &self,
        Moment { generation, at, .. }: Moment,
        actor: &str,
        event: Event,
        numbers: NumbersDelta,
    ) -> Result<u64, StoreError> {
        self.journal.check()?;
        if seeded::is_made(Bug::Log) {
            tracing::info!(?event, "done");
        }
        let bytes = codec::size(&event);
        if bytes > MOST_EVENT_BYTES {
            return Err(StoreError::TooLarge { bytes, limit: MOST_EVENT_BYTES });
        }
        let mut model = self.model.write().unwrap_or_else(PoisonError::into_inner);
        let applied = model.apply(generation, at, actor, &event, numbers.clone());
        let delta = applied.inspect_err(|error| self.journal.give_up(error.to_string()))?;
        let recorded = Recorded {
            actor: actor.to_owned(),
            event,
            effects: delta.effects.clone(),
            removed_pages: state::pack(&numbers.removed).count() as u64,
        };
        let head = codec::encode(&recorded);
        // The place comes before the record: whoever has it on disk finds the change, or waits for it.
        lock(&self.staged).push_back(Staged { generation, change: None });
        let at_us = at.as_microsecond();
        let mark = if numbers.added.is_empty() && numbers.removed.is_empty() {
            self.journal.stage(at_us, &head)
        } else {
            let pages = state::pack(&numbers.removed).chain(state::pack(&numbers.added));
            let mut pages =
                pages.map(|page| Page { first: page.first, last: page.last, bytes: page.bytes });
            self.journal.stage_pages(at_us, &head, &mut pages)
        };
        let mut staged = lock(&self.staged);
        let mark = mark.inspect_err(|_| drop(staged.pop_back()))?;
        if let Some(place) = staged.back_mut() {
            place.change = Some((Meta::new(&model, mark), delta));
        }
        drop(staged);
        self.filled.notify_all();
        self.clock.tell(model.next_expiry());
        Ok(generation)
    }

    /// Waits until a change is kept, and visible.
    pub(super) fn settle(&self, generation: u64) -> Result<(), StoreError> {
        if seeded::is_made(Bug::Acknowledgement) {
            return Ok(());
        }
        Ok(self.journal.commit(generation, &|mark| self.land(mark))?)
    }

    /// Shows what is on disk to the gates, and hands it on to the state. Called by the journal, once
    /// for each of its commits and in their order.
    fn land(&self, mark: Mark) {
        let landed: Vec<Landed> = {
            let mut staged = lock(&self.staged);
            let count = loop {
                let landed = staged.iter().take_while(|one| one.generation <= mark.seq);
                if landed.clone().all(|one| one.change.is_some()) {
                    break landed.count();
                }
                // It was written already, and is filled in by its thread any moment.
                staged = self.filled.wait(staged).unwrap_or_else(PoisonError::into_inner);
            };
            let landed = staged.drain(..count);
            landed
                .filter_map(|one| one.change)
                .map(|(meta, delta)| Landed { meta, delta })
                .collect()
        };
        if !seeded::is_made(Bug::Publication)
            && let Err(error) = self.publish(mark.seq, &landed)
        {
            // What is acknowledged must be seen: without that, nothing more is acknowledged.
            self.journal.give_up(error.to_string());
        }
        for Landed { meta, delta } in landed {
            self.keeper.send(state_change(&meta, delta));
        }
    }

    fn publish(&self, generation: u64, landed: &[Landed]) -> Result<(), StoreError> {
        // Runs of changes to the built-in list are shown at once; what a list is like is needed
        // before it is changed by the next import, so those go one by one.
        let mut start = 0;
        for (place, one) in landed.iter().enumerate() {
            if one.delta.list.is_some() {
                let run = landed.get(start..=place).unwrap_or_default();
                self.publish_run(one.meta.generation, run)?;
                start = place + 1;
            }
        }
        let rest = landed.get(start..).unwrap_or_default();
        if rest.is_empty() { Ok(()) } else { self.publish_run(generation, rest) }
    }

    /// Changes whose last one may be about a list.
    fn publish_run(&self, generation: u64, run: &[Landed]) -> Result<(), StoreError> {
        let mut changes = Vec::new();
        for effect in run.iter().flat_map(|one| &one.delta.effects) {
            let part = PARTS.iter().find(|(traffic, _)| *traffic == effect.traffic);
            let list = part.map_or("blocked", |&(_, name)| name);
            let (added, removed) = (effect.added.as_slice(), effect.removed.as_slice());
            changes.push(GateChange::Change(ListChange { list, added, removed }));
        }
        let op = run.last().and_then(|one| one.delta.list.as_ref());
        let numbers = op.map(|op| self.numbers_after(op)).transpose()?;
        let empty = NumberSet::new();
        let listed: (Vec<PhoneNumber>, Vec<PhoneNumber>);
        match (op, &numbers) {
            (Some(ListOp::Created { name, traffic }), _) => {
                changes.push(GateChange::PutList { list: name, traffic: *traffic, numbers: &empty })
            }
            (Some(ListOp::Set { name, traffic }), _) => {
                changes.push(GateChange::SetTraffic { list: name, traffic: *traffic });
            }
            (Some(ListOp::Dropped { name, .. }), _) => {
                changes.push(GateChange::DropList { list: name })
            }
            (Some(ListOp::Imported { name, traffic, .. }), Some(Some(numbers))) => {
                changes.push(GateChange::PutList { list: name, traffic: *traffic, numbers });
            }
            (Some(ListOp::Imported { name, numbers, .. }), _) => {
                listed = (numbers.added.iter().collect(), numbers.removed.iter().collect());
                let (added, removed) = (listed.0.as_slice(), listed.1.as_slice());
                changes.push(GateChange::Change(ListChange { list: name, added, removed }));
            }
            (None, _) => {}
        }
        Ok(self.gates.update(generation, &changes)?)
    }

    /// All numbers of a list after an import, if so many change that its index is to be built anew.
    fn numbers_after(&self, op: &ListOp) -> Result<Option<Arc<NumberSet>>, StoreError> {
        let ListOp::Imported { name, numbers: NumbersDelta { added, removed }, .. } = op else {
            return Ok(None);
        };
        if added.len() + removed.len() < REBUILD_FROM {
            return Ok(None);
        }
        let mut all = self.gates.numbers(name)?;
        if all.is_empty() {
            return Ok(Some(Arc::clone(added)));
        }
        all -= removed;
        all |= added;
        Ok(Some(Arc::new(all)))
    }
}

/// At most so many bytes of a text.
fn beginning(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// What the state has to take in.
pub(super) fn state_change(meta: &Meta, delta: Delta) -> StateChange {
    let mut change =
        StateChange { meta: codec::encode(meta), rows: delta.rows, numbers: Vec::new() };
    match delta.list {
        Some(ListOp::Imported { list, numbers, .. }) => {
            let NumbersDelta { added, removed } = numbers;
            let changed =
                NumbersChange::Changed { added: few_or_many(added), removed: few_or_many(removed) };
            change.numbers.push((list, changed));
        }
        Some(ListOp::Dropped { list, .. }) => {
            change.numbers.push((list, NumbersChange::Replaced(Arc::default())));
        }
        Some(ListOp::Created { .. } | ListOp::Set { .. }) | None => {}
    }
    change
}

fn few_or_many(numbers: Arc<NumberSet>) -> Numbers {
    if numbers.len() < REBUILD_FROM {
        Numbers::Few(numbers.iter().collect())
    } else {
        Numbers::Many(numbers)
    }
}

/// Lists of the gates that are always there.
pub(super) fn part_sets(model: &Model) -> Vec<(&'static str, Traffic, NumberSet)> {
    let stopped = model.stopped_numbers();
    let of_part = |(part, name)| {
        let on = stopped.iter().filter(|&(_, &all)| crate::model::is_on(part, all));
        let numbers = on.map(|(&number, _)| number);
        (name, part, NumberSet::from_sorted(numbers).unwrap_or_default())
    };
    PARTS.into_iter().map(of_part).collect()
}
