//! How are the name and the email of a contact kept, to be searched and compared?
//!
//! Folded, one after the other, each with a byte after it that is in no UTF-8: a search of a text
//! never finds the end of one field with the start of the next.

use memchr::memchr;

/// Ends a field.
pub(super) const FIELD_END: u8 = 0xFF;

/// Bytes of a text in a key.
const KEY_TEXT: usize = 7;

/// The name and the email of a run, or two empty texts.
pub(super) fn fields(run: &[u8]) -> (&[u8], &[u8]) {
    let name_end = memchr(FIELD_END, run).unwrap_or(0);
    let name = run.get(..name_end).unwrap_or_default();
    let email = run.get(name_end + 1..run.len().saturating_sub(1)).unwrap_or_default();
    (name, email)
}

/// Seven bytes of a text as a number, the first of them or those after so many sevens.
///
/// Keys order as the texts do. The lowest byte says how many bytes there still are, eight for all
/// more than seven: so a text comes after its own beginning, and equal keys mean equal texts
/// wherever [`ends_with`] holds.
pub(super) fn key(text: &[u8], sevens: usize) -> u64 {
    let rest = text.get(sevens * KEY_TEXT..).unwrap_or_default();
    let mut bytes = [0; 8];
    for (byte, &of_text) in bytes.iter_mut().zip(rest.iter().take(KEY_TEXT)) {
        *byte = of_text;
    }
    u64::from_be_bytes(bytes) | rest.len().min(KEY_TEXT + 1) as u64
}

/// Whether a text ends within the bytes of its key.
pub(super) const fn ends_with(key: u64) -> bool {
    key & 0xFF <= KEY_TEXT as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_fields_are_found_whatever_is_empty() {
        for (name, email) in [("", ""), ("a", ""), ("", "b"), ("ann", "a@x.org")] {
            let run = [name.as_bytes(), &[FIELD_END], email.as_bytes(), &[FIELD_END]].concat();
            assert_eq!(fields(&run), (name.as_bytes(), email.as_bytes()));
        }
        assert_eq!(fields(&[]), (&[][..], &[][..]));
    }

    proptest! {
        #[test]
        fn keys_order_as_texts_do(
            a in "[\0ab]{0,24}",
            b in "[\0ab]{0,24}",
        ) {
            let keys = |text: &str| {
                let mut keys = Vec::new();
                for sevens in 0.. {
                    keys.push(key(text.as_bytes(), sevens));
                    if keys.last().is_some_and(|&key| ends_with(key)) {
                        break;
                    }
                }
                keys
            };
            prop_assert_eq!(keys(&a).cmp(&keys(&b)), a.cmp(&b));
        }
    }
}
