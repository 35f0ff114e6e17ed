//! Which lists of the gates is a number on, whose traffic is restricted?
//!
//! Gates know lists with one traffic each. The built-in list is therefore five of them: numbers for
//! which all is stopped, as nearly all are, and those for which one kind is. A number for which two
//! kinds are stopped is on two.

use crate::PhoneNumber;
use crate::Traffic;
use crate::record::Effect;

/// What a part stops, and its name among the lists of the gates.
pub(crate) const PARTS: [(Traffic, &str); 5] = [
    (Traffic::ALL, "blocked"),
    (Traffic::INBOUND, "blocked:inbound"),
    (Traffic::OUTBOUND, "blocked:outbound"),
    (Traffic::AUTOMATED, "blocked:automated"),
    (Traffic::BROADCAST, "blocked:broadcast"),
];

/// Whether a number with this traffic stopped is on a part.
pub(crate) fn is_on(part: Traffic, stopped: Traffic) -> bool {
    if stopped == Traffic::ALL { part == Traffic::ALL } else { stopped.contains(part) }
}

/// What it takes that numbers, ascending, go from the first traffic to the second.
pub(super) fn effects(numbers: &[(PhoneNumber, Traffic, Traffic)]) -> Vec<Effect> {
    let of_part = |(traffic, _)| {
        let mut effect = Effect { traffic, added: Vec::new(), removed: Vec::new() };
        for &(number, before, after) in numbers {
            match (is_on(traffic, before), is_on(traffic, after)) {
                (false, true) => effect.added.push(number),
                (true, false) => effect.removed.push(number),
                (true, true) | (false, false) => {}
            }
        }
        effect
    };
    let effects = PARTS.into_iter().map(of_part);
    effects.filter(|effect| !effect.added.is_empty() || !effect.removed.is_empty()).collect()
}
