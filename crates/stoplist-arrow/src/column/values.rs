//! Which number is each value of a plain array?
//!
//! A null counts as an empty text here: the caller knows which rows are null. Nothing is
//! allocated a row.

use arrow::array::{
    Array, ArrowPrimitiveType, AsArray, GenericByteArray, GenericByteViewArray, OffsetSizeTrait,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    ArrowNativeType, ByteArrayType, ByteViewType, DataType, Decimal32Type, Decimal64Type,
    Decimal128Type, Decimal256Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type, i256,
};
use stoplist::{ParsedColumn, Parser, Refusal};

/// Appends each value, parsed; `None` when the type is none that can hold numbers.
pub(super) fn parse(parser: &Parser, array: &dyn Array, to: &mut ParsedColumn) -> Option<()> {
    use DataType as T;
    match array.data_type() {
        T::Null => (0..array.len()).for_each(|_| to.push(Err(Refusal::Empty))),
        T::Utf8 => offset_bytes(parser, array.as_string_opt::<i32>()?, to),
        T::LargeUtf8 => offset_bytes(parser, array.as_string_opt::<i64>()?, to),
        T::Binary => offset_bytes(parser, array.as_binary_opt::<i32>()?, to),
        T::LargeBinary => offset_bytes(parser, array.as_binary_opt::<i64>()?, to),
        T::Utf8View => view_bytes(parser, array.as_string_view_opt()?, to),
        T::BinaryView => view_bytes(parser, array.as_binary_view_opt()?, to),
        T::FixedSizeBinary(_) => {
            let values = array.as_fixed_size_binary_opt()?.iter();
            to.parse(parser, values.map(Option::unwrap_or_default));
        }
        T::Int8 => integers::<Int8Type>(parser, array, digits, to)?,
        T::Int16 => integers::<Int16Type>(parser, array, digits, to)?,
        T::Int32 => integers::<Int32Type>(parser, array, digits, to)?,
        T::Int64 => integers::<Int64Type>(parser, array, digits, to)?,
        T::UInt8 => integers::<UInt8Type>(parser, array, digits, to)?,
        T::UInt16 => integers::<UInt16Type>(parser, array, digits, to)?,
        T::UInt32 => integers::<UInt32Type>(parser, array, digits, to)?,
        T::UInt64 => integers::<UInt64Type>(parser, array, digits, to)?,
        T::Decimal32(_, 0) => integers::<Decimal32Type>(parser, array, digits, to)?,
        T::Decimal64(_, 0) => integers::<Decimal64Type>(parser, array, digits, to)?,
        T::Decimal128(_, 0) => integers::<Decimal128Type>(parser, array, digits, to)?,
        T::Decimal256(_, 0) => integers::<Decimal256Type>(parser, array, wide_digits, to)?,
        _ => return None,
    }
    Some(())
}

/// The offsets and the bytes as they lie in memory: no check of UTF-8, no null to ask for where
/// there is none.
fn offset_bytes<T: ByteArrayType<Offset: OffsetSizeTrait + TryInto<usize>>>(
    parser: &Parser,
    array: &GenericByteArray<T>,
    to: &mut ParsedColumn,
) {
    let (bytes, offsets) = (array.value_data(), array.value_offsets());
    let Some(nulls) = array.nulls().filter(|nulls| nulls.null_count() > 0) else {
        return to.parse_joined(parser, bytes, offsets);
    };
    let values = offsets.windows(2).map(|ends| match ends {
        [start, end] => bytes.get(start.as_usize()..end.as_usize()).unwrap_or_default(),
        _ => &[],
    });
    to.parse(parser, or_empty(values, nulls));
}

/// What lies under a null is nobody's business.
fn or_empty<'a>(
    values: impl ExactSizeIterator<Item = &'a [u8]>,
    nulls: &NullBuffer,
) -> impl ExactSizeIterator<Item = &'a [u8]> {
    values.zip(nulls).map(|(value, valid)| if valid { value } else { &[] })
}

fn view_bytes<T: ByteViewType>(
    parser: &Parser,
    array: &GenericByteViewArray<T>,
    to: &mut ParsedColumn,
) {
    to.parse(parser, array.iter().map(|value| value.map_or(&[][..], AsRef::as_ref)));
}

fn integers<T: ArrowPrimitiveType>(
    parser: &Parser,
    array: &dyn Array,
    digits: impl Fn(T::Native) -> Result<u64, Refusal>,
    to: &mut ParsedColumn,
) -> Option<()> {
    let parse = |value| digits(value).and_then(|value| parser.parse_value(value));
    let array = array.as_primitive_opt::<T>()?;
    match array.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => to.extend(array.values().iter().map(|&value| parse(value))),
        Some(_) => to.extend(array.iter().map(|value| value.map_or(Err(Refusal::Empty), parse))),
    }
    Some(())
}

/// An integer without its sign, as a number may have it.
#[inline]
fn digits<N: TryInto<u64> + PartialOrd + Default + Copy>(value: N) -> Result<u64, Refusal> {
    let refusal = if value < N::default() { Refusal::NotANumber } else { Refusal::TooLong };
    value.try_into().map_err(|_| refusal)
}

/// As [`digits`], for the integer that the standard library does not have.
fn wide_digits(value: i256) -> Result<u64, Refusal> {
    if value.is_negative() {
        return Err(Refusal::NotANumber);
    }
    value.to_i128().map_or(Err(Refusal::TooLong), digits)
}
