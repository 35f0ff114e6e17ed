//! Feeds [`stoplist_fuzz::arrow_c`].

#![no_main]

// The library may panic and catch it, so a panic ends the process only when nobody caught it.
libfuzzer_sys::fuzz_target!(
    init: std::panic::set_hook(Box::new(|_| ())),
    |data: &[u8]| stoplist_fuzz::arrow_c(data)
);
