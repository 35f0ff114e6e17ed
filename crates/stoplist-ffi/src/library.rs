//! Which library is this?

use std::ffi::CStr;

use stoplist::Refusal;

use crate::fault;
use crate::pointers::{Chars, forever};
use crate::status::STOPLIST_ABI_VERSION;

const VERSION: &CStr = nul_ended(concat!(env!("CARGO_PKG_VERSION"), "\0"));
const BUILD: &CStr = nul_ended(concat!(
    "stoplist ",
    env!("CARGO_PKG_VERSION"),
    ", ABI 1, for ",
    env!("STOPLIST_TARGET"),
    ", ",
    env!("STOPLIST_PROFILE"),
    "\0"
));

const fn nul_ended(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => c"",
    }
}

/// The version of the library that is linked, such as `0.1.0`. Lives as long as the process.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_version() -> Chars {
    forever(VERSION)
}

/// The `STOPLIST_ABI_VERSION` of the library that is linked: compare it with the header's.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_abi_version() -> u32 {
    STOPLIST_ABI_VERSION
}

/// What was built, for a log: version, target, profile. Lives as long as the process.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_build_info() -> Chars {
    forever(BUILD)
}

/// The fixed name of a status: `ok`, `invalid_argument`…; `unknown` for what is none. Lives as long as
/// the process.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_status_name(status: i32) -> Chars {
    forever(fault::name_of(status).unwrap_or(c"unknown"))
}

/// The fixed name of a refusal: `too_short`…; an empty text for 0, `unknown` for what is none. Lives as
/// long as the process.
#[unsafe(no_mangle)]
pub extern "C" fn stoplist_refusal_name(refusal: i32) -> Chars {
    let refusal = match refusal {
        0 => return forever(c""),
        refusal => Refusal::ALL.iter().find(|&&known| known as i32 == refusal),
    };
    forever(match refusal {
        Some(Refusal::Empty) => c"empty",
        Some(Refusal::NotANumber) => c"not_a_number",
        Some(Refusal::Letters) => c"letters",
        Some(Refusal::Wildcard) => c"wildcard",
        Some(Refusal::UnknownCallingCode) => c"unknown_calling_code",
        Some(Refusal::TooShort) => c"too_short",
        Some(Refusal::TooLong) => c"too_long",
        Some(Refusal::LocalOnly) => c"local_only",
        Some(Refusal::NeedsRegion) => c"needs_region",
        _ => c"unknown",
    })
}
