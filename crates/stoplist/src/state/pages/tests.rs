//! Do pages hold what was packed, and follow changes as a plain set does?

use std::collections::BTreeSet;

use croaring::{Portable, Treemap};
use proptest::prelude::*;

use super::pack::Page;
use super::pack::{MIN_LIMIT, pack_to};
use super::*;
use crate::PhoneNumber;
use crate::state::backend::{Change, MAX_VALUE};
use crate::state::memory::Memory;

const LIST: u32 = 7;

fn number(value: u64) -> PhoneNumber {
    PhoneNumber::new(value).unwrap()
}

fn set_of(values: impl IntoIterator<Item = u64>) -> NumberSet {
    values.into_iter().map(number).collect()
}

/// What must hold of all pages of a set.
fn check_pages(set: &NumberSet, pages: &[Page], limit: usize) {
    let mut all = NumberSet::new();
    let mut last = None;
    for page in pages {
        assert!(page.bytes.len() <= limit, "{} bytes", page.bytes.len());
        assert!(last < Some(page.first), "{} is not after {last:?}", page.first);
        let numbers = NumberSet::read_portable(page.bytes.as_slice()).unwrap();
        assert_eq!(numbers.min().map(u64::from), Some(page.first));
        assert_eq!(numbers.max().map(u64::from), Some(page.last));
        let mut again = Vec::new();
        numbers.write_portable(&mut again).unwrap();
        assert_eq!(again, page.bytes, "the bitmap library writes the same");
        let other = Treemap::try_deserialize::<Portable>(&page.bytes).unwrap();
        assert_eq!(other.cardinality(), numbers.len());
        assert!(other.iter().eq(numbers.iter().map(u64::from)), "CRoaring reads the same");
        last = Some(page.last);
        all |= &numbers;
    }
    assert_eq!(&all, set);
    assert_eq!(all.len(), set.len());
}

/// Blocks of numbers: where each starts, how many it has, and how far apart they are.
fn blocks() -> impl Strategy<Value = Vec<(u64, u64, u64)>> {
    let start = prop_oneof![
        4 => 16_502_000_000_u64..16_504_000_000,
        1 => PhoneNumber::MIN.get()..PhoneNumber::MAX.get() - 1_000_000,
        1 => (1_u64..200_000).prop_map(|high| (high << 32) - 1000),
    ];
    let count = prop_oneof![4 => 1_u64..40, 2 => 1_u64..5000, 1 => 60_000_u64..140_000];
    let step = prop_oneof![3 => Just(1_u64), 2 => 2_u64..4, 3 => 2_u64..90, 1 => Just(70_000)];
    prop::collection::vec((start, count, step), 0..6)
}

fn set_of_blocks(blocks: &[(u64, u64, u64)]) -> NumberSet {
    let mut set = NumberSet::new();
    for &(start, count, step) in blocks {
        let count = if step > 90 { count.min(5000) } else { count };
        let values = (0..count).map(|index| start.max(PhoneNumber::MIN.get()) + index * step);
        set |= &set_of(values.filter(|&value| value <= PhoneNumber::MAX.get()));
    }
    set
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pages_hold_the_set_and_every_library_reads_them(
        blocks in blocks(),
        limit in prop_oneof![Just(MAX_VALUE), MIN_LIMIT..MAX_VALUE],
    ) {
        let set = set_of_blocks(&blocks);
        let pages: Vec<Page> = pack_to(&set, limit).collect();
        check_pages(&set, &pages, limit);
    }

    #[test]
    fn merged_pages_hold_what_a_plain_set_holds(
        start in blocks(),
        changes in prop::collection::vec((blocks(), blocks(), 0_usize..40), 1..6),
    ) {
        let mut backend = Memory::default();
        let mut model = NumberSet::new();
        apply(&mut backend, &set_of_blocks(&start), &NumberSet::new());
        model |= &set_of_blocks(&start);
        // Pages of other lists are neither read nor written.
        let others: Vec<Change> = [LIST - 1, LIST + 1]
            .map(|list| (key(list, 16_502_500_000).to_vec(), Some(b"another's".to_vec())))
            .into();
        backend.apply(&others).unwrap();
        for (added, removed, share) in changes {
            // Some of what is there goes too, or nearly nothing would ever be taken out.
            let there = model.iter().filter(|number| number.get() % 40 < share as u64);
            let removed = &set_of_blocks(&removed) | &there.collect();
            let added = set_of_blocks(&added);
            apply(&mut backend, &added, &removed);
            model -= &removed;
            model |= &added;
            let loaded = load(&backend, LIST).unwrap();
            prop_assert_eq!(&loaded, &model);
            prop_assert_eq!(loaded.len(), model.len());
        }
        for (key, value) in others {
            prop_assert_eq!(backend.get(&key).unwrap(), value);
        }
    }

    #[test]
    fn single_changes_agree_with_an_ordered_set(
        changes in prop::collection::vec((any::<bool>(), 0_u64..30_000), 1..400),
    ) {
        let mut backend = Memory::default();
        let mut model: BTreeSet<u64> = (0..9000).map(|index| 16_502_530_000 + 3 * index).collect();
        apply(&mut backend, &set_of(model.iter().copied()), &NumberSet::new());
        for (adds, offset) in changes {
            let value = 16_502_530_000 + offset;
            let one = set_of([value]);
            if adds {
                model.insert(value);
                apply(&mut backend, &one, &NumberSet::new());
            } else {
                model.remove(&value);
                apply(&mut backend, &NumberSet::new(), &one);
            }
        }
        let loaded = load(&backend, LIST).unwrap();
        prop_assert!(loaded.iter().map(u64::from).eq(model));
    }
}

/// Merges; how many rows were changed.
fn apply(backend: &mut Memory, added: &NumberSet, removed: &NumberSet) -> usize {
    let mut seen = BTreeSet::new();
    merge(backend, LIST, added, removed, &mut |backend, changes| {
        for (key, _) in &changes {
            assert!(seen.insert(key.clone()), "a key is handed out once");
        }
        backend.apply(&changes)
    })
    .unwrap();
    seen.len()
}

fn pages_of(backend: &Memory) -> Vec<(u64, usize)> {
    let mut pages = Vec::new();
    backend
        .scan(&prefix(LIST), &mut |key, bytes| {
            pages.push((parse_key(key).unwrap().1, bytes.len()));
            Ok(())
        })
        .unwrap();
    pages
}

#[test]
fn a_change_touches_its_own_page_only() {
    let mut backend = Memory::default();
    let set = set_of((0..100_000).map(|index| 16_502_000_000 + 25 * index));
    let pages = apply(&mut backend, &set, &NumberSet::new());
    assert!(pages > 40, "{pages} pages");
    let none = NumberSet::new();
    assert_eq!(apply(&mut backend, &none, &set_of([16_502_000_000 + 25 * 50_000])), 1);
    assert_eq!(apply(&mut backend, &set_of([16_502_000_000 + 25 * 50_000]), &none), 1);
    assert_eq!(apply(&mut backend, &set, &none), 0, "what is there already changes no row");
    assert_eq!(apply(&mut backend, &none, &set_of([16_502_000_001])), 0);
}

#[test]
fn a_page_that_overflows_is_cut_in_halves() {
    let mut backend = Memory::default();
    apply(
        &mut backend,
        &set_of((0..2000).map(|index| 16_502_000_000 + 25 * index)),
        &NumberSet::new(),
    );
    assert_eq!(pages_of(&backend).len(), 1);
    apply(
        &mut backend,
        &set_of((0..100).map(|index| 16_502_000_001 + 25 * index)),
        &NumberSet::new(),
    );
    let pages = pages_of(&backend);
    assert_eq!(pages.len(), 2);
    assert!(pages.iter().all(|&(_, bytes)| bytes > MAX_VALUE / 3), "{pages:?}");
}

#[test]
fn pages_that_lost_nearly_everything_are_joined() {
    let mut backend = Memory::default();
    let set = set_of((0..200_000).map(|index| 16_502_000_000 + 25 * index));
    let full = apply(&mut backend, &set, &NumberSet::new());
    let left: NumberSet = set.iter().step_by(1000).collect();
    apply(&mut backend, &NumberSet::new(), &(&set - &left));
    assert_eq!(load(&backend, LIST).unwrap(), left);
    let pages = pages_of(&backend).len();
    assert!(pages <= full / 8 + 2, "{pages} pages of {full} are left for {} numbers", left.len());
    apply(&mut backend, &NumberSet::new(), &left);
    assert_eq!(pages_of(&backend), [], "no page is left without numbers");
}

#[test]
fn whole_numbering_plans_take_few_pages_and_no_time_by_the_number() {
    let mut backend = Memory::default();
    let mut plan = NumberSet::new();
    plan.insert_range(number(10_000_000_000)..=number(19_999_999_999));
    let rows = apply(&mut backend, &plan, &NumberSet::new());
    assert!(rows < 700, "{rows} pages");
    let mut hole = NumberSet::new();
    hole.insert_range(number(12_000_000_000)..=number(12_999_999_999));
    apply(&mut backend, &NumberSet::new(), &hole);
    assert_eq!(load(&backend, LIST).unwrap(), &plan - &hole);
}

#[test]
fn pages_are_as_full_as_may_be() {
    for step in [1, 2, 3, 25, 400, 90_000] {
        let set = set_of((0..60_000).map(|index| 16_502_000_000 + step * index));
        let pages: Vec<Page> = pack(&set).collect();
        check_pages(&set, &pages, MAX_VALUE);
        let (_, full) = pages.split_last().unwrap();
        assert!(full.iter().all(|page| page.bytes.len() > MAX_VALUE - 96), "of every {step}th");
    }
}

#[test]
fn a_page_with_numbers_of_elsewhere_is_refused() {
    let page = pack(&set_of([16_502_530_000, 16_502_530_009])).next().unwrap();
    assert!(unpack(&page.bytes, page.first..=page.last).is_ok());
    assert!(unpack(&page.bytes, page.first..=page.last - 1).is_err());
    assert!(unpack(&page.bytes, page.first + 1..=page.last).is_err());
    let longer = [page.bytes.as_slice(), b"!"].concat();
    assert!(unpack(&longer, page.first..=page.last).is_err());
}

#[test]
fn pages_that_overlap_or_start_elsewhere_are_damage() {
    let page = |values: [u64; 2]| pack(&set_of(values)).next().unwrap().bytes;
    let one = (key(LIST, 16_502_530_000).to_vec(), page([16_502_530_000, 16_502_530_009]));
    let overlapping = (key(LIST, 16_502_530_005).to_vec(), page([16_502_530_005, 16_502_530_006]));
    let elsewhere = (key(LIST, 16_502_540_000).to_vec(), page([16_502_540_001, 16_502_540_002]));
    for bad in [overlapping, elsewhere] {
        let mut backend = Memory::default();
        let rows = [one.clone(), bad].map(|(key, value)| (key, Some(value)));
        backend.apply(&rows[..1]).unwrap();
        load(&backend, LIST).unwrap();
        backend.apply(&rows).unwrap();
        assert!(matches!(load(&backend, LIST), Err(StateError::Damaged { .. })));
    }
}

#[test]
fn keys_are_in_the_order_of_lists_and_numbers() {
    assert!(key(1, u64::MAX) < key(2, 0));
    assert!(key(1, 255) < key(1, 256));
    assert_eq!(parse_key(&key(9, 16_502_530_000)), Some((9, 16_502_530_000)));
    assert_eq!(parse_key(b"p"), None);
    assert_eq!(parse_key(&[key(9, 1).as_slice(), b"x"].concat()), None);
    assert_eq!(parse_key(&[b"q", &key(9, 1)[1..]].concat()), None);
}
