//! Which column of a table holds the numbers?

use arrow::datatypes::Schema;

use crate::Error;
use crate::error::Columns;

/// The names that say that a column holds phone numbers. Case, spaces and punctuation do not count:
/// `PhoneNumber` and `Phone-Number` are `phone_number` too.
pub const NUMBER_COLUMN_NAMES: [&str; 8] =
    ["phone", "phone_number", "msisdn", "mobile", "to", "recipient", "wa_id", "number"];

/// The position of the column that holds the numbers of a broadcast list, from 0.
///
/// With a name in `wanted`: the column of exactly that name, or else the only one of that name
/// when ASCII case and white space around it do not count. Without: the only column with one of
/// [`NUMBER_COLUMN_NAMES`]. Its type is not looked at: see [`check_type`](crate::check_type).
///
/// # Errors
///
/// [`Error::NoSuchColumn`], [`Error::RepeatedColumn`], [`Error::NoNumberColumn`] and
/// [`Error::SeveralNumberColumns`]; each lists the columns to choose from.
///
/// ```
/// use arrow::datatypes::{DataType, Field, Schema};
/// use stoplist_arrow::find_number_column;
///
/// let schema = Schema::new(vec![
///     Field::new("name", DataType::Utf8, true),
///     Field::new("Mobile ", DataType::Utf8, true),
/// ]);
/// assert_eq!(find_number_column(&schema, None)?, 1);
/// assert_eq!(find_number_column(&schema, Some("name"))?, 0);
/// assert_eq!(find_number_column(&schema, Some("fax")).unwrap_err().code(), "no_such_column");
/// # Ok::<(), stoplist_arrow::Error>(())
/// ```
pub fn find_number_column(schema: &Schema, wanted: Option<&str>) -> Result<usize, Error> {
    match wanted {
        Some(name) => find_wanted(schema, name),
        None => find_known(schema),
    }
}

/// The position of the column that holds the numbers of a blocklist, from 0.
///
/// As [`find_number_column`], but without a name in `wanted` the only column of a table will do,
/// whatever its name.
///
/// # Errors
///
/// As [`find_number_column`].
pub fn find_list_column(schema: &Schema, wanted: Option<&str>) -> Result<usize, Error> {
    match find_number_column(schema, wanted) {
        Err(Error::NoNumberColumn { .. }) if schema.fields().len() == 1 => Ok(0),
        found => found,
    }
}

fn find_wanted(schema: &Schema, name: &str) -> Result<usize, Error> {
    let exact = |field: &str| field == name;
    let alike = |field: &str| same_name(field, name);
    let columns = || Columns::new(names(schema));
    let mut found = positions(schema, exact);
    if found.is_empty() {
        found = positions(schema, alike);
    }
    match found.as_slice() {
        &[position] => Ok(position),
        [] => Err(Error::NoSuchColumn { name: name.to_owned(), columns: columns() }),
        _ => Err(Error::RepeatedColumn { name: name.to_owned(), columns: columns() }),
    }
}

fn find_known(schema: &Schema) -> Result<usize, Error> {
    let letters = |name: &str| -> String {
        name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
    };
    let is_known = |field: &str| {
        let field = letters(field);
        NUMBER_COLUMN_NAMES.iter().any(|name| letters(name) == field)
    };
    match positions(schema, is_known).as_slice() {
        &[position] => Ok(position),
        [] => Err(Error::NoNumberColumn { columns: Columns::new(names(schema)) }),
        _ => {
            let known = names(schema).filter(|name| is_known(name));
            Err(Error::SeveralNumberColumns { columns: Columns::new(known) })
        }
    }
}

fn same_name(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}

fn names(schema: &Schema) -> impl Iterator<Item = &str> {
    schema.fields().iter().map(|field| field.name().as_str())
}

fn positions(schema: &Schema, matches: impl Fn(&str) -> bool) -> Vec<usize> {
    let named = names(schema).enumerate();
    named.filter(|(_, name)| matches(name)).map(|(position, _)| position).collect()
}
