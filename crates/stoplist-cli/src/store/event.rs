//! What did a change do, as JSON and in a few words?

use serde_json::{Value, json};
use stoplist::{
    BulkOrigin, Change, ContactDetails, Effect, Event, ListImport, Message, Scrub, ScrubbedList,
};

use super::{json, screen};

/// A change as the histories have it.
pub(super) fn change(change: &Change) -> Value {
    let mut object = json!({
        "generation": change.generation,
        "at": json::time(change.at),
        "actor": change.actor,
        "event": change.event.name(),
    });
    json::extend(&mut object, json::documentation(change.event.documentation()));
    json::extend(&mut object, fields(&change.event));
    object
}

/// A change as the journal has it: with what it did to the list `blocked`, and with the hash that
/// chains it to the change before.
pub(super) fn record(change: &Change) -> Value {
    let mut object = self::change(change);
    let effect = |effect: &Effect| {
        json!({
            "traffic": json::traffic(effect.traffic),
            "added": json::names(&effect.added),
            "removed": json::names(&effect.removed),
        })
    };
    let effects: Vec<Value> = change.effects.iter().map(effect).collect();
    json::extend(&mut object, json!({"effects": effects, "previous": hex(&change.previous)}));
    object
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the kind of event has beside its documentation.
fn fields(event: &Event) -> Value {
    match event {
        Event::Initialised { permissions } => {
            json!({"permissions": json::names(permissions.names())})
        }
        Event::ContactCreated { id, details, block, adopted } => json!({
            "id": id.to_string(),
            "details": json::details(details),
            "block": block.as_ref().map(json::block),
            "adopted": json::names(adopted),
        }),
        Event::ContactEdited { id, details, changed, block, adopted } => json!({
            "id": id.to_string(),
            "details": json::details(details),
            "changed": changed,
            "block": block.as_ref().map(json::block),
            "adopted": json::names(adopted),
        }),
        Event::ContactArchived { id } | Event::ContactRestored { id } => {
            json!({"id": id.to_string()})
        }
        Event::Blocked { targets, traffic, until, bulk, .. } => json!({
            "targets": json::names(targets),
            "traffic": json::traffic(*traffic),
            "until": json::maybe_time(*until),
            "bulk": bulk.as_ref().map(origin),
        }),
        Event::Unblocked { targets, bulk, .. } => {
            json!({"targets": json::names(targets), "bulk": bulk.as_ref().map(origin)})
        }
        Event::Lapsed { targets } => json!({"targets": json::names(targets)}),
        Event::Undone { generation, restored, lifted } => {
            let restored = restored.iter().map(|(target, block)| {
                json!({"target": json::target(target), "block": json::block(block)})
            });
            json!({
                "undone": generation,
                "restored": restored.collect::<Vec<_>>(),
                "lifted": json::names(lifted),
            })
        }
        Event::ListCreated { list, name, settings } | Event::ListSet { list, name, settings } => {
            json!({"list": name, "list_id": list, "settings": json::settings(settings)})
        }
        Event::ListDropped { list, name } => json!({"list": name, "list_id": list}),
        Event::ListImported(import) => imported(import),
        Event::MessageRecorded(message) => json!({
            "number": message.number.to_string(),
            "direction": message.direction.code(),
            "outcome": message.outcome,
            "message_at": json::time(message.at),
        }),
        Event::ActorSet { name, permissions } => {
            json!({"name": name, "permissions": json::names(permissions.names())})
        }
        Event::ActorRemoved { name } => json!({"name": name}),
        Event::Refused { command, needs } => json!({"command": command, "needs": needs.code()}),
        Event::Scrubbed(scrub) => scrubbed(scrub),
        // Those that a later release adds have a name at least.
        _ => json!({}),
    }
}

fn imported(import: &ListImport) -> Value {
    json!({
        "list": import.name,
        "list_id": import.list,
        "from": import.from,
        "replace": import.replace,
        "undoes": import.undoes,
        "added": import.added,
        "removed": import.removed,
        "as_of": json::maybe_time(import.as_of),
    })
}

fn scrubbed(scrub: &Scrub) -> Value {
    let list = |list: &ScrubbedList| {
        json!({
            "name": list.name,
            "numbers": list.numbers,
            "as_of": json::maybe_time(list.as_of),
            "stale": list.stale,
            "blocked": list.blocked,
        })
    };
    json!({
        "input": scrub.input,
        "digest": scrub.digest,
        "columns": scrub.columns,
        "traffic": json::traffic(scrub.traffic),
        // The change has a generation of its own.
        "gate_generation": scrub.generation,
        "lists": scrub.lists.iter().map(list).collect::<Vec<_>>(),
        "rows": scrub.rows,
        "kept": scrub.kept,
        "blocked": scrub.blocked,
        "invalid": scrub.invalid,
        "null": scrub.null,
        "invalid_by_reason": scrub.invalid_by_reason,
    })
}

fn origin(origin: &BulkOrigin) -> Value {
    match origin {
        BulkOrigin::Filter(expressions) => json!({"where": expressions}),
        BulkOrigin::File(name) => json!({"file": name}),
        BulkOrigin::Selection => json!({"select": true}),
    }
}

/// What a change did, in a few words.
pub(super) fn words(event: &Event) -> String {
    match event {
        Event::Initialised { permissions } | Event::ActorSet { permissions, .. } => {
            let name = if let Event::ActorSet { name, .. } = event { name } else { "" };
            format!("{name} {permissions}").trim().to_owned()
        }
        Event::ContactCreated { id, details, block, .. } => {
            let blocked = if block.is_some() { ", blocked" } else { "" };
            format!("{id} {}{blocked}", person(details))
        }
        Event::ContactEdited { id, changed, .. } => format!("{id} {}", changed.join(", ")),
        Event::ContactArchived { id } | Event::ContactRestored { id } => id.to_string(),
        Event::Blocked { targets, traffic, until, .. } => {
            let until = until.map(|until| format!(", until {}", screen::time(until)));
            let stops = screen::traffic(*traffic);
            format!("{}: {stops}{}", screen::some_of(targets), until.unwrap_or_default())
        }
        Event::Unblocked { targets, .. } | Event::Lapsed { targets } => screen::some_of(targets),
        Event::Undone { generation, restored, lifted } => {
            format!("change {generation}: {} blocked, {} let through", restored.len(), lifted.len())
        }
        Event::ListCreated { name, .. }
        | Event::ListSet { name, .. }
        | Event::ListDropped { name, .. }
        | Event::ActorRemoved { name } => name.clone(),
        Event::ListImported(import) => {
            let undoes = import.undoes.map(|undone| format!(", undoes change {undone}"));
            let ListImport { name, from, added, removed, .. } = import;
            format!("{name} from {from}: +{added} -{removed}{}", undoes.unwrap_or_default())
        }
        Event::MessageRecorded(Message { number, direction, outcome, .. }) => {
            format!("{number} {direction}: {outcome}")
        }
        Event::Refused { command, needs } => format!("{command} needs {needs}"),
        Event::Scrubbed(scrub) => {
            let Scrub { input, rows, kept, blocked, invalid, null, generation, .. } = scrub;
            format!(
                "{input}: {kept} of {rows} rows kept, {blocked} blocked, {invalid} invalid, {null} \
                 null; lists of change {generation}"
            )
        }
        _ => String::new(),
    }
}

fn person(details: &ContactDetails) -> String {
    format!("{} {}", details.name, details.primary).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use stoplist::Traffic;

    use super::*;

    #[test]
    fn a_scrub_is_a_line_of_words() {
        let scrub = Scrub::new("spring.csv", Traffic::BROADCAST, 42)
            .rows(10)
            .kept(6)
            .null(1)
            .blocked_by("dnc", 1)
            .invalid_for("letters", 2);
        assert_eq!(
            words(&Event::Scrubbed(scrub)),
            "spring.csv: 6 of 10 rows kept, 1 blocked, 2 invalid, 1 null; lists of change 42"
        );
    }
}
