//! A gate tells every number that came to be stopped after a generation, or that it does not know.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use stoplist::{
    BlockRequest, Gate, GateChange, GateHandle, GateSpec, Gates, ImportOptions, Index, ListChange,
    ListSettings, NumberSet, PhoneNumber, Reason, Traffic,
};

use crate::store_desk::Desk;

/// Lists and parts of lists.
const LISTS: [&str; 4] = ["dnc", "promo", "promo:inbound", "late"];
const TRAFFIC: [Traffic; 4] = [Traffic::NONE, Traffic::INBOUND, Traffic::BROADCAST, Traffic::ALL];
const SPECS: [(Traffic, Option<&str>); 5] = [
    (Traffic::BROADCAST, None),
    (Traffic::INBOUND, None),
    (Traffic::ALL, None),
    (Traffic::BROADCAST, Some("promo")),
    (Traffic::ALL, Some("dnc")),
];

/// More than an overlay has room for at first.
const NUMBERS: u64 = 400;

fn number(place: u64) -> PhoneNumber {
    PhoneNumber::new(14_692_576_000 + place % NUMBERS * 7).unwrap()
}

/// So many numbers from a place on.
#[derive(Clone, Copy, Debug)]
struct Stretch(u64, u64);

impl Stretch {
    fn numbers(self) -> Vec<PhoneNumber> {
        (self.0..self.0 + self.1).map(number).collect()
    }
}

#[derive(Clone, Debug)]
enum Change {
    Put { list: usize, traffic: usize, numbers: Stretch },
    Traffic { list: usize, traffic: usize },
    Drop { list: usize },
    Numbers { list: usize, added: Stretch, removed: Stretch },
}

impl Change {
    fn list(&self) -> &'static str {
        match self {
            Self::Put { list, .. }
            | Self::Traffic { list, .. }
            | Self::Drop { list }
            | Self::Numbers { list, .. } => LISTS[*list],
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    /// All in one generation, which is so many after the last.
    Update(Vec<Change>, u64),
    Fold,
    Open(usize),
    Close(usize),
}

fn any_numbers() -> impl Strategy<Value = Stretch> {
    let count = prop_oneof![5 => 0..4_u64, 1 => 0..NUMBERS];
    (0..NUMBERS, count).prop_map(|(first, count)| Stretch(first, count))
}

fn any_change() -> impl Strategy<Value = Change> {
    let (list, traffic) = (0..LISTS.len(), 0..TRAFFIC.len());
    prop_oneof![
        2 => (list.clone(), traffic.clone(), any_numbers())
            .prop_map(|(list, traffic, numbers)| Change::Put { list, traffic, numbers }),
        1 => (list.clone(), traffic)
            .prop_map(|(list, traffic)| Change::Traffic { list, traffic }),
        1 => list.clone().prop_map(|list| Change::Drop { list }),
        12 => (list, any_numbers(), any_numbers())
            .prop_map(|(list, added, removed)| Change::Numbers { list, added, removed }),
    ]
}

fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        12 => (prop::collection::vec(any_change(), 0..3), 1..3_u64)
            .prop_map(|(changes, later)| Step::Update(changes, later)),
        1 => Just(Step::Fold),
        3 => (0..SPECS.len()).prop_map(Step::Open),
        1 => (0..SPECS.len()).prop_map(Step::Close),
    ];
    prop::collection::vec(step, 1..40)
}

fn spec((traffic, name): (Traffic, Option<&str>)) -> GateSpec {
    name.map_or_else(|| GateSpec::all(traffic), |name| GateSpec::named(traffic, [name]))
}

/// Lists as plain sets.
#[derive(Clone, Default)]
struct Lists(BTreeMap<&'static str, (Traffic, BTreeSet<PhoneNumber>)>);

impl Lists {
    /// What the gates of a spec stop.
    fn stopped(&self, (traffic, named): (Traffic, Option<&str>)) -> BTreeSet<PhoneNumber> {
        let is_meant = |list: &str| named.is_none_or(|named| list.split(':').next() == Some(named));
        let asked =
            self.0.iter().filter(|(list, (stops, _))| is_meant(list) && stops.intersects(traffic));
        asked.flat_map(|(_, (_, numbers))| numbers).copied().collect()
    }
}

/// What came to be stopped since a generation, if the gate knows.
type Told = Option<Vec<PhoneNumber>>;

struct World {
    gates: Gates,
    /// At each generation, from 0 to now.
    history: Vec<Lists>,
    /// The last generation that added a number to a list which did not have it.
    came: BTreeMap<PhoneNumber, u64>,
    /// The last generation that did more than to add and remove numbers and drop lists, or at which
    /// there was a fold.
    disturbed: u64,
    open: [Option<GateHandle>; SPECS.len()],
    /// Gates that were taken, with what they told at once.
    kept: Vec<(Arc<Gate>, Vec<Told>)>,
}

impl World {
    fn new() -> Self {
        Self {
            gates: Gates::without_folding(),
            history: vec![Lists::default()],
            came: BTreeMap::new(),
            disturbed: 0,
            open: Default::default(),
            kept: Vec::new(),
        }
    }

    fn generation(&self) -> u64 {
        self.history.len() as u64 - 1
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Update(changes, later) => {
                let before = self.history.last().unwrap().clone();
                self.history.extend((1..later).map(|_| before.clone()));
                self.history.push(before);
                self.update(&changes);
            }
            Step::Fold => {
                self.gates.fold();
                self.disturbed = self.generation();
            }
            Step::Open(at) => {
                // Refused when there is no such list.
                if let Ok(handle) = self.gates.open(&spec(SPECS[at])) {
                    self.open[at] = Some(handle);
                }
            }
            Step::Close(at) => self.open[at] = None,
        }
    }

    /// Makes those of the changes that are possible, at the newest generation.
    fn update(&mut self, changes: &[Change]) {
        let generation = self.generation();
        let lists = &mut self.history.last_mut().unwrap().0;
        let mut possible: Vec<(&Change, NumberSet, Vec<PhoneNumber>, Vec<PhoneNumber>)> =
            Vec::new();
        for change in changes {
            let name = change.list();
            if !matches!(change, Change::Put { .. }) && !lists.contains_key(name) {
                continue;
            }
            let (mut set, mut added, mut removed) = (NumberSet::new(), Vec::new(), Vec::new());
            match *change {
                Change::Put { traffic, numbers, .. } => {
                    let numbers = numbers.numbers();
                    set = numbers.iter().copied().collect();
                    lists.insert(name, (TRAFFIC[traffic], numbers.into_iter().collect()));
                    self.disturbed = generation;
                }
                Change::Traffic { traffic, .. } => {
                    lists.get_mut(name).unwrap().0 = TRAFFIC[traffic];
                    self.disturbed = generation;
                }
                Change::Drop { .. } => drop(lists.remove(name)),
                Change::Numbers { added: to_add, removed: to_remove, .. } => {
                    (added, removed) = (to_add.numbers(), to_remove.numbers());
                    let numbers = &mut lists.get_mut(name).unwrap().1;
                    for &number in &added {
                        if numbers.insert(number) {
                            self.came.insert(number, generation);
                        }
                    }
                    numbers.retain(|number| !removed.contains(number));
                }
            }
            possible.push((change, set, added, removed));
        }
        let given: Vec<GateChange<'_>> = possible
            .iter()
            .map(|(change, numbers, added, removed)| {
                let list = change.list();
                match **change {
                    Change::Put { traffic, .. } => {
                        GateChange::PutList { list, traffic: TRAFFIC[traffic], numbers }
                    }
                    Change::Traffic { traffic, .. } => {
                        GateChange::SetTraffic { list, traffic: TRAFFIC[traffic] }
                    }
                    Change::Drop { .. } => GateChange::DropList { list },
                    Change::Numbers { .. } => {
                        GateChange::Change(ListChange { list, added, removed })
                    }
                }
            })
            .collect();
        self.gates.update(generation, &given).unwrap();
    }

    /// What a gate tells of each generation is right, also of those at which nobody had its handle.
    fn look(&mut self) {
        for (at, handle) in self.open.iter().enumerate() {
            let Some(gate) = handle.as_ref().map(GateHandle::load) else { continue };
            assert_eq!(gate.generation(), self.generation());
            let now = self.history.last().unwrap().stopped(SPECS[at]);
            for (since, lists) in (0..).zip(&self.history) {
                let told = gate.stopped_since(since, usize::MAX);
                assert!(told.is_some() || since < self.disturbed, "of {since}: nothing");
                let Some(told) = told else { continue };
                assert!(told.is_sorted_by(|one, next| one < next));
                let then = lists.stopped(SPECS[at]);
                for number in now.difference(&then) {
                    assert!(told.contains(number), "of {since}: not {number}");
                }
                for number in &told {
                    let came = self.came.get(number).copied();
                    assert!(now.contains(number), "of {since}: {number}, which passes");
                    assert!(came > Some(since), "of {since}: {number}, which came at {came:?}");
                }
            }
            let told = self.all_told(&gate);
            self.kept.push((gate, told));
        }
    }

    fn all_told(&self, gate: &Gate) -> Vec<Told> {
        (0..=gate.generation()).map(|since| gate.stopped_since(since, usize::MAX)).collect()
    }

    fn live(mut self, steps: Vec<Step>) {
        for step in steps {
            self.step(step);
            self.look();
        }
        for (gate, told) in &self.kept {
            assert_eq!(self.all_told(gate), *told, "of {}, later", gate.generation());
            let next = gate.generation() + 1;
            assert_eq!(gate.stopped_since(next, usize::MAX), None);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_happens_to_its_lists(steps in any_steps()) {
        World::new().live(steps);
    }
}

fn put(gates: &Gates, generation: u64, list: &str, traffic: Traffic, numbers: &[PhoneNumber]) {
    let numbers = numbers.iter().copied().collect();
    gates.put_list(generation, list, traffic, &numbers).unwrap();
}

fn change(gates: &Gates, generation: u64, added: &[PhoneNumber], removed: &[PhoneNumber]) {
    gates.apply(generation, &[ListChange { list: "dnc", added, removed }]).unwrap();
}

#[test]
fn one_that_went_and_came_back_is_told_to_those_who_saw_it_gone() {
    let gates = Gates::without_folding();
    let number = number(1);
    put(&gates, 1, "dnc", Traffic::ALL, &[number]);
    let handle = gates.open(&GateSpec::all(Traffic::ALL)).unwrap();
    change(&gates, 2, &[], &[number]);
    change(&gates, 3, &[number], &[]);
    assert_eq!(handle.load().stopped_since(2, usize::MAX), Some(vec![number]));
    // Its index has it again, whatever the changes say.
    gates.fold();
    assert_eq!(
        [1, 2, 3].map(|since| handle.load().stopped_since(since, usize::MAX)),
        [None, None, Some(vec![])]
    );
}

#[test]
fn a_list_that_gets_other_traffic_has_its_numbers_come_to_other_gates() {
    let gates = Gates::without_folding();
    let number = number(1);
    put(&gates, 1, "dnc", Traffic::INBOUND, &[]);
    put(&gates, 2, "promo", Traffic::BROADCAST, &[]);
    let both = gates.open(&GateSpec::all(Traffic::ALL)).unwrap();
    let sending = gates.open(&GateSpec::all(Traffic::BROADCAST)).unwrap();
    change(&gates, 3, &[number], &[]);
    assert_eq!(sending.load().stopped_since(2, usize::MAX), Some(vec![]));
    // From here on they ask the same lists, which the one handle did all the time.
    gates.set_traffic(4, "dnc", Traffic::ALL).unwrap();
    assert!(sending.load().contains(number));
    assert_eq!(sending.load().stopped_since(3, usize::MAX), None);
    assert_eq!(sending.load().stopped_since(4, usize::MAX), Some(vec![]));
    // No list stops more than before.
    gates.set_traffic(5, "dnc", Traffic::BROADCAST).unwrap();
    gates.drop_list(6, "promo").unwrap();
    assert_eq!(
        [&sending, &both].map(|handle| handle.load().stopped_since(4, usize::MAX)),
        [Some(vec![]), Some(vec![])]
    );
}

#[test]
fn a_gate_that_is_not_of_gates_knows_its_own_generation() {
    let set = NumberSet::from([number(1)]);
    let of_sets = Gate::of_sets([("dnc", &set), ("promo", &set)], 7);
    for gate in [of_sets, Gate::of_index("dnc", Index::from_set(&set), 7)] {
        assert_eq!(
            [6, 7, 8].map(|since| gate.stopped_since(since, usize::MAX)),
            [None, Some(vec![]), None]
        );
    }
}

#[test]
fn a_store_that_was_opened_anew_does_not_know_what_came_before() {
    let mut desk = Desk::new();
    let spec = GateSpec::all(Traffic::BROADCAST);
    let block = |desk: &Desk, place: u64| {
        let number = number(place);
        desk.ana().block(&[number.into()], &BlockRequest::new(Reason::OptOut)).unwrap().generation
    };
    desk.ana().create_list("dnc", &ListSettings::new(Traffic::BROADCAST)).unwrap();
    let handle = desk.store().gate(&spec).unwrap();
    let filtered_at = block(&desk, 1);
    assert_eq!(handle.load().stopped_since(filtered_at, usize::MAX), Some(vec![]));
    block(&desk, 2);
    desk.ana().import("dnc", [number(3)].into(), &ImportOptions::add("x")).unwrap();
    assert_eq!(
        handle.load().stopped_since(filtered_at, usize::MAX),
        Some(vec![number(2), number(3)])
    );
    drop(handle);
    for reopen in [Desk::reopen, Desk::reopen_without_state] {
        let opened_at = desk.store().generation();
        assert_eq!(reopen(&mut desk).generation(), opened_at);
        let handle = desk.store().gate(&spec).unwrap();
        let told = |since: u64| handle.load().stopped_since(since, usize::MAX);
        assert!((0..opened_at).all(|since| told(since).is_none()));
        assert_eq!(told(opened_at), Some(vec![]));
        block(&desk, 10 + opened_at);
        assert!((0..opened_at).all(|since| told(since).is_none()));
        assert_eq!(told(opened_at), Some(vec![number(10 + opened_at)]));
    }
}
