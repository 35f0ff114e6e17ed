//! How is the place after a page written down, so that the next page finds it again?
//!
//! A cursor holds the order and the place of the last row in it: what the row is compared by, and
//! its slot. It does not matter whether the row still stands there. The bytes, in lower-case
//! hexadecimal digits, which need no quoting in a URL:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version, 1 |
//! | 1 | the field, by its place in [`SortField::ALL`] |
//! | 1 | 1 when the order descends, 0 otherwise |
//! | 4 | the slot, lowest byte first |
//! | the rest | the folded text, or the eight bytes of the key, lowest first |
//! | 4 | CRC-32C of all before, lowest byte first |
//!
//! The checksum finds slips, not forgery: a forged cursor is another place in the order, no more.

use super::error::QueryError;
use super::order::is_text;
use super::sort::{ContactSort, SortField};

const VERSION: u8 = 1;
const HEAD_BYTES: usize = 7;
const CHECKSUM_BYTES: usize = 4;
/// Longer than that of any text the store takes; whatever is longer is not even read.
const MAX_CHARACTERS: usize = 16_384;

/// The place of a row in an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) sort: ContactSort,
    pub(super) value: CursorValue,
    pub(super) slot: u32,
}

/// What the row is compared by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CursorValue {
    Key(u64),
    Text(Box<[u8]>),
}

impl Cursor {
    pub(super) fn encode(&self) -> String {
        let field = SortField::ALL.iter().position(|field| *field == self.sort.field);
        let mut bytes = vec![VERSION, field.unwrap_or(0) as u8, u8::from(self.sort.descending)];
        bytes.extend(self.slot.to_le_bytes());
        match &self.value {
            CursorValue::Key(key) => bytes.extend(key.to_le_bytes()),
            CursorValue::Text(text) => bytes.extend_from_slice(text),
        }
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
        bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }

    /// Reads a cursor for an order.
    pub(super) fn decode(text: &str, sort: ContactSort) -> Result<Self, QueryError> {
        let cursor = Self::read(text).ok_or(QueryError::CursorDamaged)?;
        if cursor.sort == sort {
            Ok(cursor)
        } else {
            Err(QueryError::CursorSort { cursor: cursor.sort, query: sort })
        }
    }

    fn read(text: &str) -> Option<Self> {
        let bytes = from_hexadecimal(text)?;
        let (checked, checksum) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
        if crc32c::crc32c(checked).to_le_bytes() != *checksum {
            return None;
        }
        let (head, value) = checked.split_first_chunk::<HEAD_BYTES>()?;
        let [VERSION, field, descending @ (0 | 1), slot @ ..] = *head else { return None };
        let field = *SortField::ALL.get(usize::from(field))?;
        let value = if is_text(field) {
            CursorValue::Text(value.into())
        } else {
            CursorValue::Key(u64::from_le_bytes(value.try_into().ok()?))
        };
        let sort = ContactSort { field, descending: descending == 1 };
        Some(Self { sort, value, slot: u32::from_le_bytes(slot) })
    }
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if text.len() > MAX_CHARACTERS || !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(value(*high)? << 4 | value(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cursor(field: SortField) -> Cursor {
        let value = if is_text(field) {
            CursorValue::Text("ann ⱥ".as_bytes().into())
        } else {
            CursorValue::Key(0x0123_4567_89AB_CDEF)
        };
        Cursor { sort: ContactSort::descending(field), value, slot: 7_000_000 }
    }

    #[test]
    fn cursors_are_read_back_and_stay_as_they_are_written() {
        for field in SortField::ALL {
            let cursor = cursor(field);
            assert_eq!(Cursor::decode(&cursor.encode(), cursor.sort), Ok(cursor));
        }
        let created = cursor(SortField::Created).encode();
        assert_eq!(created, "010501c0cf6a00efcdab89674523012f146b65");
    }

    #[test]
    fn a_cursor_of_another_order_is_refused_with_both() {
        let asked = ContactSort::ascending(SortField::Name);
        let error = Cursor::decode(&cursor(SortField::Name).encode(), asked).unwrap_err();
        assert!(error.to_string().starts_with("the cursor belongs to the order name:desc, "));
        assert!(error.to_string().contains("asks for name:asc"));
    }

    #[test]
    fn any_changed_missing_or_further_character_is_noticed() {
        for field in SortField::ALL {
            let (whole, sort) = (cursor(field).encode(), cursor(field).sort);
            for place in 0..whole.len() {
                let mut changed = whole.clone().into_bytes();
                changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
                let changed = String::from_utf8(changed).unwrap();
                assert_eq!(Cursor::decode(&changed, sort), Err(QueryError::CursorDamaged));
                let cut = Cursor::decode(&whole[..place], sort);
                assert_eq!(cut, Err(QueryError::CursorDamaged));
            }
            for longer in [format!("{whole}0"), format!("{whole}00"), whole.to_uppercase()] {
                assert_eq!(Cursor::decode(&longer, sort), Err(QueryError::CursorDamaged));
            }
        }
        let long = "0".repeat(1 << 20);
        let sort = ContactSort::default();
        assert_eq!(Cursor::decode(&long, sort), Err(QueryError::CursorDamaged));
    }

    #[test]
    fn a_right_checksum_does_not_make_a_wrong_cursor_right() {
        let key = [0; 8];
        for head in [[2, 5, 1], [1, 7, 1], [1, 255, 0], [1, 5, 2]] {
            let mut bytes = [&head[..], &[0; 4], &key].concat();
            bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
            let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let sort = ContactSort::descending(SortField::Created);
            assert_eq!(Cursor::decode(&text, sort), Err(QueryError::CursorDamaged), "{head:?}");
        }
        for length in [0, 7, 9] {
            let mut bytes = [&[1, 5, 1, 0, 0, 0, 0][..], &vec![0; length]].concat();
            bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
            let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let sort = ContactSort::descending(SortField::Created);
            assert_eq!(Cursor::decode(&text, sort), Err(QueryError::CursorDamaged), "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*", hexadecimal in "[0-9a-f]{0,80}") {
            for text in [text, hexadecimal] {
                prop_assert!(Cursor::decode(&text, ContactSort::default()).is_err());
            }
        }
    }
}
