//! Does a store stay as it is when it is used for long?

use serde_json::Value;

use crate::Failure;
use crate::stage::{End, Stage};

use super::{Counts, Length};

/// How much more than after the first fifth there may be in the end.
const MORE_MEMORY: u64 = 32 << 20;
const MORE_HANDLES: u64 = 0;

pub(super) fn run(stage: &Stage, length: Length) -> Result<Counts, Failure> {
    let (updates, reopens) = match length {
        Length::Short => (20_000_u64, 60_u64),
        Length::Long => (1_000_000, 1_000),
    };
    let store = stage.place("soak")?;
    let [updates, reopens] = [updates, reopens].map(|number| number.to_string());
    let args = ["soak".into(), store.into(), updates.into(), reopens.into()];
    let ran = stage.without_limit(&args)?;
    if ran.end != End::Itself(true) {
        return Err(format!("{:?} {:?} {}", ran.end, ran.said.last(), ran.complained).into());
    }
    let samples: Vec<Value> = ran.documents().collect();
    let read = |sample: Option<&Value>, name: &str| -> Result<u64, Failure> {
        let value = sample.and_then(|sample| sample.get(name)).and_then(Value::as_u64);
        value.ok_or_else(|| format!("no {name} in the samples").into())
    };
    let (early, late) = (samples.get(samples.len() / 5), samples.last());
    let grown =
        |name: &str| Ok::<u64, Failure>(read(late, name)?.saturating_sub(read(early, name)?));
    for (name, most) in [("memory", MORE_MEMORY), ("handles", MORE_HANDLES)] {
        let more = grown(name)?;
        if more > most {
            return Err(
                format!("{more} more {name} in the end than at first; {most} may be").into()
            );
        }
    }
    if read(late, "open_us")? > 20 * read(early, "open_us")?.max(5_000) {
        return Err("opening takes longer and longer".into());
    }
    let mut counts = Counts::new();
    counts.insert("updates", read(late, "updates")?);
    counts.insert("reopens", read(late, "reopens")?);
    for (name, of) in [
        ("memory at first", "memory"),
        ("open µs at first", "open_us"),
        ("state bytes at first", "state"),
    ] {
        counts.insert(name, read(early, of)?);
    }
    for (name, of) in [
        ("memory in the end", "memory"),
        ("handles in the end", "handles"),
        ("open µs in the end", "open_us"),
        ("state bytes in the end", "state"),
        ("journal bytes in the end", "journal"),
    ] {
        counts.insert(name, read(late, of)?);
    }
    Ok(counts)
}
