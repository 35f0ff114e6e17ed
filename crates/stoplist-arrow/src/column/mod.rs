//! Which phone number does each row of an Arrow column hold?
//!
//! A column is read in two steps: [`unfold`] says which value each row has, so that a value that
//! many rows share is judged once; [`values`] judges the values. Nothing here knows sets or lists.

mod find;
mod types;
mod unfold;
mod values;

use arrow::array::Array;
use arrow::buffer::NullBuffer;
use stoplist::{ParsedColumn, Parser, PhoneNumber, Refusal, Status};

use crate::Error;

pub use find::{NUMBER_COLUMN_NAMES, find_list_column, find_number_column};
pub use types::check_type;
pub(crate) use unfold::{Rows, Unfolded};

/// What one row of a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// A phone number.
    Number(PhoneNumber),
    /// Something else, and why it is not taken as a number.
    Refused(Refusal),
    /// Nothing: the row is null.
    Null,
}

/// A column of numbers that has been read: a number, a refusal or null for each row.
///
/// ```
/// use arrow::array::StringArray;
/// use stoplist::{Parser, Refusal};
/// use stoplist_arrow::{NumberColumn, Row};
///
/// let texts = StringArray::from(vec![Some("+4930901820"), Some("nobody"), None]);
/// let column = NumberColumn::read(&Parser::international(), "phone", &texts)?;
/// assert_eq!(column.numbers(), [4930901820, 0, 0]);
/// assert_eq!(column.row(1), Row::Refused(Refusal::NotANumber));
/// assert_eq!(column.row(2), Row::Null);
/// # Ok::<(), stoplist_arrow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct NumberColumn {
    /// A null row has no number and the status of an empty text.
    parsed: ParsedColumn,
    /// As long as `parsed`; `None` when no row is null.
    nulls: Option<NullBuffer>,
}

impl NumberColumn {
    /// Reads every row of `array`; `name` is the column's name in errors.
    ///
    /// Text and binary arrays of all kinds are read as text, integers and decimals of scale 0 as
    /// the text of their digits, each by the rules of `parser`. Bytes that are not UTF-8 and
    /// values below zero are [`Refusal::NotANumber`]; decimals that do not fit a `u64` are
    /// [`Refusal::TooLong`]. Of a dictionary or run-end encoded array each distinct value that
    /// the rows use is judged once. A row is null when its value is, however the array says so.
    ///
    /// # Cost
    ///
    /// As [`Parser`] says for each value, 9 bytes of memory a row, 17 while a dictionary or
    /// run-end encoded array is read. No allocation a row but those of the parser. Serial: to read
    /// in parallel, slice the array.
    ///
    /// # Errors
    ///
    /// [`Error::ColumnType`] where [`check_type`] says so; [`Error::Arrow`] when the used values
    /// of a dictionary cannot be gathered.
    pub fn read(parser: &Parser, name: &str, array: &dyn Array) -> Result<Self, Error> {
        check_type(name, array.data_type())?;
        let unfolded = Unfolded::of(array)?;
        let values = Self::read_values(parser, name, &unfolded.values)?;
        Ok(match unfolded.rows {
            Rows::AreValues => values,
            Rows::Share(values_of_rows) => values.gathered(&values_of_rows),
        })
    }

    /// Reads an array that is neither dictionary nor run-end encoded.
    fn read_values(parser: &Parser, name: &str, array: &dyn Array) -> Result<Self, Error> {
        let mut parsed = ParsedColumn::default();
        read_into(parser, name, array, &mut parsed)?;
        let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0);
        Ok(Self { parsed, nulls })
    }

    /// Each row the value at its index; null where there is no such value.
    fn gathered(&self, indices: &[usize]) -> Self {
        let mut parsed = ParsedColumn::default();
        for &index in indices {
            parsed.push(match self.row(index) {
                Row::Number(number) => Ok(number),
                Row::Refused(refusal) => Err(refusal),
                Row::Null => Err(Refusal::Empty),
            });
        }
        let nulls: NullBuffer = indices.iter().map(|&index| !self.is_null(index)).collect();
        Self { parsed, nulls: Some(nulls).filter(|nulls| nulls.null_count() > 0) }
    }

    /// The rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parsed.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parsed.is_empty()
    }

    /// What a row holds, counted from 0; [`Row::Null`] past the last one.
    #[must_use]
    #[inline]
    pub fn row(&self, index: usize) -> Row {
        let row = self.parsed.numbers().get(index).zip(self.parsed.statuses().get(index));
        match row {
            Some((&number, &status)) if !self.is_null(index) => decoded(number, status),
            _ => Row::Null,
        }
    }

    /// What each row holds, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row> + '_ {
        (0..self.len()).map(|index| self.row(index))
    }

    /// Whether a row is null, counted from 0; so is every row past the last one.
    #[must_use]
    #[inline]
    pub fn is_null(&self, index: usize) -> bool {
        index >= self.len() || self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(index))
    }

    /// One value a row; 0 where the row is refused or null.
    #[must_use]
    pub fn numbers(&self) -> &[u64] {
        self.parsed.numbers()
    }

    /// One status a row. A null row has that of [`Refusal::Empty`]: [`is_null`](Self::is_null)
    /// tells it from an empty text.
    #[must_use]
    pub fn statuses(&self) -> &[Status] {
        self.parsed.statuses()
    }
}

/// Appends the values of an array that is neither dictionary nor run-end encoded. A null one is
/// taken as an empty text.
pub(crate) fn read_into(
    parser: &Parser,
    name: &str,
    array: &dyn Array,
    to: &mut ParsedColumn,
) -> Result<(), Error> {
    values::parse(parser, array, to)
        .ok_or_else(|| types::refused(name, array.data_type(), types::NOT_NUMBERS))
}

/// A row that is not null.
#[inline]
fn decoded(number: u64, status: Status) -> Row {
    if status.is_ok() {
        PhoneNumber::new(number).map_or_else(Row::Refused, Row::Number)
    } else {
        Row::Refused(status.refusal().unwrap_or(Refusal::NotANumber))
    }
}
