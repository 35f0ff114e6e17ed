//! Feeds [`stoplist_fuzz::gate_ops`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stoplist_fuzz::gate_ops(data));
