//! Which contacts are meant?

use jiff::Timestamp;

use super::digits::Digits;
use super::error::QueryError;
use super::folding::fold;
use super::status::ContactStatus;

/// Conditions that all hold for the contacts that are meant. Without any, all contacts are.
///
/// Each method adds a condition; called twice, it adds two, and both must hold. Texts are compared
/// without regard to case, each letter in Unicode lower case.
///
/// ```
/// use stoplist::{ContactFilter, ContactStatus};
///
/// let filter = ContactFilter::new()
///     .status_in([ContactStatus::Active, ContactStatus::Archived])
///     .category("Lead")
///     .group("newsletter")
///     .search("acme");
/// assert!(!filter.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactFilter {
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// The status is one of these bits.
    Status(u8),
    Category(Member),
    Group(Member),
    Created(Times),
    Blocked(Times),
    Number(Digits),
    WholeNumber(Digits),
    Text(TextPart),
    /// The text, or the digits when it is a part of a number.
    Search(TextPart, Option<Digits>),
}

/// Whether a contact is in a category or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) folded: Box<[u8]>,
    pub(super) is_in: bool,
}

/// The times from the first to the last microsecond, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) first_us: i64,
    pub(super) last_us: i64,
}

/// A folded text, and where it is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextPart {
    pub(super) folded: Box<[u8]>,
    pub(super) field: TextField,
    /// Whether it must be all of the field.
    pub(super) whole: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextField {
    Name,
    Email,
    Either,
}

impl Times {
    /// Times at and after a moment.
    pub(super) fn from(moment: Timestamp) -> Self {
        Self { first_us: ceil_us(moment), last_us: i64::MAX }
    }

    /// Times before a moment.
    pub(super) fn before(moment: Timestamp) -> Self {
        Self { first_us: i64::MIN, last_us: ceil_us(moment).saturating_sub(1) }
    }

    /// Times after a moment.
    pub(super) fn after(moment: Timestamp) -> Self {
        Self { first_us: floor_us(moment).saturating_add(1), last_us: i64::MAX }
    }

    /// Times at and before a moment.
    pub(super) fn until(moment: Timestamp) -> Self {
        Self { first_us: i64::MIN, last_us: floor_us(moment) }
    }
}

/// The last microsecond that is not after the moment.
fn floor_us(moment: Timestamp) -> i64 {
    // Every `Timestamp` fits: they end with the year 9999.
    i64::try_from(moment.as_nanosecond().div_euclid(1_000)).unwrap_or(i64::MAX)
}

/// The first microsecond that is not before the moment.
fn ceil_us(moment: Timestamp) -> i64 {
    let is_between = moment.as_nanosecond().rem_euclid(1_000) != 0;
    floor_us(moment).saturating_add(i64::from(is_between))
}

impl ContactFilter {
    /// All contacts.
    #[must_use]
    pub const fn new() -> Self {
        Self { conditions: Vec::new() }
    }

    /// Whether there is no condition: all contacts are meant.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Contacts that have one of the statuses. None of them: no contact.
    #[must_use]
    pub fn status_in(self, statuses: impl IntoIterator<Item = ContactStatus>) -> Self {
        let bits = statuses.into_iter().fold(0, |bits, status| bits | status.bit());
        self.with(Condition::Status(bits))
    }

    /// Contacts that have none of the statuses.
    #[must_use]
    pub fn status_not_in(self, statuses: impl IntoIterator<Item = ContactStatus>) -> Self {
        let bits = statuses.into_iter().fold(0, |bits, status| bits | status.bit());
        self.with(Condition::Status(!bits))
    }

    /// Contacts of a category, named in full. The empty name means contacts without one.
    #[must_use]
    pub fn category(self, name: &str) -> Self {
        self.with(Condition::Category(Member { folded: fold(name), is_in: true }))
    }

    /// Contacts of any other category, or without one.
    #[must_use]
    pub fn not_category(self, name: &str) -> Self {
        self.with(Condition::Category(Member { folded: fold(name), is_in: false }))
    }

    /// Contacts in a group, named in full. For contacts in several groups, call it for each.
    #[must_use]
    pub fn group(self, name: &str) -> Self {
        self.with(Condition::Group(Member { folded: fold(name), is_in: true }))
    }

    /// Contacts that are not in a group.
    #[must_use]
    pub fn not_group(self, name: &str) -> Self {
        self.with(Condition::Group(Member { folded: fold(name), is_in: false }))
    }

    /// Contacts that a person finds who types this text: it is a part of the name or of the email,
    /// or its digits stand next to each other in one of the numbers.
    ///
    /// Digits count only in a text with two or more of them, and otherwise only `+`, spaces,
    /// hyphens, dots, slashes, round and square brackets. The empty text is no condition. Blanks
    /// count: trim what a person typed.
    #[must_use]
    pub fn search(self, text: &str) -> Self {
        if text.is_empty() {
            return self;
        }
        let digits = Digits::of_text(text).filter(|(_, count)| *count >= 2);
        let part = TextPart { folded: fold(text), field: TextField::Either, whole: false };
        self.with(Condition::Search(part, digits.map(|(digits, _)| digits)))
    }

    /// Contacts whose name has the text as a part.
    #[must_use]
    pub fn name_contains(self, text: &str) -> Self {
        self.text(text, TextField::Name, false)
    }

    /// Contacts whose name is the text.
    #[must_use]
    pub fn name(self, text: &str) -> Self {
        self.text(text, TextField::Name, true)
    }

    /// Contacts whose email has the text as a part.
    #[must_use]
    pub fn email_contains(self, text: &str) -> Self {
        self.text(text, TextField::Email, false)
    }

    /// Contacts whose email is the text. The empty text means contacts without one.
    #[must_use]
    pub fn email(self, text: &str) -> Self {
        self.text(text, TextField::Email, true)
    }

    /// Contacts that have the digits next to each other in either number.
    ///
    /// # Errors
    ///
    /// [`QueryError::NotDigits`] when the text has no digit, or anything but digits, `+`, spaces,
    /// hyphens, dots, slashes, round and square brackets.
    pub fn number_contains(self, text: &str) -> Result<Self, QueryError> {
        Ok(self.with(Condition::Number(digits(text)?)))
    }

    /// Contacts that have a number of exactly these digits, calling code first.
    ///
    /// # Errors
    ///
    /// As [`number_contains`](Self::number_contains).
    pub fn number(self, text: &str) -> Result<Self, QueryError> {
        Ok(self.with(Condition::WholeNumber(digits(text)?)))
    }

    /// Contacts that were created at the moment or after it.
    #[must_use]
    pub fn created_from(self, moment: Timestamp) -> Self {
        self.with(Condition::Created(Times::from(moment)))
    }

    /// Contacts that were created before the moment.
    #[must_use]
    pub fn created_before(self, moment: Timestamp) -> Self {
        self.with(Condition::Created(Times::before(moment)))
    }

    /// Contacts that were last blocked at the moment or after it.
    #[must_use]
    pub fn blocked_from(self, moment: Timestamp) -> Self {
        self.with(Condition::Blocked(Times::from(moment)))
    }

    /// Contacts that were last blocked before the moment. Those never blocked are not among them.
    #[must_use]
    pub fn blocked_before(self, moment: Timestamp) -> Self {
        self.with(Condition::Blocked(Times::before(moment)))
    }

    pub(super) fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    pub(super) fn with(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    fn text(self, text: &str, field: TextField, whole: bool) -> Self {
        if text.is_empty() && !whole {
            return self;
        }
        self.with(Condition::Text(TextPart { folded: fold(text), field, whole }))
    }
}

fn digits(text: &str) -> Result<Digits, QueryError> {
    let digits = Digits::of_text(text).map(|(digits, _)| digits);
    digits.ok_or_else(|| QueryError::NotDigits { text: text.to_owned() })
}
