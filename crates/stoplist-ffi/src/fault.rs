//! Why was a call not done, and which status is that?

use std::fmt::Display;
use std::str::Utf8Error;

use stoplist::{IndexError, IndexFault, Refusal, StoreError, StoreErrorKind};
use stoplist_files::ErrorKind;

use crate::status::*;

/// What becomes a status and an error object. As small as a pointer, so that success costs nothing.
pub(crate) struct Fault(Box<Parts>);

struct Parts {
    status: i32,
    code: &'static str,
    message: String,
}

impl Fault {
    pub(crate) fn new(status: i32, code: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Parts { status, code, message: message.into() }))
    }

    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new(STOPLIST_INVALID_ARGUMENT, "invalid_argument", message)
    }

    pub(crate) fn null(name: &str) -> Self {
        Self::argument(format!("`{name}` is NULL; give a pointer to it"))
    }

    pub(crate) fn misaligned(name: &str) -> Self {
        Self::argument(format!("`{name}` is not aligned for its type; copy it to where it is"))
    }

    pub(crate) fn size(name: &str, found: usize, known: usize) -> Self {
        Self::argument(format!(
            "`{name}->size` is {found}, and the struct has {known} bytes in this release; set it to \
             sizeof the struct, of the header that belongs to the library"
        ))
    }

    pub(crate) fn too_long(name: &str, len: usize, most: usize) -> Self {
        Self::argument(format!(
            "the length of `{name}` is {len}, and the most is {most}; was it computed wrongly?"
        ))
    }

    pub(crate) fn flag(name: &str, value: impl Display) -> Self {
        Self::argument(format!("`{name}` is {value}, which means nothing; see the header"))
    }

    pub(crate) fn not_utf8(name: &str, error: Utf8Error) -> Self {
        let at = error.valid_up_to();
        let message = format!("`{name}` is not UTF-8 from its byte {at} on; convert it");
        Self::new(STOPLIST_NOT_UTF8, "not_utf8", message)
    }

    pub(crate) fn closed() -> Self {
        let message = "the store is closed, or this is no handle of one; open it again";
        Self::new(STOPLIST_CLOSED, "closed", message)
    }

    pub(crate) fn forked() -> Self {
        let message = "this process is a forked child, where only gates answer; ask the parent, or \
                       open what you need in the child";
        Self::new(STOPLIST_FORKED, "forked", message)
    }

    pub(crate) fn cancelled() -> Self {
        let message = "the progress callback asked to stop; nothing was changed";
        Self::new(STOPLIST_CANCELLED, "cancelled", message)
    }

    pub(crate) fn panic(what: &str) -> Self {
        let message = format!("internal error: {what}; please report it with what was called");
        Self::new(STOPLIST_PANIC, "panic", message)
    }

    pub(crate) fn arrow(message: impl Into<String>) -> Self {
        Self::new(STOPLIST_ARROW, "arrow", message)
    }

    pub(crate) fn refusal(text: &str, refusal: Refusal) -> Self {
        let text: String = text.chars().take(40).collect();
        let message = format!("{text:?} is no number: {refusal}");
        Self::new(STOPLIST_NOT_A_NUMBER, refusal.code(), message)
    }

    /// Of an entry of an array.
    pub(crate) fn at(mut self, entry: usize) -> Self {
        self.0.message = format!("entry {entry}: {}", self.0.message);
        self
    }

    pub(crate) fn status(&self) -> i32 {
        self.0.status
    }

    pub(crate) fn into_parts(self) -> (i32, &'static str, String) {
        let Parts { status, code, message } = *self.0;
        (status, code, message)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        let code = error.code();
        Self::new(of_store(code, error.kind()), code, error.to_string())
    }
}

/// The status of an error of a store.
pub(crate) fn of_store(code: &str, kind: StoreErrorKind) -> i32 {
    match code {
        "unknown_contact" | "unknown_list" | "unknown_actor" | "not_a_store" => STOPLIST_NOT_FOUND,
        "list_exists" | "actor_exists" | "occupied" => STOPLIST_EXISTS,
        "poisoned" => STOPLIST_POISONED,
        "stale" => STOPLIST_STALE,
        "forked" => STOPLIST_FORKED,
        _ => match kind {
            StoreErrorKind::Usage => STOPLIST_USAGE,
            StoreErrorKind::Data => STOPLIST_DATA,
            StoreErrorKind::Denied => STOPLIST_DENIED,
            StoreErrorKind::Busy => STOPLIST_LOCKED,
            StoreErrorKind::Damaged => STOPLIST_DAMAGED,
            // The system's failures, and whatever a later release tells apart.
            _ => STOPLIST_IO,
        },
    }
}

impl From<stoplist_arrow::Error> for Fault {
    fn from(error: stoplist_arrow::Error) -> Self {
        use stoplist_arrow::Error;
        let status = match &error {
            Error::Store(store) => of_store(store.code(), store.kind()),
            Error::Panicked { .. } => STOPLIST_PANIC,
            Error::InvalidRow { .. } | Error::NullRow { .. } => STOPLIST_DATA,
            Error::Arrow { .. } => STOPLIST_ARROW,
            // The columns are not those that the options say.
            _ => STOPLIST_USAGE,
        };
        Self::new(status, error.code(), error.to_string())
    }
}

impl From<stoplist_files::Error> for Fault {
    fn from(error: stoplist_files::Error) -> Self {
        let status = match error.kind() {
            ErrorKind::Usage => STOPLIST_USAGE,
            ErrorKind::Data => STOPLIST_DATA,
            ErrorKind::Io => STOPLIST_IO,
            ErrorKind::Interrupted => return Self::cancelled(),
        };
        Self::new(status, error.code(), error.to_string())
    }
}

impl From<IndexError> for Fault {
    fn from(error: IndexError) -> Self {
        let (status, code) = match error.fault() {
            IndexFault::Io(io) if io.kind() == std::io::ErrorKind::NotFound => {
                (STOPLIST_NOT_FOUND, "not_found")
            }
            IndexFault::Io(_) => (STOPLIST_IO, "io"),
            _ => (STOPLIST_DAMAGED, "index"),
        };
        Self::new(status, code, error.to_string())
    }
}

/// The fixed name of a status.
pub(crate) fn name_of(status: i32) -> Option<&'static std::ffi::CStr> {
    Some(match status {
        STOPLIST_OK => c"ok",
        STOPLIST_INVALID_ARGUMENT => c"invalid_argument",
        STOPLIST_NOT_UTF8 => c"not_utf8",
        STOPLIST_CLOSED => c"closed",
        STOPLIST_FORKED => c"forked",
        STOPLIST_PANIC => c"panic",
        STOPLIST_CANCELLED => c"cancelled",
        STOPLIST_USAGE => c"usage",
        STOPLIST_NOT_FOUND => c"not_found",
        STOPLIST_EXISTS => c"exists",
        STOPLIST_DATA => c"data",
        STOPLIST_NOT_A_NUMBER => c"not_a_number",
        STOPLIST_DENIED => c"denied",
        STOPLIST_LOCKED => c"locked",
        STOPLIST_DAMAGED => c"damaged",
        STOPLIST_POISONED => c"poisoned",
        STOPLIST_STALE => c"stale",
        STOPLIST_ARROW => c"arrow",
        STOPLIST_IO => c"io",
        _ => return None,
    })
}
