//! What does a pattern do to all texts of a shape at once?
//!
//! A shape is some known digits followed by any digits. Walking a pattern's automaton over a shape
//! with the set of all states it could be in answers for every text of the shape; where texts
//! differ, the answer says so.

use std::collections::BTreeSet;
use std::error::Error;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};

/// All texts of digits with this length that start with these digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape<'a> {
    known: &'a [u8],
    length: usize,
}

impl<'a> Shape<'a> {
    /// Digits are ASCII; at most `length` of them.
    pub(super) fn new(known: &'a [u8], length: usize) -> Self {
        Self { known, length }
    }

    pub(super) fn len(self) -> usize {
        self.length
    }

    pub(super) fn known(self) -> &'a [u8] {
        self.known
    }

    /// The shape of what is left when the first `count` characters are taken off.
    pub(super) fn skip(self, count: usize) -> Self {
        Self { known: self.known.get(count..).unwrap_or_default(), length: self.length - count }
    }

    /// The bytes that can stand at a place.
    fn bytes(self, place: usize) -> impl Iterator<Item = u8> {
        let known = self.known.get(place).copied();
        (b'0'..=b'9').filter(move |&byte| known.is_none_or(|known| known == byte))
    }
}

/// One answer for all texts of a shape, or different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer<T> {
    Same(T),
    Differs,
}

impl<T: Ord + Copy> Answer<T> {
    fn of(answers: &BTreeSet<T>) -> Self {
        match answers.first() {
            Some(&answer) if answers.len() == 1 => Self::Same(answer),
            _ => Self::Differs,
        }
    }
}

/// A pattern of the metadata, as an automaton.
pub(super) struct Pattern {
    automaton: dense::DFA<Vec<u32>>,
    start: StateID,
}

impl Pattern {
    /// A pattern that has to match the whole text.
    pub(super) fn whole(pattern: &str) -> Result<Self, Box<dyn Error>> {
        Self::compile(&format!("^(?:{pattern})$"))
    }

    /// A pattern that has to match at the start of the text.
    pub(super) fn at_start(pattern: &str) -> Result<Self, Box<dyn Error>> {
        Self::compile(&format!("^(?:{pattern})"))
    }

    fn compile(pattern: &str) -> Result<Self, Box<dyn Error>> {
        let config = dense::Config::new()
            .match_kind(MatchKind::LeftmostFirst)
            .start_kind(StartKind::Anchored);
        let automaton = dense::Builder::new()
            .configure(config)
            .syntax(regex_automata::util::syntax::Config::new().unicode(false).utf8(false))
            .build(pattern)?;
        let start = automaton.start_state(&start::Config::new().anchored(Anchored::Yes))?;
        Ok(Self { automaton, start })
    }

    /// Whether the whole text matches. For a pattern made by [`whole`](Self::whole).
    pub(super) fn matches(&self, shape: Shape<'_>) -> Answer<bool> {
        match self.match_end(shape) {
            Answer::Same(end) => Answer::Same(end.is_some()),
            Answer::Differs => {
                let ends = self.match_ends(shape);
                let matched: BTreeSet<bool> = ends.iter().map(Option::is_some).collect();
                Answer::of(&matched)
            }
        }
    }

    /// Where the match at the start ends, or `None` for no match.
    pub(super) fn match_end(&self, shape: Shape<'_>) -> Answer<Option<usize>> {
        Answer::of(&self.match_ends(shape))
    }

    /// The ends of the matches in all texts of the shape.
    fn match_ends(&self, shape: Shape<'_>) -> BTreeSet<Option<usize>> {
        let mut ends = BTreeSet::new();
        let mut live = BTreeSet::from([(self.start, None)]);
        for place in 0..shape.len() {
            let mut next = BTreeSet::new();
            for &(state, end) in &live {
                for byte in shape.bytes(place) {
                    let state = self.automaton.next_state(state, byte);
                    // A match is told one byte late: it ended before this byte.
                    let end = if self.automaton.is_match_state(state) { Some(place) } else { end };
                    if self.automaton.is_dead_state(state) {
                        ends.insert(end);
                    } else {
                        next.insert((state, end));
                    }
                }
            }
            live = next;
        }
        for (state, end) in live {
            let state = self.automaton.next_eoi_state(state);
            let end = if self.automaton.is_match_state(state) { Some(shape.len()) } else { end };
            ends.insert(end);
        }
        ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(pattern: &str, known: &str, length: usize) -> Answer<Option<usize>> {
        Pattern::at_start(pattern).unwrap().match_end(Shape::new(known.as_bytes(), length))
    }

    #[test]
    fn a_match_end_that_all_texts_share_is_found() {
        assert_eq!(end("0", "01", 8), Answer::Same(Some(1)));
        assert_eq!(end("0", "", 8), Answer::Differs);
        assert_eq!(end("0", "1", 8), Answer::Same(None));
        assert_eq!(end("0|00", "00", 8), Answer::Same(Some(1)), "the first alternative wins");
        assert_eq!(end("0(?:11)?", "0", 8), Answer::Differs);
        assert_eq!(end("0(?:11)?", "012", 8), Answer::Same(Some(1)));
        assert_eq!(end("0(?:11)?", "011", 8), Answer::Same(Some(3)));
        assert_eq!(end(r"([457]\d{6})$|1", "4", 7), Answer::Same(Some(7)));
        assert_eq!(end(r"([457]\d{6})$|1", "4", 8), Answer::Same(None));
    }

    #[test]
    fn a_whole_match_of_all_texts_is_found() {
        let pattern = Pattern::whole(r"[347-9]\d{9}").unwrap();
        assert_eq!(pattern.matches(Shape::new(b"80", 10)), Answer::Same(true));
        assert_eq!(pattern.matches(Shape::new(b"80", 9)), Answer::Same(false));
        assert_eq!(pattern.matches(Shape::new(b"", 10)), Answer::Differs);
        assert_eq!(pattern.matches(Shape::new(b"5", 10)), Answer::Same(false));
    }
}
