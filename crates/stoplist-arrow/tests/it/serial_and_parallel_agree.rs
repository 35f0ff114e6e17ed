//! One thread or several: the same rows, the same counts, the same error.

use std::num::NonZeroUsize;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, DictionaryArray, Int32Array, Int64Array, RecordBatch, RunArray, StringArray,
};
use proptest::prelude::*;
use stoplist::{NumberSet, Parser, PhoneNumber};
use stoplist_arrow::{Filter, FilterOptions, Policy};

/// Several chunks of 16,384 rows, the last one not full.
const ROWS: usize = 3 * 16_384 + 17;

/// Rows that look arbitrary and are the same for the same seed.
fn scattered(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    })
}

fn text(draw: u64) -> Option<String> {
    match draw % 50 {
        0 => None,
        1 => Some(format!("nobody {draw}")),
        2 => Some(format!("+49 30 {}", 10_000_000 + draw % 1000)),
        _ => Some(format!("1650253{:04}", draw % 10_000)),
    }
}

fn column(shape: u8, seed: u64) -> ArrayRef {
    let texts = scattered(seed).map(text);
    match shape {
        0 => Arc::new(texts.take(ROWS).collect::<StringArray>()),
        1 => {
            // More values than a chunk has rows, more rows than values.
            let values: StringArray = texts.take(20_000).collect();
            let keys = scattered(seed ^ 1).map(|draw| (draw % 20_000) as i32);
            let keys: Int32Array =
                keys.map(|key| (key % 97 > 0).then_some(key)).take(ROWS).collect();
            Arc::new(DictionaryArray::new(keys, Arc::new(values)))
        }
        _ => {
            let values: StringArray = texts.take(ROWS).collect();
            let mut end = 0;
            let ends = scattered(seed ^ 2).take(ROWS).map(|draw| {
                end += 1 + (draw % 3) as i32;
                end
            });
            let ends = Int32Array::from_iter_values(ends);
            Arc::new(RunArray::try_new(&ends, &values).unwrap().slice(5, ROWS))
        }
    }
}

fn filter(threads: usize, on_null: Policy, seed: u64) -> Filter {
    let draw = |seed| {
        let numbers = scattered(seed).take(3000).map(|draw| 16_502_530_000 + draw % 10_000);
        numbers.map(|value| PhoneNumber::new(value).unwrap()).collect::<NumberSet>()
    };
    let options = FilterOptions::new(Parser::international())
        .list("first", Arc::new(draw(seed)))
        .list("second", Arc::new(draw(seed + 1)))
        .on_null(on_null)
        .excluded(true)
        .threads(NonZeroUsize::new(threads));
    Filter::new(options).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn same_batches(shape in 0..3_u8, seed in any::<u32>(), start in 0..40_usize) {
        let seed = u64::from(seed);
        let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..ROWS as i64));
        let batch = RecordBatch::try_from_iter([("id", ids), ("phone", column(shape, seed))]);
        let batch = batch.unwrap().slice(start, ROWS - start);
        let serial = filter(1, Policy::Exclude, seed).apply(&batch, 1, 0).unwrap();
        let parallel = filter(3, Policy::Exclude, seed).apply(&batch, 1, 0).unwrap();
        prop_assert!(serial.report.blocked_by_list.values().all(|&count| count > 100));
        prop_assert!(serial.report.null > 10 && serial.report.invalid > 100);
        prop_assert_eq!(&serial.report, &parallel.report);
        prop_assert!(serial.kept.num_rows() > 1000 && serial.kept == parallel.kept);
        prop_assert!(serial.excluded == parallel.excluded);
    }
}

#[test]
fn same_error_for_the_first_forbidden_row() {
    let forbidden = [40_000, 20_000, 49_000];
    let texts = (0..ROWS).map(|row| (!forbidden.contains(&row)).then_some("+16502530000"));
    let phones: ArrayRef = Arc::new(texts.collect::<StringArray>());
    let batch = RecordBatch::try_from_iter_with_nullable([("phone", phones, true)]).unwrap();
    for threads in [1, 2, 5] {
        let error = filter(threads, Policy::Error, 1).apply(&batch, 0, 1000).unwrap_err();
        assert!(error.to_string().starts_with("row 21001 of column phone is null"), "{error}");
    }
}

#[test]
fn many_callers_share_one_filter() {
    let filter = filter(2, Policy::Exclude, 9);
    let batch = RecordBatch::try_from_iter([("phone", column(0, 9))]).unwrap();
    let alone = filter.apply(&batch, 0, 0).unwrap();
    std::thread::scope(|scope| {
        let callers: Vec<_> =
            (0..4).map(|_| scope.spawn(|| filter.apply(&batch, 0, 0).unwrap())).collect();
        for caller in callers {
            let shared = caller.join().unwrap();
            assert_eq!(shared.report, alone.report);
            assert!(shared.kept == alone.kept && shared.excluded == alone.excluded);
        }
    });
}
