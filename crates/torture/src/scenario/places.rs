//! Does a store say so when the place it is in fails: full, read-only, gone, no handles left?

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::Failure;
use crate::stage::{End, Job, Ran, Stage, done};
use crate::work::Work;

use super::{Counts, Length, Tally, found};

const BEFORE: u64 = 4;
const MANY: u64 = 100_000;

/// A small file system in memory.
struct Small(PathBuf);

impl Small {
    fn new(stage: &Stage) -> Result<Self, Failure> {
        let at = stage.place("small")?;
        fs::create_dir_all(&at)?;
        done(Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(&at))?;
        Ok(Self(at))
    }

    fn again(&self, options: &str) -> Result<(), Failure> {
        let options = format!("remount,{options}");
        done(Command::new("mount").args(["-o", &options]).arg(&self.0))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        drop(done(Command::new("umount").arg("-l").arg(&self.0)));
    }
}

pub(super) fn run(stage: &Stage, _: Length) -> Result<Counts, Failure> {
    let tally = Tally::default();
    for work in Work::ALL {
        let job = Job { work, seed: 21 };
        no_handles(stage, &job, &tally)?;
        removed(stage, &job, &tally)?;
        match Small::new(stage) {
            Ok(small) => {
                full(stage, &job, &small, &tally)?;
                read_only(stage, &job, &small, &tally)?;
            }
            Err(failure) => {
                println!("   left out: {failure} (root is needed)");
                tally.add("left out", 1);
            }
        }
    }
    Ok(tally.counts())
}

/// It has to end by itself, and to have answered right until then.
fn ended(ran: &Ran, about: &str) -> Result<(), Failure> {
    if ran.end != End::Itself(true) {
        return Err(
            format!("{about}: {:?} {:?} {}", ran.end, ran.said.last(), ran.complained).into()
        );
    }
    ran.told("wrong").next().map_or(Ok(()), |wrong| Err(format!("{about}: {wrong}").into()))
}

fn no_handles(stage: &Stage, job: &Job, tally: &Tally) -> Result<(), Failure> {
    let store = stage.place("handles")?;
    stage.prepare(&store, job, BEFORE)?;
    for handles in 4..24 {
        let about = format!("{job:?} with {handles} file handles");
        let args = job.args("work", &store, &[&BEFORE.to_string(), "0"]);
        let ran = stage.wrapped(&format!("ulimit -n {handles}"), &store, &args)?;
        // With very few the program itself does not start.
        if ran.said.is_empty() {
            continue;
        }
        ended(&ran, &about)?;
        tally.add("few handles", 1);
        let progress = ran.progress(BEFORE);
        let checked = stage.look(&store, job, progress)?;
        found(&checked, &about, progress)?.tally(tally);
    }
    Ok(())
}

fn removed(stage: &Stage, job: &Job, tally: &Tally) -> Result<(), Failure> {
    let store = stage.place("removed")?;
    stage.prepare(&store, job, BEFORE)?;
    let mut running = stage.start(&store, job, (BEFORE, 3_000), &stage.place("removed-work")?)?;
    running.wait_for("open")?;
    std::thread::sleep(Duration::from_millis(10));
    fs::remove_dir_all(&store).or_else(|_| fs::remove_dir_all(&store))?;
    tally.add("removed", 1);
    ended(&running.end()?, &format!("{job:?} in a directory that was removed"))
}

fn full(stage: &Stage, job: &Job, small: &Small, tally: &Tally) -> Result<(), Failure> {
    let store = small.0.join("store");
    stage.prepare(&store, job, BEFORE)?;
    let beside = stage.place("full-work")?;
    let ran = stage.start(&store, job, (BEFORE, MANY), &beside)?.end()?;
    let about = format!("{job:?} on a full disk");
    ended(&ran, &about)?;
    if ran.told("failed").next().is_none() {
        return Err(format!("{about}: it did not get full").into());
    }
    tally.add("full disks", 1);
    let progress = ran.progress(BEFORE);
    tally.add("changes acknowledged", progress.done - BEFORE);
    small.again("size=64m")?;
    let checked = stage.check_from(&beside, &store, job, progress)?;
    found(&checked, &about, progress)?.tally(tally);
    Ok(())
}

fn read_only(stage: &Stage, job: &Job, small: &Small, tally: &Tally) -> Result<(), Failure> {
    small.again("ro")?;
    let refused = stage.refused(&small.0.join("store"), job)?;
    small.again("rw")?;
    tally.add("read-only", 1);
    match refused {
        Some(_) => Ok(()),
        None => Err(format!("{job:?}: a store that cannot be written was opened").into()),
    }
}
