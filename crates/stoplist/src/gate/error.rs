//! Why is a change to the gates refused?

/// Why [`Gates`](crate::Gates) refuse a call. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GatesError {
    /// There is no list of this name.
    #[error("there is no list `{list}`; make it first, or look for a slip of the pen")]
    UnknownList {
        /// The name.
        list: String,
    },
    /// A gate that somebody holds names the list.
    #[error(
        "a gate names the list `{list}`; without it, the gate would let its numbers through. \
             Drop the gate's handle first"
    )]
    ListInUse {
        /// The name.
        list: String,
    },
    /// A change does not come after the last one.
    #[error(
        "generation {given} does not come after {last}; changes go in the order of the journal"
    )]
    Generation {
        /// Of the last change.
        last: u64,
        /// Of the refused one.
        given: u64,
    },
}
