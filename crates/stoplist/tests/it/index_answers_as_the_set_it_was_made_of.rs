//! An index answers as a `BTreeSet` of its numbers does.

use std::collections::BTreeSet;

use proptest::prelude::*;
use stoplist::{Bitmask, Index, NumberSet, PhoneNumber};

use super::index_bytes::IndexBytes;
use super::index_numbers::{Kind, Random, any_numbers, questions, set};

/// Around the bits of a word and the numbers of a block.
const LENGTHS: [usize; 9] = [0, 1, 63, 64, 65, 255, 256, 257, 1000];

/// Asks in every way; `is_in` knows the answers.
fn check(index: &Index, asked: &[u64], is_in: impl Fn(u64) -> bool) -> Result<(), TestCaseError> {
    let expected: Vec<bool> = asked.iter().map(|&number| is_in(number)).collect();
    for (&number, &expected) in asked.iter().zip(&expected) {
        if let Ok(number) = PhoneNumber::new(number) {
            prop_assert_eq!(index.contains(number), expected, "{}", number);
        }
    }
    // One mask for all: what a longer batch has left in it must not matter.
    let mut found = Bitmask::new();
    let mut rest = (asked, &expected[..]);
    for length in [asked.len()].iter().chain(LENGTHS.iter().rev()).chain(&LENGTHS) {
        let length = *length.min(&rest.0.len());
        index.contains_batch_into(&rest.0[..length], &mut found);
        prop_assert_eq!(found.len(), length);
        prop_assert_eq!(found.words().len(), length.div_ceil(64));
        for (at, &expected) in rest.1[..length].iter().enumerate() {
            prop_assert_eq!(found.get(at), expected, "{} at {} of {}", rest.0[at], at, length);
        }
        let ones = (0..length).filter(|&at| rest.1[at]);
        prop_assert!(found.ones().eq(ones.clone()));
        prop_assert_eq!(found.count_ones(), ones.count());
        prop_assert!(!found.get(length) && !found.get(usize::MAX));
        prop_assert_eq!(&index.contains_batch(&rest.0[..length]), &found);
        // The next batches are of other numbers, as long as there are any.
        if rest.0.len() > asked.len() / 2 {
            let used = length.min(asked.len() / 64);
            rest = (&rest.0[used..], &rest.1[used..]);
        }
    }
    Ok(())
}

fn check_small(model: &BTreeSet<u64>) -> Result<(), TestCaseError> {
    let set = set(model.iter().copied());
    let index = Index::from_set(&set);
    prop_assert_eq!(index.len(), model.len() as u64);
    prop_assert_eq!(index.is_empty(), model.is_empty());
    let numbers: Vec<u64> = model.iter().copied().collect();
    check(&index, &questions(&numbers, 5_000), |number| model.contains(&number))?;
    prop_assert!(index.to_set() == set);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]
    #[test]
    fn for_any_mixture_of_numbers(model in any_numbers()) {
        check_small(&model)?;
    }
}

#[test]
fn for_each_kind_of_numbers_at_each_size() -> Result<(), TestCaseError> {
    for kind in Kind::ALL {
        for count in [0, 1, 2, 3, 4, 5, 8, 9, 31, 32, 33, 63, 64, 65, 1_000, 4_500, 20_000] {
            check_small(&kind.numbers(count, count as u64))?;
        }
    }
    Ok(())
}

/// Blocks of consecutive numbers at random places below a number.
fn blocks(count: u64, length: u64, below: u64) -> NumberSet {
    let mut random = Random(count);
    let mut set = NumberSet::new();
    for _ in 0..count {
        let first = PhoneNumber::MIN.get() + random.below(below);
        let [first, last] = [first, first + length - 1].map(|n| PhoneNumber::new(n).unwrap());
        set.insert_range(first..=last);
    }
    set
}

#[test]
fn for_large_sets_whatever_the_form_of_their_segments() -> Result<(), TestCaseError> {
    let spread = |count, first: u64, below| {
        let mut random = Random(count);
        let numbers = (0..count).map(|_| first + random.below(below));
        numbers.map(|number| PhoneNumber::new(number).unwrap()).collect()
    };
    let (mut sizes, mut packings, mut shifted) = ([false; 7], [false; 6], [false; 2]);
    for set in [
        blocks(400, 10_000, 3 << 30),
        blocks(20, 40_000, 14_000_000_000),
        blocks(1, 400_000, 14_000_000_000),
        blocks(50, 1_000, 3 << 30),
        spread(20_000, PhoneNumber::MIN.get(), 4_000_000_000),
        spread(400_000, 12_002_000_000, 7_990_000_000),
    ] {
        let index = Index::from_set(&set);
        let numbers: Vec<u64> = set.iter().map(PhoneNumber::get).collect();
        prop_assert_eq!(index.len(), numbers.len() as u64);
        let sample: Vec<u64> =
            numbers.iter().copied().step_by(numbers.len() / 40_000 + 1).collect();
        let is_in = |number| numbers.binary_search(&number).is_ok();
        check(&index, &questions(&sample, 5_000), is_in)?;
        prop_assert_eq!(index.contains_batch(&numbers).count_ones(), numbers.len());
        prop_assert!(index.to_set() == set);

        let bytes = IndexBytes::of(&index);
        sizes[bytes.size_bits() as usize - 16] = true;
        shifted[usize::from(bytes.shifts() > 0)] = true;
        (0..bytes.segments()).for_each(|entry| packings[bytes.packing(entry) as usize] = true);
    }
    // Otherwise the sets above no longer try what they were chosen to try. The tests of the module
    // try every size.
    let sizes = sizes.into_iter().filter(|&size| size).count();
    prop_assert!(sizes >= 4, "segments of {} sizes", sizes);
    prop_assert_eq!(packings, [true, true, true, false, true, true], "all but bytes");
    prop_assert_eq!(shifted, [true, true], "with and without a table of tables");
    Ok(())
}

#[test]
fn made_of_sorted_numbers_it_is_the_same_and_of_unsorted_ones_it_is_refused() {
    let numbers =
        [7_000_000, 14_692_576_000, 999_999_999_999_999].map(|n| PhoneNumber::new(n).unwrap());
    let index = Index::from_sorted(numbers).unwrap();
    assert_eq!(index.len(), 3);
    assert!(numbers.iter().all(|&number| index.contains(number)));
    for unsorted in [[numbers[1], numbers[0]], [numbers[0], numbers[0]]] {
        let refused = Index::from_sorted(unsorted).unwrap_err().to_string();
        assert!(refused.starts_with("number 1 is not greater than the one before it"), "{refused}");
    }
}

#[test]
fn from_many_threads_at_once_it_answers_the_same() {
    let numbers: Vec<u64> = Kind::Us.numbers(20_000, 1).into_iter().collect();
    let index = Index::from_set(&set(numbers.iter().copied()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let index = index.clone();
            let numbers = &numbers;
            scope.spawn(move || {
                assert_eq!(index.contains_batch(numbers).count_ones(), numbers.len());
            });
        }
    });
}
