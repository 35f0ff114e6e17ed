//! What can go wrong, and what to do about it.

use std::fmt;

use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use stoplist::{Refusal, StoreError};

use crate::shown::shown;

/// Why a column could not be read or a batch not be filtered.
///
/// Each has a fixed [`code`](Error::code) and a message of one line that names the column, row or
/// list at fault and the way out. Names and values in messages are cut at 60 characters and their
/// control characters escaped; the fields hold names in full.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No column has the name that was asked for.
    #[error("no column is named {}; {columns}", shown(name))]
    NoSuchColumn {
        /// The name that was asked for.
        name: String,
        /// The columns that there are.
        columns: Columns,
    },
    /// Several columns have the name that was asked for.
    #[error("several columns are named {}; rename all but one; {columns}", shown(name))]
    RepeatedColumn {
        /// The name that was asked for.
        name: String,
        /// The columns that there are.
        columns: Columns,
    },
    /// No name was asked for, and no column has one of [`crate::NUMBER_COLUMN_NAMES`].
    #[error("no column has a name that says it holds phone numbers; name the column; {columns}")]
    NoNumberColumn {
        /// The columns that there are.
        columns: Columns,
    },
    /// No name was asked for, and several columns have one of [`crate::NUMBER_COLUMN_NAMES`].
    #[error("several columns may hold the phone numbers; name the one that does; {columns}")]
    SeveralNumberColumns {
        /// Those that may.
        columns: Columns,
    },
    /// A batch has no column at the position that was asked for.
    #[error(
        "there is no column at position {index} (the first is 0), the batch has {columns}; \
         find the position in the schema of the same batch"
    )]
    ColumnPosition {
        /// The position that was asked for, from 0.
        index: usize,
        /// How many columns the batch has.
        columns: usize,
    },
    /// A batch has another column where those before had their numbers.
    #[error(
        "the column at position {index} of this batch is {}, not {} as before (the first is 0); \
         give all batches of a broadcast list the same schema",
        shown(found),
        shown(column)
    )]
    ColumnMoved {
        /// The name of the column that should be there.
        column: String,
        /// The position, from 0.
        index: usize,
        /// The name of the column that is there.
        found: String,
    },
    /// The type of a column cannot hold phone numbers.
    #[error("column {} has the type {}: {hint}", shown(column), shown(&data_type.to_string()))]
    ColumnType {
        /// The name of the column.
        column: String,
        /// Its type.
        data_type: DataType,
        /// Why not, and what to store instead.
        hint: &'static str,
    },
    /// The input already has a column with the name of one that excluded rows get.
    #[error(
        "the input already has a column named {}, which the excluded rows get; \
         rename it in the input",
        shown(column)
    )]
    ReservedColumn {
        /// The name.
        column: String,
    },
    /// Two lists of a filter have the same name, so a report could not tell them apart.
    #[error("two lists are named {}; give each its own name, or unite them", shown(list))]
    RepeatedList {
        /// The name.
        list: String,
    },
    /// The store whose lists are asked cannot say.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row is not a number, and [`Policy::Error`](crate::Policy::Error) says that it must be.
    #[error(
        "row {row} of column {}: `{text}` is not a number: {refusal}; \
         correct it, or exclude or keep such rows instead",
        shown(column)
    )]
    InvalidRow {
        /// The row of the stream; the first row is 1.
        row: u64,
        /// The name of the column.
        column: String,
        /// The value, cut at 60 characters, with its control characters escaped.
        text: String,
        /// Why it is not a number.
        refusal: Refusal,
    },
    /// A row is null, and [`Policy::Error`](crate::Policy::Error) says that it must not be.
    #[error(
        "row {row} of column {} is null; fill it in, or exclude or keep such rows instead",
        shown(column)
    )]
    NullRow {
        /// The row of the stream; the first row is 1.
        row: u64,
        /// The name of the column.
        column: String,
    },
    /// Arrow could not make the rows that were asked for.
    #[error("Arrow could not {action}: {source}; check that what wrote the batch is sound")]
    Arrow {
        /// What was to be done.
        action: &'static str,
        /// What Arrow said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A job panicked. The batch is lost, the filter can go on.
    #[error(
        "a job of the filter panicked: {message}; this is a defect, \
         please report it with the type of each column"
    )]
    Panicked {
        /// What the panic said.
        message: String,
    },
}

impl Error {
    /// The fixed name of the error: lower case with underscores. Never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchColumn { .. } => "no_such_column",
            Self::RepeatedColumn { .. } => "repeated_column",
            Self::NoNumberColumn { .. } => "no_number_column",
            Self::SeveralNumberColumns { .. } => "several_number_columns",
            Self::ColumnPosition { .. } => "column_position",
            Self::ColumnMoved { .. } => "column_moved",
            Self::ColumnType { .. } => "column_type",
            Self::ReservedColumn { .. } => "reserved_column",
            Self::RepeatedList { .. } => "repeated_list",
            Self::Store(error) => error.code(),
            Self::InvalidRow { .. } => "invalid_row",
            Self::NullRow { .. } => "null_row",
            Self::Arrow { .. } => "arrow",
            Self::Panicked { .. } => "panicked",
        }
    }

    /// For `map_err`: what was being done when Arrow refused.
    pub(crate) fn arrow(action: &'static str) -> impl FnOnce(ArrowError) -> Self {
        move |source| Self::Arrow { action, source: Box::new(source) }
    }
}

/// At most this many columns are named in a message.
const MAX_LISTED: usize = 20;

/// Names of columns, for a message: the first 20, and how many more there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    listed: Vec<String>,
    more: usize,
}

impl Columns {
    pub(crate) fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut names = names.into_iter();
        let listed = names.by_ref().take(MAX_LISTED).map(str::to_owned).collect();
        Self { listed, more: names.count() }
    }

    /// The names that a message lists, in the order of the columns.
    #[must_use]
    pub fn listed(&self) -> &[String] {
        &self.listed
    }

    /// How many names are left out.
    #[must_use]
    pub const fn more(&self) -> usize {
        self.more
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.listed.split_first() else {
            return f.write_str("there are no columns");
        };
        write!(f, "the columns are {}", shown(first))?;
        rest.iter().try_for_each(|name| write!(f, ", {}", shown(name)))?;
        match self.more {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
