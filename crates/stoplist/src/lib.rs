//! The core of an embedded suppression engine: phone numbers, sets of them, and gates that say
//! whether a message may pass.
//!
//! A business that messages people must not reach those who opted out, were blocked or stand on a
//! do-not-contact registry. Before it can ask whether a number is blocked it has to know which
//! number a text means, it has to hold many millions of numbers, and it has to ask so fast that
//! nobody is tempted to leave the question out. And it has to know why,
//! and to keep that. This crate does all of it:
//!
//! - [`Parser`] makes a [`PhoneNumber`] of a text, or a [`Refusal`] that says why it is none;
//!   [`ParsedColumn`] does so for a whole column at once;
//! - [`NumberSet`] is a set of numbers: a 64-bit roaring bitmap with unions, intersections,
//!   differences and ranges, read from and written to the format that roaring libraries share;
//!   [`NumberSetBuilder`] makes one of numbers in any order;
//! - [`Index`] is a set in the form that answers fastest, in memory or mapped from a file; its page
//!   draws it byte by byte;
//! - [`Gate`] answers for some lists at one moment, with a [`Verdict`]; [`Gates`] publish new ones
//!   when lists change, and nobody who asks ever waits;
//! - [`Store`] keeps who is blocked, by whom, why and until when, in a journal that survives a power
//!   cut and proves itself, with contacts, lists, histories and permissions around it.
//!
//! ```
//! use stoplist::{GateSpec, Gates, ListChange, NumberSet, Parser, Refusal, Traffic, Verdict};
//!
//! let parser = Parser::with_region("DE".parse()?);
//! let registry: NumberSet = [parser.parse("030 901820")?, parser.parse("+1 650 253 0000")?].into();
//!
//! let gates = Gates::new();
//! gates.put_list(1, "dnc", Traffic::OUTBOUND | Traffic::BROADCAST, &registry)?;
//! gates.put_list(2, "optout", Traffic::ALL, &NumberSet::new())?;
//! let sending = gates.open(&GateSpec::all(Traffic::OUTBOUND))?;
//!
//! let gate = sending.load();
//! assert!(matches!(gate.check(&parser, "tel:+49-30-901820"), Verdict::Block { list: "dnc", .. }));
//! assert_eq!(gate.check(&parser, "0160 5550100"), Verdict::Allow);
//! assert_eq!(gate.check(&parser, "0800 PIZZA"), Verdict::Invalid(Refusal::Letters));
//!
//! let opted_out = [parser.parse("0160 5550100")?];
//! gates.apply(3, &[ListChange { list: "optout", added: &opted_out, removed: &[] }])?;
//! assert_eq!(sending.load().check(&parser, "0160 5550100").code(), "block");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it is not
//!
//! It is no number look-up: a number that it accepts has a known calling code and a length that is
//! possible for it, and may still be assigned to nobody. It knows no list files (the crate
//! `stoplist-files` does) and no Arrow (`stoplist-arrow` does). Gates live in memory: what they were
//! told is gone with the process, unless it is a [`Store`] that told them. A store is one process's:
//! there is no server, and nobody is authenticated.
//!
//! # Limits
//!
//! - A number has 7 to 15 digits. Short codes, alphanumeric senders and local numbers are refused.
//! - Two spellings of one subscriber are two numbers: Brazil's ninth digit, Mexico's `1` after `52`
//!   and Argentina's `9` after `54` are not seen through.
//! - A portable bitmap may hold up to [`MAX_PORTABLE_NUMBERS`] numbers. A set in memory has no limit
//!   but memory: 2 to 3 bytes a number for real lists, and about as many again for its index.
//! - A forked child may ask the gates that it inherits, and drop everything. A [`Store`] that it
//!   inherits is the parent's: its calls are [`Forked`](StoreError::Forked). What else has threads,
//!   [`Gates`] and [`NumberSetBuilder`], it leaves alone. It calls [`after_fork`] before all else.
//!
//! # Trade-offs
//!
//! - Plain digits take a few nanoseconds, by a table that is generated from the metadata of the
//!   general parser; anything unusual takes about a microsecond, by the general parser itself. The
//!   two give the same answer: where the table cannot be sure, it is silent.
//! - The metadata is that of one pinned release. A country that changes its numbering plan is known
//!   after an update of this crate, not before.
//! - Roaring bitmaps are small, and quick to combine; asking one for a single number takes 0.2 to
//!   0.8 µs in a set of millions. An index takes 3 to 5 ns a number in batches and cannot change,
//!   so a gate keeps changes beside it until enough have come to build a new one.
//!
//! Nothing here opens a connection. Files are opened by [`Index::open`] and [`Store`]; a store logs, with
//! `tracing`, what it mends. Threads: the one that [`NumberSetBuilder::with_helper_thread`] asks for,
//! one for [`Gates::new`] from its first 65,536 changes on, and two or three for a store. Asking a gate
//! takes no lock; changing lists takes one, among those who do.

mod access;
mod block;
mod codec;
mod contact;
mod fork;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod gate;
mod index;
mod journal;
mod list;
mod model;
mod number;
mod private;
mod record;
mod seeded;
mod set;
mod state;
mod store;
mod table;

pub use access::{Permission, Permissions, UnknownPermission};
pub use block::{Block, BlockRequest, Documentation, Reason, Target, UnknownReason, UnknownTarget};
pub use contact::{Contact, ContactDetails, ContactEdit, ContactId, Field, NoContactId, Oversized};
pub use fork::after_fork;
pub use gate::{
    Gate, GateChange, GateHandle, GateSpec, Gates, GatesError, ListChange, Traffic, UnknownTraffic,
    Verdict,
};
pub use index::{Bitmask, Index, IndexError, IndexFault};
pub use list::{BLOCKED, ListFault, ListInfo, ListSettings};
pub use number::{ParsedColumn, Parser, PhoneNumber, Refusal, Region, Status, UnknownRegion};
pub use record::{
    BulkOrigin, Change, Direction, Effect, Event, ListImport, Message, Scrub, ScrubFault,
    ScrubbedList, UnknownDirection,
};
pub use set::{
    MAX_PORTABLE_NUMBERS, NumberSet, NumberSetBuilder, PortableError, PortableFault, Unsorted,
};
pub use store::{
    Acting, Archived, Audit, Backup, Blocked, BulkBlock, BulkLimits, BulkReport, BulkTargets,
    Changes, ContactCounts, ContactPage, Durability, Explanation, HistoryEntry, ImportOptions,
    ImportReport, JournalFailure, Listed, Rebuilt, Store, StoreBytes, StoreError, StoreErrorKind,
    StoreInfo, StoreOptions, StoreRepair, Unblocked,
};
pub use table::{
    ContactFilter, ContactQuery, ContactSort, ContactStatus, PageStart, QueryError, SortField,
    SpanDirection, StatusCounts, UnknownSort, UnknownStatus, UnknownTime, parse_end, parse_when,
};

/// The README's example, kept honest.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
