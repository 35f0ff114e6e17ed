//! Which of many answers are yes?

/// A bit for each number of a batch, in the order of the batch.
///
/// Bit `i` is bit `i % 64` of word `i / 64`, which on little-endian machines is the layout of
/// Arrow's boolean buffers. The bits past the last are 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bitmask {
    words: Vec<u64>,
    len: usize,
}

impl Bitmask {
    /// No bits. Allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many bits there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bit `at`, counted from 0; `false` past the last.
    #[must_use]
    pub fn get(&self, at: usize) -> bool {
        self.words.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// How many bits are set.
    #[must_use]
    pub fn count_ones(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The places of the set bits, ascending.
    pub fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros();
                (rest != 0).then(|| {
                    rest &= rest - 1;
                    at * 64 + bit as usize
                })
            })
        })
    }

    /// The words, 64 bits each.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Gives the words away.
    #[must_use]
    pub fn into_words(self) -> Vec<u64> {
        self.words
    }

    /// Makes it `len` bits, all 0; keeps the memory.
    pub(crate) fn reset(&mut self, len: usize) -> &mut [u64] {
        self.len = len;
        self.words.clear();
        self.words.resize(len.div_ceil(64), 0);
        &mut self.words
    }
}
