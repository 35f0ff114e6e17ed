//! What does every exported function have around it?
//!
//! No panic crosses: it becomes a status, and what the call had in hand is dropped on the way.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::stoplist_error;
use crate::fault::Fault;
use crate::pointers::{Out, Owned};
use crate::status::STOPLIST_OK;

/// Where a call puts its error: `stoplist_error **`.
pub(crate) type ErrorOut = Out<Owned<stoplist_error>>;

/// Does the work of an exported function.
#[inline]
pub(crate) fn call(error: ErrorOut, work: impl FnOnce() -> Result<(), Fault>) -> i32 {
    match guarded(work) {
        Ok(()) => STOPLIST_OK,
        Err(fault) => tell(fault, error),
    }
}

/// As [`call`], of a function that says nothing.
pub(crate) fn quietly(work: impl FnOnce()) {
    drop(guarded(|| {
        work();
        Ok(())
    }));
}

/// Makes a fault of a panic.
#[inline]
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    let work = || {
        #[cfg(test)]
        injected::at("call");
        work()
    };
    // What the work leaves behind is dropped, or guarded by a lock that a panic does not poison.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(panicked(payload)))
}

#[cold]
fn panicked(payload: Box<dyn Any + Send>) -> Fault {
    let said = payload.downcast_ref::<&str>().copied();
    let said = said.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let fault = Fault::panic(said.unwrap_or("a panic without a message"));
    // Dropping what was thrown may panic as well.
    drop(catch_unwind(AssertUnwindSafe(|| drop(payload))));
    fault
}

#[cold]
fn tell(fault: Fault, error: ErrorOut) -> i32 {
    let status = fault.status();
    if let Ok(Some(place)) = error.optional("error") {
        place.fill(Owned::new(stoplist_error::of(fault)));
    }
    status
}

/// A panic at a place in the next call, for the tests of this crate.
#[cfg(test)]
pub(crate) mod injected {
    use std::cell::Cell;

    thread_local! {
        static DUE: Cell<Option<&'static str>> = const { Cell::new(None) };
    }

    pub(crate) fn due(place: &'static str) {
        DUE.set(Some(place));
    }

    pub(crate) fn is_due() -> bool {
        DUE.get().is_some()
    }

    pub(crate) fn at(place: &'static str) {
        if DUE.get() == Some(place) {
            DUE.set(None);
            panic!("injected");
        }
    }
}
