//! Is a file that asks for much refused, soon and in little memory?

use std::fs;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::stage::{End, Stage};

use super::{Counts, Length};

/// How soon: on a machine that others use too, a short form must not fail for their sake.
const MOST_TIME: Duration = Duration::from_millis(50);
const MOST_TIME_OF_THE_SHORT_FORM: Duration = Duration::from_millis(1_000);
/// More than for a file of one line.
const MOST_MEMORY: u64 = 10 << 20;
const MIB: usize = 1 << 20;

pub(super) fn run(stage: &Stage, length: Length) -> Result<Counts, Failure> {
    let most_time = match length {
        Length::Short => MOST_TIME_OF_THE_SHORT_FORM,
        Length::Long => MOST_TIME,
    };
    let plain = stage.place("plain.txt")?;
    fs::write(&plain, "+12025550142\n")?;
    let args = ["set".into(), plain.into_os_string()];
    let (ran, least_memory) = stage.stoplist(&args)?;
    if ran.end != End::Itself(true) {
        return Err(format!("a file of one number: {:?} {}", ran.end, ran.complained).into());
    }
    let mut counts = Counts::from([("bombs", 0), ("most µs", 0), ("most KiB of memory", 0)]);
    let mut failures = Vec::new();
    for (name, verb, bytes) in bombs() {
        let path = stage.place(name)?;
        fs::write(&path, bytes)?;
        let mut args = vec![verb.into(), path.clone().into_os_string()];
        if verb == "filter" {
            args.extend(["-o".into(), stage.place("kept.csv")?.into_os_string()]);
            args.extend(["--blocked".into(), stage.place("none.txt")?.into_os_string()]);
            fs::write(stage.place("none.txt")?, "+12025550142\n")?;
        }
        // The best of three: others use the machine too.
        let mut best = (Duration::MAX, u64::MAX);
        for _ in 0..3 {
            let start = Instant::now();
            let (ran, memory) = stage.stoplist(&args)?;
            let took = start.elapsed();
            best = (best.0.min(took), best.1.min(memory.saturating_sub(least_memory)));
            let is_refused =
                ran.end == End::Itself(false) && ran.complained.starts_with("stoplist: ");
            if !is_refused || ran.complained.contains("internal error") {
                failures.push(format!("{name}: {:?} {}", ran.end, ran.complained));
                break;
            }
        }
        let (took, memory) = best;
        if took > most_time || memory > MOST_MEMORY {
            failures.push(format!("{name}: refused after {took:?} and {memory} bytes more"));
        }
        fs::remove_file(path)?;
        *counts.entry("bombs").or_default() += 1;
        let most = counts.entry("most µs").or_default();
        *most = (*most).max(took.as_micros() as u64);
        let most = counts.entry("most KiB of memory").or_default();
        *most = (*most).max(memory >> 10);
    }
    if failures.is_empty() { Ok(counts) } else { Err(failures.join("; ").into()) }
}

/// Names of files, who is to read them, and what is in them.
fn bombs() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let line = |begin: &str, fill: u8, end: &str| {
        [begin.as_bytes(), &vec![fill; 10 * MIB], end.as_bytes()].concat()
    };
    vec![
        ("count.r64", "set", vec![0xFF; 64]),
        ("runs.r64", "set", runs()),
        ("cell.csv", "set", line("phone;name\n+12025550142;\"", b'x', "\"\n")),
        ("open.csv", "set", line("phone;name\n+12025550142;\"", b'\n', "")),
        ("deep.json", "set", b"[".repeat(10_000)),
        ("deep.jsonl", "set", b"{\"a\":".repeat(10_000)),
        ("line.jsonl", "set", line("{\"phone\":\"", b'1', "\"}\n")),
        ("line.vcf", "set", line("BEGIN:VCARD\nVERSION:4.0\nTEL:", b'1', "\nEND:VCARD\n")),
        ("line.txt", "set", line("", b'1', "\n")),
        ("footer.parquet", "set", [b"PAR1", [0; 64].as_slice(), &[0xFF; 4], b"PAR1"].concat()),
        (
            "footer.arrow",
            "set",
            [b"ARROW1\0\0", [0; 64].as_slice(), &[0xFF, 0xFF, 0xFF, 0x7F], b"ARROW1"].concat(),
        ),
        ("message.arrows", "set", [[0xFF; 4], [0xFF, 0xFF, 0xFF, 0x7F], [0; 4]].concat()),
        ("columns.csv", "filter", [b"a,".repeat(1_000_000).as_slice(), b"b\n1\n"].concat()),
        ("cell-of-a-table.csv", "filter", line("phone,name\n+12025550142,\"", b'x', "")),
    ]
}

/// A portable bitmap of 400 KB that stands for 2^32 values: 65,536 containers of a run each.
fn runs() -> Vec<u8> {
    const CONTAINERS: u32 = 1 << 16;
    let mut bytes = Vec::new();
    bytes.extend(1_u64.to_le_bytes());
    bytes.extend(2_u32.to_le_bytes());
    bytes.extend((12_347 | ((CONTAINERS - 1) << 16)).to_le_bytes());
    bytes.extend(vec![0xFF; CONTAINERS as usize / 8]);
    for key in 0..CONTAINERS {
        bytes.extend((key as u16).to_le_bytes());
        bytes.extend(u16::MAX.to_le_bytes());
    }
    let first = bytes.len() - 12 + 4 * CONTAINERS as usize;
    for container in 0..CONTAINERS {
        bytes.extend((first as u32 + 6 * container).to_le_bytes());
    }
    for _ in 0..CONTAINERS {
        bytes.extend([1, 0, 0, 0, 0xFF, 0xFF]);
    }
    bytes
}
