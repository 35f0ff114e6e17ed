//! Feeds [`stoplist_fuzz::arrow_ipc`].

#![no_main]

// The decoders may panic and be caught, so a panic ends the process only when nobody caught it.
libfuzzer_sys::fuzz_target!(
    init: std::panic::set_hook(Box::new(|_| ())),
    |data: &[u8]| stoplist_fuzz::arrow_ipc(data)
);
