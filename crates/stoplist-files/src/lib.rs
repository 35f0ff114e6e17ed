//! Files of phone numbers: lists read and written in every format that people keep them in, and
//! tables with a number column read and written as Arrow batches.
//!
//! - A **list** ([`read_list_file`], [`write_list`]) becomes a set of numbers. Its formats are
//!   told apart by content: text, CSV, do-not-call files, JSON, vCard, Parquet, Arrow, roaring. What
//!   is no number is counted by reason, and written to a rejects file if that is wanted.
//! - A **table** ([`table`]) stays a table: every column, in the order of the rows.
//! - An **output** appears whole or not at all.
//!
//! Both stream: a row or a batch is in memory, never a file. A row of text is at most
//! [`MAX_ROW_BYTES`] long. Contents are hostile until checked: whatever is in a file, the outcome is
//! a result or an [`Error`] that names the place and the way out.
//!
//! What this crate does *not* do: it asks no gate whether a number is blocked, and keeps nothing.
//!
//! ```
//! use std::path::Path;
//! use stoplist::NumberSetBuilder;
//! use stoplist_files::{ListOptions, ListSinks, read_list};
//!
//! let file: &[u8] = b"phone;name\n+49 30 901820;C-1\n+41 44 668 18 00;C-2\n";
//! let mut numbers = NumberSetBuilder::new();
//! let sinks = ListSinks::new(&mut numbers);
//! let summary = read_list(file, Path::new("list.csv"), &ListOptions::default(), sinks)?;
//! assert_eq!(summary.accepted_rows, 2);
//! assert_eq!(numbers.finish().len(), 2);
//! # Ok::<(), stoplist_files::Error>(())
//! ```

#![forbid(unsafe_code)]

mod error;
mod format;
mod list;
pub mod output;
pub mod table;

pub use error::{Error, ErrorKind, Place};
pub use format::{EXPORT_ENDINGS, ExportFormat, LIST_FORMATS, ListFormat};
pub use list::{
    CsvRejects, ListOptions, ListSinks, ListSummary, MAX_ROW_BYTES, Progress, ProgressHook,
    RejectSink, origin_of, read_list, read_list_file, write_list,
};
