//! Feeds [`stoplist_fuzz::journal_file`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stoplist_fuzz::journal_file(data));
