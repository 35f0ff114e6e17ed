//! Which batch does an input begin with?

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, Decimal128Array, Decimal256Array,
    DictionaryArray, FixedSizeBinaryArray, FixedSizeListArray, Float64Array, Int8Array, Int16Array,
    Int32Array, Int64Array, LargeBinaryArray, LargeListArray, LargeStringArray, ListArray,
    ListViewArray, MapArray, NullArray, RecordBatch, RecordBatchOptions, RunArray, StringArray,
    StringViewArray, StructArray, TimestampMillisecondArray, UInt32Array, UInt64Array, UnionArray,
};
use arrow::buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{
    DataType, Field, Fields, Int8Type, Int16Type, Int32Type, SchemaRef, UInt32Type, UnionFields,
    i256,
};
use arrow::error::ArrowError;
use arrow::ffi::FFI_ArrowSchema;

use super::plan::{Schema, Values};
use crate::input::Input;

/// Digits of numbers, of which the first and the third are blocked.
pub(super) const NUMBERS: [u64; 8] = [
    12_025_550_101,
    12_025_550_102,
    4_930_901_820,
    16_502_530_000,
    7,
    442_079_460_000,
    999_999_999_999_999,
    12_025_550_103,
];
const TEXTS: [&str; 8] = [
    "+12025550101",
    "+12025550102",
    "+49 30 901820 in the office",
    "16502530000",
    "",
    "+1 (202) 555-0101",
    "\u{e4}\u{20ac}",
    "tel:+1-650-253-0000",
];
const NAMES: [&str; 4] = ["phone", "x", "y", "z"];
/// How many kinds of columns there are.
pub(super) const KINDS: u8 = 31;

/// A batch as Arrow has it, and as it is to be handed over.
pub(super) struct Given {
    pub(super) batch: RecordBatch,
    pub(super) schema: Schema,
    pub(super) values: Values,
}

/// Reads a batch: rows, an offset, columns; each of a kind, an offset, a seed, and where it is null.
pub(super) fn read(input: &mut Input<'_>) -> Option<Given> {
    let rows = usize::from(input.u8()? % 40);
    let offset = usize::from(input.u8()? % 4);
    let count = usize::from(input.u8()? % NAMES.len() as u8);
    let (mut fields, mut arrays, mut columns) = (Vec::new(), Vec::new(), Vec::new());
    for name in NAMES.iter().take(count) {
        let kind = input.u8()? % KINDS;
        let cut = usize::from(input.u8()? % 12);
        let (seed, nulls) = (input.u8()?, input.u8()?);
        let array = column(kind, cut + offset + rows, seed, nulls).ok()?;
        let nullable = nulls & 1 == 0 || array.logical_null_count() > 0;
        fields.push(Field::new(*name, array.data_type().clone(), nullable));
        columns.push(Values::part(&array, cut, offset + rows));
        arrays.push(array.slice(cut + offset, rows));
    }
    let schema: SchemaRef = Arc::new(arrow::datatypes::Schema::new(fields));
    let plan = Schema::of(&FFI_ArrowSchema::try_from(schema.as_ref()).ok()?);
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(schema, arrays, &options).ok()?;
    Some(Given { batch, schema: plan, values: Values::batch(columns, offset, rows) })
}

/// Which rows are null, and what the others are.
#[derive(Clone, Copy)]
struct Rows {
    len: usize,
    seed: u8,
    nulls: u8,
}

impl Rows {
    fn is_null(self, row: usize) -> bool {
        self.nulls >> (row % 8) & 1 == 1
    }

    fn of<T: Copy>(self, pool: &[T; 8]) -> Vec<Option<T>> {
        let value = |row: usize| pool.get((usize::from(self.seed) + row * 3) % 8).copied();
        (0..self.len).map(|row| value(row).filter(|_| !self.is_null(row))).collect()
    }

    fn texts(self) -> Vec<Option<&'static str>> {
        self.of(&TEXTS)
    }

    fn bytes(self) -> Vec<Option<&'static [u8]>> {
        self.of(&TEXTS.map(str::as_bytes))
    }

    fn numbers(self) -> Vec<Option<i64>> {
        self.of(&NUMBERS.map(|number| number as i64))
    }

    fn integers(self) -> ArrayRef {
        Arc::new(Int64Array::from(self.numbers()))
    }

    fn null_buffer(self) -> Option<NullBuffer> {
        let valid = (0..self.len).map(|row| !self.is_null(row)).collect::<Vec<_>>();
        (self.nulls != 0).then(|| NullBuffer::from(valid))
    }

    /// Keys of a dictionary of three values.
    fn keys<T: TryFrom<u8>>(self) -> Vec<Option<T>> {
        let keys = self.of(&[0_u8, 1, 2, 0, 1, 2, 1, 0]);
        keys.into_iter().map(|key| key.and_then(|key| T::try_from(key).ok())).collect()
    }

    /// So many rows without nulls.
    fn others(self, len: usize) -> Self {
        Self { len, nulls: 0, ..self }
    }

    /// Where runs of three rows end.
    fn ends<T: TryFrom<usize>>(self) -> Vec<T> {
        let ends = (0..self.len.div_ceil(3)).map(|run| self.len.min(run * 3 + 3));
        ends.filter_map(|end| T::try_from(end).ok()).collect()
    }
}

fn item() -> Arc<Field> {
    Arc::new(Field::new("item", DataType::Int64, true))
}

fn column(kind: u8, len: usize, seed: u8, nulls: u8) -> Result<ArrayRef, ArrowError> {
    let rows = Rows { len, seed, nulls };
    let three = rows.others(3);
    let runs = Rows { len: len.div_ceil(3), ..rows };
    Ok(match kind {
        0 => Arc::new(StringArray::from(rows.texts())),
        1 => Arc::new(LargeStringArray::from(rows.texts())),
        2 => Arc::new(BinaryArray::from(rows.bytes())),
        3 => Arc::new(LargeBinaryArray::from(rows.bytes())),
        4 => Arc::new(StringViewArray::from_iter(rows.texts())),
        5 => Arc::new(BinaryViewArray::from_iter(rows.bytes())),
        6 => {
            let digits = rows.of(&NUMBERS.map(|number| number % 1_000_000_000_000));
            let digits = digits.into_iter().map(|one| one.map(|one| format!("{one:012}")));
            Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(digits, 12)?)
        }
        7 => rows.integers(),
        8 => Arc::new(UInt64Array::from(rows.of(&NUMBERS))),
        9 => Arc::new(Int32Array::from(rows.of(&NUMBERS.map(|number| number as i32)))),
        10 => {
            let values = Decimal128Array::from(rows.of(&NUMBERS.map(i128::from)));
            Arc::new(values.with_precision_and_scale(15, 0)?)
        }
        11 => {
            let numbers = NUMBERS.map(|number| i256::from_i128(number.into()));
            Arc::new(Decimal256Array::from(rows.of(&numbers)).with_precision_and_scale(40, 0)?)
        }
        12 => {
            let (keys, values) = (Int8Array::from(rows.keys()), StringArray::from(three.texts()));
            Arc::new(DictionaryArray::<Int8Type>::try_new(keys, Arc::new(values))?)
        }
        13 => {
            let values = StringViewArray::from_iter(three.texts());
            let keys = UInt32Array::from(rows.keys());
            Arc::new(DictionaryArray::<UInt32Type>::try_new(keys, Arc::new(values))?)
        }
        14 => {
            let keys = Int16Array::from(rows.keys());
            Arc::new(DictionaryArray::<Int16Type>::try_new(keys, three.integers())?)
        }
        15 => {
            let values = StringArray::from(runs.texts());
            Arc::new(RunArray::<Int32Type>::try_new(
                &Int32Array::from(rows.ends::<i32>()),
                &values,
            )?)
        }
        16 => {
            let ends = Int16Array::from(rows.ends::<i16>());
            Arc::new(RunArray::<Int16Type>::try_new(&ends, runs.integers().as_ref())?)
        }
        17..=22 => lists(kind, rows)?,
        23 | 24 => union(kind == 23, rows)?,
        25 => Arc::new(NullArray::new(len)),
        26 => Arc::new(BooleanArray::from(
            rows.of(&[false, true, true, false, true, true, true, false]),
        )),
        27 => Arc::new(TimestampMillisecondArray::from(rows.numbers()).with_timezone("UTC")),
        28 => Arc::new(Float64Array::from(rows.of(&NUMBERS.map(|number| number as f64)))),
        29 => {
            let key = rows.keys::<i8>();
            let values = FixedSizeBinaryArray::try_from_iter(["120255501010"; 3].iter())?;
            Arc::new(DictionaryArray::<Int8Type>::try_new(Int8Array::from(key), Arc::new(values))?)
        }
        _ => Arc::new(Int8Array::from(rows.keys::<i8>())),
    })
}

/// Columns of lists, and a struct.
fn lists(kind: u8, rows: Rows) -> Result<ArrayRef, ArrowError> {
    let lens: Vec<usize> = (0..rows.len).map(|row| (row + usize::from(rows.seed)) % 3).collect();
    let values = rows.others(lens.iter().sum());
    let nulls = rows.null_buffer();
    Ok(match kind {
        17 => {
            let offsets = OffsetBuffer::from_lengths(lens);
            Arc::new(ListArray::try_new(item(), offsets, values.integers(), nulls)?)
        }
        18 => {
            let texts = Arc::new(StringArray::from(values.texts()));
            let field = Arc::new(Field::new("item", DataType::Utf8, true));
            Arc::new(LargeListArray::try_new(
                field,
                OffsetBuffer::from_lengths(lens),
                texts,
                nulls,
            )?)
        }
        19 => {
            let offsets: ScalarBuffer<i32> = lens.iter().map(|_| 0).collect();
            let sizes: ScalarBuffer<i32> = lens.iter().map(|&len| len as i32).collect();
            let values = rows.others(3).integers();
            Arc::new(ListViewArray::try_new(item(), offsets, sizes, values, nulls)?)
        }
        20 => {
            let values = rows.others(rows.len * 2).integers();
            Arc::new(FixedSizeListArray::try_new(item(), 2, values, nulls)?)
        }
        21 => {
            let texts = Arc::new(StringArray::from(rows.texts()));
            let inner = Field::new("inner", DataType::Int64, true);
            let fields = Fields::from(vec![inner, Field::new("text", DataType::Utf8, true)]);
            Arc::new(StructArray::try_new(fields, vec![rows.integers(), texts], nulls)?)
        }
        _ => {
            let keys = StringArray::from_iter_values(values.texts().into_iter().flatten());
            let key = Field::new("key", DataType::Utf8, false);
            let fields = Fields::from(vec![key, Field::new("value", DataType::Int64, true)]);
            let entries = vec![Arc::new(keys) as ArrayRef, values.integers()];
            let entries = StructArray::try_new(fields, entries, None)?;
            let field = Arc::new(Field::new("entries", entries.data_type().clone(), false));
            let offsets = OffsetBuffer::from_lengths(lens);
            Arc::new(MapArray::try_new(field, offsets, entries, nulls, false)?)
        }
    })
}

fn union(is_dense: bool, rows: Rows) -> Result<ArrayRef, ArrowError> {
    let fields = [Field::new("a", DataType::Int64, true), Field::new("b", DataType::Utf8, true)];
    let fields = UnionFields::try_new([0, 5], fields)?;
    let ids: ScalarBuffer<i8> = (0..rows.len).map(|row| (row % 2) as i8 * 5).collect();
    let offsets: ScalarBuffer<i32> = (0..rows.len).map(|row| row as i32 / 2).collect();
    let texts = Arc::new(StringArray::from(rows.texts()));
    let children = vec![rows.integers(), texts as ArrayRef];
    Ok(Arc::new(UnionArray::try_new(fields, ids, is_dense.then_some(offsets), children)?))
}
