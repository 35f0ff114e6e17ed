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

/// For `n` digits, the bytes of the last word that the first word does not hold yet.
const TAIL_MASK: [u64; 16] = {
    let mut masks = [0; 16];
    let mut n = 9;
    while n < masks.len() {
        masks[n] = u64::MAX << (8 * (16 - n));
        n += 1;
    }
    masks
};

/// Reads a text that is 4 to 15 ASCII digits and nothing else; `None` for any other.
#[inline]
pub(super) fn read(text: &[u8]) -> Option<Digits> {
    let n = text.len();
    let (first, last, tail) = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(&first), Some(&last)) => {
            let mask = TAIL_MASK.get(n)?;
            (u64::from_le_bytes(first), u64::from_le_bytes(last), mask)
        }
        _ => return read_short(text),
    };
    let first = first ^ ZEROS;
    let last = (last ^ ZEROS) & tail;
    if has_non_digit(first) | has_non_digit(last) {
        return None;
    }
    let (high, low) = fours(first);
    let head = u64::from(high) * 10_000 + u64::from(low);
    let (tail_high, tail_low) = fours(last);
    let tail = u64::from(tail_high) * 10_000 + u64::from(tail_low);
    // `n` is 8 to 15 here, or TAIL_MASK would have had no entry.
    let shift = POW10.get(n.wrapping_sub(8))?;
    Some(Digits { value: head * shift + tail, prefix: high as u16 })
}

/// The same for 4 to 7 digits: two words of four bytes.
fn read_short(text: &[u8]) -> Option<Digits> {
    let (first, last) = (text.first_chunk::<4>()?, text.last_chunk::<4>()?);
    // The first four digits fill the upper half of one word, the new ones of the last four the
    // lower half of another, each right-aligned among zeros.
    let keep = u32::MAX.checked_shl(8 * (8 - text.len() as u32)).unwrap_or(0);
    let first = u64::from(u32::from_le_bytes(*first) ^ ZEROS as u32);
    let last = u64::from((u32::from_le_bytes(*last) ^ ZEROS as u32) & keep);
    if has_non_digit(first) | has_non_digit(last) {
        return None;
    }
    let (prefix, _) = fours(first);
    let (tail, _) = fours(last);
    let shift = POW10.get(text.len().wrapping_sub(MIN_DIGITS))?;
    Some(Digits { value: u64::from(prefix) * shift + u64::from(tail), prefix: prefix as u16 })
}

/// Eight times `b'0'`: the exclusive or with it turns digits into 0 to 9.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Whether any byte is above 9. A carry into the next byte only comes from a byte that has told.
#[inline]
const fn has_non_digit(word: u64) -> bool {
    (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080 != 0
}

/// Eight digits, the first in the lowest byte, as two numbers of four digits.
#[inline]
const fn fours(word: u64) -> (u32, u32) {
    let twos = (word.wrapping_mul(10).wrapping_add(word >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (twos.wrapping_mul(100).wrapping_add(twos >> 16)) & 0x0000_FFFF_0000_FFFF;
    (fours as u32, (fours >> 32) as u32)
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
