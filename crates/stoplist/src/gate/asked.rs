//! Which views does a gate ask, so that it asks few?
//!
//! One that has what all its lists have together: their union. But where one list is many times as
//! large as the others together, the union would be its copy, as large again and as long to build.
//! Such a list is asked by itself, beside the union of the others.

use super::view::View;
use crate::index::{BLOCK, Places};
use crate::{Bitmask, Index, NumberSet, PhoneNumber};

/// Numbers that make a list a giant. A second question costs about 4 ns, and a number of a union 60
/// ns to build, so that a union pays for itself after some 15 questions for each of its numbers.
/// But of fewer than these it takes 60 ms and 3 MB at most, which is not worth asking twice.
#[cfg(not(test))]
const GIANT: u64 = 1_000_000;
/// So that a model has one.
#[cfg(test)]
const GIANT: u64 = 4;

/// How many times as large as all others together: a union would be the giant again, but for a
/// ninth. And what is asked beside a giant is at most an eighth of it, so it costs least where
/// asking the giant costs most.
#[cfg(not(test))]
const TIMES_THE_OTHERS: u64 = 8;
#[cfg(test)]
const TIMES_THE_OTHERS: u64 = 2;

/// The place of the list that is asked by itself, by how many numbers each has.
pub(super) fn giant(lens: impl Iterator<Item = u64> + Clone) -> Option<usize> {
    let all: u64 = lens.clone().sum();
    let (place, largest) = lens.enumerate().max_by_key(|&(_, len)| len)?;
    let others = all - largest;
    let is_giant = largest >= GIANT && largest / TIMES_THE_OTHERS >= others;
    is_giant.then_some(place)
}

/// Numbers that are asked in an overlay where they stand beside a giant, half of those that make an
/// overlay due for an index: nearly all answers are no, and that it says in 1 to 2 ns a number of a
/// batch, an index in 4 to 6.
#[cfg(not(test))]
pub(super) const FEW: u64 = super::fold::FOLD_AT as u64 / 2;
/// So that a model has both.
#[cfg(test)]
pub(super) const FEW: u64 = 1;

/// What several views have together, in an index.
pub(super) fn union<'a>(views: impl Iterator<Item = &'a View> + Clone) -> View {
    let mut with_any = views.clone().filter(|view| !view.is_empty());
    match (with_any.next(), with_any.next()) {
        // No index of its own before there is something else to be in it.
        (Some(only), None) => View::onto(&only.index, only),
        _ => View::of(Index::from_set(&numbers_of(views))),
    }
}

/// As [`union`], of so [`FEW`] that they are in an overlay alone.
pub(super) fn union_of_few<'a>(views: impl Iterator<Item = &'a View>) -> View {
    View::in_overlay(&numbers_of(views))
}

fn numbers_of<'a>(views: impl Iterator<Item = &'a View>) -> NumberSet {
    let mut numbers = NumberSet::new();
    views.for_each(|view| numbers |= &view.to_set());
    numbers
}

/// Views that together have what the lists of a gate have.
pub(super) enum Asked {
    /// There is no number in any list.
    None,
    One(View),
    /// What most lists have together, and a giant.
    Two(View, View),
}

impl Asked {
    pub(super) fn new(together: Option<View>, giant: Option<View>) -> Self {
        let with_any = |view: Option<View>| view.filter(|view| !view.is_empty());
        match (with_any(together), with_any(giant)) {
            (None, None) => Self::None,
            (Some(one), None) | (None, Some(one)) => Self::One(one),
            (Some(together), Some(giant)) => Self::Two(together, giant),
        }
    }

    #[inline]
    pub(super) fn contains(&self, number: PhoneNumber) -> bool {
        match self {
            Self::One(view) => view.contains(number),
            Self::Two(together, giant) => either_contains(together, giant, number),
            Self::None => false,
        }
    }

    pub(super) fn contains_batch_into(&self, numbers: &[u64], found: &mut Bitmask) {
        match self {
            Self::One(view) => view.contains_batch_into(numbers, found),
            Self::Two(together, giant) => {
                let mut places = Places::default();
                let words = found.reset(numbers.len()).chunks_mut(BLOCK / 64);
                for (numbers, words) in numbers.chunks(BLOCK).zip(words) {
                    let mut others = [0; BLOCK / 64];
                    together.look_up_block(numbers, &mut places, &mut others);
                    giant.look_up_block(numbers, &mut places, words);
                    words.iter_mut().zip(others).for_each(|(word, other)| *word |= other);
                }
            }
            Self::None => drop(found.reset(numbers.len())),
        }
    }
}

/// Out of line, so that to ask one view stays as short as it is.
#[inline(never)]
fn either_contains(together: &View, giant: &View, number: PhoneNumber) -> bool {
    together.contains_few(number) || giant.contains(number)
}
