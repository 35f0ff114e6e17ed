//! Which Arrow types can hold phone numbers, and what to do about the others?

use arrow::datatypes::DataType;

use crate::Error;

pub(super) const NOT_NUMBERS: &str =
    "it does not hold phone numbers; store them as text or 64-bit integers";
const FLOAT: &str = "a float does not keep every digit of a phone number, nor leading zeros; \
     store the numbers as text or 64-bit integers";
const SCALED: &str = "a decimal of another scale than 0 is a fraction or a rounded number; \
     store the numbers as text, 64-bit integers or decimals of scale 0";
const NESTED: &str = "it holds several values a row; \
     choose the one that is the number, or make a row of each, as text or 64-bit integers";
const TIME: &str = "it holds times, not numbers, maybe because digits were taken for a date; \
     store the numbers as text or 64-bit integers";

/// Whether a column of this type can be read, so that a stream can be refused before its first
/// batch; `name` is the column's name in the error.
///
/// Readable are `Utf8`, `LargeUtf8`, `Utf8View`, `Binary`, `LargeBinary`, `BinaryView`,
/// `FixedSizeBinary`, all integers, decimals of scale 0, `Null`, and dictionaries and run-end
/// encodings of these.
///
/// # Errors
///
/// [`Error::ColumnType`], which says why not and what to store instead.
///
/// ```
/// use arrow::datatypes::DataType;
/// use stoplist_arrow::check_type;
///
/// assert!(check_type("phone", &DataType::Int64).is_ok());
/// let error = check_type("phone", &DataType::Float64).unwrap_err();
/// assert!(error.to_string().starts_with("column phone has the type Float64: a float does not"));
/// ```
pub fn check_type(name: &str, data_type: &DataType) -> Result<(), Error> {
    match hint(data_type) {
        None => Ok(()),
        Some(hint) => Err(refused(name, data_type, hint)),
    }
}

pub(super) fn refused(name: &str, data_type: &DataType, hint: &'static str) -> Error {
    Error::ColumnType { column: name.to_owned(), data_type: data_type.clone(), hint }
}

/// Why a type is refused; `None` when it is not.
fn hint(data_type: &DataType) -> Option<&'static str> {
    use DataType as T;
    match data_type {
        T::Null | T::Utf8 | T::LargeUtf8 | T::Utf8View => None,
        T::Binary | T::LargeBinary | T::BinaryView | T::FixedSizeBinary(_) => None,
        T::Int8 | T::Int16 | T::Int32 | T::Int64 => None,
        T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64 => None,
        T::Decimal32(_, scale)
        | T::Decimal64(_, scale)
        | T::Decimal128(_, scale)
        | T::Decimal256(_, scale) => (*scale != 0).then_some(SCALED),
        T::Dictionary(_, values) => hint(values),
        T::RunEndEncoded(_, values) => hint(values.data_type()),
        T::Float16 | T::Float32 | T::Float64 => Some(FLOAT),
        T::Timestamp(..) | T::Date32 | T::Date64 | T::Time32(_) | T::Time64(_) => Some(TIME),
        T::Duration(_) | T::Interval(_) => Some(TIME),
        T::List(_) | T::ListView(_) | T::FixedSizeList(..) | T::LargeList(_) => Some(NESTED),
        T::LargeListView(_) | T::Struct(_) | T::Map(..) => Some(NESTED),
        T::Boolean | T::Union(..) => Some(NOT_NUMBERS),
    }
}
