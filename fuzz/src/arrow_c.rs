//! Does the C ABI withstand Arrow structures that are not as they should be?
//!
//! The first byte chooses a door modulo 3 (a batch, a batch once more, a stream) and whether a stream
//! gives its batch twice, the second one of [`JUDGINGS`]. Then comes a batch: see [`columns`]. What is
//! left are changes of its C structures, each a byte and what that takes: see [`Change`].
//!
//! Whatever is changed: a status, with outputs on success only; every release callback once; and of
//! what is taken, as many rows come out as went in, sound by a full check. Without changes what comes
//! out is what the same filter in Rust makes of the batch.
//!
//! Left out is what nobody can notice. Every pointer is NULL, or leads to what its structure says that
//! is there, to the byte (see [`settle`]); texts end with NUL. So lengths, counts and the offsets and
//! lengths that sizes depend on are small, or more than the library takes for possible. No structure is
//! its own child, none nests deeper than the columns do, and only the batch as a whole is aligned for
//! certain.

mod change;
mod columns;
mod doors;
mod heap;
mod plan;
mod settle;
mod structure;

use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};

use arrow::array::RecordBatch;
use stoplist::{Gate, Index, NumberSet, Parser, PhoneNumber};
use stoplist_arrow::{FilterOptions, Lists, OnBlocked, Policy};

pub(crate) use self::change::Change;
use self::columns::NUMBERS;
use self::doors::{Divided, Filter, Judging};
use self::heap::{Heap, Manners};
use crate::input::Input;
use crate::scratch::Scratch;

const LIST: &str = "optout";
/// What a second byte chooses from, modulo the length.
const JUDGINGS: [Judging; 5] = [
    Judging { columns: &[], on_invalid: 0, on_null: 0, on_blocked: 0 },
    Judging { columns: &[], on_invalid: 1, on_null: 1, on_blocked: 0 },
    Judging { columns: &["x"], on_invalid: 0, on_null: 0, on_blocked: 1 },
    Judging { columns: &["phone", "x"], on_invalid: 0, on_null: 1, on_blocked: 1 },
    Judging { columns: &["phone"], on_invalid: 2, on_null: 0, on_blocked: 0 },
];

/// The same filter on both sides.
struct Pair {
    c: Filter,
    rust: stoplist_arrow::Filter,
}

static FILTERS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    let numbers = [NUMBERS[0], NUMBERS[2]];
    let set: NumberSet =
        numbers.into_iter().filter_map(|number| PhoneNumber::new(number).ok()).collect();
    let scratch = Scratch::new();
    let path = scratch.path().join("index");
    let written =
        std::fs::File::create(&path).and_then(|file| Index::from_set(&set).write_to(file));
    assert!(written.is_ok(), "{written:?}");
    let pair = |judging: Judging| {
        let index = Index::open(&path).ok()?;
        let lists = Lists::of_gate(Arc::new(Gate::of_index(LIST, index, 0)));
        let rust = stoplist_arrow::Filter::new(lists, options(judging));
        Some(Pair { c: Filter::new(&path, LIST, judging), rust })
    };
    JUDGINGS.into_iter().filter_map(pair).collect()
});

/// The options of the filter in Rust.
fn options(judging: Judging) -> FilterOptions {
    let policy =
        |number| [Policy::Exclude, Policy::Keep, Policy::Error].into_iter().nth(number as usize);
    let on_blocked = [OnBlocked::ExcludeRow, OnBlocked::EmptyCell];
    let mut options = FilterOptions::new(Parser::international())
        .threads(NonZeroUsize::new(1))
        .excluded(true)
        .on_invalid(policy(judging.on_invalid).unwrap_or(Policy::Exclude))
        .on_null(policy(judging.on_null).unwrap_or(Policy::Exclude));
    if let Some(on_blocked) = on_blocked.into_iter().nth(judging.on_blocked as usize) {
        options = options.on_blocked(on_blocked);
    }
    judging.columns.iter().fold(options, |options, &column| options.column(column))
}

/// Hands a batch to the C ABI.
///
/// # Panics
///
/// When a structure is not released once, rows are lost, an output is unsound or written with an error,
/// or an error is none that there may be.
pub fn arrow_c(data: &[u8]) {
    let mut input = Input(data);
    let (Some(door), Some(judging)) = (input.u8(), input.u8()) else { return };
    let Some(pair) = FILTERS.get(usize::from(judging) % JUDGINGS.len()) else { return };
    let Some(given) = columns::read(&mut input) else { return };
    let (mut schema, mut values) = (given.schema, given.values);
    let mut manners = Manners::default();
    let is_changed = change::apply(&mut input, &mut schema, &mut values, &mut manners);
    settle::settle(&mut schema, &mut values);

    let mut heap = Heap::default();
    let of = heap.schema(&schema);
    let outcome = match door % 3 {
        2 => {
            let count = if door & 0x40 == 0 { 1 } else { 2 };
            let arrays = (0..count).map(|_| heap.array(&values)).collect();
            let stream = heap.stream(of, arrays, manners);
            let outcome = pair.c.stream(stream);
            assert!(heap::is_stream_released(stream), "the stream is not taken");
            if let (Ok(all), false) = (&outcome, is_changed) {
                assert_eq!(all.len(), count, "batches");
            }
            outcome
        }
        door => {
            let array = heap.array(&values);
            let outcome = match door {
                0 => pair.c.batch(array, of),
                _ => pair.c.recheck(array, of),
            };
            let is_taken = heap::is_released(array) && heap::is_released(of);
            assert!(is_taken, "the batch is not taken");
            outcome.map(|divided| vec![divided])
        }
    };
    if let Ok(all) = &outcome {
        let rows = |[kept, others]: &Divided| kept.num_rows() + others.num_rows();
        let is_whole = all.iter().all(|divided| rows(divided) as i64 == values.length);
        assert!(is_whole, "rows are lost or made");
    }
    if !is_changed {
        expect_same(&expected(&pair.rust, &given.batch, door), outcome);
    } else {
        drop(outcome);
    }
    heap.finish();
}

/// What the filter in Rust makes of a batch.
fn expected(filter: &stoplist_arrow::Filter, batch: &RecordBatch, door: u8) -> Option<Divided> {
    if door % 3 == 1 {
        let again = filter.recheck(batch, &stoplist_arrow::Report::default()).ok()?;
        return Some([again.kept, again.blocked]);
    }
    let filtered = filter.pass(&batch.schema()).ok()?.apply(batch).ok()?;
    Some([filtered.kept, filtered.excluded?])
}

/// Each batch that came out is the one that was expected; an error is one on both sides.
fn expect_same(expected: &Option<Divided>, outcome: Result<Vec<Divided>, i32>) {
    assert_eq!(expected.is_none(), outcome.is_err(), "{:?} in C", outcome.as_ref().err());
    if let (Some(expected), Ok(all)) = (expected, outcome) {
        let is_same = all.iter().all(|divided| divided == expected);
        assert!(is_same, "{all:?} is not {expected:?}");
    }
}
