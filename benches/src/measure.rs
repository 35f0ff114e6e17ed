//! How are systems timed fairly, and how is the outcome shown?

use std::time::Instant;

use serde::Serialize;

/// One measured figure.
#[derive(Debug, Serialize)]
pub(crate) struct Measurement {
    pub(crate) work: &'static str,
    pub(crate) system: &'static str,
    pub(crate) metric: &'static str,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// How many items a round processed.
    pub(crate) n: usize,
}

/// A system under measurement: does the work once, and returns a digest of its answer.
pub(crate) struct System<'a> {
    pub(crate) name: &'static str,
    /// How many of the items it is given: slow systems get fewer.
    pub(crate) items: usize,
    pub(crate) run: Box<dyn FnMut() -> u64 + 'a>,
}

/// Times all systems, round by round, and returns the median nanoseconds an item of each.
///
/// The digest of each system must be that of `expected` for its number of items.
pub(crate) fn interleaved(
    work: &'static str,
    metric: &'static str,
    rounds: usize,
    systems: &mut [System<'_>],
    expected: impl Fn(usize) -> u64,
) -> Result<Vec<Measurement>, String> {
    let mut times: Vec<Vec<f64>> = systems.iter().map(|_| Vec::with_capacity(rounds)).collect();
    // The first round warms caches and tables and checks the answers; it is not counted.
    for round in 0..=rounds {
        for (system, times) in systems.iter_mut().zip(&mut times) {
            let start = Instant::now();
            let digest = std::hint::black_box((system.run)());
            let elapsed = start.elapsed();
            if digest != expected(system.items) {
                return Err(format!("{work}: {} came to another answer", system.name));
            }
            if round > 0 {
                times.push(elapsed.as_secs_f64() * 1e9 / system.items as f64);
            }
        }
    }
    let measurement = |(system, times): (&System<'_>, Vec<f64>)| Measurement {
        work,
        system: system.name,
        metric,
        value: median(times),
        unit: "ns",
        n: system.items,
    };
    Ok(systems.iter().zip(times).map(measurement).collect())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The table on standard error, the lines of JSON on standard output.
pub(crate) fn print(measurements: &[Measurement]) {
    eprintln!("{:<18} {:<22} {:>12} {:>14}", "work", "system", "value", "of the first");
    let mut first: Option<&Measurement> = None;
    for measurement in measurements {
        let Measurement { work, system, value, unit, .. } = measurement;
        if first.is_none_or(|first| first.work != *work) {
            first = Some(measurement);
        }
        let ratio = first.map_or(1.0, |first| value / first.value);
        eprintln!("{work:<18} {system:<22} {value:>9.2} {unit} {ratio:>13.2}×");
    }
    for measurement in measurements {
        match serde_json::to_string(measurement) {
            Ok(line) => println!("{line}"),
            Err(error) => eprintln!("{error}"),
        }
    }
}

/// The value of `--name N` among the options, or the default.
pub(crate) fn option(options: &[String], name: &str, default: usize) -> Result<usize, String> {
    match options.iter().position(|option| option == name) {
        None => Ok(default),
        Some(place) => options
            .get(place + 1)
            .and_then(|value| value.parse().ok())
            .filter(|&value| value > 0)
            .ok_or_else(|| format!("{name} takes a whole number above 0")),
    }
}
