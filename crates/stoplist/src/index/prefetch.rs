//! How does memory come closer before it is asked for?
//!
//! One of the three files of this crate with `unsafe` code. Without it a batch takes 2.8 times as
//! long: `benches/record`, "prefetch".

/// Asks the processor to fetch what a reference leads to. Changes nothing else.
#[inline]
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "the hint takes a pointer"))]
pub(crate) fn prefetch<T>(wanted: &T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the hint reads nothing and never faults, and here the address is even valid.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(wanted).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = wanted;
}
