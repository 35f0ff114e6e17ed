//! What waits for the keeper, and who waits because of it?
//!
//! A sender takes a lock for some nanoseconds and wakes the keeper only when it sleeps: after the
//! first change of a quiet time it lingers, and takes what came meanwhile without being woken.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{KeeperOptions, Numbers, NumbersChange, StateChange};
use crate::state::backend::{Backend, ROUSE, Rouse};
use crate::state::error::StateError;

/// How often who waits looks whether the keeper hangs.
const LOOK: Duration = Duration::from_millis(250);
/// What a change takes beside its bytes, about.
const OVERHEAD: usize = 64;

type Read = Box<dyn FnOnce(&dyn Backend) + Send>;

/// Something for the keeper to do.
pub(super) enum Task {
    Change(StateChange),
    Checkpoint(Sender<()>),
    Read(Read),
    /// Nothing comes after it.
    Stop(Sender<()>),
}

/// Tasks in the order in which they came.
pub(super) struct Queue {
    options: KeeperOptions,
    rouse: Option<Rouse>,
    waiting: Mutex<Waiting>,
    /// The keeper waits for tasks.
    tasks: Condvar,
    /// Senders wait for room.
    room: Condvar,
}

struct Waiting {
    tasks: VecDeque<(Task, usize)>,
    bytes: usize,
    /// Tasks that somebody waits for.
    urgent: usize,
    senders: usize,
    keeper: KeeperIs,
    /// When the backend was last roused.
    roused: Option<Instant>,
    failed: Option<String>,
}

#[derive(Clone, Copy)]
enum KeeperIs {
    /// It must be woken.
    Asleep,
    /// It wakes by itself in a moment.
    Lingering,
    /// It last said so then.
    AtWork(Instant),
}

impl Queue {
    /// With what rouses the backend while somebody waits for it.
    pub(super) fn new(options: KeeperOptions, rouse: Option<Rouse>) -> Self {
        let waiting = Waiting {
            tasks: VecDeque::new(),
            bytes: 0,
            urgent: 0,
            senders: 0,
            keeper: KeeperIs::Lingering,
            roused: None,
            failed: None,
        };
        let waiting = Mutex::new(waiting);
        Self { options, rouse, waiting, tasks: Condvar::new(), room: Condvar::new() }
    }

    /// Nobody panics while holding the lock, and if so every field stays sound.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a task; waits for room first, if it is a change.
    pub(super) fn push(&self, task: Task) {
        let bytes = task.bytes();
        let mut waiting = self.lock();
        if let Task::Change(_) = task {
            let too_many = |waiting: &Waiting| {
                waiting.bytes > 0 && waiting.bytes + bytes > self.options.waiting_bytes
            };
            while waiting.failed.is_none() && too_many(&waiting) {
                waiting.senders += 1;
                let waited = self.room.wait_timeout(waiting, LOOK);
                waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
                waiting.senders -= 1;
                self.look(&mut waiting);
            }
            if waiting.failed.is_some() {
                return;
            }
        } else {
            waiting.urgent += 1;
        }
        let before = waiting.bytes;
        waiting.bytes += bytes;
        waiting.tasks.push_back((task, bytes));
        let batch = self.options.batch_bytes;
        let wake = match waiting.keeper {
            KeeperIs::Asleep => true,
            KeeperIs::Lingering => waiting.urgent > 0 || (before < batch && waiting.bytes >= batch),
            KeeperIs::AtWork(_) => false,
        };
        drop(waiting);
        if wake {
            self.tasks.notify_one();
        }
    }

    /// The next task, if there is one.
    pub(super) fn pop(&self) -> Option<Task> {
        let mut waiting = self.lock();
        let (task, bytes) = waiting.tasks.pop_front()?;
        waiting.bytes -= bytes;
        waiting.urgent -= usize::from(!matches!(task, Task::Change(_)));
        waiting.keeper = KeeperIs::AtWork(Instant::now());
        if waiting.senders > 0 {
            self.room.notify_all();
        }
        Some(task)
    }

    /// Waits for a task, and a little longer for more; whether there is one. Without, `idle` is over.
    pub(super) fn wait(&self, idle: Option<Duration>) -> bool {
        let end = idle.map(|idle| Instant::now() + idle);
        let mut waiting = self.lock();
        while waiting.tasks.is_empty() {
            waiting.keeper = KeeperIs::Asleep;
            waiting = match end.map(|end| end.saturating_duration_since(Instant::now())) {
                Some(Duration::ZERO) => break,
                Some(left) => {
                    let waited = self.tasks.wait_timeout(waiting, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.tasks.wait(waiting).unwrap_or_else(PoisonError::into_inner),
            };
        }
        if !waiting.tasks.is_empty()
            && waiting.urgent == 0
            && waiting.bytes < self.options.batch_bytes
        {
            waiting.keeper = KeeperIs::Lingering;
            let waited = self.tasks.wait_timeout(waiting, self.options.linger);
            waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        waiting.keeper = KeeperIs::AtWork(Instant::now());
        !waiting.tasks.is_empty()
    }

    /// The keeper gets on.
    pub(super) fn beat(&self) {
        self.lock().keeper = KeeperIs::AtWork(Instant::now());
    }

    /// Waits for an answer of the keeper.
    pub(super) fn wait_for<R>(&self, answer: &Receiver<R>) -> Result<R, StateError> {
        loop {
            match answer.recv_timeout(LOOK.min(self.options.hang_limit)) {
                Ok(answer) => return Ok(answer),
                Err(RecvTimeoutError::Disconnected) => return Err(self.stopped()),
                Err(RecvTimeoutError::Timeout) => {
                    if self.look(&mut self.lock()) {
                        return Err(self.stopped());
                    }
                }
            }
        }
    }

    /// Whether the keeper hangs, which is a failure. Before that the backend is roused.
    fn look(&self, waiting: &mut Waiting) -> bool {
        let KeeperIs::AtWork(since) = waiting.keeper else { return false };
        if let Some(rouse) = &self.rouse {
            let last = waiting.roused.filter(|roused| *roused > since).unwrap_or(since);
            if last.elapsed() > ROUSE.max(last - since) {
                waiting.roused = Some(Instant::now());
                rouse();
            }
        }
        let hangs = since.elapsed() > self.options.hang_limit;
        if hangs && waiting.failed.is_none() {
            let limit = self.options.hang_limit.as_millis();
            waiting.failed = Some(format!("the database did nothing for over {limit} ms"));
            self.room.notify_all();
        }
        hangs
    }

    /// The keeper cannot go on. Only the first error counts.
    pub(super) fn fail(&self, error: &StateError) {
        let mut waiting = self.lock();
        if waiting.failed.is_none() {
            waiting.failed = Some(error.to_string());
        }
        drop(waiting);
        self.room.notify_all();
    }

    pub(super) fn failed(&self) -> Option<String> {
        self.lock().failed.clone()
    }

    fn stopped(&self) -> StateError {
        let reason = self.failed().unwrap_or_else(|| "it was closed".to_owned());
        StateError::Stopped { reason }
    }
}

impl Task {
    /// What it takes in memory while it waits.
    fn bytes(&self) -> usize {
        let Self::Change(change) = self else { return 0 };
        let rows = change
            .rows
            .iter()
            .map(|(key, value)| OVERHEAD + key.len() + value.as_ref().map_or(0, Vec::len));
        let numbers = change.numbers.iter().map(|(_, numbers)| match numbers {
            NumbersChange::Changed { added, removed } => added.bytes() + removed.bytes(),
            NumbersChange::Replaced(set) => set.portable_size(),
        });
        OVERHEAD + change.meta.len() + rows.sum::<usize>() + numbers.sum::<usize>()
    }
}

impl Numbers {
    fn bytes(&self) -> usize {
        match self {
            Self::Few(numbers) => OVERHEAD + size_of_val(numbers.as_slice()),
            Self::Many(set) => set.portable_size(),
        }
    }
}

#[cfg(test)]
impl Queue {
    /// Whether tasks wait for the keeper.
    pub(super) fn has_work(&self) -> bool {
        !self.lock().tasks.is_empty()
    }
}
