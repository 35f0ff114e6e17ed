//! What happens on ^C?

use stoplist_files::output;

use crate::conclusion;
use crate::failure::{Failure, INTERRUPTED};

/// From now on an interrupt, a termination or a hang-up removes the unfinished outputs and ends
/// the process. What stood under their names stays.
pub(crate) fn watch(json: bool) {
    // Fails only when there is a handler already, and there is none.
    let _ = ctrlc::set_handler(move || {
        if !conclusion::claim_for_interrupt() {
            return;
        }
        output::remove_temporaries();
        Failure::interrupted().report(json);
        std::process::exit(INTERRUPTED.into());
    });
}
