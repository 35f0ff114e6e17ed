//! Can a list of any format make its reader panic, or mean something else when it comes in pieces?
//!
//! The first byte chooses a format or leaves it to the content, the second a region and a column,
//! and the others are the file. `import_columns` does so for the formats with columns of their own.

use std::path::Path;

use stoplist::{NumberSet, NumberSetBuilder, Parser, Refusal, Region};
use stoplist_files::{
    Error, ListFormat, ListOptions, ListSinks, ListSummary, RejectSink, read_list,
};

use crate::input::Input;
use crate::reads::Pieces;

/// What a first byte chooses from, modulo its length; `None` is told by the content.
pub(crate) const FORMATS: [Option<ListFormat>; 9] = [
    None,
    Some(ListFormat::Txt),
    Some(ListFormat::Csv),
    Some(ListFormat::Tsv),
    Some(ListFormat::Dnc),
    Some(ListFormat::Json),
    Some(ListFormat::Jsonl),
    Some(ListFormat::Vcf),
    Some(ListFormat::R64),
];

/// The same, of `import_columns`.
pub(crate) const COLUMN_FORMATS: [ListFormat; 2] = [ListFormat::Parquet, ListFormat::Arrow];

/// What the low bits of a second byte choose from, and what the next ones do.
const REGIONS: [&str; 4] = ["", "DE", "US", "BR"];
const COLUMNS: [Option<&str>; 4] = [None, Some("phone"), Some("number"), Some("")];

/// Files up to this long are read byte by byte, others by a few bytes.
const SHORT: usize = 400;

/// Reads the bytes as a list, whole and in pieces.
///
/// # Panics
///
/// When the two differ, or the counts do not add up.
pub fn import_list(data: &[u8]) {
    let mut input = Input(data);
    let format = usize::from(input.u8().unwrap_or(0)) % FORMATS.len();
    let options = options(FORMATS.get(format).copied().flatten(), input.u8().unwrap_or(0));
    let whole = read(input.0, input.0.len(), &options);
    let piece = if input.0.len() <= SHORT { 1 } else { 61 };
    assert_eq!(read(input.0, piece, &options), whole, "in pieces of {piece}");
    check(&whole);
}

/// Reads the bytes as a list in Parquet or Arrow.
///
/// # Panics
///
/// When the counts do not add up.
pub fn import_columns(data: &[u8]) {
    let mut input = Input(data);
    let format = usize::from(input.u8().unwrap_or(0)) % COLUMN_FORMATS.len();
    let options = options(COLUMN_FORMATS.get(format).copied(), input.u8().unwrap_or(0));
    check(&read(input.0, input.0.len(), &options));
}

fn options(format: Option<ListFormat>, choice: u8) -> ListOptions {
    let region = REGIONS.get(usize::from(choice) % 4).and_then(|region| region.parse().ok());
    let column = COLUMNS.get(usize::from(choice) / 4 % 4).copied().flatten();
    let parser = Parser::new(region as Option<Region>);
    ListOptions { format, parser, column: column.map(str::to_owned) }
}

/// What came of a list.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// The error by its text, which names the place.
    summary: Result<ListSummary, String>,
    /// Also what came before an error.
    numbers: NumberSet,
    rejects: Vec<(u64, Vec<u8>, Refusal)>,
}

#[derive(Default)]
struct Rejects(Vec<(u64, Vec<u8>, Refusal)>);

impl RejectSink for Rejects {
    fn reject(&mut self, line: u64, text: &[u8], refusal: Refusal) -> Result<(), Error> {
        self.0.push((line, text.to_vec(), refusal));
        Ok(())
    }
}

fn read(bytes: &[u8], piece: usize, options: &ListOptions) -> Outcome {
    let mut numbers = NumberSetBuilder::new();
    let mut rejects = Rejects::default();
    let sinks = ListSinks { rejects: Some(&mut rejects), ..ListSinks::new(&mut numbers) };
    let summary = read_list(Pieces::new(bytes, piece), Path::new("list"), options, sinks);
    let summary = summary.map_err(|error| format!("{}: {error}", error.code()));
    Outcome { summary, numbers: numbers.finish(), rejects: rejects.0 }
}

fn check(outcome: &Outcome) {
    let Ok(summary) = &outcome.summary else { return };
    assert_eq!(summary.rows, summary.accepted_rows + summary.rejected_rows);
    assert_eq!(summary.rejected_rows, outcome.rejects.len() as u64);
    assert_eq!(summary.rejected_rows, summary.rejected_by_reason.values().sum::<u64>());
    assert!(outcome.numbers.len() <= summary.accepted_rows);
    assert_eq!(outcome.numbers.is_empty(), summary.accepted_rows == 0);
}
