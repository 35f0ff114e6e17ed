//! `stoplist block` and `stoplist unblock`: who may not be messaged, and who may again?

use stoplist::{Blocked, Parser, Unblocked};

use crate::args::{BlockArgs, UnblockArgs};
use crate::failure::Failure;

use super::open::Caller;
use super::screen::{Sheet, some_of};
use super::{json, who};

pub(super) fn block(args: &BlockArgs, caller: &Caller<'_>) -> Result<(), Failure> {
    let targets = who::targets(&args.who, &Parser::new(args.region))?;
    let why = who::documentation(args.reason, &args.documentation);
    let request = who::request(why, &args.blocking)?;
    let store = caller.open_for_change()?;
    let done = caller.acting(&store).block(&targets, &request)?;
    let Blocked { generation, changed, unchanged, .. } = &done;
    let report = json::blocked(&done);
    let sheet = Sheet::default()
        .some("blocked", some_of(changed))
        .some("blocked before", some_of(unchanged))
        .line("generation", generation);
    caller.tell.answer(&report, &sheet)
}

pub(super) fn unblock(args: &UnblockArgs, caller: &Caller<'_>) -> Result<(), Failure> {
    let targets = who::targets(&args.who, &Parser::new(args.region))?;
    let why = who::documentation(args.reason, &args.documentation);
    let store = caller.open_for_change()?;
    let done = caller.acting(&store).unblock(&targets, &why)?;
    let Unblocked { generation, changed, unchanged, still_stopped, .. } = &done;
    let report = json::unblocked(&done);
    let sheet = Sheet::default()
        .some("let through", some_of(changed))
        .some("not blocked", some_of(unchanged))
        .line("generation", generation);
    for number in still_stopped {
        caller.tell.warn(format_args!(
            "{number} is still stopped: another contact that has it is blocked"
        ));
    }
    caller.tell.answer(&report, &sheet)
}
