//! How does a change look?

use serde_json::{Value, json};
use stoplist::{BulkOrigin, Change, Effect, Event, ListImport, Scrub, ScrubbedList};

use crate::fields::{self, documentation, extend, maybe_time, names, time};

/// A change as the histories have it.
#[must_use]
pub fn change(change: &Change) -> Value {
    let mut object = json!({
        "generation": change.generation,
        "at": time(change.at),
        "actor": change.actor,
        "event": change.event.name(),
    });
    extend(&mut object, documentation(change.event.documentation()));
    extend(&mut object, of_event(&change.event));
    object
}

/// A change as the journal has it: with what it did to the list `blocked`, and with the hash that
/// chains it to the change before.
#[must_use]
pub fn record(change: &Change) -> Value {
    let mut object = self::change(change);
    let effect = |effect: &Effect| {
        json!({
            "traffic": fields::traffic(effect.traffic),
            "added": names(&effect.added),
            "removed": names(&effect.removed),
        })
    };
    let effects: Vec<Value> = change.effects.iter().map(effect).collect();
    extend(&mut object, json!({"effects": effects, "previous": hex(&change.previous)}));
    object
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the kind of event has beside its documentation.
fn of_event(event: &Event) -> Value {
    match event {
        Event::Initialised { permissions } => {
            json!({"permissions": names(permissions.names())})
        }
        Event::ContactCreated { id, details, block, adopted } => json!({
            "id": id.to_string(),
            "details": fields::details(details),
            "block": block.as_ref().map(fields::block),
            "adopted": names(adopted),
        }),
        Event::ContactEdited { id, details, changed, block, adopted } => json!({
            "id": id.to_string(),
            "details": fields::details(details),
            "changed": changed,
            "block": block.as_ref().map(fields::block),
            "adopted": names(adopted),
        }),
        Event::ContactArchived { id } | Event::ContactRestored { id } => {
            json!({"id": id.to_string()})
        }
        Event::Blocked { targets, traffic, until, bulk, .. } => json!({
            "targets": names(targets),
            "traffic": fields::traffic(*traffic),
            "until": maybe_time(*until),
            "bulk": bulk.as_ref().map(origin),
        }),
        Event::Unblocked { targets, bulk, .. } => {
            json!({"targets": names(targets), "bulk": bulk.as_ref().map(origin)})
        }
        Event::Lapsed { targets } => json!({"targets": names(targets)}),
        Event::Undone { generation, restored, lifted } => {
            let restored = restored.iter().map(|(target, block)| {
                json!({"target": fields::target(target), "block": fields::block(block)})
            });
            json!({
                "undone": generation,
                "restored": restored.collect::<Vec<_>>(),
                "lifted": names(lifted),
            })
        }
        Event::ListCreated { list, name, settings } | Event::ListSet { list, name, settings } => {
            json!({"list": name, "list_id": list, "settings": fields::settings(settings)})
        }
        Event::ListDropped { list, name } => json!({"list": name, "list_id": list}),
        Event::ListImported(import) => imported(import),
        Event::MessageRecorded(message) => json!({
            "number": message.number.to_string(),
            "direction": message.direction.code(),
            "outcome": message.outcome,
            "message_at": time(message.at),
        }),
        Event::ActorSet { name, permissions } => {
            json!({"name": name, "permissions": names(permissions.names())})
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
        "as_of": maybe_time(import.as_of),
    })
}

fn scrubbed(scrub: &Scrub) -> Value {
    let list = |list: &ScrubbedList| {
        json!({
            "name": list.name,
            "numbers": list.numbers,
            "as_of": maybe_time(list.as_of),
            "stale": list.stale,
            "blocked": list.blocked,
        })
    };
    json!({
        "input": scrub.input,
        "digest": scrub.digest,
        "columns": scrub.columns,
        "traffic": fields::traffic(scrub.traffic),
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
