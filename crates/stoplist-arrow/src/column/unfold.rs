//! Which value does each row have, when rows share values?
//!
//! Dictionary and run-end encoded arrays, also one inside the other, become an array of plain
//! values and an index a row. Nothing here knows what the values mean.

use arrow::array::{Array, ArrayRef, AsArray, RunArray, UInt64Array};
use arrow::compute::take;
use arrow::datatypes::{
    ArrowNativeType, DataType, Int16Type, Int32Type, Int64Type, RunEndIndexType,
};

use crate::Error;

/// The index of a row that has no value. No array is that long.
const NO_VALUE: usize = usize::MAX;

/// An array taken apart.
pub(crate) struct Unfolded {
    /// Neither dictionary nor run-end encoded, and no longer than the array was.
    pub(crate) values: ArrayRef,
    pub(crate) rows: Rows,
}

/// Where the rows of an array have their values.
pub(crate) enum Rows {
    /// Row `i` is value `i`.
    AreValues,
    /// The index of the value of each row; past the end when the row has none.
    Share(Vec<usize>),
}

impl Rows {
    /// The index of the value that a row has.
    #[inline]
    pub(crate) fn value_of(&self, row: usize) -> usize {
        match self {
            Self::AreValues => row,
            Self::Share(indices) => indices.get(row).copied().unwrap_or(NO_VALUE),
        }
    }
}

impl Unfolded {
    /// Takes an array apart. Free for a plain array; 8 bytes a row for others.
    pub(crate) fn of(array: &dyn Array) -> Result<Self, Error> {
        let (values, indices) = follow(array);
        match indices {
            None => Ok(Self { values, rows: Rows::AreValues }),
            // A slice of a few rows may come with a dictionary of millions.
            Some(indices) if values.len() > indices.len() => only_used(&values, &indices),
            Some(indices) => Ok(Self { values, rows: Rows::Share(indices) }),
        }
    }
}

/// The plain values at the bottom, and the index of each row where rows are not values.
fn follow(array: &dyn Array) -> (ArrayRef, Option<Vec<usize>>) {
    let folded = match array.data_type() {
        DataType::Dictionary(..) => dictionary(array),
        DataType::RunEndEncoded(ends, _) => match ends.data_type() {
            DataType::Int16 => array.as_run_opt::<Int16Type>().map(runs),
            DataType::Int32 => array.as_run_opt::<Int32Type>().map(runs),
            DataType::Int64 => array.as_run_opt::<Int64Type>().map(runs),
            _ => None,
        },
        _ => None,
    };
    let Some((values, outer)) = folded else { return (array.slice(0, array.len()), None) };
    match follow(&values) {
        (values, None) => (values, Some(outer)),
        (values, Some(inner)) => {
            let inner_of = |index| inner.get(index).copied().unwrap_or(NO_VALUE);
            (values, Some(outer.into_iter().map(inner_of).collect()))
        }
    }
}

fn dictionary(array: &dyn Array) -> Option<(ArrayRef, Vec<usize>)> {
    let dictionary = array.as_any_dictionary_opt()?;
    let values = dictionary.values();
    if values.is_empty() {
        return Some((values.slice(0, 0), vec![NO_VALUE; array.len()]));
    }
    let mut indices = dictionary.normalized_keys();
    if let Some(nulls) = dictionary.keys().nulls() {
        for (index, valid) in indices.iter_mut().zip(nulls) {
            if !valid {
                *index = NO_VALUE;
            }
        }
    }
    Some((values.slice(0, values.len()), indices))
}

fn runs<R: RunEndIndexType>(array: &RunArray<R>) -> (ArrayRef, Vec<usize>) {
    let mut indices = Vec::with_capacity(array.len());
    for (value, end) in array.run_ends().sliced_values().enumerate() {
        indices.resize(end.as_usize(), value);
    }
    (array.values_slice(), indices)
}

/// Leaves out the values that no row has. n log n for n rows, whatever the number of values.
fn only_used(values: &ArrayRef, indices: &[usize]) -> Result<Unfolded, Error> {
    let mut used: Vec<usize> =
        indices.iter().copied().filter(|&index| index < values.len()).collect();
    used.sort_unstable();
    used.dedup();
    let place = |index: &usize| used.binary_search(index).unwrap_or(NO_VALUE);
    let rows = Rows::Share(indices.iter().map(place).collect());
    // Each value at most once: nothing can grow beyond what it was.
    let used: UInt64Array = used.iter().map(|&index| index as u64).collect();
    let values = take(values, &used, None).map_err(Error::arrow("gather a dictionary's values"))?;
    Ok(Unfolded { values, rows })
}
