//! How far is it, and may it go on?

use std::ffi::c_void;

use crate::fault::Fault;
use crate::pointers::User;

/// Hears how far a call is: `done` of `total`, which is 0 while it is unknown. Returns 0 to go on;
/// anything else ends the call, with nothing changed. Called on the thread of the call. Must not throw,
/// jump out, or close the store.
pub type stoplist_progress =
    Option<unsafe extern "C" fn(user: *mut c_void, done: u64, total: u64) -> i32>;

/// How many steps lie between two calls of the callback.
const STRIDE: u64 = 4096;

/// The steps of a call.
pub(crate) struct Steps {
    progress: stoplist_progress,
    user: *mut c_void,
    done: u64,
    total: u64,
}

impl Steps {
    pub(crate) fn new(progress: stoplist_progress, user: &User) -> Self {
        Self { progress, user: user.pointer(), done: 0, total: 0 }
    }

    /// Nobody listens.
    pub(crate) fn silent() -> Self {
        Self { progress: None, user: std::ptr::null_mut(), done: 0, total: 0 }
    }

    pub(crate) fn total(&mut self, total: u64) -> Result<(), Fault> {
        self.total = total;
        self.tell()
    }

    pub(crate) fn done(&mut self, done: u64) -> Result<(), Fault> {
        self.done = done;
        if done.is_multiple_of(STRIDE) { self.tell() } else { Ok(()) }
    }

    /// Tells how far it is: also before the change is made.
    pub(crate) fn tell(&self) -> Result<(), Fault> {
        self.at(self.done, self.total)
    }

    /// Tells now.
    pub(crate) fn at(&self, done: u64, total: u64) -> Result<(), Fault> {
        let Some(progress) = self.progress else { return Ok(()) };
        // SAFETY: the header says that it may be called so, on this thread, during the call.
        if unsafe { progress(self.user, done, total) } == 0 {
            Ok(())
        } else {
            Err(Fault::cancelled())
        }
    }
}
