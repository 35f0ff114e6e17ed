//! Who lifts a block when its time has come?
//!
//! A thread that sleeps until then. It ends with the last handle of the store, which waits for it: so
//! the store is closed when that handle is gone.

use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::Timestamp;

use crate::record::Event;

use super::bulk::MOST_TARGETS;
use super::engine::{Engine, lock};
use super::error::StoreError;

/// The longest sleep while some block is temporary: the clock of the host may be set meanwhile.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);

/// Wakes the thread.
#[derive(Default)]
pub(super) struct Clock {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    /// The next block to end, as far as the thread was told.
    next: Option<Timestamp>,
    closed: bool,
}

/// The thread, for as long as the store is open.
pub(super) struct ClockThread {
    clock: Arc<Clock>,
    thread: Option<JoinHandle<()>>,
}

impl ClockThread {
    pub(super) fn start(engine: &Arc<Engine>) -> Result<Self, StoreError> {
        let clock = Arc::clone(&engine.clock);
        clock.tell(engine.model().next_expiry());
        let weak = Arc::downgrade(engine);
        let run = {
            let clock = Arc::clone(&clock);
            move || clock.run(&weak)
        };
        let thread = thread::Builder::new().name("stoplist-clock".to_owned()).spawn(run);
        Ok(Self { clock, thread: Some(thread.map_err(StoreError::Thread)?) })
    }
}

impl Drop for ClockThread {
    fn drop(&mut self) {
        self.clock.close();
        if let Some(thread) = self.thread.take() {
            // If it panicked, there is nobody to tell.
            drop(thread.join());
        }
    }
}

impl Clock {
    /// Says when the next block ends.
    pub(super) fn tell(&self, next: Option<Timestamp>) {
        let mut state = lock(&self.state);
        if state.next != next {
            state.next = next;
            self.wake.notify_one();
        }
    }

    /// Ends the thread.
    fn close(&self) {
        lock(&self.state).closed = true;
        self.wake.notify_one();
    }

    fn run(&self, engine: &Weak<Engine>) {
        while self.wait_until_due() {
            let Some(engine) = engine.upgrade() else { return };
            if let Err(error) = engine.lapse() {
                tracing::error!(%error, "a temporary block could not be lifted");
                thread::sleep(LONGEST_SLEEP);
            }
        }
    }

    /// Whether a block is due; `false` when the store is closed.
    fn wait_until_due(&self) -> bool {
        let mut state = lock(&self.state);
        loop {
            if state.closed {
                return false;
            }
            let Some(next) = state.next else {
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = next.duration_since(Timestamp::now());
            let Ok(left) = Duration::try_from(left) else { return true };
            if left.is_zero() {
                return true;
            }
            let waited = self.wake.wait_timeout(state, left.min(LONGEST_SLEEP));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Engine {
    /// Lifts every block whose time has come.
    pub(super) fn lapse(&self) -> Result<(), StoreError> {
        let mut is_more = true;
        while is_more {
            is_more = false;
            self.commit_own(|model, moment| {
                let mut targets = model.expired(moment.now);
                is_more = targets.len() > MOST_TARGETS as usize;
                targets.truncate(MOST_TARGETS as usize);
                (!targets.is_empty()).then_some(Event::Lapsed { targets })
            })?;
        }
        Ok(())
    }
}
