//! Columns of every type and shape, made together with the text of each row.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::*;
use arrow::buffer::NullBuffer;
use arrow::datatypes::*;
use proptest::prelude::*;
use proptest::sample::Index;
use stoplist::{Parser, Refusal};
use stoplist_arrow::Row;

/// What a row says, as text; `None` when it is null.
pub(crate) type Cell = Option<Vec<u8>>;

/// The size of the fixed-size binary values; texts are filled up with spaces.
const FIXED: usize = 18;

/// Every type that can hold numbers and is no dictionary nor run-end encoded.
pub(crate) const LEAVES: [DataType; 20] = [
    DataType::Null,
    DataType::Utf8,
    DataType::LargeUtf8,
    DataType::Utf8View,
    DataType::Binary,
    DataType::LargeBinary,
    DataType::BinaryView,
    DataType::FixedSizeBinary(FIXED as i32),
    DataType::Int8,
    DataType::Int16,
    DataType::Int32,
    DataType::Int64,
    DataType::UInt8,
    DataType::UInt16,
    DataType::UInt32,
    DataType::UInt64,
    DataType::Decimal32(9, 0),
    DataType::Decimal64(18, 0),
    DataType::Decimal128(38, 0),
    DataType::Decimal256(76, 0),
];

/// Types that are too small for any phone number.
pub(crate) const SMALL: [DataType; 5] =
    [DataType::Null, DataType::Int8, DataType::Int16, DataType::UInt8, DataType::UInt16];

#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Plain,
    Dictionary,
    Runs,
    RunsOfDictionary,
    DictionaryOfRuns,
}

pub(crate) const SHAPES: [Shape; 5] = [
    Shape::Plain,
    Shape::Dictionary,
    Shape::DictionaryOfRuns,
    Shape::Runs,
    Shape::RunsOfDictionary,
];

/// A column, and what each of its rows says.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) leaf: DataType,
    pub(crate) array: ArrayRef,
    pub(crate) cells: Vec<Cell>,
}

impl Column {
    pub(crate) fn slice(&self, start: usize, len: usize) -> Self {
        Self {
            leaf: self.leaf.clone(),
            array: self.array.slice(start, len),
            cells: self.cells[start..start + len].to_vec(),
        }
    }

    /// What is to be read, judged row by row from the text alone.
    pub(crate) fn expected(&self, parser: &Parser) -> Vec<Row> {
        let is_integer = self.leaf.is_numeric();
        self.cells.iter().map(|cell| expected(parser, is_integer, cell.as_deref())).collect()
    }
}

fn expected(parser: &Parser, is_integer: bool, cell: Option<&[u8]>) -> Row {
    let Some(bytes) = cell else { return Row::Null };
    let Ok(text) = std::str::from_utf8(bytes) else { return Row::Refused(Refusal::NotANumber) };
    if is_integer && text.starts_with('-') {
        return Row::Refused(Refusal::NotANumber);
    }
    if is_integer && text.parse::<u64>().is_err() {
        return Row::Refused(Refusal::TooLong);
    }
    parser.parse(text).map_or_else(Row::Refused, Row::Number)
}

pub(crate) fn parser() -> impl Strategy<Value = Parser> {
    prop::sample::select(vec![
        Parser::international(),
        Parser::with_region("DE".parse().unwrap()),
        Parser::with_region("US".parse().unwrap()),
    ])
}

/// Any column of up to some 100 rows, sliced twice.
pub(crate) fn any_column() -> impl Strategy<Value = Column> {
    any_column_of(LEAVES.to_vec(), SHAPES.to_vec(), 0..40)
}

/// 1 to 3 columns with as many rows each. Where there are several, small types are rare: two
/// columns that hold no number at all say little about rows.
pub(crate) fn any_columns(shapes: Vec<Shape>) -> impl Strategy<Value = Vec<Column>> {
    let large = LEAVES.into_iter().filter(|leaf| !SMALL.contains(leaf)).collect::<Vec<_>>();
    let sizes = prop_oneof![3 => Just(0..40_usize), 1 => Just(170..200)];
    let columns = (sizes, 1..4_usize, any::<bool>()).prop_flat_map(move |(sizes, count, all)| {
        let leaves = if all { LEAVES.to_vec() } else { large.clone() };
        prop::collection::vec(any_column_of(leaves, shapes.clone(), sizes), count)
    });
    columns.prop_map(|columns| {
        let rows = columns.iter().map(|column| column.cells.len()).min().unwrap_or_default();
        columns.iter().map(|column| column.slice(column.cells.len() - rows, rows)).collect()
    })
}

/// A column of a few up to three times as many rows as the sizes say, sliced twice.
fn any_column_of(
    leaves: Vec<DataType>,
    shapes: Vec<Shape>,
    sizes: Range<usize>,
) -> impl Strategy<Value = Column> {
    let kind =
        (prop::sample::select(leaves), prop::sample::select(shapes), 0..8_usize, any::<bool>());
    let column = kind.prop_flat_map(move |(leaf, shape, width, with_nulls)| {
        let null_weight = if with_nulls { 1 } else { 0 };
        let cell = prop_oneof![
            null_weight => Just(None),
            3 => text_of(&leaf).prop_map(Some),
        ];
        let pool = prop::collection::vec(cell, sizes.clone());
        let pick = prop_oneof![
            null_weight => Just(None),
            4 => any::<Index>().prop_map(Some),
        ];
        let picks = prop::collection::vec((pick, 1..4_usize), sizes.clone());
        (Just(leaf), Just(shape), Just(width), pool, picks)
    });
    let slices = (any::<(Index, Index)>(), any::<(Index, Index)>());
    (column, slices).prop_map(|((leaf, shape, width, pool, picks), (first, second))| {
        let column = shaped(&leaf, shape, width, pool, &picks);
        let column = sliced(&column, first);
        sliced(&column, second)
    })
}

/// Mostly most of it: a slice at both ends.
fn sliced(column: &Column, (front, back): (Index, Index)) -> Column {
    let start = front.index(column.cells.len() / 3 + 1);
    let len = column.cells.len() - start;
    let cut = back.index(len / 3 + 1);
    column.slice(start, len - cut)
}

type Pick = (Option<Index>, usize);

fn shaped(leaf: &DataType, shape: Shape, width: usize, pool: Vec<Cell>, picks: &[Pick]) -> Column {
    // A null of this type has no place to be anything else.
    let pool = match leaf {
        DataType::Null => vec![None; pool.len()],
        _ => pool,
    };
    let lengths: Vec<usize> = picks.iter().map(|(_, length)| *length).collect();
    let (array, cells) = match shape {
        Shape::Plain => (plain(leaf, &pool), pool),
        Shape::Dictionary => dictionary(width, (plain(leaf, &pool), pool), picks),
        Shape::Runs => runs(width, (plain(leaf, &pool), pool), &lengths),
        Shape::RunsOfDictionary => {
            let values = dictionary(width, (plain(leaf, &pool), pool), picks);
            runs(width, values, &lengths)
        }
        Shape::DictionaryOfRuns => {
            let values = runs(width, (plain(leaf, &pool), pool), &lengths);
            dictionary(width, values, picks)
        }
    };
    assert_eq!(array.len(), cells.len());
    Column { leaf: leaf.clone(), array, cells }
}

/// Keys of one of the eight types, null where nothing is picked or there is nothing to pick.
fn dictionary(
    width: usize,
    (values, cells): (ArrayRef, Vec<Cell>),
    picks: &[Pick],
) -> (ArrayRef, Vec<Cell>) {
    // As many as a key can name.
    let len = cells.len().min(match width {
        0 => 1 << 7,
        4 => 1 << 8,
        _ => usize::MAX,
    });
    let pick = |index: Index| (len > 0).then(|| index.index(len));
    let keys: Vec<Option<usize>> = picks.iter().map(|(index, _)| index.and_then(pick)).collect();
    let rows = keys.iter().map(|key| key.and_then(|key| cells[key].clone())).collect();
    let array = match width {
        0 => keyed::<Int8Type>(&keys, values),
        1 => keyed::<Int16Type>(&keys, values),
        2 => keyed::<Int32Type>(&keys, values),
        3 => keyed::<Int64Type>(&keys, values),
        4 => keyed::<UInt8Type>(&keys, values),
        5 => keyed::<UInt16Type>(&keys, values),
        6 => keyed::<UInt32Type>(&keys, values),
        _ => keyed::<UInt64Type>(&keys, values),
    };
    (array, rows)
}

pub(crate) fn keyed<K: ArrowDictionaryKeyType>(
    keys: &[Option<usize>],
    values: ArrayRef,
) -> ArrayRef {
    let native = |key: &Option<usize>| key.map(|key| K::Native::from_usize(key).unwrap());
    let keys: PrimitiveArray<K> = keys.iter().map(native).collect();
    Arc::new(DictionaryArray::try_new(keys, values).unwrap())
}

/// A run for each value, as far as there are lengths.
fn runs(
    width: usize,
    (values, cells): (ArrayRef, Vec<Cell>),
    lengths: &[usize],
) -> (ArrayRef, Vec<Cell>) {
    let count = cells.len().min(lengths.len());
    let ends: Vec<usize> = lengths[..count]
        .iter()
        .scan(0, |end, length| {
            *end += length;
            Some(*end)
        })
        .collect();
    let values = values.slice(0, count);
    let cells = cells.into_iter().zip(lengths);
    let rows = cells.flat_map(|(cell, &length)| std::iter::repeat_n(cell, length)).collect();
    let array = match width % 3 {
        0 => ended::<Int16Type>(&ends, &values),
        1 => ended::<Int32Type>(&ends, &values),
        _ => ended::<Int64Type>(&ends, &values),
    };
    (array, rows)
}

pub(crate) fn ended<R: RunEndIndexType>(ends: &[usize], values: &ArrayRef) -> ArrayRef {
    let ends = ends.iter().map(|&end| R::Native::from_usize(end).unwrap());
    let ends = PrimitiveArray::<R>::from_iter_values(ends);
    Arc::new(RunArray::try_new(&ends, values).unwrap())
}

/// A plain array. Under each null lies a number, which nobody may see; before the first value lies
/// one that is sliced off.
pub(crate) fn plain(leaf: &DataType, cells: &[Cell]) -> ArrayRef {
    if *leaf == DataType::Null {
        return Arc::new(NullArray::new(cells.len()));
    }
    let hidden = if leaf.is_integer() { b"120".to_vec() } else { fitted(leaf, "4930901820") };
    let all = std::iter::once(&None).chain(cells);
    let texts: Vec<Vec<u8>> = all.map(|cell| cell.as_ref().unwrap_or(&hidden).clone()).collect();
    let valid = std::iter::once(true).chain(cells.iter().map(Option::is_some));
    let nulls: NullBuffer = valid.collect();
    let data = full(leaf, &texts).to_data().into_builder();
    let nulls = (nulls.null_count() > 0).then_some(nulls);
    make_array(data.nulls(nulls).build().unwrap()).slice(1, cells.len())
}

/// A text as the type can hold it.
fn fitted(leaf: &DataType, text: &str) -> Vec<u8> {
    match leaf {
        DataType::FixedSizeBinary(_) => format!("{text:<FIXED$}").into_bytes(),
        DataType::Decimal32(..) => text[..text.len().min(9)].into(),
        _ => text.into(),
    }
}

fn full(leaf: &DataType, texts: &[Vec<u8>]) -> ArrayRef {
    let bytes = || texts.iter().map(Vec::as_slice);
    let strings = || texts.iter().map(|text| std::str::from_utf8(text).unwrap());
    match leaf {
        DataType::Utf8 => Arc::new(StringArray::from_iter_values(strings())),
        DataType::LargeUtf8 => Arc::new(LargeStringArray::from_iter_values(strings())),
        DataType::Utf8View => Arc::new(StringViewArray::from_iter_values(strings())),
        DataType::Binary => Arc::new(BinaryArray::from_iter_values(bytes())),
        DataType::LargeBinary => Arc::new(LargeBinaryArray::from_iter_values(bytes())),
        DataType::BinaryView => Arc::new(BinaryViewArray::from_iter_values(bytes())),
        DataType::FixedSizeBinary(_) => {
            Arc::new(FixedSizeBinaryArray::try_from_iter(bytes()).unwrap())
        }
        DataType::Int8 => values::<Int8Type>(leaf, strings()),
        DataType::Int16 => values::<Int16Type>(leaf, strings()),
        DataType::Int32 => values::<Int32Type>(leaf, strings()),
        DataType::Int64 => values::<Int64Type>(leaf, strings()),
        DataType::UInt8 => values::<UInt8Type>(leaf, strings()),
        DataType::UInt16 => values::<UInt16Type>(leaf, strings()),
        DataType::UInt32 => values::<UInt32Type>(leaf, strings()),
        DataType::UInt64 => values::<UInt64Type>(leaf, strings()),
        DataType::Decimal32(..) => values::<Decimal32Type>(leaf, strings()),
        DataType::Decimal64(..) => values::<Decimal64Type>(leaf, strings()),
        DataType::Decimal128(..) => values::<Decimal128Type>(leaf, strings()),
        DataType::Decimal256(..) => {
            let values = strings().map(|text| i256::from_string(text).unwrap());
            let array = PrimitiveArray::<Decimal256Type>::from_iter_values(values);
            Arc::new(array.with_data_type(leaf.clone()))
        }
        other => panic!("{other} is no leaf"),
    }
}

fn values<'a, T>(leaf: &DataType, texts: impl Iterator<Item = &'a str>) -> ArrayRef
where
    T: ArrowPrimitiveType,
    T::Native: std::str::FromStr<Err: std::fmt::Debug>,
{
    let values = texts.map(|text| text.parse::<T::Native>().unwrap());
    let array = PrimitiveArray::<T>::from_iter_values(values);
    Arc::new(array.with_data_type(leaf.clone()))
}

/// Texts that the type can hold: numbers, near misses and noise.
fn text_of(leaf: &DataType) -> BoxedStrategy<Vec<u8>> {
    let integer = |low: i128, high: i128| {
        let usual = prop_oneof![
            Just(4930901820_i128),
            1_000_000..1_000_000_000_000_000_i128,
            Just(0),
            low..=high,
            Just(low),
            Just(high),
        ];
        usual
            .prop_filter("fits", move |value| (low..=high).contains(value))
            .prop_map(|value| value.to_string().into_bytes())
            .boxed()
    };
    let small = |low: i128, high: i128| {
        (low..=high).prop_map(|value| value.to_string().into_bytes()).boxed()
    };
    let nines = |digits: u32| 10_i128.pow(digits) - 1;
    match leaf {
        DataType::Null => Just(Vec::new()).boxed(),
        DataType::Int8 => small(i8::MIN.into(), i8::MAX.into()),
        DataType::Int16 => small(i16::MIN.into(), i16::MAX.into()),
        DataType::Int32 => small(i32::MIN.into(), i32::MAX.into()),
        DataType::Int64 => integer(i64::MIN.into(), i64::MAX.into()),
        DataType::UInt8 => small(0, u8::MAX.into()),
        DataType::UInt16 => small(0, u16::MAX.into()),
        DataType::UInt32 => small(0, u32::MAX.into()),
        DataType::UInt64 => integer(0, u64::MAX.into()),
        DataType::Decimal32(..) => small(-nines(9), nines(9)),
        DataType::Decimal64(..) => integer(-nines(18), nines(18)),
        DataType::Decimal128(..) => integer(-nines(38), nines(38)),
        DataType::Decimal256(..) => prop_oneof![
            integer(-nines(38), nines(38)),
            "-?[1-9][0-9]{30,75}".prop_map(String::into_bytes),
        ]
        .boxed(),
        DataType::FixedSizeBinary(_) => prop_oneof![
            "\\+?[1-9][0-9]{6,14}".prop_map(|text| fitted(&DataType::FixedSizeBinary(0), &text)),
            prop::collection::vec(any::<u8>(), FIXED),
        ]
        .boxed(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => prop_oneof![
            4 => text().prop_map(String::into_bytes),
            1 => prop::collection::vec(any::<u8>(), 0..20),
        ]
        .boxed(),
        _ => text().prop_map(String::into_bytes).boxed(),
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "\\+?(1[2-9][0-9]{9}|49[1-9][0-9]{8,9}|5511[0-9]{9})",
        1 => "\\+?[0-9]{0,20}",
        1 => " ?(\\+49|0|\\+1|001|\\(650\\))[ -]?[0-9]{3}[ -.][0-9]{4,7} ?",
        1 => Just(String::new()),
        1 => "[０-９]{8,12}",
        1 => "\\PC{0,12}",
        1 => "\\+1650[A-Z*?%]{2}3[0-9]{5}",
    ]
}
