//! A gate answers for its generation as plain sets of numbers would have at that moment, whatever
//! is changed, folded, replaced or dropped since.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use stoplist::{
    Gate, GateChange, GateHandle, GateSpec, Gates, GatesError, ListChange, NumberSet, PhoneNumber,
    Traffic, Verdict,
};

/// Lists and parts of lists.
const NAMES: [&str; 6] = ["blocked", "dnc", "blocked:inbound", "promo", "dnc:b", "blocked:"];
const KINDS: [Traffic; 4] =
    [Traffic::INBOUND, Traffic::OUTBOUND, Traffic::AUTOMATED, Traffic::BROADCAST];

/// As many as make a list a giant, which is asked by itself.
const BULK: u64 = 1_200_000;
const BULK_FIRST: u64 = 33_612_000_000;
static ALL_BULK: LazyLock<NumberSet> =
    LazyLock::new(|| (0..BULK).map(|at| PhoneNumber::new(BULK_FIRST + at * 7).unwrap()).collect());
/// The choices of [`number`] that are in the bulk.
const BULK_CHOICES: std::ops::Range<u64> = 30..35;

/// Few numbers, so that changes meet; in two places, in the bulk, and one far off.
fn number(choice: u64) -> PhoneNumber {
    let value = match choice % 40 {
        39 => 999_999_999_999_999,
        near @ 0..20 => 14_692_576_000 + near,
        bulk if BULK_CHOICES.contains(&bulk) => BULK_FIRST + (bulk - 30) * 7 * 200_003,
        far => 4_930_901_000 + far * 70_001,
    };
    PhoneNumber::new(value).unwrap()
}

fn numbers(choices: &[u8]) -> Vec<PhoneNumber> {
    choices.iter().map(|&choice| number(choice.into())).collect()
}

fn kinds(bits: u8) -> Traffic {
    let kinds = KINDS.into_iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
    kinds.fold(Traffic::NONE, |all, (_, kind)| all | kind)
}

fn without_part(name: &str) -> &str {
    name.split(':').next().unwrap()
}

/// A change of a list, by the place of its name.
#[derive(Clone, Debug)]
enum Change {
    Put { list: usize, traffic: u8, numbers: Vec<u8>, bulk: bool },
    Numbers { list: usize, added: Vec<u8>, removed: Vec<u8> },
    Traffic { list: usize, traffic: u8 },
    Drop { list: usize },
}

#[derive(Clone, Debug)]
enum Step {
    /// By the method that there is for it alone; `Numbers` by the one for several.
    Single(Change),
    Update(Vec<Change>),
    Open {
        traffic: u8,
        name: Option<usize>,
    },
    Close,
    Fold,
}

/// Of the lists that are put, so many in a hundred are giants.
fn any_change(giants: u32) -> impl Strategy<Value = Change> {
    let list = || 0..NAMES.len();
    let some = || prop::collection::vec(any::<u8>(), 0..6);
    let numbers = prop::collection::vec(any::<u8>(), 0..30);
    prop_oneof![
        3 => (list(), 0_u8..16, numbers, prop::bool::weighted(f64::from(giants) / 100.0))
            .prop_map(|(list, traffic, numbers, bulk)| Change::Put { list, traffic, numbers, bulk }),
        8 => (list(), some(), some())
            .prop_map(|(list, added, removed)| Change::Numbers { list, added, removed }),
        1 => (list(), 0_u8..16).prop_map(|(list, traffic)| Change::Traffic { list, traffic }),
        1 => list().prop_map(|list| Change::Drop { list }),
    ]
}

fn any_steps(giants: u32) -> impl Strategy<Value = Vec<Step>> {
    let name = prop::option::of(0..NAMES.len());
    let step = prop_oneof![
        10 => any_change(giants).prop_map(Step::Single),
        3 => prop::collection::vec(any_change(giants), 0..4).prop_map(Step::Update),
        3 => (1_u8..16, name).prop_map(|(traffic, name)| Step::Open { traffic, name }),
        1 => Just(Step::Close),
        1 => Just(Step::Fold),
    ];
    prop::collection::vec(step, 1..40)
}

/// A list as a plain set.
#[derive(Clone)]
struct List {
    name: &'static str,
    traffic: Traffic,
    numbers: BTreeSet<PhoneNumber>,
    /// Whether it has the bulk besides, but for what [`number`] chooses of it.
    bulk: bool,
}

impl List {
    /// Whether a spec means it by this name.
    fn is(&self, name: &str) -> bool {
        name == self.name || name == without_part(self.name)
    }
}

/// In the order in which they were made, parts of a list beside each other.
#[derive(Clone, Default)]
struct Model(Vec<List>);

impl Model {
    fn get(&mut self, at: usize) -> Option<&mut List> {
        self.0.iter_mut().find(|list| list.name == NAMES[at])
    }

    /// `None`, and nobody knows what it is then, when there is no such list.
    fn change(&mut self, change: &Change) -> Option<()> {
        match change {
            Change::Put { list, traffic, numbers: choices, bulk } => {
                let mut numbers: BTreeSet<PhoneNumber> = numbers(choices).into_iter().collect();
                if *bulk {
                    numbers.extend(BULK_CHOICES.map(number));
                }
                let (name, traffic) = (NAMES[*list], kinds(*traffic));
                let new = List { name, traffic, numbers, bulk: *bulk };
                if let Some(list) = self.get(*list) {
                    *list = new;
                } else {
                    let is_part = |list: &List| without_part(list.name) == without_part(name);
                    let at = self.0.iter().rposition(is_part).map_or(self.0.len(), |at| at + 1);
                    self.0.insert(at, new);
                }
            }
            Change::Numbers { list, added, removed } => {
                let removed = numbers(removed);
                let list = self.get(*list)?;
                list.numbers.extend(numbers(added));
                list.numbers.retain(|number| !removed.contains(number));
            }
            Change::Traffic { list, traffic } => self.get(*list)?.traffic = kinds(*traffic),
            Change::Drop { list } => {
                self.get(*list)?;
                self.0.retain(|other| other.name != NAMES[*list]);
            }
        }
        Some(())
    }

    /// The lists that a gate of these asks.
    fn asked(&self, traffic: Traffic, name: Option<&str>) -> Self {
        let is_meant = |list: &List| name.is_none_or(|name| list.is(name));
        let asked = |list: &&List| is_meant(list) && list.traffic.intersects(traffic);
        Self(self.0.iter().filter(asked).cloned().collect())
    }

    fn assert_is(&self, gate: &Gate) {
        let mut names: Vec<&str> = self.0.iter().map(|list| without_part(list.name)).collect();
        names.dedup();
        assert!(gate.lists().eq(names.iter().copied()));
        let all: Vec<PhoneNumber> = (0..41).map(number).collect();
        let mut values: Vec<u64> = all.iter().map(|number| number.get()).collect();
        // More than a block, and not a multiple of 64.
        values.extend((0..300).map(|at| BULK_FIRST + at * 7 * 3_989 + 7));
        let found = gate.contains_batch(&values);
        assert_eq!(found.len(), values.len());
        for (at, number) in all.iter().enumerate() {
            let list = self.0.iter().find(|list| list.numbers.contains(number));
            let name = list.map(|list| without_part(list.name));
            let place = name.map(|name| names.iter().position(|other| *other == name).unwrap());
            assert_eq!(found.get(at), list.is_some());
            assert_eq!(gate.contains(*number), list.is_some());
            assert_eq!(gate.first_with(*number), place);
            match (gate.verdict(*number), name) {
                (Verdict::Allow, None) => {}
                (Verdict::Block { list, .. }, Some(name)) => assert_eq!(list, name),
                (verdict, list) => panic!("{verdict:?}, but the list is {list:?}"),
            }
        }
        let bulk = self.0.iter().any(|list| list.bulk);
        assert!((all.len()..values.len()).all(|at| found.get(at) == bulk));
        assert_eq!(gate.contains(PhoneNumber::new(BULK_FIRST + 7).unwrap()), bulk);
    }

    fn assert_are_its_lists(&self, gates: &Gates) {
        for name in NAMES {
            let Some(list) = self.0.iter().find(|list| list.name == name) else {
                let unknown = GatesError::UnknownList { list: name.to_owned() };
                assert_eq!(gates.list_len(name), Err(unknown.clone()));
                assert_eq!(gates.numbers(name), Err(unknown));
                continue;
            };
            let mut expected: NumberSet = list.numbers.iter().copied().collect();
            if list.bulk {
                let chosen: NumberSet = BULK_CHOICES.map(number).collect();
                expected |= &(&*ALL_BULK - &chosen);
            }
            assert_eq!(gates.list_len(name), Ok(expected.len()));
            assert_eq!(gates.numbers(name), Ok(expected));
        }
    }
}

/// What the changes of a step need, kept for those that only borrow it.
struct Made {
    set: NumberSet,
    added: Vec<PhoneNumber>,
    removed: Vec<PhoneNumber>,
}

impl Made {
    fn of(change: &Change) -> Self {
        let mut made = Self { set: NumberSet::new(), added: Vec::new(), removed: Vec::new() };
        match change {
            Change::Put { numbers: choices, bulk, .. } => {
                made.set = numbers(choices).into_iter().collect();
                if *bulk {
                    made.set |= &*ALL_BULK;
                }
            }
            Change::Numbers { added, removed, .. } => {
                (made.added, made.removed) = (numbers(added), numbers(removed));
            }
            Change::Traffic { .. } | Change::Drop { .. } => {}
        }
        made
    }

    fn list_change(&self, list: usize) -> ListChange<'_> {
        ListChange { list: NAMES[list], added: &self.added, removed: &self.removed }
    }

    fn gate_change(&self, change: &Change) -> GateChange<'_> {
        match *change {
            Change::Put { list, traffic, .. } => GateChange::PutList {
                list: NAMES[list],
                traffic: kinds(traffic),
                numbers: &self.set,
            },
            Change::Numbers { list, .. } => GateChange::Change(self.list_change(list)),
            Change::Traffic { list, traffic } => {
                GateChange::SetTraffic { list: NAMES[list], traffic: kinds(traffic) }
            }
            Change::Drop { list } => GateChange::DropList { list: NAMES[list] },
        }
    }
}

struct World {
    gates: Gates,
    model: Model,
    generation: u64,
    open: Vec<(GateHandle, Traffic, Option<&'static str>)>,
    /// Gates that were taken, with what they have to answer for ever.
    kept: Vec<(Arc<Gate>, Model)>,
}

impl World {
    fn new() -> Self {
        Self {
            gates: Gates::without_folding(),
            model: Model::default(),
            generation: 0,
            open: Vec::new(),
            kept: Vec::new(),
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Single(change) => self.single(&change),
            Step::Update(changes) => {
                let made: Vec<Made> = changes.iter().map(Made::of).collect();
                let given: Vec<GateChange<'_>> = made
                    .iter()
                    .zip(&changes)
                    .map(|(made, change)| made.gate_change(change))
                    .collect();
                let outcome = self.gates.update(self.generation + 1, &given);
                self.conclude(&changes, &outcome);
            }
            Step::Open { traffic, name } => {
                let traffic = kinds(traffic);
                let name = name.map(|at| NAMES[at]);
                let spec = match name {
                    Some(name) => GateSpec::named(traffic, [name]),
                    None => GateSpec::all(traffic),
                };
                let known = name.is_none_or(|name| self.model.0.iter().any(|list| list.is(name)));
                let handle = self.gates.open(&spec);
                assert_eq!(handle.is_ok(), known);
                self.open.extend(handle.map(|handle| (handle, traffic, name)));
            }
            Step::Close => drop(self.open.pop()),
            Step::Fold => self.gates.fold(),
        }
    }

    fn single(&mut self, change: &Change) {
        let next = self.generation + 1;
        let made = Made::of(change);
        let outcome = match *change {
            Change::Put { list, traffic, .. } => {
                self.gates.put_list(next, NAMES[list], kinds(traffic), &made.set)
            }
            Change::Numbers { list, .. } => self.gates.apply(next, &[made.list_change(list)]),
            Change::Traffic { list, traffic } => {
                self.gates.set_traffic(next, NAMES[list], kinds(traffic))
            }
            Change::Drop { list } => {
                let outcome = self.gates.drop_list(next, NAMES[list]);
                let names = || self.open.iter().filter_map(|(_, _, name)| *name);
                if self.model.get(list).is_some_and(|list| names().any(|name| list.is(name))) {
                    let in_use = GatesError::ListInUse { list: NAMES[list].to_owned() };
                    assert_eq!(outcome, Err(in_use));
                    return;
                }
                outcome
            }
        };
        self.conclude(std::slice::from_ref(change), &outcome);
    }

    /// All changes were made, or none where one is of a list that is not there.
    fn conclude(&mut self, changes: &[Change], outcome: &Result<(), GatesError>) {
        let mut changed = self.model.clone();
        let is_possible = changes.iter().all(|change| changed.change(change).is_some());
        assert_eq!(outcome.is_ok(), is_possible, "{outcome:?}");
        match outcome {
            Ok(()) => (self.model, self.generation) = (changed, self.generation + 1),
            Err(error) => assert!(matches!(error, GatesError::UnknownList { .. })),
        }
    }

    fn look(&mut self) {
        assert_eq!(self.gates.generation(), self.generation);
        for (handle, traffic, name) in &self.open {
            let gate = handle.load();
            assert_eq!(gate.generation(), self.generation);
            self.kept.push((gate, self.model.asked(*traffic, *name)));
        }
    }

    fn live(mut self, steps: Vec<Step>) {
        for step in steps {
            self.step(step);
            self.look();
            let newest = self.kept.len().saturating_sub(self.open.len());
            self.kept[newest..].iter().for_each(|(gate, model)| model.assert_is(gate));
        }
        self.model.assert_are_its_lists(&self.gates);
        // Those that were taken long ago answer as they did then.
        self.kept.iter().for_each(|(gate, model)| model.assert_is(gate));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_happens_to_its_lists(steps in any_steps(0)) {
        World::new().live(steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 60, ..ProptestConfig::with_cases(20) })]

    #[test]
    fn whatever_happens_beside_giants(steps in any_steps(30)) {
        World::new().live(steps);
    }
}

/// One list grows until it is asked by itself, and is put in place of by a small one; the others
/// grow until it is united with them.
#[test]
fn when_a_list_grows_to_be_a_giant_and_shrinks_again() {
    let gates = Gates::without_folding();
    let some = |first: u64, count: u64| -> Vec<PhoneNumber> {
        (0..count).map(|at| PhoneNumber::new(first + at * 3).unwrap()).collect()
    };
    let (small, other, large) =
        (some(4_930_000_000, 50), some(4_930_000_075, 50), some(12_025_550_000, 1_100_000));
    let set = |numbers: &[PhoneNumber]| -> NumberSet { numbers.iter().copied().collect() };
    for (generation, name) in (1..).zip(["large", "small", "other"]) {
        gates.put_list(generation, name, Traffic::ALL, &NumberSet::new()).unwrap();
    }
    let handle = gates.open(&GateSpec::all(Traffic::ALL)).unwrap();
    // What each list has, by its place.
    let mut lists = [Vec::new(), Vec::new(), Vec::new()];
    let check = |generation: u64, lists: &[Vec<PhoneNumber>; 3]| {
        let gate = handle.load();
        assert_eq!(gate.generation(), generation);
        let sets = lists.each_ref().map(|numbers| set(numbers));
        let asked: Vec<PhoneNumber> =
            small.iter().chain(&other).chain(&large[..999]).copied().collect();
        let found = gate.contains_batch(&asked.iter().map(|n| n.get()).collect::<Vec<_>>());
        for (at, &number) in asked.iter().enumerate() {
            let place = sets.iter().position(|set| set.contains(number));
            assert_eq!(gate.first_with(number), place);
            assert_eq!((gate.contains(number), found.get(at)), (place.is_some(), place.is_some()));
        }
    };
    let change = |generation: u64, list: &str, added: &[PhoneNumber], removed: &[PhoneNumber]| {
        gates.apply(generation, &[ListChange { list, added, removed }]).unwrap();
    };
    change(4, "small", &small, &[]);
    lists[1].clone_from(&small);
    check(4, &lists);
    change(5, "large", &large, &[]);
    lists[0].clone_from(&large);
    check(5, &lists);
    gates.fold();
    check(5, &lists);
    // From here on it is asked by itself.
    change(6, "other", &other, &[]);
    lists[2].clone_from(&other);
    check(6, &lists);
    change(7, "large", &small[..25], &large[..500]);
    lists[0].drain(..500);
    lists[0].extend(&small[..25]);
    check(7, &lists);
    change(8, "small", &[], &small);
    lists[1].clear();
    check(8, &lists);
    gates.fold();
    check(8, &lists);
    change(9, "other", &large[..300_000], &[]);
    lists[2].extend(&large[..300_000]);
    gates.fold();
    check(9, &lists);
    gates.put_list(10, "small", Traffic::ALL, &set(&small)).unwrap();
    lists[1].clone_from(&small);
    check(10, &lists);
    gates.put_list(11, "large", Traffic::ALL, &set(&small[..9])).unwrap();
    lists[0] = small[..9].to_vec();
    check(11, &lists);
    assert_eq!(gates.list_len("other"), Ok(300_050));
}

/// More changes than an overlay has room for at first, to the same numbers again and again, and
/// folds between them: also through the union of two lists.
#[test]
fn after_many_more_changes_than_an_overlay_begins_with() {
    let gates = Gates::without_folding();
    let mut model: BTreeMap<&str, BTreeSet<PhoneNumber>> = BTreeMap::new();
    for (generation, name) in (1..).zip(["one", "two"]) {
        gates.put_list(generation, name, Traffic::ALL, &NumberSet::new()).unwrap();
        model.insert(name, BTreeSet::new());
    }
    let handle = gates.open(&GateSpec::all(Traffic::ALL)).unwrap();
    let number = |value: u64| PhoneNumber::new(12_000_000_000 + value % 3_000 * 77_773).unwrap();
    for round in 0_u64..60 {
        let at = |step: u64| number((round * 1_000 + step).wrapping_mul(0x9E37_79B9) >> 8);
        let added: Vec<PhoneNumber> = (0..300).map(at).collect();
        let removed: Vec<PhoneNumber> = (250..500).map(at).collect();
        let list = if round % 3 == 0 { "one" } else { "two" };
        let change = ListChange { list, added: &added, removed: &removed };
        gates.apply(round + 3, &[change]).unwrap();
        let numbers = model.get_mut(list).unwrap();
        numbers.extend(added);
        numbers.retain(|number| !removed.contains(number));
        if round % 7 == 0 {
            gates.fold();
        }
        let gate = handle.load();
        for value in 0..3_000 {
            let number = number(value);
            let expected = model.values().position(|numbers| numbers.contains(&number));
            assert_eq!(gate.first_with(number), expected);
            assert_eq!(gate.contains(number), expected.is_some());
        }
    }
}
