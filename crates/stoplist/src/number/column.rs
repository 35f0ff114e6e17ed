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
        Refusal::ALL.iter().copied().find(|&refusal| refusal as u8 == self.0)
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
    pub fn parse<'a, T>(&mut self, parser: &Parser, texts: T)
    where
        T: IntoIterator<Item = &'a [u8]>,
        T::IntoIter: ExactSizeIterator,
    {
        let texts = texts.into_iter();
        self.fill(texts.len(), texts.map(|text| parser.parse_bytes(text)));
    }

    /// Appends one row a text, from texts that stand one after the other: text `i` is
    /// `values[offsets[i]..offsets[i + 1]]`, as in an Arrow string array.
    ///
    /// The same as [`parse`](Self::parse), and the fastest form of it. Offsets that do not lie in
    /// `values`, or descend, make a row [`Refusal::NotANumber`].
    ///
    /// ```
    /// use stoplist::{ParsedColumn, Parser};
    ///
    /// let mut column = ParsedColumn::default();
    /// column.parse_joined(&Parser::international(), b"+4930901820+16502530000", &[0, 11, 23]);
    /// assert_eq!(column.numbers(), [4930901820, 16502530000]);
    /// ```
    pub fn parse_joined<O>(&mut self, parser: &Parser, values: &[u8], offsets: &[O])
    where
        O: Copy + TryInto<usize>,
    {
        let Some((&first, ends)) = offsets.split_first() else { return };
        // An offset that is no place at all is a place that no text has.
        let place = |offset: O| offset.try_into().unwrap_or(usize::MAX);
        let mut start = place(first);
        let rows = ends.iter().map(|&end| {
            let end = place(end);
            match values.get(std::mem::replace(&mut start, end)..end) {
                Some(text) => parser.parse_bytes(text),
                None => Err(Refusal::NotANumber),
            }
        });
        self.fill(ends.len(), rows);
    }

    /// Appends rows.
    pub fn extend<R>(&mut self, rows: R)
    where
        R: IntoIterator<Item = Result<PhoneNumber, Refusal>>,
        R::IntoIter: ExactSizeIterator,
    {
        let rows = rows.into_iter();
        self.fill(rows.len(), rows);
    }

    /// Appends as many rows as there are, which should be `count`.
    #[inline]
    fn fill(&mut self, count: usize, rows: impl Iterator<Item = Result<PhoneNumber, Refusal>>) {
        let start = self.len();
        // Written in place: growing two vectors row by row costs as much as the parsing.
        self.numbers.resize(start + count, 0);
        self.statuses.resize(start + count, Status::OK);
        let numbers = self.numbers.get_mut(start..).unwrap_or_default();
        let statuses = self.statuses.get_mut(start..).unwrap_or_default();
        let mut filled = 0;
        let mut rows = rows;
        for ((number, status), row) in numbers.iter_mut().zip(statuses).zip(&mut rows) {
            match row {
                Ok(found) => *number = found.get(),
                Err(refusal) => *status = refusal.into(),
            }
            filled += 1;
        }
        // An iterator can have fewer rows than it said, or more.
        self.numbers.truncate(start + filled);
        self.statuses.truncate(start + filled);
        rows.for_each(|row| self.push(row));
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
