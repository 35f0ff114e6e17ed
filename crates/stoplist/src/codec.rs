//! How does a value become bytes in the journal and the state, and back?
//!
//! A version byte, then bincode with integers of fixed width. What follows the value is refused, and
//! so is a length that says more than there are bytes. The only file that knows bincode.

use bincode::Options as _;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::PhoneNumber;

/// The version of all values that this release writes.
const VERSION: u8 = 1;

/// Why bytes are no value.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CodecError {
    /// They were written by a later release.
    #[error("a value of version {0}, of which this release reads only {VERSION}; use a later one")]
    Version(u8),
    /// They are not what a release of this version writes.
    #[error("a value that cannot be read: {0}")]
    Malformed(String),
}

/// Encodes; fails only when a collection cannot be counted, which none of ours is.
pub(crate) fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    // Writing to memory does not fail.
    let _ = options(u64::MAX).serialize_into(&mut bytes, value);
    bytes
}

/// How many bytes the value takes.
pub(crate) fn size<T: Serialize>(value: &T) -> u64 {
    options(u64::MAX).serialized_size(value).unwrap_or(u64::MAX)
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    match bytes.split_first() {
        Some((&VERSION, value)) => options(value.len() as u64)
            .deserialize(value)
            .map_err(|error| CodecError::Malformed(error.to_string())),
        Some((&version, _)) => Err(CodecError::Version(version)),
        None => Err(CodecError::Malformed("no bytes".to_owned())),
    }
}

fn options(limit: u64) -> impl bincode::Options {
    bincode::DefaultOptions::new().with_fixint_encoding().with_limit(limit).reject_trailing_bytes()
}

impl Serialize for PhoneNumber {
    /// As an integer, without `+`.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(self.get())
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    /// From an integer of 7 to 15 digits.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::new(u64::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Times, as microseconds since 1970.
pub(crate) mod micros {
    use jiff::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    /// The time as it is read again.
    pub(crate) fn kept(at: Timestamp) -> Timestamp {
        Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
    }

    pub(crate) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(at.as_microsecond())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        Timestamp::from_microsecond(i64::deserialize(from)?).map_err(D::Error::custom)
    }

    pub(crate) mod optional {
        use jiff::Timestamp;
        use serde::de::Error as _;
        use serde::{Deserialize, Deserializer, Serialize, Serializer};

        pub(crate) fn serialize<S: Serializer>(
            at: &Option<Timestamp>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            at.map(Timestamp::as_microsecond).serialize(to)
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<Timestamp>, D::Error> {
            let at = Option::<i64>::deserialize(from)?;
            at.map(Timestamp::from_microsecond).transpose().map_err(D::Error::custom)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let value = (7_u64, "text".to_owned(), Some(vec![1_u8, 2]));
        assert_eq!(decode::<(u64, String, Option<Vec<u8>>)>(&encode(&value)).unwrap(), value);
    }

    #[test]
    fn every_other_length_is_refused() {
        let bytes = encode(&(7_u64, "text".to_owned()));
        for length in 0..bytes.len() {
            assert!(decode::<(u64, String)>(&bytes[..length]).is_err(), "{length}");
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert!(decode::<(u64, String)>(&longer).is_err());
    }

    #[test]
    fn contacts_are_counted_from_1() {
        let read = |number: u32| decode::<crate::ContactId>(&encode(&number)).ok();
        assert_eq!(read(1), crate::ContactId::new(1));
        assert_eq!(read(0), None, "it would stand for the slot of 1");
    }

    #[test]
    fn a_later_version_says_so() {
        let mut bytes = encode(&7_u64);
        bytes[0] = 2;
        assert!(matches!(decode::<u64>(&bytes), Err(CodecError::Version(2))));
    }

    #[test]
    fn a_length_without_bytes_costs_no_memory() {
        let bytes = [&[VERSION][..], &u64::MAX.to_le_bytes()].concat();
        assert!(decode::<Vec<u64>>(&bytes).is_err());
    }
}
