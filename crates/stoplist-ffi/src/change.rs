//! What is it like when an actor changes something that has a name?

use stoplist::Acting;

use crate::call::{ErrorOut, call};
use crate::fault::Fault;
use crate::pointers::{Chars, Out, Shared};
use crate::store::stoplist_store;

/// Does the work of an exported function that changes a list or an actor, and gives the generation.
#[expect(clippy::too_many_arguments, reason = "the arguments of an exported function")]
pub(crate) fn change(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    name: Chars,
    name_len: usize,
    generation: Out<u64>,
    error: ErrorOut,
    work: impl FnOnce(&Acting<'_>, &str) -> Result<u64, Fault>,
) -> i32 {
    call(error, || {
        let place = generation.optional("generation")?;
        let name = name.text(name_len, "name")?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        let made = work(&entered.acting(actor)?, name)?;
        if let Some(place) = place {
            place.fill(made);
        }
        Ok(())
    })
}
