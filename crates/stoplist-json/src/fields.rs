//! How do the things of a store look?

use jiff::Timestamp;
use serde_json::{Value, json};
use stoplist::{
    Block, Contact, ContactDetails, Documentation, ListInfo, ListSettings, Target, Traffic,
};

/// A moment: RFC 3339 in UTC.
#[must_use]
pub fn time(moment: Timestamp) -> Value {
    moment.to_string().into()
}

/// A moment, or null.
#[must_use]
pub fn maybe_time(moment: Option<Timestamp>) -> Value {
    moment.map_or(Value::Null, time)
}

/// The names of the kinds.
#[must_use]
pub fn traffic(traffic: Traffic) -> Value {
    traffic.names().collect()
}

/// `c17` or `+4930901820`.
#[must_use]
pub fn target(target: &Target) -> Value {
    target.to_string().into()
}

/// Anything that shows itself as its name.
#[must_use]
pub fn names<T: ToString>(all: impl IntoIterator<Item = T>) -> Value {
    all.into_iter().map(|one| one.to_string()).collect()
}

/// Puts the fields of one object after those of another.
pub fn extend(object: &mut Value, fields: Value) {
    if let (Value::Object(object), Value::Object(fields)) = (object, fields) {
        object.extend(fields);
    }
}

/// What somebody said about a contact.
#[must_use]
pub fn details(details: &ContactDetails) -> Value {
    json!({
        "name": details.name,
        "email": details.email,
        "category": details.category,
        "primary": details.primary.to_string(),
        "secondary": details.secondary.map(|number| number.to_string()),
        "groups": details.groups,
        "attributes": details.attributes,
    })
}

/// A contact, with its block.
#[must_use]
pub fn contact(contact: &Contact) -> Value {
    let details = &contact.details;
    json!({
        "id": contact.id.to_string(),
        "name": details.name,
        "email": details.email,
        "category": details.category,
        "primary": details.primary.to_string(),
        "secondary": details.secondary.map(|number| number.to_string()),
        "groups": details.groups,
        "status": contact.status().code(),
        "created_at": time(contact.created_at),
        "attributes": details.attributes,
        "block": contact.block.as_ref().map(block),
    })
}

/// A block that is in force, or was.
#[must_use]
pub fn block(block: &Block) -> Value {
    let mut object = documentation(Some(&block.documentation));
    extend(
        &mut object,
        json!({
            "traffic": traffic(block.traffic),
            "until": maybe_time(block.until),
            "at": time(block.at),
            "actor": block.actor,
        }),
    );
    object
}

/// Why something was done: always the same four fields.
#[must_use]
pub fn documentation(why: Option<&Documentation>) -> Value {
    json!({
        "reason": why.map(|why| why.reason.code()),
        "note": why.map(|why| &why.note),
        "reference": why.map(|why| &why.reference),
        "source": why.map(|why| &why.source),
    })
}

/// The settings of a list.
#[must_use]
pub fn settings(settings: &ListSettings) -> Value {
    json!({
        "traffic": traffic(settings.traffic),
        "source": settings.source,
        "max_age_days": settings.max_age_days,
        "when_stale": if settings.fail_when_stale { "fail" } else { "warn" },
    })
}

/// A list, without its numbers.
#[must_use]
pub fn list(list: &ListInfo) -> Value {
    json!({
        "name": list.name,
        "numbers": list.numbers,
        "traffic": traffic(list.settings.traffic),
        "as_of": maybe_time(list.as_of),
        "stale": list.stale,
        "source": list.settings.source,
        "max_age_days": list.settings.max_age_days,
        "when_stale": if list.settings.fail_when_stale { "fail" } else { "warn" },
        "created_at": time(list.created_at),
    })
}
