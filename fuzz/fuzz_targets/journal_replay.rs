//! Feeds [`stoplist_fuzz::journal_replay`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stoplist_fuzz::journal_replay(data));
