//! Which faults are there, and what has to come of each?

mod access;
mod bombs;
mod calls;
mod damage;
mod errors;
mod places;
mod power;
mod soak;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Failure;
use crate::stage::{End, Fault, Job, Progress, Ran, Stage, copy};

/// How long it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// A minute or so in all: what CI runs.
    Short,
    /// Until the figures of RELIABILITY.md are reached.
    Long,
}

/// A call that is never reached.
const NEVER: u64 = u64::MAX >> 1;

/// What was counted.
pub(crate) type Counts = BTreeMap<&'static str, u64>;

/// A kind of fault.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&Stage, Length) -> Result<Counts, Failure>,
    /// Mistakes that it has to notice.
    pub(crate) bugs: &'static [&'static str],
}

/// All of them, in the order in which they are run.
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "kill",
        about: "the process is killed at each call that writes, also in the midst of it",
        run: calls::kill,
        bugs: &["Acknowledgement", "Publication", "Replay", "Log"],
    },
    Scenario {
        name: "recovery",
        about: "the process is killed at a call, and again while it recovers, twice in a row",
        run: calls::recovery,
        bugs: &[],
    },
    Scenario {
        name: "errors",
        about: "a call fails: once or from then on, at once or slowly; or writes half",
        run: errors::run,
        bugs: &["Rouse"],
    },
    Scenario {
        name: "power",
        about: "an ext4 file system loses its power and is mounted again",
        run: power::run,
        bugs: &["JournalSync"],
    },
    Scenario {
        name: "places",
        about: "the disk is full, read-only or gone; there are no file handles",
        run: places::run,
        bugs: &[],
    },
    Scenario {
        name: "damage",
        about: "bits, blocks and ends of files are not what was written",
        run: damage::run,
        bugs: &[],
    },
    Scenario {
        name: "access",
        about: "others read the files; a second process opens the store",
        run: access::run,
        bugs: &["PrivateFiles", "StoreLock"],
    },
    Scenario {
        name: "bombs",
        about: "small files that ask for much: an error, soon, and in little memory",
        run: bombs::run,
        bugs: &[],
    },
    Scenario {
        name: "soak",
        about: "10,000 numbers are blocked and let through for long, the store opened again and again",
        run: soak::run,
        bugs: &["Handles"],
    },
];

/// Counts of several threads.
#[derive(Default)]
pub(crate) struct Tally(Mutex<Counts>);

impl Tally {
    pub(crate) fn add(&self, name: &'static str, count: u64) {
        if let Ok(mut counts) = self.0.lock() {
            *counts.entry(name).or_default() += count;
        }
    }

    pub(crate) fn counts(self) -> Counts {
        self.0.into_inner().unwrap_or_default()
    }
}

/// Does a job for each item, two at a time; the first failure ends it.
pub(crate) fn each<I: Sync>(
    items: &[I],
    job: impl Fn(&I, &str) -> Result<(), Failure> + Sync,
) -> Result<(), Failure> {
    let next = AtomicU64::new(0);
    let failed = Mutex::new(None::<String>);
    let is_over = || failed.lock().map_or(true, |failed| failed.is_some());
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let (next, failed, job) = (&next, &failed, &job);
            scope.spawn(move || {
                let place = format!("store-{thread}");
                while !is_over() {
                    let at = next.fetch_add(1, Ordering::Relaxed) as usize;
                    let Some(item) = items.get(at) else { return };
                    if let (Err(failure), Ok(mut failed)) = (job(item, &place), failed.lock()) {
                        failed.get_or_insert(failure.to_string());
                    }
                }
            });
        }
    });
    match failed.into_inner() {
        Ok(None) => Ok(()),
        Ok(Some(failure)) => Err(failure.into()),
        Err(_) => Err("a thread of the harness panicked".into()),
    }
}

/// What a process that looked at a store has found; an error when that is not what it has to have.
pub(crate) fn found(ran: &Ran, about: &str, progress: Progress) -> Result<Repaired, Failure> {
    if ran.end != End::Itself(true) {
        return Err(format!(
            "{about}, {} of {} steps acknowledged: {:?}: {} {}",
            progress.done,
            progress.begun,
            ran.end,
            ran.said.join(" "),
            ran.complained
        )
        .into());
    }
    let repairs = ran.documents().find_map(|document| document.get("repairs").cloned());
    let repairs = repairs.map(|repairs| repairs.to_string()).unwrap_or_default();
    Ok(Repaired { torn: repairs.contains("torn"), rebuilt: repairs.contains("rebuilt") })
}

/// What opening a store had to mend.
pub(crate) struct Repaired {
    pub(crate) torn: bool,
    pub(crate) rebuilt: bool,
}

impl Repaired {
    pub(crate) fn tally(&self, tally: &Tally) {
        tally.add("torn tails", self.torn.into());
        tally.add("states rebuilt", self.rebuilt.into());
    }
}

/// A store that is ready for a work, of which copies are broken.
pub(crate) struct Template {
    pub(crate) job: Job,
    pub(crate) path: std::path::PathBuf,
    /// Steps that it has.
    pub(crate) steps: u64,
}

impl Template {
    pub(crate) fn of(stage: &Stage, job: Job, steps: u64) -> Result<Self, Failure> {
        let path = stage.place(&format!("template-{}-{}", job.work, job.seed))?;
        stage.prepare(&path, &job, steps)?;
        Ok(Self { job, path, steps })
    }

    /// How many calls it asks to do so many steps more.
    pub(crate) fn calls(
        &self,
        stage: &Stage,
        steps: u64,
        counts_reading: bool,
    ) -> Result<u64, Failure> {
        let store = stage.place("counted")?;
        copy(&self.path, &store)?;
        let never = Fault { action: "kill", at: NEVER, counts_reading };
        let ran = stage.work(&store, &self.job, (self.steps, steps), Some(&never))?;
        let is_done = ran.progress(self.steps).done == self.steps + steps;
        if ran.end != End::Itself(true) || !is_done {
            return Err(format!("{:?} without a fault: {ran:?}", self.job).into());
        }
        if ran.calls == 0 {
            return Err("no call was counted: the library that counts them is not loaded".into());
        }
        Ok(ran.calls)
    }
}
