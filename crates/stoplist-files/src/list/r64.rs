//! Which numbers are in a portable 64-bit roaring bitmap?

use std::io::Read;

use stoplist::{NumberSet, PortableError};

use super::intake::Intake;
use crate::{Error, Place};

/// Reads every number; the core refuses whatever is not a sound set of phone numbers.
pub(super) fn read(reader: impl Read, intake: &mut Intake<'_, '_>) -> Result<(), Error> {
    let set = NumberSet::read_portable(reader).map_err(|error| match error {
        PortableError::Io(error) => Error::io(intake.path, "read", error),
        error => Error::malformed(Place::file(intake.path), "r64", &error),
    })?;
    intake.set(&set);
    Ok(())
}
