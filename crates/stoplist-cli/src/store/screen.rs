//! How do times, sets of traffic and the facts of one thing look to a person?

use std::fmt::{self, Display};

use jiff::Timestamp;
use stoplist::{Block, Contact, Target, Traffic};

use crate::failure::one_line;

/// Names and values, a line each.
#[derive(Default)]
pub(super) struct Sheet {
    lines: Vec<(String, String)>,
}

impl Sheet {
    /// Adds a line.
    pub(super) fn line(mut self, name: &str, value: impl Display) -> Self {
        self.lines.push((one_line(name), one_line(&value.to_string())));
        self
    }

    /// Adds a line, unless there is nothing to say.
    pub(super) fn some(self, name: &str, value: impl Display) -> Self {
        let value = value.to_string();
        if value.is_empty() { self } else { self.line(name, value) }
    }
}

impl Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, value) in &self.lines {
            writeln!(f, "{}", format!("{name:<width$}  {value}").trim_end())?;
        }
        Ok(())
    }
}

/// To the second.
pub(super) fn time(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(super) fn traffic(traffic: Traffic) -> String {
    if traffic == Traffic::ALL { "all".to_owned() } else { traffic.to_string() }
}

pub(super) fn joined<T: Display>(all: impl IntoIterator<Item = T>) -> String {
    all.into_iter().map(|one| one.to_string()).collect::<Vec<_>>().join(", ")
}

/// Those that were changed, shortened where they are many.
pub(super) fn some_of(targets: &[Target]) -> String {
    const SHOWN: usize = 20;
    let shown = joined(targets.iter().take(SHOWN));
    match targets.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

pub(super) fn contact(contact: &Contact) -> Sheet {
    let details = &contact.details;
    let archived = if contact.archived { ", archived" } else { "" };
    let status = match contact.status() {
        stoplist::ContactStatus::Blocked => format!("blocked{archived}"),
        status => status.to_string(),
    };
    let mut sheet = Sheet::default()
        .line("id", contact.id)
        .line("name", &details.name)
        .some("email", &details.email)
        .some("category", &details.category)
        .line("primary", details.primary)
        .some("secondary", joined(details.secondary))
        .some("groups", joined(&details.groups))
        .line("status", status)
        .line("created at", time(contact.created_at));
    for (name, value) in &details.attributes {
        sheet = sheet.line(name, value);
    }
    match &contact.block {
        Some(block) => with_block(sheet, block),
        None => sheet,
    }
}

fn with_block(sheet: Sheet, block: &Block) -> Sheet {
    let why = &block.documentation;
    sheet
        .line("blocked", format!("{} by {}", time(block.at), block.actor))
        .line("reason", why.reason)
        .some("note", &why.note)
        .some("reference", &why.reference)
        .some("source", &why.source)
        .line("stops", traffic(block.traffic))
        .some("until", joined(block.until.map(time)))
}
