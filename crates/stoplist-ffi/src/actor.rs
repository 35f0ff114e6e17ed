//! Who may do what?

use crate::call::{ErrorOut, call};
use crate::change::change;
use crate::number::permissions;
use crate::pointers::{Chars, Out, Shared};
use crate::store::stoplist_store;
use crate::text::TextOut;

/// Makes an actor.
///
/// - `actor`: needs the permission admin; borrowed.
/// - `name`: of the new one, up to 64 bytes; borrowed.
/// - `permissions`: `STOPLIST_MAY_VIEW` and others, or'ed; none implies another. 0: none.
/// - `generation`: gets that of the change. May be NULL.
///
/// `STOPLIST_EXISTS`, `STOPLIST_DENIED`, `STOPLIST_USAGE`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_actor_add(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    name: Chars,
    name_len: usize,
    permissions: u32,
    generation: Out<u64>,
    error: ErrorOut,
) -> i32 {
    change(store, actor, actor_len, name, name_len, generation, error, |acting, name| {
        Ok(acting.add_actor(name, self::permissions(permissions)?)?)
    })
}

/// Gives an actor other permissions. As `stoplist_actor_add`; `STOPLIST_NOT_FOUND`; `STOPLIST_USAGE` with
/// the code `last_admin` when nobody would be left who may.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_actor_set(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    name: Chars,
    name_len: usize,
    permissions: u32,
    generation: Out<u64>,
    error: ErrorOut,
) -> i32 {
    change(store, actor, actor_len, name, name_len, generation, error, |acting, name| {
        Ok(acting.set_actor(name, self::permissions(permissions)?)?)
    })
}

/// Takes an actor away. What it did stays on record. As `stoplist_actor_set`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_actor_remove(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    name: Chars,
    name_len: usize,
    generation: Out<u64>,
    error: ErrorOut,
) -> i32 {
    change(store, actor, actor_len, name, name_len, generation, error, |acting, name| {
        Ok(acting.remove_actor(name)?)
    })
}

/// All actors: `json` gets `{"actors":[{"name","permissions":[]}]}`. Needs the permission admin.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_actor_list(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.place("json")?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        place.fill_json(&stoplist_json::actors(&entered.acting(actor)?.actors()?));
        Ok(())
    })
}
