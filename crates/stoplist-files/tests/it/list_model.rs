//! Lists in memory: what is read, and what it came to.

use std::io::Read;
use std::path::Path;

use stoplist::{NumberSetBuilder, Parser, Refusal};
use stoplist_files::{
    Error, ListFormat, ListOptions, ListSinks, ListSummary, RejectSink, read_list,
};

/// Everything that a list came to.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) numbers: Vec<u64>,
    pub(crate) summary: ListSummary,
    pub(crate) rejects: Rejects,
}

/// Line, text and reason of every reject.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Rejects(pub(crate) Vec<(u64, String, &'static str)>);

impl RejectSink for Rejects {
    fn reject(&mut self, line: u64, text: &[u8], refusal: Refusal) -> Result<(), Error> {
        self.0.push((line, String::from_utf8_lossy(text).into_owned(), refusal.code()));
        Ok(())
    }
}

/// Options with a default region, or without one for `""`.
pub(crate) fn region(code: &str) -> ListOptions {
    let parser = Parser::new((!code.is_empty()).then(|| code.parse().unwrap()));
    ListOptions { parser, ..ListOptions::default() }
}

/// The same with a format.
pub(crate) fn as_format(format: ListFormat, options: ListOptions) -> ListOptions {
    ListOptions { format: Some(format), ..options }
}

/// The same with a column.
pub(crate) fn with_column(column: &str, options: ListOptions) -> ListOptions {
    ListOptions { column: Some(column.to_owned()), ..options }
}

/// Reads a list; its name is `list`.
pub(crate) fn read(bytes: impl Read, options: &ListOptions) -> Result<Outcome, Error> {
    let (mut numbers, mut rejects) = (NumberSetBuilder::new(), Rejects::default());
    let sinks = ListSinks { numbers: &mut numbers, rejects: Some(&mut rejects), progress: None };
    let summary = read_list(bytes, Path::new("list"), options, sinks)?;
    let numbers: Vec<u64> = numbers.finish().iter().map(|number| number.get()).collect();
    assert_eq!(summary.rows, summary.accepted_rows + summary.rejected_rows);
    assert_eq!(summary.rejected_rows, rejects.0.len() as u64);
    assert_eq!(summary.rejected_rows, summary.rejected_by_reason.values().sum::<u64>());
    Ok(Outcome { numbers, summary, rejects })
}

/// Asserts which numbers a text holds, and how many of its values are refused.
#[track_caller]
pub(crate) fn check(text: &str, options: &ListOptions, numbers: &[u64], rejected: u64) {
    let outcome = read(text.as_bytes(), options).unwrap();
    assert_eq!(outcome.numbers, numbers, "{text:?}");
    assert_eq!(outcome.summary.rejected_rows, rejected, "{text:?}: {:?}", outcome.rejects);
}

/// Asserts the code of an error and how its message begins.
#[track_caller]
pub(crate) fn check_error(bytes: &[u8], options: &ListOptions, code: &str, begins: &str) {
    let error = read(bytes, options).unwrap_err();
    let message = error.to_string();
    assert_eq!(error.code(), code, "{message}");
    assert!(message.starts_with(begins), "{message}");
    assert!(!message.contains('\n'), "{message}");
}
