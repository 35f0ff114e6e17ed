//! Which columns of a batch hold the numbers of its rows?

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Schema, SchemaRef};

use crate::{Error, check_type, find_number_column};

use super::OnBlocked;
use super::options::Column;

/// The columns that hold the numbers of a row: at least one, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NumberColumns(Vec<NumberColumn>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct NumberColumn {
    position: usize,
    name: String,
}

impl NumberColumns {
    /// The columns that were asked for, or else the one whose name says that it holds numbers.
    pub(super) fn of(wanted: &[Column], schema: &Schema) -> Result<Self, Error> {
        let mut positions = Vec::with_capacity(wanted.len());
        if wanted.is_empty() {
            positions.push(find_number_column(schema, None)?);
        }
        for column in wanted {
            let position = match column {
                Column::Named(name) => find_number_column(schema, Some(name))?,
                Column::At(position) if *position < schema.fields().len() => *position,
                Column::At(position) => return Err(no_position(*position, schema.fields().len())),
            };
            if !positions.contains(&position) {
                positions.push(position);
            }
        }
        let named =
            |position| NumberColumn { position, name: schema.field(position).name().clone() };
        Ok(Self(positions.into_iter().map(named).collect()))
    }

    /// Whether they can be read, and emptied where that may be needed.
    pub(super) fn check(&self, schema: &Schema, on_blocked: OnBlocked) -> Result<(), Error> {
        for field in self.0.iter().filter_map(|column| schema.fields().get(column.position)) {
            check_type(field.name(), field.data_type())?;
            let is_run_end_encoded = matches!(field.data_type(), DataType::RunEndEncoded(..));
            if is_run_end_encoded && on_blocked == OnBlocked::EmptyCell {
                return Err(Error::ColumnType {
                    column: field.name().clone(),
                    data_type: field.data_type().clone(),
                    hint: "single cells of runs cannot be emptied; \
                           take out whole rows, or store the numbers without run-end encoding",
                });
            }
        }
        Ok(())
    }

    /// The names of the columns.
    pub(super) fn names(&self) -> Vec<String> {
        self.0.iter().map(|column| column.name.clone()).collect()
    }

    /// The columns of a batch, with their names, which have to be what they were.
    pub(super) fn arrays<'a>(
        &'a self,
        batch: &'a RecordBatch,
    ) -> Result<Vec<(&'a str, &'a ArrayRef)>, Error> {
        let array = |NumberColumn { position, name }: &'a NumberColumn| {
            let found = batch.schema_ref().fields().get(*position);
            let (Some(found), Some(array)) = (found, batch.columns().get(*position)) else {
                return Err(no_position(*position, batch.num_columns()));
            };
            if found.name() != name {
                let (column, found) = (name.clone(), found.name().clone());
                return Err(Error::ColumnMoved { column, index: *position, found });
            }
            Ok((name.as_str(), array))
        };
        self.0.iter().map(array).collect()
    }

    /// The schema of the rows that are kept.
    pub(super) fn schema_of_kept(&self, schema: &SchemaRef, on_blocked: OnBlocked) -> SchemaRef {
        if on_blocked == OnBlocked::ExcludeRow {
            return Arc::clone(schema);
        }
        let fields = schema.fields().iter().enumerate().map(|(position, field)| {
            if self.place_of(position).is_some() && !field.is_nullable() {
                Arc::new(field.as_ref().clone().with_nullable(true))
            } else {
                Arc::clone(field)
            }
        });
        let fields: Vec<_> = fields.collect();
        Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
    }

    /// The columns of a batch, those with numbers as `replace` makes them of their place among
    /// these.
    pub(super) fn replaced(
        &self,
        batch: &RecordBatch,
        replace: impl Fn(usize, &ArrayRef) -> Result<ArrayRef, Error>,
    ) -> Result<Vec<ArrayRef>, Error> {
        let columns = batch.columns().iter().enumerate().map(|(position, column)| {
            match self.place_of(position) {
                Some(place) => replace(place, column),
                None => Ok(Arc::clone(column)),
            }
        });
        columns.collect()
    }

    /// Which of the number columns is at a position.
    fn place_of(&self, position: usize) -> Option<usize> {
        self.0.iter().position(|column| column.position == position)
    }
}

fn no_position(index: usize, columns: usize) -> Error {
    Error::ColumnPosition { index, columns }
}
