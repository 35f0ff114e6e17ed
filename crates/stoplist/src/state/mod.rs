//! What of the store need not be read from the journal again?
//!
//! The state is the store's view of the journal, kept on disk as rows and as pages of numbers, so
//! that opening need not replay everything. It equals the journal or lags behind it, is never ahead
//! of it, and can be thrown away: the journal is the truth. So nothing here tries to mend anything;
//! what is damaged is set aside and built anew.
//!
//! ```text
//! "m"             what the store keeps about the state: how much of the journal it has, a digest
//! "!"             there while a change that is too large for one batch is half applied
//! "p" list first  the numbers of a list from `first` on (`pages.rs`)
//! others          rows of the store
//! ```
//!
//! Nothing here knows what rows mean; only `sled.rs` knows sled.

mod backend;
mod digest;
mod error;
mod guard;
mod keeper;
mod memory;
mod pages;
mod sled;
#[cfg(test)]
mod tests;

pub(crate) use backend::Backend;
pub(crate) use digest::Digest;
pub(crate) use error::StateError;
pub(crate) use guard::{OpenLimit, Opening, create, open, set_aside};
pub(crate) use keeper::{
    Keeper, KeeperOptions, META, Numbers, NumbersChange, StateChange, is_half_applied,
};
pub(crate) use memory::Memory;
pub(crate) use pages::{load, pack, unpack, unpack_into};
pub(crate) use sled::is_usable;
