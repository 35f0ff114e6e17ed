//! Just before sending, a batch loses exactly the rows whose number was blocked meanwhile.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::Int64Type;
use proptest::prelude::*;
use stoplist::{
    BlockRequest, GateSpec, Gates, ListChange, NumberSet, Parser, PhoneNumber, Reason, Store,
    StoreOptions, Target, Traffic,
};
use stoplist_arrow::{Filter, FilterOptions, Filtered, Lists, OnBlocked, Report};

const FIRST: u64 = 16_502_530_000;

fn number(at: usize) -> PhoneNumber {
    PhoneNumber::new(FIRST + at as u64).unwrap()
}

/// Recipients as texts and, in a second column, as integers.
fn recipients(count: usize) -> RecordBatch {
    let numbers: Vec<i64> = (0..count).map(|at| number(at).get() as i64).collect();
    let phones = StringArray::from_iter_values(numbers.iter().map(|number| format!("+{number}")));
    let numbers = Int64Array::from(numbers);
    RecordBatch::try_from_iter([
        ("phone", Arc::new(phones) as ArrayRef),
        ("num", Arc::new(numbers) as ArrayRef),
    ])
    .unwrap()
}

/// The places of the recipients that are in a batch.
fn places(batch: &RecordBatch) -> Vec<usize> {
    let numbers = batch.column_by_name("num").unwrap().as_primitive::<Int64Type>();
    numbers.values().iter().map(|&number| (number as u64 - FIRST) as usize).collect()
}

fn gates() -> Gates {
    let gates = Gates::new();
    gates.put_list(1, "optout", Traffic::BROADCAST, &NumberSet::new()).unwrap();
    gates
}

fn filter(gates: &Gates) -> Filter {
    let gates = gates.open(&GateSpec::all(Traffic::BROADCAST)).unwrap();
    let options = FilterOptions::new(Parser::international()).column("phone");
    Filter::new(Lists::of_gates(gates), options)
}

fn change(gates: &Gates, generation: u64, added: &[PhoneNumber], removed: &[PhoneNumber]) {
    gates.apply(generation, &[ListChange { list: "optout", added, removed }]).unwrap();
}

#[test]
fn the_rows_that_were_blocked_since_come_with_the_reason() {
    let gates = gates();
    let filter = filter(&gates);
    change(&gates, 2, &[number(1)], &[]);
    let filtered = filter.apply(&recipients(1_000)).unwrap();
    assert_eq!((filtered.report.generation, filtered.kept.num_rows()), (Some(2), 999));
    change(&gates, 3, &[number(7), number(700)], &[number(1)]);
    let checked = filter.recheck(&filtered.kept, &filtered.report).unwrap();
    assert_eq!(checked.generation, Some(3));
    assert_eq!(places(&checked.blocked), [7, 700]);
    let mut expected = places(&filtered.kept);
    expected.retain(|place| ![7, 700].contains(place));
    assert_eq!(places(&checked.kept), expected);
    let lists = checked.blocked.column_by_name("stoplist_list").unwrap().as_string::<i32>();
    assert_eq!(lists.iter().collect::<Vec<_>>(), [Some("optout"); 2]);
}

#[test]
fn a_batch_is_not_touched_when_nobody_was_blocked_since() {
    let gates = gates();
    let filter = filter(&gates);
    change(&gates, 2, &[number(1)], &[]);
    let filtered = filter.apply(&recipients(1_000)).unwrap();
    let kept = filtered.kept;
    change(&gates, 3, &[], &[number(1)]);
    gates.update(4, &[]).unwrap();
    let checked = filter.recheck(&kept, &filtered.report).unwrap();
    assert_eq!((checked.generation, checked.blocked.num_rows()), (Some(4), 0));
    for (column, before) in checked.kept.columns().iter().zip(kept.columns()) {
        assert!(Arc::ptr_eq(column, before));
    }
    // Lists that do not change block nobody later.
    let blocked = NumberSet::from([number(1)]);
    let fixed = Lists::of_sets([("optout", &blocked)]).unwrap();
    let fixed = Filter::new(fixed, FilterOptions::new(Parser::international()).column("phone"));
    let filtered = fixed.apply(&recipients(10)).unwrap();
    let checked = fixed.recheck(&filtered.kept, &filtered.report).unwrap();
    assert_eq!(checked.kept, filtered.kept);
}

#[test]
fn a_report_of_other_lists_is_not_believed() {
    let (gates, others) = (gates(), self::gates());
    let (filter, other) = (filter(&gates), self::filter(&others));
    let batch = recipients(1_000);
    let filtered = other.apply(&batch).unwrap();
    change(&gates, 2, &[number(1)], &[]);
    change(&others, 2, &[number(2)], &[]);
    // Both have come to the same generation, by changes that are not the same.
    let later = other.apply(&batch).unwrap();
    for report in [&filtered.report, &later.report, &Report::default()] {
        let checked = filter.recheck(&batch, report).unwrap();
        assert_eq!(places(&checked.blocked), [1]);
    }
    // A clone has the same lists.
    let report = filter.apply(&batch).unwrap().report;
    assert_eq!(filter.clone().recheck(&batch, &report).unwrap().blocked.num_rows(), 0);
}

#[test]
fn a_column_that_cannot_be_told_is_an_error_before_somebody_is_blocked() {
    let gates = gates();
    let filter = filter(&gates);
    let report = filter.apply(&recipients(10)).unwrap().report;
    let renamed = recipients(10).project(&[1]).unwrap();
    assert_eq!(filter.recheck(&renamed, &report).unwrap_err().code(), "no_such_column");
}

#[test]
fn a_cell_that_was_blocked_since_is_emptied_where_cells_are() {
    let gates = gates();
    let handle = gates.open(&GateSpec::all(Traffic::BROADCAST)).unwrap();
    let options = FilterOptions::new(Parser::international()).column("phone").column("num");
    let filter = Filter::new(Lists::of_gates(handle), options.on_blocked(OnBlocked::EmptyCell));
    let phones = StringArray::from(vec![format!("+{FIRST}"), format!("+{}", FIRST + 1)]);
    let numbers = Int64Array::from(vec![FIRST as i64 + 2, FIRST as i64 + 3]);
    let batch = RecordBatch::try_from_iter([
        ("phone", Arc::new(phones) as ArrayRef),
        ("num", Arc::new(numbers) as ArrayRef),
    ]);
    let filtered = filter.apply(&batch.unwrap()).unwrap();
    change(&gates, 2, &[number(0), number(1), number(3)], &[]);
    let checked = filter.recheck(&filtered.kept, &filtered.report).unwrap();
    assert_eq!((checked.kept.num_rows(), checked.blocked.num_rows()), (1, 1));
    assert!(checked.kept.column(0).is_null(0));
    assert_eq!(places(&checked.kept), [2]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever came between, however long ago: what is kept is what is not blocked now.
    #[test]
    fn what_is_kept_is_what_is_not_blocked_now(
        changes in prop::collection::vec((0..500_usize, any::<bool>(), 0..40_usize), 1..60),
        since in any::<prop::sample::Index>(),
        rows in prop_oneof![Just(1_usize), Just(9), 10..500_usize, Just(40_000)],
        fold in any::<bool>(),
    ) {
        let gates = gates();
        let filter = filter(&gates);
        let batch = recipients(rows);
        let first = filter.apply(&batch).unwrap();
        let mut filtered = vec![(first.report, first.kept)];
        let mut blocked = BTreeSet::new();
        for (at, &(place, adds, more)) in changes.iter().enumerate() {
            let places: Vec<usize> = (place..=place + more).collect();
            let numbers: Vec<PhoneNumber> = places.iter().map(|&at| number(at)).collect();
            let generation = 2 + at as u64;
            if adds {
                change(&gates, generation, &numbers, &[]);
                blocked.extend(places);
            } else {
                change(&gates, generation, &[], &numbers);
                places.iter().for_each(|place| { blocked.remove(place); });
            }
            if fold && at == changes.len() / 2 {
                gates.fold();
            }
            let Filtered { kept, report, .. } = filter.apply(&batch).unwrap();
            prop_assert!(places_are(&kept, rows, &blocked));
            filtered.push((report, kept));
        }
        let (since, kept) = since.get(&filtered);
        let mut expected = places(kept);
        expected.retain(|place| !blocked.contains(place));
        let checked = filter.recheck(kept, since).unwrap();
        prop_assert_eq!(places(&checked.kept), expected);
        prop_assert_eq!(checked.kept.num_rows() + checked.blocked.num_rows(), kept.num_rows());
    }
}

fn places_are(kept: &RecordBatch, rows: usize, blocked: &BTreeSet<usize>) -> bool {
    places(kept).into_iter().eq((0..rows).filter(|place| !blocked.contains(place)))
}

/// Senders filter a broadcast, wait, look again and send, while others block: nobody is sent to
/// whose block call had returned before the second look.
fn nobody_blocked_is_sent_to(
    recipients: usize,
    filter: &Filter,
    block: impl Fn(usize) + Sync,
    seconds: f64,
) {
    let batch = self::recipients(recipients);
    let is_blocked: Vec<AtomicBool> = (0..recipients).map(|_| AtomicBool::new(false)).collect();
    let (is_over, late) = (AtomicBool::new(false), AtomicU64::new(0));
    let deadline = Instant::now() + Duration::from_secs_f64(seconds);
    let sender = |pieces: usize| {
        while !is_over.load(Ordering::Relaxed) {
            let filtered = filter.apply(&batch).unwrap();
            let rows = filtered.kept.num_rows();
            for piece in 0..pieces {
                let (start, end) = (rows * piece / pieces, rows * (piece + 1) / pieces);
                let part = filtered.kept.slice(start, end - start);
                let before = |place: &usize| is_blocked[*place].load(Ordering::Acquire);
                let returned: Vec<usize> = places(&part).into_iter().filter(before).collect();
                let checked = filter.recheck(&part, &filtered.report).unwrap();
                let sent: BTreeSet<usize> = places(&checked.kept).into_iter().collect();
                for place in &returned {
                    assert!(!sent.contains(place), "{} was sent to", number(*place));
                }
                late.fetch_add(returned.len() as u64, Ordering::Relaxed);
            }
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| sender(1));
        scope.spawn(|| sender(20));
        scope.spawn(|| sender(200));
        // Every so many, so that the last are blocked when time is nearly over.
        for (done, place) in (0..recipients).map(|at| at * 7_919 % recipients).enumerate() {
            if Instant::now() > deadline {
                assert!(done > 10);
                break;
            }
            block(place);
            is_blocked[place].store(true, Ordering::Release);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    // Else nothing was put to the test.
    assert!(late.into_inner() > 0);
}

#[test]
fn nobody_is_sent_to_who_was_blocked_in_the_gates_before_the_second_look() {
    let gates = gates();
    let filter = filter(&gates);
    let generation = AtomicU64::new(2);
    let block = |place| {
        let generation = generation.fetch_add(1, Ordering::Relaxed);
        change(&gates, generation, &[number(place)], &[]);
        if generation.is_multiple_of(1_000) {
            gates.fold();
        }
        thread::sleep(Duration::from_micros(20));
    };
    nobody_blocked_is_sent_to(20_000, &filter, block, 2.0);
}

#[test]
fn nobody_is_sent_to_who_was_blocked_in_a_store_before_the_second_look() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::create(directory.path().join("s"), "ada", StoreOptions::default()).unwrap();
    let lists = Lists::of_store(&store, &[], Traffic::BROADCAST).unwrap();
    let filter = Filter::new(lists, FilterOptions::new(Parser::international()).column("phone"));
    let block = |place| {
        let request = BlockRequest::new(Reason::OptOut);
        store.acting_as("ada").block(&[Target::Number(number(place))], &request).unwrap();
    };
    nobody_blocked_is_sent_to(5_000, &filter, block, 2.0);
}
