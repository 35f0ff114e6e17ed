//! `stoplist set`: what is in these blocklists together?

use std::path::Path;

use serde_json::Value;
use stoplist::{NumberSet, NumberSetBuilder, Parser};
use stoplist_files::output::OutputFile;
use stoplist_files::{CsvRejects, ExportFormat, ListOptions, ListSummary, RejectSink, write_list};

use crate::args::SetArgs;
use crate::failure::Failure;
use crate::table::Table;
use crate::tell::Tell;
use crate::{conclusion, lists, overwrite};

/// What was read, and what it came to: for programs and for people.
pub(crate) struct Report {
    pub(crate) document: Value,
    pub(crate) table: Table,
}

pub(crate) fn run(args: &SetArgs, tell: &Tell) -> Result<(), Failure> {
    let inputs = args.files.iter().chain(&args.and).chain(&args.minus);
    let inputs: Vec<&Path> = inputs.map(AsRef::as_ref).collect();
    let outputs: Vec<&Path> = args.output.iter().chain(&args.rejects).map(AsRef::as_ref).collect();
    overwrite::refuse(&inputs, &outputs)?;
    let stdout_is_taken = overwrite::takes_stdout(&outputs, tell.json)?;
    let output = match &args.output {
        Some(path) => Some((path, ExportFormat::from_path(path)?, OutputFile::create(path)?)),
        None => None,
    };
    let mut rejects = match &args.rejects {
        Some(path) => Some(CsvRejects::new(path, OutputFile::create(path)?)?),
        None => None,
    };
    let (set, summary) = read(args, &mut rejects, tell)?;
    let rejects = rejects.map(CsvRejects::finish).transpose()?;
    let mut numbers = None;
    if let Some((path, format, mut file)) = output {
        write_list(&set, format, path, &mut file)?;
        numbers = Some(file);
    }
    conclusion::claim_for_work();
    // All is written; now all appears.
    for file in rejects.into_iter().chain(numbers) {
        file.commit()?;
    }
    let Report { document, table } = Report::new(&set, &summary);
    tell.report(&document, &table, stdout_is_taken)
}

/// All files united, then cut with each `--and`, then without each `--minus`.
fn read(
    args: &SetArgs,
    rejects: &mut Option<CsvRejects<OutputFile>>,
    tell: &Tell,
) -> Result<(NumberSet, ListSummary), Failure> {
    let options = ListOptions {
        format: args.format,
        parser: Parser::new(args.region),
        column: args.column.clone(),
    };
    let mut numbers = NumberSetBuilder::with_helper_thread();
    let mut summary = ListSummary::default();
    for path in &args.files {
        let rejects = rejects.as_mut().map(|rejects| rejects as &mut dyn RejectSink);
        summary.add(&lists::read(path, &options, &mut numbers, rejects, tell)?);
    }
    let mut set = numbers.finish();
    let options = ListOptions { parser: options.parser, ..ListOptions::default() };
    for path in &args.and {
        set &= &lists::read_whole(path, &options, tell)?;
    }
    for path in &args.minus {
        set -= &lists::read_whole(path, &options, tell)?;
    }
    Ok((set, summary))
}

impl Report {
    pub(crate) fn new(set: &NumberSet, summary: &ListSummary) -> Self {
        let ListSummary { rows, accepted_rows, rejected_rows, rejected_by_reason, .. } = summary;
        let document = stoplist_json::number_set(set, *rows, *accepted_rows, rejected_by_reason);
        let mut table = Table::default();
        table.count("rows", *rows);
        table.count("accepted", *accepted_rows);
        table.count("rejected", *rejected_rows);
        table.parts(rejected_by_reason);
        table.count("unique numbers", set.len());
        if let (Some(min), Some(max)) = (set.min(), set.max()) {
            table.text("smallest", min);
            table.text("greatest", max);
        }
        table.text("sum modulo 2^64", set.sum64());
        Self { document, table }
    }
}
