//! May a message pass, now that lists change?
//!
//! A gate answers for some lists at one moment; gates publish new ones when lists change. Nothing
//! here knows contacts, reasons, files or time.

mod asked;
mod change;
mod error;
mod fold;
#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the file")]
mod gate;
mod gates;
mod overlay;
mod spec;
mod state;
mod sync;
mod traffic;
mod view;

#[cfg(test)]
mod model;

pub use change::{GateChange, ListChange};
pub use error::GatesError;
pub use gate::{Gate, Verdict};
pub use gates::{GateHandle, Gates};
pub use spec::GateSpec;
pub use traffic::{Traffic, UnknownTraffic};
