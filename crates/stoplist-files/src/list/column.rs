//! Which of these names is that of the column of numbers?

use std::path::Path;

use arrow::datatypes::{DataType, Field, Schema};

use crate::Error;

/// The position of the column to read: the one that is wanted, or the one with a known name, or
/// the only one.
pub(super) fn find_column<'n>(
    path: &Path,
    names: impl IntoIterator<Item = &'n str>,
    wanted: Option<&str>,
) -> Result<usize, Error> {
    let fields = names.into_iter().map(|name| Field::new(name, DataType::Utf8, true));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    stoplist_arrow::find_list_column(&schema, wanted)
        .map_err(|source| Error::Column { path: path.to_path_buf(), source })
}
