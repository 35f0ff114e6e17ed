//! How are the wanted rows of a column copied that only Arrow knows?

use arrow::array::{Array, ArrayData, ArrayRef, make_array};
use arrow::compute;
use arrow::datatypes::{DataType, UnionMode};
use arrow::error::ArrowError;

use super::wanted::Wanted;

/// The wanted rows of a column, in exactly its type.
///
/// Arrow's filter makes run-end encoded arrays anew, and with them the inner fields, whose names,
/// metadata and nullability are part of the type.
pub(super) fn filter(column: &ArrayRef, wanted: &Wanted) -> Result<ArrayRef, ArrowError> {
    let selected = compute::filter(column, &wanted.to_array())?;
    if nests_runs(column.data_type()) {
        with_type(selected.to_data(), column.data_type()).map(make_array)
    } else {
        Ok(selected)
    }
}

/// The types that Arrow's filter goes down into, and so may change.
fn nests_runs(data_type: &DataType) -> bool {
    match data_type {
        DataType::RunEndEncoded(..) => true,
        DataType::Struct(fields) => fields.iter().any(|field| nests_runs(field.data_type())),
        DataType::Union(fields, UnionMode::Sparse) => {
            fields.iter().any(|(_, field)| nests_runs(field.data_type()))
        }
        _ => false,
    }
}

fn with_type(data: ArrayData, data_type: &DataType) -> Result<ArrayData, ArrowError> {
    let children = data.child_data().iter().cloned();
    let children: Result<Vec<_>, _> = match data_type {
        DataType::RunEndEncoded(ends, values) => children
            .zip([ends, values])
            .map(|(child, field)| with_type(child, field.data_type()))
            .collect(),
        DataType::Struct(fields) => {
            children.zip(fields).map(|(child, field)| with_type(child, field.data_type())).collect()
        }
        DataType::Union(fields, UnionMode::Sparse) => children
            .zip(fields.iter())
            .map(|(child, (_, field))| with_type(child, field.data_type()))
            .collect(),
        _ => return Ok(data),
    };
    data.into_builder().data_type(data_type.clone()).child_data(children?).build()
}
