//! How are the batches of one broadcast list filtered, all by the same lists?

use std::sync::Arc;

use ::arrow::array::RecordBatch;
use stoplist_arrow::{Filtered, Pass, excluded_schema};

use crate::arrow::{
    ArrowArray, ArrowArrayStream, ArrowSchema, Input, export, export_schema, export_stream,
};
use crate::call::{ErrorOut, call, quietly};
use crate::fault::Fault;
use crate::filter::check_wish;
use crate::held::Held;
use crate::pointers::{Chars, Out, Owned, Shared};
use crate::report::stoplist_report;
use crate::status::STOPLIST_USAGE;
use crate::store::Cell;

/// A broadcast list on its way through a filter. May be used by many threads, one after the other: a
/// call waits for the one before.
pub struct stoplist_pass {
    held: Arc<Held<Flow>>,
}

/// What flows through: batches of the host, by a pass.
pub(crate) struct Flow {
    input: Input,
    pass: Pass,
    wants_excluded: bool,
}

impl Flow {
    pub(crate) fn new(input: Input, pass: Pass, wants_excluded: bool) -> Self {
        Self { input, pass, wants_excluded }
    }

    fn next(&mut self) -> Result<Option<Filtered>, Fault> {
        let Some(imported) = self.input.next()? else { return Ok(None) };
        let filtered = imported.filtered(&mut self.pass);
        if filtered.is_err() {
            self.input.end();
        }
        filtered.map(Some)
    }
}

impl stoplist_pass {
    pub(crate) fn of(flow: Flow, cell: Option<Arc<Cell>>) -> Self {
        Self { held: Held::new(flow, cell) }
    }
}

/// The schema of what `stoplist_pass_next` gives.
///
/// - `kept`: gets that of the kept rows; release it.
/// - `excluded`: gets that of the excluded rows; release it. May be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_pass_schema(
    pass: Shared<stoplist_pass>,
    kept: Out<ArrowSchema>,
    excluded: Out<ArrowSchema>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let (kept, excluded) = (kept.place("kept")?, excluded.optional("excluded")?);
        pass.get("pass")?.held.with(|flow| {
            check_wish(flow.wants_excluded, excluded.is_some())?;
            let of_kept = export_schema(&flow.pass.schema())?;
            if let Some(place) = excluded {
                place.fill(export_schema(&*excluded_schema(flow.input.schema())?)?);
            }
            kept.fill(of_kept);
            Ok(())
        })
    })
}

/// The next batch, divided. A batch of which nothing is kept comes without rows.
///
/// - `kept`: gets the rows that may be sent to; release it. At the end of the stream its release callback
///   is NULL, and the status `STOPLIST_OK`.
/// - `excluded`: gets the other rows; release it. May be NULL; else the filter has to be opened with
///   `excluded`.
///
/// After an error the stream is at its end. Statuses as those of `stoplist_filter_batch`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_pass_next(
    pass: Shared<stoplist_pass>,
    kept: Out<ArrowArray>,
    excluded: Out<ArrowArray>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let (kept, excluded) = (kept.place("kept")?, excluded.optional("excluded")?);
        let filtered = pass.get("pass")?.held.with(|flow| {
            check_wish(flow.wants_excluded, excluded.is_some())?;
            flow.next()
        })?;
        let (of_kept, of_excluded) = match filtered {
            Some(filtered) => (Some(filtered.kept), filtered.excluded),
            None => (None, None),
        };
        let array = |batch: Option<RecordBatch>| batch.map_or_else(ArrowArray::empty, export);
        if let Some(place) = excluded {
            place.fill(array(of_excluded));
        }
        kept.fill(array(of_kept));
        Ok(())
    })
}

/// The kept rows as a stream, for whatever takes one. The pass goes on giving the report; it may be
/// freed before the stream.
///
/// - `kept`: gets the stream; release it. A batch that cannot be filtered is an error of the stream, with
///   the message of the call.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_pass_export(
    pass: Shared<stoplist_pass>,
    kept: Out<ArrowArrayStream>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = kept.place("kept")?;
        let held = Arc::clone(&pass.get("pass")?.held);
        let schema = held.with(|flow| Ok(flow.pass.schema()))?;
        let next = move || held.with(|flow| Ok(flow.next()?.map(|filtered| filtered.kept)));
        place.fill(export_stream(schema, next));
        Ok(())
    })
}

/// The counts of all batches so far. `report` gets them; free it.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_pass_report(
    pass: Shared<stoplist_pass>,
    report: Out<Owned<stoplist_report>>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = report.place("report")?;
        let counts = pass.get("pass")?.held.with(|flow| Ok(flow.pass.report().clone()))?;
        place.fill(Owned::new(stoplist_report::of(counts)));
        Ok(())
    })
}

/// Puts on record in the store of the filter what was filtered, against which lists, and what came of it.
///
/// - `actor`: who it is recorded for; needs no permission; borrowed.
/// - `input`: names what was filtered, up to 512 bytes; borrowed.
/// - `digest`: one of its bytes, as `algorithm:hex`; borrowed. `(NULL, 0)` for none.
/// - `generation`: gets that of the record. May be NULL.
///
/// `STOPLIST_USAGE` for a filter of a gate; `STOPLIST_DATA` when a text is too long.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_pass_record(
    pass: Shared<stoplist_pass>,
    actor: Chars,
    actor_len: usize,
    input: Chars,
    input_len: usize,
    digest: Chars,
    digest_len: usize,
    generation: Out<u64>,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = generation.optional("generation")?;
        let actor = actor.text(actor_len, "actor")?;
        let input = input.text(input_len, "input")?;
        let digest = digest.optional(digest_len, "digest")?;
        let pass = pass.get("pass")?;
        let scrub = pass.held.with(|flow| Ok(flow.pass.scrub(input, digest)))?;
        let (Some(scrub), Some(cell)) = (scrub, pass.held.cell()) else {
            let message = "the filter is one of a gate, and has no store; open it with \
                           stoplist_filter_open";
            return Err(Fault::new(STOPLIST_USAGE, "no_store", message));
        };
        let _busy = cell.begin()?;
        let store = cell.store().ok_or_else(Fault::closed)?;
        let made = store.acting_as(actor).record_scrub(&scrub)?;
        if let Some(place) = place {
            place.fill(made);
        }
        Ok(())
    })
}

/// Frees a pass, and with it the stream that it reads, unless a stream that `stoplist_pass_export` made
/// is still there. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_pass_free(pass: Owned<stoplist_pass>) {
    quietly(|| drop(pass.take()));
}
