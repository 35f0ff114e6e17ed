//! `stoplist list`: which lists of bare numbers are there, and what are they for?

use serde_json::{Value, json};
use stoplist::{ListInfo, ListSettings, Traffic};

use crate::args::{ListSettingsArgs, ListVerb, MaxAge, WhenStale};
use crate::failure::Failure;

use super::grid::Grid;
use super::json;
use super::open::Caller;
use super::screen::{self, Sheet};

pub(super) fn run(verb: &ListVerb, caller: &Caller<'_>) -> Result<(), Failure> {
    match verb {
        ListVerb::Create { name, settings } => {
            let settings = changed(ListSettings::new(Traffic::ALL), settings);
            let store = caller.open_for_change()?;
            let generation = caller.acting(&store).create_list(name, &settings)?;
            done("made", name, generation, caller)
        }
        ListVerb::Set { name, settings } => {
            let store = caller.open_for_change()?;
            let had = store.lists().into_iter().find(|list| list.name == *name);
            // Without one, the call says why not.
            let had = had.map_or(ListSettings::new(Traffic::ALL), |list| list.settings);
            let generation = caller.acting(&store).set_list(name, &changed(had, settings))?;
            done("changed", name, generation, caller)
        }
        ListVerb::Drop { name } => {
            let store = caller.open_for_change()?;
            let generation = caller.acting(&store).drop_list(name)?;
            done("dropped", name, generation, caller)
        }
        ListVerb::Show { name: None } => {
            let store = caller.open()?;
            let lists = caller.acting(&store).info()?.lists;
            let all: Vec<Value> = lists.iter().map(json::list).collect();
            caller.tell.answer(&json!({"lists": all}), &grid(&lists))
        }
        ListVerb::Show { name: Some(name) } => {
            let store = caller.open()?;
            let acting = caller.acting(&store);
            // The built-in list, too, is among all.
            let found = acting.info()?.lists.into_iter().find(|list| list.name == *name);
            let list = found.map_or_else(|| acting.list(name), Ok)?;
            caller.tell.answer(&json::list(&list), &sheet(&list))
        }
    }
}

fn done(what: &str, name: &str, generation: u64, caller: &Caller<'_>) -> Result<(), Failure> {
    let report = json!({"generation": generation, "list": name});
    let sheet = Sheet::default().line(what, name).line("generation", generation);
    caller.tell.answer(&report, &sheet)
}

/// The settings with what the command line says about them.
fn changed(mut settings: ListSettings, args: &ListSettingsArgs) -> ListSettings {
    if let Some(traffic) = args.traffic {
        settings.traffic = traffic;
    }
    if let Some(source) = &args.source {
        settings.source.clone_from(source);
    }
    if let Some(MaxAge(days)) = args.max_age_days {
        settings.max_age_days = days;
    }
    if let Some(when_stale) = args.when_stale {
        settings.fail_when_stale = when_stale == WhenStale::Fail;
    }
    settings
}

/// How old a list is, and may get.
fn age(list: &ListInfo) -> String {
    let as_of = list.as_of.map_or_else(|| "never imported".to_owned(), screen::time);
    if list.stale { format!("{as_of} (stale)") } else { as_of }
}

/// Lists, a line each.
pub(super) fn grid(lists: &[ListInfo]) -> Grid {
    let mut grid = Grid::new(&["name", "numbers", "stops", "as of", "source"]);
    for list in lists {
        let is_built_in = list.name == stoplist::BLOCKED;
        grid.row([
            list.name.clone(),
            list.numbers.to_string(),
            screen::traffic(list.settings.traffic),
            if is_built_in { "built in".to_owned() } else { age(list) },
            list.settings.source.clone(),
        ]);
    }
    grid
}

fn sheet(list: &ListInfo) -> Sheet {
    let settings = &list.settings;
    if list.name == stoplist::BLOCKED {
        return Sheet::default().line("name", "blocked (built in)").line("numbers", list.numbers);
    }
    let days = settings
        .max_age_days
        .map_or_else(|| "never".to_owned(), |days| format!("after {days} days"));
    Sheet::default()
        .line("name", &list.name)
        .line("numbers", list.numbers)
        .line("stops", screen::traffic(settings.traffic))
        .some("source", &settings.source)
        .line("as of", age(list))
        .line("stale", days)
        .line("when stale", if settings.fail_when_stale { "fail" } else { "warn" })
        .line("created at", screen::time(list.created_at))
}
