//! How are up to 15 ASCII digits read at once?
//!
//! "SIMD within a register": eight digits are one `u64`, and three multiplications make a number
//! of them. A text of 8 to 15 digits is two such words: its first eight bytes and its last eight,
//! which overlap; the overlap is masked out of the second.
//!
//! ```text
//! "15551234567"   first = "15551234"   last = "51234567" → mask → "00000567"
//!                 value = 15551234 × 10^3 + 567,  prefix = 1555
//! ```

/// The digits of a text as one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    /// All digits as an integer.
    pub(super) value: u64,
    /// The first four digits as an integer.
    pub(super) prefix: u16,
}

/// The fewest digits that [`read`] takes.
pub(super) const MIN_DIGITS: usize = 4;
/// The most digits that [`read`] takes: those of the longest E.164 number.
pub(super) const MAX_DIGITS: usize = 15;

/// 10 to the power of the index.
pub(super) const POW10: [u64; 16] = {
    let mut powers = [1; 16];
    let mut i = 1;
    while i < powers.len() {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

/// How a text of some number of digits splits into its two words.
#[derive(Clone, Copy)]
struct Split {
    /// The bytes of the last word that the first word does not hold yet.
    mask: u64,
    /// 10 to the power of their number.
    place: u64,
}

/// Index: the number of digits, 8 to 15.
const SPLITS: [Split; MAX_DIGITS + 1] = {
    let mut splits = [Split { mask: 0, place: 1 }; MAX_DIGITS + 1];
    let mut n = 9;
    while n < splits.len() {
        splits[n] = Split { mask: u64::MAX << (8 * (16 - n)), place: POW10[n - 8] };
        n += 1;
    }
    splits
};

/// Reads a text that is 4 to 15 ASCII digits and nothing else; `None` for any other.
#[inline]
pub(super) fn read(text: &[u8]) -> Option<Digits> {
    let &Split { mask, place } = SPLITS.get(text.len())?;
    let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) else {
        return read_short(text);
    };
    let first = u64::from_le_bytes(*first) ^ ZEROS;
    let last = (u64::from_le_bytes(*last) ^ ZEROS) & mask;
    if (non_digits(first) | non_digits(last)) != 0 {
        return None;
    }
    let (prefix, head) = combine(first);
    let (_, tail) = combine(last);
    Some(Digits { value: head * place + tail, prefix })
}

/// The same for 4 to 7 digits: two words of four bytes. Kept out of line: few numbers are so
/// short, and the loops that call `read` keep their registers.
#[cold]
#[inline(never)]
fn read_short(text: &[u8]) -> Option<Digits> {
    let (first, last) = (text.first_chunk::<4>()?, text.last_chunk::<4>()?);
    // The first four digits fill the upper half of one word, the new ones of the last four the
    // lower half of another, each right-aligned among zeros.
    let keep = u32::MAX.checked_shl(8 * (8 - text.len() as u32)).unwrap_or(0);
    let first = u64::from(u32::from_le_bytes(*first) ^ ZEROS as u32);
    let last = u64::from((u32::from_le_bytes(*last) ^ ZEROS as u32) & keep);
    if (non_digits(first) | non_digits(last)) != 0 {
        return None;
    }
    let (prefix, _) = combine(first);
    let (tail, _) = combine(last);
    let place = POW10.get(text.len().wrapping_sub(MIN_DIGITS))?;
    Some(Digits { value: u64::from(prefix) * place + u64::from(tail), prefix })
}

/// Eight times `b'0'`: the exclusive or with it turns digits into 0 to 9.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Not 0 when any byte is above 9. A carry into the next byte only comes from a byte that has told.
#[inline]
const fn non_digits(word: u64) -> u64 {
    (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080
}

/// The first four of eight digits as a number, and all eight. The first is in the lowest byte.
#[inline]
const fn combine(digits: u64) -> (u16, u64) {
    let twos = (digits.wrapping_mul(1 + (10 << 8)) >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = (twos.wrapping_mul(1 + (100 << 16)) >> 16) & 0x0000_FFFF_0000_FFFF;
    let eight = fours.wrapping_mul(1 + (10_000 << 32)) >> 32;
    (fours as u16, eight)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The standard library's answer.
    fn model(text: &[u8]) -> Option<Digits> {
        let text = std::str::from_utf8(text).ok()?;
        let plain = (MIN_DIGITS..=MAX_DIGITS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| Digits {
            value: text.parse().unwrap_or_default(),
            prefix: text[..4].parse().unwrap_or_default(),
        })
    }

    #[test]
    fn every_byte_at_every_place_is_a_digit_or_refused() {
        for n in 0..=20 {
            for place in 0..n {
                for byte in 0..=u8::MAX {
                    let mut text: Vec<u8> = (0..n).map(|i| b'0' + (i * 7 % 10) as u8).collect();
                    text[place] = byte;
                    assert_eq!(read(&text), model(&text), "{}", text.escape_ascii());
                }
            }
        }
    }

    proptest! {
        #[test]
        fn reads_what_the_standard_library_reads(text in "[0-9]{0,18}") {
            prop_assert_eq!(read(text.as_bytes()), model(text.as_bytes()));
        }

        #[test]
        fn refuses_what_the_standard_library_refuses(
            text in prop::collection::vec(prop_oneof![4 => b'0'..=b'9', 1 => any::<u8>()], 0..18)
        ) {
            prop_assert_eq!(read(&text), model(&text));
        }
    }
}
