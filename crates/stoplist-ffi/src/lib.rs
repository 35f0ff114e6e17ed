//! The C ABI of stoplist: `include/stoplist.h`, over the calls of the core.
//!
//! Whoever uses it reads the header, which is written from the documentation here by
//! `cargo xtask header`. Whoever changes it finds:
//!
//! - [`pointers`](self): every pointer of C has a type, and becomes a value in one file;
//! - `call`: what every exported function has around it, so that no panic crosses;
//! - `store`: handles that cannot be used after they were closed, and what is made of a store;
//! - `arrow`: structures from outside, which are checked before they are used;
//! - a file for each object of the header.
//!
//! # Rules
//!
//! A function is `stoplist_<object>_<verb>`, returns a status, and writes its outputs last, when nothing
//! can fail any more. Numbers are never changed and never used again. A struct of options begins with
//! its size and is all zero by default, so that it can grow.

#![expect(
    unsafe_code,
    reason = "exported names, and the pointers of C: see `pointers` and `arrow::raw`"
)]
#![expect(unreachable_pub, reason = "what is exported is reached by its name")]
#![expect(non_camel_case_types, reason = "types are called in Rust what they are called in C")]

// In the order of the header.
pub mod status;

mod library;

mod error;
mod text;

mod number;

mod gate;

mod store;

mod progress;

mod blocking;

mod journal;

mod contact;

mod list;

mod actor;

mod filter;
mod pass;
mod report;

// What the header does not show.
mod arrow;
mod call;
mod change;
mod document;
mod fault;
mod fork;
mod held;
mod path;
mod pointers;

#[cfg(test)]
mod tests;
