//! The processes that faults happen to.
//!
//! Each says on its standard output what it is about to do and what is done, a line each, so that nothing
//! is lost when it is killed.

use std::io::Write as _;
use std::path::Path;

use serde_json::json;
use stoplist::StoreRepair;

use crate::Failure;
use crate::door::{ACTOR, Door, Refused};
use crate::stage::Depth;
use crate::work::{Model, Work};

/// A step that failed is tried so often in all.
const TRIES: u32 = 3;
/// Steps that are done to a store that was found sound: it has to go on.
pub(crate) const MORE: u64 = 2;

/// Which work, and where.
pub(crate) struct Task<'a> {
    pub(crate) store: &'a Path,
    pub(crate) work: Work,
    pub(crate) seed: u64,
}

pub(crate) fn say(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Makes a store and does the first steps of its work.
pub(crate) fn prepare(task: &Task<'_>, steps: u64) -> Result<(), Failure> {
    let mut door = Door::create(task.store, task.work)?;
    let mut model = Model::default();
    for at in 0..steps {
        let step = model.step(task.work, task.seed, at);
        door.act(step).map_err(|refused| format!("step {at} {step:?}: {}", refused.message))?;
        model.apply(step);
    }
    door.is_as(&model)
}

/// Opens a store and closes it.
pub(crate) fn open(task: &Task<'_>) -> Result<(), Failure> {
    match Door::open_at_once(task.store, task.work) {
        Ok(_) => say("open"),
        Err(refused) => say(&format!("refused {}", refused.code)),
    }
}

/// Does `count` steps behind the first `from`. A step that fails is tried again; whatever fails, the gates
/// have to answer by what was done.
pub(crate) fn work(task: &Task<'_>, from: u64, count: u64) -> Result<(), Failure> {
    let mut model = Model::after(task.work, task.seed, from);
    say("opening")?;
    let mut door = match Door::open(task.store, task.work) {
        Ok(door) => door,
        Err(refused) => return say(&format!("refused {}", refused.code)),
    };
    say("open")?;
    for at in from..from + count {
        let step = model.step(task.work, task.seed, at);
        say(&format!("try {at}"))?;
        let Some(generation) = tried(&mut door, &model, at, || step)? else { break };
        model.apply(step);
        say(&format!("done {at} {generation}"))?;
    }
    drop(door);
    say("end")
}

fn tried(
    door: &mut Door,
    model: &Model,
    at: u64,
    step: impl Fn() -> crate::work::Step,
) -> Result<Option<u64>, Failure> {
    for _ in 0..TRIES {
        match door.act(step()) {
            Ok(generation) => return Ok(Some(generation)),
            Err(Refused { code, message }) => say(&format!("failed {at} {code} {message}"))?,
        }
        if door.store().is_ok()
            && let Err(wrong) = door.gates_answer(model)
        {
            say(&format!("wrong {wrong}"))?;
        }
    }
    Ok(None)
}

/// Opens a store of whose work so many steps were acknowledged, and so many begun at most; looks whether it
/// has the one or the other, and whether it goes on.
pub(crate) fn check(task: &Task<'_>, done: u64, begun: u64, depth: Depth) -> Result<(), Failure> {
    let mut door = match Door::open(task.store, task.work) {
        Ok(door) => door,
        Err(refused) => return told(&refused),
    };
    let repairs: Vec<&str> = door.store()?.repairs().iter().map(repair_name).collect();
    say(&json!({"repairs": repairs}).to_string())?;
    let mut wrong = String::new();
    let found = (done..=begun).find(|&steps| {
        let model = Model::after(task.work, task.seed, steps);
        let is_it = door.is_as(&model);
        is_it.map_err(|failure| wrong += &format!("not {steps} steps: {failure}. ")).is_ok()
    });
    let found = found.ok_or(wrong)?;
    if let Err(error) = door.store()?.acting_as(ACTOR).verify_journal() {
        return told(&error.into());
    }
    let mut model = Model::after(task.work, task.seed, found);
    let more = if depth == Depth::Look { 0 } else { MORE };
    for at in found..found + more {
        let step = model.step(task.work, task.seed, at);
        let outcome = door.act(step);
        outcome.map_err(|refused| format!("{step:?} behind a fault: {}", refused.message))?;
        model.apply(step);
    }
    door.is_as(&model)?;
    drop(door);
    if depth == Depth::Deep {
        let (door, is_equal) = match Door::rebuild(task.store, task.work) {
            Ok(rebuilt) => rebuilt,
            Err(refused) => return told(&refused),
        };
        if is_equal == Some(false) {
            return Err("the journal comes to another state than the one that was kept".into());
        }
        door.is_as(&model)?;
    }
    say(&json!({"found": found}).to_string())
}

/// Says that a store is not sound, which is for others to judge.
fn told(refused: &Refused) -> Result<(), Failure> {
    say(&json!({"refused": refused.code}).to_string())?;
    Err(refused.message.clone().into())
}

fn repair_name(repair: &StoreRepair) -> &'static str {
    match repair {
        StoreRepair::TornTail { .. } => "torn_tail",
        _ => "state_rebuilt",
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        format!("{}: {}", refused.code, refused.message).into()
    }
}
