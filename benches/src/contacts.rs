//! `compare contacts`: does a blocked-contacts screen answer at once?
//!
//! One system, several works. Contacts are made one by one; then each query of a screen is asked
//! over and over, in turns, and many are blocked by a filter.

use std::path::Path;
use std::time::{Duration, Instant};

use stoplist::{
    BlockRequest, BulkBlock, BulkLimits, BulkTargets, ContactDetails, ContactFilter, ContactQuery,
    ContactSort, ContactStatus, Durability, PhoneNumber, Reason, Store, StoreOptions,
};

use crate::measure::{Measurement, median};
use crate::numbers::Mix;
use crate::{options, scratch};

const NAMES: [&str; 16] = [
    "Ada", "Grace", "Mary", "Alan", "Edsger", "Barbara", "Donald", "Frances", "John", "Radia",
    "Ken", "Karen", "Niklaus", "Jean", "Tony", "Margaret",
];
const SURNAMES: [&str; 16] = [
    "Lovelace", "Hopper", "Shelley", "Turing", "Dijkstra", "Liskov", "Knuth", "Allen", "Backus",
    "Perlman", "Thompson", "Jones", "Wirth", "Bartik", "Hoare", "Hamilton",
];
/// One in ten is of the first.
const CATEGORIES: [&str; 10] =
    ["Bulk", "Lead", "Customer", "Partner", "Lead", "Customer", "Lead", "Press", "Lead", "Other"];

pub(crate) fn run(options: &[String]) -> Result<Vec<Measurement>, String> {
    options::only(options, &["--contacts", "--rounds", "--directory"])?;
    let contacts = options::count(options, "--contacts", 1_000_000)?;
    let rounds = options::count(options, "--rounds", 21)?;
    scratch::with(options, |directory| measure(&directory.join("store"), contacts, rounds))
}

fn measure(path: &Path, contacts: usize, rounds: usize) -> Result<Vec<Measurement>, String> {
    let told = |error: stoplist::StoreError| error.to_string();
    // What is measured is not the disk.
    let options =
        || StoreOptions::default().durability(Durability::Interval(Duration::from_millis(50)));
    let row = |system: &'static str, metric, value, unit, n| Measurement {
        work: format!("{contacts} contacts"),
        system,
        metric,
        value,
        unit,
        n,
    };
    let mut rows = Vec::new();
    let store = Store::create(path, "ana", options()).map_err(told)?;
    let ana = store.acting_as("ana");
    let start = Instant::now();
    let numbers = Mix::World.draws(1).filter_map(|number| PhoneNumber::new(number).ok());
    for (place, number) in numbers.take(contacts).enumerate() {
        ana.create_contact(&details(place, number)).map_err(told)?;
    }
    let each = start.elapsed().as_secs_f64() * 1e6 / contacts as f64;
    rows.push(row("create", "us_per_contact", each, "µs", contacts));

    let queries = queries(contacts);
    let mut times = vec![Vec::new(); queries.len()];
    for round in 0..=rounds {
        for ((_, query), times) in queries.iter().zip(&mut times) {
            let start = Instant::now();
            let page = ana.contacts(query).map_err(told)?;
            if round > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
            std::hint::black_box(page.total);
        }
    }
    rows.extend(
        queries
            .iter()
            .zip(times)
            .map(|((name, _), times)| row(name, "ms_per_page", median(times), "ms", rounds)),
    );

    let bulk = BulkBlock {
        targets: BulkTargets::Filter(vec!["category=Bulk".to_owned()]),
        request: BlockRequest::new(Reason::Compliance),
        limits: BulkLimits::confirmed(),
    };
    let start = Instant::now();
    let report = ana.bulk_block(&bulk).map_err(told)?;
    let seconds = start.elapsed().as_secs_f64();
    rows.push(row("bulk block by filter", "seconds", seconds, "s", report.changed.len()));
    let start = Instant::now();
    ana.undo(report.generation).map_err(told)?;
    let seconds = start.elapsed().as_secs_f64();
    rows.push(row("undo of it", "seconds", seconds, "s", report.changed.len()));

    drop(store);
    let start = Instant::now();
    let store = Store::open(path, options()).map_err(told)?;
    rows.push(row("open", "seconds", start.elapsed().as_secs_f64(), "s", 1));
    if let Some(repair) = store.repairs().first() {
        return Err(format!("opening had to mend something: {repair}"));
    }
    let counts = store.acting_as("ana").info().map_err(told)?.contacts;
    if counts.active != contacts as u64 {
        return Err(format!("{counts:?} are not all contacts, active"));
    }
    Ok(rows)
}

fn details(place: usize, number: PhoneNumber) -> ContactDetails {
    let of = |names: [&'static str; 16], place: usize| names.get(place % 16).copied().unwrap_or("");
    let (name, surname) = (of(NAMES, place), of(SURNAMES, place / 16));
    let category = CATEGORIES.get(place % 10).copied().unwrap_or("");
    let email = format!("{}.{}{place}@example.org", name.to_lowercase(), surname.to_lowercase());
    ContactDetails::new(format!("{name} {surname} {place}"), number)
        .email(email)
        .category(category)
        .group(if place.is_multiple_of(3) { "newsletter" } else { "events" })
}

fn queries(contacts: usize) -> Vec<(&'static str, ContactQuery)> {
    let query = ContactQuery::default;
    let search = |text: &str| query().filter(ContactFilter::default().search(text));
    let by = |field: &str| field.parse::<ContactSort>().unwrap_or_default();
    let last_page = u32::try_from(contacts / 50).unwrap_or(u32::MAX);
    vec![
        ("first page", query()),
        ("last page", query().page(last_page)),
        ("sort by email", query().sort(by("email"))),
        ("sort by created, down", query().sort(by("created:desc"))),
        ("search a name, common", search("lovelace")),
        ("search a name, rare", search("hopper 99999")),
        ("search an email", search("hoare77777@")),
        ("search digits", search("55512")),
        (
            "filter by status",
            query().filter(ContactFilter::default().status_in([ContactStatus::Active])),
        ),
        ("filter by category", query().filter(ContactFilter::default().category("Press"))),
        (
            "all at once",
            query().filter(
                ContactFilter::default()
                    .search("turing")
                    .category("Lead")
                    .group("events")
                    .status_in([ContactStatus::Active]),
            ),
        ),
    ]
}
