//! How is a store opened and closed, and what does its handle mean?
//!
//! A handle is a number, not an address: the place of the store in a table and which of all stores it
//! is. So a handle that is used after it was closed, closed twice or made up is told from one that is
//! good. The table is the only state of the library; looking something up in it takes no lock, so
//! that a forked child can do it whatever its parent was doing.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use serde_json::json;
use stoplist::{Acting, Durability, Parser, Store, StoreOptions};

use crate::call::{ErrorOut, call};
use crate::fault::Fault;
use crate::fork::Home;
use crate::gate::stoplist_explanation;
use crate::number::{flag, parser, traffic_or_all};
use crate::path::path;
use crate::pointers::{Chars, Options, Out, Owned, Shared, fixed};
use crate::status::{STOPLIST_INVALID_ARGUMENT, STOPLIST_NOT_FOUND};
use crate::text::TextOut;

/// A store that is open: a directory that one process has open at a time. May be used by many threads
/// at once. Ends with `stoplist_store_close`.
pub struct stoplist_store {
    _never_made: (),
}

/// How a store is opened. All zero but `size` is the default.
#[repr(C)]
pub struct stoplist_store_options {
    /// `sizeof(stoplist_store_options)`.
    pub size: usize,
    /// 0: a change is on disk when its call returns (`fdatasync`). Else it is written to the file then,
    /// and on disk after so many ms: a power cut may lose what was written last, and nothing before.
    pub sync_interval_ms: u32,
    /// 0 or 1. 1: keeps no state on disk; opening reads the whole journal.
    pub state_in_memory: u32,
    /// How numbers without their calling code are read by this handle, such as `DE`; borrowed for the
    /// call. `(NULL, 0)`: they are refused.
    pub region: Chars,
    /// Bytes of `region`.
    pub region_len: usize,
}

// SAFETY: plain fields behind a `usize`; NULL and 0 are valid.
unsafe impl Options for stoplist_store_options {}

/// As many stores as a process has open at once.
const MOST_STORES: usize = 1024;

static STORES: [ArcSwapOption<Cell>; MOST_STORES] =
    [const { ArcSwapOption::const_empty() }; MOST_STORES];

/// How many stores were opened so far.
static OPENED: AtomicUsize = AtomicUsize::new(1);

/// Something that was made of a store, and is empty when the store is closed.
pub(crate) trait Dependent: Send + Sync {
    fn close(&self);
}

/// A store, and who is busy with it.
pub(crate) struct Cell {
    token: usize,
    home: Home,
    parser: Parser,
    is_closed: AtomicBool,
    calls: AtomicUsize,
    store: ArcSwapOption<Store>,
    dependents: Mutex<Vec<Weak<dyn Dependent>>>,
}

/// A call that is busy with a store: the store is not closed before it ends.
pub(crate) struct Busy<'a>(&'a Cell);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::Release);
    }
}

/// A store in the hands of a call.
pub(crate) struct Entered {
    // Before the cell: what a call has of the store is gone before it is not busy any more.
    store: Option<Arc<Store>>,
    cell: Arc<Cell>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.store = None;
        self.cell.calls.fetch_sub(1, Ordering::Release);
    }
}

impl Entered {
    pub(crate) fn store(&self) -> Result<&Store, Fault> {
        self.store.as_deref().ok_or_else(Fault::closed)
    }

    /// The store in the hands of an actor.
    pub(crate) fn acting<'a>(&'a self, actor: &'a str) -> Result<Acting<'a>, Fault> {
        Ok(self.store()?.acting_as(actor))
    }

    pub(crate) fn parser(&self) -> &Parser {
        &self.cell.parser
    }

    pub(crate) fn cell(&self) -> &Arc<Cell> {
        &self.cell
    }
}

impl Cell {
    /// Begins a call; no store is closed under it.
    pub(crate) fn begin(&self) -> Result<Busy<'_>, Fault> {
        self.home.check()?;
        // Together with `close`: either it sees the call, or the call sees it.
        self.calls.fetch_add(1, Ordering::SeqCst);
        let busy = Busy(self);
        if self.is_closed.load(Ordering::SeqCst) { Err(Fault::closed()) } else { Ok(busy) }
    }

    #[inline]
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    pub(crate) fn home(&self) -> Home {
        self.home
    }

    /// The store, for a call that has begun.
    pub(crate) fn store(&self) -> Option<Arc<Store>> {
        self.store.load_full()
    }

    /// Something is to be emptied when the store is closed.
    pub(crate) fn depends(&self, dependent: Weak<dyn Dependent>) {
        let mut all = self.dependents.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|one| one.strong_count() > 0);
        all.push(dependent);
    }

    /// Closes the store when nobody is busy with it. Its files are free when this returns.
    fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        let mut pause = Duration::from_micros(20);
        while self.calls.load(Ordering::Acquire) > 0 {
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(2));
        }
        let dependents = self.dependents.lock().unwrap_or_else(PoisonError::into_inner);
        dependents.iter().filter_map(Weak::upgrade).for_each(|one| one.close());
        drop(self.store.swap(None));
    }
}

/// The cell of a handle.
fn cell(token: usize) -> Result<Arc<Cell>, Fault> {
    if token == 0 {
        return Err(Fault::null("store"));
    }
    let slot = STORES.get((token >> 1) % MOST_STORES).filter(|_| token % 2 == 1);
    let cell = slot.and_then(ArcSwapOption::load_full).filter(|cell| cell.token == token);
    cell.ok_or_else(Fault::closed)
}

impl Shared<stoplist_store> {
    /// Begins a call.
    pub(crate) fn enter(&self) -> Result<Entered, Fault> {
        let cell = cell(self.addr())?;
        std::mem::forget(cell.begin()?);
        let store = cell.store.load_full();
        Ok(Entered { store, cell })
    }
}

/// Puts a store into the table.
fn register(store: Store, parser: Parser) -> Result<Owned<stoplist_store>, Fault> {
    let count = OPENED.fetch_add(1, Ordering::Relaxed);
    for (place, slot) in STORES.iter().enumerate() {
        if slot.load().is_some() {
            continue;
        }
        let token = (count.wrapping_mul(MOST_STORES) + place) << 1 | 1;
        let cell = Arc::new(Cell {
            token,
            home: Home::here(),
            parser,
            is_closed: AtomicBool::new(false),
            calls: AtomicUsize::new(0),
            store: ArcSwapOption::from_pointee(store.clone()),
            dependents: Mutex::default(),
        });
        let before = slot.compare_and_swap(&None::<Arc<Cell>>, Some(cell));
        if before.is_none() {
            return Ok(Owned::token(token));
        }
    }
    let message = format!("{MOST_STORES} stores are open, which is the most; close some");
    Err(Fault::new(STOPLIST_INVALID_ARGUMENT, "too_many_stores", message))
}

fn options_of(options: &stoplist_store_options) -> Result<(StoreOptions, Parser), Fault> {
    let mut chosen = StoreOptions::default();
    if options.sync_interval_ms > 0 {
        let interval = Duration::from_millis(options.sync_interval_ms.into());
        chosen = chosen.durability(Durability::Interval(interval));
    }
    if flag(options.state_in_memory, "state_in_memory")? {
        chosen = chosen.state_in_memory();
    }
    Ok((chosen, parser(options.region, options.region_len)?))
}

/// Makes an empty store, and opens it.
///
/// - `path`: a directory that is empty, or not there yet; borrowed.
/// - `actor`: becomes the first admin, with every permission; borrowed.
/// - `options`: NULL for the defaults; borrowed.
/// - `store`: gets the handle; end it with `stoplist_store_close`.
///
/// `STOPLIST_EXISTS` when something else is there; `STOPLIST_USAGE` when nobody can be called so.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_create(
    path: Chars,
    path_len: usize,
    actor: Chars,
    actor_len: usize,
    options: Shared<stoplist_store_options>,
    store: Out<Owned<stoplist_store>>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = store.place("store")?;
        let (options, parser) = options_of(&options.options("options")?)?;
        let path = self::path(&path, path_len)?;
        let made = Store::create(path, actor.text(actor_len, "actor")?, options)?;
        place.fill(register(made, parser)?);
        Ok(())
    })
}

/// Opens a store. Takes some ms, more with what it holds: a second for 10 million numbers of lists,
/// three for a million contacts. `stoplist_store_repairs` says what had to be mended.
///
/// - `path`: its directory; borrowed.
/// - `options`: NULL for the defaults; borrowed.
/// - `store`: gets the handle; end it with `stoplist_store_close`.
///
/// `STOPLIST_LOCKED` at once when another process, or this one, has it open; `STOPLIST_NOT_FOUND`;
/// `STOPLIST_DAMAGED`. Nothing was changed then.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_open(
    path: Chars,
    path_len: usize,
    options: Shared<stoplist_store_options>,
    store: Out<Owned<stoplist_store>>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = store.place("store")?;
        let (options, parser) = options_of(&options.options("options")?)?;
        let opened = Store::open(self::path(&path, path_len)?, options)?;
        place.fill(register(opened, parser)?);
        Ok(())
    })
}

/// Closes a store: waits for the calls that other threads are in, writes out what makes the next opening
/// quick, and frees the directory for others. Gates, filters and passes of the store give
/// `STOPLIST_CLOSED` from then on; they are still to be freed. NULL does nothing. Must not be called
/// from a callback of a call to the same store, for which it would wait.
///
/// `STOPLIST_CLOSED` when it is closed already; `STOPLIST_FORKED` in a forked child, where the store
/// stays with the parent.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_close(store: Owned<stoplist_store>, error: ErrorOut) -> i32 {
    call(error, || {
        if store.addr() == 0 {
            return Ok(());
        }
        let found = cell(store.addr())?;
        found.home.check()?;
        let slot = STORES.get((found.token >> 1) % MOST_STORES).ok_or_else(Fault::closed)?;
        let before = slot.compare_and_swap(&found, None);
        if !before.as_ref().is_some_and(|before| Arc::ptr_eq(before, &found)) {
            return Err(Fault::closed());
        }
        found.close();
        Ok(())
    })
}

/// The last change that is kept. `generation` gets it. Waits for nothing.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_generation(
    store: Shared<stoplist_store>,
    generation: Out<u64>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = generation.place("generation")?;
        place.fill(store.enter()?.store()?.generation());
        Ok(())
    })
}

/// Writes out what makes the next opening quick. Happens by itself from time to time and at closing;
/// nothing is lost without it.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_checkpoint(store: Shared<stoplist_store>, error: ErrorOut) -> i32 {
    call(error, || Ok(store.enter()?.store()?.checkpoint()?))
}

/// What opening the store had to mend: `json` gets an array of texts for people, empty as a rule.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_repairs(
    store: Shared<stoplist_store>,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.place("json")?;
        let entered = store.enter()?;
        place.fill_json(&stoplist_json::names(entered.store()?.repairs()));
        Ok(())
    })
}

/// Counts and sizes: `json` gets what `stoplist info --json` prints, `{"generation","contacts":{…},
/// "lists":[…],"bytes":{…},"open_ms"}`. Needs the permission view.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_info(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.place("json")?;
        let entered = store.enter()?;
        let info = entered.acting(actor.text(actor_len, "actor")?)?.info()?;
        let mut document = stoplist_json::info(&info);
        stoplist_json::extend(&mut document, json!({"state_failure": info.state_failure}));
        place.fill_json(&document);
        Ok(())
    })
}

/// Why a list stops a number, and until when: for the list that a verdict names. About a microsecond;
/// waits while an import is written, so ask the gate first. Needs no permission.
///
/// - `number`, `list`: of the verdict.
/// - `traffic`: what the gate was asked about; 0 for all.
/// - `explanation`: gets the answer.
///
/// `STOPLIST_NOT_FOUND` when the list does not stop some of this traffic for the number.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_store_explain(
    store: Shared<stoplist_store>,
    number: u64,
    list: Chars,
    list_len: usize,
    traffic: u32,
    explanation: Out<stoplist_explanation>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = explanation.place("explanation")?;
        let (list, traffic) = (list.text(list_len, "list")?, traffic_or_all(traffic)?);
        let entered = store.enter()?;
        let number = stoplist::PhoneNumber::new(number)
            .map_err(|refusal| Fault::refusal(&number.to_string(), refusal))?;
        let why = entered.store()?.explain(number, list, traffic).ok_or_else(|| {
            let message = format!("no list {list:?} stops {number} for this traffic");
            Fault::new(STOPLIST_NOT_FOUND, "not_stopped", message)
        })?;
        place.fill(stoplist_explanation {
            until_ms: why.until.map_or(0, jiff::Timestamp::as_millisecond),
            reason: fixed(why.reason.as_deref().unwrap_or_default()),
        });
        Ok(())
    })
}
