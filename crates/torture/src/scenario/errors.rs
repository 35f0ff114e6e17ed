//! Does a store say so when the system refuses something, and lose nothing?

use crate::Failure;
use crate::dice::Dice;
use crate::stage::{End, Fault, Job, Stage, copy};
use crate::work::Work;

use super::{Counts, Length, NEVER, Tally, Template, each, found};

const BEFORE: u64 = 6;
const STEPS: u64 = 8;

/// What a call may fail with; with a + from then on, with a ~ slowly.
const FAULTS: [&str; 14] = [
    "EIO",
    "EIO+",
    "ENOSPC",
    "ENOSPC+",
    "EMFILE",
    "EMFILE+",
    "EACCES",
    "EROFS+",
    "ENOMEM",
    "short",
    "interrupt",
    "EFBIG+",
    LATE,
    "ENOSPC~+",
];
/// How a call fails of the last ones, where the short form does not do them all: by then the state is
/// written, and a database waits for it.
const LATE: &str = "EIO~";
const LAST: u64 = 32;

pub(super) fn run(stage: &Stage, length: Length) -> Result<Counts, Failure> {
    let (seeds, most) = match length {
        Length::Short => (1, 5),
        Length::Long => (2, NEVER),
    };
    let mut templates = Vec::new();
    let mut cases = Vec::new();
    let mut dice = Dice::new(11);
    for job in Work::ALL.into_iter().flat_map(|work| (0..seeds).map(move |seed| Job { work, seed }))
    {
        let template = Template::of(stage, job, BEFORE)?;
        let calls = template.calls(stage, STEPS, true)?;
        for action in FAULTS {
            let all: Vec<u64> = match most < calls {
                true if action == LATE => (calls.saturating_sub(LAST)..=calls).collect(),
                true => (0..most).map(|_| 1 + dice.below(calls)).collect(),
                false => (1..=calls).collect(),
            };
            cases.extend(all.into_iter().map(|at| (templates.len(), action, at)));
        }
        templates.push(template);
    }
    let tally = Tally::default();
    each(&cases, |&(template, action, at), place| {
        let Some(template) = templates.get(template) else { return Ok(()) };
        let fault = Fault { action, at, counts_reading: true };
        failed(stage, template, &fault, place, &tally)
    })?;
    Ok(tally.counts())
}

/// Lets a call fail, and looks at what the process says and leaves.
fn failed(
    stage: &Stage,
    template: &Template,
    fault: &Fault,
    place: &str,
    tally: &Tally,
) -> Result<(), Failure> {
    let store = stage.place(place)?;
    copy(&template.path, &store)?;
    let ran = stage.work(&store, &template.job, (template.steps, STEPS), Some(fault))?;
    let about = format!("{:?} {fault:?}", template.job);
    if ran.end != End::Itself(true) {
        return Err(format!("{about}: {:?} {:?} {}", ran.end, ran.said, ran.complained).into());
    }
    if let Some(wrong) = ran.told("wrong").next() {
        return Err(format!("{about}: {wrong}").into());
    }
    tally.add("faults", 1);
    let is_poisoned = ran.told("failed").any(|said| said.contains(" poisoned "));
    tally.add("poisoned", is_poisoned.into());
    tally.add("refused to open", (ran.told("refused").next().is_some()).into());
    let has_failed = ran.told("failed").next().is_some();
    tally.add("changes refused", has_failed.into());
    let progress = ran.progress(template.steps);
    tally.add("changes acknowledged", progress.done - template.steps);
    let checked = stage.check(&store, &template.job, progress, None)?;
    found(&checked, &about, progress)?.tally(tally);
    Ok(())
}
