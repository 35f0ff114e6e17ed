//! Journals, and what is in their records.

use jiff::Timestamp;
use stoplist::fuzzing::{self, Kind};
use stoplist::{
    Block, BulkOrigin, ContactDetails, ContactId, Direction, Documentation, Effect, Event,
    ListSettings, Message, NumberSet, Permission, Permissions, PhoneNumber, Reason, Scrub, Target,
    Traffic,
};

use super::{Script, Seed};
use crate::journal_file::{BASES, Change};
use crate::segment::Segment;

/// A number, by its last digits.
fn number(last: u64) -> PhoneNumber {
    PhoneNumber::new(4_930_000_000 + last).unwrap_or(PhoneNumber::MIN)
}

fn contact(number: u64) -> Option<ContactId> {
    ContactId::new(number)
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or_default()
}

fn details(name: &str, last: u64) -> ContactDetails {
    ContactDetails::new(name, number(last))
        .secondary(number(last + 1))
        .group("b")
        .group("a")
        .category("customer")
}

fn block(generation: u64) -> Block {
    Block {
        documentation: Documentation::new(Reason::Spam).note("again"),
        traffic: Traffic::ALL,
        until: Some(time(4_000_000_000)),
        at: time(1),
        actor: "ann".to_owned(),
        generation,
    }
}

/// The head of an import, by hand: nobody else makes one.
fn import(list: u32, added: u64, removed: u64) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat();
    [
        vec![1],
        text("ann"),
        12_u32.to_le_bytes().to_vec(),
        list.to_le_bytes().to_vec(),
        text("dnc"),
        text("dnc.csv"),
        // It adds; it undoes nothing.
        vec![0, 0],
        added.to_le_bytes().to_vec(),
        removed.to_le_bytes().to_vec(),
        // The source has no age, before and after; there are no effects, and no pages of removed
        // numbers when none is removed.
        vec![0, 0],
        0_u64.to_le_bytes().to_vec(),
        u64::from(removed > 0).to_le_bytes().to_vec(),
    ]
    .concat()
}

/// The life of a store, as the heads of its records.
fn events() -> Vec<(&'static str, Vec<u8>)> {
    let id = |number| contact(number).into_iter();
    let mut heads: Vec<(&'static str, Event)> =
        vec![("initialised", Event::Initialised { permissions: Permissions::ALL })];
    heads.extend(id(1).map(|id| {
        let (details, adopted) = (details("Ann", 1), Vec::new());
        ("created", Event::ContactCreated { id, details, block: None, adopted })
    }));
    let targets = vec![Target::Number(number(9))];
    heads.push((
        "blocked_number",
        Event::Blocked {
            targets,
            documentation: Documentation::new(Reason::OptOut).source("form"),
            traffic: Traffic::BROADCAST,
            until: None,
            bulk: None,
        },
    ));
    heads.extend(id(2).map(|id| {
        let (details, adopted) = (details("Bob", 9), vec![number(9)]);
        ("adopted", Event::ContactCreated { id, details, block: Some(block(4)), adopted })
    }));
    heads.extend(id(1).map(|id| {
        let (details, changed) = (details("Ann", 2), vec!["primary".to_owned()]);
        ("edited", Event::ContactEdited { id, details, changed, block: None, adopted: vec![] })
    }));
    let both: Vec<Target> = [1, 2].into_iter().flat_map(contact).map(Target::Contact).collect();
    heads.push((
        "blocked_in_bulk",
        Event::Blocked {
            targets: both.clone(),
            documentation: Documentation::new(Reason::Other).reference("T-1"),
            traffic: Traffic::INBOUND | Traffic::AUTOMATED,
            until: Some(time(3_000_000_000)),
            bulk: Some(BulkOrigin::Filter(vec!["group:a".to_owned()])),
        },
    ));
    heads.push((
        "undone",
        Event::Undone {
            generation: 6,
            restored: both.iter().skip(1).map(|&target| (target, block(4))).collect(),
            lifted: both.iter().take(1).copied().collect(),
        },
    ));
    let documentation = Documentation::new(Reason::Requested);
    let targets = both.iter().skip(1).copied().collect();
    heads.push(("unblocked", Event::Unblocked { targets, documentation, bulk: None }));
    heads.push(("lapsed", Event::Lapsed { targets: both }));
    heads.extend(id(1).map(|id| ("archived", Event::ContactArchived { id })));
    heads.extend(id(1).map(|id| ("restored", Event::ContactRestored { id })));
    let settings = ListSettings::new(Traffic::OUTBOUND).source("registry").max_age_days(31);
    let name = || "dnc".to_owned();
    heads.push(("list_created", Event::ListCreated { list: 0, name: name(), settings }));
    let settings = ListSettings::new(Traffic::ALL);
    heads.push(("list_set", Event::ListSet { list: 0, name: name(), settings }));
    let encoded = |event| fuzzing::head("ann", event, Vec::new(), 0);
    let mut heads: Vec<_> = heads.into_iter().map(|(name, event)| (name, encoded(event))).collect();
    heads.push(("imported", import(0, 3, 0)));
    heads.push(("imported_away", import(0, 1, 2)));
    let message = Message {
        number: number(1),
        direction: Direction::Outbound,
        outcome: "delivered".to_owned(),
        at: time(2),
    };
    let last = [
        ("message", Event::MessageRecorded(message)),
        ("actor_set", Event::ActorSet { name: "bob".to_owned(), permissions: Permissions::ALL }),
        ("actor_removed", Event::ActorRemoved { name: "bob".to_owned() }),
        ("refused", Event::Refused { command: "block".to_owned(), needs: Permission::Edit }),
        ("scrubbed", Event::Scrubbed(Scrub::new("file", Traffic::ALL, 9).digest("blake3:00"))),
        ("list_dropped", Event::ListDropped { list: 0, name: name() }),
    ];
    heads.extend(last.map(|(name, event)| (name, encoded(event))));
    heads
}

/// The pages of an import: numbers that it removes, then numbers that it adds.
fn pages_of(name: &str) -> Vec<Vec<u8>> {
    let page = |lasts: &[u64]| {
        let mut bytes = Vec::new();
        let set: NumberSet = lasts.iter().map(|&last| number(last)).collect();
        let written = set.write_portable(&mut bytes);
        debug_assert!(written.is_ok());
        bytes
    };
    match name {
        "imported" => vec![page(&[3, 4]), page(&[900])],
        "imported_away" => vec![page(&[3, 900]), page(&[7])],
        _ => Vec::new(),
    }
}

/// Seeds of `journal_record`.
pub(crate) fn journal_record() -> Vec<Seed> {
    let mut seeds: Vec<Seed> = events()
        .into_iter()
        .map(|(name, head)| Script::default().push(&[Kind::Record as u8]).push(&head).seed(name))
        .collect();
    let of = |kind: Kind, bytes: &[u8], name| {
        Script::default().push(&[kind as u8]).push(bytes).seed(name)
    };
    let added = vec![number(1), number(2)];
    let effects = vec![Effect { traffic: Traffic::ALL, added, removed: vec![number(3)] }];
    let event = Event::ActorRemoved { name: String::new() };
    seeds.push(of(Kind::Record, &fuzzing::head("", event, effects, 7), "effects"));
    // The details of a contact stand behind its id in the event that makes it, and a row has them
    // with whether it is archived and since when.
    let created = events().into_iter().find(|(name, _)| *name == "created");
    let created = created.map(|(_, head)| head).unwrap_or_default();
    let before = 1 + 8 + 3 + 4 + 4;
    let details = created.get(before..created.len().saturating_sub(1 + 8 + 8 + 8));
    let row = [&[1], details.unwrap_or_default(), &[1], &9_i64.to_le_bytes()].concat();
    seeds.push(of(Kind::Contact, &row, "contact"));
    seeds.push(of(Kind::Restriction, &[1, 0, 0], "no_restriction"));
    seeds.push(of(Kind::Permissions, &[1, 127], "permissions"));
    seeds.push(of(
        Kind::Meta,
        &[&[1], [0; 8 + 32 + 8 + 8 + 1 + 4 + 16].as_slice()].concat(),
        "meta",
    ));
    let list = [
        [1, 3, 0, 0, 0, 0, 0, 0, 0].as_slice(),
        b"dnc",
        &[15, 0, 0, 0, 0, 0, 0, 0, 0, 1, 31, 0, 0, 0, 1],
        &[9, 0, 0, 0, 0, 0, 0, 0],
        &[0; 8],
        &[0],
    ];
    seeds.push(of(Kind::List, &list.concat(), "list"));
    let base = |base: usize| BASES.get(base).and_then(|segments| segments.first());
    let header = base(1).and_then(|segment| segment.bytes.get(16..16 + 72)).unwrap_or_default();
    seeds.push(of(Kind::RecordHeader, header, "record_header"));
    let page = base(2).and_then(|segment| segment.bytes.get(16 + 76..16 + 76 + 28));
    seeds.push(of(Kind::PageHeader, page.unwrap_or_default(), "page_header"));
    let ends = [number(0).get(), number(5).get()].map(u64::to_le_bytes).concat();
    for (name, page) in ["page", "page_of_others"].into_iter().zip(pages_of("imported")) {
        let script = Script::default().push(&[Kind::ALL.len() as u8]);
        seeds.push(script.push(&ends).push(&page).seed(name));
    }
    seeds
}

/// Seeds of `journal_replay`.
pub(crate) fn journal_replay() -> Vec<Seed> {
    let record = |script: Script, name: &str, head: &[u8]| {
        let pages = pages_of(name);
        let script = script.push(&(head.len() as u16).to_le_bytes()).push(head);
        let script = script.push(&[pages.len() as u8]);
        pages
            .iter()
            .fold(script, |script, page| script.push(&(page.len() as u16).to_le_bytes()).push(page))
    };
    let events = events();
    let some = |names: &[&str]| {
        let chosen = events.iter().filter(|(name, _)| names.contains(name));
        chosen.fold(Script::default(), |script, (name, head)| record(script, name, head))
    };
    let all =
        events.iter().fold(Script::default(), |script, (name, head)| record(script, name, head));
    vec![
        Script::default().seed("nothing"),
        all.seed("everything"),
        some(&["initialised"]).seed("initialised"),
        some(&["created", "edited"]).seed("edited"),
        some(&["created", "blocked_number", "adopted"]).seed("adopted"),
        some(&["created", "adopted", "blocked_in_bulk", "undone", "lapsed"]).seed("undone"),
        some(&["created", "blocked_number", "archived", "restored"]).seed("archived"),
        some(&["list_created", "imported", "imported_away"]).seed("imported"),
        some(&["list_created", "imported", "list_dropped"]).seed("dropped"),
        some(&["list_created", "list_set"]).seed("list_set"),
        some(&["imported"]).seed("imported_into_nothing"),
        some(&["edited"]).seed("edited_without_contact"),
        some(&["actor_set", "actor_removed", "message", "refused", "scrubbed"]).seed("others"),
    ]
}

impl Script {
    /// A journal, the record whose place is known, the one that is acknowledged.
    fn journal(base: u8, from: u8, acknowledged: u8) -> Self {
        Self::default().push(&[base, from, acknowledged])
    }

    fn alter(self, change: Change, segment: u8) -> Self {
        self.push(&[change as u8, segment])
    }

    fn byte(self, segment: u8, at: u16, byte: u8) -> Self {
        self.alter(Change::Byte, segment).push(&at.to_le_bytes()).push(&[byte])
    }

    fn field(self, segment: u8, record: u8, field: u8, value: u64) -> Self {
        self.alter(Change::Field, segment).push(&[record, field]).push(&value.to_le_bytes())
    }

    /// So many bytes fewer.
    fn shorter(self, segment: u8, bytes: u16) -> Self {
        self.alter(Change::Length, segment).push(&(4_096 - bytes).to_le_bytes())
    }

    fn copy(self, segment: u8, record: u8, bytes: u16) -> Self {
        self.alter(Change::Copy, segment).push(&[record]).push(&bytes.to_le_bytes())
    }

    fn sign(self) -> Self {
        self.push(&[Change::Sign as u8])
    }
}

/// Seeds of `journal_file`.
pub(crate) fn journal_file() -> Vec<Seed> {
    let raw = |base: usize| {
        let segment = BASES.get(base).and_then(|segments| segments.first());
        segment.map(|segment: &Segment| segment.bytes.clone()).unwrap_or_default()
    };
    let journal = Script::journal;
    vec![
        Seed { name: "file_short", bytes: raw(1) },
        Seed { name: "file_with_pages", bytes: raw(2) },
        Seed { name: "file_cut", bytes: raw(1).get(..200).unwrap_or_default().to_vec() },
        Seed { name: "file_header_cut", bytes: raw(0).get(..9).unwrap_or_default().to_vec() },
        journal(0, 0, 0).seed("no_records"),
        journal(3, 5, 5).seed("two_segments"),
        journal(3, 2, 0).shorter(1, 9).seed("torn_tail"),
        journal(3, 0, 0).shorter(0, 9).seed("torn_before_the_last_segment"),
        journal(4, 3, 0).shorter(1, 5).seed("unmade_segment"),
        journal(1, 0, 3).shorter(0, 1).seed("acknowledged_and_gone"),
        // Behind record 2 stands one that says it had been synced.
        journal(1, 0, 0).byte(0, 16 + 82, 1).seed("synced_and_bad"),
        journal(2, 1, 0).byte(0, 300, 1).seed("bad_byte"),
        journal(1, 0, 0).field(0, 1, 0, 7).sign().seed("another_number"),
        journal(1, 0, 0).field(0, 1, 2, u64::MAX).sign().seed("head_past_the_end"),
        journal(2, 0, 0).field(0, 0, 3, u64::MAX).sign().seed("pages_past_all_bytes"),
        journal(2, 0, 0).field(0, 2, 2, 5 << 32).sign().seed("pages_shifted"),
        journal(1, 0, 0).field(0, 2, 4, 1).seed("another_hash"),
        journal(1, 0, 0).copy(0, 0, 400).seed("record_twice"),
        journal(1, 3, 3).copy(0, 2, 400).field(0, 3, 0, 4).sign().seed("record_more"),
    ]
}
