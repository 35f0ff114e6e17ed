//! How are blocklists read?

use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use stoplist::{NumberSet, NumberSetBuilder};
use stoplist_files::{ListOptions, ListSinks, ListSummary, RejectSink, read_list, read_list_file};

use crate::failure::Failure;
use crate::tell::Tell;

/// Reads a file, or the standard input for `-`, into `numbers`.
pub(crate) fn read(
    path: &Path,
    options: &ListOptions,
    numbers: &mut NumberSetBuilder,
    rejects: Option<&mut dyn RejectSink>,
    tell: &Tell,
) -> Result<ListSummary, Failure> {
    let is_stdin = path.as_os_str() == "-";
    let bytes = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file);
    let progress = tell.progress(&path.to_string_lossy(), bytes.map(|file| file.len()));
    let mut hook = |at: stoplist_files::Progress| {
        progress.at(at.bytes, at.rows);
        ControlFlow::Continue(())
    };
    // The cast shortens the sink's own lifetime to that of the hook.
    let rejects = rejects.map(|rejects| rejects as &mut dyn RejectSink);
    let sinks = ListSinks { numbers, rejects, progress: Some(&mut hook) };
    let summary = if is_stdin {
        read_list(io::stdin().lock(), path, options, sinks)
    } else {
        read_list_file(path, options, sinks)
    }?;
    tell.detail(format_args!(
        "{}: {} rows, {} accepted",
        path.display(),
        summary.rows,
        summary.accepted_rows
    ));
    Ok(summary)
}

/// Reads a list that takes effect as a whole, and says which of its rows have none.
///
/// One that has rows and no number in them is refused: it would block nobody, or leave nobody.
pub(crate) fn read_whole(
    path: &Path,
    options: &ListOptions,
    tell: &Tell,
) -> Result<NumberSet, Failure> {
    let mut numbers = NumberSetBuilder::with_helper_thread();
    let summary = read(path, options, &mut numbers, None, tell)?;
    refuse_without_number(path, &summary)?;
    if summary.rejected_rows > 0 {
        tell.warn(rejects(path, &summary));
    }
    Ok(numbers.finish())
}

/// Refuses a list that has rows and no number in them.
pub(crate) fn refuse_without_number(path: &Path, summary: &ListSummary) -> Result<(), Failure> {
    if summary.rows > 0 && summary.accepted_rows == 0 {
        return Err(Failure::no_number(rejects(path, summary)).hint("no number is left of it"));
    }
    Ok(())
}

fn rejects(path: &Path, summary: &ListSummary) -> String {
    let reasons = summary.rejected_by_reason.iter();
    let reasons: Vec<String> = reasons.map(|(reason, rows)| format!("{reason} {rows}")).collect();
    format!(
        "{}: {} of {} rows are no numbers and are left out ({}); \
         `stoplist set` with --rejects lists them",
        path.display(),
        summary.rejected_rows,
        summary.rows,
        reasons.join(", ")
    )
}
