//! `cargo xtask peers`: how long do stoplist, Polars, DuckDB, DataFusion and pyarrow take to take the
//! blocked numbers out of the same table?
//!
//! All of them run side by side as processes that hold their data in memory, and do their tasks in
//! turn, round after round: what disturbs the machine disturbs all alike. Then each reads and writes
//! files, from its start to its end. A wrong answer ends the run.

mod answer;
mod cold;
mod options;
mod programs;
mod report;
mod served;

use std::path::Path;

use crate::Failure;
use answer::{Expected, Task};
use options::{Column, Options};
use programs::Programs;
use report::Report;
use served::Served;

/// What is done, over and over.
#[derive(Debug, Clone, Copy)]
struct Case<'a> {
    column: Column,
    threads: usize,
    data: &'a Path,
}

/// Makes what is missing, measures, and prints a table and lines of JSON.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let options = Options::parse(args)?;
    let programs = Programs::build(&options)?;
    if !options.has_data() {
        programs.write_data(&options)?;
    }
    let data = options.data();
    let expected = Expected::read(&data)?;
    expected.check_rows(options.rows)?;
    for &column in &options.columns {
        for &threads in &options.threads {
            let case = Case { column, threads, data: &data };
            // Shown as soon as they are there: a run can take many minutes, and be cut short.
            let mut report = Report::new(&options);
            let versions = warm(case, &options, &programs, &expected, &mut report)?;
            report.print();
            let mut report = Report::new(&options);
            cold::measure(case, &options, &programs, &expected, &versions, &mut report)?;
            report.print();
        }
    }
    Ok(())
}

/// Times what processes do that have their data in memory; returns the version of each system.
fn warm(
    case: Case<'_>,
    options: &Options,
    programs: &Programs,
    expected: &Expected,
    report: &mut Report,
) -> Result<Vec<String>, Failure> {
    let mut running = Vec::with_capacity(options.systems.len());
    for &system in &options.systems {
        eprintln!("== {} loads {}", system.name(), case.data.display());
        running.push(Served::start(system, programs.serve(system, case))?);
    }
    // Tasks of the same place are alike, and are timed one right after the other.
    let places = options.systems.iter().map(|system| system.tasks().len()).max().unwrap_or(0);
    let mut turns: Vec<(usize, Task, Vec<f64>)> = Vec::new();
    for place in 0..places {
        for (at, system) in options.systems.iter().enumerate() {
            turns.extend(system.tasks().get(place).map(|&task| (at, task, Vec::new())));
        }
    }
    let mut checks = expected.checks();
    // The first round warms caches and checks the answers; it is not counted.
    for round in 0..=options.rounds {
        eprintln!("== {} on {} thread(s), round {round}", case.column.name(), case.threads);
        for (at, task, times) in &mut turns {
            let Some(served) = running.get_mut(*at) else { continue };
            let reply = served.ask(task.name)?;
            checks.check(*task, reply.answer).map_err(|wrong| format!("{served} {wrong}"))?;
            if round > 0 {
                times.push(reply.ns);
            }
        }
    }
    for (at, task, times) in turns {
        if let Some(served) = running.get(at) {
            report.warm(case, served.system, &served.version, task.name, median(times));
        }
    }
    running.into_iter().map(Served::end).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn half_of_the_values_are_below_the_median() {
        assert_eq!(median(vec![5.0, 1.0, 9.0]), 5.0);
        assert_eq!(median(vec![2.0, 1.0]), 2.0);
        assert!(median(Vec::new()).is_nan());
    }
}
