//! stoplist
#![forbid(unsafe_code)]
mod number;
mod set;
pub use number::{ParsedColumn, Parser, PhoneNumber, Refusal, Region, Status, UnknownRegion};
pub use set::{
    MAX_PORTABLE_NUMBERS, NumberSet, NumberSetBuilder, PortableError, PortableFault, Unsorted,
};
