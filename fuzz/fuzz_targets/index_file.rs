//! Feeds [`stoplist_fuzz::index_file`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stoplist_fuzz::index_file(data));
