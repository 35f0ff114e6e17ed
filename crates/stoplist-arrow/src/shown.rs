//! How does a name or a value from outside appear in a message?
//!
//! Short, on one line, and without anything that a terminal would obey.

use arrow::array::{Array, AsArray};
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};

/// The longest text in a message, in characters.
const MAX_SHOWN: usize = 60;
/// As many bytes as one character more can have: what is cut from them is never seen.
const MAX_BYTES: usize = (MAX_SHOWN + 1) * 4;

/// The text, cut at 60 characters, with what does not print escaped.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == MAX_SHOWN {
            shown.push('…');
            break;
        }
        if character == ' ' || character.is_ascii_graphic() {
            shown.push(character);
        } else {
            shown.extend(character.escape_debug());
        }
    }
    shown
}

/// One value of an array that is neither dictionary nor run-end encoded, as [`shown`].
pub(crate) fn shown_value(array: &dyn Array, index: usize) -> String {
    if let Some(bytes) = bytes_at(array, index) {
        let bytes = bytes.get(..MAX_BYTES).unwrap_or(bytes);
        return shown(&String::from_utf8_lossy(bytes));
    }
    let text = ArrayFormatter::try_new(array, &FormatOptions::default())
        .and_then(|format| format.value(index).try_to_string());
    shown(&text.unwrap_or_default())
}

/// The bytes of a text or binary value.
fn bytes_at(array: &dyn Array, index: usize) -> Option<&[u8]> {
    if index >= array.len() {
        return None;
    }
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string_opt::<i32>()?.value(index).as_bytes()),
        DataType::LargeUtf8 => Some(array.as_string_opt::<i64>()?.value(index).as_bytes()),
        DataType::Utf8View => Some(array.as_string_view_opt()?.value(index).as_bytes()),
        DataType::Binary => Some(array.as_binary_opt::<i32>()?.value(index)),
        DataType::LargeBinary => Some(array.as_binary_opt::<i64>()?.value(index)),
        DataType::BinaryView => Some(array.as_binary_view_opt()?.value(index)),
        DataType::FixedSizeBinary(_) => Some(array.as_fixed_size_binary_opt()?.value(index)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn cuts_long_texts_and_escapes_what_does_not_print() {
        assert_eq!(shown("+49 30 \"901820\" `\\`"), "+49 30 \"901820\" `\\`");
        assert_eq!(shown("a\u{1b}[2J\nb\u{202e}ü"), "a\\u{1b}[2J\\nb\\u{202e}ü");
        assert_eq!(shown(&"7".repeat(60)), "7".repeat(60));
        assert_eq!(shown(&"é".repeat(61)), format!("{}…", "é".repeat(60)));
    }
}
