//! Are the scattered numbers, and no others, found again?

use std::collections::BTreeSet;

use super::*;

fn check(scattered: &Scattered, numbers: &BTreeSet<u64>) {
    let lanes = Lanes::detect();
    for &number in numbers {
        assert!(scattered.contains(lanes, number), "{number}");
        for near in (0..64).map(|bit| number ^ 1 << bit).chain([number.wrapping_neg()]) {
            assert_eq!(scattered.contains(lanes, near), numbers.contains(&near), "{near}");
        }
    }
    for strange in [0, 1, u64::MAX] {
        assert_eq!(scattered.contains(lanes, strange), numbers.contains(&strange), "{strange}");
    }
    let mut all: Vec<u64> = scattered.iter().collect();
    all.sort_unstable();
    assert!(all.into_iter().eq(numbers.iter().copied()));
    assert!(scattered.home(7) < scattered.lines().len());
}

fn built(numbers: &BTreeSet<u64>) -> Scattered {
    Scattered::build(&numbers.iter().copied().collect::<Vec<_>>())
}

#[test]
fn all_numbers_and_no_others_are_found() {
    for count in [0, 1, 2, 7, 8, 9, 64, 500, 5_000] {
        // Steps of powers of two and ten, near to and far from each other.
        for step in [1, 10_000, 1 << 16, 1 << 22, 1 << 32, 9_000_000_007] {
            let numbers = (0..count).map(|i| 1_000_000 + i * step).collect();
            let scattered = built(&numbers);
            check(&scattered, &numbers);
            assert!(scattered.lines().len() as u64 <= count.div_ceil(LOAD).max(1));
        }
    }
}

/// Numbers whose search starts in one of so many lines.
fn at_home_in(home: usize, lines: usize, seed: u64) -> impl Iterator<Item = u64> {
    (1_000_000..).filter(move |&number| super::home(number, lines, seed, multiplier(seed)) == home)
}

fn placed(numbers: &BTreeSet<u64>, lines: usize, seed: u64) -> Option<Scattered> {
    let placed = place(&numbers.iter().copied().collect::<Vec<_>>(), lines, seed)?;
    Some(Scattered { lines: Memory::of_chunks(vec![placed]), seed, multiplier: multiplier(seed) })
}

#[test]
fn numbers_that_are_too_many_for_their_line_lie_in_the_next_ones_round_the_end() {
    for home in [0, 17, 39] {
        for count in [7, 8, 9, 16, 100, 128] {
            let numbers: BTreeSet<u64> = at_home_in(home, 40, 3).take(count).collect();
            let scattered = placed(&numbers, 40, 3).unwrap();
            check(&scattered, &numbers);
            let after = scattered.line((home + count / 8) % 40).unwrap();
            assert!(!is_full(after), "line after line, and no further");
        }
    }
    // All lines full, and the search still ends.
    let numbers: BTreeSet<u64> = at_home_in(1, 3, 9).take(24).collect();
    check(&placed(&numbers, 3, 9).unwrap(), &numbers);
}

#[test]
fn numbers_too_far_from_home_are_not_placed_but_given_another_seed() {
    let lanes = MAX_PROBES * LANES as usize;
    let numbers: BTreeSet<u64> = at_home_in(5, 40, 1).take(lanes + 1).collect();
    assert!(placed(&numbers, 40, 1).is_none());
    let lines = numbers.len().div_ceil(LOAD as usize);
    let numbers: BTreeSet<u64> = at_home_in(5, lines, 1).take(lanes + 1).collect();
    let scattered = built(&numbers);
    assert_ne!(scattered.seed(), 1);
    check(&scattered, &numbers);
}

#[test]
fn lines_of_any_bytes_end_a_search() {
    let lanes = Lanes::detect();
    for (lines, byte) in [(1, 0xFF), (2, 0x01), (15, 0xFF), (16, 0x80), (100, 0xFF)] {
        let lines = Memory::of_chunks(vec![vec![Line([byte; Line::BYTES]); lines]]);
        let scattered = Scattered::of(lines, u64::MAX).unwrap();
        assert!(scattered.contains(lanes, u64::from_le_bytes([byte; 8])));
        (0..1_000).for_each(|number| assert!(!scattered.contains(lanes, number)));
    }
    assert!(Scattered::of(Memory::of_chunks(Vec::new()), 1).is_none());
}

#[test]
fn numbers_against_the_first_seeds_do_not_make_it_grow() {
    const SEEDS: u64 = 60;
    let crowd = MAX_PROBES as u64 * LANES + 1;
    let mut numbers = BTreeSet::new();
    for seed in 1..=SEEDS {
        let lines = (SEEDS * crowd * (16 + seed / 4)).div_ceil(16 * LOAD) as usize;
        let fresh = at_home_in(lines / 2, lines, seed);
        let fresh: Vec<u64> = fresh.filter(|n| !numbers.contains(n)).take(crowd as usize).collect();
        numbers.extend(fresh);
    }
    let scattered = built(&numbers);
    check(&scattered, &numbers);
    let bytes = scattered.lines().bytes().len();
    assert!(
        bytes <= 24 * numbers.len(),
        "{bytes} for {}, seed {}",
        numbers.len(),
        scattered.seed()
    );
}
