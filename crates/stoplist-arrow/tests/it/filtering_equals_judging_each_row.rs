//! A filtered batch is what judging each row by itself gives.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::*;
use proptest::prelude::*;
use stoplist::{NumberSet, Parser, PhoneNumber};
use stoplist_arrow::{Filter, FilterOptions, Lists, OnBlocked, Policy, Report, Row};

use crate::model::{Column, SHAPES, any_columns, ended, keyed, parser, plain};
use crate::oracle::{Input, Oracle, id_column};
use crate::tables::scattered;

/// Up to three lists. The first two share numbers of the columns, the third has none of them.
fn lists(columns: &[Vec<Row>], count: usize, seed: u64) -> Vec<(&'static str, BTreeSet<u64>)> {
    let mut sets = [BTreeSet::new(), BTreeSet::new(), BTreeSet::from([390612345678])];
    let mut draws = scattered(seed);
    for row in columns.iter().flatten() {
        let Row::Number(number) = row else { continue };
        match draws.next().unwrap() % 8 {
            0 => _ = sets[0].insert(number.get()),
            1 => _ = sets[1].insert(number.get()),
            2 => sets.iter_mut().take(2).for_each(|set| _ = set.insert(number.get())),
            _ => {}
        }
    }
    ["zebra", "aardvark", "elsewhere"].into_iter().zip(sets).take(count).collect()
}

/// The number columns among others, the first of them at `first`, in the order that `turned` says.
fn input(columns: &[Column], parser: &Parser, first: usize, turned: bool) -> Input {
    let rows = columns[0].cells.len();
    let others: [ArrayRef; 4] = [
        id_column(rows),
        Arc::new((0..rows).map(|row| Some(format!("név {row}"))).collect::<StringArray>()),
        Arc::new(
            (0..rows).map(|row| (row % 3 > 0).then_some(row % 2 == 0)).collect::<BooleanArray>(),
        ),
        Arc::new(
            (0..rows).map(|row| ["x", "y", "z"][row % 3]).collect::<DictionaryArray<Int8Type>>(),
        ),
    ];
    let mut all: Vec<(String, ArrayRef)> =
        ["id", "name", "is_new", "tier"].map(str::to_owned).into_iter().zip(others).collect();
    for (place, column) in columns.iter().enumerate() {
        all.insert(
            (first + 2 * place).min(all.len()),
            (format!("tel_{place}"), Arc::clone(&column.array)),
        );
    }
    let fields = all.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let mut order: Vec<usize> = (0..columns.len()).collect();
    if turned {
        order.reverse();
    }
    let positions = order.iter().map(|place| schema.index_of(&format!("tel_{place}")).unwrap());
    Input {
        positions: positions.collect(),
        cells: order.iter().map(|&place| columns[place].expected(parser)).collect(),
        batch: RecordBatch::try_new(schema, all.into_iter().map(|(_, array)| array).collect())
            .unwrap(),
    }
}

fn policy() -> impl Strategy<Value = Policy> {
    prop_oneof![4 => Just(Policy::Exclude), 4 => Just(Policy::Keep), 1 => Just(Policy::Error)]
}

fn on_blocked() -> impl Strategy<Value = OnBlocked> {
    prop::sample::select(vec![OnBlocked::ExcludeRow, OnBlocked::EmptyCell])
}

/// A batch and how it is to be judged.
fn any_case() -> impl Strategy<Value = (Oracle, Input)> {
    let columns = on_blocked().prop_flat_map(|on_blocked| {
        // Single cells of runs cannot be emptied.
        let shapes = if on_blocked == OnBlocked::EmptyCell { &SHAPES[..3] } else { &SHAPES };
        (Just(on_blocked), any_columns(shapes.to_vec()))
    });
    let rules = (parser(), policy(), policy());
    let lists_and_places = (0..4_usize, any::<u64>(), 0..5_usize, any::<bool>());
    (columns, rules, lists_and_places).prop_map(|(columns, rules, places)| {
        let (on_blocked, columns) = columns;
        let (parser, on_invalid, on_null) = rules;
        let (count, seed, first, turned) = places;
        let input = input(&columns, &parser, first, turned);
        let lists = lists(&input.cells, count, seed);
        (Oracle { parser, lists, on_invalid, on_null, on_blocked }, input)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1200))]

    #[test]
    fn in_columns_of_every_type_and_shape((oracle, input) in any_case(), threads in 1..3_usize) {
        oracle.check(&input, threads)?;
    }
}

/// The generator would be of little use if it never made a row of each kind, in each mode.
#[test]
fn the_generated_batches_hold_every_kind_of_row() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut total, mut forbidden, mut wide) = (Report::default(), 0, 0);
    for _ in 0..600 {
        let (oracle, input) = any_case().new_tree(&mut runner).unwrap().current();
        match oracle.report(&input) {
            Some(report) => total += &report,
            None => forbidden += 1,
        }
        wide += usize::from(input.cells.len() > 1 && input.batch.num_rows() > 64);
    }
    assert!(forbidden > 30 && wide > 30, "{forbidden} {wide}");
    assert!(total.kept > 1_000 && total.emptied > 300 && total.null > 300, "{total:?}");
    assert!(["zebra", "aardvark"].iter().all(|&list| total.blocked_by_list[list] > 100));
    assert!(total.invalid_by_reason.len() > 5, "{total:?}");
}

/// Rows about the sizes at which words, blocks and pieces end.
const SIZES: [usize; 10] = [63, 64, 65, 2_047, 2_048, 2_049, 16_383, 16_384, 16_385, 40_000];

/// Mostly numbers, a few of them on lists, now and then something else or nothing.
fn large_column(shape: u8, rows: usize, seed: u64) -> Column {
    let text = |draw: u64| match draw % 23 {
        0 | 1 => None,
        2 => Some(b"nobody".to_vec()),
        3 => Some(b"12".to_vec()),
        _ => Some(format!("+1650253{:04}", draw % 300).into_bytes()),
    };
    let spare = 70;
    let values: Vec<_> = scattered(seed).map(text).take(rows + spare).collect();
    let leaf = DataType::Utf8;
    let (array, cells) = match shape {
        0 => (plain(&leaf, &values), values),
        1 => {
            let keys =
                scattered(seed ^ 1).map(|draw| (draw % 31 > 0).then_some((draw % 1_000) as usize));
            let keys: Vec<_> =
                keys.take(rows + spare).map(|key| key.map(|key| key % values.len())).collect();
            let cells = keys.iter().map(|key| values[(*key)?].clone()).collect();
            (keyed::<Int32Type>(&keys, plain(&leaf, &values)), cells)
        }
        _ => {
            let lengths = scattered(seed ^ 2).map(|draw| 1 + (draw % 5) as usize);
            let lengths: Vec<usize> = lengths.take(values.len()).collect();
            let ends = lengths.iter().scan(0, |end, length| {
                *end += length;
                Some(*end)
            });
            let array = ended::<Int32Type>(&ends.collect::<Vec<_>>(), &plain(&leaf, &values));
            let cells = values.into_iter().zip(lengths);
            (array, cells.flat_map(|(cell, len)| std::iter::repeat_n(cell, len)).collect())
        }
    };
    Column { leaf, array, cells }.slice((seed % spare as u64) as usize, rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn in_batches_of_many_rows(
        rows in prop::sample::select(SIZES.to_vec()),
        shapes in prop::collection::vec(0..3_u8, 1..4),
        (count, seed) in (0..4_usize, any::<u32>()),
        keep in any::<[bool; 2]>(),
        on_blocked in on_blocked(),
        threads in 1..4_usize,
    ) {
        let (parser, seed) = (Parser::international(), u64::from(seed));
        // Single cells of runs cannot be emptied.
        let kinds = if on_blocked == OnBlocked::EmptyCell { 2 } else { 3 };
        let shapes = (seed..).zip(shapes.into_iter().map(|shape| shape % kinds));
        let columns = shapes.map(|(seed, shape)| large_column(shape, rows, seed));
        let columns: Vec<Column> = columns.collect();
        let input = input(&columns, &parser, 1, seed % 2 == 0);
        let policy = |keep| if keep { Policy::Keep } else { Policy::Exclude };
        let [on_invalid, on_null] = keep.map(policy);
        // Of the 300 numbers one in six is on a list, one in thirty on two.
        let every = |nth| (0..300).step_by(nth).map(|value| 16_502_530_000 + value).collect();
        let lists = [("zebra", every(10)), ("aardvark", every(15)), ("elsewhere", BTreeSet::new())];
        let lists = lists.into_iter().take(count).collect();
        Oracle { parser, lists, on_invalid, on_null, on_blocked }.check(&input, threads)?;
    }
}

#[test]
fn single_cells_of_runs_are_not_emptied_but_refused() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["+16502530000", "x"]));
    let runs = ended::<Int16Type>(&[2, 3], &texts);
    let batch = |array: &ArrayRef| {
        let other: ArrayRef = Arc::new(StringArray::from(vec!["+4930901820"; array.len()]));
        RecordBatch::try_from_iter([("phone", Arc::clone(array)), ("fax", other)]).unwrap()
    };
    let list = NumberSet::from([PhoneNumber::new(16_502_530_000).unwrap()]);
    let options = FilterOptions::new(Parser::international());
    let options = options.column("phone").column("fax").on_blocked(OnBlocked::EmptyCell);
    let filter = Filter::new(Lists::of_sets([("list", &list)]).unwrap(), options);
    let error = filter.pass(&batch(&runs).schema()).unwrap_err();
    assert_eq!(error.code(), "column_type");
    assert!(error.to_string().contains("single cells of runs cannot be emptied"), "{error}");
    // So they are where a batch has another schema than the pass began with, and in a second look.
    let mut pass = filter.pass(&batch(&texts).schema()).unwrap();
    assert_eq!(pass.apply(&batch(&runs)).unwrap_err().code(), "column_type");
    assert_eq!(pass.mask(&batch(&runs)).unwrap_err().code(), "column_type");
    assert_eq!(
        filter.recheck(&batch(&runs), &Report::default()).unwrap_err().code(),
        "column_type"
    );
    assert_eq!(pass.report().rows, 0);
}

#[test]
fn a_mask_says_which_cells_of_the_rows_it_keeps_must_not_be_sent_to() {
    let text =
        |numbers: [Option<&str>; 4]| Arc::new(StringArray::from(numbers.to_vec())) as ArrayRef;
    let blocked = Some("+16502530000");
    let phones = text([blocked, Some("+4930901820"), blocked, Some("+4930901820")]);
    let faxes = text([Some("+4930901820"), blocked, None, Some("+4930901821")]);
    let batch = RecordBatch::try_from_iter([("phone", phones), ("fax", faxes)]).unwrap();
    let list = NumberSet::from([PhoneNumber::new(16_502_530_000).unwrap()]);
    let options = FilterOptions::new(Parser::international()).column("phone").column("fax");
    let lists = Lists::of_sets([("list", &list)]).unwrap();
    let cells = Filter::new(lists.clone(), options.clone().on_blocked(OnBlocked::EmptyCell));
    let masked = cells.mask(&batch).unwrap();
    let bits = |array: &arrow::array::BooleanArray| array.values().iter().collect::<Vec<_>>();
    assert_eq!(bits(&masked.keep), [true, true, false, true]);
    assert_eq!(
        masked.emptied.iter().map(bits).collect::<Vec<_>>(),
        [[true, false, false, false], [false, true, false, false],]
    );
    assert_eq!(masked.report.emptied, 2);
    let rows = Filter::new(lists, options).mask(&batch).unwrap();
    assert_eq!((bits(&rows.keep), rows.emptied.len()), (vec![false, false, false, true], 0));
}
