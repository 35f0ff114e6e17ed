//! How are the steps of a work done to a real store?

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use stoplist::{
    BlockRequest, BulkBlock, BulkLimits, BulkTargets, ContactDetails, ContactQuery, Documentation,
    GateSpec, ImportOptions, ListSettings, NumberSet, PhoneNumber, Reason, Store, StoreError,
    StoreOptions, Target, Traffic,
};

use crate::Failure;
use crate::work::{Model, Step, Work, imported, number};

/// Who acts.
pub(crate) const ACTOR: &str = "ana";
const LIST: &str = "dnc";
/// A reason to try again: the process that was killed may still be going.
const LOCKED_FOR: Duration = Duration::from_secs(5);

/// A store that is worked on.
pub(crate) struct Door {
    path: PathBuf,
    work: Work,
    store: Option<Store>,
    /// The last bulk operation.
    bulk: Option<u64>,
}

/// Why a step was not done.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self { code: error.code(), message: error.to_string() }
    }
}

fn options(work: Work) -> StoreOptions {
    let options = StoreOptions::default();
    match work {
        Work::Blocks => options.segment_bytes(4_000),
        Work::Bulks => options,
        Work::Lists => options.segment_bytes(20_000),
        Work::Openings => options.segment_bytes(1_000),
    }
}

fn phone(place: u64) -> Result<PhoneNumber, Refused> {
    PhoneNumber::new(number(place))
        .map_err(|refusal| Refused { code: refusal.code(), message: refusal.to_string() })
}

fn numbers(places: impl IntoIterator<Item = u64>) -> Result<Vec<PhoneNumber>, Refused> {
    places.into_iter().map(phone).collect()
}

fn why() -> Documentation {
    Documentation::new(Reason::OptOut).note("wrote STOP")
}

impl Door {
    /// A new store with the list of the works.
    pub(crate) fn create(path: &Path, work: Work) -> Result<Self, Refused> {
        let store = Store::create(path, ACTOR, options(work))?;
        store.acting_as(ACTOR).create_list(LIST, &ListSettings::new(Traffic::ALL))?;
        Ok(Self { path: path.to_owned(), work, store: Some(store), bulk: None })
    }

    /// Opens it, or is told at once why not.
    pub(crate) fn open_at_once(path: &Path, work: Work) -> Result<Self, Refused> {
        let store = Store::open(path, options(work))?;
        Ok(Self { path: path.to_owned(), work, store: Some(store), bulk: None })
    }

    /// As that, with patience for a process that is just being killed.
    pub(crate) fn open(path: &Path, work: Work) -> Result<Self, Refused> {
        let start = Instant::now();
        let store = loop {
            match Store::open(path, options(work)) {
                Err(StoreError::Locked { .. }) if start.elapsed() < LOCKED_FOR => {
                    thread::sleep(Duration::from_millis(2));
                }
                outcome => break outcome?,
            }
        };
        Ok(Self { path: path.to_owned(), work, store: Some(store), bulk: None })
    }

    /// With the state made anew; whether it is the one that was kept, where there is one to compare.
    pub(crate) fn rebuild(path: &Path, work: Work) -> Result<(Self, Option<bool>), Refused> {
        let (store, rebuilt) = Store::rebuild(path, ACTOR, options(work))?;
        let is_equal = rebuilt.kept.is_some().then_some(rebuilt.equal);
        Ok((Self { path: path.to_owned(), work, store: Some(store), bulk: None }, is_equal))
    }

    pub(crate) fn store(&self) -> Result<&Store, Refused> {
        let message = "the store did not open again".to_owned();
        self.store.as_ref().ok_or(Refused { code: "closed", message })
    }

    /// Does a step; the generation that it came to.
    pub(crate) fn act(&mut self, step: Step) -> Result<u64, Refused> {
        if step == Step::Reopen || self.store.is_none() {
            self.store = None;
            self.store = Self::open(&self.path, self.work)?.store;
        }
        let bulk = self.bulk.take();
        let store = self.store()?;
        let ana = store.acting_as(ACTOR);
        let request = BlockRequest::new(why());
        let select = |from: u64, len: u64| -> Result<BulkTargets, Refused> {
            let targets = numbers(from..from + len)?.into_iter().map(Target::from);
            Ok(BulkTargets::Selection(targets.collect()))
        };
        let limits = BulkLimits::confirmed();
        let done = match step {
            Step::Block { place, all } => {
                let traffic = if all { Traffic::ALL } else { Traffic::BROADCAST };
                ana.block(&[phone(place)?.into()], &request.traffic(traffic))?.generation
            }
            Step::Unblock { place } => ana.unblock(&[phone(place)?.into()], &why())?.generation,
            Step::BulkBlock { from, len } => {
                let bulk = BulkBlock { targets: select(from, len)?, request, limits };
                ana.bulk_block(&bulk)?.generation
            }
            Step::BulkUnblock { from, len } => {
                ana.bulk_unblock(&select(from, len)?, &why(), limits)?.generation
            }
            Step::Undo => match bulk {
                Some(generation) => ana.undo(generation).map(|(generation, _)| generation)?,
                // By a process that is gone: the change before this one.
                None => ana.undo(store.generation()).map(|(generation, _)| generation)?,
            },
            Step::Import { seed, count, replaces } => {
                let numbers: NumberSet = numbers(imported(seed, count))?.into_iter().collect();
                let options = match replaces {
                    true => ImportOptions::replace("some.csv"),
                    false => ImportOptions::add("some.csv"),
                };
                ana.import(LIST, numbers, &options)?.generation
            }
            Step::Contact { place } => {
                let details = ContactDetails::new("Ada", phone(place)?).category("Lead");
                ana.create_blocked_contact(&details, &request)?;
                store.generation()
            }
            Step::Checkpoint => {
                store.checkpoint()?;
                store.generation()
            }
            Step::Reopen => store.generation(),
            Step::Archive => {
                let generation = store.generation();
                ana.archive(self.path.join(format!("archive-{generation}")))?;
                generation
            }
        };
        if matches!(step, Step::BulkBlock { .. } | Step::BulkUnblock { .. }) {
            self.bulk = Some(done);
        }
        Ok(done)
    }

    /// Whether the gates answer as the model does; the first answer that is another one.
    pub(crate) fn gates_answer(&self, model: &Model) -> Result<(), Failure> {
        let store = self.store()?;
        let [broadcasts, others] = [Traffic::BROADCAST, Traffic::INBOUND]
            .map(|traffic| store.gate(&GateSpec::all(traffic)).map(|handle| handle.load()));
        let (broadcasts, others) = (broadcasts?, others?);
        for place in model.places() {
            let number = phone(place)?;
            let found = [broadcasts.contains(number), others.contains(number)];
            if found != model.stops(place) {
                let expected = model.stops(place);
                return Err(format!(
                    "a wrong answer: {number} is {found:?} (broadcasts, others), not {expected:?}"
                )
                .into());
            }
        }
        Ok(())
    }

    /// Whether everything is as the model says.
    pub(crate) fn is_as(&self, model: &Model) -> Result<(), Failure> {
        self.gates_answer(model)?;
        let store = self.store()?;
        let ana = store.acting_as(ACTOR);
        let listed: NumberSet = numbers(model.listed.iter().copied())?.into_iter().collect();
        if ana.export(LIST)? != listed {
            return Err("the list has other numbers".into());
        }
        for &place in &model.contacts {
            let holders = ana.contacts_with(phone(place)?)?;
            if holders.len() != 1 {
                return Err(format!("{} contacts at place {place}", holders.len()).into());
            }
        }
        let page = ana.contacts(&ContactQuery::default())?;
        if page.total != model.contacts.len() as u64 {
            return Err(format!("{} contacts, not {}", page.total, model.contacts.len()).into());
        }
        Ok(())
    }
}
