//! Who is it, and what is known of them?
//!
//! Contacts go in and out as JSON, the documents of the command line: they grow fields without a new
//! ABI, every language reads them, and a screen of contacts is no hot path.

use jiff::Timestamp;
use stoplist::{Acting, Contact, ContactId, Direction, Message, Target};

use crate::blocking::{moment, target};
use crate::call::{ErrorOut, call};
use crate::document::{self, Changes, NewContact, Query};
use crate::fault::Fault;
use crate::pointers::{Chars, Out, Shared};
use crate::status::{STOPLIST_INBOUND, STOPLIST_NOT_FOUND, STOPLIST_OUTBOUND, STOPLIST_USAGE};
use crate::store::{Entered, stoplist_store};
use crate::text::{TextOut, give};

/// The contact of an id, or the only one that has a number.
fn contact_of(who: &str, entered: &Entered, acting: &Acting<'_>) -> Result<ContactId, Fault> {
    let number = match target(who, entered.parser())? {
        Target::Contact(id) => return Ok(id),
        Target::Number(number) => number,
    };
    match acting.contacts_with(number)?.as_slice() {
        [] => {
            let message = format!("no contact has the number {number}");
            Err(Fault::new(STOPLIST_NOT_FOUND, "unknown_contact", message))
        }
        [only] => Ok(only.id),
        several => {
            let ids: Vec<String> = several.iter().map(|one| one.id.to_string()).collect();
            let message = format!(
                "{number} is a number of several contacts: {}; name one by its id",
                ids.join(", ")
            );
            Err(Fault::new(STOPLIST_USAGE, "several_contacts", message))
        }
    }
}

/// Makes a contact, blocked or not.
///
/// - `actor`: needs the permission edit, and block for one that is blocked; borrowed.
/// - `details`: `{"name","email","category","primary","secondary","groups":[],"attributes":{},
///   "block":{"reason","note","reference","source","traffic":[],"until"}}`; `primary` is needed. `until`
///   is RFC 3339, a date, or a span such as `30d`. Borrowed.
/// - `json`: gets the contact; free it. May be NULL.
///
/// `STOPLIST_DATA` when it is not such JSON, or a text is too long; `STOPLIST_NOT_A_NUMBER`,
/// `STOPLIST_DENIED`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_contact_create(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    details: Chars,
    details_len: usize,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.optional("json")?;
        let asked: NewContact = document::read(details.text(details_len, "details")?, "details")?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        let (details, block) = asked.taken(entered.parser())?;
        let acting = entered.acting(actor)?;
        let contact = match &block {
            Some(request) => acting.create_blocked_contact(&details, request)?,
            None => acting.create_contact(&details)?,
        };
        give(place, || stoplist_json::contact(&contact))
    })
}

/// What somebody does to one contact.
#[expect(clippy::too_many_arguments, reason = "the arguments of an exported function")]
fn with_contact(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    who: Chars,
    who_len: usize,
    json: TextOut,
    error: ErrorOut,
    work: impl FnOnce(&Acting<'_>, ContactId, &Entered) -> Result<Contact, Fault>,
) -> i32 {
    call(error, || {
        let place = json.optional("json")?;
        let who = who.text(who_len, "who")?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        let acting = entered.acting(actor)?;
        let contact = work(&acting, contact_of(who, &entered, &acting)?, &entered)?;
        give(place, || stoplist_json::contact(&contact))
    })
}

/// A contact.
///
/// - `actor`: needs the permission view; borrowed.
/// - `who`: its id (`c17`), or a number that only it has; borrowed.
/// - `json`: gets the contact; free it.
///
/// `STOPLIST_NOT_FOUND`; `STOPLIST_USAGE` with the code `several_contacts`, and their ids in the message.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_contact_get(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    who: Chars,
    who_len: usize,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.place("json")?;
        let who = who.text(who_len, "who")?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        let acting = entered.acting(actor)?;
        let contact = acting.contact(contact_of(who, &entered, &acting)?)?;
        place.fill_json(&stoplist_json::contact(&contact));
        Ok(())
    })
}

/// Changes a contact.
///
/// - `actor`: needs the permission edit; borrowed.
/// - `who`: as in `stoplist_contact_get`.
/// - `changes`: `{"name","email","category","primary","secondary","add_groups":[],"remove_groups":[],
///   "attributes":{}}`; what is left out stays; null takes the secondary number or an attribute away.
///   Borrowed.
/// - `json`: gets the contact; free it. May be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_contact_edit(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    who: Chars,
    who_len: usize,
    changes: Chars,
    changes_len: usize,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    with_contact(store, actor, actor_len, who, who_len, json, error, |acting, id, entered| {
        let asked: Changes = document::read(changes.text(changes_len, "changes")?, "changes")?;
        Ok(acting.edit_contact(id, &asked.taken(entered.parser())?)?)
    })
}

/// Puts a contact out of sight. Its block and its history stay. Parameters as in `stoplist_contact_get`;
/// needs the permission edit; `json` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_contact_archive(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    who: Chars,
    who_len: usize,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    with_contact(store, actor, actor_len, who, who_len, json, error, |acting, id, _| {
        Ok(acting.archive_contact(id)?)
    })
}

/// Brings an archived contact back. As `stoplist_contact_archive`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_contact_restore(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    who: Chars,
    who_len: usize,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    with_contact(store, actor, actor_len, who, who_len, json, error, |acting, id, _| {
        Ok(acting.restore_contact(id)?)
    })
}

/// A page of contacts: search, filters, order.
///
/// - `actor`: needs the permission view; borrowed.
/// - `query`: `{"search","status":[],"category","groups":[],"created_from","created_to","blocked_from",
///   "blocked_to","sort","page","per_page","after"}`, all of which may be left out; `(NULL, 0)` for the
///   first 50 by name. `sort` is a field and `:desc`; `per_page` 1 to 1,000; `after` the `next` of the
///   page before. Borrowed.
/// - `json`: gets `{"contacts":[],"total","page","per_page","next"}`; free it.
///
/// Some ms for a million contacts. `STOPLIST_DATA` when it is not such JSON; `STOPLIST_USAGE` when it
/// asks for what cannot be.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_contact_find(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    query: Chars,
    query_len: usize,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.place("json")?;
        let asked = match query.optional(query_len, "query")? {
            Some(text) => document::read::<Query>(text, "query")?,
            None => Query::default(),
        };
        let (query, page, per_page) = asked.taken()?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        let found = entered.acting(actor)?.contacts(&query)?;
        place.fill_json(&stoplist_json::contact_page(&found, page, per_page));
        Ok(())
    })
}

/// Every event of a contact or a number, oldest first.
///
/// - `actor`: needs the permission view; borrowed.
/// - `who`: an id (`c17`) or a number; borrowed.
/// - `json`: gets `{"events":[]}`; free it.
///
/// Reads the journal: some seconds for a million changes.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_contact_history(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    who: Chars,
    who_len: usize,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.place("json")?;
        let who = who.text(who_len, "who")?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        let history = entered.acting(actor)?.history(target(who, entered.parser())?)?;
        place.fill_json(&stoplist_json::history(&history));
        Ok(())
    })
}

/// Puts a communication event of the host into the history of a number.
///
/// - `actor`: needs the permission edit; borrowed.
/// - `number`: as a text; borrowed.
/// - `direction`: `STOPLIST_INBOUND` or `STOPLIST_OUTBOUND`.
/// - `outcome`: such as `delivered` or `held back`, up to 256 bytes; borrowed.
/// - `at_ms`: when, in ms since 1970 UTC; 0 for now.
/// - `generation`: gets that of the change. May be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_message_record(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    number: Chars,
    number_len: usize,
    direction: u32,
    outcome: Chars,
    outcome_len: usize,
    at_ms: i64,
    generation: Out<u64>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = generation.optional("generation")?;
        let direction = match direction {
            STOPLIST_INBOUND => Direction::Inbound,
            STOPLIST_OUTBOUND => Direction::Outbound,
            other => return Err(Fault::flag("direction", other)),
        };
        let number = number.text(number_len, "number")?;
        let outcome = outcome.text(outcome_len, "outcome")?.to_owned();
        let at = moment(at_ms, "at_ms")?.unwrap_or_else(Timestamp::now);
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        let number = document::number(number, entered.parser())?;
        let message = Message { number, direction, outcome, at };
        let made = entered.acting(actor)?.record_message(&message)?;
        if let Some(place) = place {
            place.fill(made);
        }
        Ok(())
    })
}
