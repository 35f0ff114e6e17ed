//! Blocklists: numbers read from files of any format that people keep them in, and written.
//!
//! Every reader streams: it holds a row or a batch, never the file. The formats that are text share
//! one way in: bytes are counted ([`intake::Meter`]), checked to be UTF-8 ([`text`]), cut into rows
//! of limited length, and each value goes to [`intake::Intake`].

mod column;
mod columnar;
mod dnc;
mod export;
mod intake;
mod json;
mod lines;
mod r64;
mod rejects;
mod separated;
mod sniff;
mod text;
mod txt;
mod vcf;
mod window;

use std::fs::File;
use std::io::{Cursor, Read, Seek, Write};
use std::path::Path;

use stoplist::{Field, NumberSetBuilder, Parser};

use crate::{Error, ListFormat};
use intake::{Intake, Meter, Metered};
use sniff::Delimiter;
use text::TextSource;

pub use export::write_list;
pub use intake::{ListSummary, Progress, ProgressHook};
pub use rejects::{CsvRejects, RejectSink};

/// The longest row of a text format, in bytes: a line, a record with its quoted line breaks, an
/// element of a JSON array.
pub const MAX_ROW_BYTES: usize = 1 << 20;

/// How a list is to be read.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// The format; without it the content tells.
    pub format: Option<ListFormat>,
    /// What takes a text as a number; it knows the default region.
    pub parser: Parser,
    /// The column or field that holds the numbers, in the formats that have such. Without it: the
    /// one with a name of [`stoplist_arrow::NUMBER_COLUMN_NAMES`], or the only one.
    pub column: Option<String>,
}

/// Where what is read goes.
pub struct ListSinks<'a> {
    /// The numbers, in the order of the file, with their repeats.
    pub numbers: &'a mut NumberSetBuilder,
    /// The values that are no numbers.
    pub rejects: Option<&'a mut dyn RejectSink>,
    /// Hears how far the reading is, and may end it.
    pub progress: Option<ProgressHook<'a>>,
}

impl<'a> ListSinks<'a> {
    /// Keeps the numbers only.
    pub fn new(numbers: &'a mut NumberSetBuilder) -> Self {
        Self { numbers, rejects: None, progress: None }
    }
}

/// Reads a list from a file.
///
/// Memory: a few MiB for text formats, one batch for Parquet and Arrow, the set for `r64`. On an
/// error, `sinks` may have got part of the list already: drop it.
///
/// # Errors
///
/// Any [`Error`]: the file cannot be read, is not in the format, breaks its rules, or its column of
/// numbers cannot be told. A value that is no number is not an error but a reject.
///
/// ```
/// use stoplist::{Field, NumberSetBuilder, Parser};
/// use stoplist_files::{ListOptions, ListSinks, read_list_file};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// let path = directory.path().join("blocked.txt");
/// std::fs::write(&path, "030 901820 # said stop\n+41 44 668 18 00, nobody\n")?;
///
/// let options = ListOptions { parser: Parser::with_region("DE".parse()?), ..Default::default() };
/// let mut numbers = NumberSetBuilder::new();
/// let summary = read_list_file(&path, &options, ListSinks::new(&mut numbers))?;
/// assert_eq!((summary.rows, summary.accepted_rows), (3, 2));
/// assert_eq!(summary.rejected_by_reason["not_a_number"], 1);
/// assert_eq!(numbers.finish().min().map(|number| number.get()), Some(4930901820));
/// # Ok(())
/// # }
/// ```
pub fn read_list_file(
    path: &Path,
    options: &ListOptions,
    sinks: ListSinks<'_>,
) -> Result<ListSummary, Error> {
    let mut file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
    let metadata = file.metadata().map_err(|error| Error::io(path, "open", error))?;
    if metadata.is_dir() {
        return Err(Error::IsDirectory { path: path.to_path_buf() });
    }
    if !metadata.is_file() {
        return read_list(file, path, options, sinks);
    }
    let head = peek(&mut file, path)?;
    read_any(&head, file, path, options, sinks, |mut file, _| {
        file.rewind().map_err(|error| Error::io(path, "read", error))?;
        Ok(file)
    })
}

/// Reads a list from anything that gives bytes, such as the standard input.
///
/// As [`read_list_file`]; `name` stands for the file in errors. Parquet and Arrow are copied to a
/// temporary file first, because they are not read from front to back.
///
/// # Errors
///
/// As [`read_list_file`].
pub fn read_list(
    mut reader: impl Read,
    name: &Path,
    options: &ListOptions,
    sinks: ListSinks<'_>,
) -> Result<ListSummary, Error> {
    let head = peek(&mut reader, name)?;
    read_any(&head, reader, name, options, sinks, |reader, meter| {
        spool(Metered { inner: Cursor::new(&head).chain(reader), meter }, name)
    })
}

/// What a store's journal is told of where numbers come from: the name of the file, without its
/// directory, as far as that has room there.
///
/// ```
/// use std::path::Path;
/// use stoplist_files::origin_of;
///
/// assert_eq!(origin_of(Path::new("lists/national.csv")), "national.csv");
/// assert_eq!(origin_of(Path::new(&"ü".repeat(150))).len(), 200);
/// ```
#[must_use]
pub fn origin_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    name.get(..name.floor_char_boundary(Field::Source.limit())).unwrap_or_default().to_owned()
}

/// Takes the head off a file.
fn peek(reader: &mut impl Read, path: &Path) -> Result<Vec<u8>, Error> {
    let mut head = Vec::new();
    let read = reader.take(sniff::HEAD_BYTES as u64).read_to_end(&mut head);
    read.map_err(|error| Error::io(path, "read", error))?;
    Ok(head)
}

/// Copies what can only be read forward to a file without a name.
fn spool(mut reader: impl Read, path: &Path) -> Result<File, Error> {
    let mut file =
        tempfile::tempfile().map_err(|error| Error::io(path, "make a temporary copy of", error))?;
    let mut buffer = vec![0; 1 << 18];
    loop {
        let read = reader.read(&mut buffer).map_err(|error| Error::io(path, "read", error))?;
        let bytes = buffer.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            break;
        }
        file.write_all(bytes)
            .map_err(|error| Error::io(path, "make a temporary copy of", error))?;
    }
    file.rewind().map_err(|error| Error::io(path, "read", error))?;
    Ok(file)
}

/// Reads a list of any format: its head, and the rest. `whole_file` makes a file of both, to be
/// read from anywhere.
fn read_any<R: Read>(
    head: &[u8],
    rest: R,
    path: &Path,
    options: &ListOptions,
    sinks: ListSinks<'_>,
    whole_file: impl FnOnce(R, &Meter<'_>) -> Result<File, Error>,
) -> Result<ListSummary, Error> {
    let whole = head.len() < sniff::HEAD_BYTES;
    let column = options.column.as_deref();
    let format = match options.format {
        Some(format) => format,
        None => sniff::format(head, whole, path, column.is_some())?,
    };
    let meter = Meter::new(sinks.progress);
    let mut intake = Intake {
        path,
        parser: options.parser,
        numbers: sinks.numbers,
        rejects: sinks.rejects,
        meter: &meter,
        summary: ListSummary::default(),
    };
    let bytes = |rest| Metered { inner: Cursor::new(head).chain(rest), meter: &meter };
    let text = |rest| {
        sniff::refuse_foreign(head, path)?;
        Ok::<_, Error>(TextSource::new(path, bytes(rest)))
    };
    match format {
        ListFormat::Txt => txt::read(text(rest)?, &mut intake),
        ListFormat::Csv => separated::read(text(rest)?, Delimiter::of(head), column, &mut intake),
        ListFormat::Tsv => separated::read(text(rest)?, Delimiter::Tab, column, &mut intake),
        ListFormat::Dnc => dnc::read(text(rest)?, &mut intake),
        ListFormat::Json => json::read_array(text(rest)?, column, &mut intake),
        ListFormat::Jsonl => json::read_lines(text(rest)?, column, &mut intake),
        ListFormat::Vcf => vcf::read(text(rest)?, &mut intake),
        ListFormat::Parquet => {
            columnar::read_parquet(whole_file(rest, &meter)?, column, &mut intake)
        }
        ListFormat::Arrow => columnar::read_arrow(whole_file(rest, &meter)?, column, &mut intake),
        ListFormat::R64 => r64::read(bytes(rest), &mut intake),
    }?;
    Ok(intake.summary)
}
