//! Feeds [`stoplist_fuzz::number_text`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stoplist_fuzz::number_text(data));
