//! What does a screen of contacts ask for?

use super::error::QueryError;
use super::filter::ContactFilter;
use super::sort::ContactSort;

/// A page of contacts: those a filter means, in an order.
///
/// ```
/// use stoplist::{ContactFilter, ContactQuery, ContactSort, SortField};
///
/// let query = ContactQuery::new()
///     .filter(ContactFilter::new().category("Lead").search("acme"))
///     .sort(ContactSort::descending(SortField::Created))
///     .per_page(20);
/// let third = query.page(3);
/// # let _ = third;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactQuery {
    pub(super) filter: ContactFilter,
    pub(super) sort: ContactSort,
    pub(super) page: PageStart,
    per_page: u32,
}

/// Where a page starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageStart {
    /// With the first contact.
    #[default]
    First,
    /// At the page of this number, counted from 1: so many whole pages come before. Contacts that
    /// are added or removed before it move it.
    Number(u32),
    /// After the last contact of an earlier page, by the cursor that came with it. Whatever was
    /// added, changed or removed since, the page goes on from that place in the order: a contact
    /// that kept its own place is neither shown twice nor left out.
    After(String),
}

impl ContactQuery {
    /// Contacts on a page unless said otherwise.
    pub const DEFAULT_PER_PAGE: u32 = 50;
    /// The most contacts on a page.
    pub const MAX_PER_PAGE: u32 = 1_000;

    /// The first 50 of all contacts, by name.
    #[must_use]
    pub fn new() -> Self {
        Self {
            filter: ContactFilter::new(),
            sort: ContactSort::default(),
            page: PageStart::First,
            per_page: Self::DEFAULT_PER_PAGE,
        }
    }

    /// Which contacts are meant.
    #[must_use]
    pub fn filter(mut self, filter: ContactFilter) -> Self {
        self.filter = filter;
        self
    }

    /// In which order.
    #[must_use]
    pub const fn sort(mut self, sort: ContactSort) -> Self {
        self.sort = sort;
        self
    }

    /// How many on a page: 1 to 1,000. The query is refused otherwise.
    #[must_use]
    pub const fn per_page(mut self, contacts: u32) -> Self {
        self.per_page = contacts;
        self
    }

    /// Where the page starts.
    #[must_use]
    pub fn start(mut self, page: PageStart) -> Self {
        self.page = page;
        self
    }

    /// The page of this number, counted from 1.
    #[must_use]
    pub fn page(self, number: u32) -> Self {
        self.start(PageStart::Number(number))
    }

    /// The page after the one that this cursor came with. The filter may be another one, the order
    /// must be the same.
    #[must_use]
    pub fn after(self, cursor: impl Into<String>) -> Self {
        self.start(PageStart::After(cursor.into()))
    }

    pub(super) const fn checked_per_page(&self) -> Result<u32, QueryError> {
        match self.per_page {
            1..=Self::MAX_PER_PAGE => Ok(self.per_page),
            given => Err(QueryError::PageSize { given, most: Self::MAX_PER_PAGE }),
        }
    }
}

impl Default for ContactQuery {
    fn default() -> Self {
        Self::new()
    }
}

/// A page of contacts, by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hits {
    /// In the order asked for.
    pub(crate) ids: Vec<u64>,
    /// All contacts that the filter means, on whatever page.
    pub(crate) total: u64,
    /// The cursor of the next page; `None` on the last one.
    pub(crate) next: Option<String>,
}
