//! Is a schema one that can be imported?

use ::arrow::datatypes::{DataType, Schema};

use crate::fault::Fault;

use super::ArrowSchema;
use super::raw::{self, MOST_CHILDREN};

/// How deep types may be nested.
pub(super) const MOST_DEPTH: usize = 64;

/// The schema of batches.
pub(crate) fn schema(given: &ArrowSchema) -> Result<Schema, Fault> {
    if raw::format(given)? != "+s" {
        return Err(Fault::arrow("the schema is not that of a batch: its format is not `+s`"));
    }
    check(given, 0, &mut 0)?;
    Schema::try_from(given).map_err(|error| Fault::arrow(format!("the schema: {error}")))
}

/// Checks what importing takes for granted, in a schema and all below it.
fn check(schema: &ArrowSchema, depth: usize, fields: &mut usize) -> Result<(), Fault> {
    *fields += 1;
    if depth > MOST_DEPTH || *fields > MOST_CHILDREN {
        return Err(Fault::arrow(format!(
            "a schema has over {MOST_CHILDREN} fields, or nests over {MOST_DEPTH} deep"
        )));
    }
    let (format, name) = (raw::format(schema)?, raw::name(schema)?);
    raw::check_metadata(schema)?;
    let children = raw::schema_children(schema)?;
    let bad = |what: &str| {
        let name = name.unwrap_or_default().chars().take(60).collect::<String>();
        Fault::arrow(format!("the field {name:?} has the format {format:?}, and {what}"))
    };
    let count = children.len();
    if !has_right_children(format, &children)? {
        return Err(bad(&format!("{count} children, which do not fit it")));
    }
    if !has_right_parameters(format) {
        return Err(bad("its parameters are not possible"));
    }
    if let Some(dictionary) = raw::schema_dictionary(schema)? {
        if !["c", "C", "s", "S", "i", "I", "l", "L"].contains(&format) {
            return Err(bad("a dictionary, whose keys have to be integers"));
        }
        check(dictionary, depth + 1, fields)?;
    }
    children.into_iter().try_for_each(|child| check(child, depth + 1, fields))
}

/// Whether a format has the children that it needs.
fn has_right_children(format: &str, children: &[&ArrowSchema]) -> Result<bool, Fault> {
    let Some(nested) = format.strip_prefix('+') else { return Ok(children.is_empty()) };
    let count = children.len();
    let first = || children.first().map(|child| raw::format(child)).transpose();
    Ok(match nested {
        "s" => true,
        "l" | "L" | "vl" | "vL" => count == 1,
        "m" => {
            let entries = children.first().map(|child| raw::schema_children(child)).transpose()?;
            count == 1 && first()? == Some("+s") && entries.is_some_and(|fields| fields.len() == 2)
        }
        "r" => count == 2 && matches!(first()?, Some("s" | "i" | "l")),
        _ if nested.starts_with("w:") => count == 1,
        _ => match nested.strip_prefix("ud:").or_else(|| nested.strip_prefix("us:")) {
            Some("") => count == 0,
            Some(ids) => {
                let ids: Vec<Option<i8>> =
                    ids.split(',').map(|id| id.parse().ok().filter(|&id| id >= 0)).collect();
                let is_new = |(at, id): (usize, &Option<i8>)| {
                    id.is_some() && ids.iter().take(at).all(|other| other != id)
                };
                ids.len() == count && ids.iter().enumerate().all(is_new)
            }
            None => false,
        },
    })
}

/// Whether what stands behind the colon is possible. Times and time zones are left to Arrow.
fn has_right_parameters(format: &str) -> bool {
    if let Some(size) = format.strip_prefix("+w:") {
        return size.parse::<i32>().is_ok_and(|size| size >= 0);
    }
    if let Some(size) = format.strip_prefix("w:") {
        // Arrow loses count of values without bytes when it copies some of them.
        return size.parse::<i32>().is_ok_and(|size| size > 0);
    }
    let Some(decimal) = format.strip_prefix("d:") else { return true };
    let parts: Option<Vec<i32>> = decimal.split(',').map(|part| part.parse().ok()).collect();
    let (precision, scale, bits) = match parts.as_deref() {
        Some(&[precision, scale]) => (precision, scale, 128),
        Some(&[precision, scale, bits]) => (precision, scale, bits),
        _ => return false,
    };
    let most = match bits {
        32 => 9,
        64 => 18,
        128 => 38,
        256 => 76,
        _ => return false,
    };
    (1..=most).contains(&precision) && (-most..=precision).contains(&scale)
}

/// The fields of a batch as the type of a struct.
pub(super) fn as_struct(schema: &Schema) -> DataType {
    DataType::Struct(schema.fields().clone())
}
