//! Who may not be messaged, and who may again?

use jiff::Timestamp;
use stoplist::{
    BlockRequest, BulkBlock, BulkLimits, BulkTargets, Documentation, Parser, PhoneNumber, Reason,
    Target,
};

use crate::call::{ErrorOut, call};
use crate::fault::Fault;
use crate::number::{flag, reserved, traffic_or_all};
use crate::pointers::{Chars, Options, Out, Shared, Texts, User};
use crate::progress::{Steps, stoplist_progress};
use crate::status::{STOPLIST_DATA, STOPLIST_NOT_A_NUMBER};
use crate::store::stoplist_store;
use crate::text::{TextOut, give};

/// Why something is done, and where that can be looked up. The journal keeps it.
#[repr(C)]
pub struct stoplist_documentation {
    /// `sizeof(stoplist_documentation)`.
    pub size: usize,
    /// The code of a reason: `opt_out`, `spam`… An unknown one is refused with the list of all.
    /// Needed; borrowed, as the texts below are.
    pub reason: Chars,
    /// Its bytes.
    pub reason_len: usize,
    /// In words, up to 1,000 bytes.
    pub note: Chars,
    /// Its bytes.
    pub note_len: usize,
    /// A ticket, a case, a statute: up to 200 bytes.
    pub reference: Chars,
    /// Its bytes.
    pub reference_len: usize,
    /// A system, a form: up to 200 bytes.
    pub source: Chars,
    /// Its bytes.
    pub source_len: usize,
}

// SAFETY: plain fields behind a `usize`; NULL and 0 are valid.
unsafe impl Options for stoplist_documentation {}

/// What a block stops, and until when. All zero but `size`: everything, until it is lifted.
#[repr(C)]
pub struct stoplist_block_options {
    /// `sizeof(stoplist_block_options)`.
    pub size: usize,
    /// `STOPLIST_BROADCAST` and others, or'ed. 0: all.
    pub traffic: u32,
    /// 0.
    pub reserved: u32,
    /// When it ends by itself, in ms since 1970 UTC, in the future; 0 for not.
    pub until_ms: i64,
}

// SAFETY: plain fields behind a `usize`; 0 is valid.
unsafe impl Options for stoplist_block_options {}

/// Whom a bulk operation is about: exactly one of the three kinds has a count other than 0.
#[repr(C)]
pub struct stoplist_bulk_targets {
    /// `sizeof(stoplist_bulk_targets)`.
    pub size: usize,
    /// Expressions such as `category=Lead`, `group=vip`, `created>=2026-01-01`: the contacts for which
    /// all hold. Borrowed, as all below.
    pub filters: Shared<Chars>,
    /// The bytes of each.
    pub filter_lens: Shared<usize>,
    /// How many.
    pub filters_count: usize,
    /// Ids of contacts (`c17`) and numbers, as texts.
    pub who: Shared<Chars>,
    /// The bytes of each.
    pub who_lens: Shared<usize>,
    /// How many, at most 1,000,000.
    pub who_count: usize,
    /// Numbers.
    pub numbers: Shared<u64>,
    /// How many, at most 1,000,000.
    pub numbers_count: usize,
    /// Where the numbers come from, for the journal: up to 200 bytes.
    pub origin: Chars,
    /// Its bytes.
    pub origin_len: usize,
}

// SAFETY: plain fields behind a `usize`; NULL and 0 are valid.
unsafe impl Options for stoplist_bulk_targets {}

/// How careful a bulk operation is. All zero but `size`: not more than a fifth of all contacts.
#[repr(C)]
pub struct stoplist_bulk_limits {
    /// `sizeof(stoplist_bulk_limits)`.
    pub size: usize,
    /// 0 or 1. 1: only says what it would do.
    pub dry_run: u32,
    /// 0 or 1. 1: may change any number of contacts.
    pub confirmed: u32,
    /// How many per cent of all contacts it may change unconfirmed; 0 for 20.
    pub max_percent: u32,
    /// 0.
    pub reserved: u32,
}

// SAFETY: plain fields behind a `usize`; 0 is valid.
unsafe impl Options for stoplist_bulk_limits {}

pub(crate) fn documentation(why: &stoplist_documentation) -> Result<Documentation, Fault> {
    let reason = why.reason.text(why.reason_len, "reason")?;
    let reason: Reason = reason
        .parse()
        .map_err(|error: stoplist::UnknownReason| Fault::argument(format!("`reason`: {error}")))?;
    Ok(Documentation::new(reason)
        .note(why.note.text(why.note_len, "note")?)
        .reference(why.reference.text(why.reference_len, "reference")?)
        .source(why.source.text(why.source_len, "source")?))
}

fn request(
    why: &Shared<stoplist_documentation>,
    options: &Shared<stoplist_block_options>,
) -> Result<BlockRequest, Fault> {
    let why = documentation(&why.needed_options("why")?)?;
    let options = options.options("options")?;
    reserved(options.reserved)?;
    let request = BlockRequest::new(why).traffic(traffic_or_all(options.traffic)?);
    Ok(match moment(options.until_ms, "until_ms")? {
        Some(until) => request.until(until),
        None => request,
    })
}

/// A moment in ms; nothing for 0.
pub(crate) fn moment(ms: i64, name: &'static str) -> Result<Option<Timestamp>, Fault> {
    if ms == 0 {
        return Ok(None);
    }
    Timestamp::from_millisecond(ms).map(Some).map_err(|_| Fault::flag(name, ms))
}

/// A contact or a number.
pub(crate) fn target(text: &str, parser: &Parser) -> Result<Target, Fault> {
    Target::parse(text, parser).map_err(|error| {
        let code = parser.parse(text).err().map_or("not_a_number", stoplist::Refusal::code);
        Fault::new(STOPLIST_NOT_A_NUMBER, code, error.to_string())
    })
}

fn targets(texts: &Texts<'_>, parser: &Parser, steps: &mut Steps) -> Result<Vec<Target>, Fault> {
    let mut all = Vec::with_capacity(texts.len().min(1 << 20));
    for (at, text) in texts.strings("who")?.into_iter().enumerate() {
        all.push(target(text, parser).map_err(|fault| fault.at(at))?);
        steps.done(at as u64 + 1)?;
    }
    Ok(all)
}

/// Blocks contacts and numbers, as one change: all or none. A number stands for the contacts that have
/// it, or for itself. The change is on disk and seen by every later check when this returns.
///
/// - `actor`: who does it; borrowed. Needs the permission block.
/// - `who`, `who_lens`, `who_count`: ids of contacts (`c17`) and numbers as texts; borrowed.
/// - `why`: the documentation; needed; borrowed.
/// - `options`: what it stops and until when; NULL for everything; borrowed.
/// - `json`: gets `{"generation","changed":[],"unchanged":[]}`; free it. May be NULL.
///
/// `STOPLIST_NOT_A_NUMBER` names the entry; `STOPLIST_NOT_FOUND`, `STOPLIST_DENIED`, `STOPLIST_USAGE`
/// when `until_ms` is past, `STOPLIST_DATA` when a text is too long, `STOPLIST_POISONED`, `STOPLIST_IO`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_block(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    who: Shared<Chars>,
    who_lens: Shared<usize>,
    who_count: usize,
    why: Shared<stoplist_documentation>,
    options: Shared<stoplist_block_options>,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.optional("json")?;
        let request = request(&why, &options)?;
        let who = Texts::new(&who, &who_lens, who_count, "who")?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        let targets = targets(&who, entered.parser(), &mut Steps::silent())?;
        let done = entered.acting(actor)?.block(&targets, &request)?;
        give(place, || stoplist_json::blocked(&done))
    })
}

/// Lets contacts and numbers through again, as one change: all or none. Their history stays.
///
/// Parameters and statuses as those of `stoplist_store_block`; `json` also has `"still_stopped":[]`, the
/// numbers that another contact's block still stops.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_unblock(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    who: Shared<Chars>,
    who_lens: Shared<usize>,
    who_count: usize,
    why: Shared<stoplist_documentation>,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.optional("json")?;
        let why = documentation(&why.needed_options("why")?)?;
        let who = Texts::new(&who, &who_lens, who_count, "who")?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        let targets = targets(&who, entered.parser(), &mut Steps::silent())?;
        let done = entered.acting(actor)?.unblock(&targets, &why)?;
        give(place, || stoplist_json::unblocked(&done))
    })
}

/// The targets of a bulk operation. The progress goes up to their number, behind which the change is made.
fn bulk_targets(
    targets: &stoplist_bulk_targets,
    parser: &Parser,
    steps: &mut Steps,
) -> Result<BulkTargets, Fault> {
    let filter =
        Texts::new(&targets.filters, &targets.filter_lens, targets.filters_count, "filters")?;
    let who = Texts::new(&targets.who, &targets.who_lens, targets.who_count, "who")?;
    let numbers = targets.numbers.slice(targets.numbers_count, "numbers")?;
    match (filter.len(), who.len(), numbers.len()) {
        (1.., 0, 0) => {
            let expressions = filter.strings("filters")?;
            Ok(BulkTargets::Filter(expressions.into_iter().map(str::to_owned).collect()))
        }
        (0, total @ 1.., 0) => {
            steps.total(total as u64)?;
            Ok(BulkTargets::Selection(self::targets(&who, parser, steps)?))
        }
        (0, 0, total @ 1..) => {
            steps.total(total as u64)?;
            let name = targets.origin.text(targets.origin_len, "origin")?.to_owned();
            let mut all = Vec::with_capacity(total.min(1 << 20));
            for (at, &number) in numbers.iter().enumerate() {
                let known = PhoneNumber::new(number);
                all.push(
                    known.map_err(|refusal| Fault::refusal(&number.to_string(), refusal).at(at))?,
                );
                steps.done(at as u64 + 1)?;
            }
            Ok(BulkTargets::File { name, numbers: all })
        }
        _ => Err(Fault::argument(
            "`targets` has to have exactly one of `filters`, `who` and `numbers`",
        )),
    }
}

fn bulk_limits(limits: &Shared<stoplist_bulk_limits>) -> Result<BulkLimits, Fault> {
    let limits = limits.options("limits")?;
    reserved(limits.reserved)?;
    let standard = BulkLimits::default();
    let max_percent =
        if limits.max_percent == 0 { standard.max_percent } else { limits.max_percent };
    Ok(BulkLimits {
        dry_run: flag(limits.dry_run, "dry_run")?,
        confirmed: flag(limits.confirmed, "confirmed")?,
        max_percent,
    })
}

/// Blocks many at once, as one change that `stoplist_store_undo` takes back: all or none.
///
/// - `actor`: needs the permissions block and bulk; borrowed.
/// - `targets`: whom; borrowed.
/// - `why`, `options`: as in `stoplist_store_block`.
/// - `limits`: how carefully; NULL for the defaults; borrowed.
/// - `progress`, `user`: called now and then with how many targets were read, a last time before the
///   change is made; what it returns other than 0 ends the call, with nothing changed. May be NULL.
/// - `json`: gets `{"matched","changed","unchanged","failed":[],"dry_run","needs_confirmation",
///   "generation"}`; free it. May be NULL.
///
/// `STOPLIST_CANCELLED`; `STOPLIST_USAGE` with the code `too_many_contacts` when it would change more
/// than the limits allow; else as `stoplist_store_block`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_bulk_block(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    targets: Shared<stoplist_bulk_targets>,
    why: Shared<stoplist_documentation>,
    options: Shared<stoplist_block_options>,
    limits: Shared<stoplist_bulk_limits>,
    progress: stoplist_progress,
    user: User,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.optional("json")?;
        let request = request(&why, &options)?;
        let (targets, limits) = (targets.needed_options("targets")?, bulk_limits(&limits)?);
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        let mut steps = Steps::new(progress, &user);
        let targets = bulk_targets(&targets, entered.parser(), &mut steps)?;
        steps.tell()?;
        let bulk = BulkBlock { targets, request, limits };
        let report = entered.acting(actor)?.bulk_block(&bulk)?;
        give(place, || stoplist_json::bulk(&report))
    })
}

/// Lets many through at once. As `stoplist_store_bulk_block`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_bulk_unblock(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    targets: Shared<stoplist_bulk_targets>,
    why: Shared<stoplist_documentation>,
    limits: Shared<stoplist_bulk_limits>,
    progress: stoplist_progress,
    user: User,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.optional("json")?;
        let why = documentation(&why.needed_options("why")?)?;
        let (targets, limits) = (targets.needed_options("targets")?, bulk_limits(&limits)?);
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        let mut steps = Steps::new(progress, &user);
        let targets = bulk_targets(&targets, entered.parser(), &mut steps)?;
        steps.tell()?;
        let report = entered.acting(actor)?.bulk_unblock(&targets, &why, limits)?;
        give(place, || stoplist_json::bulk(&report))
    })
}

/// Takes back a bulk operation or an import, as one new change.
///
/// - `undone`: the generation of the change to take back.
/// - `generation`: gets that of the new one. May be NULL.
///
/// `STOPLIST_USAGE` with the code `not_undoable`; `STOPLIST_DENIED`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_undo(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    undone: u64,
    generation: Out<u64>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = generation.optional("generation")?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        let (made, _) = entered.acting(actor)?.undo(undone)?;
        if let Some(place) = place {
            place.fill(made);
        }
        Ok(())
    })
}

/// A list of rows none of which is a number.
pub(crate) fn no_number(message: String) -> Fault {
    Fault::new(STOPLIST_DATA, "no_number", message)
}
