//! What can an Arrow file do with a dictionary that changes from batch to batch?
//!
//! Nothing: a file has one dictionary a column, and the batch that needs the first has to be
//! written before the second is known. So where dictionaries may change, the columns are written
//! as plain values. Their content is the same, their type is the type of the values.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::{can_cast_types, cast};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;

/// The schema with plain values for dictionaries, where Arrow can convert them; `None` when there
/// is nothing to convert.
pub(super) fn plain_schema(schema: &SchemaRef) -> Option<SchemaRef> {
    let mut changed = false;
    let fields = schema.fields().iter().map(|field| {
        let plain = plain_field(field);
        if Arc::ptr_eq(&plain, field) || !can_cast_types(field.data_type(), plain.data_type()) {
            return Arc::clone(field);
        }
        changed = true;
        plain
    });
    let plain = Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone());
    changed.then(|| Arc::new(plain))
}

/// The batch in the schema that [`plain_schema`] gave.
pub(super) fn plain_batch(
    batch: &RecordBatch,
    schema: &SchemaRef,
) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| {
        if column.data_type() == field.data_type() {
            Ok(Arc::clone(column))
        } else {
            cast(column, field.data_type())
        }
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
}

/// The first column with a dictionary in it.
pub(super) fn first_with_dictionary(schema: &Schema) -> Option<&FieldRef> {
    schema.fields().iter().find(|field| !Arc::ptr_eq(&plain_field(field), field))
}

/// The same field when it has no dictionary in it.
fn plain_field(field: &FieldRef) -> FieldRef {
    match plain_type(field.data_type()) {
        Some(plain) => Arc::new(
            Field::new(field.name(), plain, field.is_nullable())
                .with_metadata(field.metadata().clone()),
        ),
        None => Arc::clone(field),
    }
}

/// `None` when there is no dictionary in the type, or where Arrow could not convert it anyway.
fn plain_type(data_type: &DataType) -> Option<DataType> {
    let child = |field: &FieldRef| {
        let plain = plain_field(field);
        (!Arc::ptr_eq(&plain, field)).then_some(plain)
    };
    match data_type {
        DataType::Dictionary(_, values) => {
            Some(plain_type(values).unwrap_or_else(|| values.as_ref().clone()))
        }
        DataType::List(field) => child(field).map(DataType::List),
        DataType::LargeList(field) => child(field).map(DataType::LargeList),
        DataType::ListView(field) => child(field).map(DataType::ListView),
        DataType::LargeListView(field) => child(field).map(DataType::LargeListView),
        DataType::FixedSizeList(field, size) => {
            child(field).map(|field| DataType::FixedSizeList(field, *size))
        }
        DataType::Map(field, sorted) => child(field).map(|field| DataType::Map(field, *sorted)),
        DataType::Struct(fields) => {
            let plain: Vec<FieldRef> = fields.iter().map(plain_field).collect();
            let changed = plain.iter().zip(fields).any(|(plain, field)| !Arc::ptr_eq(plain, field));
            changed.then(|| DataType::Struct(plain.into()))
        }
        _ => None,
    }
}
