//! What is made of a store, and gone when that is closed?

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::fault::Fault;
use crate::fork::Home;
use crate::store::{Busy, Cell, Dependent};

/// Something that may be used by one thread at a time, until the store it was made of is closed.
pub(crate) struct Held<T> {
    content: Mutex<Option<T>>,
    cell: Option<Arc<Cell>>,
    home: Home,
}

impl<T: Send + 'static> Held<T> {
    pub(crate) fn new(content: T, cell: Option<Arc<Cell>>) -> Arc<Self> {
        let home = cell.as_ref().map_or_else(Home::here, |cell| cell.home());
        let held = Arc::new(Self { content: Mutex::new(Some(content)), cell, home });
        if let Some(cell) = &held.cell {
            let weak: Weak<Self> = Arc::downgrade(&held);
            cell.depends(weak);
        }
        held
    }

    pub(crate) fn cell(&self) -> Option<&Arc<Cell>> {
        self.cell.as_ref()
    }

    /// Begins a call: before any lock, for a forked child has none of the threads that hold them.
    pub(crate) fn begin(&self) -> Result<Option<Busy<'_>>, Fault> {
        match &self.cell {
            Some(cell) => cell.begin().map(Some),
            None => self.home.check().map(|()| None),
        }
    }

    /// Works with it. What a panic in the midst of it leaves is as good as what an error leaves.
    pub(crate) fn with<R>(
        &self,
        work: impl FnOnce(&mut T) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        let _busy = self.begin()?;
        self.look(work)?
    }

    /// Looks at it, in a call that has begun.
    pub(crate) fn look<R>(&self, work: impl FnOnce(&mut T) -> R) -> Result<R, Fault> {
        Ok(work(self.lock().as_mut().ok_or_else(Fault::closed)?))
    }

    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send + 'static> Dependent for Held<T> {
    fn close(&self) {
        let content = self.lock().take();
        drop(content);
    }
}

impl<T> Drop for Held<T> {
    /// In a forked child the threads that would have to end are not there.
    fn drop(&mut self) {
        if self.home.is_elsewhere() {
            let content = self.content.get_mut().unwrap_or_else(PoisonError::into_inner);
            std::mem::forget(content.take());
        }
    }
}
