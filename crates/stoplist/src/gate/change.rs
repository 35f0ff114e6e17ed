//! What may be done to lists?

use crate::{NumberSet, PhoneNumber, Traffic};

/// Numbers to be added to and removed from a list.
#[derive(Clone, Copy, Debug)]
pub struct ListChange<'a> {
    /// The name of the list, with its part if it has one.
    pub list: &'a str,
    /// Numbers that are in from then on.
    pub added: &'a [PhoneNumber],
    /// Numbers that are not. One that is among both is not in.
    pub removed: &'a [PhoneNumber],
}

/// One of the changes of a [`Gates::update`](crate::Gates::update). Each name is a whole one, with
/// its part if it has one.
#[derive(Clone, Copy, Debug)]
pub enum GateChange<'a> {
    /// Makes a list, or gives the one of this name other numbers and traffic.
    PutList {
        /// The name of the list.
        list: &'a str,
        /// What it stops.
        traffic: Traffic,
        /// All its numbers.
        numbers: &'a NumberSet,
    },
    /// Gives a list other traffic to stop.
    SetTraffic {
        /// The name of the list.
        list: &'a str,
        /// What it stops from then on.
        traffic: Traffic,
    },
    /// Drops a list, also while somebody holds a gate's handle whose spec names it: the gates that
    /// are loaded there from then on let its numbers through.
    DropList {
        /// The name of the list.
        list: &'a str,
    },
    /// Adds numbers to a list and removes others.
    Change(ListChange<'a>),
}
