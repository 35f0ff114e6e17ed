//! What did a change do, in a few words?

use stoplist::{ContactDetails, Event, ListImport, Message, Scrub};

use super::screen;

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
