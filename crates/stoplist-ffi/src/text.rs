//! How does a text go to C?

use std::ffi::CString;

use serde_json::Value;

use crate::call::quietly;
use crate::error::c_string;
use crate::fault::Fault;
use crate::pointers::{Chars, Out, Owned, Place, Shared, forever, owned_by};

/// A text that a call gave back, until it is freed. May be read by many threads at once.
pub struct stoplist_text {
    text: CString,
}

/// Where a document goes: `stoplist_text **`.
pub(crate) type TextOut = Out<Owned<stoplist_text>>;

impl Place<Owned<stoplist_text>> {
    pub(crate) fn fill_json(self, document: &Value) {
        self.fill(Owned::new(stoplist_text { text: c_string(document.to_string()) }));
    }
}

/// Gives a document to whoever wants it; it is not made for NULL.
pub(crate) fn give(
    place: Option<Place<Owned<stoplist_text>>>,
    document: impl FnOnce() -> Value,
) -> Result<(), Fault> {
    if let Some(place) = place {
        place.fill_json(&document());
    }
    Ok(())
}

/// The bytes of a text: UTF-8 with a NUL behind it, none in it. Borrowed until the text is freed.
/// NULL: an empty text.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_text_data(text: Shared<stoplist_text>) -> Chars {
    text.optional().map_or(forever(c""), |text| owned_by(&text.text))
}

/// How many bytes a text has, without the NUL. NULL: 0.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_text_len(text: Shared<stoplist_text>) -> usize {
    text.optional().map_or(0, |text| text.text.as_bytes().len())
}

/// Frees a text. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_text_free(text: Owned<stoplist_text>) {
    quietly(|| drop(text.take()));
}
