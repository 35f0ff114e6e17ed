//! How are systems timed fairly, and how is the outcome shown?

use std::time::Instant;

use serde::Serialize;

/// One measured figure.
#[derive(Debug, Serialize)]
pub(crate) struct Measurement {
    pub(crate) work: String,
    pub(crate) system: &'static str,
    pub(crate) metric: &'static str,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// How many items the value is an average of.
    pub(crate) n: usize,
}

/// A system under measurement: does the work once, and returns a digest of its answer.
pub(crate) struct System<'a> {
    pub(crate) name: &'static str,
    /// How many of the items it is given: slow systems get fewer.
    pub(crate) items: usize,
    /// The digest of the right answer for that many items.
    pub(crate) expected: u64,
    pub(crate) run: Box<dyn FnMut() -> u64 + 'a>,
}

/// Times all systems, round by round, and returns the median nanoseconds an item of each.
///
/// A system that comes to another answer than expected ends the run.
pub(crate) fn interleaved(
    work: &str,
    metric: &'static str,
    rounds: usize,
    systems: &mut [System<'_>],
) -> Result<Vec<Measurement>, String> {
    let mut times: Vec<Vec<f64>> = systems.iter().map(|_| Vec::with_capacity(rounds)).collect();
    // The first round warms caches and tables and checks the answers; it is not counted.
    for round in 0..=rounds {
        for (system, times) in systems.iter_mut().zip(&mut times) {
            let start = Instant::now();
            let digest = std::hint::black_box((system.run)());
            let elapsed = start.elapsed();
            let System { name, expected, .. } = system;
            if digest != *expected {
                return Err(format!("{work}: {name} came to {digest} instead of {expected}"));
            }
            if round > 0 {
                times.push(elapsed.as_secs_f64() * 1e9 / system.items as f64);
            }
        }
    }
    let measurement = |(system, times): (&System<'_>, Vec<f64>)| Measurement {
        work: work.to_owned(),
        system: system.name,
        metric,
        value: median(times),
        unit: "ns",
        n: system.items,
    };
    Ok(systems.iter().zip(times).map(measurement).collect())
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A table for each metric on standard error, the lines of JSON on standard output.
pub(crate) fn print(measurements: &[Measurement]) {
    let mut metrics: Vec<&str> = Vec::new();
    for Measurement { metric, .. } in measurements {
        if !metrics.contains(metric) {
            metrics.push(metric);
        }
    }
    for metric in metrics {
        print_table(metric, measurements.iter().filter(|row| row.metric == metric));
    }
    for measurement in measurements {
        match serde_json::to_string(measurement) {
            Ok(line) => println!("{line}"),
            Err(error) => eprintln!("{error}"),
        }
    }
}

/// The last column is how many times the value of the first system that did the same work.
fn print_table<'a>(metric: &str, rows: impl Iterator<Item = &'a Measurement>) {
    eprintln!("{:<28} {:<18} {metric:>18} {:>14}", "work", "system", "of the first");
    let mut first: Option<&Measurement> = None;
    for row in rows {
        let Measurement { work, system, value, unit, .. } = row;
        if first.is_none_or(|first| first.work != *work) {
            first = Some(row);
        }
        let ratio = first.map_or(1.0, |first| value / first.value);
        eprintln!("{work:<28} {system:<18} {value:>15.3} {unit:<2} {ratio:>13.2}×");
    }
    eprintln!();
}
