//! `stoplist actor`: who may do what?

use serde_json::json;
use stoplist::Permissions;

use crate::args::ActorVerb;
use crate::failure::Failure;

use super::grid::Grid;
use super::json;
use super::open::Caller;
use super::screen::Sheet;

pub(super) fn run(verb: &ActorVerb, caller: &Caller<'_>) -> Result<(), Failure> {
    match verb {
        ActorVerb::Add { name, permissions } => {
            let store = caller.open_for_change()?;
            let generation = caller.acting(&store).add_actor(name, *permissions)?;
            done(name, *permissions, generation, caller)
        }
        ActorVerb::Set { name, permissions } => {
            let store = caller.open_for_change()?;
            let generation = caller.acting(&store).set_actor(name, *permissions)?;
            done(name, *permissions, generation, caller)
        }
        ActorVerb::Remove { name } => {
            let store = caller.open_for_change()?;
            let generation = caller.acting(&store).remove_actor(name)?;
            let report = json!({"generation": generation, "name": name});
            let sheet = Sheet::default().line("removed", name).line("generation", generation);
            caller.tell.answer(&report, &sheet)
        }
        ActorVerb::Show { name } => show(name.as_deref(), caller),
    }
}

fn done(
    name: &str,
    permissions: Permissions,
    generation: u64,
    caller: &Caller<'_>,
) -> Result<(), Failure> {
    let mut report = json!({"generation": generation});
    json::extend(&mut report, json::actor(name, permissions));
    let sheet = Sheet::default()
        .line("name", name)
        .line("permissions", shown(permissions))
        .line("generation", generation);
    caller.tell.answer(&report, &sheet)
}

fn show(name: Option<&str>, caller: &Caller<'_>) -> Result<(), Failure> {
    let store = caller.open()?;
    let actors = caller.acting(&store).actors()?;
    if let Some(name) = name {
        let Some(&permissions) = actors.get(name) else {
            let name: String = name.chars().take(64).collect();
            return Err(stoplist::StoreError::UnknownActor { name }.into());
        };
        let sheet = Sheet::default().line("name", name).line("permissions", shown(permissions));
        return caller.tell.answer(&json::actor(name, permissions), &sheet);
    }
    let mut grid = Grid::new(&["name", "permissions"]);
    for (name, &permissions) in &actors {
        grid.row([name.as_str(), &shown(permissions)]);
    }
    caller.tell.answer(&json::actors(&actors), &grid)
}

fn shown(permissions: Permissions) -> String {
    if permissions == Permissions::NONE { "none".to_owned() } else { permissions.to_string() }
}
