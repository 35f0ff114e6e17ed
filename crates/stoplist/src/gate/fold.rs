//! How do the changes of an overlay become part of an index?
//!
//! ```text
//! under the lock    take the view as it is: index, overlay, n changes
//! without it        build an index of its numbers; lay what changed meanwhile into an overlay
//! under the lock    append what changed since; replace the view; publish
//! ```
//!
//! Those who ask keep what they have. Those who change lists wait only for the last step, which is
//! as long as the changes of the moment before; and, once, for the union of the others where a list
//! has become a giant among them.

use std::mem;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::asked::FEW;
use super::gates::Shared;
use super::state::{State, ViewId};
use super::sync::lock;
use super::view::View;
use crate::fork::Home;
use crate::{Index, NumberSet, PhoneNumber};

/// Changes of an overlay that are reason enough to build a new index: with so many a batch takes
/// half again as long (`benches/record`, "overlay").
pub(super) const FOLD_AT: u32 = 1 << 16;

impl View {
    pub(super) fn is_due(&self) -> bool {
        self.changes >= FOLD_AT
    }
}

impl Shared {
    /// Folds every view that is to be, one after the other.
    pub(super) fn fold(&self, is_due: impl Fn(&View) -> bool) {
        let due: Vec<ViewId> = {
            let state = lock(&self.state);
            let due = state.views().filter(|(_, view)| is_due(view));
            due.map(|(id, _)| id).collect()
        };
        for id in due {
            // Taken one at a time: a list that became a giant is no longer in the union that was
            // due with it, and no memory is kept for what waits its turn.
            let taken = lock(&self.state).view_mut(&id).filter(|view| is_due(view)).cloned();
            if let Some(taken) = taken {
                self.fold_one(&id, &taken);
            }
        }
    }

    fn fold_one(&self, id: &ViewId, taken: &View) {
        let index = Arc::new(index_for(id, taken));
        // What has changed while that was built, still without the lock.
        let Some(before) = current(&mut lock(&self.state), id, taken) else { return };
        let mut folded = View::onto(&index, &before);
        let mut state = lock(&self.state);
        let Some(now) = current(&mut state, id, taken) else { return };
        let generation = state.generation();
        if Arc::ptr_eq(&now.overlay, &before.overlay) {
            for (number, added) in now.overlay.changes(before.changes, now.changes) {
                if let Ok(number) = PhoneNumber::new(number) {
                    folded.change(number, added, generation);
                }
            }
        } else {
            // It has grown out of its overlay meanwhile.
            folded = View::onto(&index, &now);
        }
        folded.begin_at(generation);
        if let Some(view) = state.view_mut(id) {
            *view = folded;
        }
        state.leave_giant(id);
        state.publish();
    }
}

/// The index that has what the changes of a view have come to.
fn index_for(id: &ViewId, view: &View) -> Index {
    let mut numbers = view.to_set();
    if matches!(id, ViewId::Few(_)) && numbers.len() <= FEW {
        // They stay in an overlay, which is only made anew.
        numbers = NumberSet::new();
    }
    Index::from_set(&numbers)
}

/// The view as it is now, unless it was replaced since it was taken.
fn current(state: &mut State, id: &ViewId, taken: &View) -> Option<View> {
    state.view_mut(id).filter(|now| taken.is_before(now)).map(|now| now.clone())
}

/// The thread that folds, once there is something to fold.
#[derive(Default)]
pub(super) struct Folder {
    running: StdMutex<Option<Running>>,
}

struct Running {
    home: Home,
    wake: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Folder {
    /// Has everything that is due folded. Where no thread can be started, it is done right here.
    pub(super) fn wake(&self, shared: &Arc<Shared>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_none() {
            *running = Running::start(Arc::clone(shared));
        }
        match &*running {
            // When it is awake already it will look again.
            Some(running) => drop(running.wake.try_send(())),
            None => {
                drop(running);
                shared.fold(View::is_due);
            }
        }
    }
}

impl Running {
    fn start(shared: Arc<Shared>) -> Option<Self> {
        let (wake, woken) = sync_channel::<()>(1);
        let work = move || woken.iter().for_each(|()| shared.fold(View::is_due));
        let thread = thread::Builder::new().name("stoplist-fold".to_owned()).spawn(work).ok()?;
        Some(Self { home: Home::here(), wake, thread })
    }
}

impl Drop for Folder {
    /// Waits for the fold that is under way. Not in a forked child, where the thread is not.
    fn drop(&mut self) {
        let running = self.running.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(running) = running {
            if running.home.is_left() {
                return mem::forget(running);
            }
            let Running { wake, thread, .. } = running;
            drop(wake);
            // A panic of the thread has been reported by the panic hook; there is nothing to add.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::fork::pretence::in_child;

    #[test]
    fn a_child_does_not_wait_for_a_thread_that_it_has_not() {
        let (wake, woken) = sync_channel::<()>(1);
        let (end, ended) = sync_channel::<()>(0);
        let thread = thread::spawn(move || drop((woken, ended.recv())));
        let running = StdMutex::new(Some(Running { home: Home::here(), wake, thread }));
        let (done, seen) = sync_channel(1);
        thread::spawn(move || {
            in_child(|| drop(Folder { running }));
            done.send(()).unwrap();
        });
        seen.recv_timeout(Duration::from_secs(10)).expect("the child waits");
        drop(end);
    }
}
