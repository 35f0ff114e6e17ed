//! The core of an embedded suppression engine: phone numbers, and sets of them.
//!
//! A business that messages people must not reach those who opted out, were blocked or stand on a
//! do-not-contact registry. Before it can ask whether a number is blocked it has to know which
//! number a text means, and it has to hold many millions of numbers. This crate does both:
//!
//! - [`Parser`] makes a [`PhoneNumber`] of a text, or a [`Refusal`] that says why it is none;
//!   [`ParsedColumn`] does so for a whole column at once;
//! - [`NumberSet`] is a set of numbers: a 64-bit roaring bitmap with unions, intersections,
//!   differences and ranges, read from and written to the format that roaring libraries share;
//!   [`NumberSetBuilder`] makes one of numbers in any order.
//!
//! ```
//! use stoplist::{NumberSet, Parser, Refusal};
//!
//! let parser = Parser::with_region("DE".parse()?);
//! let opted_out: NumberSet = [parser.parse("030 901820")?, parser.parse("+1 650 253 0000")?].into();
//!
//! assert!(opted_out.contains(parser.parse("tel:+49-30-901820")?));
//! assert!(!opted_out.contains(parser.parse("0160 5550100")?));
//! assert_eq!(parser.parse("0800 PIZZA"), Err(Refusal::Letters));
//!
//! let mut file = Vec::new();
//! opted_out.write_portable(&mut file)?;
//! assert_eq!(NumberSet::read_portable(file.as_slice())?, opted_out);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it is not
//!
//! It is no number look-up: a number that it accepts has a known calling code and a length that is
//! possible for it, and may still be assigned to nobody. It knows no files (the crate
//! `stoplist-files` does), no Arrow (`stoplist-arrow` does), and no reasons: a set says that a number
//! is in it, not why.
//!
//! # Limits
//!
//! - A number has 7 to 15 digits. Short codes, alphanumeric senders and local numbers are refused.
//! - Two spellings of one subscriber are two numbers: Brazil's ninth digit, Mexico's `1` after `52`
//!   and Argentina's `9` after `54` are not seen through.
//! - A portable bitmap may hold up to [`MAX_PORTABLE_NUMBERS`] numbers. A set in memory has no limit
//!   but memory: 2 to 3 bytes a number for real lists.
//!
//! # Trade-offs
//!
//! - Plain digits take a few nanoseconds, by a table that is generated from the metadata of the
//!   general parser; anything unusual takes about a microsecond, by the general parser itself. The
//!   two give the same answer: where the table cannot be sure, it is silent.
//! - The metadata is that of one pinned release. A country that changes its numbering plan is known
//!   after an update of this crate, not before.
//! - Roaring bitmaps are small, and quick to combine; asking one for a single number takes 0.2 to
//!   0.8 µs in a set of millions.
//!
//! Nothing here locks, logs, or opens a file or a connection. The only thread is the one that
//! [`NumberSetBuilder::with_helper_thread`] asks for.

#![forbid(unsafe_code)]

mod number;
mod set;

pub use number::{ParsedColumn, Parser, PhoneNumber, Refusal, Region, Status, UnknownRegion};
pub use set::{
    MAX_PORTABLE_NUMBERS, NumberSet, NumberSetBuilder, PortableError, PortableFault, Unsorted,
};

/// The README's example, kept honest.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
