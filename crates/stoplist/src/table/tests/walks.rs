//! Do filters, orders and pages agree with the model, whatever is put when?

use std::collections::{BTreeMap, HashMap, HashSet};

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::scan::Scan;
use super::super::*;
use super::model::{Row, Rule, answer, filter_of, ids, lower, put_all, puts, rule, sort};

fn made(puts: &[(usize, Row)]) -> (Table, Vec<Row>) {
    let (mut table, mut model) = (Table::new(), Vec::new());
    put_all(&mut table, &mut model, puts);
    (table, model)
}

/// The names of a kind as the model counts them; which of its spellings a name has is open.
fn counted(names: impl Iterator<Item = HashSet<String>>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    names.flatten().for_each(|name| *counts.entry(name).or_insert(0) += 1);
    counts
}

fn folded(counts: Vec<(&str, u64)>) -> Vec<(String, u64)> {
    counts.into_iter().map(|(name, count)| (lower(name), count)).collect()
}

proptest! {
    #[test]
    fn filters_mean_the_rows_that_meet_all_rules(
        puts in puts(60),
        rules in vec(rule(), 0..3),
    ) {
        let (table, model) = made(&puts);
        let expected: Vec<usize> =
            (0..model.len()).filter(|&slot| rules.iter().all(|r| r.holds(&model[slot]))).collect();
        let found: Vec<usize> =
            table.matching(&filter_of(&rules)).iter().map(|slot| slot as usize).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn a_row_looked_at_by_itself_is_judged_as_in_a_scan(puts in puts(60), rule in rule()) {
        let (table, model) = made(&puts);
        let filter = filter_of(std::slice::from_ref(&rule));
        for condition in filter.conditions() {
            let Some(scan) = Scan::new(&table, condition) else { continue };
            let all = scan.all();
            for (slot, row) in (0..).zip(&model) {
                prop_assert_eq!(scan.holds(slot), rule.holds(row), "row {}", slot);
                prop_assert_eq!(all.contains(slot), rule.holds(row), "scan {}", slot);
            }
        }
    }

    #[test]
    fn pages_by_number_are_cut_out_of_the_order(
        puts in puts(60),
        rules in vec(rule(), 0..2),
        sort in sort(),
        per_page in 1_u32..9,
        number in 1_u32..12,
    ) {
        let (table, model) = made(&puts);
        let all = answer(&model, &rules, sort);
        let query = ContactQuery::new().filter(filter_of(&rules)).sort(sort).per_page(per_page);
        let hits = table.query(&query.page(number)).unwrap();
        let start = all.len().min(((number - 1) * per_page) as usize);
        let end = all.len().min(start + per_page as usize);
        prop_assert_eq!(&hits.ids, &ids(&all[start..end]));
        prop_assert_eq!(hits.total, all.len() as u64);
        prop_assert_eq!(hits.next.is_some(), end < all.len());
    }

    #[test]
    fn pages_by_cursor_go_through_the_order_once(
        puts in puts(60),
        rules in vec(rule(), 0..2),
        sort in sort(),
        per_page in 1_u32..9,
    ) {
        let (table, model) = made(&puts);
        let query = ContactQuery::new().filter(filter_of(&rules)).sort(sort).per_page(per_page);
        let mut shown = Vec::new();
        let mut page = PageStart::First;
        loop {
            let hits = table.query(&query.clone().start(page)).unwrap();
            shown.extend(hits.ids);
            let Some(next) = hits.next else { break };
            prop_assert!(shown.len() <= model.len());
            page = PageStart::After(next);
        }
        prop_assert_eq!(shown, ids(&answer(&model, &rules, sort)));
    }

    #[test]
    fn a_walk_shows_every_row_once_that_nobody_changed(
        before in puts(60),
        between in vec(puts(8), 0..12),
        rules in vec(rule(), 0..2),
        sort in sort(),
        per_page in 1_u32..9,
    ) {
        let (mut table, mut model) = made(&before);
        let mut unchanged: HashSet<u64> = ids(&answer(&model, &rules, sort)).into_iter().collect();
        let query = ContactQuery::new().filter(filter_of(&rules)).sort(sort).per_page(per_page);
        let mut shown: HashMap<u64, u32> = HashMap::new();
        let mut page = PageStart::First;
        let mut changes = between.iter();
        let mut pages = 0;
        loop {
            let hits = table.query(&query.clone().start(page)).unwrap();
            hits.ids.iter().for_each(|id| *shown.entry(*id).or_default() += 1);
            let Some(next) = hits.next else { break };
            pages += 1;
            prop_assert!(pages < 500, "the walk comes to an end");
            page = PageStart::After(next);
            for (place, row) in changes.next().into_iter().flatten() {
                // Spread over all rows: the walk's own last row is among them.
                let slot = (place * 11 + row.name.len()) % (model.len() + 1);
                put_all(&mut table, &mut model, &[(slot, row.clone())]);
                unchanged.remove(&(slot as u64 + 1));
            }
        }
        for id in unchanged {
            prop_assert_eq!(shown.get(&id), Some(&1), "id {}", id);
        }
    }

    #[test]
    fn counts_are_of_what_is_there_now(puts in puts(60)) {
        let (table, model) = made(&puts);
        let has = |status| model.iter().filter(|row| row.status == status).count() as u64;
        let counts = table.counts();
        prop_assert_eq!(counts.active, has(ContactStatus::Active));
        prop_assert_eq!(counts.blocked, has(ContactStatus::Blocked));
        prop_assert_eq!(counts.archived, has(ContactStatus::Archived));
        prop_assert_eq!(counts.total(), table.len() as u64);

        let of_row = |row: &Row| [lower(&row.category)].into_iter().filter(|c| !c.is_empty()).collect();
        let categories = counted(model.iter().map(of_row));
        prop_assert_eq!(folded(table.categories()), Vec::from_iter(categories));
        let groups = counted(model.iter().map(|row| row.groups.iter().map(|g| lower(g)).collect()));
        prop_assert_eq!(folded(table.groups()), Vec::from_iter(groups));
    }
}

#[test]
fn a_name_is_shown_as_its_first_contact_of_now_wrote_it() {
    let (mut table, mut model) = (Table::new(), Vec::new());
    let base = super::realistic::row(0);
    let of = |category: &str| Row { category: category.to_owned(), ..base.clone() };
    put_all(&mut table, &mut model, &[(0, of("Lead")), (1, of("LEAD"))]);
    assert_eq!(table.categories(), [("Lead", 2)]);
    put_all(&mut table, &mut model, &[(0, of("")), (1, of("")), (2, of("lead"))]);
    assert_eq!(table.categories(), [("lead", 1)]);
    assert_eq!(table.matching(&filter_of(&[Rule::Category(String::new(), true)])).len(), 2);
}

#[test]
fn a_walk_goes_on_between_categories_when_its_own_is_gone() {
    let base = super::realistic::row(0);
    let of = |category: &str| Row { category: category.to_owned(), ..base.clone() };
    let (with_b, without_b) = (["c", "a", "c", "b"], ["c", "a", "c", "d"]);
    // As after a restart: a table that was never told of the category.
    for (sort, after_b) in [("category", vec![1, 3, 4]), ("category:desc", vec![2])] {
        let query = ContactQuery::new().sort(sort.parse().unwrap()).per_page(1);
        let (table, _) = made(&with_b.map(|category| (4, of(category))));
        let mut hits = table.query(&query).unwrap();
        while hits.ids != [4] {
            hits = table.query(&query.clone().after(hits.next.unwrap())).unwrap();
        }
        let (table, _) = made(&without_b.map(|category| (4, of(category))));
        let rest = query.per_page(10).after(hits.next.unwrap());
        assert_eq!(table.query(&rest).unwrap().ids, after_b, "{sort}");
    }
}
