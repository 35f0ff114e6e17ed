//! Can anybody else read what is in a store, and who gets in beside its process?

use std::fs;
use std::path::Path;

use crate::Failure;
use crate::stage::{End, Job, Stage};
use crate::work::Work;

use super::{Counts, Length, Tally};

pub(super) fn run(stage: &Stage, _: Length) -> Result<Counts, Failure> {
    let tally = Tally::default();
    for work in Work::ALL {
        let store = stage.place("access")?;
        let job = Job { work, seed: 1 };
        // Made by somebody who hides nothing.
        let ran = stage.wrapped("umask 0", &store, &job.args("prepare", &store, &["24"]))?;
        if ran.end != End::Itself(true) {
            return Err(format!("{job:?}: {:?} {}", ran.end, ran.complained).into());
        }
        closed_to_others(&store, &tally)?;
        // A store that is closed in between is open to others then.
        if work != Work::Openings {
            second_opener(stage, &store, &job)?;
        }
        tally.add("stores", 1);
    }
    Ok(tally.counts())
}

/// Whether everything is for its owner alone.
#[cfg(unix)]
fn closed_to_others(path: &Path, tally: &Tally) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let found = fs::metadata(path)?;
    let mode = found.permissions().mode() & 0o777;
    let wanted = if found.is_dir() { 0o700 } else { 0o600 };
    if mode != wanted {
        return Err(format!("{} has the mode {mode:o}, not {wanted:o}", path.display()).into());
    }
    tally.add("files and directories", 1);
    if found.is_dir() {
        for entry in fs::read_dir(path)? {
            closed_to_others(&entry?.path(), tally)?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn closed_to_others(_: &Path, _: &Tally) -> Result<(), Failure> {
    Ok(())
}

/// Whether a second process is turned away while the first works, and let in behind it.
fn second_opener(stage: &Stage, store: &Path, job: &Job) -> Result<(), Failure> {
    let mut first = stage.start(store, job, (24, u64::from(u32::MAX)), &stage.place("first")?)?;
    first.wait_for("open")?;
    let second = stage.refused(store, job)?;
    first.kill()?;
    first.end()?;
    match second.as_deref() {
        Some("locked") => Ok(()),
        other => Err(format!("{job:?}: a second process was told {other:?}, not locked").into()),
    }
}
