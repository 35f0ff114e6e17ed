//! What is a filter to do?

use std::num::NonZeroUsize;
use std::sync::Arc;

use stoplist::{NumberSet, Parser};

/// What becomes of a row that holds no number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Policy {
    /// It is taken out: what is not a number is never sent to.
    #[default]
    Exclude,
    /// It stays in.
    Keep,
    /// The batch fails with an error that names the row.
    Error,
}

/// How a [`Filter`](crate::Filter) judges rows.
///
/// Unless told otherwise it has no list, takes out the rows that are null or not a number, does
/// not give them back, and uses a thread for each core of the machine.
#[derive(Clone, Debug)]
#[must_use]
pub struct FilterOptions {
    pub(super) parser: Parser,
    pub(super) lists: Vec<(String, Arc<NumberSet>)>,
    pub(super) on_invalid: Policy,
    pub(super) on_null: Policy,
    pub(super) wants_excluded: bool,
    pub(super) threads: Option<NonZeroUsize>,
}

impl FilterOptions {
    /// The options that hold unless told otherwise; `parser` says what is a number.
    pub fn new(parser: Parser) -> Self {
        Self {
            parser,
            lists: Vec::new(),
            on_invalid: Policy::default(),
            on_null: Policy::default(),
            wants_excluded: false,
            threads: None,
        }
    }

    /// Adds a list, after those there are: of several lists that have a number, the first is the
    /// one that reports name. Each needs its own name.
    pub fn list(mut self, name: impl Into<String>, numbers: Arc<NumberSet>) -> Self {
        self.lists.push((name.into(), numbers));
        self
    }

    /// What becomes of rows that are not a number. [`Policy::Exclude`] unless set.
    pub fn on_invalid(mut self, policy: Policy) -> Self {
        self.on_invalid = policy;
        self
    }

    /// What becomes of rows that are null. [`Policy::Exclude`] unless set.
    pub fn on_null(mut self, policy: Policy) -> Self {
        self.on_null = policy;
        self
    }

    /// Whether the rows that are taken out are given back, with the reason. `false` unless set.
    pub fn excluded(mut self, wanted: bool) -> Self {
        self.wants_excluded = wanted;
        self
    }

    /// How many threads judge rows; `None` for one a core, at most 256. With 1 all work is done on the thread
    /// that calls. The result does not depend on it.
    pub fn threads(mut self, threads: Option<NonZeroUsize>) -> Self {
        self.threads = threads;
        self
    }
}
