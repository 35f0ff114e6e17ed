//! Are far pages and picky filters right, where other ways are taken than for few rows?

use super::super::*;
use super::model::{Row, Rule, answer, filter_of, ids};
use super::realistic;

const ROWS: u32 = 12_000;

fn check(rows: &[Row], rules: &[Rule]) {
    let mut table = Table::new();
    for (slot, row) in (0..).zip(rows) {
        row.put_into(&mut table, slot);
    }
    for field in SortField::ALL {
        for sort in [ContactSort::ascending(field), ContactSort::descending(field)] {
            let all = answer(rows, rules, sort);
            let query = ContactQuery::new().filter(filter_of(rules)).sort(sort).per_page(997);
            for (number, page) in (1..).zip(all.chunks(997)) {
                let hits = table.query(&query.clone().page(number)).unwrap();
                assert_eq!(hits.ids, ids(page), "{sort}, page {number}");
                assert_eq!(hits.total, all.len() as u64);
            }
            let past = table.query(&query.page(u32::MAX)).unwrap();
            assert_eq!((past.ids.len(), past.next), (0, None));
        }
    }
}

#[test]
fn every_page_of_every_order_is_right() {
    let rows: Vec<Row> = (0..ROWS).map(realistic::row).collect();
    check(&rows, &[]);
    let all_but_few = Rule::Status(vec![ContactStatus::Archived], false);
    check(&rows, &[all_but_few]);
}

#[test]
fn names_that_begin_alike_are_in_order_on_far_pages_too() {
    let begins = ["", "customer", "customer number ", "customer number 0000000"];
    let rows: Vec<Row> = (0..ROWS)
        .map(|slot| Row {
            name: format!("{}{}", begins[slot as usize / 7 % 4], slot * 7_919 % 5_003),
            email: "the same for everybody of them".to_owned(),
            primary: None,
            blocked_at_us: (slot.is_multiple_of(3)).then_some(5),
            ..realistic::row(slot)
        })
        .collect();
    check(&rows, &[]);
    let two_of_all: Vec<Row> = (0..ROWS)
        .map(|slot| Row {
            name: ["Ann", "ann lee"][slot as usize % 2].to_owned(),
            ..rows[slot as usize].clone()
        })
        .collect();
    check(&two_of_all, &[]);
}

#[test]
fn a_few_candidates_are_looked_at_one_by_one_with_the_same_result() {
    let rows: Vec<Row> = (0..ROWS).map(realistic::row).collect();
    let mut table = Table::new();
    for (slot, row) in (0..).zip(&rows) {
        row.put_into(&mut table, slot);
    }
    let few = Rule::Created(rows[ROWS as usize - 300].created_at_us, true);
    for rule in [
        Rule::Search("an".to_owned()),
        Rule::Search("49".to_owned()),
        Rule::Name("li".to_owned(), false),
        Rule::Email("@example".to_owned(), false),
        Rule::Number("49".to_owned(), false),
        Rule::Blocked(rows[ROWS as usize - 200].created_at_us, false),
    ] {
        let rules = [few.clone(), rule];
        let expected = answer(&rows, &rules, ContactSort::ascending(SortField::Created));
        assert!(expected.len() < 300);
        let mut found: Vec<_> =
            table.matching(&filter_of(&rules)).iter().map(|slot| slot as usize).collect();
        found.sort_by_key(|&slot| (rows[slot].created_at_us, slot));
        assert_eq!(found, expected, "{rules:?}");
    }
}
