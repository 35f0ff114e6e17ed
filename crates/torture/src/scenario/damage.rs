//! Is it noticed when bytes of a store are not what was written?

use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::dice::Dice;
use crate::stage::{End, Job, Progress, Stage, copy};
use crate::work::Work;

use super::{Counts, Length, Tally, Template, each};

const STEPS: u64 = 16;
const BLOCK: usize = 512;
/// What may be said of damage, and of a file that is not there.
const NOTICED: [&str; 7] =
    ["damaged", "not_a_store", "not_there", "format", "unfit", "record", "io"];

/// What becomes of a file.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Flip { at: usize, bit: u8 },
    Zero { at: usize },
    Cut { at: usize },
    Gone,
}

impl Damage {
    fn some(dice: &mut Dice, len: usize) -> Self {
        let at = dice.below(len as u64) as usize;
        match dice.below(8) {
            0 => Self::Zero { at: at / BLOCK * BLOCK },
            1 => Self::Cut { at },
            2 if dice.below(4) == 0 => Self::Gone,
            _ => Self::Flip { at, bit: dice.below(8) as u8 },
        }
    }

    /// Whether it changes anything.
    fn happen(self, path: &Path) -> Result<bool, Failure> {
        let mut bytes = fs::read(path)?;
        let before = bytes.clone();
        match self {
            Self::Flip { at, bit } => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            Self::Zero { at } => {
                let end = bytes.len().min(at + BLOCK);
                if let Some(block) = bytes.get_mut(at..end) {
                    block.fill(0);
                }
            }
            Self::Cut { at } => bytes.truncate(at),
            Self::Gone => {
                fs::remove_file(path)?;
                return Ok(true);
            }
        }
        if bytes == before {
            return Ok(false);
        }
        fs::write(path, bytes)?;
        Ok(true)
    }
}

pub(super) fn run(stage: &Stage, length: Length) -> Result<Counts, Failure> {
    let each_file = match length {
        Length::Short => 10,
        Length::Long => 400,
    };
    let mut templates = Vec::new();
    let mut cases = Vec::new();
    let mut dice = Dice::new(5);
    for work in Work::ALL {
        let template = Template::of(stage, Job { work, seed: 9 }, STEPS)?;
        for file in files(&template.path)? {
            let len = fs::metadata(template.path.join(&file))?.len() as usize;
            for _ in 0..if len == 0 { 0 } else { each_file } {
                cases.push((templates.len(), file.clone(), Damage::some(&mut dice, len)));
            }
        }
        templates.push(template);
    }
    let tally = Tally::default();
    each(&cases, |(template, file, damage), place| match templates.get(*template) {
        Some(template) => damaged(stage, template, file, *damage, place, &tally),
        None => Ok(()),
    })?;
    Ok(tally.counts())
}

fn damaged(
    stage: &Stage,
    template: &Template,
    file: &Path,
    damage: Damage,
    place: &str,
    tally: &Tally,
) -> Result<(), Failure> {
    let store = stage.place(place)?;
    copy(&template.path, &store)?;
    if !damage.happen(&store.join(file))? {
        return Ok(());
    }
    let progress = Progress { done: template.steps, begun: template.steps };
    let ran = stage.check(&store, &template.job, progress, None)?;
    tally.add("damaged", 1);
    let refused = ran.documents().find_map(|said| Some(said.get("refused")?.as_str()?.to_owned()));
    let outcome = match (ran.end, refused.as_deref()) {
        (End::Itself(true), _) => {
            let repairs = ran.documents().any(|said| said.to_string().contains("rebuilt"));
            if repairs { "state made anew" } else { "answers right as it was" }
        }
        (End::Itself(false), Some(code)) if NOTICED.contains(&code) => "noticed",
        (end, code) => {
            return Err(format!(
                "{:?}, {}, {damage:?}: {end:?} {code:?}: {} {}",
                template.job,
                file.display(),
                ran.said.join(" "),
                ran.complained
            )
            .into());
        }
    };
    tally.add(outcome, 1);
    Ok(())
}

/// All files below a directory, by their paths from there.
fn files(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut left = vec![root.to_owned()];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                left.push(entry.path());
            } else {
                found.push(entry.path().strip_prefix(root)?.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}
