//! How are up to 15 ASCII digits read at once?
//!
//! "SIMD within a register": eight digits are one `u64`, and three multiplications make a number
//! of them. A text of 8 to 15 digits is two such words: its first eight bytes and its last eight,
//! which overlap; the overlap is masked out of the second. x86-64 does both words at once.
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

/// How to divide by a power of 10 without dividing: multiply, keep the upper half, and shift.
///
/// For a divisor `d` of `shift + 1` bits the factor is `2^(64 + shift) / d`, rounded up. So the
/// quotient of a value below 2^63 is too great by less than `1 / d`, which no floor sees.
#[derive(Clone, Copy)]
struct Reciprocal {
    factor: u64,
    shift: u32,
}

/// Index: the number of digits. Leaves the first four.
const FIRST_FOUR: [Reciprocal; MAX_DIGITS + 1] = {
    let mut reciprocals = [Reciprocal { factor: 0, shift: 0 }; MAX_DIGITS + 1];
    let mut n = MIN_DIGITS + 1;
    while n < reciprocals.len() {
        let divisor = POW10[n - MIN_DIGITS];
        let shift = divisor.ilog2();
        let factor = (1_u128 << (64 + shift)) / divisor as u128 + 1;
        reciprocals[n] = Reciprocal { factor: factor as u64, shift };
        n += 1;
    }
    reciprocals
};

/// The digits of an integer and how many they are, from 4 to 15; `None` for others.
#[inline]
pub(super) fn taken_apart(value: u64) -> Option<(Digits, usize)> {
    // 1233 / 4096 is nearly the logarithm of 2: as many digits as there are, or one less.
    let bits = u64::BITS - value.leading_zeros();
    let fewest = ((bits * 1233) >> 12) as usize;
    let length = fewest + usize::from(value >= *POW10.get(fewest)?);
    let prefix = match *FIRST_FOUR.get(length)? {
        Reciprocal { factor: 0, .. } if length < MIN_DIGITS => return None,
        Reciprocal { factor: 0, .. } => value as u16,
        Reciprocal { factor, shift } => {
            let product = u128::from(value) * u128::from(factor);
            (product >> (64 + shift)) as u16
        }
    };
    Some((Digits { value, prefix }, length))
}

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
    let (prefix, head, tail) = combine_two(first, last)?;
    Some(Digits { value: head * place + tail, prefix })
}

/// The first four digits of the first word as a number, and all eight of each; `None` when one of
/// the bytes is no digit. One word after the other.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline]
const fn combine_each(first: u64, last: u64) -> Option<(u16, u64, u64)> {
    if (non_digits(first) | non_digits(last)) != 0 {
        return None;
    }
    let (prefix, head) = combine(first);
    let (_, tail) = combine(last);
    Some((prefix, head, tail))
}

#[cfg(not(target_arch = "x86_64"))]
use combine_each as combine_two;

/// As [`combine_each`], both words side by side: 2.8 ns a number in place of 3.9 (`benches/record`,
/// "The filter").
#[cfg(target_arch = "x86_64")]
#[inline]
fn combine_two(first: u64, last: u64) -> Option<(u16, u64, u64)> {
    // SAFETY: SSE2 is part of x86-64: there is no such processor without it.
    #[expect(unsafe_code, reason = "the compiler does not see that the caller always may")]
    unsafe {
        combine_sse2(first, last)
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
fn combine_sse2(first: u64, last: u64) -> Option<(u16, u64, u64)> {
    use std::arch::x86_64::{
        _mm_add_epi8, _mm_add_epi16, _mm_and_si128, _mm_cvtsi128_si32, _mm_cvtsi128_si64,
        _mm_madd_epi16, _mm_movemask_epi8, _mm_mullo_epi16, _mm_or_si128, _mm_packs_epi32,
        _mm_set_epi64x, _mm_set1_epi8, _mm_set1_epi16, _mm_set1_epi32, _mm_srli_epi16,
    };
    let digits = _mm_set_epi64x(last.cast_signed(), first.cast_signed());
    let above_nine = _mm_or_si128(digits, _mm_add_epi8(digits, _mm_set1_epi8(0x76)));
    if _mm_movemask_epi8(above_nine) != 0 {
        return None;
    }
    // The earlier digit of a pair is in the lower half of its lane.
    let tens = _mm_mullo_epi16(_mm_and_si128(digits, _mm_set1_epi16(0xFF)), _mm_set1_epi16(10));
    let twos = _mm_add_epi16(tens, _mm_srli_epi16(digits, 8));
    let fours = _mm_madd_epi16(twos, _mm_set1_epi32(100 + (1 << 16)));
    let packed = _mm_packs_epi32(fours, fours);
    let eights = _mm_madd_epi16(packed, _mm_set1_epi32(10_000 + (1 << 16)));
    let eights = _mm_cvtsi128_si64(eights).cast_unsigned();
    let prefix = _mm_cvtsi128_si32(fours) as u16;
    Some((prefix, eights & u64::from(u32::MAX), eights >> u32::BITS))
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

    #[test]
    fn words_side_by_side_are_as_one_after_the_other() {
        for place in 0..16 {
            for byte in 0..=u8::MAX {
                let mut bytes: [u8; 16] = std::array::from_fn(|i| (i * 7 % 10) as u8);
                bytes[place] = byte;
                let [first, last] = [0, 8].map(|at| bytes[at..at + 8].try_into().unwrap());
                let [first, last] = [first, last].map(u64::from_le_bytes);
                assert_eq!(combine_two(first, last), combine_each(first, last), "{bytes:?}");
            }
        }
    }

    #[test]
    fn integers_are_taken_apart_as_their_text_is() {
        let powers = (0..20).map(|power| 10_u64.pow(power));
        let edges = powers.flat_map(|power| [power - 1, power, power + 1]);
        for value in edges.chain([0, 1 << 49, 1 << 50, 1 << 63, u64::MAX]) {
            let text = value.to_string();
            assert_eq!(
                taken_apart(value),
                model(text.as_bytes()).map(|digits| (digits, text.len()))
            );
        }
    }

    proptest! {
        #[test]
        fn any_integer_is_taken_apart_as_its_text_is(power in 3..16_u32, value in any::<u64>()) {
            let value = value % 10_u64.pow(power);
            let text = value.to_string();
            let expected = model(text.as_bytes()).map(|digits| (digits, text.len()));
            prop_assert_eq!(taken_apart(value), expected);
        }

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
