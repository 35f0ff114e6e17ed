//! How does a batch come in, and go out?

use std::panic::{AssertUnwindSafe, catch_unwind};

use ::arrow::array::{Array, ArrayData, RecordBatch, RecordBatchOptions, StructArray};
use ::arrow::datatypes::{Schema, SchemaRef};
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
        let data = without_empty(unsafe { from_ffi_and_data_type(given, data_type) }?)?;
        data.validate()?;
        data.validate_nulls()?;
        let mut others =
            data.child_data().iter().filter(|column| !checks_texts_of(column.data_type()));
        others.try_for_each(ArrayData::validate_full)?;
        batch(data, schema).map(Imported)
    };
    // Arrow asserts where it does not expect an error; with data that is no better than it should be,
    // that is the data's fault.
    let imported = catch_unwind(AssertUnwindSafe(import));
    let imported =
        imported.map_err(|_| Fault::arrow("the batch cannot be imported as its schema"))?;
    imported.map_err(|error| Fault::arrow(format!("the batch: {error}")))
}

/// The same with arrays that are empty made anew. One that was cut out of another may point into the
/// middle of offsets, for which importing sees no bytes, and what is checked behind would not have that.
fn without_empty(data: ArrayData) -> Result<ArrayData, ::arrow::error::ArrowError> {
    if data.is_empty() {
        return Ok(ArrayData::new_empty(data.data_type()));
    }
    if !data.child_data().iter().any(has_empty) {
        return Ok(data);
    }
    let children = data.child_data().iter().cloned().map(without_empty);
    let children = children.collect::<Result<Vec<_>, _>>()?;
    data.into_builder().child_data(children).build()
}

fn has_empty(data: &ArrayData) -> bool {
    data.is_empty() || data.child_data().iter().any(has_empty)
}

fn batch(data: ArrayData, schema: &SchemaRef) -> Result<RecordBatch, ::arrow::error::ArrowError> {
    let rows = StructArray::from(data);
    if rows.null_count() > 0 {
        let message = "it has rows that are null as a whole".to_owned();
        return Err(::arrow::error::ArrowError::InvalidArgumentError(message));
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
