//! `stoplist follow`: what changes from now on?

use std::io::Write as _;
use std::time::Duration;

use crate::args::FollowArgs;
use crate::failure::Failure;
use crate::tell::json_line;

use super::json;
use super::open::Caller;

/// How long one wait is. What the store does by itself, such as ending a block, is seen at once.
const WAIT: Duration = Duration::from_millis(500);

/// Ends by an interrupt, by a standard output that nobody reads any more, or at once.
pub(super) fn run(args: &FollowArgs, caller: &Caller<'_>) -> Result<(), Failure> {
    let store = caller.open()?;
    let acting = caller.acting(&store);
    let mut generation = args.since;
    loop {
        let changes = if args.once {
            acting.changes_since(generation)?
        } else {
            acting.follow(generation, Some(WAIT))?
        };
        let mut stdout = std::io::stdout().lock();
        for change in changes {
            let change = change?;
            let line = json_line(&json::record(&change))?;
            let written = stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush());
            written.map_err(|error| Failure::stdout(&error))?;
            generation = change.generation;
        }
        if args.once {
            return Ok(());
        }
    }
}
