//! What lists are there, and which gates are made of them?
//!
//! What those who change lists have the lock of. The gates of a spec are those of a combination of
//! lists; which combination, and how it is asked, is arranged when lists are put, dropped or given
//! other traffic and when specs come and go. A change of numbers leaves it as it is.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Weak};

use super::asked::{self, Asked, FEW};
use super::change::{GateChange, ListChange};
use super::error::GatesError;
use super::gate::{Gate, Names};
use super::spec::{GateSpec, is_name_of, without_part};
use super::sync::Published;
use super::view::View;
use crate::{PhoneNumber, Traffic};

#[derive(Default)]
pub(super) struct State {
    generation: u64,
    /// In the order in which they were made, but for the parts of a list: they are beside each other.
    lists: Vec<List>,
    next_id: u64,
    /// What lists have together: none is named as a list.
    unions: HashMap<ViewId, View>,
    /// Each once, for any number of specs.
    combinations: Vec<Combination>,
    slots: Vec<Slot>,
    /// Whether slots, combinations and unions are as lists and specs ask for.
    is_arranged: bool,
}

struct List {
    id: u64,
    name: Arc<str>,
    traffic: Traffic,
    view: View,
}

/// Some lists that a gate asks.
struct Combination {
    /// In the order of the lists.
    ids: Vec<u64>,
    names: Arc<Names>,
    /// The list that is asked by itself.
    giant: Option<u64>,
    /// All others; none where there are no others.
    together: Option<ViewId>,
}

/// Where the gates of a spec are published, as long as somebody holds a handle.
struct Slot {
    spec: GateSpec,
    published: Weak<Published<Gate>>,
    /// The place of the combination; none before it is arranged.
    combination: usize,
}

/// Names a view among all of a state, by the ids of its lists in their order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum ViewId {
    List(u64),
    /// Of several lists.
    Union(Vec<u64>),
    /// Of lists that have few numbers, beside a giant.
    Few(Vec<u64>),
}

impl ViewId {
    /// Whether a change of the list is one of the view.
    fn includes(&self, list: u64) -> bool {
        match self {
            Self::List(id) => *id == list,
            Self::Union(ids) | Self::Few(ids) => ids.contains(&list),
        }
    }
}

impl State {
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Counts on from there. What the lists have now, they may have got at any generation up to it.
    pub(super) fn start_at(&mut self, generation: u64) {
        self.generation = generation;
        self.lists.iter_mut().for_each(|list| list.view.begin_at(generation));
        self.publish();
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.lists.iter().map(|list| &*list.name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names().any(|other| other == name)
    }

    /// The numbers of a list.
    pub(super) fn view(&self, name: &str) -> Result<&View, GatesError> {
        let list = self.lists.iter().find(|list| *list.name == *name);
        list.map(|list| &list.view).ok_or_else(|| unknown(name))
    }

    /// Whether the spec of a handle that somebody holds names the list.
    pub(super) fn is_in_use(&self, name: &str) -> bool {
        self.slots.iter().any(|slot| slot.is_held() && slot.spec.has_named(name))
    }

    /// Makes all changes or none, and publishes what comes of them. `put` are the numbers of the
    /// lists that are put, in order.
    pub(super) fn update(
        &mut self,
        generation: u64,
        changes: &[GateChange<'_>],
        put: Vec<View>,
    ) -> Result<(), GatesError> {
        self.check(changes)?;
        if generation <= self.generation {
            return Err(GatesError::Generation { last: self.generation, given: generation });
        }
        self.generation = generation;
        let mut put = put.into_iter();
        for change in changes {
            match *change {
                GateChange::PutList { list, traffic, .. } => {
                    if let Some(view) = put.next() {
                        self.put(list, traffic, view);
                    }
                }
                GateChange::SetTraffic { list, traffic } => self.set_traffic(list, traffic),
                GateChange::DropList { list } => self.drop_list(list),
                GateChange::Change(change) => self.change(&change),
            }
        }
        self.publish();
        Ok(())
    }

    /// Whether every list is there when its change comes.
    fn check(&self, changes: &[GateChange<'_>]) -> Result<(), GatesError> {
        // Of lists that these changes make or drop: whether they are there by now.
        let mut known: BTreeMap<&str, bool> = BTreeMap::new();
        for change in changes {
            let list = match change {
                GateChange::PutList { list, .. } => {
                    known.insert(list, true);
                    continue;
                }
                GateChange::Change(ListChange { list, .. })
                | GateChange::SetTraffic { list, .. }
                | GateChange::DropList { list } => *list,
            };
            if !known.get(list).copied().unwrap_or_else(|| self.has(list)) {
                return Err(unknown(list));
            }
            if let GateChange::DropList { .. } = change {
                known.insert(list, false);
            }
        }
        Ok(())
    }

    fn put(&mut self, name: &str, traffic: Traffic, mut view: View) {
        view.begin_at(self.generation);
        if let Some(list) = self.lists.iter_mut().find(|list| *list.name == *name) {
            (list.traffic, list.view) = (traffic, view);
            let id = list.id;
            self.forget(id);
        } else {
            let id = self.next_id;
            self.next_id += 1;
            let is_part = |other: &List| without_part(&other.name) == without_part(name);
            let at = self.lists.iter().rposition(is_part).map_or(self.lists.len(), |at| at + 1);
            self.lists.insert(at, List { id, name: name.into(), traffic, view });
            self.is_arranged = false;
        }
    }

    fn set_traffic(&mut self, name: &str, traffic: Traffic) {
        if let Some(list) = self.lists.iter_mut().find(|list| *list.name == *name) {
            if !list.traffic.contains(traffic) {
                // All that it has is new to those who ask about what it did not stop.
                list.view.begin_at(self.generation);
            }
            list.traffic = traffic;
            self.is_arranged = false;
        }
    }

    fn drop_list(&mut self, name: &str) {
        if let Some(at) = self.lists.iter().position(|list| *list.name == *name) {
            let id = self.lists.remove(at).id;
            self.forget(id);
        }
    }

    /// Forgets what was made of a list: it has other numbers now, or is gone.
    fn forget(&mut self, id: u64) {
        self.unions.retain(|union, _| !union.includes(id));
        self.combinations.retain(|combination| !combination.ids.contains(&id));
        self.is_arranged = false;
    }

    fn change(&mut self, change: &ListChange<'_>) {
        let Some(at) = self.lists.iter().position(|list| *list.name == *change.list) else {
            return;
        };
        change.added.iter().for_each(|&number| self.change_one(at, number, true));
        change.removed.iter().for_each(|&number| self.change_one(at, number, false));
    }

    fn change_one(&mut self, at: usize, number: PhoneNumber, added: bool) {
        let generation = self.generation;
        let Some(list) = self.lists.get_mut(at) else { return };
        list.view.change(number, added, generation);
        let id = list.id;
        for (union, view) in &mut self.unions {
            if union.includes(id) {
                let mut lists = self.lists.iter().filter(|list| union.includes(list.id));
                let in_any = added || lists.any(|list| list.view.contains(number));
                view.change(number, in_any, generation);
            }
        }
    }

    /// Where the gates of a spec are published.
    pub(super) fn open(&mut self, spec: &GateSpec) -> Result<Arc<Published<Gate>>, GatesError> {
        let is_unknown = |name: &&String| !self.names().any(|list| is_name_of(name, list));
        if let Some(name) = spec.names().iter().find(is_unknown) {
            return Err(unknown(name));
        }
        let slot = self.slots.iter().find(|slot| slot.spec == *spec);
        if let Some(published) = slot.and_then(|slot| slot.published.upgrade()) {
            return Ok(published);
        }
        let published = Arc::new(Published::new(Arc::new(Gate::of_none(self.generation))));
        let slot = Arc::downgrade(&published);
        self.slots.push(Slot { spec: spec.clone(), published: slot, combination: usize::MAX });
        self.is_arranged = false;
        self.publish();
        Ok(published)
    }

    /// Replaces the gates of all specs by ones of this moment.
    pub(super) fn publish(&mut self) {
        if !self.is_arranged || !self.slots.iter().all(Slot::is_held) {
            self.arrange();
        }
        let gates = self.combinations.iter().map(|combination| Arc::new(self.gate(combination)));
        let gates: Vec<Arc<Gate>> = gates.collect();
        for slot in &self.slots {
            if let (Some(published), Some(gate)) =
                (slot.published.upgrade(), gates.get(slot.combination))
            {
                published.store(Arc::clone(gate));
            }
        }
    }

    fn gate(&self, combination: &Combination) -> Gate {
        let together = combination.together.as_ref().and_then(|id| self.view_of(id)).cloned();
        let giant = combination.giant.and_then(|id| self.view_of(&ViewId::List(id))).cloned();
        let lists = self.lists_of(&combination.ids).map(|list| list.view.clone()).collect();
        let names = Arc::clone(&combination.names);
        Gate::new(Asked::new(together, giant), lists, names, self.generation)
    }

    /// Forgets what nobody holds, and makes what is missing.
    fn arrange(&mut self) {
        self.slots.retain(Slot::is_held);
        let mut known = std::mem::take(&mut self.combinations);
        for at in 0..self.slots.len() {
            let Some(slot) = self.slots.get(at) else { continue };
            let asked = self.lists.iter().filter(|list| slot.spec.asks(&list.name, list.traffic));
            let ids: Vec<u64> = asked.map(|list| list.id).collect();
            let place = self.combinations.iter().position(|other| other.ids == ids);
            let place = place.unwrap_or_else(|| {
                let before = known.iter().position(|other| other.ids == ids);
                let before = before.map(|at| known.swap_remove(at));
                let combination = before.unwrap_or_else(|| self.combine(ids));
                self.combinations.push(combination);
                self.combinations.len() - 1
            });
            if let Some(slot) = self.slots.get_mut(at) {
                slot.combination = place;
            }
        }
        self.unite();
        self.is_arranged = true;
    }

    fn combine(&self, ids: Vec<u64>) -> Combination {
        let names = Names::without_parts(self.lists_of(&ids).map(|list| &*list.name));
        let giant = self.giant(&ids);
        let others: Vec<u64> = ids.iter().copied().filter(|&id| Some(id) != giant).collect();
        let numbers: u64 = self.lists_of(&others).map(|list| list.view.len()).sum();
        let together = match others.as_slice() {
            [] => None,
            _ if giant.is_some() && numbers <= FEW => Some(ViewId::Few(others)),
            [only] => Some(ViewId::List(*only)),
            _ => Some(ViewId::Union(others)),
        };
        Combination { ids, names: Arc::new(names), giant, together }
    }

    fn giant(&self, ids: &[u64]) -> Option<u64> {
        let place = asked::giant(self.lists_of(ids).map(|list| list.view.len()))?;
        ids.get(place).copied()
    }

    /// Has a list asked by itself where it has become a giant among others. One that is a giant no
    /// longer stays so until a list is put: to unite it with the others would have changes wait.
    pub(super) fn leave_giant(&mut self, id: &ViewId) {
        let ViewId::List(id) = id else { return };
        let mut combinations = std::mem::take(&mut self.combinations);
        let before = combinations.len();
        combinations.retain(|combination| {
            combination.giant == Some(*id) || self.giant(&combination.ids) != Some(*id)
        });
        self.is_arranged &= combinations.len() == before;
        self.combinations = combinations;
    }

    /// Builds the unions that are missing, and drops those that no combination asks.
    fn unite(&mut self) {
        let asked =
            self.combinations.iter().filter_map(|combination| combination.together.as_ref());
        let asked: Vec<&ViewId> = asked.collect();
        self.unions.retain(|id, _| asked.contains(&id));
        for id in asked {
            let lists = self.lists.iter().filter(|list| id.includes(list.id));
            let views = lists.map(|list| &list.view);
            let view = match id {
                _ if self.unions.contains_key(id) => continue,
                ViewId::List(_) => continue,
                ViewId::Union(_) => asked::union(views),
                ViewId::Few(_) => asked::union_of_few(views),
            };
            self.unions.insert(id.clone(), view);
        }
    }

    /// The lists of these ids, which are in the order of the lists.
    fn lists_of<'a>(&'a self, ids: &'a [u64]) -> impl Iterator<Item = &'a List> + Clone {
        let mut ids = ids.iter().peekable();
        self.lists.iter().filter(move |list| ids.next_if(|id| **id == list.id).is_some())
    }

    /// Whether a view has so many changes that it is to be folded.
    pub(super) fn is_any_due(&self) -> bool {
        self.lists.iter().map(|list| &list.view).chain(self.unions.values()).any(View::is_due)
    }

    /// All views: those of lists and those of unions.
    pub(super) fn views(&self) -> impl Iterator<Item = (ViewId, &View)> {
        let lists = self.lists.iter().map(|list| (ViewId::List(list.id), &list.view));
        lists.chain(self.unions.iter().map(|(id, view)| (id.clone(), view)))
    }

    fn view_of(&self, id: &ViewId) -> Option<&View> {
        match id {
            ViewId::List(id) => {
                self.lists.iter().find(|list| list.id == *id).map(|list| &list.view)
            }
            ViewId::Union(_) | ViewId::Few(_) => self.unions.get(id),
        }
    }

    pub(super) fn view_mut(&mut self, id: &ViewId) -> Option<&mut View> {
        match id {
            ViewId::List(id) => {
                let list = self.lists.iter_mut().find(|list| list.id == *id);
                list.map(|list| &mut list.view)
            }
            ViewId::Union(_) | ViewId::Few(_) => self.unions.get_mut(id),
        }
    }
}

impl Slot {
    fn is_held(&self) -> bool {
        self.published.strong_count() > 0
    }
}

fn unknown(name: &str) -> GatesError {
    GatesError::UnknownList { list: name.to_owned() }
}
