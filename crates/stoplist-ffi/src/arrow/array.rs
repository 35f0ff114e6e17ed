//! Is an array one that can be imported as its type?
//!
//! Importing computes the length of each buffer from the array's own length and from its offsets, and
//! the interface does not say how long a buffer is. So lengths and the last offsets have to be possible
//! before anything is read; that values are what they should be is checked behind.

use ::arrow::datatypes::{DataType, UnionMode};

use crate::fault::Fault;

use super::ArrowArray;
use super::raw;
use super::schema::MOST_DEPTH;

/// The most values of an array, its offset included.
const MOST_VALUES: i64 = 1 << 40;

/// Checks an array and all below it.
pub(super) fn check(array: &ArrowArray, data_type: &DataType, depth: usize) -> Result<(), Fault> {
    if depth > MOST_DEPTH + 1 {
        return Err(Fault::arrow("an array is nested too deep"));
    }
    let bad = |what: &str| Fault::arrow(format!("an array of the type {data_type} has {what}"));
    let end = array.length.checked_add(array.offset).filter(|&end| end <= MOST_VALUES);
    let (Some(end), true) = (end, array.length >= 0 && array.offset >= 0) else {
        return Err(bad("an impossible length or offset"));
    };
    if array.null_count < -1 || array.null_count > array.length {
        return Err(bad("an impossible null count"));
    }
    // Before the pointers, of which there may be fewer than it says.
    if !has_right_buffers(data_type, usize::try_from(array.n_buffers).unwrap_or(usize::MAX)) {
        return Err(bad(&format!("{} buffers, which do not fit it", array.n_buffers)));
    }
    let buffers = raw::buffers(array)?;
    let end = usize::try_from(end).map_err(|_| bad("an impossible length"))?;
    if may_have_nulls(data_type)
        && array.null_count > 0
        && buffers.first().is_none_or(|validity| validity.is_null())
    {
        return Err(bad("nulls, and no validity buffer"));
    }
    check_lengths(array, data_type, &buffers, end).map_err(bad)?;
    check_below(array, data_type, depth)
}

fn may_have_nulls(data_type: &DataType) -> bool {
    use DataType::{Null, RunEndEncoded, Union};
    !matches!(data_type, Null | Union(..) | RunEndEncoded(..))
}

fn has_right_buffers(data_type: &DataType, count: usize) -> bool {
    use DataType::*;
    match data_type {
        Null | RunEndEncoded(..) => count == 0,
        Struct(_) | FixedSizeList(..) | Union(_, UnionMode::Sparse) => count == 1,
        Utf8 | LargeUtf8 | Binary | LargeBinary | ListView(_) | LargeListView(_) => count == 3,
        Utf8View | BinaryView => count >= 3,
        _ => count == 2,
    }
}

/// Checks whatever says how long a buffer is.
fn check_lengths(
    array: &ArrowArray,
    data_type: &DataType,
    buffers: &[*const u8],
    end: usize,
) -> Result<(), &'static str> {
    use DataType::*;
    let data = buffers.get(1).copied().filter(|buffer| !buffer.is_null());
    match data_type {
        Utf8 | Binary | LargeUtf8 | LargeBinary | List(_) | LargeList(_) | Map(..) => {
            let is_large = matches!(data_type, LargeUtf8 | LargeBinary | LargeList(_));
            let size = if is_large { 8 } else { 4 };
            // Also of an empty array: importing copies what is not aligned.
            if data.is_some_and(|offsets| !offsets.addr().is_multiple_of(size)) {
                return Err("offsets that are not aligned");
            }
            // Nothing else is read of an empty array, and its offsets may be NULL.
            if array.length == 0 {
                return Ok(());
            }
            let Some(offsets) = data else { return Err("no offsets") };
            let at = |at: usize| -> i64 {
                if is_large {
                    raw::value(offsets, at)
                } else {
                    raw::value::<i32>(offsets, at).into()
                }
            };
            let first = at(usize::try_from(array.offset).unwrap_or_default());
            if first < 0 || at(end) < first || at(end) > MOST_VALUES {
                return Err("offsets that go back, or are below 0, or too far");
            }
            let holds_bytes = matches!(data_type, Utf8 | Binary | LargeUtf8 | LargeBinary);
            if holds_bytes && at(end) > 0 && buffers.get(2).is_none_or(|bytes| bytes.is_null()) {
                return Err("no bytes for its offsets");
            }
        }
        // Importing reads the lengths of an empty array too.
        Utf8View | BinaryView => {
            let variadic = buffers.len().saturating_sub(3);
            let lengths = buffers.last().copied().filter(|lengths| !lengths.is_null());
            let Some(lengths) = lengths else {
                return if variadic == 0 { Ok(()) } else { Err("no lengths of its buffers") };
            };
            if !lengths.addr().is_multiple_of(8) {
                return Err("lengths of its buffers that are not aligned");
            }
            for (at, buffer) in buffers.iter().skip(2).take(variadic).enumerate() {
                let len: i64 = raw::value(lengths, at);
                if !(0..=MOST_VALUES).contains(&len) || len > 0 && buffer.is_null() {
                    return Err("an impossible length of a buffer");
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Checks the children and the dictionary, which have to be there for the type, and no others.
fn check_below(array: &ArrowArray, data_type: &DataType, depth: usize) -> Result<(), Fault> {
    use DataType::*;
    let types: Vec<&DataType> = match data_type {
        Struct(fields) => fields.iter().map(|field| field.data_type()).collect(),
        Union(fields, _) => fields.iter().map(|(_, field)| field.data_type()).collect(),
        List(field)
        | LargeList(field)
        | ListView(field)
        | LargeListView(field)
        | FixedSizeList(field, _)
        | Map(field, _) => vec![field.data_type()],
        RunEndEncoded(ends, values) => vec![ends.data_type(), values.data_type()],
        _ => Vec::new(),
    };
    // Before the pointers, as with buffers.
    if usize::try_from(array.n_children) != Ok(types.len()) {
        return Err(Fault::arrow(format!(
            "an array of the type {data_type} has {} children, and its schema {}",
            array.n_children,
            types.len()
        )));
    }
    let children = raw::array_children(array)?;
    let has_a_value_each = matches!(data_type, Struct(_) | Union(_, UnionMode::Sparse));
    let end = array.length.saturating_add(array.offset);
    if has_a_value_each && children.iter().any(|child| child.length < end) {
        return Err(Fault::arrow(format!(
            "an array of the type {data_type} has a child that is shorter than itself"
        )));
    }
    match (raw::array_dictionary(array)?, data_type) {
        (Some(values), Dictionary(_, value_type)) => check(values, value_type, depth + 1)?,
        (None, Dictionary(..)) => {
            return Err(Fault::arrow("an array has no dictionary for its keys"));
        }
        (Some(_), _) => return Err(Fault::arrow("an array has a dictionary, and its schema none")),
        (None, _) => {}
    }
    let mut below = children.into_iter().zip(types);
    below.try_for_each(|(child, data_type)| check(child, data_type, depth + 1))
}
