//! Does a gate answer as its lists do, whatever is added, removed, folded or put in their place?
//!
//! The bytes are a list of operations on two lists, each with a `BTreeSet` beside it. After each the
//! newest gates are asked, and at last those that were taken on the way. An operation that the bytes
//! do not hold to its end is the last.

use std::collections::BTreeSet;
use std::sync::Arc;

use stoplist::{
    Gate, GateHandle, GateSpec, Gates, ListChange, NumberSet, PhoneNumber, Traffic, Verdict,
};

use crate::input::Input;

/// More than these would teach nothing new and take long.
const MAX_OPERATIONS: usize = 100;

const NAMES: [&str; 2] = ["one", "two"];

/// What a byte says to do, modulo [`Operation::ALL`].
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Operation {
    /// A list, a number, how many there are and how far apart: they are added.
    Add,
    /// The same: they are removed.
    Remove,
    /// The same: the list is put anew with these alone.
    Put,
    Fold,
    /// Keeps the newest gates to be asked again at the end.
    Keep,
}

impl Operation {
    pub(crate) const ALL: [Self; 5] = [Self::Add, Self::Remove, Self::Put, Self::Fold, Self::Keep];

    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte) % Self::ALL.len()).copied()
    }
}

/// Performs the operations that the bytes say, and asks the gates after each.
///
/// # Panics
///
/// When a gate is wrong.
pub fn gate_ops(data: &[u8]) {
    let mut input = Input(data);
    let mut state = State::new();
    for _ in 0..MAX_OPERATIONS {
        if state.step(&mut input).is_none() {
            break;
        }
        state.newest().iter().for_each(|(gate, model)| model.check(gate));
    }
    state.kept.iter().for_each(|(gate, model)| model.check(gate));
}

/// What the lists of a gate have.
#[derive(Clone)]
struct Model {
    lists: Vec<(&'static str, BTreeSet<PhoneNumber>)>,
    /// Numbers that some operation has named, and their neighbours.
    asked: BTreeSet<u64>,
    generation: u64,
}

impl Model {
    fn check(&self, gate: &Gate) {
        assert_eq!(gate.generation(), self.generation);
        let asked: Vec<u64> = self.asked.iter().copied().collect();
        let found = gate.contains_batch(&asked);
        for (at, &number) in asked.iter().enumerate() {
            let Ok(number) = PhoneNumber::new(number) else {
                assert!(!found.get(at), "{number} is no phone number");
                continue;
            };
            let list = self.lists.iter().position(|(_, numbers)| numbers.contains(&number));
            assert_eq!(found.get(at), list.is_some(), "{number} in a batch");
            assert_eq!(gate.contains(number), list.is_some(), "{number}");
            assert_eq!(gate.first_with(number), list, "{number}");
            let named = list.and_then(|at| self.lists.get(at)).map(|(name, _)| *name);
            match gate.verdict(number) {
                Verdict::Allow => assert_eq!(named, None, "{number}"),
                Verdict::Block { list, .. } => assert_eq!(named, Some(list), "{number}"),
                other => assert_eq!(other.code(), "allow or block"),
            }
        }
    }
}

struct State {
    gates: Gates,
    /// Of the first list, and of both.
    handles: Vec<(GateHandle, usize)>,
    model: Model,
    kept: Vec<(Arc<Gate>, Model)>,
}

impl State {
    fn new() -> Self {
        let gates = Gates::without_folding();
        let mut generation = 0;
        let mut lists = Vec::new();
        let mut handles = Vec::new();
        for (place, name) in NAMES.into_iter().enumerate() {
            generation += 1;
            let put = gates.put_list(generation, name, Traffic::ALL, &NumberSet::new());
            assert_eq!(put, Ok(()));
            lists.push((name, BTreeSet::new()));
            let names = NAMES.iter().take(place + 1).copied();
            let handle = gates.open(&GateSpec::named(Traffic::ALL, names));
            assert!(handle.is_ok());
            handles.extend(handle.map(|handle| (handle, place + 1)));
        }
        let model = Model { lists, asked: BTreeSet::from([0, u64::MAX]), generation };
        Self { gates, handles, model, kept: Vec::new() }
    }

    /// One operation; `None` at the end of the input.
    fn step(&mut self, input: &mut Input<'_>) -> Option<()> {
        match Operation::from_byte(input.u8()?)? {
            Operation::Add => {
                let (at, numbers) = self.numbers(input)?;
                self.change(at, &numbers, &[]);
            }
            Operation::Remove => {
                let (at, numbers) = self.numbers(input)?;
                self.change(at, &[], &numbers);
            }
            Operation::Put => {
                let (at, numbers) = self.numbers(input)?;
                self.model.generation += 1;
                let (name, members) = self.model.lists.get_mut(at)?;
                *members = numbers.iter().copied().collect();
                let set = numbers.into_iter().collect();
                let put = self.gates.put_list(self.model.generation, name, Traffic::ALL, &set);
                assert_eq!(put, Ok(()));
            }
            Operation::Fold => self.gates.fold(),
            Operation::Keep => self.kept.extend(self.newest()),
        }
        Some(())
    }

    /// A list, and numbers at equal distances.
    fn numbers(&mut self, input: &mut Input<'_>) -> Option<(usize, Vec<PhoneNumber>)> {
        let list = usize::from(input.u8()?) % NAMES.len();
        let (first, count, step) = (input.u32()?, input.u8()?, input.u8()?);
        // Three places: consecutive numbers, a country far off, and the greatest numbers.
        let base = [4_930_000_000, 6_281_200_000_000, 999_999_995_000_000];
        let base = base.get(first as usize % base.len())?;
        let step = 1_u64 << (step % 24);
        let values = (0..u64::from(count)).map(|i| base + u64::from(first >> 4) + i * step);
        let numbers: Vec<PhoneNumber> =
            values.filter_map(|value| PhoneNumber::new(value).ok()).collect();
        let near = numbers.iter().flat_map(|number| [number.get(), number.get() + 1]);
        if self.model.asked.len() < 5_000 {
            self.model.asked.extend(near);
        }
        Some((list, numbers))
    }

    fn change(&mut self, at: usize, added: &[PhoneNumber], removed: &[PhoneNumber]) {
        let Some((list, members)) = self.model.lists.get_mut(at) else { return };
        members.extend(added);
        members.retain(|number| !removed.contains(number));
        self.model.generation += 1;
        let changes = [ListChange { list, added, removed }];
        assert_eq!(self.gates.apply(self.model.generation, &changes), Ok(()));
    }

    /// The gates of now, and what they have to answer for ever.
    fn newest(&self) -> Vec<(Arc<Gate>, Model)> {
        let newest = self.handles.iter().map(|(handle, lists)| {
            let mut model = self.model.clone();
            model.lists.truncate(*lists);
            (handle.load(), model)
        });
        newest.collect()
    }
}
