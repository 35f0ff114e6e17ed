//! What is a filter to do?

use std::num::NonZeroUsize;

use stoplist::Parser;

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

/// What becomes of a row with several numbers when some of them are blocked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnBlocked {
    /// It is taken out when one number is blocked.
    #[default]
    ExcludeRow,
    /// The cells of blocked numbers become null, and the row stays in as long as it has another
    /// number. So do the cells of what is no number, unless those are to be kept.
    EmptyCell,
}

/// Where the numbers of a row are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Named(String),
    At(usize),
}

/// As much as a broadcast of ten million takes.
const SPARE_MEMORY: usize = 512 << 20;

/// How a [`Filter`](crate::Filter) judges rows.
///
/// Unless told otherwise it finds the column by its name, takes out the rows that are null or not a
/// number, does not give them back, and uses a thread for each core of the machine.
#[derive(Clone, Debug)]
#[must_use]
pub struct FilterOptions {
    pub(super) parser: Parser,
    pub(super) columns: Vec<Column>,
    pub(super) on_invalid: Policy,
    pub(super) on_null: Policy,
    pub(super) on_blocked: OnBlocked,
    pub(super) wants_excluded: bool,
    pub(super) threads: Option<NonZeroUsize>,
    pub(super) spare_memory: usize,
}

impl FilterOptions {
    /// The options that hold unless told otherwise; `parser` says what is a number.
    pub fn new(parser: Parser) -> Self {
        Self {
            parser,
            columns: Vec::new(),
            on_invalid: Policy::default(),
            on_null: Policy::default(),
            on_blocked: OnBlocked::default(),
            wants_excluded: false,
            threads: None,
            spare_memory: SPARE_MEMORY,
        }
    }

    /// Adds a column of numbers, by its name, as [`find_number_column`](crate::find_number_column)
    /// finds it. Without one it is found by the names that such columns have.
    pub fn column(mut self, name: impl Into<String>) -> Self {
        self.columns.push(Column::Named(name.into()));
        self
    }

    /// Adds a column of numbers, by its position, from 0.
    pub fn column_at(mut self, position: usize) -> Self {
        self.columns.push(Column::At(position));
        self
    }

    /// What becomes of rows that are not a number, or have a cell that is not.
    /// [`Policy::Exclude`] unless set.
    pub fn on_invalid(mut self, policy: Policy) -> Self {
        self.on_invalid = policy;
        self
    }

    /// What becomes of rows all of whose cells are null. [`Policy::Exclude`] unless set.
    pub fn on_null(mut self, policy: Policy) -> Self {
        self.on_null = policy;
        self
    }

    /// What becomes of rows with several numbers, some of which are blocked.
    /// [`OnBlocked::ExcludeRow`] unless set.
    pub fn on_blocked(mut self, on_blocked: OnBlocked) -> Self {
        self.on_blocked = on_blocked;
        self
    }

    /// Whether the rows that are taken out are given back, with the reason. `false` unless set.
    pub fn excluded(mut self, wanted: bool) -> Self {
        self.wants_excluded = wanted;
        self
    }

    /// How many threads judge and copy rows; `None` for one a core, at most 256. With 1 all work is
    /// done on the thread that calls. The result does not depend on it.
    pub fn threads(mut self, threads: Option<NonZeroUsize>) -> Self {
        self.threads = threads;
        self
    }

    /// How many bytes of memory the filter keeps for the next batches when those that it copied are
    /// dropped: new memory takes as long to get as to fill. 512 MiB unless set. What came back long
    /// ago makes room for what comes; all is given back when the filter and its clones are dropped.
    pub fn spare_memory(mut self, bytes: usize) -> Self {
        self.spare_memory = bytes;
        self
    }
}
