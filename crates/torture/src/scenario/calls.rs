//! Is everything there that was acknowledged, whichever call a process is killed at?

use crate::Failure;
use crate::stage::{End, Fault, Job, Stage, copy};
use crate::work::Work;

use super::{Counts, Length, NEVER, Tally, Template, each, found};

/// Steps before a fault can happen, and steps among which it happens.
const BEFORE: u64 = 8;
const STEPS: u64 = 10;

/// A place at which a process is killed.
struct Kill<'a> {
    template: &'a Template,
    fault: Fault,
}

/// The templates and kills of each work: every `stride`th call of each, with both ways of being killed.
fn kills(templates: &[Template], stage: &Stage, most: u64) -> Result<Vec<(usize, Fault)>, Failure> {
    let mut kills = Vec::new();
    for (place, template) in templates.iter().enumerate() {
        let calls = template.calls(stage, STEPS, false)?;
        let stride = (calls * 2).div_ceil(most).max(1);
        for at in (1..=calls).flat_map(|at| [(at, "kill"), (at, "torn")]).step_by(stride as usize) {
            kills.push((place, Fault { action: at.1, at: at.0, counts_reading: false }));
        }
    }
    Ok(kills)
}

fn templates(stage: &Stage, seeds: u64) -> Result<Vec<Template>, Failure> {
    let jobs =
        Work::ALL.into_iter().flat_map(|work| (0..seeds).map(move |seed| Job { work, seed }));
    jobs.map(|job| Template::of(stage, job, BEFORE)).collect()
}

pub(super) fn kill(stage: &Stage, length: Length) -> Result<Counts, Failure> {
    let (seeds, most) = match length {
        Length::Short => (1, 40),
        Length::Long => (6, NEVER),
    };
    let templates = templates(stage, seeds)?;
    let kills = kills(&templates, stage, most)?;
    let tally = Tally::default();
    each(&kills, |(template, fault), place| {
        let Some(template) = templates.get(*template) else { return Ok(()) };
        killed(stage, &Kill { template, fault: fault.clone() }, place, &tally)
    })?;
    Ok(tally.counts())
}

/// Kills a process and looks at what is left.
fn killed(stage: &Stage, kill: &Kill<'_>, place: &str, tally: &Tally) -> Result<(), Failure> {
    let Kill { template, fault } = kill;
    let store = stage.place(place)?;
    copy(&template.path, &store)?;
    let ran = stage.work(&store, &template.job, (template.steps, STEPS), Some(fault))?;
    let about = format!("{:?} {fault:?}", template.job);
    match ran.end {
        End::Killed => tally.add("kills", 1),
        End::Itself(true) => tally.add("ended before", 1),
        end => return Err(format!("{about}: {end:?}: {}", ran.complained).into()),
    }
    let progress = ran.progress(template.steps);
    tally.add("changes acknowledged", progress.done - template.steps);
    let checked = stage.check(&store, &template.job, progress, None)?;
    found(&checked, &about, progress)?.tally(tally);
    Ok(())
}

pub(super) fn recovery(stage: &Stage, length: Length) -> Result<Counts, Failure> {
    let (seeds, most, again) = match length {
        Length::Short => (1, 8, 2),
        Length::Long => (3, 60, 6),
    };
    let templates = templates(stage, seeds)?;
    let kills = kills(&templates, stage, most)?;
    let tally = Tally::default();
    each(&kills, |(template, fault), place| {
        let Some(template) = templates.get(*template) else { return Ok(()) };
        for turn in 0..again {
            let kill = Kill { template, fault: fault.clone() };
            recovered(stage, &kill, turn, place, &tally)?;
        }
        Ok(())
    })?;
    Ok(tally.counts())
}

/// Kills a process, and two that recover what it left.
fn recovered(
    stage: &Stage,
    kill: &Kill<'_>,
    turn: u64,
    place: &str,
    tally: &Tally,
) -> Result<(), Failure> {
    let Kill { template, fault } = kill;
    let store = stage.place(place)?;
    copy(&template.path, &store)?;
    let ran = stage.work(&store, &template.job, (template.steps, STEPS), Some(fault))?;
    let progress = ran.progress(template.steps);
    let about = format!("{:?} {fault:?}, turn {turn}", template.job);
    // Opening alone, so that no further step is begun.
    for at in [3 * turn + 1, 2 * turn + 1] {
        let again =
            Fault { action: if at % 2 == 0 { "kill" } else { "torn" }, at, ..fault.clone() };
        let ran = stage.open(&store, &template.job, Some(&again))?;
        match ran.end {
            End::Killed => tally.add("kills while recovering", 1),
            End::Itself(true) => tally.add("recovered before", 1),
            end => return Err(format!("{about}, {again:?}: {end:?}: {}", ran.complained).into()),
        }
    }
    let checked = stage.check(&store, &template.job, progress, None)?;
    found(&checked, &about, progress)?.tally(tally);
    Ok(())
}
