//! `stoplist filter`: which rows of this table may be sent to?
//!
//! The order of things:
//!
//! 1. the table is opened, its columns are told, the outputs are begun;
//! 2. the lists are read, or asked for in the store, which stays open from here on; the beginning of
//!    the table is read meanwhile;
//! 3. the rows go through, batch by batch;
//! 4. all that is written is on disk, and the digest of the input is known;
//! 5. the store records the scrub;
//! 6. the outputs appear.
//!
//! So whatever fails, no output is there without its record, and none half written.

mod columns;
mod digest;
mod lists;
mod outputs;
mod report;
mod rows;
mod threads;

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use arrow::datatypes::SchemaRef;
use stoplist::{Parser, Store};
use stoplist_arrow::{Error, Filter, FilterOptions, Lists, OnBlocked, Pass};
use stoplist_files::table::{ReadOptions, TableInput};

use crate::args::{FilterArgs, Global};
use crate::failure::Failure;
use crate::store::Caller;
use crate::tell::Tell;
use crate::{conclusion, overwrite};

use columns::named_columns;
use digest::Digest;
use outputs::Outputs;
use report::Report;
use rows::Batches;

pub(crate) fn run(args: &FilterArgs, global: &Global, tell: &Tell) -> Result<(), Failure> {
    let start = Instant::now();
    let caller = lists::caller(args, global, tell)?;
    let inputs: Vec<&Path> =
        [&args.input].into_iter().chain(&args.blocked).map(AsRef::as_ref).collect();
    let outputs: Vec<&Path> =
        [&args.output].into_iter().chain(&args.excluded).map(AsRef::as_ref).collect();
    overwrite::refuse(&inputs, &outputs)?;
    let stdout_is_taken = overwrite::takes_stdout(&outputs, tell.json)?;

    let input = TableInput::open(&args.input)?;
    let (input, digest) = match caller {
        Some(_) => Digest::of(input, &args.input).map(|(input, digest)| (input, Some(digest)))?,
        None => (input, None),
    };
    let reader = input.into_reader(args.input_format, ReadOptions::default())?;
    let schema = reader.schema();
    let threads = threads::affordable(args.threads);
    let is_serial = threads == NonZeroUsize::MIN;
    let options = options(args, &named_columns(&args.column, &schema)).threads(Some(threads));
    let kept_schema = told_columns(args, &options, &schema)?.schema();
    let outputs = Outputs::create(args, &reader, &kept_schema, threads)?;

    let bytes_total = reader.bytes_total();
    let batches = Batches::of(reader, is_serial);
    let digest = digest.map(|digest| digest.begin(is_serial));
    let (lists, store) = match &caller {
        Some(caller) => lists::of_store(args, caller).map(|(lists, store)| (lists, Some(store)))?,
        None => (lists::of_files(args, tell)?, None),
    };
    let mut pass = Filter::new(lists, options).pass(&schema)?;
    if store.is_some() {
        lists::warn(&pass, tell);
    }
    let progress = tell.progress(&args.input.to_string_lossy(), bytes_total);
    let mut written = rows::pass_through(batches, &mut pass, outputs, &progress, is_serial)?;
    drop(progress);
    written.settle()?;
    let digest = digest.map(digest::Running::finish).transpose()?;

    conclusion::claim_for_work();
    let scrub = match caller.as_ref().zip(store.as_ref()) {
        Some(to) => record(to, &pass, args, digest.as_deref())?,
        None => None,
    };
    written.commit()?;
    let report = Report::of(pass.report(), scrub, start.elapsed());
    let table = report.table(&pass.report().ages, tell.bars(stdout_is_taken));
    tell.report(&report, &table, stdout_is_taken)
}

fn options(args: &FilterArgs, columns: &[String]) -> FilterOptions {
    let on_blocked = if args.empty_blocked { OnBlocked::EmptyCell } else { OnBlocked::ExcludeRow };
    let options = FilterOptions::new(Parser::new(args.region))
        .on_invalid(args.on_invalid.into())
        .on_null(args.on_null.into())
        .on_blocked(on_blocked)
        .excluded(args.excluded.is_some());
    columns.iter().fold(options, FilterOptions::column)
}

/// Tells the columns before anything is made or read: a pass that asks no list.
fn told_columns(
    args: &FilterArgs,
    options: &FilterOptions,
    schema: &SchemaRef,
) -> Result<Pass, Failure> {
    let options = options.clone().threads(Some(NonZeroUsize::MIN));
    let told = Lists::of_sets([]).and_then(|none| Filter::new(none, options).pass(schema));
    told.map_err(|error| {
        let is_about_names = matches!(
            error,
            Error::NoSuchColumn { .. }
                | Error::RepeatedColumn { .. }
                | Error::NoNumberColumn { .. }
                | Error::SeveralNumberColumns { .. }
        );
        let failure = Failure::from(error);
        if !is_about_names {
            return failure;
        }
        failure.hint(format_args!("of {}; use --column NAME", args.input.display()))
    })
}

/// Puts on record that this was filtered; the generation of the record.
fn record(
    (caller, store): (&Caller<'_>, &Store),
    pass: &Pass,
    args: &FilterArgs,
    digest: Option<&str>,
) -> Result<Option<u64>, Failure> {
    let input = args.input.to_string_lossy();
    let Some(mut scrub) = pass.scrub(cut(&input), digest) else { return Ok(None) };
    for column in &mut scrub.columns {
        column.truncate(cut(column).len());
    }
    Ok(Some(caller.acting(store).record_scrub(&scrub)?))
}

/// The longest name that the record of a scrub has room for, in bytes.
const MAX_NAME: usize = 512;

/// The beginning of a name, as much as there is room for.
fn cut(name: &str) -> &str {
    name.get(..name.floor_char_boundary(MAX_NAME)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_between_characters() {
        assert_eq!(cut("in.csv"), "in.csv");
        let long = format!("a{}", "ä".repeat(300));
        assert_eq!(cut(&long), format!("a{}", "ä".repeat(255)));
    }
}
