//! May this message pass?

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use super::asked::{Asked, FEW, giant};
use super::spec::without_part;
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
        /// The name of the list, without a part; the first in order, when several have the number.
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
    asked: Asked,
    /// In order.
    lists: Box<[View]>,
    names: Arc<Names>,
    generation: u64,
}

/// What the lists of a gate are called.
pub(super) struct Names {
    /// In order, each once.
    names: Box<[Arc<str>]>,
    /// For each list, the place of its name: parts of a list have one name.
    places: Box<[usize]>,
}

impl Names {
    /// A name for each list.
    fn of_each(names: Vec<Arc<str>>) -> Self {
        Self { places: (0..names.len()).collect(), names: names.into() }
    }

    /// Of lists whose parts are beside each other, without the parts.
    pub(super) fn without_parts<'a>(lists: impl Iterator<Item = &'a str>) -> Self {
        let (mut names, mut places) = (Vec::<Arc<str>>::new(), Vec::new());
        for name in lists.map(without_part) {
            if names.last().is_none_or(|last| **last != *name) {
                names.push(name.into());
            }
            places.push(names.len() - 1);
        }
        Self { names: names.into(), places: places.into() }
    }
}

impl Gate {
    pub(super) fn new(
        asked: Asked,
        lists: Box<[View]>,
        names: Arc<Names>,
        generation: u64,
    ) -> Self {
        debug_assert_eq!(lists.len(), names.places.len());
        Self { asked, lists, names, generation }
    }

    /// Of no lists.
    pub(super) fn of_none(generation: u64) -> Self {
        let names = Names::of_each(Vec::new());
        Self::new(Asked::None, Box::default(), names.into(), generation)
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
        let view = View::of(index);
        let names = Names::of_each(vec![list.into()]);
        Self::new(Asked::One(view.clone()), [view].into(), names.into(), generation)
    }

    /// A gate of lists that do not change, in order. Builds an index of each, and one of all together
    /// when there are several: 10 to 60 ns a number. A list that has eight times the numbers of all
    /// others, and a million at least, is not in the one of all together.
    ///
    /// A name is a name here, also with a colon in it: there are no parts.
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
        let (names, sets): (Vec<Arc<str>>, Vec<&NumberSet>) =
            lists.into_iter().map(|(name, set)| (Arc::from(name), set)).unzip();
        let lists: Box<[View]> = sets.iter().map(|set| View::of(Index::from_set(set))).collect();
        let giant = giant(sets.iter().map(|set| set.len()));
        let others = (0..).zip(sets.iter().copied().zip(&lists));
        let others = others.filter(|&(place, _)| Some(place) != giant).map(|(_, other)| other);
        let together = together(&others.collect::<Vec<_>>(), giant.is_some());
        let giant = giant.and_then(|place| lists.get(place)).cloned();
        let names = Names::of_each(names);
        Self::new(Asked::new(Some(together), giant), lists, names.into(), generation)
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
        self.asked.contains(number)
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
        self.asked.contains_batch_into(numbers, found);
    }

    /// The place, counted from 0, of the first list that has the number: the place of its name among
    /// [`lists`](Self::lists).
    #[must_use]
    pub fn first_with(&self, number: PhoneNumber) -> Option<usize> {
        let at = self.lists.iter().position(|view| view.contains(number))?;
        self.names.places.get(at).copied()
    }

    /// The numbers that came to be stopped after a generation, as far as it can be told without asking
    /// for every number: those to take out of a broadcast that a gate of that generation let through
    /// and that is sent only now.
    ///
    /// The generation is that of a gate of the same spec and the same [`Gates`](crate::Gates). `Some`
    /// has every number that this gate stops and that one did not; and perhaps some that both stop,
    /// but were let through in between or came to be in one more list. None that this gate lets
    /// through. Ascending, each once.
    ///
    /// `None` when nobody knows, and every number has to be asked for: of a generation that this gate
    /// does not include, or before one of its lists was put, got to stop other traffic or was folded,
    /// or before the store was opened; and when its lists had more than `at_most` changes
    /// since, so that to ask for every number is less to do. A gate that does not come from
    /// [`Gates`](crate::Gates) knows its own generation only.
    ///
    /// Takes some 20 ns for each list when nothing came, and less than 0.1 µs for each change that did.
    ///
    /// ```
    /// use stoplist::{GateSpec, Gates, ListChange, NumberSet, PhoneNumber, Traffic};
    ///
    /// let gates = Gates::new();
    /// let number = PhoneNumber::new(4930901820)?;
    /// gates.put_list(7, "dnc", Traffic::BROADCAST, &NumberSet::new())?;
    /// let broadcast = gates.open(&GateSpec::all(Traffic::BROADCAST))?;
    /// let filtered_with = broadcast.load();
    /// gates.apply(8, &[ListChange { list: "dnc", added: &[number], removed: &[] }])?;
    ///
    /// let gate = broadcast.load();
    /// assert_eq!(gate.stopped_since(filtered_with.generation(), 100), Some(vec![number]));
    /// assert_eq!(gate.stopped_since(8, 100), Some(vec![]));
    /// assert_eq!(gate.stopped_since(7, 0), None);
    /// assert_eq!(gate.stopped_since(6, 100), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn stopped_since(&self, generation: u64, at_most: usize) -> Option<Vec<PhoneNumber>> {
        match generation.cmp(&self.generation) {
            Ordering::Less => {}
            Ordering::Equal => return Some(Vec::new()),
            Ordering::Greater => return None,
        }
        // A list that lost numbers, traffic or its place has stopped nobody new. Of those that are
        // asked now, each either was asked then, or does not know so far back.
        let mut numbers = Vec::new();
        let mut left = at_most;
        for view in &self.lists {
            let (changes, added) = view.added_since(generation, left)?;
            left -= changes;
            for number in added {
                numbers.push(PhoneNumber::new(number).ok()?);
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers.retain(|&number| self.contains(number));
        Some(numbers)
    }

    /// The names of the lists, in order. Parts of a list (see [`put_list`](crate::Gates::put_list))
    /// are one list.
    pub fn lists(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.names.iter().map(|name| &**name)
    }

    /// The last change that it includes.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    #[cold]
    fn blocked(&self, number: PhoneNumber) -> Verdict<'_> {
        let names = &self.names.names;
        if let [list] = &**names {
            return Verdict::Block { list };
        }
        let list = self.first_with(number).and_then(|place| names.get(place));
        // A number that any list has is in one of them; if not, it is still not let through.
        list.or(names.last()).map_or(Verdict::Allow, |list| Verdict::Block { list })
    }
}

/// What lists that do not change have together.
fn together(lists: &[(&NumberSet, &View)], beside_giant: bool) -> View {
    let mut with_any = lists.iter().filter(|(set, _)| !set.is_empty());
    if let (Some((_, only)), None) = (with_any.next(), with_any.next())
        && !(beside_giant && only.len() <= FEW)
    {
        return View::clone(only);
    }
    let mut numbers = NumberSet::new();
    lists.iter().for_each(|(set, _)| numbers |= *set);
    if beside_giant && numbers.len() <= FEW {
        View::in_overlay(&numbers)
    } else {
        View::of(Index::from_set(&numbers))
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
