//! How long does it take from files to a file, the start of the process included?
//!
//! The files were read before, and so are in memory: it is not the disk that is measured.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

use super::answer::{Answer, Expected};
use super::options::{Options, System};
use super::programs::{Programs, message};
use super::report::Report;
use super::{Case, median};
use crate::Failure;

/// Of one system: nanoseconds, and the KiB that it had at most.
#[derive(Debug, Default)]
struct Figures {
    ns: Vec<f64>,
    kib: Vec<f64>,
}

/// All systems in turn, round after round; the versions are in the order of the systems.
pub(super) fn measure(
    case: Case<'_>,
    options: &Options,
    programs: &Programs,
    expected: &Expected,
    versions: &[String],
    report: &mut Report,
) -> Result<(), Failure> {
    if options.cold_rounds == 0 {
        return Ok(());
    }
    let out = options.directory.join("kept.parquet");
    let mut figures: Vec<Figures> = options.systems.iter().map(|_| Figures::default()).collect();
    for round in 1..=options.cold_rounds {
        eprintln!("== cold, {} on {} thread(s), round {round}", case.column.name(), case.threads);
        for (&system, figures) in options.systems.iter().zip(&mut figures) {
            once(system, case, programs, expected, &out, figures)?;
        }
    }
    for ((&system, version), figures) in options.systems.iter().zip(versions).zip(figures) {
        report.cold(case, system, version, median(figures.ns), median(figures.kib));
    }
    Ok(())
}

fn once(
    system: System,
    case: Case<'_>,
    programs: &Programs,
    expected: &Expected,
    out: &Path,
    figures: &mut Figures,
) -> Result<(), Failure> {
    // Nothing that an earlier run left behind is taken for the answer.
    remove(out)?;
    let took = message(&mut programs.cold(system, case, out))?;
    let written = message(&mut programs.check(out))?;
    let answer = Answer::of(&written).ok_or_else(|| format!("{written} is no answer"))?;
    expected.check(answer).map_err(|wrong| format!("{} {wrong}", system.name()))?;
    remove(out)?;
    let figure = |name| {
        let figure = took.get(name).and_then(Value::as_f64);
        figure.ok_or_else(|| format!("{took} does not say {name}"))
    };
    figures.ns.push(figure("ns")?);
    figures.kib.push(figure("max_rss_kb")?);
    Ok(())
}

fn remove(out: &Path) -> Result<(), Failure> {
    match fs::remove_file(out) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(format!("{} cannot be removed: {error}", out.display()).into())
        }
        _ => Ok(()),
    }
}
