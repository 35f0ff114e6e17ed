//! A disk that fails when it is told to.

use std::io;
use std::sync::{Arc, Mutex};

use super::super::disk::Disk;

/// Which operation fails, and how.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Faults(Arc<Mutex<Plan>>);

#[derive(Debug, Default)]
struct Plan {
    /// Operations that still succeed; `None` when all do.
    left: Option<usize>,
    /// Bytes that a write that fails has written.
    short: usize,
    /// Syncs succeed, and do nothing: for tests of many journals.
    is_quick: bool,
    /// What has been done, in order.
    done: Vec<&'static str>,
}

impl Faults {
    /// Fails all operations after so many. The first write that fails writes a few bytes.
    pub(super) fn after(&self, operations: usize, short: usize) {
        let mut plan = self.0.lock().unwrap();
        plan.left = Some(operations);
        plan.short = short;
    }

    /// A disk that does not sync.
    pub(in super::super) fn quick() -> Disk {
        let faults = Self::default();
        faults.0.lock().unwrap().is_quick = true;
        Disk::failing(faults)
    }

    pub(in super::super) fn is_quick(&self) -> bool {
        self.0.lock().unwrap().is_quick
    }

    pub(super) fn done(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().done.clone()
    }

    /// When the operation fails: how much it writes before, and the error.
    pub(in super::super) fn strike(&self, operation: &'static str) -> Option<(usize, io::Error)> {
        let mut plan = self.0.lock().unwrap();
        plan.done.push(operation);
        match &mut plan.left {
            None => None,
            Some(0) => Some((std::mem::take(&mut plan.short), io::Error::other("told to fail"))),
            Some(left) => {
                *left -= 1;
                None
            }
        }
    }
}
