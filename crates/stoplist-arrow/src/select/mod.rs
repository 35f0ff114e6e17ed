//! How do some rows of a batch become a batch?
//!
//! ```text
//! how many bytes have the texts of each piece?            (in pieces)
//! make room for all pieces of a column
//! copy each run of wanted rows of each piece              (in pieces)
//! ```
//!
//! A piece knows where in the room it goes, so that pieces can be copied at the same time. Runs are
//! short: of rows of which one in ten is left out, nine or ten on average. Columns of other types
//! than those of one size and texts are left to Arrow, each as a whole. Nothing here knows why rows
//! are wanted.

mod built;
mod fixed;
mod room;
mod texts;
mod types;
mod wanted;

use arrow::array::{Array, ArrayData, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::error::ArrowError;

use crate::Error;
use crate::driver::Workers;

use fixed::Fixed;
pub(crate) use room::Rooms;
use room::{padded, take};
use texts::Texts;
pub(crate) use wanted::Wanted;

/// Copies what belongs to a part of a column.
type Job<'a> = Box<dyn FnOnce() -> Result<(), Unsound> + Send + 'a>;

/// The offsets of an array do not ascend within its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the offsets of a column are not sound")]
struct Unsound;

const ACTION: &str = "select the rows of a batch";

/// The wanted rows. Copies nothing when all are wanted, or none.
pub(crate) fn rows(
    batch: &RecordBatch,
    wanted: &Wanted,
    workers: Workers,
    rooms: &Rooms,
) -> Result<RecordBatch, Error> {
    match wanted.count() {
        all if all == batch.num_rows() => return Ok(batch.clone()),
        // Arrow's filter would make the columns anew, with other dictionaries than the other
        // batches of a stream have.
        0 => return Ok(batch.slice(0, 0)),
        _ => {}
    }
    let columns = columns(batch, wanted, workers, rooms)?;
    assemble(batch.schema(), columns, wanted.count()).map_err(Error::arrow(ACTION))
}

/// Takes the names of inner fields as they come: the input may have others than its schema.
pub(crate) fn assemble(
    schema: SchemaRef,
    columns: Vec<ArrayRef>,
    rows: usize,
) -> Result<RecordBatch, ArrowError> {
    let options =
        RecordBatchOptions::new().with_match_field_names(false).with_row_count(Some(rows));
    RecordBatch::try_new_with_options(schema, columns, &options)
}

/// What a column is made of.
enum Source<'a> {
    Fixed(Fixed<'a>),
    Texts(Texts<'a, i32>),
    LargeTexts(Texts<'a, i64>),
    /// Something that Arrow's filter knows.
    Other,
}

impl<'a> Source<'a> {
    fn of(data: &'a ArrayData) -> Self {
        let source = match data.data_type() {
            DataType::Utf8 | DataType::Binary => Texts::of(data).map(Self::Texts),
            DataType::LargeUtf8 | DataType::LargeBinary => Texts::of(data).map(Self::LargeTexts),
            _ => Fixed::of(data).map(Self::Fixed),
        };
        source.unwrap_or(Self::Other)
    }
}

/// How many bytes of a room a column takes.
#[derive(Clone, Copy, Default)]
struct Space {
    offsets: usize,
    values: usize,
}

impl Source<'_> {
    fn space(&self, count: usize, sizes: &[usize]) -> Space {
        let values = sizes.iter().sum();
        match self {
            Self::Fixed(fixed) => Space { offsets: 0, values: fixed.size(count) },
            Self::Texts(_) => Space { offsets: (count + 1) * size_of::<i32>(), values },
            Self::LargeTexts(_) => Space { offsets: (count + 1) * size_of::<i64>(), values },
            Self::Other => Space::default(),
        }
    }
}

fn columns(
    batch: &RecordBatch,
    wanted: &Wanted,
    workers: Workers,
    rooms: &Rooms,
) -> Result<Vec<ArrayRef>, Error> {
    let unsound = |error: Unsound| Error::Arrow { action: ACTION, source: Box::new(error) };
    let parts = wanted.parts();
    let data: Vec<ArrayData> = batch.columns().iter().map(|column| column.to_data()).collect();
    let sources: Vec<Source<'_>> = data.iter().map(Source::of).collect();
    let measured = sources.iter().flat_map(|source| parts.iter().map(move |part| (source, part)));
    let sizes = workers.run(measured.collect(), |(source, part)| match source {
        Source::Texts(texts) => texts.size(wanted, part),
        Source::LargeTexts(texts) => texts.size(wanted, part),
        Source::Fixed(_) | Source::Other => Ok(0),
    });
    let sizes = sizes.into_iter().collect::<Result<Vec<usize>, _>>().map_err(unsound)?;
    let sized = || sources.iter().zip(sizes.chunks(parts.len()));
    let spaces: Vec<Space> =
        sized().map(|(source, sizes)| source.space(wanted.count(), sizes)).collect();
    let all = spaces.iter().map(|space| padded(space.offsets) + padded(space.values)).sum();
    let mut room = rooms.room(all);
    let mut left = room.bytes();
    let mut jobs: Vec<Job<'_>> = Vec::with_capacity(sizes.len());
    for ((source, sizes), space) in sized().zip(&spaces) {
        let offsets = take(&mut left, padded(space.offsets));
        let values = take(&mut left, padded(space.values));
        match source {
            Source::Fixed(fixed) => jobs.extend(fixed.jobs(wanted, &parts, values)),
            Source::Texts(texts) => {
                jobs.extend(texts.jobs(wanted, &parts, sizes, (offsets, values)));
            }
            Source::LargeTexts(texts) => {
                jobs.extend(texts.jobs(wanted, &parts, sizes, (offsets, values)));
            }
            Source::Other => {}
        }
    }
    workers.run(jobs, |job| job()).into_iter().collect::<Result<(), _>>().map_err(unsound)?;
    let room = room.into_buffer();
    let mut at = 0;
    let mut buffer = |bytes: usize| {
        let start = at;
        at += padded(bytes);
        room.slice_with_length(start, bytes)
    };
    let made = batch.columns().iter().zip(&data).zip(sources.iter().zip(spaces));
    let made = made.map(|((column, data), (source, space))| {
        let buffers = [buffer(space.offsets), buffer(space.values)];
        (column, data, source, buffers)
    });
    // Only whole columns that Arrow copies, and bits, are left to do.
    let made = workers.run(made.collect(), |(column, data, source, [offsets, values])| {
        let nulls = data.nulls().map(|nulls| wanted.nulls(nulls));
        match source {
            Source::Fixed(_) => Ok(built::fixed(data, wanted.count(), values, nulls)),
            Source::Texts(_) | Source::LargeTexts(_) => {
                Ok(built::texts(data, wanted.count(), [offsets, values], nulls))
            }
            Source::Other => types::filter(column, wanted),
        }
    });
    made.into_iter().collect::<Result<_, _>>().map_err(Error::arrow(ACTION))
}
