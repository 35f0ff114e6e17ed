//! However the numbers of a set lie, every answer is right and a number takes no more than 24 bytes.
//!
//! Numbers that were chosen against the way an index spreads them are tried by the tests of its
//! modules, which know that way.

use stoplist::{Index, NumberSet, PhoneNumber};

use super::index_numbers::{STRANGE, set};

/// Ascending numbers, and which numbers those are.
fn check(numbers: &[u64], is_in: impl Fn(u64) -> bool) {
    let set = set(numbers.iter().copied());
    let index = Index::from_set(&set);
    assert_eq!(index.len(), numbers.len() as u64);
    let limit = numbers.len() as u64 * 24 + (2 << 20);
    assert!(index.size_in_bytes() <= limit, "{} > {limit}", index.size_in_bytes());
    assert_eq!(index.contains_batch(numbers).count_ones(), numbers.len());
    // What lies beside members, and what a shift of an offset would take for one.
    for change in [1, 1 << 9, 1 << 12, 1 << 16, 1 << 20, 1 << 22, 1 << 24, 1 << 32_u64] {
        let step = numbers.len() / 20_000 + 1;
        let near =
            numbers.iter().step_by(step).flat_map(|number| [number ^ change, number + change]);
        let near: Vec<u64> = near.chain(STRANGE).collect();
        let found = index.contains_batch(&near);
        for (at, &number) in near.iter().enumerate() {
            assert_eq!(found.get(at), is_in(number), "{number}");
        }
    }
    assert!(index.to_set() == set);
}

fn check_steps(first: u64, step: u64, count: u64) {
    let numbers: Vec<u64> = (0..count).map(|i| first + i * step).collect();
    let last = first + (count - 1) * step;
    check(&numbers, |number| {
        (first..=last).contains(&number) && (number - first).is_multiple_of(step)
    });
}

#[test]
fn a_million_consecutive_numbers() {
    check_steps(14_692_000_000, 1, 1_000_000);
}

#[test]
fn a_million_consecutive_numbers_as_a_range() {
    let [first, last] = [14_692_000_000, 14_692_999_999].map(|n| PhoneNumber::new(n).unwrap());
    let mut range = NumberSet::new();
    range.insert_range(first..=last);
    let index = Index::from_set(&range);
    let numbers: Vec<u64> = (first.get()..=last.get()).collect();
    assert_eq!(index.contains_batch(&numbers).count_ones(), numbers.len());
    assert_eq!(index.contains_batch(&[first.get() - 1, last.get() + 1]).count_ones(), 0);
    assert!(index.to_set() == range);
}

#[test]
fn every_second_number() {
    check_steps(14_692_000_000, 2, 1_000_000);
}

#[test]
fn one_number_in_each_segment() {
    for bits in [16, 20, 24] {
        check_steps(1_000_000, 1 << bits, 1_000_000);
    }
}

#[test]
fn one_number_in_each_block() {
    check_steps(1_000_000, 1 << 32, PhoneNumber::MAX.get() >> 32);
}

#[test]
fn steps_of_every_power_of_two_and_of_ten() {
    for bits in 0..34 {
        check_steps(1_000_003, 1 << bits, 30_000);
    }
    for zeros in 1..=10 {
        check_steps(1_000_000, 10_u64.pow(zeros), 30_000);
    }
}

#[test]
fn a_few_numbers_in_many_segments() {
    // As many as are just not worth a line, and one more.
    for members in [4, 5, 8, 9] {
        let numbers: Vec<u64> = (0..100_000 / members)
            .flat_map(|segment| (0..members).map(move |i| 15_000_000_000 + (segment << 20) + i * 7))
            .collect();
        check(&numbers, |number| numbers.binary_search(&number).is_ok());
    }
}

#[test]

fn all_sums_of_chosen_powers_of_two() {
    // Whatever a seed is xored into them, they are sums of the same powers and one constant.
    for powers in [0xF007_9878_3802_u64, 0xF203_887A_9800] {
        let mut numbers = vec![1 << 49];
        for power in (0..u64::BITS).map(|bit| powers & 1 << bit).filter(|&power| power != 0) {
            let before = numbers.len();
            numbers.extend_from_within(..);
            numbers[before..].iter_mut().for_each(|number| *number |= power);
        }
        check(&numbers, |number| number & !powers == 1 << 49);
    }
}

#[test]
fn the_least_and_the_greatest_numbers() {
    let [least, greatest] = [PhoneNumber::MIN, PhoneNumber::MAX].map(PhoneNumber::get);
    let ends: Vec<u64> = (least..least + 60_000).chain(greatest - 60_000..=greatest).collect();
    check(&ends, |number| ends.binary_search(&number).is_ok());
}
