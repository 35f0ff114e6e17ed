//! `stoplist bulk`: how are many blocked or let through in one change?

use stoplist::{BulkBlock, BulkLimits, BulkReport, BulkTargets, Parser};
use stoplist_files::{ListOptions, origin_of};

use crate::args::{BulkLimitArgs, BulkTargetArgs, BulkVerb};
use crate::failure::Failure;
use crate::lists;
use crate::table::Table;
use crate::tell::Tell;

use super::open::Caller;
use super::{json, who};

pub(super) fn run(verb: &BulkVerb, caller: &Caller<'_>) -> Result<(), Failure> {
    let report = match verb {
        BulkVerb::Block { targets, limits, reason, documentation, blocking } => {
            let why = who::documentation(*reason, documentation);
            let request = who::request(why, blocking)?;
            let targets = whom(targets, caller.tell)?;
            let block = BulkBlock { targets, request, limits: how_carefully(limits) };
            let store = caller.open_for_change()?;
            caller.acting(&store).bulk_block(&block)?
        }
        BulkVerb::Unblock { targets, limits, reason, documentation } => {
            let why = who::documentation(*reason, documentation);
            let (targets, limits) = (whom(targets, caller.tell)?, how_carefully(limits));
            let store = caller.open_for_change()?;
            caller.acting(&store).bulk_unblock(&targets, &why, limits)?
        }
    };
    tell(&report, caller)
}

fn how_carefully(args: &BulkLimitArgs) -> BulkLimits {
    let BulkLimitArgs { dry_run, max_share, yes } = *args;
    BulkLimits { dry_run, max_percent: max_share, confirmed: yes }
}

fn whom(args: &BulkTargetArgs, tell: &Tell) -> Result<BulkTargets, Failure> {
    let parser = Parser::new(args.region);
    let whom = &args.whom;
    if let Some(path) = &whom.file {
        let options = ListOptions { parser, ..ListOptions::default() };
        let numbers = lists::read_whole(path, &options, tell)?;
        return Ok(BulkTargets::File { name: origin_of(path), numbers: numbers.iter().collect() });
    }
    if whom.filter.is_empty() {
        return Ok(BulkTargets::Selection(who::targets(&whom.select, &parser)?));
    }
    Ok(BulkTargets::Filter(whom.filter.clone()))
}

fn tell(report: &BulkReport, caller: &Caller<'_>) -> Result<(), Failure> {
    let changed = report.changed.len() as u64;
    let unchanged = report.unchanged.len() as u64;
    let document = json::bulk(report);
    let mut table = Table::default();
    table.count("matched", report.matched);
    table.count(if report.dry_run { "would change" } else { "changed" }, changed);
    table.count("unchanged", unchanged);
    if !report.failed.is_empty() {
        table.count("no such contact", report.failed.len() as u64);
    }
    table.count("generation", report.generation);
    if report.dry_run && report.needs_confirmation {
        caller.tell.warn("this is more than --max-share allows: it needs --yes");
    }
    caller.tell.answer(&document, &table)
}
