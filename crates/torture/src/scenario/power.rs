//! Is everything there that was acknowledged, when the power goes?
//!
//! A file system in a file loses its power while a process works on it: nothing that is in memory reaches
//! the file any more. Then it is mounted again, and recovers as after a power cut. For root alone.
//!
//! The process is stopped between its calls while that happens. To a sync that is under way Linux (6.18)
//! says then and now that it is done, though nothing of it is on the disk: a loop of `write` and
//! `fdatasync` in C loses its last record in 4 of 60 cuts. A power cut says nothing to anybody.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::Failure;
use crate::dice::Dice;
use crate::stage::{End, Job, Progress, Stage, done};
use crate::work::Work;

use super::{Counts, Length, Tally, found};

const BYTES: u64 = 48 << 20;
/// A store is used for so many cuts before a new one is made.
const CUTS_OF_A_STORE: u64 = 12;
/// More than are done before the cut.
const STEPS: u64 = 100_000;

/// A file system in a file.
struct Disk {
    image: PathBuf,
    at: PathBuf,
    is_mounted: bool,
}

impl Disk {
    fn new(stage: &Stage) -> Result<Self, Failure> {
        let (image, at) = (stage.place("disk-image")?, stage.place("disk")?);
        File::create(&image)?.set_len(BYTES)?;
        done(Command::new("mkfs.ext4").arg("-q").arg("-F").arg(&image))?;
        std::fs::create_dir_all(&at)?;
        let mut disk = Self { image, at, is_mounted: false };
        disk.mount()?;
        Ok(disk)
    }

    fn mount(&mut self) -> Result<(), Failure> {
        done(Command::new("mount").args(["-o", "loop"]).arg(&self.image).arg(&self.at))?;
        self.is_mounted = true;
        Ok(())
    }

    fn unmount(&mut self) -> Result<(), Failure> {
        done(Command::new("umount").arg(&self.at))?;
        self.is_mounted = false;
        Ok(())
    }

    fn cut(&self, stage: &Stage) -> Result<(), Failure> {
        done(Command::new(stage.tool("cut")).arg(&self.at))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_mounted {
            // Whatever went wrong is told already.
            drop(self.unmount());
        }
        drop(std::fs::remove_file(&self.image));
    }
}

pub(super) fn run(stage: &Stage, length: Length) -> Result<Counts, Failure> {
    let cuts = match length {
        Length::Short => 24,
        Length::Long => 2_000,
    };
    let mut disk = match Disk::new(stage) {
        Ok(disk) => disk,
        Err(failure) => {
            println!("   left out: {failure} (root, mkfs.ext4 and loop devices are needed)");
            return Ok(Counts::from([("left out", 1)]));
        }
    };
    let tally = Tally::default();
    let mut dice = Dice::new(3);
    for turn in 0..u64::div_ceil(cuts, CUTS_OF_A_STORE) {
        let work = Work::ALL.get((turn % 4) as usize).copied().unwrap_or(Work::Blocks);
        let job = Job { work, seed: dice.roll() };
        let store = disk.at.join("store");
        if store.exists() {
            std::fs::remove_dir_all(&store)?;
        }
        stage.prepare(&store, &job, 4)?;
        let mut steps = 4;
        for _ in 0..CUTS_OF_A_STORE.min(cuts - turn * CUTS_OF_A_STORE) {
            steps = cut(stage, &mut disk, &store, &job, steps, &mut dice, &tally)?;
        }
    }
    Ok(tally.counts())
}

/// Cuts the power amid a work; how many steps the store has when it was looked at.
fn cut(
    stage: &Stage,
    disk: &mut Disk,
    store: &Path,
    job: &Job,
    from: u64,
    dice: &mut Dice,
    tally: &Tally,
) -> Result<u64, Failure> {
    let beside = stage.place("power-work")?;
    let mut running = stage.start(store, job, (from, STEPS), &beside)?;
    thread::sleep(Duration::from_micros(2_000 + dice.below(120_000)));
    running.stop()?;
    disk.cut(stage)?;
    if dice.below(2) == 0 {
        // It goes on for a while, on a disk that is not there.
        running.go_on()?;
        thread::sleep(Duration::from_micros(dice.below(20_000)));
    }
    running.kill()?;
    let ran = running.end()?;
    disk.unmount()?;
    disk.mount()?;
    let about = format!("{job:?}, a power cut");
    if ran.end != End::Killed && ran.end != End::Itself(true) {
        return Err(format!("{about}: {:?} {}", ran.end, ran.complained).into());
    }
    if let Some(wrong) = ran.told("wrong").next() {
        return Err(format!("{about}: {wrong}").into());
    }
    let progress: Progress = ran.progress(from);
    tally.add("cuts", 1);
    tally.add("changes acknowledged", progress.done - from);
    let checked = stage.check(store, job, progress, None)?;
    found(&checked, &about, progress)?.tally(tally);
    let found = checked.documents().find_map(|document| document.get("found")?.as_u64());
    let found = found.ok_or("a check without its finding")?;
    tally.add("changes not acknowledged and there", found - progress.done);
    Ok(found + crate::worker::MORE)
}
