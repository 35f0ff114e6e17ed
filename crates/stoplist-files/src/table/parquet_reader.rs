//! How does a Parquet file become batches?
//!
//! Pages are decoded as batches ask for them; a row group is never in memory as a whole unless it
//! is one page.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::file::metadata::ParquetMetaData;

use super::guard::guarded;
use crate::{Error, Place};

/// What a batch should take at most, by the average row of the file, in bytes.
const BATCH_BYTES: u64 = 16 * 1024 * 1024;

/// Reads the rows of one file.
pub(super) struct ParquetReader {
    reader: ParquetRecordBatchReader,
    path: PathBuf,
    schema: SchemaRef,
    rows: u64,
}

impl ParquetReader {
    /// Reads the footer.
    pub(super) fn new(path: &Path, file: File, max_rows: usize) -> Result<Self, Error> {
        let failed = |error: &dyn fmt::Display| malformed(path, error);
        let metadata = guarded(|| ArrowReaderMetadata::load(&file, ArrowReaderOptions::default()))
            .map_err(|error| failed(&error))?;
        if !is_placed(metadata.metadata()) {
            return Err(failed(&"a part of it claims to lie before its start"));
        }
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
        let rows = builder.metadata().file_metadata().num_rows();
        let rows = u64::try_from(rows).map_err(|_| failed(&"it claims a negative row count"))?;
        let schema = builder.schema().clone();
        let batch_rows = batch_rows(builder.metadata(), rows, max_rows);
        let reader = guarded(|| builder.with_batch_size(batch_rows).build())
            .map_err(|error| failed(&error))?;
        Ok(Self { reader, path: path.to_path_buf(), schema, rows })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// The next batch, or `None` behind the last.
    pub(super) fn next_batch(&mut self) -> Result<Option<RecordBatch>, Error> {
        guarded(|| self.reader.next().transpose()).map_err(|error| malformed(&self.path, &error))
    }
}

/// Whether no offset and no length is negative, which the crate would panic about.
fn is_placed(metadata: &ParquetMetaData) -> bool {
    metadata.row_groups().iter().flat_map(|group| group.columns()).all(|column| {
        let offset = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
        offset >= 0 && column.data_page_offset() >= 0 && column.compressed_size() >= 0
    })
}

/// How many rows a batch may have without outgrowing [`BATCH_BYTES`], by what the footer says.
fn batch_rows(metadata: &ParquetMetaData, rows: u64, max_rows: usize) -> usize {
    let groups = metadata.row_groups().iter();
    let bytes: u64 = groups.map(|group| group.total_byte_size().unsigned_abs()).sum();
    let row_bytes = (bytes / rows.max(1)).max(1);
    let fitting = usize::try_from(BATCH_BYTES / row_bytes).unwrap_or(usize::MAX);
    fitting.clamp(1, max_rows)
}

/// The crate tells a failed read of the disk and a damaged file apart by their text only.
fn malformed(path: &Path, error: &dyn fmt::Display) -> Error {
    let what = format!("{error} (a file that was cut off or damaged on its way reads like this)");
    Error::malformed(Place::file(path), "Parquet", &what)
}
