//! What went wrong in a call?

use std::ffi::CString;

use crate::call::quietly;
use crate::fault::Fault;
use crate::pointers::{Chars, Owned, Shared, forever, owned_by};
use crate::status::STOPLIST_OK;

/// What went wrong in a call, until it is freed. May be read by many threads at once.
pub struct stoplist_error {
    status: i32,
    code: CString,
    message: CString,
}

/// A text of C: what it cannot have is left out.
pub(crate) fn c_string(text: impl Into<Vec<u8>>) -> CString {
    let mut bytes: Vec<u8> = text.into();
    bytes.retain(|&byte| byte != 0);
    CString::new(bytes).unwrap_or_default()
}

impl stoplist_error {
    pub(crate) fn of(fault: Fault) -> Self {
        let (status, code, message) = fault.into_parts();
        Self { status, code: c_string(code), message: c_string(message) }
    }
}

/// The status that the call returned with. NULL: `STOPLIST_OK`.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_error_status(error: Shared<stoplist_error>) -> i32 {
    error.optional().map_or(STOPLIST_OK, |error| error.status)
}

/// The fixed name of what went wrong, such as `unknown_list` or `too_short`: finer than the status,
/// for programs. Borrowed until the error is freed. NULL: an empty text.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_error_code(error: Shared<stoplist_error>) -> Chars {
    error.optional().map_or(forever(c""), |error| owned_by(&error.code))
}

/// What went wrong, where, and the way out, for people: UTF-8, one line. It may name files, lists,
/// actors and numbers. Borrowed until the error is freed. NULL: an empty text.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_error_message(error: Shared<stoplist_error>) -> Chars {
    error.optional().map_or(forever(c""), |error| owned_by(&error.message))
}

/// Frees an error. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_error_free(error: Owned<stoplist_error>) {
    quietly(|| drop(error.take()));
}
