//! Which rows of a broadcast list may be sent to?

use std::num::NonZeroUsize;
use std::sync::Arc;

use ::arrow::array::RecordBatch;
use ::arrow::datatypes::SchemaRef;
use stoplist::Parser;
use stoplist_arrow::{Filter, FilterOptions, Lists, OnBlocked, Policy};

use crate::arrow::{
    ArrowArray, ArrowArrayStream, ArrowSchema, Imported, Input, export, export_schema, import,
    schema, take_array, take_schema, take_stream,
};
use crate::call::{ErrorOut, call, quietly};
use crate::fault::Fault;
use crate::gate::{asked_for, stoplist_gate, stoplist_gate_options};
use crate::held::Held;
use crate::number::{flag, reserved};
use crate::pass::{Flow, stoplist_pass};
use crate::pointers::{Chars, Options, Out, Owned, Place, Shared, Texts};
use crate::report::stoplist_report;
use crate::status::{
    STOPLIST_EMPTY_CELL, STOPLIST_EXCLUDE, STOPLIST_EXCLUDE_ROW, STOPLIST_FAIL, STOPLIST_KEEP,
    STOPLIST_USAGE,
};
use crate::store::{Busy, stoplist_store};

/// Strips blocked recipients from Arrow batches. May be used by many threads at once, and has threads
/// of its own.
pub struct stoplist_filter {
    held: Arc<Held<Filter>>,
    wants_excluded: bool,
}

/// How a filter judges rows. All zero but `size`: finds the number column by its name, leaves out rows
/// that are blocked, null or no number, and uses a thread for each core.
#[repr(C)]
pub struct stoplist_filter_options {
    /// `sizeof(stoplist_filter_options)`.
    pub size: usize,
    /// The names of the number columns; borrowed for the call. None: the only one with a usual name, such
    /// as `phone`, `msisdn` or `wa_id`.
    pub columns: Shared<Chars>,
    /// The bytes of each.
    pub column_lens: Shared<usize>,
    /// How many.
    pub columns_count: usize,
    /// What becomes of rows that are no number: `STOPLIST_EXCLUDE`, `_KEEP` or `_FAIL`.
    pub on_invalid: i32,
    /// What becomes of rows that are null: the same.
    pub on_null: i32,
    /// What becomes of rows some of whose numbers are blocked: `STOPLIST_EXCLUDE_ROW` or `_EMPTY_CELL`.
    pub on_blocked: i32,
    /// How many threads work; 0 for one a core. With 1 the thread of the call does it all.
    pub threads: u32,
    /// 0 or 1. 1: the rows that are left out are given back, with the reason.
    pub excluded: u32,
    /// 0.
    pub reserved: u32,
}

// SAFETY: plain fields behind a `usize`; NULL and 0 are valid.
unsafe impl Options for stoplist_filter_options {}

fn policy(value: i32, name: &'static str) -> Result<Policy, Fault> {
    match value {
        STOPLIST_EXCLUDE => Ok(Policy::Exclude),
        STOPLIST_KEEP => Ok(Policy::Keep),
        STOPLIST_FAIL => Ok(Policy::Error),
        other => Err(Fault::flag(name, other)),
    }
}

/// The options, and whether excluded rows are wanted.
fn options_of(
    given: &Shared<stoplist_filter_options>,
    parser: Parser,
) -> Result<(FilterOptions, bool), Fault> {
    let given = given.options("options")?;
    reserved(given.reserved)?;
    let on_blocked = match given.on_blocked {
        STOPLIST_EXCLUDE_ROW => OnBlocked::ExcludeRow,
        STOPLIST_EMPTY_CELL => OnBlocked::EmptyCell,
        other => return Err(Fault::flag("on_blocked", other)),
    };
    let excluded = flag(given.excluded, "excluded")?;
    let mut options = FilterOptions::new(parser)
        .on_invalid(policy(given.on_invalid, "on_invalid")?)
        .on_null(policy(given.on_null, "on_null")?)
        .on_blocked(on_blocked)
        .excluded(excluded)
        .threads(NonZeroUsize::new(given.threads as usize));
    let columns = Texts::new(&given.columns, &given.column_lens, given.columns_count, "columns")?;
    for column in columns.strings("columns")? {
        options = options.column(column);
    }
    Ok((options, excluded))
}

/// Makes a filter of lists of a store. Each batch or stream takes them as they are when it begins.
///
/// - `gate`: which lists, which traffic, which region; NULL for all; borrowed.
/// - `options`: how; NULL for the defaults; borrowed.
/// - `filter`: gets the filter; free it with `stoplist_filter_free`, before or after the store is closed.
///
/// `STOPLIST_NOT_FOUND` when there is no list of a name; `STOPLIST_STALE`. Needs no permission.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_filter_open(
    store: Shared<stoplist_store>,
    gate: Shared<stoplist_gate_options>,
    options: Shared<stoplist_filter_options>,
    filter: Out<Owned<stoplist_filter>>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = filter.place("filter")?;
        let (names, traffic, parser) = asked_for(&gate.options("gate")?)?;
        let (options, wants_excluded) = options_of(&options, parser)?;
        let entered = store.enter()?;
        let lists = Lists::of_store(entered.store()?, &names, traffic)?;
        let held = Held::new(Filter::new(lists, options), Some(Arc::clone(entered.cell())));
        place.fill(Owned::new(stoplist_filter { held, wants_excluded }));
        Ok(())
    })
}

/// Makes a filter of a gate, also one of an index file or a frozen one. It does not know the reasons of
/// blocks nor how old lists are, and its passes cannot be put on record.
///
/// - `gate`: borrowed; may be freed before the filter.
/// - `options`, `filter`: as in `stoplist_filter_open`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_filter_of_gate(
    gate: Shared<stoplist_gate>,
    options: Shared<stoplist_filter_options>,
    filter: Out<Owned<stoplist_filter>>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = filter.place("filter")?;
        let gate = gate.get("gate")?;
        let (options, wants_excluded) = options_of(&options, gate.parser())?;
        let (lists, cell) = match gate.source() {
            Ok(fixed) => (Lists::of_gate(fixed), None),
            Err((gates, cell)) => (Lists::of_gates(gates), Some(cell)),
        };
        let held = match cell {
            Some(cell) => {
                let _busy = cell.begin()?;
                Held::new(Filter::new(lists, options), Some(Arc::clone(&cell)))
            }
            None => Held::new(Filter::new(lists, options), None),
        };
        place.fill(Owned::new(stoplist_filter { held, wants_excluded }));
        Ok(())
    })
}

/// Frees a filter. Its passes go on. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_filter_free(filter: Owned<stoplist_filter>) {
    quietly(|| drop(filter.take()));
}

/// Where the rows of one kind go.
pub(crate) struct Rows {
    array: Place<ArrowArray>,
    schema: Place<ArrowSchema>,
}

impl Rows {
    fn needed(
        array: Out<ArrowArray>,
        schema: Out<ArrowSchema>,
        names: [&'static str; 2],
    ) -> Result<Self, Fault> {
        let [of_array, of_schema] = names;
        Ok(Self { array: array.place(of_array)?, schema: schema.place(of_schema)? })
    }

    /// Both, or neither.
    fn optional(
        array: Out<ArrowArray>,
        schema: Out<ArrowSchema>,
        names: [&'static str; 2],
    ) -> Result<Option<Self>, Fault> {
        let [of_array, of_schema] = names;
        match (array.optional(of_array)?, schema.optional(of_schema)?) {
            (Some(array), Some(schema)) => Ok(Some(Self { array, schema })),
            (None, None) => Ok(None),
            _ => Err(Fault::argument(format!("one of `{of_array}` and `{of_schema}` is NULL"))),
        }
    }

    /// A batch on its way out: all that can fail is behind it.
    fn ready(batch: RecordBatch) -> Result<(ArrowArray, ArrowSchema), Fault> {
        let schema = export_schema(&batch.schema())?;
        Ok((export(batch), schema))
    }

    fn fill(self, (array, schema): (ArrowArray, ArrowSchema)) {
        self.array.fill(array);
        self.schema.fill(schema);
    }
}

/// The batch of a host, taken in every case.
fn taken(
    array: Out<ArrowArray>,
    given: Out<ArrowSchema>,
) -> impl FnOnce() -> Result<Imported, Fault> {
    // Both before either is looked at: what is not good is released with what is.
    let (array, given) = (take_array(array, "array"), take_schema(given, "schema"));
    move || {
        let (array, given) = (array?, given?);
        let schema: SchemaRef = Arc::new(schema(&given)?);
        import(array, &schema)
    }
}

impl stoplist_filter {
    /// The filter, and that a call is busy with its store: to be dropped in the other order.
    fn begin(&self) -> Result<(Option<Busy<'_>>, Filter), Fault> {
        #[cfg(test)]
        crate::call::injected::at("filter");
        let busy = self.held.begin()?;
        Ok((busy, self.held.look(|filter| filter.clone())?))
    }
}

/// Whether excluded rows are given to whoever asks for them.
pub(crate) fn check_wish(gives_excluded: bool, asked: bool) -> Result<(), Fault> {
    if asked && !gives_excluded {
        let message = "the filter gives no excluded rows; open it with `excluded` of its options";
        return Err(Fault::new(STOPLIST_USAGE, "no_excluded", message));
    }
    Ok(())
}

/// Filters a broadcast list that is a single batch.
///
/// - `array`, `schema`: the batch, as a struct of its columns. Taken in every case, also when the call
///   fails: each is released once, by the call or when nothing of it is in use any more.
/// - `kept`, `kept_schema`: get the rows that may be sent to, in their order; release both.
/// - `excluded`, `excluded_schema`: get the other rows, with `stoplist_verdict`, `stoplist_list` and
///   `stoplist_reason` behind their columns; release both. Both NULL when not wanted; else the filter has
///   to be opened with `excluded`.
/// - `report`: gets the counts; free it. May be NULL.
///
/// The data is checked in full before it is used. `STOPLIST_ARROW` when it is not sound; `STOPLIST_USAGE`
/// when the number column cannot be told or read; `STOPLIST_DATA` for a row that the options forbid.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_filter_batch(
    filter: Shared<stoplist_filter>,
    array: Out<ArrowArray>,
    schema: Out<ArrowSchema>,
    kept: Out<ArrowArray>,
    kept_schema: Out<ArrowSchema>,
    excluded: Out<ArrowArray>,
    excluded_schema: Out<ArrowSchema>,
    report: Out<Owned<stoplist_report>>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let batch = taken(array, schema);
        let kept = Rows::needed(kept, kept_schema, ["kept", "kept_schema"])?;
        let names = ["excluded", "excluded_schema"];
        let excluded = Rows::optional(excluded, excluded_schema, names)?;
        let report = report.optional("report")?;
        let filter = filter.get("filter")?;
        check_wish(filter.wants_excluded, excluded.is_some())?;
        let (_busy, filter) = filter.begin()?;
        let batch = batch()?;
        let mut pass = filter.pass(&batch.schema())?;
        let filtered = batch.filtered(&mut pass)?;
        let of_kept = Rows::ready(filtered.kept)?;
        if let (Some(rows), Some(batch)) = (excluded, filtered.excluded) {
            rows.fill(Rows::ready(batch)?);
        }
        kept.fill(of_kept);
        if let Some(place) = report {
            place.fill(Owned::new(stoplist_report::of(filtered.report)));
        }
        Ok(())
    })
}

/// Looks again, just before sending, at rows that were kept: who was blocked since? Whatever was blocked
/// before the call is found. Some µs when the lists have not changed since.
///
/// - `array`, `schema`: the rows that were kept; taken in every case.
/// - `report`: that of the call or pass that kept them; borrowed. NULL: every row is looked up anew.
/// - `kept`, `kept_schema`: get the rows that may still be sent to; release both.
/// - `blocked`, `blocked_schema`: get the others, with the columns of excluded rows; release both. Both
///   NULL when not wanted.
/// - `generation`: gets the last change that the answer includes, 0 for lists that have none. May be NULL.
///
/// Statuses as those of `stoplist_filter_batch`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_filter_recheck(
    filter: Shared<stoplist_filter>,
    array: Out<ArrowArray>,
    schema: Out<ArrowSchema>,
    report: Shared<stoplist_report>,
    kept: Out<ArrowArray>,
    kept_schema: Out<ArrowSchema>,
    blocked: Out<ArrowArray>,
    blocked_schema: Out<ArrowSchema>,
    generation: Out<u64>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let batch = taken(array, schema);
        let kept = Rows::needed(kept, kept_schema, ["kept", "kept_schema"])?;
        let blocked = Rows::optional(blocked, blocked_schema, ["blocked", "blocked_schema"])?;
        let generation = generation.optional("generation")?;
        let since = report.or_null("report")?.map(|report| report.report().clone());
        let since = since.unwrap_or_default();
        let filter = filter.get("filter")?;
        let (_busy, filter) = filter.begin()?;
        let again = filter.recheck(&batch()?.checked(&filter)?, &since)?;
        let of_kept = Rows::ready(again.kept)?;
        if let Some(rows) = blocked {
            rows.fill(Rows::ready(again.blocked)?);
        }
        kept.fill(of_kept);
        if let Some(place) = generation {
            place.fill(again.generation.unwrap_or_default());
        }
        Ok(())
    })
}

/// Begins with a broadcast list that is a stream. All its batches are judged by the lists as they are
/// now.
///
/// - `stream`: taken in every case; read batch by batch, as the pass is asked for more; released with the
///   pass.
/// - `pass`: gets the pass; free it with `stoplist_pass_free`.
///
/// Statuses as those of `stoplist_filter_batch`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_filter_stream(
    filter: Shared<stoplist_filter>,
    stream: Out<ArrowArrayStream>,
    pass: Out<Owned<stoplist_pass>>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let stream = take_stream(stream, "stream");
        let place = pass.place("pass")?;
        let filter = filter.get("filter")?;
        let (_busy, judge) = filter.begin()?;
        let input = Input::new(stream?)?;
        let pass = judge.pass(input.schema())?;
        let flow = Flow::new(input, pass, filter.wants_excluded);
        place.fill(Owned::new(stoplist_pass::of(flow, filter.held.cell().cloned())));
        Ok(())
    })
}
