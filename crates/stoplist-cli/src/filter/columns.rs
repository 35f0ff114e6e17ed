//! Which columns do the words of `--column` name?

use arrow::datatypes::Schema;

/// The names that are given, in their order. A value is one name when a column has exactly that,
/// comma and all; else commas part it.
pub(super) fn named_columns(given: &[String], schema: &Schema) -> Vec<String> {
    let is_column = |name: &str| schema.fields().iter().any(|field| field.name() == name);
    let mut names = Vec::new();
    for value in given {
        if is_column(value) {
            names.push(value.clone());
        } else {
            names.extend(value.split(',').map(str::to_owned));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field};

    use super::*;

    #[test]
    fn a_comma_parts_names_unless_a_column_has_it() {
        let field = |name: &str| Field::new(name, DataType::Utf8, true);
        let schema = Schema::new(["a", "b", "a,b"].map(field).to_vec());
        let named = |given: &[&str]| {
            let given: Vec<String> = given.iter().map(|&value| value.to_owned()).collect();
            named_columns(&given, &schema)
        };
        assert_eq!(named(&[]), [""; 0]);
        assert_eq!(named(&["a,b"]), ["a,b"]);
        assert_eq!(named(&["b,a"]), ["b", "a"]);
        assert_eq!(named(&["b", "a,c"]), ["b", "a", "c"]);
        assert_eq!(named(&["a,"]), ["a", ""]);
    }
}
