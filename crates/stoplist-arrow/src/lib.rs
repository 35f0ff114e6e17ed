//! Suppression of whole broadcast lists in Arrow memory.
//!
//! A broadcast list is a table with a column of phone numbers. This crate says which of its rows
//! may be sent to: it finds the column, reads it whatever its type, and divides each batch into rows
//! to keep and rows to leave out, with the reason ([`Filter`]). Every column and the order of the
//! rows stay as they are. Just before sending it looks again, at what has changed since
//! ([`Filter::recheck`]).
//!
//! # What it is not
//!
//! It reads and writes no files and knows no format: batches come in and go out in memory, so it
//! serves a file reader, an IPC stream and a query engine alike. It does not say what a phone number
//! is: [`stoplist::Parser`] does. It does not drop repeated numbers, and does not sort.
//!
//! # Example
//!
//! A stream of two batches against two lists. The third row is on both lists, and the first list
//! is the one that is named; the fourth is in a national format and no region was given.
//!
//! ```
//! use std::sync::Arc;
//!
//! use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
//! use stoplist::{NumberSet, Parser, PhoneNumber};
//! use stoplist_arrow::{Filter, FilterOptions, Lists};
//!
//! let batch = |names: [&str; 2], phones: [Option<&str>; 2]| {
//!     RecordBatch::try_from_iter_with_nullable([
//!         ("name", Arc::new(StringArray::from(names.to_vec())) as ArrayRef, true),
//!         ("phone", Arc::new(StringArray::from(phones.to_vec())) as ArrayRef, true),
//!     ])
//! };
//! let stream = [
//!     batch(["C-1", "C-2"], [Some("+44 20 7946 0958"), None])?,
//!     batch(["C-3", "C-4"], [Some("+1 650-253-0000"), Some("020 7946 0000")])?,
//! ];
//!
//! let number = |value| PhoneNumber::new(value);
//! let complaints: NumberSet = [number(16502530000)?].into();
//! let opted_out: NumberSet = [number(16502530000)?, number(4930901820)?].into();
//! let lists = Lists::of_sets([("complaints", &complaints), ("optout", &opted_out)])?;
//! let options = FilterOptions::new(Parser::international()).excluded(true);
//! let filter = Filter::new(lists, options);
//!
//! let mut pass = filter.pass(&stream[0].schema())?;
//! let mut why = Vec::new();
//! for batch in &stream {
//!     let excluded = pass.apply(batch)?.excluded.ok_or("asked for")?;
//!     let text = |name| Some(excluded.column_by_name(name)?.as_string::<i32>().clone());
//!     let (verdicts, lists) = text("stoplist_verdict").zip(text("stoplist_list")).ok_or("there")?;
//!     for (verdict, list) in verdicts.iter().zip(&lists) {
//!         why.push((verdict.map(str::to_owned), list.map(str::to_owned)));
//!     }
//! }
//!
//! let total = pass.report();
//! assert_eq!((total.rows, total.kept, total.blocked, total.invalid, total.null), (4, 1, 1, 1, 1));
//! assert_eq!(total.blocked_by_list["complaints"], 1);
//! assert_eq!(total.blocked_by_list["optout"], 0);
//! assert_eq!(total.invalid_by_reason["needs_region"], 1);
//! let some = |text: &str| Some(text.to_owned());
//! assert_eq!(
//!     why,
//!     [(some("null"), None), (some("block"), some("complaints")), (some("invalid"), None)]
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The [`cookbook`] has a file, a stream, a stream inside a service, and the second look.
//!
//! # What can hold numbers
//!
//! Text and binary arrays of every kind, integers, decimals of scale 0, and dictionaries and run-end
//! encodings of these. Floats are refused, since they do not keep every digit, and so is
//! everything else; [`check_type`] tells before the first batch and says what to store instead.
//! A row may have several number columns: see [`OnBlocked`].
//!
//! # Limits and trade-offs
//!
//! - A batch has as many rows as memory allows. Pieces of 16,384 rows are judged and copied at the
//!   same time, on a pool that belongs to the filter; with fewer rows, or one thread, or where no
//!   thread can be made, on the caller's. The result is the same bit for bit.
//! - A call from a thread of another rayon pool waits without taking up work of that pool.
//! - While it works, a filter needs about a byte a row besides the rows it copies, 40 for each
//!   excluded row that is to be given back, and 8 to 32 for dictionaries and run-end encodings.
//! - The columns of a kept batch of a megabyte and more share one piece of memory, of whole pages
//!   of 2 MiB, which is free when the last of them is; Arrow counts all of it as the memory of each.
//!   The filter then keeps it for a next batch: see [`FilterOptions::spare_memory`].
//! - A value that many rows of a dictionary or run-end encoded batch share is judged once in that
//!   batch; nothing is remembered from batch to batch.
//! - Rows that are not numbers, and nulls, are left out unless a [`Policy`] says otherwise: what is
//!   not a number is never sent to by accident.
//! - A panic, ours or Arrow's, becomes [`Error::Panicked`]; the filter goes on with the next batch.
//!   That needs a build in which panics unwind.

#[doc = include_str!("cookbook.md")]
pub mod cookbook {}

mod column;
mod driver;
mod error;
mod filter;
mod report;
mod rows;
mod select;
mod shown;
mod sound;

pub use column::{
    NUMBER_COLUMN_NAMES, NumberColumn, Row, check_type, find_list_column, find_number_column,
};
pub use error::{Columns, Error};
pub use filter::{
    Filter, FilterOptions, FilterStream, Filtered, Lists, Masked, OnBlocked, Pass, Policy,
    Rechecked, excluded_schema,
};
pub use report::{ListAge, Origin, Report};
pub use sound::checks_texts_of;
