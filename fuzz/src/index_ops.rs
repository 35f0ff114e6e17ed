//! Does an index answer as the set does that it was built of?
//!
//! The bytes are a list of operations on a number set and a `BTreeSet` beside it. Whenever an index
//! is built, it is asked what the `BTreeSet` knows. An operation that the bytes do not hold to its
//! end is the last.

use std::collections::BTreeSet;

use stoplist::{Bitmask, Index, NumberSet, PhoneNumber};

use crate::input::Input;

/// More than these would teach nothing new and take long.
const MAX_OPERATIONS: usize = 200;
/// A few more than a page of the set has.
const MAX_NUMBERS: usize = 70_000;
/// Numbers that operations visit, in all.
const MAX_VISITS: usize = 150_000;

/// Where numbers are, so that operations meet each other: the least numbers, borders of segments
/// and of blocks of 2^32, and the middle of both.
const AREAS: [u64; 6] = [
    1_000_000,
    (100 << 24) - 8,
    (1 << 32) - 8,
    14_692_576_000,
    (3 << 32) - 70_000,
    861_380_000_000,
];
/// Counted down from the greatest number.
const LAST_AREA: u8 = 6;
/// Any 64-bit integer.
const ANYWHERE: u8 = 7;

/// What a byte says to do, modulo [`Operation::COUNT`].
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Operation {
    Insert,
    /// Numbers at equal distances.
    InsertRun,
    /// Consecutive numbers.
    InsertBlock,
    Remove,
    RemoveBlock,
    Build,
    LookUp,
    LookUpBatch,
    ToSet,
    RoundTrip,
}

impl Operation {
    pub(crate) const ALL: [Self; 10] = [
        Self::Insert,
        Self::InsertRun,
        Self::InsertBlock,
        Self::Remove,
        Self::RemoveBlock,
        Self::Build,
        Self::LookUp,
        Self::LookUpBatch,
        Self::ToSet,
        Self::RoundTrip,
    ];

    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte) % Self::ALL.len()).copied()
    }
}

/// Performs the operations that the bytes say, then builds the index of what is left and asks it
/// for everything.
///
/// # Panics
///
/// When an index is wrong.
pub fn index_ops(data: &[u8]) {
    let mut input = Input(data);
    let mut state = State::default();
    for _ in 0..MAX_OPERATIONS {
        if state.visits > MAX_VISITS || state.step(&mut input).is_none() {
            break;
        }
    }
    let built = Built::of(&state.set, &state.model);
    built.check_all();
    built.check_round_trip();
}

#[derive(Default)]
struct State {
    set: NumberSet,
    model: BTreeSet<u64>,
    built: Option<Built>,
    /// Numbers that operations have visited.
    visits: usize,
}

impl State {
    /// One operation; `None` at the end of the input.
    fn step(&mut self, input: &mut Input<'_>) -> Option<()> {
        match Operation::from_byte(input.u8()?)? {
            Operation::Insert => {
                let number = phone_number(number(input)?);
                assert_eq!(self.set.insert(number), self.model.insert(number.get()));
            }
            Operation::InsertRun => self.insert_run(input)?,
            Operation::InsertBlock => {
                let (first, last) = block(input)?;
                self.visits += (last.get() - first.get()) as usize;
                if self.model.len() < MAX_NUMBERS {
                    self.set.insert_range(first..=last);
                    self.model.extend(first.get()..=last.get());
                }
            }
            Operation::Remove => {
                let number = phone_number(number(input)?);
                assert_eq!(self.set.remove(number), self.model.remove(&number.get()));
            }
            Operation::RemoveBlock => {
                let (first, last) = block(input)?;
                self.set.remove_range(first..=last);
                let mut rest = self.model.split_off(&first.get());
                self.model.append(&mut rest.split_off(&(last.get() + 1)));
            }
            Operation::Build => {
                self.visits += self.model.len();
                self.built = Some(Built::of(&self.set, &self.model));
            }
            Operation::LookUp => {
                let number = number(input)?;
                if let Some(built) = &self.built {
                    built.check(&[number]);
                }
            }
            Operation::LookUpBatch => self.look_up_batch(input)?,
            Operation::ToSet => {
                if let Some(built) = &self.built {
                    self.visits += 2_000 + built.model.len();
                    assert!(built.index.to_set() == built.set);
                }
            }
            Operation::RoundTrip => {
                if let Some(built) = &self.built {
                    self.visits += 2_000 + built.model.len();
                    built.check_round_trip();
                }
            }
        }
        Some(())
    }

    fn insert_run(&mut self, input: &mut Input<'_>) -> Option<()> {
        let (first, step, count) = (number(input)?, input.u16()?, input.u8()?);
        let step = 1 << (step % 33) | u64::from(step >> 8);
        if self.model.len() < MAX_NUMBERS {
            for i in 0..u64::from(count) {
                let number = phone_number(first.saturating_add(i * step));
                assert_eq!(self.set.insert(number), self.model.insert(number.get()));
            }
        }
        Some(())
    }

    fn look_up_batch(&mut self, input: &mut Input<'_>) -> Option<()> {
        let (first, step, count) = (number(input)?, input.u16()?, input.u16()?);
        if let Some(built) = &self.built {
            let step = u64::from(step);
            let numbers = (0..u64::from(count % 1_100)).map(|i| first.wrapping_add(i * step));
            self.visits += usize::from(count % 1_100);
            built.check(&numbers.collect::<Vec<_>>());
        }
        Some(())
    }
}

/// An index and what it was built of.
struct Built {
    index: Index,
    set: NumberSet,
    model: BTreeSet<u64>,
}

impl Built {
    fn of(set: &NumberSet, model: &BTreeSet<u64>) -> Self {
        let index = Index::from_set(set);
        assert_eq!(index.len(), model.len() as u64);
        assert_eq!(index.is_empty(), model.is_empty());
        assert!(index.verify().is_ok());
        Self { index, set: set.clone(), model: model.clone() }
    }

    /// All ways to ask say what the model says.
    fn check(&self, numbers: &[u64]) {
        let found = self.index.contains_batch(numbers);
        // Where a longer batch has been.
        let mut reused = Bitmask::new();
        self.index.contains_batch_into(&[u64::MAX; 300], &mut reused);
        self.index.contains_batch_into(numbers, &mut reused);
        assert_eq!(found, reused);
        assert_eq!(found.len(), numbers.len());
        let mut members = 0;
        for (at, &number) in numbers.iter().enumerate() {
            let expected = self.model.contains(&number);
            members += usize::from(expected);
            assert_eq!(found.get(at), expected, "{number} in a batch");
            if let Ok(number) = PhoneNumber::new(number) {
                assert_eq!(self.index.contains(number), expected, "{number}");
            }
        }
        assert_eq!(found.count_ones(), members);
    }

    /// Asks for every member and for what is near some of them.
    fn check_all(&self) {
        let members: Vec<u64> = self.model.iter().copied().collect();
        assert_eq!(self.index.contains_batch(&members).count_ones(), members.len());
        let some = members.iter().step_by(members.len() / 100 + 1);
        let near = some.flat_map(|member| (0..33).map(move |bit| member ^ 1 << bit));
        self.check(&near.collect::<Vec<_>>());
        assert!(self.index.to_set() == self.set);
        let most = 24 * members.len() as u64 + (2 << 20);
        assert!(self.index.size_in_bytes() <= most, "{} bytes", self.index.size_in_bytes());
    }

    /// The index that is read from what was written is the same.
    fn check_round_trip(&self) {
        let mut bytes = Vec::new();
        assert!(self.index.write_to(&mut bytes).is_ok());
        let read = Index::read_from(&*bytes);
        assert!(read.is_ok(), "{:?}", read.err());
        let Ok(index) = read else { return };
        let mut again = Vec::new();
        assert!(index.write_to(&mut again).is_ok());
        assert!(bytes == again, "the same bytes again");
        let some = self.model.iter().step_by(self.model.len() / 500 + 1);
        let asked: Vec<u64> =
            some.flat_map(|member| [*member, member ^ 1, member ^ 1 << 16]).collect();
        assert_eq!(index.contains_batch(&asked), self.index.contains_batch(&asked));
        assert!(index.to_set() == self.set);
    }
}

/// An area and a place in it; any integer, most of them near to some number.
fn number(input: &mut Input<'_>) -> Option<u64> {
    let (area, shift) = input.u8().map(|byte| (byte % 8, byte >> 3))?;
    if area == ANYWHERE {
        return input.u64();
    }
    let offset = u64::from(input.u16()?) << (shift % 16);
    if area == LAST_AREA {
        return Some(PhoneNumber::MAX.get().saturating_add(2).saturating_sub(offset));
    }
    AREAS.get(usize::from(area)).map(|first| first + offset)
}

/// The phone number that is nearest.
fn phone_number(number: u64) -> PhoneNumber {
    PhoneNumber::new(number).unwrap_or(if number < PhoneNumber::MIN.get() {
        PhoneNumber::MIN
    } else {
        PhoneNumber::MAX
    })
}

/// Up to some 66,000 consecutive numbers, more than share a page of the set. None near the greatest
/// number, where the way back to a set goes through all tables that could be.
fn block(input: &mut Input<'_>) -> Option<(PhoneNumber, PhoneNumber)> {
    let (first, length) = (number(input)?, input.u8()?);
    let first = phone_number(first % (1 << 42));
    let length = 1 << (length % 17) | u64::from(length);
    Some((first, phone_number(first.get() + length - 1)))
}
