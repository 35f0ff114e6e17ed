//! `compare filter`: a broadcast list without its blocked recipients.
//!
//! A table of three columns in memory, the phone as text, the same number as 64 bits, a name, and a
//! set of blocked numbers. `stoplist` copies the rows that may be sent to, all columns of them, on
//! so many threads; `stoplist mask` only says which rows they are; the serial ones do so on one thread.
//!
//! `--write` writes the same table and the same set as Parquet files, and `--serve` loads them and
//! does one task for each line that names one: so `cargo xtask peers` has other systems do the same
//! work in the same run.

use std::fs::{self, File};
use std::io::{BufRead, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use serde_json::json;
use stoplist::{NumberSet, Parser, PhoneNumber};
use stoplist_arrow::{Filter, FilterOptions, Lists};

use crate::measure::{Measurement, median};
use crate::numbers::{Mix, random_below};
use crate::options;

/// Seeds: what is drawn for one purpose has nothing to do with what is drawn for another.
const MEMBERS: u64 = 1;
const MISSES: u64 = 2;
const CHOICES: u64 = 3;
const NAMES: u64 = 4;

/// Rows of a batch in memory. Peers hold the table in pieces of some hundred thousand to some
/// million rows.
const BATCH: usize = 1 << 20;

const RECIPIENTS: &str = "recipients.parquet";
const BLOCKED: &str = "blocked.parquet";
const EXPECTED: &str = "expected.json";

/// The table, the set, and what is to come out.
pub(crate) struct Work {
    batches: Vec<RecordBatch>,
    blocked: NumberSet,
    expected: Answer,
}

/// What tells that the right rows came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    kept: u64,
    /// Of the numbers of the kept rows, mod 2^64.
    sum: u64,
}

pub(crate) fn run(options: &[String]) -> Result<Vec<Measurement>, String> {
    options::only(options, &OPTIONS)?;
    let rows = options::count(options, "--rows", 10_000_000)?;
    let numbers = options::count(options, "--numbers", 10_000_000)?;
    let hits = options::percent(options, "--hits", 10)?;
    let rounds = options::count(options, "--rounds", 7)?;
    let threads = options::count(options, "--threads", 2)?;
    let batch = options::count(options, "--batch", BATCH)?;
    let column = options::text(options, "--column")?.unwrap_or("phone");
    if let Some(directory) = options::text(options, "--serve")? {
        let work = Work::read(Path::new(directory), batch)?;
        Tasks::new(&work, column, threads)?.serve()?;
        return Ok(Vec::new());
    }
    let work = Work::new(rows, numbers, hits, batch)?;
    if let Some(directory) = options::text(options, "--write")? {
        work.write(Path::new(directory))?;
        return Ok(Vec::new());
    }
    let tasks = Tasks::new(&work, column, threads)?;
    let mut times = TASKS.map(|_| Vec::with_capacity(rounds));
    // The first round warms up and is not counted.
    for round in 0..=rounds {
        for (task, times) in TASKS.iter().zip(&mut times) {
            let done = tasks.run(task)?;
            if done.answer != work.expected {
                return Err(format!("{task} came to {:?}, not {:?}", done.answer, work.expected));
            }
            if round > 0 {
                times.push(done.nanos as f64 / rows as f64);
            }
        }
    }
    let measurement = |(&system, times): (&&'static str, Vec<f64>)| Measurement {
        work: format!("{column} {rows} of {numbers}, {threads} threads"),
        system,
        metric: "ns_per_row",
        value: median(times),
        unit: "ns",
        n: rows,
    };
    Ok(TASKS.iter().zip(times).map(measurement).collect())
}

const OPTIONS: [&str; 9] = [
    "--rows",
    "--numbers",
    "--hits",
    "--column",
    "--threads",
    "--rounds",
    "--batch",
    "--write",
    "--serve",
];

const TASKS: [&str; 4] = ["stoplist", "stoplist mask", "stoplist serial", "stoplist mask serial"];

struct Tasks<'a> {
    work: &'a Work,
    parallel: Filter,
    serial: Filter,
}

struct Done {
    nanos: u128,
    answer: Answer,
}

impl<'a> Tasks<'a> {
    fn new(work: &'a Work, column: &str, threads: usize) -> Result<Self, String> {
        let lists = Lists::of_sets([("blocked", &work.blocked)]).map_err(text)?;
        let filter = |threads| {
            let options = FilterOptions::new(Parser::international()).column(column);
            Filter::new(lists.clone(), options.threads(NonZeroUsize::new(threads)))
        };
        Ok(Self { work, parallel: filter(threads), serial: filter(1) })
    }

    fn run(&self, task: &str) -> Result<Done, String> {
        match task {
            "stoplist" => self.copy(&self.parallel),
            "stoplist serial" => self.copy(&self.serial),
            "stoplist mask" => self.mask(&self.parallel),
            "stoplist mask serial" => self.mask(&self.serial),
            _ => Err(format!("no task {task}; there are {}", TASKS.join(", "))),
        }
    }

    fn copy(&self, filter: &Filter) -> Result<Done, String> {
        let batches = &self.work.batches;
        let start = Instant::now();
        let mut pass = filter.pass(&self.work.schema()?).map_err(text)?;
        let kept: Result<Vec<_>, _> =
            batches.iter().map(|batch| pass.apply(batch).map(|filtered| filtered.kept)).collect();
        let kept = kept.map_err(text)?;
        let nanos = start.elapsed().as_nanos();
        Ok(Done { nanos, answer: Answer::of(&kept)? })
    }

    fn mask(&self, filter: &Filter) -> Result<Done, String> {
        let batches = &self.work.batches;
        let start = Instant::now();
        let mut pass = filter.pass(&self.work.schema()?).map_err(text)?;
        let masks: Result<Vec<_>, _> =
            batches.iter().map(|batch| pass.mask(batch).map(|masked| masked.keep)).collect();
        let masks = masks.map_err(text)?;
        let nanos = start.elapsed().as_nanos();
        let kept = batches.iter().zip(&masks).map(|(batch, mask)| filter_record_batch(batch, mask));
        let kept = kept.collect::<Result<Vec<_>, _>>().map_err(text)?;
        Ok(Done { nanos, answer: Answer::of(&kept)? })
    }

    /// Does a task for each line of standard input that names one, and says so on standard output.
    fn serve(&self) -> Result<(), String> {
        let mut out = std::io::stdout();
        let version = env!("CARGO_PKG_VERSION");
        let ready = json!({"ready": true, "system": "stoplist", "version": version});
        writeln!(out, "{ready}").map_err(text)?;
        for line in std::io::stdin().lock().lines() {
            let Done { nanos, answer } = self.run(line.map_err(text)?.trim())?;
            let done = json!({"ns": nanos as u64, "kept": answer.kept, "sum_num": answer.sum});
            writeln!(out, "{done}").map_err(text)?;
        }
        Ok(())
    }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

impl Answer {
    pub(crate) fn of(kept: &[RecordBatch]) -> Result<Self, String> {
        let mut answer = Self::default();
        for batch in kept {
            let numbers = batch.column_by_name("num").and_then(|column| column.as_primitive_opt());
            let numbers: &Int64Array =
                numbers.ok_or("there is no column num of 64-bit integers")?;
            answer.kept += batch.num_rows() as u64;
            answer.sum = numbers
                .values()
                .iter()
                .fold(answer.sum, |sum, &number| sum.wrapping_add(number as u64));
        }
        Ok(answer)
    }
}

impl Work {
    pub(crate) fn new(
        rows: usize,
        numbers: usize,
        hits: u64,
        batch: usize,
    ) -> Result<Self, String> {
        let members = Mix::Us.members(numbers, MEMBERS)?;
        let mut misses =
            Mix::Us.draws(MISSES).filter(|number| members.binary_search(number).is_err());
        let mut picks = random_below(members.len() as u64, CHOICES);
        let mut choices = random_below(100, CHOICES + 100);
        let mut names = random_below(u64::MAX, NAMES);
        let mut expected = Answer::default();
        let mut batches = Vec::new();
        let mut left = rows;
        while left > 0 {
            let len = left.min(batch);
            left -= len;
            let mut values = Vec::with_capacity(len);
            for _ in 0..len {
                let hit = choices.next().unwrap_or(0) < hits;
                let number = if hit {
                    picks.next().and_then(|at| members.get(at as usize)).copied().unwrap_or(0)
                } else {
                    let number = misses.next().unwrap_or(0);
                    expected.kept += 1;
                    expected.sum = expected.sum.wrapping_add(number);
                    number
                };
                values.push(number as i64);
            }
            let phones = values.iter().map(|number| format!("+{number}"));
            let phones = StringArray::from_iter_values(phones);
            let texts = values.iter().map(|_| name(names.next().unwrap_or(0)));
            let texts = StringArray::from_iter_values(texts);
            batches.push(table(phones, Int64Array::from(values), texts)?);
        }
        Ok(Self { batches, blocked: set(members)?, expected })
    }

    pub(crate) fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    pub(crate) fn blocked(&self) -> &NumberSet {
        &self.blocked
    }

    pub(crate) fn expected(&self) -> Answer {
        self.expected
    }

    pub(crate) fn schema(&self) -> Result<SchemaRef, String> {
        self.batches.first().map(RecordBatch::schema).ok_or_else(|| "there are no rows".to_owned())
    }

    fn write(&self, directory: &Path) -> Result<(), String> {
        fs::create_dir_all(directory).map_err(text)?;
        write_table(&directory.join(RECIPIENTS), &self.batches)?;
        let members: Vec<i64> = self.blocked.iter().map(|number| number.get() as i64).collect();
        let blocked: Result<Vec<_>, String> = members
            .chunks(BATCH)
            .map(|members| {
                let phones = members.iter().map(|number| format!("+{number}"));
                let columns = [
                    ("phone", Arc::new(StringArray::from_iter_values(phones)) as ArrayRef),
                    ("num", Arc::new(Int64Array::from(members.to_vec())) as ArrayRef),
                ];
                RecordBatch::try_from_iter(columns).map_err(text)
            })
            .collect();
        write_table(&directory.join(BLOCKED), &blocked?)?;
        let rows: usize = self.batches.iter().map(RecordBatch::num_rows).sum();
        let Answer { kept, sum } = self.expected;
        let expected = json!({"rows": rows, "kept": kept, "sum_num": sum});
        fs::write(directory.join(EXPECTED), expected.to_string()).map_err(text)
    }

    /// Reads what [`write`](Self::write) wrote. Whoever asks knows what is to come out.
    fn read(directory: &Path, batch: usize) -> Result<Self, String> {
        let batches = read_table(&directory.join(RECIPIENTS), batch)?;
        let mut members = Vec::new();
        for batch in read_table(&directory.join(BLOCKED), batch)? {
            let numbers = batch.column_by_name("num").and_then(|column| column.as_primitive_opt());
            let numbers: &Int64Array =
                numbers.ok_or("there is no column num of 64-bit integers")?;
            members.extend(numbers.values().iter().map(|&number| number as u64));
        }
        Ok(Self { batches, blocked: set(members)?, expected: Answer::default() })
    }
}

fn write_table(path: &Path, batches: &[RecordBatch]) -> Result<(), String> {
    let schema = batches.first().ok_or("there are no rows")?.schema();
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let file = File::create(path).map_err(text)?;
    let mut writer = ArrowWriter::try_new(file, schema, Some(properties)).map_err(text)?;
    batches.iter().try_for_each(|batch| writer.write(batch)).map_err(text)?;
    writer.close().map(drop).map_err(text)
}

/// As batches of so many rows: the reader ends a batch where a row group ends.
fn read_table(path: &Path, rows: usize) -> Result<Vec<RecordBatch>, String> {
    let file = File::open(path).map_err(text)?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(text)?;
    let reader = reader.with_batch_size(rows).build().map_err(text)?;
    reader.collect::<Result<_, _>>().map_err(text)
}

/// 8 to 20 bytes.
fn name(random: u64) -> String {
    let mut name = format!("{random:020}");
    name.truncate(8 + (random % 13) as usize);
    name
}

fn table(
    phones: StringArray,
    numbers: Int64Array,
    names: StringArray,
) -> Result<RecordBatch, String> {
    let columns = [
        ("phone", Arc::new(phones) as ArrayRef),
        ("num", Arc::new(numbers) as ArrayRef),
        ("name", Arc::new(names) as ArrayRef),
    ];
    RecordBatch::try_from_iter(columns).map_err(text)
}

fn set(members: Vec<u64>) -> Result<NumberSet, String> {
    let numbers: Result<Vec<_>, _> = members.into_iter().map(PhoneNumber::new).collect();
    NumberSet::from_sorted(numbers.map_err(text)?).map_err(text)
}
