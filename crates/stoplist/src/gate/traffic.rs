//! What does a restriction stop?

use std::fmt;
use std::ops::BitOr;
use std::str::FromStr;

/// Kinds of traffic, as a set: what a list stops, or what a gate is asked about.
///
/// ```
/// use stoplist::Traffic;
///
/// let sending = Traffic::OUTBOUND | Traffic::BROADCAST;
/// assert!(sending.intersects(Traffic::BROADCAST));
/// assert_eq!(sending, "broadcast,outbound".parse()?);
/// assert_eq!(sending.to_string(), "outbound,broadcast");
/// # Ok::<(), stoplist::UnknownTraffic>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Traffic(u8);

/// In the order of the bits.
const NAMES: [&str; 4] = ["inbound", "outbound", "automated", "broadcast"];

impl Traffic {
    /// No traffic.
    pub const NONE: Self = Self(0);
    /// Messages and calls from the number.
    pub const INBOUND: Self = Self(1);
    /// Messages and calls to the number, one by one, from a person.
    pub const OUTBOUND: Self = Self(2);
    /// What bots and flows send.
    pub const AUTOMATED: Self = Self(4);
    /// What goes to many at once.
    pub const BROADCAST: Self = Self(8);
    /// All four.
    pub const ALL: Self = Self(15);

    /// Whether both have a kind in common.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether this has every kind of the other.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// As a byte, with a bit for each kind.
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u8) -> Option<Self> {
        if bits <= Self::ALL.0 { Some(Self(bits)) } else { None }
    }

    /// The names of the kinds, in a fixed order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().enumerate().filter(move |(bit, _)| self.0 >> bit & 1 == 1).map(|(_, n)| n)
    }
}

impl BitOr for Traffic {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for Traffic {
    /// The names with commas between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, name) in self.names().enumerate() {
            f.write_str(if place > 0 { "," } else { "" })?;
            f.write_str(name)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Traffic({self})")
    }
}

impl FromStr for Traffic {
    type Err = UnknownTraffic;

    /// Names with commas between them, in any order.
    fn from_str(text: &str) -> Result<Self, UnknownTraffic> {
        text.split(',').map(str::trim).try_fold(Self::NONE, |traffic, name| {
            let bit = NAMES.iter().position(|known| *known == name);
            let bit = bit.ok_or_else(|| UnknownTraffic { name: name.to_owned() })?;
            Ok(traffic | Self(1 << bit))
        })
    }
}

/// A text names no kind of traffic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no traffic; there are inbound, outbound, automated and broadcast")]
pub struct UnknownTraffic {
    name: String,
}
