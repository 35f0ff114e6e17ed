//! How do some rows of a batch become a batch?

use std::sync::Arc;

use arrow::array::{
    Array, ArrayData, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, StringBuilder,
    make_array,
};
use arrow::buffer::BooleanBuffer;
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UnionMode};
use arrow::error::ArrowError;

use crate::Error;

use super::lists::{Lists, Verdict};

/// What excluded rows get besides their own columns: the verdict, the list, the reason.
const EXCLUDED_COLUMNS: [&str; 3] = ["stoplist_verdict", "stoplist_list", "stoplist_reason"];

/// The schema of the excluded rows of an input with this schema.
///
/// All columns and the metadata of the input, then three columns of nullable `Utf8`:
/// `stoplist_verdict` (`block`, `invalid` or `null`), `stoplist_list` (the list that blocks, else
/// null) and `stoplist_reason` (the [`code`](stoplist::Refusal::code) of the refusal when invalid,
/// else null).
///
/// # Errors
///
/// [`Error::ReservedColumn`] when the input has a column of one of these names.
pub fn excluded_schema(schema: &Schema) -> Result<SchemaRef, Error> {
    let is_reserved = |field: &&Arc<Field>| EXCLUDED_COLUMNS.contains(&field.name().as_str());
    if let Some(field) = schema.fields().iter().find(is_reserved) {
        return Err(Error::ReservedColumn { column: field.name().clone() });
    }
    let added = EXCLUDED_COLUMNS.map(|name| Arc::new(Field::new(name, DataType::Utf8, true)));
    let fields: Vec<_> = schema.fields().iter().cloned().chain(added).collect();
    Ok(Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone())))
}

/// The rows whose bit is set. Copies nothing when all are.
pub(super) fn rows(batch: &RecordBatch, wanted: &BooleanBuffer) -> Result<RecordBatch, Error> {
    match wanted.count_set_bits() {
        all if all == batch.num_rows() => return Ok(batch.clone()),
        // Arrow's filter would make the columns anew, with other dictionaries than the other
        // batches of a stream have.
        0 => return Ok(batch.slice(0, 0)),
        _ => {}
    }
    let selected = filter_record_batch(batch, &BooleanArray::new(wanted.clone(), None))
        .and_then(|selected| with_types_of(batch, selected));
    selected.map_err(Error::arrow("select the rows of a batch"))
}

/// The rows whose bit is set, and what is to be said about each; `verdicts` has one a set bit.
pub(super) fn excluded(
    batch: &RecordBatch,
    wanted: &BooleanBuffer,
    verdicts: impl Iterator<Item = Verdict>,
    lists: &Lists,
) -> Result<RecordBatch, Error> {
    let schema = excluded_schema(batch.schema_ref())?;
    let selected = rows(batch, wanted)?;
    let [mut verdict_column, mut list_column, mut reason_column] =
        [(); 3].map(|()| StringBuilder::new());
    for verdict in verdicts {
        let (name, list, reason) = match verdict {
            Verdict::Block(list) => (Some("block"), lists.name(list), None),
            Verdict::Invalid(refusal) => (Some("invalid"), None, Some(refusal.code())),
            Verdict::Null => (Some("null"), None, None),
            Verdict::Allow => (None, None, None),
        };
        verdict_column.append_option(name);
        list_column.append_option(list);
        reason_column.append_option(reason);
    }
    let mut columns = selected.columns().to_vec();
    for mut added in [verdict_column, list_column, reason_column] {
        columns.push(Arc::new(added.finish()));
    }
    assemble(schema, columns, selected.num_rows())
        .map_err(Error::arrow("add the reasons to the excluded rows"))
}

/// Takes the names of inner fields as they come: the input may have others than its schema.
fn assemble(
    schema: SchemaRef,
    columns: Vec<ArrayRef>,
    rows: usize,
) -> Result<RecordBatch, ArrowError> {
    let options =
        RecordBatchOptions::new().with_match_field_names(false).with_row_count(Some(rows));
    RecordBatch::try_new_with_options(schema, columns, &options)
}

/// Gives the columns of `selected` exactly the types of those of `batch`.
///
/// Arrow's filter makes run-end encoded arrays anew, and with them the inner fields, whose names,
/// metadata and nullability are part of the type.
fn with_types_of(batch: &RecordBatch, selected: RecordBatch) -> Result<RecordBatch, ArrowError> {
    if !batch.columns().iter().any(|column| nests_runs(column.data_type())) {
        return Ok(selected);
    }
    let columns = batch.columns().iter().zip(selected.columns()).map(|(column, selected)| {
        if nests_runs(column.data_type()) {
            with_type(selected.to_data(), column.data_type()).map(make_array)
        } else {
            Ok(Arc::clone(selected))
        }
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    assemble(selected.schema(), columns, selected.num_rows())
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
