//! A gate answers for its generation as plain sets of numbers would have at that moment, whatever
//! is changed, folded, replaced or dropped since.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use stoplist::{
    Gate, GateHandle, GateSpec, Gates, GatesError, ListChange, NumberSet, PhoneNumber, Traffic,
    Verdict,
};

const NAMES: [&str; 3] = ["blocked", "dnc", "promo"];
const KINDS: [Traffic; 4] =
    [Traffic::INBOUND, Traffic::OUTBOUND, Traffic::AUTOMATED, Traffic::BROADCAST];

/// Few numbers, so that changes meet; in two places, and one far off.
fn number(choice: u64) -> PhoneNumber {
    let value = match choice % 40 {
        39 => 999_999_999_999_999,
        near @ 0..20 => 14_692_576_000 + near,
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

#[derive(Clone, Debug)]
enum Step {
    Put { list: usize, traffic: u8, numbers: Vec<u8> },
    Change { list: usize, added: Vec<u8>, removed: Vec<u8>, other: usize, also: Vec<u8> },
    Traffic { list: usize, traffic: u8 },
    Drop { list: usize },
    Open { traffic: u8, names: Option<usize> },
    Close,
    Fold,
}

fn any_step() -> impl Strategy<Value = Step> {
    let list = || 0..NAMES.len();
    let some = || prop::collection::vec(any::<u8>(), 0..6);
    prop_oneof![
        2 => (list(), 0_u8..16, prop::collection::vec(any::<u8>(), 0..30))
            .prop_map(|(list, traffic, numbers)| Step::Put { list, traffic, numbers }),
        8 => (list(), some(), some(), list(), some()).prop_map(
            |(list, added, removed, other, also)| Step::Change { list, added, removed, other, also }
        ),
        1 => (list(), 0_u8..16).prop_map(|(list, traffic)| Step::Traffic { list, traffic }),
        1 => list().prop_map(|list| Step::Drop { list }),
        3 => (1_u8..16, prop::option::of(list()))
            .prop_map(|(traffic, names)| Step::Open { traffic, names }),
        1 => Just(Step::Close),
        1 => Just(Step::Fold),
    ]
}

/// Lists as plain sets, in the order in which they were made.
#[derive(Clone, Default)]
struct Model {
    lists: Vec<(&'static str, Traffic, BTreeSet<PhoneNumber>)>,
}

impl Model {
    fn get(&mut self, name: &str) -> Option<&mut (&'static str, Traffic, BTreeSet<PhoneNumber>)> {
        self.lists.iter_mut().find(|(other, ..)| *other == name)
    }

    /// The lists that a gate of these asks.
    fn asked(&self, traffic: Traffic, name: Option<&str>) -> Self {
        let asked = |(other, of, _): &&(&str, Traffic, BTreeSet<PhoneNumber>)| {
            name.is_none_or(|name| name == *other) && of.intersects(traffic)
        };
        Self { lists: self.lists.iter().filter(asked).cloned().collect() }
    }

    fn assert_is(&self, gate: &Gate) {
        assert!(gate.lists().eq(self.lists.iter().map(|(name, ..)| *name)));
        let all: Vec<PhoneNumber> = (0..41).map(number).collect();
        let values: Vec<u64> = all.iter().map(|number| number.get()).collect();
        let found = gate.contains_batch(&values);
        for (at, number) in all.into_iter().enumerate() {
            let list = self.lists.iter().position(|(_, _, numbers)| numbers.contains(&number));
            assert_eq!(found.get(at), list.is_some());
            assert_eq!(gate.contains(number), list.is_some());
            assert_eq!(gate.first_with(number), list);
            match (gate.verdict(number), list) {
                (Verdict::Allow, None) => {}
                (Verdict::Block { list, .. }, Some(at)) => assert_eq!(list, self.lists[at].0),
                (verdict, list) => panic!("{verdict:?}, but of the lists it is {list:?}"),
            }
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
    fn step(&mut self, step: Step) {
        let next = self.generation + 1;
        match step {
            Step::Put { list, traffic, numbers: choices } => {
                let numbers: BTreeSet<_> = numbers(&choices).into_iter().collect();
                let set: NumberSet = numbers.iter().copied().collect();
                self.gates.put_list(next, NAMES[list], kinds(traffic), &set).unwrap();
                match self.model.get(NAMES[list]) {
                    Some(list) => (list.1, list.2) = (kinds(traffic), numbers),
                    None => self.model.lists.push((NAMES[list], kinds(traffic), numbers)),
                }
                self.generation = next;
            }
            Step::Change { list, added, removed, other, also } => {
                let [added, removed, also] = [added, removed, also].map(|some| numbers(&some));
                let changes = [
                    ListChange { list: NAMES[list], added: &added, removed: &removed },
                    ListChange { list: NAMES[other], added: &also, removed: &[] },
                ];
                let missing = [list, other].iter().any(|&at| self.model.get(NAMES[at]).is_none());
                let outcome = self.gates.apply(next, &changes);
                assert_eq!(outcome.is_err(), missing);
                if missing {
                    return;
                }
                for change in changes {
                    let (_, _, numbers) = self.model.get(change.list).unwrap();
                    numbers.extend(change.added);
                    numbers.retain(|number| !change.removed.contains(number));
                }
                self.generation = next;
            }
            Step::Traffic { list, traffic } => {
                let outcome = self.gates.set_traffic(next, NAMES[list], kinds(traffic));
                assert_eq!(outcome.is_ok(), self.model.get(NAMES[list]).is_some());
                if let Some(list) = self.model.get(NAMES[list]) {
                    list.1 = kinds(traffic);
                    self.generation = next;
                }
            }
            Step::Drop { list } => self.drop_list(NAMES[list]),
            Step::Open { traffic, names } => {
                let traffic = kinds(traffic);
                let name = names.map(|at| NAMES[at]);
                let spec = match name {
                    Some(name) => GateSpec::named(traffic, [name]),
                    None => GateSpec::all(traffic),
                };
                let known = name.is_none_or(|name| self.model.get(name).is_some());
                let handle = self.gates.open(&spec);
                assert_eq!(handle.is_ok(), known);
                self.open.extend(handle.map(|handle| (handle, traffic, name)));
            }
            Step::Close => drop(self.open.pop()),
            Step::Fold => self.gates.fold(),
        }
    }

    fn drop_list(&mut self, name: &str) {
        let next = self.generation + 1;
        let in_use = self.open.iter().any(|(_, _, named)| *named == Some(name));
        let expected = match self.model.get(name) {
            None => Err(GatesError::UnknownList { list: name.to_owned() }),
            Some(_) if in_use => Err(GatesError::ListInUse { list: name.to_owned() }),
            Some(_) => Ok(()),
        };
        assert_eq!(self.gates.drop_list(next, name), expected);
        if expected.is_ok() {
            self.model.lists.retain(|(other, ..)| *other != name);
            self.generation = next;
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
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_happens_to_its_lists(steps in prop::collection::vec(any_step(), 1..40)) {
        let mut world = World {
            gates: Gates::without_folding(),
            model: Model::default(),
            generation: 0,
            open: Vec::new(),
            kept: Vec::new(),
        };
        for step in steps {
            world.step(step);
            world.look();
            let newest = world.kept.len().saturating_sub(world.open.len());
            world.kept[newest..].iter().for_each(|(gate, model)| model.assert_is(gate));
        }
        // Those that were taken long ago answer as they did then.
        world.kept.iter().for_each(|(gate, model)| model.assert_is(gate));
    }
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
