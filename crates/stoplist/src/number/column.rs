//! How does a whole column of texts become numbers, without an allocation per row?

use super::{Parser, PhoneNumber, Refusal};

/// What became of one row of a column, in one byte.
///
/// `OK` or the reason it was refused, as [`refusal`](Self::refusal) tells.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct Status(u8);

impl Status {
    /// The row holds a number.
    pub const OK: Self = Self(0);

    /// Whether the row holds a number.
    #[must_use]
    pub const fn is_ok(self) -> bool {
        self.0 == 0
    }

    /// Why the row holds none, or `None` when it does.
    #[must_use]
    pub fn refusal(self) -> Option<Refusal> {
        Refusal::ALL.into_iter().find(|&refusal| refusal as u8 == self.0)
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        Self(refusal as u8)
    }
}

impl std::fmt::Debug for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.refusal() {
            None => f.write_str("Status::OK"),
            Some(refusal) => write!(f, "Status({refusal:?})"),
        }
    }
}

/// The numbers of a column and a status a row; reused from column to column.
///
/// ```
/// use stoplist::{ParsedColumn, Parser, Refusal};
///
/// let mut column = ParsedColumn::default();
/// column.parse(&Parser::international(), [b"+4930901820".as_slice(), b"nobody"]);
/// assert_eq!(column.numbers(), [4930901820, 0]);
/// assert_eq!(column.statuses()[1].refusal(), Some(Refusal::NotANumber));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ParsedColumn {
    numbers: Vec<u64>,
    statuses: Vec<Status>,
}

impl ParsedColumn {
    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        self.numbers.clear();
        self.statuses.clear();
    }

    /// Appends one row a text. Bytes that are not UTF-8 are [`Refusal::NotANumber`].
    ///
    /// Allocates only to grow the two vectors, and in the general parser, for the rows that are
    /// not plain digits.
    pub fn parse<'a>(&mut self, parser: &Parser, texts: impl IntoIterator<Item = &'a [u8]>) {
        let texts = texts.into_iter();
        let (rows, _) = texts.size_hint();
        self.numbers.reserve(rows);
        self.statuses.reserve(rows);
        for text in texts {
            self.push(parser.parse_bytes(text));
        }
    }

    /// Appends one row.
    #[inline]
    pub fn push(&mut self, row: Result<PhoneNumber, Refusal>) {
        let (number, status) = match row {
            Ok(number) => (number.get(), Status::OK),
            Err(refusal) => (0, refusal.into()),
        };
        self.numbers.push(number);
        self.statuses.push(status);
    }

    /// One value a row; 0 where the row holds no number.
    #[must_use]
    pub fn numbers(&self) -> &[u64] {
        &self.numbers
    }

    /// One status a row.
    #[must_use]
    pub fn statuses(&self) -> &[Status] {
        &self.statuses
    }

    /// The rows so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}
