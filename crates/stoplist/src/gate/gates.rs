//! How do changes reach the gates that others hold?
//!
//! One lock for those who change lists; none for those who ask. A change is appended to the overlay
//! of its list, and of every union that the list is in; then all gates are replaced at once, by new
//! ones that include it. What a reader holds stays as it was.

use std::fmt;
use std::sync::Arc;

use super::change::{GateChange, ListChange};
use super::error::GatesError;
use super::fold::Folder;
use super::gate::Gate;
use super::spec::GateSpec;
use super::state::State;
use super::sync::{Mutex, Published, lock};
use super::view::View;
use crate::{Index, NumberSet, Traffic};

/// The lists of a process, and the gates made of them.
///
/// ```
/// use stoplist::{GateSpec, Gates, ListChange, NumberSet, PhoneNumber, Traffic, Verdict};
///
/// let gates = Gates::new();
/// let number = PhoneNumber::new(4930901820)?;
/// gates.put_list(1, "dnc-de", Traffic::OUTBOUND | Traffic::BROADCAST, &NumberSet::new())?;
/// let broadcast = gates.open(&GateSpec::all(Traffic::BROADCAST))?;
///
/// let before = broadcast.load();
/// gates.apply(2, &[ListChange { list: "dnc-de", added: &[number], removed: &[] }])?;
/// let after = broadcast.load();
/// assert!(matches!(after.verdict(number), Verdict::Block { list: "dnc-de", .. }));
/// assert_eq!(after.generation(), 2);
/// assert_eq!(before.verdict(number), Verdict::Allow);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Cost
///
/// Asking never waits. A change takes about half a microsecond for each gate, and 0.1 µs for each
/// number and list, whatever the size of the lists. Each list is in memory as an index (about 3 bytes
/// a number for 10 million) and its overlay (50 to 90 bytes a change); each combination of two or
/// more lists that some gate asks has such an index too. It leaves out a list that has a million
/// numbers or more and eight times those of all others: that one is asked besides, which takes 1.2
/// (few others) to 2.2 times as long. After 65,536 changes a thread of its own builds a new index,
/// which takes the memory of the old one and of the set while it lasts.
pub struct Gates {
    pub(super) shared: Arc<Shared>,
    folder: Option<Folder>,
}

/// A place where the newest gate of a [`GateSpec`] is always to be had.
#[derive(Clone)]
pub struct GateHandle(Arc<Published<Gate>>);

impl GateHandle {
    /// The newest gate: it includes every change whose call had returned. Takes 10 to 20 ns and
    /// never waits; take one for a batch, not for a number.
    #[must_use]
    pub fn load(&self) -> Arc<Gate> {
        self.0.load()
    }

    /// Looks at the newest gate once. As [`load`](Self::load), in half the time, for whoever does not
    /// keep it: to ask for a single number.
    ///
    /// ```
    /// # use stoplist::{GateSpec, Gates, PhoneNumber, Traffic};
    /// # let gates = Gates::new();
    /// # let handle = gates.open(&GateSpec::all(Traffic::OUTBOUND))?;
    /// let number = PhoneNumber::new(4930901820)?;
    /// assert!(!handle.look(|gate| gate.contains(number)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn look<R>(&self, look: impl FnOnce(&Gate) -> R) -> R {
        self.0.look(look)
    }
}

impl fmt::Debug for GateHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GateHandle").field(&self.load()).finish()
    }
}

/// What the gates and the thread that folds have in common.
pub(super) struct Shared {
    pub(super) state: Mutex<State>,
}

impl Gates {
    /// No lists. A thread for folding is started when it is first needed.
    #[must_use]
    pub fn new() -> Self {
        Self { folder: Some(Folder::default()), ..Self::without_folding() }
    }

    /// No lists, and no thread: changes stay in the overlays until [`fold`](Self::fold) is called.
    #[must_use]
    pub fn without_folding() -> Self {
        Self { shared: Arc::new(Shared { state: Mutex::new(State::default()) }), folder: None }
    }

    /// Makes a list, or gives the one of this name other numbers and traffic.
    ///
    /// A list may be kept in parts that stop different traffic: `blocked`, `blocked:inbound`. What
    /// follows the first colon is the name of the part; whoever changes lists gives the whole name,
    /// whoever asks gets one list, `blocked`, with the numbers of those parts that stop the traffic
    /// in question.
    ///
    /// Builds the index before anything else waits; where the list is in a union with others, that
    /// union is built while changes wait (asking does not). Which lists are united is chosen anew.
    ///
    /// # Errors
    ///
    /// [`GatesError::Generation`].
    pub fn put_list(
        &self,
        generation: u64,
        name: &str,
        traffic: Traffic,
        numbers: &NumberSet,
    ) -> Result<(), GatesError> {
        self.update(generation, &[GateChange::PutList { list: name, traffic, numbers }])
    }

    /// Gives a list other traffic to stop.
    ///
    /// # Errors
    ///
    /// [`GatesError::UnknownList`], [`GatesError::Generation`].
    pub fn set_traffic(
        &self,
        generation: u64,
        name: &str,
        traffic: Traffic,
    ) -> Result<(), GatesError> {
        self.update(generation, &[GateChange::SetTraffic { list: name, traffic }])
    }

    /// Drops a list.
    ///
    /// # Errors
    ///
    /// [`GatesError::UnknownList`]; [`GatesError::ListInUse`] while somebody holds a gate's handle
    /// whose spec names the list, or the list that it is a part of; [`GatesError::Generation`].
    pub fn drop_list(&self, generation: u64, name: &str) -> Result<(), GatesError> {
        let mut state = lock(&self.shared.state);
        if state.has(name) && state.is_in_use(name) {
            return Err(GatesError::ListInUse { list: name.to_owned() });
        }
        state.update(generation, &[GateChange::DropList { list: name }], Vec::new())
    }

    /// Makes changes to lists, all of them visible at once: from when the call returns at the
    /// latest, to every gate that is loaded.
    ///
    /// # Errors
    ///
    /// [`GatesError::UnknownList`], [`GatesError::Generation`].
    pub fn apply(&self, generation: u64, changes: &[ListChange<'_>]) -> Result<(), GatesError> {
        let changes: Vec<_> = changes.iter().copied().map(GateChange::Change).collect();
        self.update(generation, &changes)
    }

    /// Makes changes of any kind, one after the other, and all of them visible at once: from when
    /// the call returns at the latest, to every gate that is loaded. All or none of them are made.
    /// Without any, the generation alone advances.
    ///
    /// Indexes are built before anything else waits; unions as [`put_list`](Self::put_list) says.
    ///
    /// ```
    /// use stoplist::{GateChange, GateSpec, Gates, ListChange, NumberSet, PhoneNumber, Traffic};
    ///
    /// let gates = Gates::new();
    /// let [one, two] = [4930901820, 4930901821].map(PhoneNumber::new);
    /// let (set, added) = (NumberSet::from([one?]), [two?]);
    /// let change = ListChange { list: "blocked:inbound", added: &added, removed: &[] };
    /// gates.update(1, &[
    ///     GateChange::PutList { list: "blocked", traffic: Traffic::ALL, numbers: &set },
    ///     GateChange::PutList {
    ///         list: "blocked:inbound",
    ///         traffic: Traffic::INBOUND,
    ///         numbers: &NumberSet::new(),
    ///     },
    ///     GateChange::Change(change),
    /// ])?;
    /// let inbound = gates.open(&GateSpec::named(Traffic::INBOUND, ["blocked"]))?.load();
    /// assert!(inbound.lists().eq(["blocked"]));
    /// assert_eq!([one?, two?].map(|number| inbound.first_with(number)), [Some(0), Some(0)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`GatesError::UnknownList`] when there would be no such list at that change;
    /// [`GatesError::Generation`].
    pub fn update(&self, generation: u64, changes: &[GateChange<'_>]) -> Result<(), GatesError> {
        let put = changes.iter().filter_map(|change| match change {
            GateChange::PutList { numbers, .. } => Some(View::of(Index::from_set(numbers))),
            _ => None,
        });
        let put: Vec<View> = put.collect();
        let mut state = lock(&self.shared.state);
        state.update(generation, changes, put)?;
        let is_due = state.is_any_due();
        drop(state);
        if let (true, Some(folder)) = (is_due, &self.folder) {
            folder.wake(&self.shared);
        }
        Ok(())
    }

    /// Gates of these lists, at a generation that may be 0.
    pub(crate) fn starting_at(
        generation: u64,
        changes: &[GateChange<'_>],
    ) -> Result<Self, GatesError> {
        let gates = Self::new();
        gates.update(1, changes)?;
        lock(&gates.shared.state).start_at(generation);
        Ok(gates)
    }

    /// The numbers of a list, as they are now. The name is the whole one, with its part if it has
    /// one. Takes 20 to 60 ns a number; neither those who ask nor those who change lists wait.
    ///
    /// # Errors
    ///
    /// [`GatesError::UnknownList`].
    pub fn numbers(&self, name: &str) -> Result<NumberSet, GatesError> {
        let view = lock(&self.shared.state).view(name)?.clone();
        Ok(view.to_set())
    }

    /// How many numbers a list has now: known without counting. The name is the whole one, with its
    /// part if it has one.
    ///
    /// # Errors
    ///
    /// [`GatesError::UnknownList`].
    pub fn list_len(&self, name: &str) -> Result<u64, GatesError> {
        Ok(lock(&self.shared.state).view(name)?.len())
    }

    /// A handle to the gates of a spec.
    ///
    /// The first gate of a combination of several lists builds their union, while changes wait
    /// (asking does not): about 60 ns a number.
    ///
    /// # Errors
    ///
    /// [`GatesError::UnknownList`] when the spec names a list that there is not.
    pub fn open(&self, spec: &GateSpec) -> Result<GateHandle, GatesError> {
        lock(&self.shared.state).open(spec).map(GateHandle)
    }

    /// Builds a new index of every list that has changed, now and on this thread. Neither those who
    /// ask nor those who change lists wait for it.
    pub fn fold(&self) {
        self.shared.fold(|view| view.changes > 0);
    }

    /// The last change.
    #[must_use]
    pub fn generation(&self) -> u64 {
        lock(&self.shared.state).generation()
    }
}

impl Default for Gates {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Gates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.shared.state);
        f.debug_struct("Gates")
            .field("lists", &state.names().collect::<Vec<_>>())
            .field("generation", &state.generation())
            .finish_non_exhaustive()
    }
}
