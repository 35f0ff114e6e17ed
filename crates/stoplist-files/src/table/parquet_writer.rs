//! How do batches become a Parquet file?
//!
//! Of each batch the columns are encoded and compressed at the same time, each in turn taken by the
//! next thread that is free; the file has them in their order. With one thread, or where no more
//! can be made, one after the other: the bytes are the same.
//!
//! The values of a column begin every row group as a dictionary, until that grows too large. A
//! column for which it did so once goes without from then on: to find that out again in each row
//! group takes a tenth of the time.

use std::collections::HashSet;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{FieldRef, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, Encoding, PageType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, PageEncodingStats};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

/// The most rows of a row group.
const ROW_GROUP_ROWS: usize = 1_000_000;

/// A row group ends when it takes this much memory, in bytes.
const ROW_GROUP_BYTES: usize = 64 * 1024 * 1024;

/// Fewer rows than this are encoded before another thread has begun.
const ROWS_FOR_THREADS: usize = 1024;

/// Writes one file.
pub(super) struct ParquetWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    schema: SchemaRef,
    /// Makes the writers of a row group.
    factory: ArrowRowGroupWriterFactory,
    /// Columns whose dictionary has grown too large.
    without_dictionary: HashSet<ColumnPath>,
    group: Option<Group>,
    threads: usize,
}

/// A row group that is being written.
struct Group {
    columns: Vec<Column>,
    rows: usize,
}

/// A column of the table, which is several in the file if it is nested.
struct Column {
    field: FieldRef,
    leaves: Vec<ArrowColumnWriter>,
}

impl Column {
    fn write(&mut self, values: &ArrayRef) -> Result<(), ParquetError> {
        let leaves = compute_leaves(&self.field, values)?;
        self.leaves.iter_mut().zip(&leaves).try_for_each(|(writer, leaf)| writer.write(leaf))
    }

    fn close(self) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
        self.leaves.into_iter().map(ArrowColumnWriter::close).collect()
    }

    fn bytes(&self) -> usize {
        self.leaves.iter().map(ArrowColumnWriter::get_estimated_total_bytes).sum()
    }
}

fn properties(without_dictionary: &HashSet<ColumnPath>) -> WriterProperties {
    let all = WriterProperties::builder().set_compression(Compression::SNAPPY);
    let without = without_dictionary.iter().cloned();
    without.fold(all, |all, path| all.set_column_dictionary_enabled(path, false)).build()
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Writes the beginning.
    pub(super) fn new(
        sink: W,
        schema: &SchemaRef,
        threads: Option<NonZeroUsize>,
    ) -> Result<Self, ParquetError> {
        let without_dictionary = HashSet::new();
        let properties = properties(&without_dictionary);
        let writer = ArrowWriter::try_new(sink, Arc::clone(schema), Some(properties))?;
        let (file, factory) = writer.into_serialized_writer()?;
        let threads = threads.map_or(1, NonZeroUsize::get);
        let schema = Arc::clone(schema);
        Ok(Self { file, schema, factory, without_dictionary, group: None, threads })
    }

    /// Writes the rows of a batch, which has the columns of the schema.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ParquetError> {
        let mut done = 0;
        while done < batch.num_rows() {
            let mut group = match self.group.take() {
                Some(group) => group,
                None => self.begin()?,
            };
            let rows = (batch.num_rows() - done).min(ROW_GROUP_ROWS - group.rows);
            let part = batch.slice(done, rows);
            let threads = if rows < ROWS_FOR_THREADS { 1 } else { self.threads };
            let columns = group.columns.iter_mut().zip(part.columns()).collect();
            each(threads, columns, |(column, values): (&mut Column, _)| column.write(values))?;
            done += rows;
            group.rows += rows;
            let bytes: usize = group.columns.iter().map(Column::bytes).sum();
            if group.rows == ROW_GROUP_ROWS || bytes > ROW_GROUP_BYTES {
                self.end(group)?;
            } else {
                self.group = Some(group);
            }
        }
        Ok(())
    }

    /// Writes the end, and hands the sink back.
    pub(super) fn into_inner(mut self) -> Result<W, ParquetError> {
        if let Some(group) = self.group.take() {
            self.end(group)?;
        }
        self.file.into_inner()
    }

    fn begin(&self) -> Result<Group, ParquetError> {
        let writers = self.factory.create_column_writers(self.file.flushed_row_groups().len())?;
        let fields = self.schema.fields().iter();
        let mut columns: Vec<Column> =
            fields.map(|field| Column { field: Arc::clone(field), leaves: Vec::new() }).collect();
        for (leaf, writer) in writers.into_iter().enumerate() {
            let column = columns.get_mut(self.file.schema_descr().get_column_root_idx(leaf));
            column.ok_or_else(contradiction)?.leaves.push(writer);
        }
        Ok(Group { columns, rows: 0 })
    }

    fn end(&mut self, group: Group) -> Result<(), ParquetError> {
        let columns = each(self.threads, group.columns, Column::close)?;
        let mut row_group = self.file.next_row_group()?;
        let before = self.without_dictionary.len();
        for chunk in columns.into_iter().flatten() {
            let found = &chunk.close().metadata;
            if has_outgrown_dictionary(found) {
                self.without_dictionary.insert(found.column_path().clone());
            }
            chunk.append_to_row_group(&mut row_group)?;
        }
        row_group.close()?;
        if self.without_dictionary.len() > before {
            self.factory = self.factory_of_next_groups()?;
        }
        Ok(())
    }

    /// The properties of a file are for all of it. So the writers are those of another file, which
    /// has the same columns and none of the bytes.
    fn factory_of_next_groups(&self) -> Result<ArrowRowGroupWriterFactory, ParquetError> {
        let properties = Arc::new(properties(&self.without_dictionary));
        let columns = self.file.schema_descr().root_schema_ptr();
        let other = SerializedFileWriter::new(io::sink(), columns, properties)?;
        Ok(ArrowRowGroupWriterFactory::new(&other, Arc::clone(&self.schema)))
    }
}

/// Whether some of the values of a chunk are no longer written by their place in a dictionary.
fn has_outgrown_dictionary(chunk: &ColumnChunkMetaData) -> bool {
    let pages = chunk.page_encoding_stats().map(Vec::as_slice).unwrap_or_default();
    let is = |page: &PageEncodingStats, kind| page.page_type == kind;
    pages.iter().any(|page| is(page, PageType::DICTIONARY_PAGE))
        && pages.iter().any(|page| {
            !is(page, PageType::DICTIONARY_PAGE) && page.encoding != Encoding::RLE_DICTIONARY
        })
}

fn contradiction() -> ParquetError {
    ParquetError::General("its columns do not fit its schema".to_owned())
}

/// Does a job for each item, on so many threads at most; the results in the order of the items.
fn each<I: Send, T: Send>(
    threads: usize,
    items: Vec<I>,
    job: impl Fn(I) -> Result<T, ParquetError> + Sync,
) -> Result<Vec<T>, ParquetError> {
    let others = threads.min(items.len()).saturating_sub(1);
    if others == 0 {
        return items.into_iter().map(job).collect();
    }
    let left = Mutex::new(items.into_iter().enumerate());
    let done = Mutex::new(Vec::new());
    let work = || {
        loop {
            let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((place, item)) = next else { return };
            let outcome = job(item);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((place, outcome));
        }
    };
    thread::scope(|scope| {
        for _ in 0..others {
            // Where no more can be made, this one does it all.
            if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|&(place, _)| place);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}
