//! Feeds [`stoplist_fuzz::store_ops`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stoplist_fuzz::store_ops(data));
