//! What becomes of one value of a list: a number of the set, or a reject with its reason?
//!
//! Every format ends here: it finds the values and their lines, [`Intake`] parses, counts and
//! passes them on. It does not know files.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;

use stoplist::{NumberSet, NumberSetBuilder, Parser, PhoneNumber, Refusal};

use super::RejectSink;
use crate::{Error, Place};

/// What a list came to. A row is a value: a number-like token, a cell, a `TEL`, an element; blank
/// lines, empty cells, comments and nulls in a column or field are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListSummary {
    /// Values found.
    pub rows: u64,
    /// Values taken as numbers, repeats included.
    pub accepted_rows: u64,
    /// Values refused.
    pub rejected_rows: u64,
    /// How many were refused for each reason, by [`Refusal::code`].
    pub rejected_by_reason: BTreeMap<&'static str, u64>,
}

impl ListSummary {
    /// Adds the counts of another list.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.accepted_rows += other.accepted_rows;
        self.rejected_rows += other.rejected_rows;
        for (reason, rows) in &other.rejected_by_reason {
            *self.rejected_by_reason.entry(reason).or_default() += rows;
        }
    }
}

/// How far the reading of a list has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes of the file read so far. For Parquet and Arrow files an estimate from the rows.
    pub bytes: u64,
    /// Rows found so far.
    pub rows: u64,
}

/// Called about every MiB or 65,536 rows; `Break` ends the reading with [`Error::Interrupted`].
pub type ProgressHook<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// How many bytes or rows lie between two calls of the hook.
const HOOK_BYTES: u64 = 1 << 20;
const HOOK_ROWS: u64 = 1 << 16;

/// Counts what has been read, and calls the hook. Shared by the readers and the intake of a list.
pub(super) struct Meter<'a> {
    bytes: Cell<u64>,
    rows: Cell<u64>,
    last: Cell<Progress>,
    hook: RefCell<Option<ProgressHook<'a>>>,
}

impl<'a> Meter<'a> {
    pub(super) fn new(hook: Option<ProgressHook<'a>>) -> Self {
        Self {
            bytes: Cell::new(0),
            rows: Cell::new(0),
            last: Cell::default(),
            hook: RefCell::new(hook),
        }
    }

    /// How many bytes have been read.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    /// Says how many bytes have been read in all, and calls the hook when it is due.
    pub(super) fn advance_to(&self, bytes: u64) -> Result<(), Error> {
        self.bytes.set(bytes);
        let (now, last) = (Progress { bytes, rows: self.rows.get() }, self.last.get());
        if now.bytes.saturating_sub(last.bytes) < HOOK_BYTES && now.rows - last.rows < HOOK_ROWS {
            return Ok(());
        }
        self.last.set(now);
        match self.hook.borrow_mut().as_mut().map(|hook| hook(now)) {
            None | Some(ControlFlow::Continue(())) => Ok(()),
            Some(ControlFlow::Break(())) => Err(Error::Interrupted),
        }
    }
}

/// A reader that tells the meter what it reads.
pub(super) struct Metered<'m, 'a, R> {
    pub(super) inner: R,
    pub(super) meter: &'m Meter<'a>,
}

impl<R: Read> Read for Metered<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.meter.advance_to(self.meter.bytes() + read as u64)?;
        Ok(read)
    }
}

/// Where the values of one list go.
pub(super) struct Intake<'m, 'a> {
    /// The file's name, for errors.
    pub(super) path: &'m Path,
    pub(super) parser: Parser,
    pub(super) numbers: &'m mut NumberSetBuilder,
    pub(super) rejects: Option<&'a mut dyn RejectSink>,
    pub(super) meter: &'m Meter<'a>,
    pub(super) summary: ListSummary,
}

impl Intake<'_, '_> {
    /// Takes a text that is one value, without the white space around it.
    #[inline]
    pub(super) fn text(&mut self, text: &[u8], line: u64) -> Result<(), Error> {
        self.outcome(self.parser.parse_bytes(text), text, line)
    }

    /// Takes a value that has been parsed; `text` is what a rejects file shows.
    #[inline]
    pub(super) fn outcome(
        &mut self,
        outcome: Result<PhoneNumber, Refusal>,
        text: &[u8],
        line: u64,
    ) -> Result<(), Error> {
        match outcome {
            Ok(number) => {
                self.number(number);
                Ok(())
            }
            Err(refusal) => self.refuse(refusal, text, line),
        }
    }

    /// Takes a number.
    #[inline]
    pub(super) fn number(&mut self, number: PhoneNumber) {
        self.summary.rows += 1;
        self.summary.accepted_rows += 1;
        self.meter.rows.set(self.summary.rows);
        self.numbers.push(number);
    }

    /// Takes a whole set, each number of which is a row.
    pub(super) fn set(&mut self, set: &NumberSet) {
        self.summary.rows += set.len();
        self.summary.accepted_rows += set.len();
        self.meter.rows.set(self.summary.rows);
        self.numbers.push_set(set);
    }

    /// Counts and reports a value that is no number.
    #[cold]
    #[inline(never)]
    pub(super) fn refuse(&mut self, refusal: Refusal, text: &[u8], line: u64) -> Result<(), Error> {
        self.summary.rows += 1;
        self.summary.rejected_rows += 1;
        self.meter.rows.set(self.summary.rows);
        *self.summary.rejected_by_reason.entry(refusal.code()).or_default() += 1;
        match &mut self.rejects {
            Some(rejects) => rejects.reject(line, text, refusal),
            None => Ok(()),
        }
    }

    /// Where a line is, for errors.
    pub(super) fn line(&self, line: u64) -> Place {
        Place::line(self.path, line)
    }
}
