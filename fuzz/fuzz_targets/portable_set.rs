//! Feeds [`stoplist_fuzz::portable_set`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stoplist_fuzz::portable_set(data));
