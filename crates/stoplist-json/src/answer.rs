//! How does what a store answers look?

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stoplist::{
    Archived, Audit, Backup, Blocked, BulkReport, ContactPage, Explanation, HistoryEntry,
    ImportReport, Listed, NumberSet, Permissions, PhoneNumber, StoreInfo, Unblocked, Verdict,
};

use crate::change::{change, hex};
use crate::fields::{contact, extend, list, maybe_time, names};

/// What is known about a text that was asked for: the verdict on it, and why.
#[must_use]
pub fn check(
    input: &str,
    number: Option<PhoneNumber>,
    verdict: &Verdict<'_>,
    why: Option<&Explanation>,
) -> Value {
    let (list, reason) = match verdict {
        Verdict::Block { list, .. } => (Some(*list), why.and_then(|why| why.reason.clone())),
        Verdict::Invalid(refusal) => (None, Some(refusal.code().to_owned())),
        _ => (None, None),
    };
    json!({
        "input": input,
        "number": number.map(|number| number.to_string()),
        "verdict": verdict.code(),
        "list": list,
        "reason": reason,
        "until": maybe_time(why.and_then(|why| why.until)),
    })
}

/// Who was blocked.
#[must_use]
pub fn blocked(done: &Blocked) -> Value {
    json!({
        "generation": done.generation,
        "changed": names(&done.changed),
        "unchanged": names(&done.unchanged),
    })
}

/// Who was let through.
#[must_use]
pub fn unblocked(done: &Unblocked) -> Value {
    json!({
        "generation": done.generation,
        "changed": names(&done.changed),
        "unchanged": names(&done.unchanged),
        "still_stopped": names(&done.still_stopped),
    })
}

/// What a bulk operation did, in counts.
#[must_use]
pub fn bulk(report: &BulkReport) -> Value {
    json!({
        "matched": report.matched,
        "changed": report.changed.len(),
        "unchanged": report.unchanged.len(),
        "failed": names(&report.failed),
        "dry_run": report.dry_run,
        "needs_confirmation": report.needs_confirmation,
        "generation": report.generation,
    })
}

/// A page of contacts; `page` is its number, where it was asked for by number.
#[must_use]
pub fn contact_page(found: &ContactPage, page: Option<u32>, per_page: u32) -> Value {
    json!({
        "contacts": found.contacts.iter().map(contact).collect::<Vec<_>>(),
        "total": found.total,
        "page": page,
        "per_page": per_page,
        "next": found.next,
    })
}

/// The events of a contact or a number.
#[must_use]
pub fn history(entries: &[HistoryEntry]) -> Value {
    json!({"events": entries.iter().map(entry).collect::<Vec<_>>()})
}

fn entry(entry: &HistoryEntry) -> Value {
    let mut object = change(&entry.change);
    let listed = entry.listed.map(|listed| match listed {
        Listed::Added => "added",
        Listed::Removed => "removed",
    });
    if let Some(listed) = listed {
        extend(&mut object, json!({"listed": listed}));
    }
    object
}

/// Counts and sizes.
#[must_use]
pub fn info(info: &StoreInfo) -> Value {
    let (contacts, bytes) = (info.contacts, info.bytes);
    json!({
        "generation": info.generation,
        "contacts": {
            "active": contacts.active,
            "blocked": contacts.blocked,
            "archived": contacts.archived,
        },
        "lists": info.lists.iter().map(list).collect::<Vec<_>>(),
        "bytes": {"journal": bytes.journal, "state": bytes.state},
        "open_ms": (info.open_time.as_secs_f64() * 1e4).round() / 10.0,
    })
}

/// What was in files of numbers: rows are values that were found, repeats included.
#[must_use]
pub fn number_set(
    set: &NumberSet,
    rows: u64,
    accepted_rows: u64,
    rejected_by_reason: &BTreeMap<&str, u64>,
) -> Value {
    json!({
        "rows": rows,
        "accepted_rows": accepted_rows,
        "unique": set.len(),
        "rejected_rows": rejected_by_reason.values().sum::<u64>(),
        "rejected_by_reason": rejected_by_reason,
        "min": set.min().map(|number| number.to_string()),
        "max": set.max().map(|number| number.to_string()),
        "sum64": set.sum64().to_string(),
    })
}

/// What an import did; these follow the counts of the file.
#[must_use]
pub fn import(done: &ImportReport, dry_run: bool) -> Value {
    json!({
        "added": done.added,
        "removed": done.removed,
        "already": done.already,
        "dry_run": dry_run,
        "generation": done.generation,
    })
}

/// A journal that is as it was written.
#[must_use]
pub fn audit(found: &Audit) -> Value {
    json!({
        "ok": true,
        "records": found.records,
        "generation": found.generation,
        "head": hex(&found.head),
    })
}

/// A copy of a store.
#[must_use]
pub fn backup(done: &Backup) -> Value {
    json!({
        "path": done.path.to_string_lossy(),
        "generation": done.generation,
        "digest": done.digest,
    })
}

/// What was moved of a journal.
#[must_use]
pub fn archived(done: &Archived) -> Value {
    json!({
        "path": done.path.to_string_lossy(),
        "segments": done.segments,
        "bytes": done.bytes,
    })
}

/// An actor.
#[must_use]
pub fn actor(name: &str, permissions: Permissions) -> Value {
    json!({"name": name, "permissions": names(permissions.names())})
}

/// All actors.
#[must_use]
pub fn actors(all: &BTreeMap<String, Permissions>) -> Value {
    let all = all.iter().map(|(name, &permissions)| actor(name, permissions));
    json!({"actors": all.collect::<Vec<_>>()})
}
