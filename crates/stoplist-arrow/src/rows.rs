//! Into which pieces is a batch cut, so that they can be worked on at the same time?

/// Rows of a piece: a multiple of 64, so that no word of bits belongs to two. Chosen, not measured:
/// to judge and copy so many takes some hundred microseconds, to hand them to another thread a few,
/// and a batch of 65,536 rows still keeps four threads at work.
pub(crate) const PIECE_ROWS: usize = 1 << 14;

/// Rows that are judged at once: 18 KB of numbers and statuses, so that they stay in the nearest
/// cache. A divisor of [`PIECE_ROWS`].
pub(crate) const BLOCK_ROWS: usize = 1 << 11;

/// Rows that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) start: usize,
    pub(crate) len: usize,
}

impl Piece {
    /// All pieces of so many rows, in order.
    pub(crate) fn all(rows: usize) -> impl Iterator<Item = Self> {
        Self { start: 0, len: rows }.cut(PIECE_ROWS)
    }

    /// Cut into blocks, in order.
    pub(crate) fn blocks(self) -> impl Iterator<Item = Self> {
        self.cut(BLOCK_ROWS)
    }

    fn cut(self, rows: usize) -> impl Iterator<Item = Self> {
        let starts = (self.start..self.end()).step_by(rows);
        starts.map(move |start| Self { start, len: rows.min(self.end() - start) })
    }

    pub(crate) fn end(self) -> usize {
        self.start + self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_and_blocks_cover_every_row_once_and_begin_at_words() {
        for rows in [0, 1, 64, 2_047, 2_048, 2_049, 16_383, 16_384, 16_385, 40_000] {
            for cut in [Piece::all(rows).collect(), blocks(rows)] {
                let mut at = 0;
                for piece in cut {
                    assert!(piece.start == at && piece.len > 0 && piece.start.is_multiple_of(64));
                    at = piece.end();
                }
                assert_eq!(at, rows);
            }
            assert!(Piece::all(rows).all(|piece| piece.len <= PIECE_ROWS));
            assert!(blocks(rows).iter().all(|block| block.len <= BLOCK_ROWS));
        }
    }

    fn blocks(rows: usize) -> Vec<Piece> {
        Piece::all(rows).flat_map(Piece::blocks).collect()
    }
}
