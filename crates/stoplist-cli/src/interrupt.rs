//! What happens on ^C?

use stoplist_files::output;

use crate::conclusion;
use crate::failure::{Failure, INTERRUPTED};

/// From now on an interrupt, a termination or a hang-up removes the unfinished outputs and ends
/// the process. What stood under their names stays.
///
/// One that comes when the work has ended and only its outputs and its report are left is passed
/// over; a second one ends the process all the same, which may wait for somebody to read.
pub(crate) fn watch(json: bool) {
    // Fails only when there is a handler already, and there is none.
    let mut is_second = false;
    let _ = ctrlc::set_handler(move || {
        let is_first_to_end = conclusion::claim_for_interrupt();
        if !is_first_to_end && !std::mem::replace(&mut is_second, true) {
            return;
        }
        output::remove_temporaries();
        if is_first_to_end {
            Failure::interrupted().report(json);
        }
        std::process::exit(INTERRUPTED.into());
    });
}
