//! How does a batch come in, and go out?

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::arrow::array::{Array, ArrayData, RecordBatch, RecordBatchOptions, StructArray};
use ::arrow::datatypes::{DataType, Schema, SchemaRef, UnionMode};
use ::arrow::error::ArrowError;
use ::arrow::ffi::from_ffi_and_data_type;
use stoplist_arrow::{Filter, Filtered, Pass, checks_texts_of};

use crate::fault::Fault;

use super::{ArrowArray, ArrowSchema, array, schema};

/// A batch whose texts are still to be checked, by the threads of a filter.
pub(crate) struct Imported(RecordBatch);

impl Imported {
    /// The batch, which now may be used.
    pub(crate) fn checked(self, filter: &Filter) -> Result<RecordBatch, Fault> {
        filter.check_texts(&self.0)?;
        Ok(self.0)
    }

    /// What a pass makes of it.
    pub(crate) fn filtered(self, pass: &mut Pass) -> Result<Filtered, Fault> {
        Ok(pass.check_and_apply(&self.0)?)
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        self.0.schema()
    }
}

/// A batch of this schema. The array is released when nothing of the batch is left.
pub(crate) fn import(given: ArrowArray, schema: &SchemaRef) -> Result<Imported, Fault> {
    let data_type = schema::as_struct(schema);
    array::check(&given, &data_type, 0)?;
    if given.length == 0 {
        return Ok(Imported(RecordBatch::new_empty(SchemaRef::clone(schema))));
    }
    let import = || {
        // SAFETY: the host vouches for the pointers; lengths and counts were checked, and the data is
        // below and by `Imported`, before anything reads it.
        let data = plain(unsafe { from_ffi_and_data_type(given, data_type) }?)?;
        data.validate()?;
        data.validate_nulls()?;
        data.child_data().iter().try_for_each(check_column)?;
        batch(data, schema).map(Imported)
    };
    // Arrow asserts where it does not expect an error; with data that is no better than it should be,
    // that is the data's fault.
    let imported = catch_unwind(AssertUnwindSafe(import));
    let imported =
        imported.map_err(|_| Fault::arrow("the batch cannot be imported as its schema"))?;
    imported.map_err(|error| Fault::arrow(format!("the batch: {error}")))
}

/// Checks all of a column but what `Imported` checks. Who filters counts on the number of nulls.
fn check_column(column: &ArrayData) -> Result<(), ArrowError> {
    match checks_texts_of(column.data_type()) {
        true => column.validate_nulls(),
        false => column.validate_full(),
    }
}

/// The same as Arrow makes arrays of it without a mistake.
///
/// - An array that is empty is made anew: cut out of another one, it may point into the middle of
///   offsets, for which importing sees no bytes, and what is checked behind would not have that.
/// - Where an array uses a part of the arrays below it, and a struct is among them, the part is cut out
///   here: Arrow cuts the columns of a struct twice.
fn plain(data: ArrayData) -> Result<ArrayData, ArrowError> {
    if data.is_empty() {
        return Ok(ArrayData::new_empty(data.data_type()));
    }
    if !is_odd(&data) {
        return Ok(data);
    }
    let children = data.child_data().iter().cloned();
    let Some(part) = part_below(&data).filter(|_| cuts_struct(&data)) else {
        let children = children.map(plain).collect::<Result<Vec<_>, _>>()?;
        return data.into_builder().child_data(children).build();
    };
    let children = children.map(|child| cut(child, &part).and_then(plain));
    let children = children.collect::<Result<Vec<_>, _>>()?;
    // The ids of a union; the others have none.
    let (offset, len) = (data.offset(), data.len());
    let buffers = data.buffers().iter().map(|ids| ids.slice_with_length(offset, len)).collect();
    let nulls = data.nulls().cloned();
    let made = ArrayData::builder(data.data_type().clone()).len(len).nulls(nulls);
    made.buffers(buffers).child_data(children).build()
}

fn is_odd(data: &ArrayData) -> bool {
    data.is_empty() || cuts_struct(data) || data.child_data().iter().any(is_odd)
}

/// Which values of the arrays below it an array uses, when that is for its own place to say.
fn part_below(data: &ArrayData) -> Option<Range<usize>> {
    let size = match data.data_type() {
        DataType::Struct(_) | DataType::Union(_, UnionMode::Sparse) => 1,
        DataType::FixedSizeList(_, size) => usize::try_from(*size).ok()?,
        _ => return None,
    };
    let end = data.offset().checked_add(data.len())?.checked_mul(size)?;
    Some(data.offset().checked_mul(size)?..end)
}

fn cuts_struct(data: &ArrayData) -> bool {
    let is_cut = |part: Range<usize>| {
        data.child_data().iter().any(|child| part != (0..child.len()) && has_struct(child))
    };
    part_below(data).is_some_and(is_cut)
}

fn has_struct(data: &ArrayData) -> bool {
    matches!(data.data_type(), DataType::Struct(_)) || data.child_data().iter().any(has_struct)
}

/// A part of an array. That of a struct is another place in the same columns.
fn cut(data: ArrayData, part: &Range<usize>) -> Result<ArrayData, ArrowError> {
    if part.end > data.len() {
        let message = "an array is shorter than the one above it needs".to_owned();
        return Err(ArrowError::InvalidArgumentError(message));
    }
    if !matches!(data.data_type(), DataType::Struct(_)) {
        return Ok(data.slice(part.start, part.len()));
    }
    let nulls = data.nulls().map(|nulls| nulls.slice(part.start, part.len()));
    let offset = data.offset() + part.start;
    data.into_builder().offset(offset).len(part.len()).nulls(nulls).build()
}

fn batch(data: ArrayData, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let rows = StructArray::from(data);
    if rows.null_count() > 0 {
        let message = "it has rows that are null as a whole".to_owned();
        return Err(ArrowError::InvalidArgumentError(message));
    }
    let len = rows.len();
    let (_, columns, _) = rows.into_parts();
    let options = RecordBatchOptions::new().with_row_count(Some(len));
    RecordBatch::try_new_with_options(SchemaRef::clone(schema), columns, &options)
}

/// A batch for C, which owns it.
pub(crate) fn export(batch: RecordBatch) -> ArrowArray {
    ArrowArray::new(&StructArray::from(batch).to_data())
}

/// A schema for C, which owns it.
pub(crate) fn export_schema(schema: &Schema) -> Result<ArrowSchema, Fault> {
    ArrowSchema::try_from(schema)
        .map_err(|error| Fault::arrow(format!("the schema cannot be given: {error}")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ::arrow::array::{Array, ArrayData, AsArray, Int64Array, StructArray};
    use ::arrow::datatypes::{DataType, Field, Int64Type};
    use ::arrow::error::ArrowError;

    use super::{check_column, plain};

    #[test]
    fn a_part_of_a_struct_that_is_a_part_of_another_is_cut_once() -> Result<(), ArrowError> {
        let inner = Field::new("n", DataType::Int64, false);
        let numbers = Int64Array::from_iter_values(0..10);
        let inner = StructArray::from(vec![(Arc::new(inner), Arc::new(numbers) as _)]);
        let part = inner.to_data().into_builder().offset(2).len(8).build()?;
        let field = Field::new("inner", part.data_type().clone(), false);
        let outer = ArrayData::builder(DataType::Struct(vec![field].into()));
        let outer = outer.offset(4).len(3).add_child_data(part).build()?;
        let made = StructArray::from(plain(outer)?);
        let numbers = made.column(0).as_struct().column(0).as_primitive::<Int64Type>();
        assert_eq!(numbers.values(), &[6, 7, 8]);
        Ok(())
    }

    #[test]
    #[expect(unsafe_code, reason = "what a host may say")]
    fn nulls_of_texts_are_counted() {
        let with = |count| {
            let texts = ArrayData::builder(DataType::Utf8).len(2);
            let texts = texts.add_buffer([0_u8; 12].into()).add_buffer([0_u8; 0].into());
            let texts = texts.null_bit_buffer(Some([1_u8].into())).null_count(count);
            // SAFETY: the wrong count is only looked at.
            unsafe { texts.build_unchecked() }
        };
        assert!(check_column(&with(1)).is_ok());
        assert!(check_column(&with(2)).is_err());
    }
}
