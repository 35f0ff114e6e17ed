//! How do lists of bare numbers get into a store, and out again?

use std::ops::ControlFlow;
use std::path::Path;

use serde_json::json;
use stoplist::{ImportOptions, Index, ListSettings, NumberSet, NumberSetBuilder, Parser};
use stoplist_files::output::OutputFile;
use stoplist_files::{
    ExportFormat, LIST_FORMATS, ListFormat, ListOptions, ListSinks, ListSummary, origin_of,
    read_list_file, write_list,
};

use crate::blocking::{moment, no_number};
use crate::call::{ErrorOut, call};
use crate::change::change;
use crate::fault::Fault;
use crate::number::{flag, reserved, traffic};
use crate::path::path;
use crate::pointers::{Chars, Options, Out, Shared, User};
use crate::progress::{Steps, stoplist_progress};
use crate::status::STOPLIST_IO;
use crate::store::{Entered, stoplist_store};
use crate::text::{TextOut, give};

/// What a list is for.
#[repr(C)]
pub struct stoplist_list_settings {
    /// `sizeof(stoplist_list_settings)`.
    pub size: usize,
    /// What it stops: `STOPLIST_BROADCAST` and others, or'ed; at least one.
    pub traffic: u32,
    /// How many days after its last import it counts as stale; 0 for never.
    pub max_age_days: u32,
    /// 0 or 1. 1: filters refuse to work with it when it is stale, instead of saying so.
    pub fail_when_stale: u32,
    /// 0.
    pub reserved: u32,
    /// Where its numbers come from, up to 200 bytes; borrowed for the call.
    pub source: Chars,
    /// Its bytes.
    pub source_len: usize,
}

// SAFETY: plain fields behind a `usize`; NULL and 0 are valid.
unsafe impl Options for stoplist_list_settings {}

/// How a file gets into a list. All zero but `size`: its numbers are added.
#[repr(C)]
pub struct stoplist_import_options {
    /// `sizeof(stoplist_import_options)`.
    pub size: usize,
    /// 0 or 1. 1: the list becomes equal to the file.
    pub replace: u32,
    /// 0 or 1. 1: only says what it would do.
    pub dry_run: u32,
    /// When the source was so, in ms since 1970 UTC; 0 for now. What the age of the list counts from.
    pub as_of_ms: i64,
    /// `txt`, `csv`, `tsv`, `dnc`, `json`, `jsonl`, `vcf`, `parquet`, `arrow` or `r64`; borrowed for the
    /// call. `(NULL, 0)`: the content tells.
    pub format: Chars,
    /// Its bytes.
    pub format_len: usize,
    /// The column or field that has the numbers; borrowed for the call. `(NULL, 0)`: by the usual names.
    pub column: Chars,
    /// Its bytes.
    pub column_len: usize,
}

// SAFETY: plain fields behind a `usize`; NULL and 0 are valid.
unsafe impl Options for stoplist_import_options {}

fn settings(given: &Shared<stoplist_list_settings>) -> Result<ListSettings, Fault> {
    let given = given.needed_options("settings")?;
    reserved(given.reserved)?;
    let mut settings = ListSettings::new(traffic(given.traffic)?)
        .source(given.source.text(given.source_len, "source")?);
    if given.max_age_days > 0 {
        settings = settings.max_age_days(given.max_age_days);
    }
    if flag(given.fail_when_stale, "fail_when_stale")? {
        settings = settings.fail_when_stale();
    }
    Ok(settings)
}

/// Makes a list.
///
/// - `actor`: needs the permission lists; borrowed.
/// - `name`: 1 to 64 letters, digits, `-`, `_` and `.`; borrowed.
/// - `settings`: what it is for; needed; borrowed.
/// - `generation`: gets that of the change. May be NULL.
///
/// `STOPLIST_EXISTS`, `STOPLIST_USAGE`, `STOPLIST_DENIED`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_list_create(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    name: Chars,
    name_len: usize,
    settings: Shared<stoplist_list_settings>,
    generation: Out<u64>,
    error: ErrorOut,
) -> i32 {
    change(store, actor, actor_len, name, name_len, generation, error, |acting, name| {
        Ok(acting.create_list(name, &self::settings(&settings)?)?)
    })
}

/// Gives a list other settings. As `stoplist_list_create`; `STOPLIST_NOT_FOUND`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_list_set(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    name: Chars,
    name_len: usize,
    settings: Shared<stoplist_list_settings>,
    generation: Out<u64>,
    error: ErrorOut,
) -> i32 {
    change(store, actor, actor_len, name, name_len, generation, error, |acting, name| {
        Ok(acting.set_list(name, &self::settings(&settings)?)?)
    })
}

/// Drops a list with its numbers. Its history stays. As `stoplist_list_create`; `STOPLIST_NOT_FOUND`;
/// `STOPLIST_USAGE` while a gate that names it is open.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_list_drop(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    name: Chars,
    name_len: usize,
    generation: Out<u64>,
    error: ErrorOut,
) -> i32 {
    change(store, actor, actor_len, name, name_len, generation, error, |acting, name| {
        Ok(acting.drop_list(name)?)
    })
}

/// A list, without its numbers: `json` gets `{"name","numbers","traffic":[],"as_of","stale","source",
/// "max_age_days","when_stale","created_at"}`. Needs the permission view. `STOPLIST_NOT_FOUND`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_list_get(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    name: Chars,
    name_len: usize,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.place("json")?;
        let name = name.text(name_len, "name")?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        place.fill_json(&stoplist_json::list(&entered.acting(actor)?.list(name)?));
        Ok(())
    })
}

fn format(text: &str) -> Result<ListFormat, Fault> {
    let found = ListFormat::ALL.into_iter().find(|format| format.name() == text);
    found.ok_or_else(|| {
        Fault::argument(format!("`format` is {text:?}, which is none of {LIST_FORMATS}"))
    })
}

/// Reads a file that takes effect as a whole.
fn read(
    path: &Path,
    options: &stoplist_import_options,
    parser: &Parser,
    steps: &Steps,
) -> Result<(NumberSet, ListSummary), Fault> {
    let column = options.column.optional(options.column_len, "column")?.map(str::to_owned);
    let named = options.format.optional(options.format_len, "format")?;
    let format = named.map(format).transpose()?;
    let options = ListOptions { format, parser: *parser, column };
    let mut hook = |at: stoplist_files::Progress| match steps.at(at.rows, 0) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    };
    let mut numbers = NumberSetBuilder::with_helper_thread();
    let sinks = ListSinks { numbers: &mut numbers, rejects: None, progress: Some(&mut hook) };
    let summary = read_list_file(path, &options, sinks)?;
    steps.at(summary.rows, summary.rows)?;
    if summary.rows > 0 && summary.accepted_rows == 0 {
        let message = format!("{}: none of its {} rows is a number", path.display(), summary.rows);
        return Err(no_number(message));
    }
    Ok((numbers.finish(), summary))
}

/// Brings the numbers of a file into a list, as one change: all or none.
///
/// - `actor`: needs the permission lists; borrowed.
/// - `name`: the list; borrowed.
/// - `path`: the file; what is in it is told by its content; borrowed.
/// - `options`: NULL for the defaults; borrowed.
/// - `progress`, `user`: called about every 65,536 rows with how many were read, and a last time before the
///   change; what it returns other than 0 ends the call, with nothing changed. May be NULL.
/// - `json`: gets `{"rows","accepted_rows","unique","rejected_rows","rejected_by_reason":{},"min","max",
///   "sum64","added","removed","already","dry_run","generation"}`; free it. May be NULL.
///
/// Rows that are no numbers are counted, by reason. `STOPLIST_DATA` when no row is a number or the file
/// is not what its format says; `STOPLIST_NOT_FOUND`; `STOPLIST_CANCELLED`; `STOPLIST_IO`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_list_import(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    name: Chars,
    name_len: usize,
    path: Chars,
    path_len: usize,
    options: Shared<stoplist_import_options>,
    progress: stoplist_progress,
    user: User,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.optional("json")?;
        let given = options.options("options")?;
        let path = self::path(&path, path_len)?;
        let mut options = ImportOptions::add(origin_of(&path));
        options.replace = flag(given.replace, "replace")?;
        options.dry_run = flag(given.dry_run, "dry_run")?;
        options.as_of = moment(given.as_of_ms, "as_of_ms")?;
        let name = name.text(name_len, "name")?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        let steps = Steps::new(progress, &user);
        let (numbers, summary) = read(&path, &given, entered.parser(), &steps)?;
        let ListSummary { rows, accepted_rows, rejected_by_reason, .. } = summary;
        let mut document =
            stoplist_json::number_set(&numbers, rows, accepted_rows, &rejected_by_reason);
        let done = entered.acting(actor)?.import(name, numbers, &options)?;
        stoplist_json::extend(&mut document, stoplist_json::import(&done, options.dry_run));
        give(place, || document)
    })
}

/// Writes the numbers of a list to a file, which appears whole or not at all.
///
/// - `actor`: needs the permission lists; borrowed.
/// - `name`: the list, also `blocked`; borrowed.
/// - `path`: its ending tells the format: `.txt`, `.csv`, `.jsonl`, `.parquet`, `.arrow`, `.r64`, or `.idx`
///   for an index that `stoplist_gate_open_index` maps. Borrowed.
/// - `json`: gets `{"list","numbers","generation"}`; free it. May be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_list_export(
    store: Shared<stoplist_store>,
    actor: Chars,
    actor_len: usize,
    name: Chars,
    name_len: usize,
    path: Chars,
    path_len: usize,
    json: TextOut,
    error: ErrorOut,
) -> i32 {
    call(error, || {
        let place = json.optional("json")?;
        let path = self::path(&path, path_len)?;
        let is_index = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("idx"));
        let format = if is_index { None } else { Some(ExportFormat::from_path(&path)?) };
        let name = name.text(name_len, "name")?;
        let actor = actor.text(actor_len, "actor")?;
        let entered = store.enter()?;
        // Before the numbers: what comes meanwhile may be in the file, and is not said to be.
        let generation = entered.store()?.generation();
        let numbers = exported(&entered, actor, name)?;
        let mut file = OutputFile::create(&path)?;
        match format {
            Some(format) => write_list(&numbers, format, &path, &mut file)?,
            None => Index::from_set(&numbers).write_to(&mut file).map_err(|error| {
                Fault::new(STOPLIST_IO, "io", format!("{}: cannot write: {error}", path.display()))
            })?,
        }
        file.commit()?;
        give(place, || json!({"list": name, "numbers": numbers.len(), "generation": generation}))
    })
}

fn exported(entered: &Entered, actor: &str, name: &str) -> Result<NumberSet, Fault> {
    Ok(entered.acting(actor)?.export(name)?)
}
