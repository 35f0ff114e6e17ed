//! Does anything that a stranger may send make the table stumble?

use proptest::prelude::*;

use super::super::*;
use super::model::{Row, filter_of, ids};
use super::realistic;

fn table() -> Table {
    let mut table = Table::new();
    for slot in 0..3_000 {
        realistic::row(slot).put_into(&mut table, slot);
    }
    table
}

fn put(table: &mut Table, slot: u32, name: &str, email: &str) {
    let row = Row { name: name.to_owned(), email: email.to_owned(), ..realistic::row(slot) };
    row.put_into(table, slot);
}

fn found(table: &Table, text: &str) -> Vec<u64> {
    table.query(&ContactQuery::new().filter(ContactFilter::new().search(text))).unwrap().ids
}

#[test]
fn signs_in_a_search_stand_for_themselves() {
    let mut table = Table::new();
    let texts = ["100% sure", "a_b", "a\0b", "tab\there", "(.*)", "o'neill", "\u{ff}ber", "a\nb"];
    for (slot, text) in (0..).zip(texts) {
        put(&mut table, slot, text, "");
    }
    for (id, part) in (1..).zip(["%", "_", "\0", "\t", ".*", "'", "\u{ff}", "\n"]) {
        assert_eq!(found(&table, part), [id], "{part:?}");
    }
    for none in ["%%", "?", "\u{1}", "b100", "sure\0", "a_b\u{ff}", "\u{fffd}"] {
        assert_eq!(found(&table, none), [0_u64; 0], "{none:?}");
    }
}

#[test]
fn nothing_is_found_across_the_end_of_a_field_or_of_a_row() {
    let mut table = Table::new();
    put(&mut table, 0, "ann", "bob");
    put(&mut table, 1, "cy", "");
    put(&mut table, 2, "", "");
    for across in ["annb", "nb", "bobcy", "bc"] {
        assert_eq!(found(&table, across), [0_u64; 0], "{across}");
    }
    assert_eq!(found(&table, ""), [3, 1, 2]);
    let unnamed = ContactFilter::new().name("").email("");
    assert_eq!(table.matching(&unnamed).iter().collect::<Vec<_>>(), [2]);
}

#[test]
fn a_search_of_a_mebibyte_finds_nothing() {
    let table = table();
    for text in ["a", "7", "é", " "] {
        assert_eq!(found(&table, &text.repeat(1 << 20)), [0_u64; 0]);
    }
}

#[test]
fn the_longest_texts_are_kept_found_and_walked_through() {
    let mut table = Table::new();
    // 512 bytes, which folding makes more of, and 320.
    let (name, email) = ("Ⱥ".repeat(256), "e".repeat(320));
    for slot in 0..2_100 {
        put(&mut table, slot, &name, &email);
    }
    for (slot, last) in [(0, "Ⱦ"), (1_023, "a"), (1_024, ""), (2_099, "Ⱥ")] {
        put(&mut table, slot, &format!("{}{last}", "Ⱥ".repeat(255)), &email);
    }
    let with_all = ContactFilter::new().name_contains(&name);
    assert_eq!(table.matching(&with_all).len(), 2_097);
    for sort in ["name", "name:desc", "email", "email:desc"] {
        let query = ContactQuery::new().sort(sort.parse().unwrap()).per_page(1_000);
        let first = table.query(&query).unwrap();
        let second = table.query(&query.clone().after(first.next.unwrap())).unwrap();
        let third = table.query(&query.after(second.next.unwrap())).unwrap();
        let mut all = [first.ids, second.ids, third.ids].concat();
        assert_eq!(all.len(), 2_100);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 2_100, "{sort}");
    }
}

#[test]
fn slots_that_were_passed_over_are_in_no_answer() {
    let mut table = Table::new();
    let rows = [realistic::row(1), realistic::row(2)];
    rows[0].put_into(&mut table, 5);
    rows[1].put_into(&mut table, 2_000);
    assert_eq!((table.len(), table.counts().total()), (2_001, 2));
    for filter in [filter_of(&[]), ContactFilter::new().status_not_in([]).not_group("?")] {
        assert_eq!(table.matching(&filter).iter().collect::<Vec<_>>(), [5, 2_000]);
    }
    let hits = table.query(&ContactQuery::new().sort("created".parse().unwrap())).unwrap();
    assert_eq!(hits, Hits { ids: ids(&[5, 2_000]), total: 2, next: None });
    rows[0].put_into(&mut table, 6);
    assert_eq!(table.counts().total(), 3);
}

#[test]
fn pages_of_wrong_sizes_and_numbers_are_refused() {
    let table = table();
    let all = ContactQuery::new();
    for given in [0, 1_001, u32::MAX] {
        let error = table.query(&all.clone().per_page(given)).unwrap_err();
        assert_eq!(error, QueryError::PageSize { given, most: 1_000 });
    }
    assert_eq!(table.query(&all.clone().page(0)), Err(QueryError::PageZero));
    assert_eq!(table.query(&all.clone().per_page(1_000)).unwrap().ids.len(), 1_000);
    let far = table.query(&all.page(u32::MAX).per_page(1_000)).unwrap();
    assert_eq!((far.ids, far.total, far.next), (vec![], 3_000, None));
}

#[test]
fn times_at_the_ends_of_all_time_are_kept() {
    let mut table = Table::new();
    for (slot, time_us) in [(0, i64::MAX), (1, i64::MIN), (2, 0)] {
        let row =
            Row { created_at_us: time_us, blocked_at_us: Some(time_us), ..realistic::row(slot) };
        row.put_into(&mut table, slot);
    }
    Row { blocked_at_us: None, ..realistic::row(3) }.put_into(&mut table, 3);
    let sorted =
        |sort: &str| table.query(&ContactQuery::new().sort(sort.parse().unwrap())).unwrap().ids;
    assert_eq!(sorted("blocked"), [2, 3, 1, 4]);
    assert_eq!(sorted("blocked:desc"), [1, 3, 2, 4]);
    let ever = ContactFilter::new().blocked_from(jiff::Timestamp::MIN);
    assert_eq!(table.matching(&ever).iter().collect::<Vec<_>>(), [0, 2]);
}

/// A cursor with a right checksum.
fn sealed(mut bytes: Vec<u8>) -> String {
    bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

proptest! {
    #[test]
    fn a_forged_cursor_is_another_place_and_no_more(
        field in 0_usize..7,
        descending in any::<bool>(),
        slot in any::<u32>(),
        value in prop_oneof![
            prop::collection::vec(any::<u8>(), 8),
            prop::collection::vec(any::<u8>(), 0..40),
        ],
    ) {
        let mut table = Table::new();
        for slot in 0..40 {
            realistic::row(slot).put_into(&mut table, slot);
        }
        let sort = ContactSort { field: SortField::ALL[field], descending };
        let head = [1, field as u8, u8::from(descending)];
        let cursor = sealed([&head[..], &slot.to_le_bytes(), &value].concat());
        let all = table.query(&ContactQuery::new().sort(sort)).unwrap().ids;
        match table.query(&ContactQuery::new().sort(sort).after(cursor)) {
            Ok(hits) => prop_assert!(all.ends_with(&hits.ids)),
            Err(error) => prop_assert_eq!(error, QueryError::CursorDamaged),
        }
    }
}
