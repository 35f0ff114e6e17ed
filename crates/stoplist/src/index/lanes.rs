//! How are all lanes of a line compared at once?
//!
//! With the widest instructions that the processor has: AVX-512 compares a whole line in one, SSE2,
//! which every x86-64 processor has, a quarter of it; elsewhere plain Rust does, with the same
//! answers. What the instructions buy over plain Rust is in `benches/record`, "lanes". One of the
//! three files of this crate with `unsafe` code. Nothing here knows what lanes mean.

use super::line::Line;

/// The instructions to compare with, as found on this processor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lanes {
    /// Whether there is AVX-512 with its byte and word instructions. Only [`Lanes::detect`] says so.
    #[cfg(target_arch = "x86_64")]
    wide: bool,
}

impl Lanes {
    /// Asks the processor.
    pub(super) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        return Self { wide: cfg!(not(miri)) && is_x86_feature_detected!("avx512bw") };
        #[cfg(not(target_arch = "x86_64"))]
        Self {}
    }

    /// Bit `i` is set when the 64-bit lane `i` of the line is `value`.
    #[inline]
    pub(super) fn longs_with(self, line: &Line, value: u64) -> u32 {
        #[cfg(target_arch = "x86_64")]
        if self.wide {
            return wide::longs_with(line, value);
        }
        // Baseline x86-64 has no comparison of 64-bit lanes to be better at it.
        line.longs().rev().fold(0, |mask, lane| mask << 1 | u32::from(lane == value))
    }

    /// Bit `i` is set when byte `i` of the line is `value`.
    #[inline]
    pub(super) fn bytes_with(self, line: &Line, value: u8) -> u64 {
        #[cfg(target_arch = "x86_64")]
        return if self.wide {
            wide::bytes_with(line, value)
        } else {
            sse2::bytes_with(line, value)
        };
        #[cfg(not(target_arch = "x86_64"))]
        portable::bytes_with(line, value)
    }

    /// Bit `i` is set when the 16-bit lane `i` of the line is the low 16 bits of `value`; `None` when
    /// there are not so many lines.
    #[inline]
    pub(super) fn halves_at(self, lines: &[Line], at: usize, value: u64) -> Option<u32> {
        #[cfg(target_arch = "x86_64")]
        if self.wide {
            return (at < lines.len()).then(|| wide::halves_at(lines, at, value));
        }
        lines.get(at).map(|line| self.halves_with(line, value as u16))
    }

    /// Bit `i` is set when the 16-bit lane `i` of the line is `value`.
    #[inline]
    pub(super) fn halves_with(self, line: &Line, value: u16) -> u32 {
        #[cfg(target_arch = "x86_64")]
        return if self.wide {
            wide::halves_at(std::slice::from_ref(line), 0, value.into())
        } else {
            sse2::halves_with(line, value)
        };
        #[cfg(not(target_arch = "x86_64"))]
        portable::halves_with(line, value)
    }
}

#[cfg(target_arch = "x86_64")]
mod wide {
    //! Called only where [`Lanes::detect`](super::Lanes::detect) has found AVX-512.
    #![expect(unsafe_code, reason = "instructions that not every processor has; see SAFETY")]

    use std::arch::asm;

    use super::Line;

    // By `asm!`, because a function with a target feature is not inlined into one without, and a
    // call costs a single look-up a third of its time. Registers from 16 on, because the lower ones
    // would slow down SSE code behind them.

    #[inline]
    pub(super) fn bytes_with(line: &Line, value: u8) -> u64 {
        let mask: u64;
        // SAFETY: the processor has AVX-512BW, and the 64 bytes that are read are those of `line`.
        unsafe {
            asm!(
                "vpbroadcastb zmm16, {value:e}",
                "vpcmpeqb k1, zmm16, [{line}]",
                "kmovq {mask}, k1",
                value = in(reg) u32::from(value),
                line = in(reg) line,
                mask = lateout(reg) mask,
                out("zmm16") _, out("k1") _,
                options(pure, readonly, nostack, preserves_flags),
            );
        }
        mask
    }

    #[inline]
    pub(super) fn longs_with(line: &Line, value: u64) -> u32 {
        let mask: u32;
        // SAFETY: the processor has AVX-512, and the 64 bytes that are read are those of `line`.
        unsafe {
            asm!(
                "vpbroadcastq zmm16, {value}",
                "vpcmpeqq k1, zmm16, [{line}]",
                "kmovd {mask:e}, k1",
                value = in(reg) value,
                line = in(reg) line,
                mask = lateout(reg) mask,
                out("zmm16") _, out("k1") _,
                options(pure, readonly, nostack, preserves_flags),
            );
        }
        mask
    }

    /// `at` is below the number of lines.
    #[inline]
    pub(super) fn halves_at(lines: &[Line], at: usize, value: u64) -> u32 {
        let mask: u32;
        // SAFETY: the processor has AVX-512BW, and the 64 bytes that are read are those of a line.
        unsafe {
            asm!(
                "vpbroadcastw zmm16, {value:e}",
                "vpcmpeqw k1, zmm16, [{lines} + {offset}]",
                "kmovd {mask:e}, k1",
                value = in(reg) value,
                lines = in(reg) lines.as_ptr(),
                offset = in(reg) at << 6,
                mask = lateout(reg) mask,
                out("zmm16") _, out("k1") _,
                options(pure, readonly, nostack, preserves_flags),
            );
        }
        mask
    }
}

#[cfg(target_arch = "x86_64")]
mod sse2 {
    //! The safe face of SSE2.
    #![expect(unsafe_code, reason = "see SAFETY")]

    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_cmpeq_epi16, _mm_load_si128, _mm_movemask_epi8,
        _mm_packs_epi16, _mm_set1_epi8, _mm_set1_epi16,
    };

    use super::Line;

    #[inline]
    pub(super) fn bytes_with(line: &Line, value: u8) -> u64 {
        // SAFETY: every x86-64 processor has SSE2.
        let [a, b, c, d] = unsafe {
            let wanted = _mm_set1_epi8(value.cast_signed());
            quarters(line).map(|quarter| mask(_mm_cmpeq_epi8(quarter, wanted)))
        };
        u64::from(a | b << 16) | u64::from(c | d << 16) << 32
    }

    #[inline]
    pub(super) fn halves_with(line: &Line, value: u16) -> u32 {
        // SAFETY: every x86-64 processor has SSE2.
        unsafe {
            let wanted = _mm_set1_epi16(value.cast_signed());
            let [a, b, c, d] = quarters(line).map(|quarter| _mm_cmpeq_epi16(quarter, wanted));
            mask(_mm_packs_epi16(a, b)) | mask(_mm_packs_epi16(c, d)) << 16
        }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn quarters(line: &Line) -> [__m128i; 4] {
        let start: *const __m128i = std::ptr::from_ref(line).cast();
        // SAFETY: a line is four aligned quarters, all readable through the reference.
        unsafe { [0, 1, 2, 3].map(|quarter| _mm_load_si128(start.add(quarter))) }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn mask(quarter: __m128i) -> u32 {
        _mm_movemask_epi8(quarter).cast_unsigned()
    }
}

#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable {
    use super::Line;

    #[inline]
    pub(super) fn bytes_with(line: &Line, value: u8) -> u64 {
        line.0.iter().rev().fold(0, |mask, &lane| mask << 1 | u64::from(lane == value))
    }

    #[inline]
    pub(super) fn halves_with(line: &Line, value: u16) -> u32 {
        let lanes = line.0.as_chunks().0.iter().rev();
        lanes.fold(0, |mask, &lane| mask << 1 | u32::from(u16::from_le_bytes(lane) == value))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn comparisons_find_every_lane_and_no_other(
            bytes in prop::collection::vec(0_u8..2, Line::BYTES), value in 0_u8..2, high in 0_u8..2,
        ) {
            let line = Line(bytes.try_into().unwrap());
            let half = u16::from_le_bytes([value, high]);
            let equal = line.0.iter().enumerate().filter(|(_, lane)| **lane == value);
            let bytes: u64 = equal.map(|(lane, _)| 1 << lane).sum();
            let equal = line.0.chunks(2).enumerate().filter(|(_, lane)| **lane == half.to_le_bytes());
            let halves: u32 = equal.map(|(lane, _)| 1 << lane).sum();
            let long = u64::from_le_bytes([value; 8]);
            let equal = line.longs().enumerate().filter(|(_, lane)| *lane == long);
            let longs: u32 = equal.map(|(lane, _)| 1 << lane).sum();
            let lanes = Lanes::detect();
            prop_assert_eq!(lanes.longs_with(&line, long), longs);
            prop_assert_eq!(lanes.halves_at(&[Line::ZERO, line], 1, half.into()), Some(halves));
            prop_assert_eq!(lanes.halves_at(&[line], 1, half.into()), None);
            prop_assert_eq!(lanes.bytes_with(&line, value), bytes);
            prop_assert_eq!(lanes.halves_with(&line, half), halves);
            prop_assert_eq!(portable::bytes_with(&line, value), bytes);
            prop_assert_eq!(portable::halves_with(&line, half), halves);
            #[cfg(target_arch = "x86_64")]
            {
                let narrow = Lanes { wide: false };
                prop_assert_eq!(narrow.longs_with(&line, long), longs);
                prop_assert_eq!(narrow.halves_at(&[line], 0, half.into()), Some(halves));
                prop_assert_eq!(narrow.bytes_with(&line, value), bytes);
                prop_assert_eq!(narrow.halves_with(&line, half), halves);
            }
        }
    }
}
