//! What do the pointers of Arrow structures lead to?
//!
//! The Arrow C data interface says what they have to lead to; the host vouches for it. NULL, alignment,
//! counts and released structures are checked. All `unsafe` that follows such pointers is here.

use std::ffi::{CStr, c_char, c_int};
use std::mem::align_of;

use crate::fault::Fault;
use crate::pointers::Out;

use super::{ArrowArray, ArrowArrayStream, ArrowSchema};

/// The most children that a structure has.
pub(super) const MOST_CHILDREN: usize = 100_000;
/// The longest name or format, in bytes.
const MOST_NAME_BYTES: usize = 1 << 20;
/// The most bytes of the metadata of a field.
const MOST_METADATA_BYTES: usize = 16 << 20;

/// Takes an array: it is released when the result is dropped.
pub(crate) fn take_array(array: Out<ArrowArray>, name: &'static str) -> Result<ArrowArray, Fault> {
    let taken = array.place(name)?.replace(ArrowArray::empty());
    if taken.release.is_none() { Err(released(name)) } else { Ok(taken) }
}

/// Takes a schema.
pub(crate) fn take_schema(
    schema: Out<ArrowSchema>,
    name: &'static str,
) -> Result<ArrowSchema, Fault> {
    let taken = schema.place(name)?.replace(ArrowSchema::empty());
    if taken.release.is_none() { Err(released(name)) } else { Ok(taken) }
}

/// Takes a stream.
pub(crate) fn take_stream(
    stream: Out<ArrowArrayStream>,
    name: &'static str,
) -> Result<ArrowArrayStream, Fault> {
    let taken = stream.place(name)?.replace(ArrowArrayStream::empty());
    if taken.release.is_none() { Err(released(name)) } else { Ok(taken) }
}

fn released(name: &str) -> Fault {
    Fault::arrow(format!("`{name}` is released already: its release callback is NULL"))
}

/// What an array of pointers leads to.
fn all<'a, T>(pointers: *mut *mut T, count: i64, what: &str) -> Result<Vec<&'a T>, Fault> {
    let count = usize::try_from(count).ok().filter(|&count| count <= MOST_CHILDREN);
    let count = count
        .ok_or_else(|| Fault::arrow(format!("{what} has an impossible number of children")))?;
    if count == 0 {
        return Ok(Vec::new());
    }
    if pointers.is_null() || !pointers.addr().is_multiple_of(align_of::<*mut T>()) {
        return Err(Fault::arrow(format!("{what} has children, and no pointers to them")));
    }
    let child = |at| {
        // SAFETY: `count` pointers by the interface.
        let pointer = unsafe { *pointers.add(at) };
        one(pointer, what)?.ok_or_else(|| Fault::arrow(format!("child {at} of {what} is NULL")))
    };
    (0..count).map(child).collect()
}

/// What a pointer leads to, or nothing.
fn one<'a, T>(pointer: *mut T, what: &str) -> Result<Option<&'a T>, Fault> {
    if !pointer.is_null() && !pointer.addr().is_multiple_of(align_of::<T>()) {
        return Err(Fault::arrow(format!("a pointer of {what} is not aligned")));
    }
    // SAFETY: NULL, or a structure by the interface, for as long as its parent.
    Ok(unsafe { pointer.as_ref() })
}

pub(super) fn schema_children(schema: &ArrowSchema) -> Result<Vec<&ArrowSchema>, Fault> {
    let children = all(schema.children, schema.n_children, "a schema")?;
    if children.iter().any(|child| child.release.is_none()) {
        return Err(Fault::arrow("a child of a schema is released already"));
    }
    Ok(children)
}

pub(super) fn schema_dictionary(schema: &ArrowSchema) -> Result<Option<&ArrowSchema>, Fault> {
    let dictionary = one(schema.dictionary, "a schema")?;
    if dictionary.is_some_and(|one| one.release.is_none()) {
        return Err(Fault::arrow("the dictionary of a schema is released already"));
    }
    Ok(dictionary)
}

pub(super) fn array_children(array: &ArrowArray) -> Result<Vec<&ArrowArray>, Fault> {
    let children = all(array.children, array.n_children, "an array")?;
    if children.iter().any(|child| child.release.is_none()) {
        return Err(Fault::arrow("a child of an array is released already"));
    }
    Ok(children)
}

pub(super) fn array_dictionary(array: &ArrowArray) -> Result<Option<&ArrowArray>, Fault> {
    let dictionary = one(array.dictionary, "an array")?;
    if dictionary.is_some_and(|one| one.release.is_none()) {
        return Err(Fault::arrow("the dictionary of an array is released already"));
    }
    Ok(dictionary)
}

/// A text that ends with NUL; nothing for NULL.
fn text<'a>(pointer: *const c_char, what: &str) -> Result<Option<&'a str>, Fault> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: a text that ends with NUL, by the interface.
    let text = unsafe { CStr::from_ptr(pointer) };
    if text.count_bytes() > MOST_NAME_BYTES {
        return Err(Fault::arrow(format!("{what} is over {MOST_NAME_BYTES} bytes long")));
    }
    text.to_str().map(Some).map_err(|_| Fault::arrow(format!("{what} is not UTF-8")))
}

pub(super) fn format(schema: &ArrowSchema) -> Result<&str, Fault> {
    text(schema.format, "the format of a schema")?
        .ok_or_else(|| Fault::arrow("the format of a schema is NULL"))
}

pub(super) fn name(schema: &ArrowSchema) -> Result<Option<&str>, Fault> {
    text(schema.name, "the name of a schema")
}

/// Walks the metadata: a count, then a length and bytes for each key and value.
pub(super) fn check_metadata(schema: &ArrowSchema) -> Result<(), Fault> {
    if schema.metadata.is_null() {
        return Ok(());
    }
    let bad = || Fault::arrow("the metadata of a schema has an impossible count or length");
    let mut at = 0_usize;
    let number = |at: &mut usize| {
        let mut bytes = [0; 4];
        for byte in &mut bytes {
            // SAFETY: inside the metadata, as far as its own counts and lengths say.
            *byte = unsafe { *schema.metadata.add(*at).cast::<u8>() };
            *at += 1;
        }
        i32::from_ne_bytes(bytes)
    };
    let entries = usize::try_from(number(&mut at)).map_err(|_| bad())?;
    if entries > MOST_METADATA_BYTES / 8 {
        return Err(bad());
    }
    for _ in 0..2 * entries {
        let len = usize::try_from(number(&mut at)).map_err(|_| bad())?;
        if len > MOST_METADATA_BYTES || at + len > MOST_METADATA_BYTES {
            return Err(bad());
        }
        // SAFETY: as above.
        let bytes =
            unsafe { std::slice::from_raw_parts(schema.metadata.add(at).cast::<u8>(), len) };
        if std::str::from_utf8(bytes).is_err() {
            return Err(Fault::arrow("the metadata of a schema is not UTF-8"));
        }
        at += len;
    }
    Ok(())
}

/// The pointers of an array's buffers, of which there have to be so many.
pub(super) fn buffers(array: &ArrowArray) -> Result<Vec<*const u8>, Fault> {
    let count = usize::try_from(array.n_buffers).ok().filter(|&count| count <= MOST_CHILDREN);
    let count =
        count.ok_or_else(|| Fault::arrow("an array has an impossible number of buffers"))?;
    if count == 0 {
        return Ok(Vec::new());
    }
    if array.buffers.is_null() || !array.buffers.addr().is_multiple_of(align_of::<*const u8>()) {
        return Err(Fault::arrow("an array has buffers, and no pointers to them"));
    }
    // SAFETY: `count` pointers by the interface.
    Ok((0..count).map(|at| unsafe { *array.buffers.add(at) }.cast::<u8>()).collect())
}

/// A value of a buffer, which has more than `at`.
pub(super) fn value<T: Copy>(buffer: *const u8, at: usize) -> T {
    // SAFETY: so many values by the interface; whether aligned or not.
    unsafe { buffer.cast::<T>().add(at).read_unaligned() }
}

/// Asks a stream for its schema; the error is what the stream says.
pub(super) fn get_schema(stream: &mut ArrowArrayStream) -> Result<ArrowSchema, Fault> {
    let Some(ask) = stream.get_schema else { return Err(no_callback("get_schema")) };
    let mut schema = ArrowSchema::empty();
    // SAFETY: the stream's own callback, which writes a schema or fails.
    let code = unsafe { ask(stream, &raw mut schema) };
    if code != 0 {
        // What a callback that failed has left there is nobody's.
        std::mem::forget(schema);
        return Err(failed(stream, "schema", code));
    }
    if schema.release.is_none() {
        return Err(Fault::arrow("the stream gave a schema that is released already"));
    }
    Ok(schema)
}

/// Asks a stream for its next array; nothing at the end.
pub(super) fn get_next(stream: &mut ArrowArrayStream) -> Result<Option<ArrowArray>, Fault> {
    let Some(ask) = stream.get_next else { return Err(no_callback("get_next")) };
    let mut array = ArrowArray::empty();
    // SAFETY: as in `get_schema`.
    let code = unsafe { ask(stream, &raw mut array) };
    if code != 0 {
        std::mem::forget(array);
        return Err(failed(stream, "next batch", code));
    }
    Ok(Some(array).filter(|array| array.release.is_some()))
}

fn no_callback(name: &str) -> Fault {
    Fault::arrow(format!("the callback `{name}` of the stream is NULL"))
}

fn failed(stream: &mut ArrowArrayStream, what: &str, code: c_int) -> Fault {
    // SAFETY: the stream's own callback; its text is valid until the next call.
    let said = stream.get_last_error.map(|ask| unsafe { ask(stream) });
    let said = said.and_then(|said| text(said, "the error of a stream").ok().flatten());
    let said = said.map_or(String::new(), |said| format!(": {said}"));
    Fault::arrow(format!("the stream failed to give its {what}, with the code {code}{said}"))
}
