//! How do changes reach the gates that others hold?
//!
//! One lock for those who change lists; none for those who ask. A change is appended to the overlay
//! of its list, and of every union that the list is in; then all gates are replaced at once, by new
//! ones that include it. What a reader holds stays as it was.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Weak};

use super::error::GatesError;
use super::fold::Folder;
use super::gate::{Gate, Named};
use super::spec::GateSpec;
use super::sync::{Mutex, Published, lock};
use super::view::View;
use crate::{Index, NumberSet, PhoneNumber, Traffic};

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
/// number and list, whatever the size of the lists. Each list is in memory as an index (about 3 bytes a number
/// for 10 million) and its overlay (40 to 80 bytes a change); each combination of two or more lists
/// that some gate asks has such an index too. After 65,536 changes a thread of its own builds a new
/// index, which takes the memory of the old one and of the set while it lasts.
pub struct Gates {
    shared: Arc<Shared>,
    folder: Option<Folder>,
}

/// Numbers to be added to and removed from a list.
#[derive(Clone, Copy, Debug)]
pub struct ListChange<'a> {
    /// The name of the list.
    pub list: &'a str,
    /// Numbers that are in from then on.
    pub added: &'a [PhoneNumber],
    /// Numbers that are not. One that is among both is not in.
    pub removed: &'a [PhoneNumber],
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

#[derive(Default)]
pub(super) struct State {
    generation: u64,
    /// In the order in which they were made.
    lists: Vec<List>,
    next_id: u64,
    /// What several lists have together, by the ids of the lists, ascending.
    unions: HashMap<Vec<u64>, View>,
    slots: Vec<Slot>,
}

struct List {
    id: u64,
    name: Arc<str>,
    traffic: Traffic,
    view: View,
}

/// Where the gates of a spec are published, as long as somebody holds a handle.
struct Slot {
    spec: GateSpec,
    published: Weak<Published<Gate>>,
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
    /// Builds the index before anything else waits; where the list is in a union with others, that
    /// union is built while changes wait (asking does not).
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
        let view = View::of(Index::from_set(numbers));
        let mut state = lock(&self.shared.state);
        state.advance(generation)?;
        let id = match state.lists.iter_mut().find(|list| *list.name == *name) {
            Some(list) => {
                (list.traffic, list.view) = (traffic, view);
                list.id
            }
            None => {
                let id = state.next_id;
                state.next_id += 1;
                state.lists.push(List { id, name: name.into(), traffic, view });
                id
            }
        };
        state.unions.retain(|ids, _| !ids.contains(&id));
        state.publish();
        Ok(())
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
        let mut state = lock(&self.shared.state);
        let place = state.place(name)?;
        state.advance(generation)?;
        if let Some(list) = state.lists.get_mut(place) {
            list.traffic = traffic;
        }
        state.publish();
        Ok(())
    }

    /// Drops a list.
    ///
    /// # Errors
    ///
    /// [`GatesError::UnknownList`]; [`GatesError::ListInUse`] while somebody holds a gate's handle
    /// whose spec names the list; [`GatesError::Generation`].
    pub fn drop_list(&self, generation: u64, name: &str) -> Result<(), GatesError> {
        let mut state = lock(&self.shared.state);
        let place = state.place(name)?;
        let holds = |slot: &Slot| slot.published.strong_count() > 0;
        let names = |slot: &Slot| slot.spec.names().iter().any(|other| other == name);
        if state.slots.iter().any(|slot| holds(slot) && names(slot)) {
            return Err(GatesError::ListInUse { list: name.to_owned() });
        }
        state.advance(generation)?;
        let id = state.lists.remove(place).id;
        state.unions.retain(|ids, _| !ids.contains(&id));
        state.publish();
        Ok(())
    }

    /// Makes changes to lists, all of them visible at once: from when the call returns at the
    /// latest, to every gate that is loaded.
    ///
    /// # Errors
    ///
    /// [`GatesError::UnknownList`], [`GatesError::Generation`].
    pub fn apply(&self, generation: u64, changes: &[ListChange<'_>]) -> Result<(), GatesError> {
        let mut state = lock(&self.shared.state);
        let places = changes.iter().map(|change| state.place(change.list));
        let places = places.collect::<Result<Vec<_>, _>>()?;
        state.advance(generation)?;
        for (change, place) in changes.iter().zip(places) {
            change.added.iter().for_each(|&number| state.change(place, number, true));
            change.removed.iter().for_each(|&number| state.change(place, number, false));
        }
        state.publish();
        let mut views = state.lists.iter().map(|list| &list.view).chain(state.unions.values());
        let is_due = views.any(View::is_due);
        drop(state);
        if let (true, Some(folder)) = (is_due, &self.folder) {
            folder.wake(&self.shared);
        }
        Ok(())
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
        let mut state = lock(&self.shared.state);
        for name in spec.names() {
            state.place(name)?;
        }
        let slot = state.slots.iter().find(|slot| slot.spec == *spec);
        if let Some(published) = slot.and_then(|slot| slot.published.upgrade()) {
            return Ok(GateHandle(published));
        }
        let gate = Gate::new(Box::default(), None, state.generation);
        let published = Arc::new(Published::new(Arc::new(gate)));
        state.slots.push(Slot { spec: spec.clone(), published: Arc::downgrade(&published) });
        state.publish();
        Ok(GateHandle(published))
    }

    /// Builds a new index of every list that has changed, now and on this thread. Neither those who
    /// ask nor those who change lists wait for it.
    pub fn fold(&self) {
        self.shared.fold(|view| view.changes > 0);
    }

    /// The last change.
    #[must_use]
    pub fn generation(&self) -> u64 {
        lock(&self.shared.state).generation
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
        let lists: Vec<&str> = state.lists.iter().map(|list| &*list.name).collect();
        f.debug_struct("Gates")
            .field("lists", &lists)
            .field("generation", &state.generation)
            .finish_non_exhaustive()
    }
}

/// Names a view among all of a state: the ids of its lists.
pub(super) type ViewId = Vec<u64>;

impl State {
    fn place(&self, name: &str) -> Result<usize, GatesError> {
        let place = self.lists.iter().position(|list| *list.name == *name);
        place.ok_or_else(|| GatesError::UnknownList { list: name.to_owned() })
    }

    fn advance(&mut self, generation: u64) -> Result<(), GatesError> {
        if generation <= self.generation {
            return Err(GatesError::Generation { last: self.generation, given: generation });
        }
        self.generation = generation;
        Ok(())
    }

    fn change(&mut self, place: usize, number: PhoneNumber, added: bool) {
        let Some(list) = self.lists.get_mut(place) else { return };
        list.view.change(number, added);
        let id = list.id;
        for (ids, union) in &mut self.unions {
            if ids.contains(&id) {
                let mut lists = self.lists.iter().filter(|list| ids.contains(&list.id));
                let in_any = added || lists.any(|list| list.view.contains(number));
                union.change(number, in_any);
            }
        }
    }

    /// Replaces the gates of all specs by ones of this moment, and forgets what nobody holds.
    pub(super) fn publish(&mut self) {
        self.slots.retain(|slot| slot.published.strong_count() > 0);
        let mut gates: HashMap<Vec<u64>, Arc<Gate>> = HashMap::new();
        for at in 0..self.slots.len() {
            let Some(slot) = self.slots.get(at) else { continue };
            let Some(published) = slot.published.upgrade() else { continue };
            let asked = self.lists.iter().filter(|list| slot.spec.asks(&list.name, list.traffic));
            let ids: Vec<u64> = asked.map(|list| list.id).collect();
            let gate = match gates.get(&ids) {
                Some(gate) => Arc::clone(gate),
                None => {
                    let gate = Arc::new(self.gate(&ids));
                    gates.insert(ids, Arc::clone(&gate));
                    gate
                }
            };
            published.store(gate);
        }
        self.unions.retain(|ids, _| gates.contains_key(ids));
    }

    /// The gate of some lists.
    fn gate(&mut self, ids: &[u64]) -> Gate {
        let lists = self.lists.iter().filter(|list| ids.contains(&list.id));
        let any = (ids.len() > 1).then(|| {
            let union = self.unions.entry(ids.to_vec()).or_insert_with(|| {
                let mut numbers = NumberSet::new();
                lists.clone().for_each(|list| numbers |= &list.view.to_set());
                View::of(Index::from_set(&numbers))
            });
            union.clone()
        });
        let named =
            lists.map(|list| Named { name: Arc::clone(&list.name), view: list.view.clone() });
        Gate::new(named.collect(), any, self.generation)
    }

    /// All views: those of lists and those of unions.
    pub(super) fn views(&self) -> impl Iterator<Item = (ViewId, &View)> {
        let lists = self.lists.iter().map(|list| (vec![list.id], &list.view));
        lists.chain(self.unions.iter().map(|(ids, view)| (ids.clone(), view)))
    }

    pub(super) fn view_mut(&mut self, id: &ViewId) -> Option<&mut View> {
        if let [list] = id.as_slice() {
            let mut lists = self.lists.iter_mut();
            return lists.find(|other| other.id == *list).map(|list| &mut list.view);
        }
        self.unions.get_mut(id)
    }
}
