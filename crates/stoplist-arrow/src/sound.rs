//! Are the texts of a batch what their types promise?
//!
//! For a batch that was made of somebody else's buffers without a look at them. Where texts end may
//! fall or lie beyond the bytes; the bytes may be no UTF-8. Columns of other types are none of its
//! business: Arrow checks them.

use arrow::array::{Array, AsArray, GenericByteArray, RecordBatch};
use arrow::datatypes::{ArrowNativeType, ByteArrayType, DataType};

use crate::Error;
use crate::driver::Workers;
use crate::rows::Piece;

/// What is wrong with a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Unsound {
    #[error("the offsets of a column of texts do not ascend within its bytes")]
    Offsets,
    #[error("a text of a column is not UTF-8")]
    Text,
}

/// Checks the columns of texts and of bytes, in pieces. As
/// [`validate_full`](arrow::array::ArrayData::validate_full), whose answer it has.
pub(crate) fn check(batch: &RecordBatch, workers: Workers) -> Result<(), Error> {
    let pieces = Piece::all(batch.num_rows()).collect();
    workers.run(pieces, |piece| check_piece(batch, piece)).into_iter().collect()
}

/// As [`check`], for the rows of a piece.
pub(crate) fn check_piece(batch: &RecordBatch, piece: Piece) -> Result<(), Error> {
    let mut columns = batch.columns().iter();
    let unsound = |error| Error::Arrow { action: "take in a batch", source: Box::new(error) };
    columns.try_for_each(|column| check_column(column, piece)).map_err(unsound)
}

/// Whether [`Filter::check_texts`](crate::Filter::check_texts) checks columns of a type: texts and bytes
/// that have offsets. All others are to be checked by Arrow.
#[must_use]
pub fn checks_texts_of(data_type: &DataType) -> bool {
    use DataType::{Binary, LargeBinary, LargeUtf8, Utf8};
    matches!(data_type, Utf8 | LargeUtf8 | Binary | LargeBinary)
}

fn check_column(column: &dyn Array, piece: Piece) -> Result<(), Unsound> {
    match column.data_type() {
        DataType::Utf8 => texts(column.as_string::<i32>(), piece),
        DataType::LargeUtf8 => texts(column.as_string::<i64>(), piece),
        DataType::Binary => bytes(column.as_binary::<i32>(), piece).map(drop),
        DataType::LargeBinary => bytes(column.as_binary::<i64>(), piece).map(drop),
        _ => Ok(()),
    }
}

fn texts<T: ByteArrayType>(array: &GenericByteArray<T>, piece: Piece) -> Result<(), Unsound> {
    let (bytes, ends) = bytes(array, piece)?;
    if bytes.is_ascii() {
        return Ok(());
    }
    let text = str::from_utf8(bytes).map_err(|_| Unsound::Text)?;
    let first = ends.first().map_or(0, |first| first.as_usize());
    let at_boundary = |end: &T::Offset| text.is_char_boundary(end.as_usize() - first);
    if ends.iter().all(at_boundary) { Ok(()) } else { Err(Unsound::Text) }
}

/// The bytes of the texts of a piece, and where in those of all they end.
fn bytes<T: ByteArrayType>(
    array: &GenericByteArray<T>,
    piece: Piece,
) -> Result<(&[u8], &[T::Offset]), Unsound> {
    let ends = array.value_offsets().get(piece.start..=piece.end()).ok_or(Unsound::Offsets)?;
    let (Some(first), Some(last)) = (ends.first(), ends.last()) else {
        return Err(Unsound::Offsets);
    };
    // No branch a text, so that many are compared at once.
    let pairs = ends.iter().zip(ends.get(1..).unwrap_or_default());
    let falls = pairs.fold(false, |falls, (start, end)| falls | (end < start));
    if falls || *first < T::Offset::default() {
        return Err(Unsound::Offsets);
    }
    let bytes = array.value_data().get(first.as_usize()..last.as_usize());
    Ok((bytes.ok_or(Unsound::Offsets)?, ends))
}
