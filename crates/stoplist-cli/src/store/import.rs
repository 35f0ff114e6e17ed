//! `stoplist import`: how do numbers get into a list?

use std::path::Path;

use stoplist::{ImportOptions, ImportReport, NumberSet, NumberSetBuilder, Parser};
use stoplist_files::output::OutputFile;
use stoplist_files::{CsvRejects, ListOptions, ListSummary, RejectSink, origin_of};

use crate::args::ImportArgs;
use crate::failure::Failure;
use crate::set::Report;
use crate::{lists, overwrite};

use super::open::Caller;
use super::{json, who};

pub(super) fn run(args: &ImportArgs, caller: &Caller<'_>) -> Result<(), Failure> {
    let outputs: Vec<&Path> = args.rejects.iter().map(AsRef::as_ref).collect();
    overwrite::refuse(&[&args.file], &outputs)?;
    let stdout_is_taken = overwrite::takes_stdout(&outputs, caller.tell.json)?;
    let options = ImportOptions {
        from: origin_of(&args.file),
        replace: args.replace,
        dry_run: args.dry_run,
        as_of: args.as_of.as_deref().map(who::past).transpose()?,
    };
    // The file first: nobody else can use the store while it is open.
    let (numbers, summary, rejects) = read(args, caller)?;
    let report = Report::new(&numbers, &summary);
    let store = caller.open_for_change()?;
    let done = caller.acting(&store).import(&args.name, numbers, &options)?;
    if let Some(rejects) = rejects {
        let generation = done.generation;
        let hint = format!("the import itself is done, as change {generation}");
        rejects.commit().map_err(|error| Failure::from(error).hint(hint))?;
    }
    tell(report, &done, args.dry_run, stdout_is_taken, caller)
}

type Rejects = Option<OutputFile>;

fn read(
    args: &ImportArgs,
    caller: &Caller<'_>,
) -> Result<(NumberSet, ListSummary, Rejects), Failure> {
    let options = ListOptions {
        format: args.format,
        parser: Parser::new(args.region),
        column: args.column.clone(),
    };
    let mut rejects = match &args.rejects {
        Some(path) => Some(CsvRejects::new(path, OutputFile::create(path)?)?),
        None => None,
    };
    let mut numbers = NumberSetBuilder::with_helper_thread();
    let sink = rejects.as_mut().map(|rejects| rejects as &mut dyn RejectSink);
    let summary = lists::read(&args.file, &options, &mut numbers, sink, caller.tell)?;
    lists::refuse_without_number(&args.file, &summary)?;
    if args.replace && summary.rows == 0 && !args.yes {
        let message = format!("{} is empty", args.file.display());
        return Err(
            Failure::no_number(message).hint("add --yes if nobody is to be left on the list")
        );
    }
    Ok((numbers.finish(), summary, rejects.map(CsvRejects::finish).transpose()?))
}

fn tell(
    Report { mut document, mut table }: Report,
    done: &ImportReport,
    dry_run: bool,
    stdout_is_taken: bool,
    caller: &Caller<'_>,
) -> Result<(), Failure> {
    let ImportReport { added, removed, already, generation, .. } = *done;
    json::extend(&mut document, json::import(done, dry_run));
    let (plus, minus) = if dry_run { ("would add", "would remove") } else { ("added", "removed") };
    table.count(plus, added);
    table.count(minus, removed);
    table.count("on the list before", already);
    table.count("generation", generation);
    caller.tell.report(&document, &table, stdout_is_taken)
}
