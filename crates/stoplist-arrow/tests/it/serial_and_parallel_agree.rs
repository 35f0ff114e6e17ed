//! One thread or several, of whichever pool: the same rows bit for bit, the same counts, the same
//! error.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use arrow::array::{
    Array, ArrayData, ArrayRef, DictionaryArray, Int32Array, Int64Array, RecordBatch, RunArray,
    StringArray,
};
use proptest::prelude::*;
use rayon::prelude::*;
use stoplist::{NumberSet, Parser, PhoneNumber};
use stoplist_arrow::{Error, Filter, FilterOptions, Filtered, Lists, OnBlocked, Policy};

use crate::tables::{scattered, table};

/// Several chunks of 16,384 rows, the last one not full.
const ROWS: usize = 3 * 16_384 + 17;

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
    let options = FilterOptions::new(Parser::international()).on_null(on_null).excluded(true);
    filter_of(options, threads, seed)
}

fn filter_of(options: FilterOptions, threads: usize, seed: u64) -> Filter {
    let draw = |seed| {
        let numbers = scattered(seed).take(3000).map(|draw| 16_502_530_000 + draw % 10_000);
        numbers.map(|value| PhoneNumber::new(value).unwrap()).collect::<NumberSet>()
    };
    let (first, second) = (draw(seed), draw(seed + 1));
    let lists = Lists::of_sets([("first", &first), ("second", &second)]).unwrap();
    Filter::new(lists, options.threads(NonZeroUsize::new(threads)))
}

/// The same lengths, nulls and bytes, all the way down.
fn same_bits(one: &ArrayData, other: &ArrayData) -> bool {
    let nulls = |data: &ArrayData| data.nulls().map(|nulls| nulls.inner().clone());
    one.data_type() == other.data_type()
        && (one.len(), one.offset()) == (other.len(), other.offset())
        && nulls(one) == nulls(other)
        && one.buffers() == other.buffers()
        && one.child_data().len() == other.child_data().len()
        && one.child_data().iter().zip(other.child_data()).all(|(one, other)| same_bits(one, other))
}

fn same_batch(one: &RecordBatch, other: &RecordBatch) -> bool {
    let mut columns = one.columns().iter().zip(other.columns());
    one.schema() == other.schema()
        && one.num_rows() == other.num_rows()
        && columns.all(|(one, other)| same_bits(&one.to_data(), &other.to_data()))
}

fn same(one: &Filtered, other: &Filtered) -> bool {
    let excluded = match (&one.excluded, &other.excluded) {
        (Some(one), Some(other)) => same_batch(one, other),
        (one, other) => one.is_none() && other.is_none(),
    };
    one.report == other.report && same_batch(&one.kept, &other.kept) && excluded
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn same_batches(shape in 0..3_u8, seed in any::<u32>(), start in 0..40_usize) {
        let seed = u64::from(seed);
        let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..ROWS as i64));
        let batch = RecordBatch::try_from_iter([("id", ids), ("phone", column(shape, seed))]);
        let batch = batch.unwrap().slice(start, ROWS - start);
        let serial = filter(1, Policy::Exclude, seed).apply(&batch).unwrap();
        let parallel = filter(3, Policy::Exclude, seed).apply(&batch).unwrap();
        prop_assert!(serial.report.blocked_by_list.values().all(|&count| count > 100));
        prop_assert!(serial.report.null > 10 && serial.report.invalid > 100);
        prop_assert_eq!(&serial.report, &parallel.report);
        prop_assert!(serial.kept.num_rows() > 1000 && serial.kept == parallel.kept);
        prop_assert!(serial.excluded == parallel.excluded);
        prop_assert!(same(&serial, &parallel));
        let [one, many] =
            [1, 3].map(|threads| filter(threads, Policy::Exclude, seed).mask(&batch).unwrap());
        prop_assert_eq!(one.keep.true_count(), serial.kept.num_rows());
        prop_assert!(one.keep == many.keep && one.report == many.report);
        prop_assert_eq!(one.report, serial.report);
    }
}

#[test]
fn same_bits_of_columns_of_every_type() {
    let keep: Vec<bool> = scattered(3).map(|draw| draw % 9 > 0).take(ROWS).collect();
    let batch = table(&keep, 11, true);
    let results = [1, 2, 5].map(|threads| {
        let options = FilterOptions::new(Parser::international()).column("phone").excluded(true);
        filter_of(options, threads, 4).apply(&batch).unwrap()
    });
    assert!(results[0].kept.num_rows() > 1_000);
    assert!(same(&results[0], &results[1]) && same(&results[0], &results[2]));
}

#[test]
fn same_cells_emptied() {
    let columns = [("mobile", column(0, 1)), ("landline", column(1, 2)), ("fax", column(0, 3))];
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.map(|(name, column)| (name, column, true)),
    );
    let batch = batch.unwrap().slice(7, ROWS - 7);
    let results = [1, 4].map(|threads| {
        let options = FilterOptions::new(Parser::international()).excluded(true);
        let options = options.column("mobile").column("landline").column_at(2);
        let options = options.on_blocked(OnBlocked::EmptyCell);
        filter_of(options, threads, 5).apply(&batch).unwrap()
    });
    assert!(results[0].report.emptied > 1_000);
    assert!(same(&results[0], &results[1]));
}

#[test]
fn same_error_for_the_first_forbidden_row() {
    let forbidden = [40_000, 20_000, 49_000];
    let texts = (0..ROWS).map(|row| (!forbidden.contains(&row)).then_some("+16502530000"));
    let phones: ArrayRef = Arc::new(texts.collect::<StringArray>());
    let batch = RecordBatch::try_from_iter_with_nullable([("phone", phones, true)]).unwrap();
    for threads in [1, 2, 5] {
        let filter = filter(threads, Policy::Error, 1);
        let mut pass = filter.pass(&batch.schema()).unwrap();
        pass.apply(&batch.slice(0, 1000)).unwrap();
        let error = pass.apply(&batch).unwrap_err();
        assert!(error.to_string().starts_with("row 21001 of column phone is null"), "{error}");
    }
}

/// Fails when the work is not done within a minute: whoever waits for ever fails no test.
fn within_a_minute(work: impl FnOnce() + Send + 'static) {
    let (done, waiting) = mpsc::channel();
    let worker = thread::spawn(move || {
        work();
        done.send(()).unwrap();
    });
    if let Err(mpsc::RecvTimeoutError::Timeout) = waiting.recv_timeout(Duration::from_secs(60)) {
        panic!("it still waits after a minute");
    }
    worker.join().unwrap();
}

#[test]
fn many_callers_share_one_filter() {
    within_a_minute(|| {
        let filter = filter(2, Policy::Exclude, 9);
        let batches: Vec<RecordBatch> = (0..8_u8)
            .map(|seed| {
                RecordBatch::try_from_iter([("phone", column(seed % 3, seed.into()))]).unwrap()
            })
            .collect();
        let alone: Vec<_> = batches.iter().map(|batch| filter.apply(batch).unwrap()).collect();
        let call = |index: usize| filter.apply(&batches[index % 8]).unwrap();
        let call = &call;
        thread::scope(|scope| {
            let callers = (0..32).map(|index| scope.spawn(move || call(index)));
            for (index, caller) in callers.collect::<Vec<_>>().into_iter().enumerate() {
                assert!(same(&caller.join().unwrap(), &alone[index % 8]));
            }
        });
    });
}

#[test]
fn one_pass_of_each_caller_counts_its_own_rows() {
    let filter = filter(2, Policy::Exclude, 9);
    let batch = RecordBatch::try_from_iter([("phone", column(0, 9))]).unwrap();
    let begun = filter.pass(&batch.schema()).unwrap();
    let (mut one, mut other) = (begun.clone(), begun.clone());
    one.apply(&batch).unwrap();
    one.mask(&batch).unwrap();
    other.apply(&batch.slice(0, 20_000)).unwrap();
    assert_eq!((one.report().rows, other.report().rows), (2 * ROWS as u64, 20_000));
    assert_eq!(begun.report().rows, 0);
}

#[test]
fn from_threads_of_a_pool_of_the_caller() {
    within_a_minute(|| {
        let filter = filter(2, Policy::Exclude, 9);
        let batch = RecordBatch::try_from_iter([("phone", column(0, 9))]).unwrap();
        let alone = filter.apply(&batch).unwrap();
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let inside = pool.install(|| filter.apply(&batch).unwrap());
            assert!(same(&inside, &alone));
            let all: Vec<_> =
                pool.install(|| (0..12).into_par_iter().map(|_| filter.apply(&batch)).collect());
            assert!(all.iter().all(|filtered| same(filtered.as_ref().unwrap(), &alone)));
        }
    });
}

#[test]
fn while_the_caller_holds_a_lock_that_other_work_of_its_pool_wants() {
    within_a_minute(|| {
        let filter = filter(2, Policy::Exclude, 9);
        let batch = RecordBatch::try_from_iter([("phone", column(0, 9))]).unwrap();
        let alone = filter.apply(&batch).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let last = Mutex::new(None);
        // A call that took up other work of this pool would come to wait for its own lock.
        let locked = |_| {
            let mut last = last.lock().unwrap();
            *last = Some(filter.apply(&batch).unwrap());
        };
        pool.install(|| {
            (0..4).into_par_iter().for_each(|outer| {
                (0..6).into_par_iter().for_each(|inner| locked((outer, inner)));
            });
        });
        assert!(same(&last.into_inner().unwrap().unwrap(), &alone));
    });
}

#[test]
fn a_filter_goes_on_after_an_error() {
    for threads in [1, 3] {
        let filter = filter(threads, Policy::Error, 2);
        let good: ArrayRef = Arc::new(StringArray::from(vec!["+390612345678"; ROWS]));
        let good = RecordBatch::try_from_iter([("phone", good)]).unwrap();
        let bad = RecordBatch::try_from_iter([("phone", column(0, 2))]).unwrap();
        let mut pass = filter.pass(&good.schema()).unwrap();
        for _ in 0..2 {
            assert!(matches!(pass.apply(&bad), Err(Error::NullRow { .. })));
            assert_eq!(pass.apply(&good).unwrap().kept, good);
        }
        assert_eq!(pass.report().rows, 2 * ROWS as u64);
    }
}
