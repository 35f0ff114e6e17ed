//! `stoplist filter`: which rows of this table may be sent to?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use arrow::array::RecordBatch;
use serde::Serialize;
use stoplist::{NumberSet, Parser};
use stoplist_arrow::{Filter, FilterOptions, check_type, excluded_schema, find_number_column};
use stoplist_files::output::OutputFile;
use stoplist_files::table::{ReadOptions, TableFormat, TableReader, TableWriter, WriteOptions};
use stoplist_files::{Error, ListOptions};

use crate::args::{FilterArgs, Global};
use crate::failure::Failure;
use crate::store::{self, Caller};
use crate::tell::{Table, Tell};
use crate::{conclusion, lists, overwrite};

#[derive(Serialize)]
struct Report {
    rows: u64,
    kept: u64,
    blocked: u64,
    invalid: u64,
    null: u64,
    blocked_by_list: BTreeMap<String, u64>,
    invalid_by_reason: BTreeMap<&'static str, u64>,
    /// Of the store; lists given as files have none.
    generation: Option<u64>,
    /// Likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    stale_lists: Option<Vec<String>>,
    seconds: f64,
}

pub(crate) fn run(args: &FilterArgs, global: &Global, tell: &Tell) -> Result<(), Failure> {
    let start = Instant::now();
    let uses_store = uses_store(args, global)?;
    let inputs: Vec<&Path> =
        [&args.input].into_iter().chain(&args.blocked).map(AsRef::as_ref).collect();
    let outputs: Vec<&Path> =
        [&args.output].into_iter().chain(&args.excluded).map(AsRef::as_ref).collect();
    overwrite::refuse(&inputs, &outputs)?;
    let stdout_is_taken = overwrite::takes_stdout(&outputs, tell.json)?;
    let reader = TableReader::open(&args.input, args.input_format, ReadOptions::default())?;
    let schema = reader.schema();
    let column = find_number_column(&schema, args.column.as_deref()).map_err(|error| {
        Failure::from(error).hint(format_args!("of {}; use --column NAME", args.input.display()))
    })?;
    let field = schema.field(column);
    check_type(field.name(), field.data_type())?;
    let mut kept = Output::create(&args.output, args.output_format, &schema, &reader)?;
    let mut excluded = match &args.excluded {
        Some(path) => Some(Output::create(path, None, &excluded_schema(&schema)?, &reader)?),
        None => None,
    };
    let lists = if uses_store { of_store(args, global, tell)? } else { of_files(args, tell)? };
    let Lists { generation, stale, .. } = &lists;
    let (generation, stale_lists) = (*generation, stale.clone());
    let filter = filter(args, lists, tell)?;
    let mut total = filter.empty_report();
    let progress = tell.progress(&args.input.to_string_lossy(), reader.bytes_total());
    let serial = args.threads.is_some_and(|threads| threads.get() == 1);
    each_batch(reader, serial, |batch, bytes_read| {
        let filtered = filter.apply(&batch, column, total.rows)?;
        kept.write(&filtered.kept)?;
        if let (Some(output), Some(rows)) = (&mut excluded, &filtered.excluded) {
            output.write(rows)?;
        }
        total += &filtered.report;
        progress.at(bytes_read, total.rows);
        Ok(())
    })?;
    drop(progress);
    let kept = kept.finish()?;
    let excluded = excluded.map(Output::finish).transpose()?;
    conclusion::claim_for_work();
    // All is written; now all appears. The kept rows come last: where they are, everything is.
    if let Some(excluded) = excluded {
        excluded.commit()?;
    }
    kept.commit()?;
    let report = Report {
        rows: total.rows,
        kept: total.kept,
        blocked: total.blocked,
        invalid: total.invalid,
        null: total.null,
        blocked_by_list: total.blocked_by_list,
        invalid_by_reason: total.invalid_by_reason,
        generation,
        stale_lists,
        seconds: (start.elapsed().as_secs_f64() * 1e3).round() / 1e3,
    };
    tell.report(&report, &table(&report), stdout_is_taken)
}

/// Whether the lists are those of a store, not of files. A store that only the environment names is
/// not asked where files are given.
fn uses_store(args: &FilterArgs, global: &Global) -> Result<bool, Failure> {
    let from_files = !args.blocked.is_empty();
    if from_files && global.store.is_some() {
        let message = "both --blocked and --store say who is blocked";
        return Err(Failure::usage(message).hint("give one; `import` brings a file into the store"));
    }
    if !from_files && !store::is_named(global) {
        let message = "nothing says who is blocked";
        return Err(Failure::usage(message)
            .hint("give --blocked FILE, or --store DIR, or set STOPLIST_STORE"));
    }
    Ok(!from_files)
}

/// Lists in the order in which they are asked.
struct Lists {
    named: Vec<(String, NumberSet)>,
    /// Of the store that they are from.
    generation: Option<u64>,
    /// Those that are older than they may get.
    stale: Option<Vec<String>>,
}

/// Takes the lists of a store that stop the traffic, and closes it again: others may use it while
/// the table is read.
fn of_store(args: &FilterArgs, global: &Global, tell: &Tell) -> Result<Lists, Failure> {
    let store = Caller::new(global, tell)?.open()?;
    let stale =
        store.stale_lists(&args.list, args.traffic.into())?.into_iter().map(|list| list.name);
    let stale: Vec<String> = stale.collect();
    let (generation, named) = store.stopped_by_list(&args.list, args.traffic.into())?;
    if !tell.json {
        for name in &stale {
            tell.warn(format_args!("the list {name:?} is stale; import it anew"));
        }
    }
    Ok(Lists { named, generation: Some(generation), stale: Some(stale) })
}

/// Reads every file.
fn of_files(args: &FilterArgs, tell: &Tell) -> Result<Lists, Failure> {
    let options = ListOptions { parser: Parser::new(args.region), ..ListOptions::default() };
    let read = |path: &PathBuf| {
        let set = list(path, &options, tell)?;
        Ok((list_name(path, &args.blocked), set))
    };
    let named = args.blocked.iter().map(read).collect::<Result<_, Failure>>()?;
    Ok(Lists { named, generation: None, stale: None })
}

fn filter(args: &FilterArgs, lists: Lists, tell: &Tell) -> Result<Filter, Failure> {
    let mut filter = FilterOptions::new(Parser::new(args.region))
        .on_invalid(args.on_invalid.into())
        .on_null(args.on_null.into())
        .excluded(args.excluded.is_some())
        .threads(args.threads);
    if lists.named.iter().all(|(_, numbers)| numbers.is_empty()) {
        tell.warn("the lists hold no number: nobody is blocked");
    }
    for (name, numbers) in lists.named {
        filter = filter.list(name, Arc::new(numbers));
    }
    Ok(Filter::new(filter)?)
}

fn list(path: &Path, options: &ListOptions, tell: &Tell) -> Result<NumberSet, Failure> {
    lists::read_whole(path, options, tell).map_err(|failure| {
        if failure.is_about_column() {
            let hint =
                "pick it with `stoplist set FILE --column NAME -o LIST.r64` and block LIST.r64";
            failure.hint(hint)
        } else {
            failure
        }
    })
}

/// The file's name, or its whole path where another list has the same name.
fn list_name(path: &Path, all: &[PathBuf]) -> String {
    let twins = all.iter().filter(|other| other.file_name() == path.file_name()).count();
    let name = path.file_name().filter(|_| twins == 1).unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// Calls `work` with each batch and the bytes read so far. Unless `serial`, the next batches are
/// read on a thread of their own meanwhile.
fn each_batch(
    mut reader: TableReader,
    serial: bool,
    mut work: impl FnMut(RecordBatch, u64) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut next = move || reader.next().map(|batch| Ok::<_, Error>((batch?, reader.bytes_read())));
    if serial {
        while let Some(batch) = next() {
            let (batch, bytes_read) = batch?;
            work(batch, bytes_read)?;
        }
        return Ok(());
    }
    let (sender, batches) = sync_channel(2);
    let read = move || {
        // The receiver hangs up when the work has failed.
        while let Some(batch) = next() {
            if sender.send(batch).is_err() {
                break;
            }
        }
    };
    let reading =
        std::thread::Builder::new().spawn(read).map_err(|error| Failure::thread(&error))?;
    for batch in batches {
        // When the work fails, nobody waits for a reader that may wait for its pipe.
        let (batch, bytes_read) = batch?;
        work(batch, bytes_read)?;
    }
    // The hook has kept what a panic said.
    reading.join().map_err(|_| Failure::panicked())
}

/// A table being written.
struct Output {
    writer: TableWriter<OutputFile>,
}

impl Output {
    fn create(
        path: &Path,
        format: Option<TableFormat>,
        schema: &arrow::datatypes::SchemaRef,
        input: &TableReader,
    ) -> Result<Self, Error> {
        let format = match format {
            Some(format) => format,
            None => TableFormat::of_path(path)?,
        };
        let file = OutputFile::create(path)?;
        let options = WriteOptions::like(input);
        Ok(Self { writer: TableWriter::create(file, path, format, schema, options)? })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        self.writer.write(batch)
    }

    fn finish(self) -> Result<OutputFile, Error> {
        self.writer.finish()
    }
}

fn table(report: &Report) -> Table {
    let mut table = Table::default();
    table.count("rows", report.rows);
    table.count("kept", report.kept);
    table.count("blocked", report.blocked);
    table.parts(&report.blocked_by_list);
    table.count("invalid", report.invalid);
    table.parts(&report.invalid_by_reason);
    table.count("null", report.null);
    table.text("seconds", format_args!("{:.3}", report.seconds));
    table
}
