//! Which lists does a filter ask, and since when are they as they are?

use std::collections::HashSet;
use std::sync::Arc;

use stoplist::{Gate, GateHandle, GateSpec, NumberSet, PhoneNumber, ScrubbedList, Store, Traffic};

use crate::Error;
use crate::report::Origin;

use super::verdict::Stop;

/// The lists that a [`Filter`](crate::Filter) asks.
///
/// They are taken as they are at the beginning of each [`Pass`](crate::Pass), and stay so until its
/// end. Cloning is cheap.
///
/// ```
/// use stoplist::{NumberSet, PhoneNumber};
/// use stoplist_arrow::Lists;
///
/// let complaints: NumberSet = [PhoneNumber::new(16502530000)?].into();
/// let opted_out: NumberSet = [PhoneNumber::new(4930901820)?].into();
/// let lists = [("complaints", &complaints), ("optout", &opted_out)];
/// assert!(Lists::of_sets(lists).is_ok());
/// assert_eq!(Lists::of_sets([lists[0], lists[0]]).unwrap_err().code(), "repeated_list");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Lists {
    source: Source,
    origin: Origin,
}

#[derive(Clone, Debug)]
enum Source {
    Fixed(Arc<Gate>),
    Gates(GateHandle),
    Store { store: Store, names: Vec<String>, traffic: Traffic, gates: GateHandle },
}

/// Lists as they were at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(super) gate: Arc<Gate>,
    /// In the order in which they are asked.
    pub(crate) names: Vec<String>,
    /// `None` for lists that have no generations.
    pub(crate) generation: Option<u64>,
    /// What a store knows of them.
    pub(crate) known: Vec<ScrubbedList>,
    pub(crate) origin: Origin,
}

/// How often a moment is looked for in which nothing changes.
const MAX_TRIES: usize = 8;

impl Lists {
    /// Named sets that do not change. Of several that have a number, the first is the one that is
    /// named. Builds an index of each, and one of all together: 10 to 60 ns a number. No list at all
    /// stops nobody.
    ///
    /// # Errors
    ///
    /// [`Error::RepeatedList`] when two have the same name.
    pub fn of_sets<'a>(
        sets: impl IntoIterator<Item = (&'a str, &'a NumberSet)>,
    ) -> Result<Self, Error> {
        let sets: Vec<(&str, &NumberSet)> = sets.into_iter().collect();
        let mut names = HashSet::new();
        if let Some((name, _)) = sets.iter().find(|(name, _)| !names.insert(*name)) {
            return Err(Error::RepeatedList { list: (*name).to_owned() });
        }
        Ok(Self::of(Source::Fixed(Arc::new(Gate::of_sets(sets, 0)))))
    }

    /// The lists of a gate, which do not change: of an index file, for example.
    #[must_use]
    pub fn of_gate(gate: Arc<Gate>) -> Self {
        Self::of(Source::Fixed(gate))
    }

    /// The lists of [`Gates`](stoplist::Gates) that change, by a handle to their gates.
    #[must_use]
    pub fn of_gates(gates: GateHandle) -> Self {
        Self::of(Source::Gates(gates))
    }

    /// Those of the named lists of a store (all, when none is named) that stop some of this traffic.
    /// The built-in list is named `blocked`. Excluded rows then say for what reason a number is
    /// blocked (as it is known when they are made), and a report how old the lists are. The store
    /// stays open as long as they, or a filter or pass of theirs, are there.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when there is no list of a name, or when one is older than it may get and
    /// set to fail then.
    pub fn of_store(store: &Store, names: &[String], traffic: Traffic) -> Result<Self, Error> {
        let spec = match names {
            [] => GateSpec::all(traffic),
            names => GateSpec::named(traffic, names),
        };
        store.lists_asked(names, traffic)?;
        let gates = store.gate(&spec)?;
        let (store, names) = (store.clone(), names.to_vec());
        Ok(Self::of(Source::Store { store, names, traffic, gates }))
    }

    fn of(source: Source) -> Self {
        Self { source, origin: Origin::new() }
    }

    /// The lists as they are now, and how old they are.
    pub(super) fn take(&self) -> Result<Taken, Error> {
        let Source::Store { store, names, traffic, .. } = &self.source else {
            return Ok(self.newest());
        };
        // What is known of the lists and the gate should be of one moment. Where changes come so
        // fast that they never are, the lists may be younger than is said, never older.
        let mut taken = self.newest();
        for _ in 0..MAX_TRIES {
            let (generation, known) = store.lists_asked(names, *traffic)?;
            taken = Taken { known, ..self.newest() };
            if taken.generation == Some(generation) {
                break;
            }
        }
        Ok(taken)
    }

    /// The lists as they are now. Never waits.
    pub(super) fn newest(&self) -> Taken {
        let (gate, has_generation) = match &self.source {
            Source::Fixed(gate) => (Arc::clone(gate), false),
            Source::Gates(gates) | Source::Store { gates, .. } => (gates.load(), true),
        };
        let names = gate.lists().map(str::to_owned).collect();
        let generation = has_generation.then(|| gate.generation());
        Taken { gate, names, generation, known: Vec::new(), origin: self.origin.clone() }
    }

    /// The traffic that lists of a store were asked for.
    pub(super) fn traffic(&self) -> Option<Traffic> {
        match &self.source {
            Source::Store { traffic, .. } => Some(*traffic),
            Source::Fixed(_) | Source::Gates(_) => None,
        }
    }

    /// Why a list stops a number, where a store knows.
    pub(super) fn reason(&self, list: &str, number: PhoneNumber) -> Option<String> {
        let Source::Store { store, traffic, .. } = &self.source else { return None };
        store.explain(number, list, *traffic)?.reason
    }
}

impl Taken {
    pub(super) fn name(&self, stop: Stop) -> Option<&str> {
        self.names.get(stop.list as usize).map(String::as_str)
    }
}
