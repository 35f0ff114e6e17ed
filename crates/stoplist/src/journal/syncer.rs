//! Who syncs when nobody waits for it?

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::JournalError;
use super::segment;
use super::shared::Shared;
use super::sync::{Thread, elapsed, spawn};
use crate::seeded::{self, Bug};

/// Starts a thread that syncs what has been written, at an interval and once more when the journal
/// closes.
pub(super) fn start(shared: Arc<Shared>, interval: Duration) -> io::Result<Thread> {
    spawn("stoplist-journal", move || while shared.sync_after(interval) {})
}

impl Shared {
    /// Waits for the interval, then syncs. Whether there is going to be more to sync.
    pub(super) fn sync_after(&self, interval: Duration) -> bool {
        let since = Instant::now();
        let mut state = self.lock();
        while !state.closing && !state.is_poisoned() {
            let left = interval.saturating_sub(elapsed(since));
            if left.is_zero() {
                break;
            }
            state = self.wait_close(state, left);
        }
        if state.is_poisoned() {
            return false;
        }
        let (closing, durable) = (state.closing, state.durable);
        if durable.seq < state.first_unsynced {
            return !closing;
        }
        let file = Arc::clone(&state.file);
        drop(state);
        let synced = self.disk.sync(&file);
        if let Err(source) = synced
            && !seeded::is_made(Bug::SyncerPoison)
        {
            let path = segment::path(&self.directory, durable.segment);
            self.poison(JournalError::io(&path, "sync the segment", source));
            return false;
        }
        let mut state = self.lock();
        state.first_unsynced = state.first_unsynced.max(durable.seq + 1);
        !closing
    }
}
