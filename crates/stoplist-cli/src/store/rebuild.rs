//! `stoplist rebuild`: does the state come out of the journal as it was kept?

use serde_json::json;
use stoplist::{Rebuilt, Store, StoreOptions, StoreRepair};

use crate::answer::Answer;
use crate::failure::Failure;

use super::open::Caller;
use super::screen::Sheet;

pub(super) fn run(caller: &Caller<'_>) -> Result<Answer, Failure> {
    let options = StoreOptions::default();
    let (store, rebuilt) = Store::rebuild(&caller.path, &caller.actor, options)?;
    // That the state was made anew is what the report says.
    for repair in store.repairs().iter().filter(|one| matches!(one, StoreRepair::TornTail { .. })) {
        caller.tell.warn(repair);
    }
    let Rebuilt { generation, kept, replayed, equal, kept_as, .. } = &rebuilt;
    let kept_as = kept_as.as_ref().map(|path| path.to_string_lossy());
    let report = json!({
        "generation": generation,
        "equal": equal,
        "kept": kept,
        "replayed": replayed,
        "kept_as": kept_as,
    });
    let differs = kept.is_some() && !equal;
    let state = match kept {
        Some(_) if *equal => "as the journal has it",
        Some(_) => "was not as the journal has it",
        None => "could not be read",
    };
    let sheet = Sheet::default()
        .line("state", state)
        .some("kept", kept.as_deref().unwrap_or_default())
        .line("replayed", replayed)
        .line("generation", generation)
        .some("the old one is at", kept_as.as_deref().unwrap_or_default());
    caller.tell.answer(&report, &sheet)?;
    // One that could not be read is made again, and nothing speaks against the new one.
    Ok(if differs { Answer::No } else { Answer::Done })
}
