//! How do the things of a store look as JSON, through every door?
//!
//! The command line prints these documents and the C ABI gives them back. Their fields are relied on:
//! more may come, none goes or changes its meaning. Times are RFC 3339 in UTC, numbers `+` and digits,
//! contacts `c17`. Nothing here reads JSON, and nothing asks a store.
//!
//! ```
//! use stoplist::{Documentation, Reason};
//!
//! let why = Documentation::new(Reason::OptOut).note("wrote STOP");
//! let document = stoplist_json::documentation(Some(&why));
//! assert_eq!(document["reason"], "opt_out");
//! assert_eq!(document["source"], "");
//! ```

#![forbid(unsafe_code)]

mod answer;
mod change;
mod fields;

pub use answer::{
    actor, actors, archived, audit, backup, blocked, bulk, check, contact_page, history, import,
    info, number_set, unblocked,
};
pub use change::{change, hex, record};
pub use fields::{
    block, contact, details, documentation, extend, list, maybe_time, names, settings, target,
    time, traffic,
};
