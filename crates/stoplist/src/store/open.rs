//! How is a store made, and how does one become what it was?

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use crate::NumberSet;
use crate::codec;
use crate::gate::{GateChange, Gates};
use crate::journal::{self, Entry, Journal, JournalError, Mark};
use crate::model::{Delta, ListOp, Meta, Model, NumbersDelta, PREFIXES};
use crate::record::{Event, Recorded};
use crate::seeded::{self, Bug};
use crate::state::{self, Backend, Digest, Keeper, KeeperOptions, Memory};

use super::engine::{self, Engine};
use super::error::StoreError;
use super::lock::DirectoryLock;
use super::options::{Durability, StoreOptions, StoreRepair};
use super::paths::Paths;

/// The parts of a store that is being opened.
struct Opening {
    paths: Paths,
    options: StoreOptions,
    started: Instant,
    lock: DirectoryLock,
    repairs: Vec<StoreRepair>,
}

/// What a state came to: everything that the journal says up to the mark.
struct Loaded {
    model: Model,
    mark: Mark,
    /// The numbers of each list.
    numbers: BTreeMap<u32, NumberSet>,
}

/// What a comparison of the kept state with a new one has found.
pub(super) struct Compared {
    pub(super) generation: u64,
    /// Of the state as it was kept; `None` if it could not be read.
    pub(super) kept: Option<Digest>,
    /// Of the state that the journal comes to.
    pub(super) replayed: Digest,
}

/// Makes an empty store, whose first admin is `actor`.
pub(super) fn create(
    path: &Path,
    actor: &str,
    options: StoreOptions,
) -> Result<Engine, StoreError> {
    super::actors::check_name(actor)?;
    let paths = Paths::new(path);
    paths.make_room()?;
    let lock = DirectoryLock::take(&paths)?;
    let started = Instant::now();
    let journal = Journal::create(&paths.journal, journal_options(&options))?;
    let backend = create_state(&paths, &options)?;
    let opening = Opening { paths: paths.clone(), options, started, lock, repairs: Vec::new() };
    let loaded = Loaded { model: Model::default(), mark: journal.head(), numbers: BTreeMap::new() };
    let engine =
        opening.finish(journal, loaded, Keeper::start(backend, KeeperOptions::default())?)?;
    engine.commit_first(actor)?;
    // From now on it is a store: one that can be used.
    paths.write_mark()?;
    Ok(engine)
}

/// Opens a store that is there.
pub(super) fn open(path: &Path, options: StoreOptions) -> Result<Engine, StoreError> {
    let (opening, backend) = Opening::begin(path, options)?;
    let kept = backend.and_then(|backend| load(backend.as_ref()).map(|loaded| (backend, loaded)));
    match kept {
        Ok((backend, loaded)) => match Journal::open(
            &opening.paths.journal,
            Some(loaded.mark),
            journal_options(&opening.options),
        ) {
            Ok((journal, repairs)) => opening.resume(journal, repairs, loaded, backend),
            Err(JournalError::Unfit { .. }) => {
                drop(backend);
                opening.rebuild("it is not of this journal", loaded.mark.seq)
            }
            Err(error) => Err(error.into()),
        },
        Err(why) => opening.rebuild(&why, 0),
    }
}

/// Makes the state of a store anew, and compares it with the one that was kept.
pub(super) fn rebuild(
    path: &Path,
    options: StoreOptions,
    may: impl Fn(&Model) -> Result<(), StoreError>,
) -> Result<(Engine, Compared), StoreError> {
    let wants_none = options.state_in_memory;
    let (opening, backend) = Opening::begin(path, options)?;
    if opening.options.state_in_memory && !wants_none {
        // Not to be compared now, nor made anew where it belongs.
        return Err(if state::is_usable() {
            StoreError::Locked { path: opening.paths.root.clone() }
        } else {
            StoreError::Forked
        });
    }
    let kept = match backend.and_then(|backend| load(backend.as_ref())) {
        Ok(Loaded { model, mark, .. }) => {
            may(&model)?;
            Ok((mark, model.digest()))
        }
        Err(why) => Err(why),
    };
    let acknowledged = kept.as_ref().map_or(0, |(mark, _)| mark.seq);
    let options = opening.options_after(acknowledged);
    let (journal, repairs) = Journal::open(&opening.paths.journal, None, options)?;
    let at = kept.as_ref().ok().map(|(mark, _)| mark.seq);
    let mut digest_at = Digest::EMPTY;
    let mut loaded = Loaded::empty();
    let mut deltas = |model: &Model, _: Meta, _: Delta| {
        if Some(model.generation()) == at {
            digest_at = model.digest();
        }
    };
    loaded.replay(&journal, &mut deltas)?;
    may(&loaded.model)?;
    let compared = match &kept {
        Ok((mark, digest)) => {
            Compared { generation: mark.seq, kept: Some(*digest), replayed: digest_at }
        }
        Err(_) => {
            Compared { generation: loaded.mark.seq, kept: None, replayed: loaded.model.digest() }
        }
    };
    let why = kept.err().unwrap_or_else(|| "that was asked for".to_owned());
    let engine = opening.with_new_state(journal, repairs, loaded, &why)?;
    Ok((engine, compared))
}

impl Opening {
    /// Takes the lock and opens the state, or says why it cannot be used.
    #[expect(clippy::type_complexity, reason = "the state, or what is wrong with it")]
    fn begin(
        path: &Path,
        mut options: StoreOptions,
    ) -> Result<(Self, Result<Box<dyn Backend>, String>), StoreError> {
        let started = Instant::now();
        let paths = Paths::new(path);
        paths.check_mark()?;
        let lock = DirectoryLock::take(&paths)?;
        let backend = match open_state(&paths, &options)? {
            state::Opening::Opened(backend) => Ok(backend),
            state::Opening::Absent => Err("it was not there".to_owned()),
            state::Opening::Unusable { reason } => Err(reason),
            state::Opening::Busy => {
                // Everything is in the journal: only this opening, and the next one, take longer.
                tracing::warn!(path = %paths.state.display(), "going on without the state");
                options.state_in_memory = true;
                Err("it is in use".to_owned())
            }
        };
        Ok((Self { paths, options, started, lock, repairs: Vec::new() }, backend))
    }

    /// Goes on from a state: replays what the journal has beyond it.
    fn resume(
        mut self,
        journal: Journal,
        repairs: Vec<journal::Repair>,
        mut loaded: Loaded,
        backend: Box<dyn Backend>,
    ) -> Result<Engine, StoreError> {
        self.note(repairs);
        let keeper = Keeper::start(backend, KeeperOptions::default())?;
        let mut keep = |_: &Model, meta: Meta, delta: Delta| {
            keeper.send(engine::state_change(&meta, delta));
        };
        loaded.replay(&journal, &mut keep)?;
        self.finish(journal, loaded, keeper)
    }

    /// For a journal that has to have what the state had taken in.
    fn options_after(&self, acknowledged: u64) -> journal::Options {
        let mut options = journal_options(&self.options);
        if self.options.durability == Durability::Always {
            options.acknowledged = acknowledged;
        }
        options
    }

    /// Replays the whole journal into a new state. What was acknowledged has to be in it.
    fn rebuild(self, why: &str, acknowledged: u64) -> Result<Engine, StoreError> {
        let options = self.options_after(acknowledged);
        let (journal, repairs) = Journal::open(&self.paths.journal, None, options)?;
        self.with_new_state(journal, repairs, Loaded::empty(), why)
    }

    /// Sets the old state aside and fills a new one from the journal.
    fn with_new_state(
        mut self,
        journal: Journal,
        repairs: Vec<journal::Repair>,
        mut loaded: Loaded,
        why: &str,
    ) -> Result<Engine, StoreError> {
        if self.options.state_in_memory {
            let keeper = Keeper::start(Box::<Memory>::default(), KeeperOptions::default())?;
            loaded = Loaded::empty();
            loaded.replay(&journal, &mut |_, _, _| ())?;
            self.note(repairs);
            return self.finish(journal, loaded, keeper);
        }
        if loaded.mark.seq == 0 {
            // Nothing is set aside before it is known that the journal comes to a state.
            loaded.replay(&journal, &mut |_, _, _| ())?;
        }
        tracing::warn!(why, "making the state anew from the journal");
        let kept_as = match state::set_aside(&self.paths.state) {
            Ok(kept_as) => Some(kept_as),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(StoreError::io(&self.paths.state, "set the state aside", error));
            }
        };
        let backend = state::create(&self.paths.state, open_limit(&self.options))?;
        let keeper = Keeper::start(backend, KeeperOptions::default())?;
        let mut keep = |_: &Model, meta: Meta, delta: Delta| {
            keeper.send(engine::state_change(&meta, delta));
        };
        loaded = Loaded::empty();
        loaded.replay(&journal, &mut keep)?;
        self.note(repairs);
        self.repairs.push(StoreRepair::StateRebuilt { why: why.to_owned(), kept_as });
        self.finish(journal, loaded, keeper)
    }

    /// Makes the gates.
    fn finish(
        self,
        journal: Journal,
        loaded: Loaded,
        keeper: Keeper,
    ) -> Result<Engine, StoreError> {
        let Loaded { model, mut numbers, .. } = loaded;
        let parts = engine::part_sets(&model);
        let put = parts.iter().map(|(name, traffic, numbers)| GateChange::PutList {
            list: name,
            traffic: *traffic,
            numbers,
        });
        let mut changes: Vec<GateChange<'_>> = put.collect();
        let sets: Vec<(&str, _, NumberSet)> = model
            .lists()
            .iter()
            .map(|(list, row)| {
                let numbers = numbers.remove(list).unwrap_or_default();
                (row.name.as_str(), row.settings.traffic, numbers)
            })
            .collect();
        changes.extend(sets.iter().map(|(name, traffic, numbers)| GateChange::PutList {
            list: name,
            traffic: *traffic,
            numbers,
        }));
        let gates = Gates::starting_at(model.generation(), &changes)?;
        drop(changes);
        drop(sets);
        let Self { paths, started, lock, repairs, .. } = self;
        Ok(Engine::new(paths.root, lock, journal, model, gates, keeper, repairs, started.elapsed()))
    }

    fn note(&mut self, repairs: Vec<journal::Repair>) {
        let told = repairs.into_iter().map(|repair| match repair {
            journal::Repair::TornTail { path, offset, kept_as, .. } => {
                StoreRepair::TornTail { path, offset, kept_as }
            }
            journal::Repair::TornSegment { path, kept_as, .. } => {
                StoreRepair::TornTail { path, offset: 0, kept_as }
            }
        });
        self.repairs.extend(told);
    }
}

impl Loaded {
    fn empty() -> Self {
        Self { model: Model::default(), mark: Mark::EMPTY, numbers: BTreeMap::new() }
    }

    /// Applies what the journal has beyond the model.
    fn replay(
        &mut self,
        journal: &Journal,
        each: &mut dyn FnMut(&Model, Meta, Delta),
    ) -> Result<(), StoreError> {
        for entry in journal.entries_from(self.mark)? {
            let entry = entry?;
            let recorded = recorded(&entry)?;
            let numbers = numbers_of(&entry, &recorded)?;
            let at = time_of(&entry)?;
            let delta =
                self.model.apply(entry.seq, at, &recorded.actor, &recorded.event, numbers)?;
            if delta.effects != recorded.effects {
                return Err(StoreError::Record {
                    generation: entry.seq,
                    fault: "it does not do what it says it did".to_owned(),
                });
            }
            match &delta.list {
                Some(ListOp::Imported { list, numbers, .. }) => {
                    let all = self.numbers.entry(*list).or_default();
                    *all -= &numbers.removed;
                    *all |= &numbers.added;
                }
                Some(ListOp::Dropped { list, .. }) => drop(self.numbers.remove(list)),
                Some(ListOp::Created { .. } | ListOp::Set { .. }) | None => {}
            }
            self.mark = entry.mark()?;
            let meta = Meta::new(&self.model, self.mark);
            each(&self.model, meta, delta);
            if seeded::is_made(Bug::Replay) {
                break;
            }
        }
        Ok(())
    }
}

/// Reads everything that a state has, and whether that is what was put into it.
fn load(backend: &dyn Backend) -> Result<Loaded, String> {
    let told = |error: state::StateError| error.to_string();
    if state::is_half_applied(backend).map_err(told)? {
        return Err("a change was half applied to it when the process ended".to_owned());
    }
    let meta = backend.get(state::META).map_err(told)?.ok_or("it does not say of when it is")?;
    let meta: Meta = codec::decode(&meta).map_err(|error| error.to_string())?;
    let mut model = Model::default();
    for prefix in PREFIXES {
        backend
            .scan(&[prefix], &mut |key, value| {
                let loaded = model.load_row(key, value);
                loaded.map_err(|fault| state::StateError::Damaged { what: fault.to_string() })
            })
            .map_err(told)?;
    }
    let mut numbers = BTreeMap::new();
    let lists: Vec<u32> = model.lists().keys().copied().collect();
    for list in lists {
        let set = state::load(backend, list).map_err(told)?;
        model.load_numbers(list, &set);
        numbers.insert(list, set);
    }
    if !model.loaded(&meta) {
        return Err("it is not what was put into it".to_owned());
    }
    Ok(Loaded { model, mark: meta.mark(), numbers })
}

pub(super) fn recorded(entry: &Entry) -> Result<Recorded, StoreError> {
    codec::decode(&entry.head)
        .map_err(|error| StoreError::Record { generation: entry.seq, fault: error.to_string() })
}

pub(super) fn time_of(entry: &Entry) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(entry.at_us)
        .map_err(|error| StoreError::Record { generation: entry.seq, fault: error.to_string() })
}

/// The numbers that come with an event: none, but for an import.
pub(super) fn numbers_of(entry: &Entry, recorded: &Recorded) -> Result<NumbersDelta, StoreError> {
    if !matches!(recorded.event, Event::ListImported(_)) {
        return Ok(NumbersDelta::default());
    }
    let (mut added, mut removed) = (NumberSet::new(), NumberSet::new());
    for (place, page) in (0..).zip(entry.pages()) {
        let page = page?;
        let set = if place < recorded.removed_pages { &mut removed } else { &mut added };
        state::unpack_into(set, &page.bytes, page.first..=page.last).map_err(|error| {
            StoreError::Record { generation: entry.seq, fault: error.to_string() }
        })?;
    }
    Ok(NumbersDelta { added: Arc::new(added), removed: Arc::new(removed) })
}

fn open_state(paths: &Paths, options: &StoreOptions) -> Result<state::Opening, StoreError> {
    if options.state_in_memory {
        return Ok(state::Opening::Absent);
    }
    Ok(state::open(&paths.state, open_limit(options))?)
}

fn create_state(paths: &Paths, options: &StoreOptions) -> Result<Box<dyn Backend>, StoreError> {
    if options.state_in_memory || !state::is_usable() {
        return Ok(Box::<Memory>::default());
    }
    Ok(state::create(&paths.state, open_limit(options))?)
}

fn open_limit(options: &StoreOptions) -> state::OpenLimit {
    state::OpenLimit { base: options.state_time_limit, ..Default::default() }
}

fn journal_options(options: &StoreOptions) -> journal::Options {
    let durability = match options.durability {
        Durability::Always => journal::Durability::Always,
        Durability::Interval(interval) => journal::Durability::Interval(interval),
    };
    journal::Options { durability, segment_bytes: options.segment_bytes, ..Default::default() }
}
