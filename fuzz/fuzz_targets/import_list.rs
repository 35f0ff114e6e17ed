//! Feeds [`stoplist_fuzz::import_list`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stoplist_fuzz::import_list(data));
