//! A number set behaves as a `BTreeSet` of numbers does.

use std::collections::BTreeSet;

use proptest::prelude::*;
use stoplist::{NumberSet, NumberSetBuilder, PhoneNumber};

fn number(value: u64) -> PhoneNumber {
    PhoneNumber::new(value).unwrap()
}

/// Numbers that lie close together, across page and key borders, and far apart.
fn any_number() -> impl Strategy<Value = PhoneNumber> {
    prop_oneof![
        4 => (14_692_576_000_u64..14_692_578_000).prop_map(number),
        2 => ((1_u64 << 33) - 70_000..(1 << 33) + 70_000).prop_map(number),
        1 => (1_000_000_u64..=999_999_999_999_999).prop_map(number),
        1 => Just(PhoneNumber::MIN),
        1 => Just(PhoneNumber::MAX),
    ]
}

fn any_numbers() -> impl Strategy<Value = Vec<PhoneNumber>> {
    prop::collection::vec(any_number(), 0..200)
}

fn same(set: &NumberSet, model: &BTreeSet<PhoneNumber>) -> Result<(), TestCaseError> {
    prop_assert!(set.iter().eq(model.iter().copied()));
    prop_assert_eq!(set.len(), model.len() as u64);
    prop_assert_eq!(set.is_empty(), model.is_empty());
    prop_assert_eq!(set.min(), model.first().copied());
    prop_assert_eq!(set.max(), model.last().copied());
    let sum = model.iter().fold(0_u64, |sum, number| sum.wrapping_add(number.get()));
    prop_assert_eq!(set.sum64(), sum);
    let ranges = set.ranges().flat_map(|range| range.start().get()..=range.end().get());
    prop_assert!(ranges.eq(model.iter().map(|number| number.get())));
    Ok(())
}

proptest! {
    #[test]
    fn made_in_any_way_it_holds_the_same(numbers in any_numbers()) {
        let model: BTreeSet<_> = numbers.iter().copied().collect();
        same(&numbers.iter().copied().collect(), &model)?;
        same(&NumberSet::from_sorted(model.iter().copied()).unwrap(), &model)?;
        let mut set = NumberSet::new();
        for &number in &numbers {
            set.insert(number);
        }
        same(&set, &model)?;
        prop_assert_eq!(set, numbers.into_iter().collect());
    }

    #[test]
    fn unsorted_numbers_are_told_from_sorted(numbers in any_numbers()) {
        let ascends = numbers.is_sorted_by(|a, b| a < b);
        prop_assert_eq!(NumberSet::from_sorted(numbers).is_ok(), ascends);
    }

    #[test]
    fn single_changes_are_those_of_the_model(
        changes in prop::collection::vec((any_number(), any::<bool>()), 0..200)
    ) {
        let (mut set, mut model) = (NumberSet::new(), BTreeSet::new());
        for (number, add) in changes {
            if add {
                prop_assert_eq!(set.insert(number), model.insert(number));
            } else {
                prop_assert_eq!(set.remove(number), model.remove(&number));
            }
            prop_assert_eq!(set.contains(number), add);
        }
        same(&set, &model)?;
    }

    #[test]
    fn union_intersection_and_difference_are_those_of_the_model(
        a in any_numbers(), b in any_numbers()
    ) {
        let (set_a, set_b): (NumberSet, NumberSet) =
            (a.iter().copied().collect(), b.iter().copied().collect());
        let (a, b): (BTreeSet<_>, BTreeSet<_>) = (a.into_iter().collect(), b.into_iter().collect());
        same(&(&set_a | &set_b), &(&a | &b))?;
        same(&(&set_a & &set_b), &(&a & &b))?;
        same(&(&set_a - &set_b), &(&a - &b))?;
        prop_assert_eq!(set_a.is_subset(&set_b), a.is_subset(&b));
        let mut set = set_a.clone();
        set |= &set_b;
        same(&set, &(&a | &b))?;
        set &= &set_b;
        same(&set, &b)?;
        set -= &set_a;
        same(&set, &(&b - &a))?;
        set.extend(a.iter().copied());
        same(&set, &(&a | &b))?;
    }

    #[test]
    fn ranges_are_those_of_the_model(
        start in 14_692_576_000_u64..14_692_578_000, length in 0_u64..70_000, numbers in any_numbers()
    ) {
        let range = number(start)..=number(start + length);
        let mut set: NumberSet = numbers.iter().copied().collect();
        let mut model: BTreeSet<_> = numbers.into_iter().collect();
        prop_assert_eq!(set.count_range(range.clone()), model.range(range.clone()).count() as u64);
        prop_assert!(set.iter_from(number(start)).eq(model.range(number(start)..).copied()));
        let before = model.len() as u64;
        model.extend((start..=start + length).map(number));
        prop_assert_eq!(set.insert_range(range.clone()), model.len() as u64 - before);
        same(&set, &model)?;
        model.retain(|number| !range.contains(number));
        prop_assert_eq!(set.remove_range(range), length + 1);
        same(&set, &model)?;
    }
}

#[test]
fn millions_in_any_order_make_the_set_that_order_makes() {
    // More than one buffer of the builder, with repeats, over several keys.
    let values = (0..3_000_000_u64).map(|i| 2_000_000_000 + i * 2_654_435_761 % 9_000_000_011);
    let mut sorted: Vec<PhoneNumber> = values.clone().map(number).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let sorted = NumberSet::from_sorted(sorted).unwrap();
    for mut builder in [NumberSetBuilder::new(), NumberSetBuilder::with_helper_thread()] {
        let repeats = values.clone().take(10_000);
        values.clone().chain(repeats).for_each(|value| builder.push(number(value)));
        let more = NumberSet::from([PhoneNumber::MAX, number(2_000_000_000)]);
        builder.push_set(&more);
        assert_eq!(builder.finish(), &sorted | &more);
    }
}
