//! What does a query take with a million contacts?
//!
//! `cargo test --release -p stoplist --lib table::tests::measure -- --ignored --nocapture`

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::time::{Duration, Instant};

use super::super::*;
use super::model::Row;
use super::realistic::{self, mixed};

const ROWS: u32 = 1_000_000;
const ROUNDS: usize = 21;

/// The median of some rounds, and the least of them, which others on the machine disturb less.
fn median_and_least(mut run: impl FnMut()) -> (Duration, Duration) {
    run();
    let mut took: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    took.sort_unstable();
    (took[ROUNDS / 2], took[0])
}

fn print(table: &Table, what: &str, query: &ContactQuery) {
    let total = table.query(query).unwrap().total;
    let (median, least) = median_and_least(|| {
        std::hint::black_box(table.query(query).unwrap());
    });
    let (median, least) = (median.as_secs_f64() * 1e3, least.as_secs_f64() * 1e3);
    println!("{median:>8.2} ms, least {least:>6.2}  {total:>8} found  {what}");
}

fn filtered(expressions: &[&str]) -> ContactQuery {
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    ContactQuery::new().filter(ContactFilter::parse_all(expressions, now).unwrap())
}

/// What the process has in memory, where the system says so.
fn resident_bytes() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse().ok()).map_or(0.0, |n: f64| n * 4_096.0)
}

fn filled(rows: &[Row]) -> Table {
    let resident = resident_bytes();
    let mut table = Table::new();
    let start = Instant::now();
    for (slot, row) in (0..).zip(rows) {
        row.put_into(&mut table, slot);
    }
    println!("{:>8.0} puts a second, of new rows", f64::from(ROWS) / start.elapsed().as_secs_f64());
    let taken = (resident_bytes() - resident) / f64::from(ROWS);
    println!("{taken:>8.1} bytes a contact more in the process");
    table
}

fn print_memory(table: &Table) {
    println!("{:>8.1} bytes a contact", table.memory_bytes() as f64 / f64::from(ROWS));
}

fn print_filters(table: &Table) {
    for expression in [
        "search~xq",
        "search~acme",
        "search~björn",
        "search~smith",
        "search~an",
        "search~a",
        "search~com",
        "search~.com",
        "search~christopher johnson",
        "search~555",
        "search~12",
        "search~49",
        "search~+49 30",
        "search~4455667788",
        "search~james.smith1",
        "name~smith",
        "name~an",
        "name~q",
        "name~com",
        "email~@web.de",
        "email~com",
        "name=anna lee",
        "email=anna.lee7@web.de",
        "number~555",
        "number~5",
        "number~12",
        "status=blocked",
        "status!=archived",
        "category=Lead",
        "category!=Lead",
        "group=newsletter",
        "group!=vip",
        "created>=2020-01-01",
        "created>=30d",
        "blocked>=30d",
        "blocked<2022-01-01",
    ] {
        print(table, expression, &filtered(&[expression]));
    }
    for expressions in [
        &["status=active", "search~an"][..],
        &["status=blocked", "category=Lead", "search~smith"],
        &["group=vip", "group=newsletter", "created>=2024-01-01"],
        &["group=trial", "name~an"],
        &["status=active", "category!=Staff", "search~an", "created>=2018-01-01", "number~5"],
    ] {
        print(table, &expressions.join(" and "), &filtered(expressions));
    }
    for sort in ["created:desc", "email", "blocked:desc"] {
        for expression in ["search~an", "status=active", "search~12"] {
            let query = filtered(&[expression]).sort(sort.parse().unwrap());
            print(table, &format!("{expression} by {sort}"), &query);
        }
    }
}

fn print_pages(table: &Table) {
    for field in SortField::ALL {
        for sort in [ContactSort::ascending(field), ContactSort::descending(field)] {
            let query = ContactQuery::new().sort(sort);
            print(table, &format!("{sort}, first page"), &query);
            for page in [50, 1_000, 10_000, 20_000] {
                print(table, &format!("{sort}, page {page}"), &query.clone().page(page));
            }
            let cursor = table.query(&query.clone().page(10_000)).unwrap().next.unwrap();
            print(table, &format!("{sort}, after page 10000"), &query.clone().after(cursor));
            let active = filtered(&["status=active"]).sort(sort).page(10_000);
            print(table, &format!("{sort}, active only, page 10000"), &active);
        }
    }
}

#[test]
#[ignore = "a measurement, for release builds"]
fn a_million_contacts() {
    let rows: Vec<Row> = (0..ROWS).map(realistic::row).collect();
    let text: usize = rows.iter().map(|row| row.name.len() + row.email.len()).sum();
    println!("{:>8.1} bytes of name and email a contact", text as f64 / f64::from(ROWS));
    let mut table = filled(&rows);
    print_memory(&table);
    print_filters(&table);
    print_pages(&table);

    let start = Instant::now();
    let replaced = 200_000;
    for step in 0..replaced {
        let slot = (mixed(step, 99) % u64::from(ROWS)) as u32;
        rows[(slot as usize * 7 + 1) % rows.len()].put_into(&mut table, slot);
    }
    let rate = f64::from(replaced) / start.elapsed().as_secs_f64();
    println!("{rate:>8.0} puts a second, in place of others");
    print_memory(&table);
    print(&table, "search~an after that", &filtered(&["search~an"]));
}

#[test]
#[ignore = "a measurement, for release builds"]
fn a_million_contacts_whose_names_begin_alike() {
    let alike = |slot: u32| Row {
        name: format!("Customer {:07}", mixed(slot, 77) % 10_000_000),
        email: String::new(),
        ..realistic::row(slot)
    };
    let rows: Vec<Row> = (0..ROWS).map(alike).collect();
    let table = filled(&rows);
    for sort in ["name", "name:desc", "email"] {
        let query = ContactQuery::new().sort(sort.parse().unwrap());
        print(&table, &format!("{sort}, first page"), &query);
        print(&table, &format!("{sort}, page 10000"), &query.clone().page(10_000));
        let cursor = table.query(&query.clone().page(10_000)).unwrap().next.unwrap();
        print(&table, &format!("{sort}, after page 10000"), &query.after(cursor));
    }
    print(&table, "search~customer", &filtered(&["search~customer"]));
}
