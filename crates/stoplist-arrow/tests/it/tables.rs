//! Tables with a column of every type, filled from a seed.

use std::sync::Arc;

use arrow::array::*;
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::*;

use crate::model::{ended, keyed};
use crate::oracle::id_column;

/// Numbers that look arbitrary and are the same for the same seed.
pub(crate) fn scattered(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    })
}

/// What a phone column says when its row is to be kept, and when not.
const PHONES: [&str; 2] = ["nobody", "+16502530000"];

/// A batch of these rows with a column `id`, a column of every type, and a column `phone` in their
/// midst that says which rows are to be kept. All are slices of longer arrays.
pub(crate) fn table(keep: &[bool], seed: u64, with_nulls: bool) -> RecordBatch {
    let rows = keep.len();
    let (before, after) = ((seed % 130) as usize, (seed % 7) as usize);
    let rows_in_all = before + rows + after;
    let filler = Filler { rows: rows_in_all, seed, with_nulls };
    let phones = (0..rows_in_all).map(|row| {
        let is_kept = row.checked_sub(before).and_then(|row| keep.get(row)).copied();
        PHONES[usize::from(is_kept.unwrap_or(row % 2 == 0))]
    });
    let phones: ArrayRef = Arc::new(StringArray::from_iter_values(phones));
    let mut arrays = vec![("id".to_owned(), id_column(rows_in_all))];
    arrays.extend(filler.fixed().into_iter().map(|array| (array.data_type().to_string(), array)));
    arrays.push(("phone".to_owned(), phones));
    arrays.extend(filler.texts().into_iter().map(|array| (array.data_type().to_string(), array)));
    arrays.extend(filler.others().into_iter().map(|array| (array.data_type().to_string(), array)));
    let fields =
        arrays.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let columns = arrays.into_iter().map(|(_, array)| array).collect();
    // Sliced twice: by the array and by the batch.
    let batch = RecordBatch::try_new(schema, columns).unwrap();
    batch.slice(before / 2, rows_in_all - before / 2).slice(before - before / 2, rows)
}

struct Filler {
    rows: usize,
    seed: u64,
    with_nulls: bool,
}

impl Filler {
    fn draws(&self, salt: u64) -> impl Iterator<Item = u64> {
        scattered(self.seed.wrapping_add(salt.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    fn nulls(&self, salt: u64) -> Option<NullBuffer> {
        let valid = || self.draws(salt).map(|draw| draw % 5 > 0).take(self.rows).collect();
        self.with_nulls.then(valid)
    }

    /// Values of one size, of every type that has them.
    fn fixed(&self) -> Vec<ArrayRef> {
        let salted = FIXED.iter().zip(100..);
        salted.map(|(data_type, salt)| self.values(data_type.clone(), salt)).collect()
    }

    fn values(&self, data_type: DataType, salt: u64) -> ArrayRef {
        let width = match &data_type {
            DataType::FixedSizeBinary(width) => *width as usize,
            other => other.primitive_width().unwrap(),
        };
        // Small enough for every decimal, below zero too; other types hold anything.
        let draws = self.draws(salt).map(|draw| (draw % 1_999_999_999) as i64 - 999_999_999);
        let bytes = draws.take(self.rows).flat_map(|value| {
            let fill = if value < 0 { u8::MAX } else { 0 };
            value.to_le_bytes().into_iter().chain(std::iter::repeat(fill)).take(width)
        });
        let bytes: Vec<u8> = bytes.collect();
        let data = ArrayData::builder(data_type);
        let data =
            data.len(self.rows).add_buffer(Buffer::from_slice_ref(&bytes)).nulls(self.nulls(salt));
        make_array(data.build().unwrap())
    }

    /// Short and long ones, empty ones, and letters of several bytes.
    fn text(draw: u64) -> String {
        "né€𝄞x".chars().cycle().skip((draw % 5) as usize).take((draw / 5 % 23) as usize).collect()
    }

    /// Texts and binaries of all kinds. Under a null there may be a text.
    fn texts(&self) -> Vec<ArrayRef> {
        let texts = |salt| self.draws(salt).map(Self::text).take(self.rows);
        let utf8 = StringArray::from_iter_values(texts(1));
        let (offsets, bytes, _) = utf8.into_parts();
        let utf8 = StringArray::new(offsets, bytes, self.nulls(1));
        let (offsets, bytes, _) = LargeStringArray::from_iter_values(texts(2)).into_parts();
        let large = LargeStringArray::new(offsets, bytes, self.nulls(2));
        let (offsets, bytes, _) = BinaryArray::from_iter_values(texts(3)).into_parts();
        let binary = BinaryArray::new(offsets, bytes, self.nulls(3));
        let (offsets, bytes, _) = LargeBinaryArray::from_iter_values(texts(4)).into_parts();
        let large_binary = LargeBinaryArray::new(offsets, bytes, self.nulls(4));
        let mut views = StringViewBuilder::new().with_fixed_block_size(1_000);
        texts(5).for_each(|text| views.append_value(text));
        let (views, buffers, _) = views.finish().into_parts();
        let views = StringViewArray::new(views, buffers, self.nulls(5));
        let binary_views = BinaryViewArray::from_iter_values(texts(6));
        vec![
            Arc::new(utf8),
            Arc::new(large),
            Arc::new(binary),
            Arc::new(large_binary),
            Arc::new(views),
            Arc::new(binary_views),
        ]
    }

    fn int64(&self, salt: u64) -> ArrayRef {
        self.values(DataType::Int64, salt)
    }

    /// What Arrow alone knows how to copy, and dictionaries, whose keys are copied.
    fn others(&self) -> Vec<ArrayRef> {
        let booleans = self.draws(20).map(|draw| draw % 3 == 0).take(self.rows).collect();
        let booleans: ArrayRef = Arc::new(BooleanArray::new(booleans, self.nulls(21)));
        let mut all = self.dictionaries();
        all.extend(self.lists());
        all.extend(self.runs());
        all.extend(self.unions());
        let inner: Vec<ArrayRef> = vec![
            self.texts().remove(0),
            Arc::clone(&all[2]),
            Arc::clone(&booleans),
            self.int64(23),
        ];
        let fields = inner.iter().zip(["a", "b", "c", "d"]);
        let fields = fields.map(|(array, name)| Field::new(name, array.data_type().clone(), true));
        let fields = Fields::from(fields.collect::<Vec<_>>());
        all.push(Arc::new(StructArray::new(fields, inner, self.nulls(24))));
        all.push(Arc::new(NullArray::new(self.rows)));
        all.push(booleans);
        all
    }

    fn dictionaries(&self) -> Vec<ArrayRef> {
        let values: [ArrayRef; 4] = [
            Arc::new((0..100).map(Self::text).map(Some).collect::<StringArray>()),
            Arc::new(
                (0..100).map(|value| (value % 9 > 0).then_some(value)).collect::<Int64Array>(),
            ),
            Arc::new(StringViewArray::from_iter_values((0..100).map(Self::text))),
            ended::<Int32Type>(
                &[30, 70, 100],
                &(Arc::new(StringArray::from(vec!["a", "b", "c"])) as _),
            ),
        ];
        let draws = |salt| self.draws(salt).map(|draw| (draw % 100) as usize).take(self.rows);
        let keys = |salt: u64| -> Vec<Option<usize>> {
            draws(salt).map(|key| (!self.with_nulls || key % 7 > 0).then_some(key)).collect()
        };
        let [text, number, view, runs] = values;
        vec![
            keyed::<Int8Type>(&keys(30), Arc::clone(&text)),
            keyed::<UInt8Type>(&keys(31), Arc::clone(&number)),
            keyed::<Int16Type>(&keys(32), view),
            keyed::<UInt16Type>(&keys(33), runs),
            keyed::<Int32Type>(&keys(34), Arc::clone(&text)),
            keyed::<UInt32Type>(&keys(35), Arc::clone(&number)),
            keyed::<Int64Type>(&keys(36), text),
            keyed::<UInt64Type>(&keys(37), number),
        ]
    }

    fn lists(&self) -> Vec<ArrayRef> {
        let lengths = self.draws(40).map(|draw| (draw % 3) as usize).take(self.rows);
        let offsets = OffsetBuffer::<i32>::from_lengths(lengths);
        let large = OffsetBuffer::new(offsets.iter().map(|&end| i64::from(end)).collect());
        let all = *offsets.last().unwrap() as usize;
        let inner = Self { rows: all, ..*self };
        let item = |data_type: &DataType| Arc::new(Field::new("item", data_type.clone(), true));
        let (texts, numbers) = (inner.texts().remove(0), inner.int64(41));
        let starts =
            ScalarBuffer::from(offsets.iter().copied().take(self.rows).collect::<Vec<_>>());
        let sizes = ScalarBuffer::from(offsets.lengths().map(|len| len as i32).collect::<Vec<_>>());
        let pairs = Self { rows: 2 * self.rows, ..*self }.int64(42);
        let keys: ArrayRef =
            Arc::new(StringArray::from_iter_values((0..all).map(|key| format!("k{key}"))));
        let entries = Fields::from(vec![
            Field::new("keys", DataType::Utf8, false),
            Field::new("values", DataType::Int64, true),
        ]);
        let pairs_of_map =
            StructArray::new(entries.clone(), vec![keys, Arc::clone(&numbers)], None);
        let entries = Arc::new(Field::new("entries", DataType::Struct(entries), false));
        vec![
            Arc::new(ListArray::new(
                item(texts.data_type()),
                offsets.clone(),
                Arc::clone(&texts),
                self.nulls(43),
            )),
            Arc::new(LargeListArray::new(item(texts.data_type()), large, texts, self.nulls(44))),
            Arc::new(ListViewArray::new(
                item(&DataType::Int64),
                starts,
                sizes,
                numbers,
                self.nulls(45),
            )),
            Arc::new(FixedSizeListArray::new(item(&DataType::Int64), 2, pairs, self.nulls(46))),
            Arc::new(MapArray::new(entries, offsets, pairs_of_map, self.nulls(47), false)),
        ]
    }

    /// Runs of texts and of dictionaries.
    fn runs(&self) -> Vec<ArrayRef> {
        let lengths = self.draws(50).map(|draw| 1 + (draw % 4) as usize);
        let mut end = 0;
        let ends = lengths.map(|len| {
            end += len;
            end.min(self.rows)
        });
        let mut ends: Vec<usize> = ends.take(self.rows).collect();
        ends.dedup();
        let values = Self { rows: ends.len(), ..*self };
        vec![
            ended::<Int32Type>(&ends, &values.texts().remove(0)),
            ended::<Int64Type>(&ends, &values.dictionaries().remove(0)),
        ]
    }

    fn unions(&self) -> Vec<ArrayRef> {
        let ids = self.draws(60).map(|draw| (draw % 2) as i8).take(self.rows);
        let ids: ScalarBuffer<i8> = ids.collect::<Vec<_>>().into();
        let children = || vec![self.texts().remove(0), self.int64(61)];
        let fields = UnionFields::from_fields(vec![
            Field::new("text", DataType::Utf8, true),
            Field::new("number", DataType::Int64, true),
        ]);
        let places: ScalarBuffer<i32> = (0..self.rows as i32).collect::<Vec<_>>().into();
        let union = |places| UnionArray::try_new(fields.clone(), ids.clone(), places, children());
        vec![Arc::new(union(None).unwrap()), Arc::new(union(Some(places)).unwrap())]
    }
}

/// Every type whose values have all the same size.
const FIXED: [DataType; 40] = [
    DataType::Int8,
    DataType::Int16,
    DataType::Int32,
    DataType::Int64,
    DataType::UInt8,
    DataType::UInt16,
    DataType::UInt32,
    DataType::UInt64,
    DataType::Float16,
    DataType::Float32,
    DataType::Float64,
    DataType::Decimal32(9, 2),
    DataType::Decimal64(18, 0),
    DataType::Decimal128(38, 10),
    DataType::Decimal256(76, -3),
    DataType::Date32,
    DataType::Date64,
    DataType::Time32(TimeUnit::Second),
    DataType::Time32(TimeUnit::Millisecond),
    DataType::Time64(TimeUnit::Microsecond),
    DataType::Time64(TimeUnit::Nanosecond),
    DataType::Timestamp(TimeUnit::Second, None),
    DataType::Timestamp(TimeUnit::Millisecond, None),
    DataType::Timestamp(TimeUnit::Microsecond, None),
    DataType::Timestamp(TimeUnit::Nanosecond, None),
    DataType::Duration(TimeUnit::Second),
    DataType::Duration(TimeUnit::Millisecond),
    DataType::Duration(TimeUnit::Microsecond),
    DataType::Duration(TimeUnit::Nanosecond),
    DataType::Interval(IntervalUnit::YearMonth),
    DataType::Interval(IntervalUnit::DayTime),
    DataType::Interval(IntervalUnit::MonthDayNano),
    DataType::FixedSizeBinary(0),
    DataType::FixedSizeBinary(1),
    DataType::FixedSizeBinary(3),
    DataType::FixedSizeBinary(5),
    DataType::FixedSizeBinary(8),
    DataType::FixedSizeBinary(16),
    DataType::FixedSizeBinary(17),
    DataType::FixedSizeBinary(32),
];
