//! The rows that are copied, of every type, are those that Arrow's own filter gives.

use std::num::NonZeroUsize;

use arrow::array::*;
use arrow::compute;
use proptest::prelude::*;
use stoplist::Parser;
use stoplist_arrow::{Filter, FilterOptions, Filtered, Lists};

use crate::oracle::same;
use crate::tables::{scattered, table};

fn filter(threads: usize) -> Filter {
    let options = FilterOptions::new(Parser::international()).column("phone").excluded(true);
    Filter::new(Lists::of_sets([]).unwrap(), options.threads(NonZeroUsize::new(threads)))
}

fn check(batch: &RecordBatch, filtered: &Filtered, keep: &[bool]) -> Result<(), TestCaseError> {
    let keep = BooleanArray::from(keep.to_vec());
    let out = compute::not(&keep).unwrap();
    for (rows, wanted) in [(&filtered.kept, keep), (filtered.excluded.as_ref().unwrap(), out)] {
        for (index, column) in batch.columns().iter().enumerate() {
            same(rows.column(index), &selected(column, &wanted), column)?;
        }
    }
    Ok(())
}

/// Arrow's filter divides by the size of the values.
fn selected(column: &ArrayRef, wanted: &BooleanArray) -> ArrayRef {
    match column.data_type() {
        arrow::datatypes::DataType::FixedSizeBinary(0) => {
            let nulls = column.nulls().map(|nulls| {
                let valid = BooleanArray::new(nulls.inner().clone(), None);
                compute::filter(&valid, wanted).unwrap().as_boolean().values().clone().into()
            });
            let data = ArrayData::builder(column.data_type().clone())
                .len(wanted.true_count())
                .add_buffer(arrow::buffer::Buffer::default());
            make_array(data.nulls(nulls).build().unwrap())
        }
        _ => compute::filter(column, wanted).unwrap(),
    }
}

/// Which rows are kept.
#[derive(Clone, Debug)]
enum Pattern {
    All,
    None,
    EverySecond,
    /// One in so many is left out.
    Most(u64),
    /// One in so many is kept.
    Few(u64),
    /// Runs of up to so many.
    Runs(u64),
    First,
    Last,
}

fn pattern() -> impl Strategy<Value = Pattern> {
    prop_oneof![
        Just(Pattern::All),
        Just(Pattern::None),
        Just(Pattern::EverySecond),
        (2..100_u64).prop_map(Pattern::Most),
        (2..100_u64).prop_map(Pattern::Few),
        prop::sample::select(vec![3_u64, 70, 300, 20_000]).prop_map(Pattern::Runs),
        Just(Pattern::First),
        Just(Pattern::Last),
    ]
}

impl Pattern {
    fn rows(&self, rows: usize, seed: u64) -> Vec<bool> {
        let draws = scattered(seed ^ 0xFEED);
        let single = |at: usize| (0..rows).map(|row| row == at).collect();
        match *self {
            Self::All => vec![true; rows],
            Self::None => vec![false; rows],
            Self::EverySecond => (0..rows).map(|row| row % 2 == (seed % 2) as usize).collect(),
            Self::Most(n) => draws.map(|draw| draw % n > 0).take(rows).collect(),
            Self::Few(n) => draws.map(|draw| draw % n == 0).take(rows).collect(),
            Self::Runs(longest) => {
                let mut is_kept = seed.is_multiple_of(2);
                let runs = draws.flat_map(|draw| {
                    is_kept = !is_kept;
                    std::iter::repeat_n(is_kept, 1 + (draw % longest) as usize)
                });
                runs.take(rows).collect()
            }
            Self::First => single(0),
            Self::Last => single(rows.saturating_sub(1)),
        }
    }
}

fn one_case(
    rows: usize,
    pattern: &Pattern,
    seed: u64,
    with_nulls: bool,
) -> (RecordBatch, Vec<bool>) {
    let keep = pattern.rows(rows, seed);
    (table(&keep, seed, with_nulls), keep)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn of_small_batches(
        rows in prop_oneof![0..200_usize, prop::sample::select(vec![0, 1, 63, 64, 65, 128])],
        (pattern, seed, with_nulls) in (pattern(), any::<u32>(), any::<bool>()),
        threads in 1..3_usize,
    ) {
        let (batch, keep) = one_case(rows, &pattern, seed.into(), with_nulls);
        check(&batch, &filter(threads).apply(&batch).unwrap(), &keep)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn of_batches_about_the_size_of_a_block_and_of_pieces(
        rows in prop::sample::select(vec![2_047_usize, 2_048, 2_049, 16_383, 16_384, 16_385]),
        (pattern, seed, with_nulls) in (pattern(), any::<u32>(), any::<bool>()),
        threads in 1..3_usize,
    ) {
        let (batch, keep) = one_case(rows, &pattern, seed.into(), with_nulls);
        check(&batch, &filter(threads).apply(&batch).unwrap(), &keep)?;
    }
}

/// From a megabyte on rows go to pages that are used again, with what was in them.
#[test]
fn of_batches_that_take_turns_in_the_same_pages() {
    for threads in [1, 3] {
        let filter = filter(threads);
        let patterns =
            [Pattern::Most(10), Pattern::EverySecond, Pattern::Most(9), Pattern::Runs(70)];
        for (seed, pattern) in (7_u64..).zip(patterns) {
            let (batch, keep) = one_case(40_000, &pattern, seed, seed % 2 == 0);
            let filtered = filter.apply(&batch).unwrap();
            let bytes = filtered.kept.get_array_memory_size();
            assert!(bytes > 4 << 20, "{bytes}");
            check(&batch, &filtered, &keep).unwrap();
        }
    }
}

/// Pages are not used again as long as anybody holds a single column of what is in them.
#[test]
fn of_batches_that_are_still_held() {
    let filter = filter(2);
    let (batch, keep) = one_case(40_000, &Pattern::Most(10), 1, true);
    let mut held = Vec::new();
    for index in 0..4 {
        let filtered = filter.apply(&batch).unwrap();
        // Sliced: it still shares the pages.
        held.push(filtered.kept.column(index).slice(1_000, 20_000));
    }
    for seed in 2..5 {
        let (other, other_keep) = one_case(40_000, &Pattern::Most(10), seed, false);
        check(&other, &filter.apply(&other).unwrap(), &other_keep).unwrap();
    }
    drop(filter);
    let keep = BooleanArray::from(keep);
    for (held, column) in held.iter().zip(batch.columns()) {
        let expected = selected(column, &keep).slice(1_000, 20_000);
        assert!(held.to_data() == expected.to_data(), "{}", held.data_type());
    }
}
