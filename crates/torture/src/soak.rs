//! A process that uses a store for long, and says what it takes.

use std::fs;
use std::path::Path;
use std::time::Instant;

use serde_json::json;
use stoplist::{BlockRequest, Documentation, PhoneNumber, Reason, Store, StoreOptions, Traffic};

use crate::Failure;
use crate::dice::Dice;
use crate::door::ACTOR;
use crate::work::number;

/// So many numbers are blocked and let through again and again.
const NUMBERS: u64 = 10_000;
/// Samples that are told.
const SAMPLES: u64 = 50;

pub(crate) fn soak(path: &Path, updates: u64, reopens: u64) -> Result<(), Failure> {
    drop(Store::create(path, ACTOR, StoreOptions::default())?);
    let mut dice = Dice::new(1);
    let mut blocked = vec![false; NUMBERS as usize];
    let mut done = 0;
    for turn in 1..=reopens {
        let start = Instant::now();
        let store = Store::open(path, StoreOptions::default())?;
        let open = start.elapsed();
        if let Some(repair) = store.repairs().first() {
            return Err(format!("a store that was closed needed a repair: {repair}").into());
        }
        while done < updates * turn / reopens {
            let place = dice.below(NUMBERS);
            let phone = PhoneNumber::new(number(place)).map_err(|refusal| refusal.to_string())?;
            let Some(is_blocked) = blocked.get_mut(place as usize) else { continue };
            let (ana, why) = (store.acting_as(ACTOR), Documentation::new(Reason::OptOut));
            if *is_blocked {
                ana.unblock(&[phone.into()], &why)?;
            } else {
                ana.block(&[phone.into()], &BlockRequest::new(why))?;
            }
            *is_blocked = !*is_blocked;
            done += 1;
        }
        check(&store, &blocked)?;
        if turn % (reopens / SAMPLES).max(1) == 0 {
            let line = json!({
                "updates": done,
                "reopens": turn,
                "memory": memory()?,
                "handles": fs::read_dir("/proc/self/fd")?.count(),
                "open_us": open.as_micros() as u64,
                "state": bytes(&path.join("state"))?,
                "journal": bytes(&path.join("journal"))?,
            });
            crate::worker::say(&line.to_string())?;
        }
    }
    Ok(())
}

/// Whether each number is blocked that has to be, and no other.
fn check(store: &Store, blocked: &[bool]) -> Result<(), Failure> {
    let gate = store.gate(&stoplist::GateSpec::all(Traffic::ALL))?.load();
    for (place, &is_blocked) in (0..).zip(blocked) {
        let phone = PhoneNumber::new(number(place)).map_err(|refusal| refusal.to_string())?;
        if gate.contains(phone) != is_blocked {
            return Err(format!("a wrong answer: {phone}").into());
        }
    }
    Ok(())
}

/// What the process has in memory, in bytes.
fn memory() -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.map(|kib| kib << 10).ok_or_else(|| "no VmRSS".into())
}

fn bytes(directory: &Path) -> Result<u64, Failure> {
    let mut all = 0;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        all += match entry.file_type()?.is_dir() {
            true => bytes(&entry.path())?,
            false => entry.metadata()?.len(),
        };
    }
    Ok(all)
}
