//! `stoplist history`: what has happened to a contact or a number?

use stoplist::{HistoryEntry, Listed, Parser};

use crate::args::HistoryArgs;
use crate::failure::Failure;

use super::grid::Grid;
use super::open::Caller;
use super::{event, json, screen, who};

pub(super) fn run(args: &HistoryArgs, caller: &Caller<'_>) -> Result<(), Failure> {
    let target = who::target(&args.who, &Parser::new(args.region))?;
    let store = caller.open()?;
    let history = caller.acting(&store).history(target)?;
    let mut grid = Grid::new(&["generation", "at", "actor", "event", "what"]);
    for one in &history {
        let change = &one.change;
        grid.row([
            change.generation.to_string(),
            screen::time(change.at),
            change.actor.clone(),
            change.event.name().to_owned(),
            what(one),
        ]);
    }
    grid.keep_whole(&[0, 1, 3]);
    caller.tell.answer(&json::history(&history), &grid)
}

/// What happened, and why.
fn what(entry: &HistoryEntry) -> String {
    let mut what = event::words(&entry.change.event);
    if let Some(listed) = entry.listed {
        what = format!("{} {what}", code(listed));
    }
    match entry.change.event.documentation() {
        Some(why) if why.note.is_empty() => format!("{what} ({})", why.reason),
        Some(why) => format!("{what} ({}: {})", why.reason, why.note),
        None => what,
    }
}

/// What an import did to the number.
fn code(listed: Listed) -> &'static str {
    match listed {
        Listed::Added => "added",
        Listed::Removed => "removed",
    }
}
