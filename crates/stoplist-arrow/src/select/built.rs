//! How do copied bytes become an array again?
//!
//! The only file of this crate with `unsafe` code. Arrow would check every text again for being
//! UTF-8, and every offset for lying between two characters: half as long again as the copy takes
//! (`benches/record`, "The filter"). What is copied here is whole values of an array that is valid,
//! in their order, so what comes of it is valid too.

use arrow::array::{ArrayData, ArrayRef, make_array};
use arrow::buffer::{Buffer, NullBuffer};

/// An array like `data`, of so many values that were copied from it, all of one size.
#[expect(unsafe_code, reason = "a check of what is known costs half as much as the copy")]
pub(super) fn fixed(
    data: &ArrayData,
    len: usize,
    values: Buffer,
    nulls: Option<NullBuffer>,
) -> ArrayRef {
    let mut buffers = data.buffers().to_vec();
    if let Some(first) = buffers.first_mut() {
        *first = values;
    }
    let built = data.clone().into_builder().offset(0).len(len).buffers(buffers).nulls(nulls);
    // SAFETY: `values` holds `len` values of `data`, byte for byte. A primitive has no other rule.
    // The key of a dictionary and the view of a text point into the values and buffers that stay
    // as they are, and were valid there.
    make_array(unsafe { built.build_unchecked() })
}

/// An array like `data`, of so many texts that were copied from it: offsets and bytes.
#[expect(unsafe_code, reason = "a check of what is known costs half as much as the copy")]
pub(super) fn texts(
    data: &ArrayData,
    len: usize,
    buffers: [Buffer; 2],
    nulls: Option<NullBuffer>,
) -> ArrayRef {
    let built = data.clone().into_builder().offset(0).len(len);
    let built = built.buffers(buffers.to_vec()).nulls(nulls);
    // SAFETY: the bytes are those of `len` texts of `data`, one after the other, and the offsets
    // are 0 and the end of each: `Texts::copy` fails where they would not be. So they ascend, lie
    // within the bytes, and each text is UTF-8 where those of `data` are.
    make_array(unsafe { built.build_unchecked() })
}
