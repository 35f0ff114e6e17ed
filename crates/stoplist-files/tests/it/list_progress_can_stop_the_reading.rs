//! The progress hook hears how far the reading is, and ends it when it wants to.

use std::ops::ControlFlow;
use std::path::Path;

use stoplist::{NumberSet, NumberSetBuilder, PhoneNumber};
use stoplist_files::{
    ErrorKind, ExportFormat, ListOptions, ListSinks, Progress, read_list, write_list,
};

/// 300,000 numbers in every format that is written.
fn files() -> Vec<(ExportFormat, Vec<u8>)> {
    let numbers = (0..300_000).map(|i| PhoneNumber::new(4_915_100_000_000 + i * 4999).unwrap());
    let set: NumberSet = numbers.collect();
    let write = |format| {
        let mut file = Vec::new();
        write_list(&set, format, Path::new("list"), &mut file).unwrap();
        (format, file)
    };
    ExportFormat::ALL.map(write).into()
}

#[test]
fn progress_grows_to_the_end() {
    for (format, file) in files() {
        let mut heard: Vec<Progress> = Vec::new();
        let mut hook = |progress| {
            heard.push(progress);
            ControlFlow::Continue(())
        };
        let mut numbers = NumberSetBuilder::new();
        let sinks = ListSinks { progress: Some(&mut hook), ..ListSinks::new(&mut numbers) };
        read_list(file.as_slice(), Path::new("list"), &ListOptions::default(), sinks).unwrap();
        // A roaring bitmap of this size is read at once.
        assert!(heard.len() >= 3 || format == ExportFormat::R64, "{format:?}: {heard:?}");
        assert!(heard.is_sorted_by_key(|progress| (progress.bytes, progress.rows)), "{heard:?}");
        assert!(heard.iter().all(|progress| progress.bytes <= file.len() as u64), "{heard:?}");
        assert!(heard.iter().all(|progress| progress.rows <= 300_000), "{heard:?}");
    }
}

#[test]
fn a_break_ends_the_reading_as_interrupted() {
    for (format, file) in files() {
        if format == ExportFormat::R64 {
            continue;
        }
        let mut calls = 0;
        let mut hook = |_| {
            calls += 1;
            if calls == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut numbers = NumberSetBuilder::new();
        let sinks = ListSinks { progress: Some(&mut hook), ..ListSinks::new(&mut numbers) };
        let options = ListOptions::default();
        let error = read_list(file.as_slice(), Path::new("list"), &options, sinks).unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Interrupted, "interrupted"));
        assert_eq!(calls, 2, "{format:?}");
    }
}
