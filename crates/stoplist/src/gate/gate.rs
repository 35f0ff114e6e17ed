//! May this message pass?

use std::fmt;
use std::sync::Arc;

use super::view::View;
use crate::{Bitmask, Index, NumberSet, Parser, PhoneNumber, Refusal};

/// The answer to whether a message may pass to or from a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict<'a> {
    /// It may.
    Allow,
    /// It may not: a list stops it.
    #[non_exhaustive]
    Block {
        /// The name of the list; the first in order, when several have the number.
        list: &'a str,
    },
    /// The text is no phone number, so nobody can say: never an allow.
    Invalid(Refusal),
}

impl Verdict<'_> {
    /// `allow`, `block` or `invalid`: the name that reports use.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Block { .. } => "block",
            Self::Invalid(_) => "invalid",
        }
    }
}

/// What some lists stop, at one moment.
///
/// A gate does not change: it answers today what it answered when it was taken, from any thread,
/// without a lock or an access to a disk. Take a new one for a new answer; keep one for a whole
/// batch, so that all its answers are of one moment.
///
/// Made by [`Gates`](crate::Gates) where lists change, by [`of_sets`](Self::of_sets) or
/// [`of_index`](Self::of_index) where they do not.
pub struct Gate {
    /// In order.
    lists: Box<[Named]>,
    /// What any list has, unless there is exactly one list.
    any: Option<View>,
    generation: u64,
}

#[derive(Clone)]
pub(super) struct Named {
    pub(super) name: Arc<str>,
    pub(super) view: View,
}

impl Gate {
    pub(super) fn new(lists: Box<[Named]>, any: Option<View>, generation: u64) -> Self {
        debug_assert_eq!(any.is_some(), lists.len() > 1);
        Self { lists, any, generation }
    }

    /// A gate of one list, whose numbers are those of an index: for a process that has an index
    /// file and nothing else.
    ///
    /// ```
    /// use stoplist::{Gate, Index, NumberSet, Parser, PhoneNumber, Verdict};
    ///
    /// let set = NumberSet::from([PhoneNumber::new(4930901820)?]);
    /// let gate = Gate::of_index("dnc-de", Index::from_set(&set), 7);
    /// let parser = Parser::international();
    /// assert!(matches!(gate.check(&parser, "+49 30 901820"), Verdict::Block { list: "dnc-de", .. }));
    /// assert_eq!(gate.check(&parser, "+49 30 901821"), Verdict::Allow);
    /// assert_eq!(gate.check(&parser, "nobody").code(), "invalid");
    /// # Ok::<(), stoplist::Refusal>(())
    /// ```
    #[must_use]
    pub fn of_index(list: &str, index: Index, generation: u64) -> Self {
        let named = Named { name: list.into(), view: View::of(index) };
        Self::new([named].into(), None, generation)
    }

    /// A gate of lists that do not change, in order. Builds an index of each, and one of all together
    /// when there are several: 10 to 60 ns a number.
    ///
    /// ```
    /// use stoplist::{Gate, NumberSet, PhoneNumber};
    ///
    /// let [one, two, three] = [4930901820, 4930901821, 4930901822].map(PhoneNumber::new);
    /// let lists = [("dnc", [one?, two?].into()), ("promo", NumberSet::from([two?]))];
    /// let gate = Gate::of_sets(lists.iter().map(|(name, set)| (*name, set)), 0);
    /// assert_eq!([one?, two?, three?].map(|number| gate.contains(number)), [true, true, false]);
    /// assert_eq!(gate.first_with(two?), Some(0));
    /// # Ok::<(), stoplist::Refusal>(())
    /// ```
    #[must_use]
    pub fn of_sets<'a>(
        lists: impl IntoIterator<Item = (&'a str, &'a NumberSet)>,
        generation: u64,
    ) -> Self {
        let mut all = NumberSet::new();
        let named = lists.into_iter().map(|(name, set)| {
            all |= set;
            Named { name: name.into(), view: View::of(Index::from_set(set)) }
        });
        let named: Box<[Named]> = named.collect();
        let any = (named.len() > 1).then(|| View::of(Index::from_set(&all)));
        Self::new(named, any, generation)
    }

    /// Whether a list stops the number, and which. A few nanoseconds when none does, and some more
    /// for each list in turn when one does.
    #[must_use]
    #[inline]
    pub fn verdict(&self, number: PhoneNumber) -> Verdict<'_> {
        if self.contains(number) { self.blocked(number) } else { Verdict::Allow }
    }

    /// The verdict on a text. What is no number is [`Verdict::Invalid`].
    #[must_use]
    pub fn check(&self, parser: &Parser, text: &str) -> Verdict<'_> {
        parser.parse(text).map_or_else(Verdict::Invalid, |number| self.verdict(number))
    }

    /// Whether a list stops the number.
    #[must_use]
    #[inline]
    pub fn contains(&self, number: PhoneNumber) -> bool {
        self.all().is_some_and(|view| view.contains(number))
    }

    /// Which of many numbers a list stops, given as integers: one that is no phone number is never
    /// stopped, so parse first. 3 to 6 ns a number in lists of 10 million.
    #[must_use]
    pub fn contains_batch(&self, numbers: &[u64]) -> Bitmask {
        let mut found = Bitmask::new();
        self.contains_batch_into(numbers, &mut found);
        found
    }

    /// As [`contains_batch`](Self::contains_batch), into a mask whose memory is used again.
    pub fn contains_batch_into(&self, numbers: &[u64], found: &mut Bitmask) {
        match self.all() {
            Some(view) => view.contains_batch_into(numbers, found),
            None => drop(found.reset(numbers.len())),
        }
    }

    /// The place, counted from 0, of the first list that has the number.
    #[must_use]
    pub fn first_with(&self, number: PhoneNumber) -> Option<usize> {
        self.lists.iter().position(|list| list.view.contains(number))
    }

    /// The names of the lists, in order.
    pub fn lists(&self) -> impl ExactSizeIterator<Item = &str> {
        self.lists.iter().map(|list| &*list.name)
    }

    /// The last change that it includes.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What any list has; `None` when there is no list.
    #[inline]
    fn all(&self) -> Option<&View> {
        self.any.as_ref().or_else(|| self.lists.first().map(|list| &list.view))
    }

    #[cold]
    fn blocked(&self, number: PhoneNumber) -> Verdict<'_> {
        let list = self.first_with(number).and_then(|place| self.lists.get(place));
        // A number that any list has is in one of them; if not, it is still not let through.
        list.or(self.lists.last())
            .map_or(Verdict::Allow, |list| Verdict::Block { list: &list.name })
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("lists", &self.lists().collect::<Vec<_>>())
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}
