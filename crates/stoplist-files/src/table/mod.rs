//! Tables: CSV, TSV, Parquet and Arrow IPC, read and written as a stream of Arrow batches.
//!
//! [`TableReader`] reads one, [`TableWriter`] writes one; neither ever holds a whole file. What a
//! cell means is not known here: a CSV cell is its text, an Arrow column is what it says it is.
//!
//! ```
//! use std::path::Path;
//! use stoplist_files::table::{ReadOptions, TableFormat, TableReader, TableWriter, WriteOptions};
//!
//! # fn main() -> Result<(), stoplist_files::Error> {
//! let csv: &[u8] = b"name;phone\r\nAda;+442083661177\r\n";
//! let reader = TableReader::from_stream(
//!     Path::new("people.csv"), Box::new(csv), TableFormat::Csv, ReadOptions::default())?;
//! let options = WriteOptions::like(&reader);
//! let mut writer = TableWriter::create(
//!     Vec::new(), Path::new("copy.csv"), TableFormat::Csv, &reader.schema(), options)?;
//! for batch in reader {
//!     writer.write(&batch?)?;
//! }
//! assert_eq!(writer.finish()?, csv);
//! # Ok(())
//! # }
//! ```

mod csv_reader;
pub(crate) mod csv_row;
mod csv_writer;
mod dictionaries;
mod format;
mod guard;
mod input;
mod ipc_check;
mod ipc_message;
mod ipc_reader;
mod parquet_reader;
mod parquet_writer;
mod reader;
mod source;
mod writer;

pub use csv_row::CsvDialect;
pub(crate) use guard::{Failure, guarded};

pub use format::{TABLE_FORMATS, TableFormat};
pub use input::TableInput;
pub use reader::{MAX_BATCH_ROWS, ReadOptions, TableReader};
pub use writer::{TableWriter, WriteOptions};
