//! Why is a question about contacts refused?

use super::sort::ContactSort;
use super::status::UnknownStatus;
use super::when::UnknownTime;

/// Why a query or a filter is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// A page of no contacts, or of too many.
    #[error("a page of {given} contacts is not possible; ask for 1 to {most}")]
    PageSize {
        /// As asked for.
        given: u32,
        /// The largest possible.
        most: u32,
    },
    /// Pages are counted from 1.
    #[error("there is no page 0; the first page is 1")]
    PageZero,
    /// A cursor that no query gave out, or not all of it.
    #[error("the cursor is damaged; pass it on as it was given, or start at the first page")]
    CursorDamaged,
    /// A cursor that belongs to another order.
    #[error(
        "the cursor belongs to the order {cursor}, the query asks for {query}; ask for {cursor}, \
         or start at the first page"
    )]
    CursorSort {
        /// Of the query that gave the cursor.
        cursor: ContactSort,
        /// Of this query.
        query: ContactSort,
    },
    /// An expression without an operator.
    #[error(
        "`{expression}` is no condition; write a field, an operator and a value, such as \
         category=Lead, name~acme or created>=2026-01-01"
    )]
    NoOperator {
        /// As given.
        expression: String,
    },
    /// An expression of a field that there is not.
    #[error(
        "there is no field `{field}` to filter by; there are category, group, status, name, \
         email, number, search, created and blocked"
    )]
    UnknownField {
        /// As given.
        field: String,
    },
    /// An operator that the field does not have.
    #[error("`{operator}` does not go with `{field}`; use one of: {allowed}")]
    Operator {
        /// The field.
        field: &'static str,
        /// As given.
        operator: &'static str,
        /// Those that go with it, with blanks between them.
        allowed: &'static str,
    },
    /// An expression without a value, where none cannot be meant.
    #[error(
        "the value after `{field}{operator}` is missing; without it, all contacts would be meant"
    )]
    NoValue {
        /// The field.
        field: &'static str,
        /// As given.
        operator: &'static str,
    },
    /// A text that is no part of a number.
    #[error("`{text}` is no part of a number; write digits, such as 4930 or (030) 90-18")]
    NotDigits {
        /// As given.
        text: String,
    },
    /// A text that names no status.
    #[error(transparent)]
    Status(#[from] UnknownStatus),
    /// A text that names no moment.
    #[error(transparent)]
    Time(#[from] UnknownTime),
}
