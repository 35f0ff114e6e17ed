//! What has changed, and is the record of it as it was written?

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::call::{ErrorOut, call};
use crate::fault::Fault;
use crate::path::path;
use crate::pointers::{Chars, Shared};
use crate::store::{Entered, stoplist_store};
use crate::text::TextOut;

/// As many changes as one call gives unless told otherwise.
const STANDARD_MAX: usize = 1_000;
const MOST_CHANGES: usize = 100_000;

/// How long one wait is: a store that is to be closed is not kept waiting for longer.
const SLICE: Duration = Duration::from_millis(50);

/// The changes after a generation, and which generation to ask from next.
fn changes(
    entered: &Entered,
    actor: &str,
    since: u64,
    max: usize,
    timeout: Duration,
) -> Result<(Vec<Value>, u64), Fault> {
    let acting = entered.acting(actor)?;
    let begun = Instant::now();
    loop {
        let left = timeout.saturating_sub(begun.elapsed());
        let found = if left.is_zero() {
            acting.changes_since(since)?
        } else {
            acting.follow(since, Some(left.min(SLICE)))?
        };
        let mut all = Vec::new();
        let mut next = since;
        for change in found.take(max) {
            let change = change?;
            next = change.generation;
            all.push(stoplist_json::record(&change));
        }
        if !all.is_empty() || left.is_zero() {
            return Ok((all, next));
        }
        if entered.cell().is_closed() {
            return Err(Fault::closed());
        }
    }
}

/// The changes after a generation, in their order, as far as they are kept.
///
/// - `actor`: needs the permission audit; borrowed.
/// - `since`: the generation of the last change that is known; 0 for all.
/// - `max`: at most so many, up to 100,000; 0 for 1,000.
/// - `timeout_ms`: waits so long for the first; 0 for not at all. There is none when it was too short.
/// - `json`: gets `{"changes":[],"next"}`; give `next` as the next `since`. Free it.
///
/// `STOPLIST_CLOSED` when the store is closed meanwhile; `STOPLIST_DENIED`; `STOPLIST_DAMAGED`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_changes(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    since: u64,
    max: usize,
    timeout_ms: u32,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.place("json")?;
        let max = match max {
            0 => STANDARD_MAX,
            1..=MOST_CHANGES => max,
            other => return Err(Fault::too_long("max", other, MOST_CHANGES)),
        };
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        let timeout = Duration::from_millis(timeout_ms.into());
        let (changes, next) = self::changes(&entered, actor, since, max, timeout)?;
        place.fill_json(&json!({"changes": changes, "next": next}));
        Ok(())
    })
}

/// Recomputes the whole chain of the journal: `json` gets `{"ok":true,"records","generation","head"}`.
/// Keep `head` elsewhere to prove later that nothing was altered. Needs the permission audit.
///
/// `STOPLIST_DAMAGED` with the place when the journal is not as it was written.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_verify(
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
        place.fill_json(&stoplist_json::audit(&entered.acting(actor)?.verify_journal()?));
        Ok(())
    })
}

/// Copies the store, as it is at one moment, into a directory that is empty or not there yet, while
/// others go on. Needs the permission admin.
///
/// - `path`: the directory; borrowed.
/// - `json`: gets `{"path","generation","digest"}`; free it.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_backup(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    path: Chars,
    path_len: usize,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.place("json")?;
        let path = self::path(&path, path_len)?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        place.fill_json(&stoplist_json::backup(&entered.acting(actor)?.backup(path)?));
        Ok(())
    })
}

/// Moves old files of the journal into a directory, such as one on a larger disk, which is made if need
/// be, and leaves symbolic links to them. Others go on meanwhile. Needs the permission admin.
///
/// Histories, the journal and backups are read through the links: while the directory cannot be read
/// they give `STOPLIST_IO`; checks and changes go on.
///
/// - `path`: the directory; borrowed. A file in it that has the name of a segment and is no copy of it is
///   `STOPLIST_EXISTS`: what was moved by then is moved, and another call goes on.
/// - `json`: gets `{"path","segments","bytes"}`; free it.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_archive(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    path: Chars,
    path_len: usize,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.place("json")?;
        let path = self::path(&path, path_len)?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        place.fill_json(&stoplist_json::archived(&entered.acting(actor)?.archive(path)?));
        Ok(())
    })
}
