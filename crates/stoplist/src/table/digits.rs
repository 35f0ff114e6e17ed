//! Do some digits stand next to each other in a number?
//!
//! A number is packed into a `u64` of 15 half bytes, one a digit, the last digit lowest. A half
//! byte holds the digit plus one, and zero where the number has ended: so no digit of a search is
//! found before a number's first, and packed numbers order as the numbers do. All places of a
//! packed number are compared at once.

use crate::PhoneNumber;

const MAX_DIGITS: usize = 15;
const LOWEST_BITS: u64 = 0x1111_1111_1111_1111;
const HIGHEST_BITS: u64 = LOWEST_BITS << 3;

/// A phone number as half bytes, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PackedNumber(u64);

impl PackedNumber {
    /// No number; it orders first.
    pub(super) const NONE: Self = Self(0);

    pub(super) fn new(number: Option<PhoneNumber>) -> Self {
        let mut rest = number.map_or(0, PhoneNumber::get);
        let (mut packed, mut shift) = (0, 0);
        while rest > 0 {
            packed |= (rest % 10 + 1) << shift;
            rest /= 10;
            shift += 4;
        }
        Self(packed)
    }

    pub(super) const fn get(self) -> u64 {
        self.0
    }

    /// The half bytes that hold this half byte, told by their highest bits. Exact: no carry of one
    /// half byte reaches the next.
    const fn places_of(self, repeated: u64) -> u64 {
        let zero_where_equal = self.0 ^ repeated;
        let low_bits_carried = (zero_where_equal & !HIGHEST_BITS) + !HIGHEST_BITS;
        !(low_bits_carried | zero_where_equal) & HIGHEST_BITS
    }
}

/// Digits to look for in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    /// The half byte of each digit in all places, first digit first. `None` where there are more
    /// digits than numbers have: no number holds them.
    repeated: Option<Vec<u64>>,
}

impl Digits {
    /// The digits of a text that has digits and otherwise only what is written between them:
    /// `+`, spaces, hyphens, dots, brackets and slashes. `None` for any other text.
    pub(super) fn of_text(text: &str) -> Option<(Self, usize)> {
        let written_between = |byte: &u8| b"+ -./()[]".contains(byte);
        let digits = text.bytes().filter(u8::is_ascii_digit);
        let count = digits.clone().count();
        if count == 0 || !text.bytes().all(|b| b.is_ascii_digit() || written_between(&b)) {
            return None;
        }
        let repeat = |digit: u8| u64::from(digit - b'0' + 1) * LOWEST_BITS;
        let repeated = (count <= MAX_DIGITS).then(|| digits.map(repeat).collect());
        Some((Self { repeated }, count))
    }

    /// Whether the number holds the digits next to each other, in any place.
    pub(super) fn are_in(&self, number: PackedNumber) -> bool {
        let Some(repeated) = &self.repeated else { return false };
        let mut starts = HIGHEST_BITS;
        for (place, &digit) in repeated.iter().enumerate() {
            // A later digit stands in a lower half byte: it is moved up to the first one's place.
            starts &= number.places_of(digit) << (4 * place);
            if starts == 0 {
                return false;
            }
        }
        true
    }

    /// Whether they are all the digits of the number.
    pub(super) fn are(&self, number: PackedNumber) -> bool {
        let digit_count = (u64::BITS - number.0.leading_zeros()).div_ceil(4) as usize;
        self.repeated.as_ref().is_some_and(|all| all.len() == digit_count) && self.are_in(number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn digits(text: &str) -> Digits {
        Digits::of_text(text).unwrap().0
    }

    fn packed(number: u64) -> PackedNumber {
        PackedNumber::new(Some(PhoneNumber::new(number).unwrap()))
    }

    #[test]
    fn digits_are_found_at_both_ends_and_nowhere_before_the_first() {
        for number in [1_000_000, 4_930_901_820, 999_999_999_999_999] {
            let text = number.to_string();
            for (start, end) in
                (0..text.len()).flat_map(|s| (s + 1..=text.len()).map(move |e| (s, e)))
            {
                assert!(digits(&text[start..end]).are_in(packed(number)), "{start}..{end}");
            }
            assert!(!digits(&format!("0{text}")).are_in(packed(number)));
            assert!(digits(&text).are(packed(number)));
            assert!(!digits(&text[1..]).are(packed(number)));
            assert!(!digits(&text).are_in(PackedNumber::NONE));
        }
        assert!(!digits(&"9".repeat(16)).are_in(packed(999_999_999_999_999)));
    }

    #[test]
    fn only_what_is_written_in_numbers_is_read_as_one() {
        assert_eq!(Digits::of_text("+49 (30) 90-18/2.0"), Digits::of_text("4930901820"));
        for text in ["", "+", " - ", "12a", "1,2", "1\u{0}2", "٤٢"] {
            assert_eq!(Digits::of_text(text), None, "{text}");
        }
        assert_eq!(Digits::of_text("[7]").map(|(_, count)| count), Some(1));
    }

    proptest! {
        #[test]
        fn digits_are_found_where_text_would_be(
            number in 1_000_000_u64..=999_999_999_999_999,
            other in 1_000_000_u64..=999_999_999_999_999,
            wanted in "[0-9]{1,4}",
        ) {
            prop_assert_eq!(
                digits(&wanted).are_in(packed(number)),
                number.to_string().contains(&wanted)
            );
            prop_assert_eq!(packed(number).cmp(&packed(other)), number.cmp(&other));
        }
    }
}
