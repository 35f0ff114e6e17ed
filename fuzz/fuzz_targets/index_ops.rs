//! Feeds [`stoplist_fuzz::index_ops`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stoplist_fuzz::index_ops(data));
