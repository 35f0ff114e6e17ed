//! Does a journal keep its promises on a disk that forgets, tears and fails?
//!
//! The disk is simulated: it does everything to real files, and remembers what of it is safe. A seed
//! decides what is written, where it is cut or refused, and what of the unsynced sectors, lengths and
//! names is on the disk when the power is back. What must be there then is known without asking the
//! journal: the records that were told, and how their bytes were written.
//!
//! `STOPLIST_SIMULATED_SEEDS` says how many seeds are tried, `STOPLIST_SIMULATED_FIRST` which is the
//! first. A seed that fails is named, and fails when it is tried alone.

mod chance;
mod counts;
mod decay;
mod door;
mod opening;
mod plate;
mod platter;
mod run;
mod seeds;
mod work;

use std::sync::{Arc, Mutex};

pub(crate) use chance::Chance;
pub(crate) use counts::Counts;
pub(in crate::journal) use door::Simulated;
pub(crate) use seeds::over_seeds;

use super::*;
use run::Run;

/// What takes some seconds in a build that is not optimised.
const SEEDS: u64 = 4_000;

#[test]
fn simulated_disks_keep_their_promises() {
    let counts = over_seeds("disk", SEEDS, 1, |seed, root| {
        let directory = root.join("journal");
        let mut run = Run::new(seed, directory.clone());
        run.live();
        fs::remove_dir_all(directory).unwrap();
        run.counts
    });
    for what in ["cuts", "kills", "faults", "torn_tails", "torn_segments", "decayed"] {
        assert!(counts.of("seeds") < 1_000 || counts.of(what) > 0, "{what}: none");
    }
}
