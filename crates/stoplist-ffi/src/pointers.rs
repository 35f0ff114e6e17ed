//! How does a pointer of C become a value of Rust, and back?
//!
//! Every argument and field that is a pointer has one of the types below. Only C makes values of
//! them: their fields are private, and nothing here takes a raw pointer. So whoever has one may rely
//! on what the header asks of its caller: a pointer is NULL, or points to what its type says, for as
//! much as the length beside it says, and stays valid for the call. What can be checked is checked:
//! NULL, alignment, lengths beyond the limits. All `unsafe` that reads or writes such memory is here.

use std::ffi::{c_char, c_void};
use std::mem::{align_of, offset_of, size_of};
use std::slice;

use crate::fault::Fault;

/// The longest text that a call takes, in bytes.
pub(crate) const MOST_TEXT_BYTES: usize = 16 << 20;
/// The most entries of an array.
pub(crate) const MOST_ENTRIES: usize = 1 << 32;

/// Where a result goes: `T *`.
#[repr(transparent)]
pub struct Out<T>(*mut T);

/// What is read: `const T *`.
#[repr(transparent)]
pub struct Shared<T>(*const T);

/// What the library made and C has until it is freed: `T *`.
#[repr(transparent)]
pub struct Owned<T>(*mut T);

/// The bytes of a text: `const char *`.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Chars(*const c_char);

/// What a callback gets back: `void *`.
#[repr(transparent)]
pub struct User(*mut c_void);

/// A place for a result, which is there.
pub(crate) struct Place<T>(*mut T);

/// Places for the results of an array, which are there.
pub(crate) struct Places<T> {
    first: *mut T,
    len: usize,
}

fn is_aligned<T>(pointer: *const T) -> bool {
    pointer.addr().is_multiple_of(align_of::<T>())
}

impl<T> Out<T> {
    /// The place, which has to be there.
    pub(crate) fn place(self, name: &'static str) -> Result<Place<T>, Fault> {
        self.optional(name)?.ok_or_else(|| Fault::null(name))
    }

    /// The place, or nothing for NULL.
    pub(crate) fn optional(self, name: &'static str) -> Result<Option<Place<T>>, Fault> {
        if self.0.is_null() {
            return Ok(None);
        }
        if is_aligned(self.0) { Ok(Some(Place(self.0))) } else { Err(Fault::misaligned(name)) }
    }

    /// Places for as many results.
    pub(crate) fn places(self, len: usize, name: &'static str) -> Result<Places<T>, Fault> {
        checked_len::<T>(self.0, len, name)?;
        Ok(Places { first: self.0, len })
    }

    /// As [`places`](Self::places); NULL for nowhere.
    pub(crate) fn optional_places(
        self,
        len: usize,
        name: &'static str,
    ) -> Result<Option<Places<T>>, Fault> {
        if self.0.is_null() { Ok(None) } else { self.places(len, name).map(Some) }
    }
}

impl<T> Place<T> {
    /// Writes the result; what was there is not looked at.
    pub(crate) fn fill(self, value: T) {
        // SAFETY: not NULL and aligned, by `optional`; C has a `T` there, by the header.
        unsafe { self.0.write(value) };
    }

    /// Takes what is there and leaves something else.
    pub(crate) fn replace(&self, value: T) -> T {
        // SAFETY: as in `fill`; the header says that there is a value.
        unsafe { self.0.replace(value) }
    }
}

impl Place<crate::gate::stoplist_verdict> {
    /// Bytes of the name of a list, which is the last field, without the NUL.
    const LONGEST_NAME: usize = size_of::<crate::gate::stoplist_verdict>()
        - offset_of!(crate::gate::stoplist_verdict, list)
        - 1;

    /// Writes a verdict without a list: all of it but the rest of the name.
    #[inline]
    pub(crate) fn fill_verdict(&self, verdict: i32, refusal: i32, number: u64, generation: u64) {
        let place = self.0;
        // SAFETY: as in `fill`; each write stays inside the struct.
        unsafe {
            (&raw mut (*place).verdict).write(verdict);
            (&raw mut (*place).refusal).write(refusal);
            (&raw mut (*place).number).write(number);
            (&raw mut (*place).generation).write(generation);
            (&raw mut (*place).list).cast::<c_char>().write(0);
        }
    }

    /// As [`fill_verdict`](Self::fill_verdict), with the name of the list.
    pub(crate) fn fill_blocked(&self, number: u64, generation: u64, name: &str) {
        self.fill_verdict(crate::status::STOPLIST_BLOCK, 0, number, generation);
        let name = name.as_bytes();
        let len = name.len().min(Self::LONGEST_NAME);
        // SAFETY: as above; the name and the NUL behind it are inside the array.
        unsafe {
            let list = (&raw mut (*self.0).list).cast::<u8>();
            list.copy_from_nonoverlapping(name.as_ptr(), len);
            list.add(len).write(0);
        }
    }
}

impl<T: Copy> Places<T> {
    /// Writes results at places that follow each other; those that are not all there are left out.
    #[inline]
    pub(crate) fn set_all(&self, at: usize, values: &[T]) {
        if at <= self.len && values.len() <= self.len - at {
            // SAFETY: inside the array that C has there, by `places`; none of it is borrowed.
            unsafe { self.first.add(at).copy_from_nonoverlapping(values.as_ptr(), values.len()) };
        }
    }

    /// Writes the result at a place; one that is not there is left out.
    #[inline]
    pub(crate) fn set(&self, at: usize, value: T) {
        if at < self.len {
            // SAFETY: inside the array that C has there, by `places`.
            unsafe { self.first.add(at).write(value) };
        }
    }
}

impl<T> Shared<T> {
    /// What is there.
    #[inline]
    pub(crate) fn get(&self, name: &'static str) -> Result<&T, Fault> {
        if self.0.is_null() {
            return Err(Fault::null(name));
        }
        if !is_aligned(self.0) {
            return Err(Fault::misaligned(name));
        }
        // SAFETY: not NULL, aligned, and a `T` by the header; shared while the argument is there,
        // which is for the call.
        Ok(unsafe { &*self.0 })
    }

    /// What is there, or nothing for NULL.
    pub(crate) fn or_null(&self, name: &'static str) -> Result<Option<&T>, Fault> {
        if self.0.is_null() { Ok(None) } else { self.get(name).map(Some) }
    }

    /// As [`or_null`](Self::or_null), where nobody can be told what is wrong.
    pub(crate) fn optional(&self) -> Option<&T> {
        if self.0.is_null() || !is_aligned(self.0) {
            return None;
        }
        // SAFETY: as in `get`.
        Some(unsafe { &*self.0 })
    }

    /// An array.
    pub(crate) fn slice(&self, len: usize, name: &'static str) -> Result<&[T], Fault> {
        checked_len::<T>(self.0, len, name)?;
        if len == 0 {
            return Ok(&[]);
        }
        // SAFETY: not NULL, aligned, not longer than memory can be; `len` values by the header.
        Ok(unsafe { slice::from_raw_parts(self.0, len) })
    }
}

/// A struct of options: plain fields, the first of which is its size, and all zero by default.
///
/// # Safety
///
/// The type is `repr(C)`, begins with a `usize`, and is valid with all bytes zero.
pub(crate) unsafe trait Options: Sized {}

impl<T: Options> Shared<T> {
    /// The options, or all defaults for NULL.
    pub(crate) fn options(&self, name: &'static str) -> Result<T, Fault> {
        if self.0.is_null() {
            // SAFETY: valid with all bytes zero, by the trait.
            return Ok(unsafe { std::mem::zeroed() });
        }
        self.needed_options(name)
    }

    /// The options, which have to be there.
    pub(crate) fn needed_options(&self, name: &'static str) -> Result<T, Fault> {
        if self.0.is_null() {
            return Err(Fault::null(name));
        }
        if !is_aligned(self.0) {
            return Err(Fault::misaligned(name));
        }
        // SAFETY: aligned, and its first field is a `usize` by the trait.
        let size = unsafe { self.0.cast::<usize>().read() };
        if size != size_of::<T>() {
            return Err(Fault::size(name, size, size_of::<T>()));
        }
        // SAFETY: C says that the struct is all there, and it is plain fields.
        Ok(unsafe { self.0.read() })
    }
}

impl<T> Owned<T> {
    /// Gives a value to C.
    pub(crate) fn new(value: T) -> Self {
        Self(Box::into_raw(Box::new(value)))
    }

    /// Takes it back; nothing for NULL.
    pub(crate) fn take(self) -> Option<Box<T>> {
        if self.0.is_null() || !is_aligned(self.0) {
            return None;
        }
        // SAFETY: `new` made it, and the header says that it is freed once.
        Some(unsafe { Box::from_raw(self.0) })
    }
}

impl Owned<crate::store::stoplist_store> {
    /// A store's handle is a number and leads nowhere.
    pub(crate) fn token(token: usize) -> Self {
        Self(std::ptr::without_provenance_mut(token))
    }

    pub(crate) fn addr(&self) -> usize {
        self.0.addr()
    }
}

impl Shared<crate::store::stoplist_store> {
    pub(crate) fn addr(&self) -> usize {
        self.0.addr()
    }
}

impl Chars {
    /// Some bytes.
    pub(crate) fn bytes(&self, len: usize, name: &'static str) -> Result<&[u8], Fault> {
        if len == 0 {
            return Ok(&[]);
        }
        if self.0.is_null() {
            return Err(Fault::null(name));
        }
        if len > MOST_TEXT_BYTES {
            return Err(Fault::too_long(name, len, MOST_TEXT_BYTES));
        }
        // SAFETY: not NULL, and `len` bytes by the header.
        Ok(unsafe { slice::from_raw_parts(self.0.cast::<u8>(), len) })
    }

    /// A text.
    pub(crate) fn text(&self, len: usize, name: &'static str) -> Result<&str, Fault> {
        std::str::from_utf8(self.bytes(len, name)?).map_err(|error| Fault::not_utf8(name, error))
    }

    /// A text, or nothing when it is empty.
    pub(crate) fn optional(&self, len: usize, name: &'static str) -> Result<Option<&str>, Fault> {
        Ok(Some(self.text(len, name)?).filter(|text| !text.is_empty()))
    }
}

/// The text of a string that lives as long as the library.
pub(crate) const fn forever(text: &'static std::ffi::CStr) -> Chars {
    Chars(text.as_ptr())
}

/// The text of a string that something owns which C holds.
pub(crate) fn owned_by(text: &std::ffi::CStr) -> Chars {
    Chars(text.as_ptr())
}

/// Some texts: two arrays of one length.
pub(crate) struct Texts<'a> {
    texts: &'a [Chars],
    lens: &'a [usize],
}

impl<'a> Texts<'a> {
    /// Checks every pointer and length before any text is read.
    pub(crate) fn new(
        texts: &'a Shared<Chars>,
        lens: &'a Shared<usize>,
        count: usize,
        name: &'static str,
    ) -> Result<Self, Fault> {
        let (texts, lens) = (texts.slice(count, name)?, lens.slice(count, name)?);
        for (at, (text, &len)) in texts.iter().zip(lens).enumerate() {
            if len > 0 && text.0.is_null() {
                return Err(Fault::null(name).at(at));
            }
            if len > MOST_TEXT_BYTES {
                return Err(Fault::too_long(name, len, MOST_TEXT_BYTES).at(at));
            }
        }
        Ok(Self { texts, lens })
    }

    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(crate) fn bytes(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.texts.iter().zip(self.lens).map(|(text, &len)| {
            if len == 0 {
                return &[][..];
            }
            // SAFETY: not NULL and not too long, by `new`; `len` bytes by the header.
            unsafe { slice::from_raw_parts(text.0.cast::<u8>(), len) }
        })
    }

    /// Each as text.
    pub(crate) fn strings(&self, name: &'static str) -> Result<Vec<&'a str>, Fault> {
        let text = |(at, bytes)| {
            std::str::from_utf8(bytes).map_err(|error| Fault::not_utf8(name, error).at(at))
        };
        self.bytes().enumerate().map(text).collect()
    }
}

impl User {
    /// As the callback gets it.
    pub(crate) fn pointer(&self) -> *mut c_void {
        self.0
    }
}

/// A text in an array of fixed length, with a NUL behind it; cut at a character when it is too long.
pub(crate) fn fixed<const N: usize>(text: &str) -> [c_char; N] {
    let mut array = [0; N];
    let end = text.floor_char_boundary(N.saturating_sub(1));
    for (to, from) in array.iter_mut().zip(text.as_bytes().iter().take(end)) {
        *to = from.cast_signed() as c_char;
    }
    array
}

fn checked_len<T>(first: *const T, len: usize, name: &'static str) -> Result<(), Fault> {
    if len == 0 {
        return Ok(());
    }
    if first.is_null() {
        return Err(Fault::null(name));
    }
    if !is_aligned(first) {
        return Err(Fault::misaligned(name));
    }
    let most = MOST_ENTRIES.min(isize::MAX.unsigned_abs() / size_of::<T>().max(1));
    if len > most { Err(Fault::too_long(name, len, most)) } else { Ok(()) }
}

/// What C would give, for the tests of this crate.
#[cfg(test)]
pub(crate) mod given {
    use super::{Chars, Out, Owned, Shared, User};

    /// NULL, 0, or whatever means nothing.
    pub(crate) trait Nothing {
        fn nothing() -> Self;
    }

    impl<T> Nothing for Out<T> {
        fn nothing() -> Self {
            Self(std::ptr::null_mut())
        }
    }

    impl<T> Nothing for Shared<T> {
        fn nothing() -> Self {
            Self(std::ptr::null())
        }
    }

    impl<T> Nothing for Owned<T> {
        fn nothing() -> Self {
            Self(std::ptr::null_mut())
        }
    }

    impl Nothing for Chars {
        fn nothing() -> Self {
            Self(std::ptr::null())
        }
    }

    impl Nothing for User {
        fn nothing() -> Self {
            Self(std::ptr::null_mut())
        }
    }

    impl Nothing for crate::progress::stoplist_progress {
        fn nothing() -> Self {
            None
        }
    }

    macro_rules! zero {
        ($($number:ty),*) => {
            $(impl Nothing for $number {
                fn nothing() -> Self {
                    0
                }
            })*
        };
    }
    zero!(u32, u64, usize, i32, i64);

    pub(crate) fn out<T>(to: &mut T) -> Out<T> {
        Out(to)
    }

    pub(crate) fn of<T>(owned: &Owned<T>) -> Shared<T> {
        Shared(owned.0)
    }

    pub(crate) fn chars(text: &str) -> Chars {
        Chars(text.as_ptr().cast())
    }

    pub(crate) fn text(chars: Chars) -> String {
        // SAFETY: the text of an accessor, which ends with NUL.
        unsafe { std::ffi::CStr::from_ptr(chars.0) }.to_str().unwrap().to_owned()
    }
}
