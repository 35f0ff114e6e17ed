//! Which numbers does the ABI use?
//!
//! They are never changed and never used for something else.

/// The version of this interface. A library of the same one can take the place of another.
pub const STOPLIST_ABI_VERSION: u32 = 1;

/// Done; every output is written.
pub const STOPLIST_OK: i32 = 0;
/// A NULL, a misaligned pointer, a length beyond its limit, or a code or flag that there is not.
pub const STOPLIST_INVALID_ARGUMENT: i32 = 1;
/// A text that has to be UTF-8 is not.
pub const STOPLIST_NOT_UTF8: i32 = 2;
/// The store is closed, or was never open.
pub const STOPLIST_CLOSED: i32 = 3;
/// This process is a forked child: only gates answer here.
pub const STOPLIST_FORKED: i32 = 4;
/// A defect of the library. The call did not finish; the host may go on.
pub const STOPLIST_PANIC: i32 = 5;
/// A progress callback asked for it. Nothing was changed.
pub const STOPLIST_CANCELLED: i32 = 6;
/// The call asks for what cannot be: change the call.
pub const STOPLIST_USAGE: i32 = 7;
/// There is no such contact, list, actor or store, or nothing to explain.
pub const STOPLIST_NOT_FOUND: i32 = 8;
/// There is one already.
pub const STOPLIST_EXISTS: i32 = 9;
/// The data is wrong: change the data.
pub const STOPLIST_DATA: i32 = 10;
/// A text is no phone number; the code of the error says why, as `stoplist_refusal_name` does.
pub const STOPLIST_NOT_A_NUMBER: i32 = 11;
/// The actor may not. The attempt is in the journal.
pub const STOPLIST_DENIED: i32 = 12;
/// Another process has the store open: try again.
pub const STOPLIST_LOCKED: i32 = 13;
/// A store or an index is damaged, or of a format that this release does not know.
pub const STOPLIST_DAMAGED: i32 = 14;
/// A write failed before: the store takes no more until it is opened again. Gates go on.
pub const STOPLIST_POISONED: i32 = 15;
/// A list is older than it may get, and is set to fail then.
pub const STOPLIST_STALE: i32 = 16;
/// An Arrow structure is malformed, its data is invalid, or it cannot be filtered.
pub const STOPLIST_ARROW: i32 = 17;
/// The system failed.
pub const STOPLIST_IO: i32 = 18;

/// The verdict: it may pass. No verdict is 0, so memory that nobody wrote is never an allow.
pub const STOPLIST_ALLOW: i32 = 1;
/// The verdict: a list stops it.
pub const STOPLIST_BLOCK: i32 = 2;
/// The verdict: not a phone number, so nobody can say. Never send to it.
pub const STOPLIST_INVALID: i32 = 3;

/// No number: nothing but white space.
pub const STOPLIST_REFUSAL_EMPTY: i32 = 1;
/// No number: none can be read from it, or it is over 250 bytes long.
pub const STOPLIST_REFUSAL_NOT_A_NUMBER: i32 = 2;
/// No number: letters stand in it.
pub const STOPLIST_REFUSAL_LETTERS: i32 = 3;
/// No number: a pattern with `*`, `?` or `%`.
pub const STOPLIST_REFUSAL_WILDCARD: i32 = 4;
/// No number: no country has its calling code.
pub const STOPLIST_REFUSAL_UNKNOWN_CALLING_CODE: i32 = 5;
/// No number: too few digits for its country.
pub const STOPLIST_REFUSAL_TOO_SHORT: i32 = 6;
/// No number: too many digits for its country.
pub const STOPLIST_REFUSAL_TOO_LONG: i32 = 7;
/// No number: the area code is missing.
pub const STOPLIST_REFUSAL_LOCAL_ONLY: i32 = 8;
/// No number: a national format, and no region says of which country.
pub const STOPLIST_REFUSAL_NEEDS_REGION: i32 = 9;

/// Traffic: messages and calls from the number.
pub const STOPLIST_INBOUND: u32 = 1;
/// Traffic: messages and calls to the number, one by one, from a person.
pub const STOPLIST_OUTBOUND: u32 = 2;
/// Traffic: what bots and flows send.
pub const STOPLIST_AUTOMATED: u32 = 4;
/// Traffic: what goes to many at once.
pub const STOPLIST_BROADCAST: u32 = 8;
/// All four kinds of traffic.
pub const STOPLIST_ALL_TRAFFIC: u32 = 15;

/// Permission: see contacts, histories, lists and counts.
pub const STOPLIST_MAY_VIEW: u32 = 1;
/// Permission: make and change contacts, record messages.
pub const STOPLIST_MAY_EDIT: u32 = 2;
/// Permission: block and unblock one by one.
pub const STOPLIST_MAY_BLOCK: u32 = 4;
/// Permission: block and unblock many at once, and undo that.
pub const STOPLIST_MAY_BULK: u32 = 8;
/// Permission: make, change, import, export and drop lists.
pub const STOPLIST_MAY_LISTS: u32 = 16;
/// Permission: read and verify the journal, follow its changes.
pub const STOPLIST_MAY_AUDIT: u32 = 32;
/// Permission: make and change actors, back up.
pub const STOPLIST_MAY_ADMIN: u32 = 64;

/// A row that is no number is left out. The default.
pub const STOPLIST_EXCLUDE: i32 = 0;
/// A row that is no number stays in.
pub const STOPLIST_KEEP: i32 = 1;
/// A row that is no number fails its batch, with an error that names the row.
pub const STOPLIST_FAIL: i32 = 2;

/// A row is left out when one of its numbers is blocked. The default.
pub const STOPLIST_EXCLUDE_ROW: i32 = 0;
/// Cells of blocked numbers become null; the row stays in as long as it has another number.
pub const STOPLIST_EMPTY_CELL: i32 = 1;
