//! Who has the last word: the work, or an interrupt?
//!
//! Both would report and set the exit code. The first to claim the end has it. The work claims it
//! before its outputs appear, so an interrupt that comes then is too late and says nothing.

use std::sync::atomic::{AtomicU8, Ordering};

const OPEN: u8 = 0;
const WORK: u8 = 1;
const INTERRUPT: u8 = 2;

static END: AtomicU8 = AtomicU8::new(OPEN);

/// Claims the end for the work. Does not return when an interrupt has it, which ends the process.
pub(crate) fn claim_for_work() {
    if END.compare_exchange(OPEN, WORK, Ordering::SeqCst, Ordering::SeqCst) == Err(INTERRUPT) {
        loop {
            std::thread::park();
        }
    }
}

/// Claims the end for an interrupt; `false` when the work has it.
pub(crate) fn claim_for_interrupt() -> bool {
    END.compare_exchange(OPEN, INTERRUPT, Ordering::SeqCst, Ordering::SeqCst).is_ok()
}
