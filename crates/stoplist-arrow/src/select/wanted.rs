//! Which rows of a batch are wanted, and where does each piece of them go?

use arrow::array::{BooleanArray, BooleanBufferBuilder};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer};

use crate::rows::Piece;

/// Rows of a batch, a bit for each.
#[derive(Debug)]
pub(crate) struct Wanted {
    words: Vec<u64>,
    rows: usize,
    count: usize,
}

/// The wanted rows among some that follow each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// The rows among which they are.
    pub(super) among: Piece,
    /// How many they are.
    pub(super) count: usize,
}

impl Wanted {
    /// Of words of 64 rows each. Bits past the last row are 0.
    pub(crate) fn new(words: Vec<u64>, rows: usize) -> Self {
        debug_assert_eq!(words.len(), rows.div_ceil(64));
        let count = ones(&words);
        Self { words, rows, count }
    }

    /// All that are not wanted here.
    pub(crate) fn others(&self) -> Self {
        let mut words: Vec<u64> = self.words.iter().map(|word| !word).collect();
        if let (Some(last), rest @ 1..) = (words.last_mut(), self.rows % 64) {
            *last &= (1 << rest) - 1;
        }
        Self::new(words, self.rows)
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn to_array(&self) -> BooleanArray {
        let Self { words, rows, count } = self;
        Self { words: words.clone(), rows: *rows, count: *count }.into_array()
    }

    pub(crate) fn into_array(self) -> BooleanArray {
        BooleanArray::new(BooleanBuffer::new(Buffer::from_vec(self.words), 0, self.rows), None)
    }

    /// Cut into parts that can be worked on by themselves.
    pub(super) fn parts(&self) -> Vec<Part> {
        let part = |among| Part { among, count: ones(self.words_of(among)) };
        Piece::all(self.rows).map(part).collect()
    }

    /// Which of the wanted rows are null.
    pub(super) fn nulls(&self, nulls: &NullBuffer) -> NullBuffer {
        let mut valid = BooleanBufferBuilder::new(self.count);
        for (start, len) in self.runs(Piece { start: 0, len: self.rows }) {
            valid.append_buffer(&nulls.inner().slice(start, len));
        }
        NullBuffer::new(valid.finish())
    }

    fn words_of(&self, piece: Piece) -> &[u64] {
        let words = piece.start / 64..piece.end().div_ceil(64);
        self.words.get(words).unwrap_or_default()
    }

    /// The words of a piece, each with the row of its first bit.
    #[inline]
    pub(super) fn words(&self, piece: Piece) -> impl Iterator<Item = (usize, u64)> + '_ {
        (piece.start..).step_by(64).zip(self.words_of(piece).iter().copied())
    }

    /// The runs of wanted rows in a piece: where each starts and how long it is. A run ends where a
    /// word does.
    #[inline]
    pub(super) fn runs(&self, piece: Piece) -> impl Iterator<Item = (usize, usize)> + '_ {
        let words = self.words(piece);
        words.flat_map(|(start, word)| runs(word).map(move |(at, len)| (start + at, len)))
    }
}

/// The runs of set bits in a word: where each starts and how long it is.
#[inline]
pub(super) fn runs(word: u64) -> impl Iterator<Item = (usize, usize)> {
    Runs(word)
}

struct Runs(u64);

impl Iterator for Runs {
    type Item = (usize, usize);

    #[inline]
    fn next(&mut self) -> Option<(usize, usize)> {
        if self.0 == 0 {
            return None;
        }
        let start = self.0.trailing_zeros();
        let len = (self.0 >> start).trailing_ones();
        // A run that ends with the word leaves nothing.
        self.0 &= u64::MAX.checked_shl(start + len).unwrap_or(0);
        Some((start as usize, len as usize))
    }
}

fn ones(words: &[u64]) -> usize {
    words.iter().map(|word| word.count_ones() as usize).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(wanted: &Wanted) -> Vec<bool> {
        wanted.to_array().values().iter().collect()
    }

    #[test]
    fn the_runs_of_a_word_are_its_set_bits() {
        let words =
            [0, 1, 1 << 63, u64::MAX, u64::MAX >> 1, u64::MAX << 1, 0xF0F0_0000_0000_0F81, 5];
        for word in words {
            let mut found = 0_u128;
            let mut end = 0;
            for (start, len) in runs(word) {
                // Runs do not touch: else they were one.
                assert!(len > 0 && (start > end || found == 0));
                found |= ((1 << len) - 1) << start;
                end = start + len;
            }
            assert_eq!(found, u128::from(word), "{word:x}");
        }
    }

    #[test]
    fn the_others_are_all_that_are_not_wanted_and_none_past_the_last_row() {
        for rows in [0_usize, 1, 63, 64, 65, 128, 130] {
            let all = vec![u64::MAX; rows.div_ceil(64)];
            let none = Wanted::new(vec![0; all.len()], rows);
            assert_eq!(none.others().count(), rows);
            assert_eq!(none.others().others().count(), 0);
            assert_eq!(bits(&none.others()), vec![true; rows]);
        }
        let some = Wanted::new(vec![0b1011, 0b1], 66);
        assert_eq!((some.count(), some.others().count()), (4, 62));
        let both = bits(&some).into_iter().zip(bits(&some.others()));
        assert!(both.into_iter().all(|(one, other)| one != other));
    }

    #[test]
    fn parts_count_their_own_rows() {
        let rows = 2 * crate::rows::PIECE_ROWS + 70;
        let mut words = vec![0b11; rows.div_ceil(64)];
        words[0] = 0;
        let wanted = Wanted::new(words, rows);
        let counts: Vec<usize> = wanted.parts().iter().map(|part| part.count).collect();
        assert_eq!(counts, [510, 512, 4]);
        assert_eq!(counts.iter().sum::<usize>(), wanted.count());
    }

    #[test]
    fn nulls_go_with_their_rows() {
        let valid: Vec<bool> = (0..130).map(|row| row % 3 > 0).collect();
        let wanted = Wanted::new(vec![u64::MAX << 1, 0xFF00, 0b11], 130);
        let expected = bits(&wanted).into_iter().zip(&valid).filter(|(is_wanted, _)| *is_wanted);
        let expected: NullBuffer = expected.map(|(_, valid)| *valid).collect();
        assert_eq!(wanted.nulls(&valid.into()), expected);
    }
}
