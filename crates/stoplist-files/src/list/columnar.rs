//! Which numbers are in a column of a Parquet or Arrow file?
//!
//! Of Parquet only that column is read, and decoded on a thread of its own where one can be made.
//! What a row means is `stoplist_arrow`'s business.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek};
use std::sync::mpsc::sync_channel;
use std::thread;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use stoplist::Refusal;
use stoplist_arrow::{NumberColumn, Row, check_type, find_list_column};

use super::intake::Intake;
use crate::table::{Failure, MAX_BATCH_ROWS, ReadOptions, TableFormat, TableReader, guarded};
use crate::{Error, Place};

/// How many batches may wait to be read while others are decoded.
const WAITING: usize = 2;

/// Reads the column of numbers of a Parquet file.
pub(super) fn read_parquet(
    file: File,
    wanted: Option<&str>,
    intake: &mut Intake<'_, '_>,
) -> Result<(), Error> {
    let path = intake.path;
    let malformed =
        |error: &dyn fmt::Display| Error::malformed(Place::file(path), "Parquet", error);
    let bytes = file.metadata().map_err(|error| Error::io(path, "read", error))?.len();
    let builder = guarded(|| ParquetRecordBatchReaderBuilder::try_new(file))
        .map_err(|error| malformed(&error))?;
    let index = choose(builder.schema(), wanted, intake)?;
    let rows_total = builder.metadata().file_metadata().num_rows().unsigned_abs();
    let only = ProjectionMask::roots(builder.parquet_schema(), [index]);
    let reader = guarded(|| builder.with_projection(only).with_batch_size(MAX_BATCH_ROWS).build())
        .map_err(|error| malformed(&error))?;
    let mut rows = 0;
    ahead(reader, |batch| {
        let batch = batch.map_err(|error| malformed(&error))?;
        read_batch(&batch, 0, rows, intake)?;
        rows += batch.num_rows() as u64;
        let read = u128::from(bytes) * u128::from(rows) / u128::from(rows_total.max(1));
        advance(u64::try_from(read).unwrap_or(bytes), intake)
    })
}

/// Calls `take` with each batch, while the next ones are decoded.
fn ahead(
    reader: ParquetRecordBatchReader,
    mut take: impl FnMut(Result<RecordBatch, Failure<ArrowError>>) -> Result<(), Error>,
) -> Result<(), Error> {
    let next = |reader: &mut ParquetRecordBatchReader| {
        // After an error it must not be asked again.
        guarded(|| reader.next().transpose()).transpose()
    };
    let (to, batches) = sync_channel(WAITING);
    let (hand, handed) = sync_channel::<ParquetRecordBatchReader>(1);
    thread::scope(|scope| {
        let read_on = move || {
            let Ok(mut reader) = handed.recv() else { return };
            while let Some(batch) = next(&mut reader) {
                let is_last = batch.is_err();
                if to.send(batch).is_err() || is_last {
                    return;
                }
            }
        };
        let unread = match thread::Builder::new().spawn_scoped(scope, read_on) {
            Ok(_) => hand.send(reader).err().map(|unsent| unsent.0),
            Err(_) => Some(reader),
        };
        // The thread hangs up behind the last batch; one that was not made has done so already.
        batches.into_iter().try_for_each(&mut take)?;
        let Some(mut reader) = unread else { return Ok(()) };
        while let Some(batch) = next(&mut reader) {
            take(batch)?;
        }
        Ok(())
    })
}

/// Reads the column of numbers of an Arrow IPC file or stream.
pub(super) fn read_arrow(
    mut file: File,
    wanted: Option<&str>,
    intake: &mut Intake<'_, '_>,
) -> Result<(), Error> {
    let path = intake.path;
    let failed = |error| Error::io(path, "read", error);
    let mut magic = Vec::new();
    (&mut file).take(6).read_to_end(&mut magic).map_err(failed)?;
    file.rewind().map_err(failed)?;
    let format = if magic == b"ARROW1" { TableFormat::ArrowFile } else { TableFormat::ArrowStream };
    let mut reader = TableReader::from_file(path, file, format, ReadOptions::default())?;
    let index = choose(&reader.schema(), wanted, intake)?;
    while let Some(batch) = reader.next() {
        let batch = batch?;
        read_batch(&batch, index, reader.rows_read() - batch.num_rows() as u64, intake)?;
        advance(reader.bytes_read(), intake)?;
    }
    Ok(())
}

fn choose(schema: &Schema, wanted: Option<&str>, intake: &Intake<'_, '_>) -> Result<usize, Error> {
    let found = find_list_column(schema, wanted).and_then(|index| {
        let field = schema.field(index);
        check_type(field.name(), field.data_type()).map(|()| index)
    });
    found.map_err(|source| column_error(source, intake))
}

fn column_error(source: stoplist_arrow::Error, intake: &Intake<'_, '_>) -> Error {
    Error::Column { path: intake.path.to_path_buf(), source }
}

/// Says how far the file has been read; what was spooled has been counted already.
fn advance(bytes: u64, intake: &Intake<'_, '_>) -> Result<(), Error> {
    intake.meter.advance_to(bytes.max(intake.meter.bytes()))
}

/// Takes the rows of a batch, before which came `rows_before` others.
fn read_batch(
    batch: &RecordBatch,
    index: usize,
    rows_before: u64,
    intake: &mut Intake<'_, '_>,
) -> Result<(), Error> {
    let schema = batch.schema();
    let array = batch.column(index);
    let column = NumberColumn::read(&intake.parser, schema.field(index).name(), array)
        .map_err(|source| column_error(source, intake))?;
    let format = FormatOptions::default();
    let formatter = intake.rejects.is_some().then(|| ArrayFormatter::try_new(array, &format).ok());
    let formatter = formatter.flatten();
    for row in 0..array.len() {
        match column.row(row) {
            Row::Number(number) => intake.number(number),
            Row::Refused(Refusal::Empty) | Row::Null => {}
            Row::Refused(refusal) => {
                let text = formatter.as_ref().map(|formatter| formatter.value(row).to_string());
                let text = text.as_deref().unwrap_or_default();
                intake.refuse(refusal, text.as_bytes(), rows_before + row as u64 + 1)?;
            }
        }
    }
    Ok(())
}
