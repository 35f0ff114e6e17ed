//! How are wanted texts copied?

use arrow::array::{ArrayData, OffsetSizeTrait};

use super::room::take;
use super::wanted::{Part, Wanted, runs};
use super::{Job, Unsound};

/// Texts, or other values of any length, that stand one after the other. The text of row `i` is
/// `bytes[offsets[i]..offsets[i + 1]]`.
#[derive(Clone, Copy)]
pub(super) struct Texts<'a, O> {
    offsets: &'a [O],
    bytes: &'a [u8],
}

/// An offset, and how it is written.
pub(super) trait Offset: OffsetSizeTrait {
    type Bytes: Copy;

    fn places(bytes: &mut [u8]) -> &mut [Self::Bytes];

    fn bytes(self) -> Self::Bytes;
}

impl Offset for i32 {
    type Bytes = [u8; 4];

    fn places(bytes: &mut [u8]) -> &mut [[u8; 4]] {
        bytes.as_chunks_mut().0
    }

    fn bytes(self) -> [u8; 4] {
        self.to_ne_bytes()
    }
}

impl Offset for i64 {
    type Bytes = [u8; 8];

    fn places(bytes: &mut [u8]) -> &mut [[u8; 8]] {
        bytes.as_chunks_mut().0
    }

    fn bytes(self) -> [u8; 8] {
        self.to_ne_bytes()
    }
}

impl<'a, O: Offset> Texts<'a, O> {
    pub(super) fn of(data: &'a ArrayData) -> Option<Self> {
        let [offsets, bytes] = data.buffers() else { return None };
        let offsets: &[O] = if offsets.is_empty() { &[] } else { data.buffer(0) };
        Some(Self { offsets, bytes })
    }

    /// How many bytes the texts of a part have.
    pub(super) fn size(self, wanted: &Wanted, part: &Part) -> Result<usize, Unsound> {
        let mut size = 0;
        for (start, len) in wanted.runs(part.among) {
            let ends = self.offsets.get(start).zip(self.offsets.get(start + len));
            let (from, to) = ends.ok_or(Unsound)?;
            let texts = self.bytes.get(from.as_usize()..to.as_usize()).ok_or(Unsound)?;
            size += texts.len();
        }
        Ok(size)
    }

    /// A job for each part, whose sizes these are; `offsets` and `bytes` have room for all.
    pub(super) fn jobs(
        self,
        wanted: &'a Wanted,
        parts: &'a [Part],
        sizes: &'a [usize],
        (mut offsets, mut bytes): (&'a mut [u8], &'a mut [u8]),
    ) -> impl Iterator<Item = Job<'a>> {
        take(&mut offsets, size_of::<O>()).fill(0);
        let mut start = 0;
        parts.iter().zip(sizes).map(move |(part, &size)| {
            let ends = take(&mut offsets, part.count * size_of::<O>());
            let to = take(&mut bytes, size);
            let before = start;
            start += size;
            Box::new(move || self.copy(wanted, part, before, ends, to).ok_or(Unsound)) as Job<'a>
        })
    }

    /// `before` is how many bytes there are before those of the part.
    fn copy(
        self,
        wanted: &Wanted,
        part: &Part,
        before: usize,
        ends: &mut [u8],
        to: &mut [u8],
    ) -> Option<()> {
        let ends = O::places(ends);
        let (mut at, mut row) = (0, 0);
        for (start, word) in wanted.words(part.among) {
            let offsets = self.offsets.get(start..self.offsets.len().min(start + 65))?;
            let (&first, after) = offsets.split_first()?;
            // How far the texts of the word move towards the front.
            let mut moved = first - O::from_usize(before + at)?;
            let mut previous = first;
            let mut descends = false;
            // As in `fixed`: a wanted text's end is the last that is written to its place.
            for (bit, &end) in after.iter().enumerate() {
                let is_wanted = word >> bit & 1;
                if is_wanted == 0 {
                    moved += end - previous;
                }
                descends |= end < previous;
                previous = end;
                if let Some(place) = ends.get_mut(row) {
                    *place = (end - moved).bytes();
                }
                row += is_wanted as usize;
            }
            if descends {
                return None;
            }
            for (start, len) in runs(word) {
                let from = offsets.get(start)?.as_usize()..offsets.get(start + len)?.as_usize();
                let size = from.end.checked_sub(from.start)?;
                to.get_mut(at..at + size)?.copy_from_slice(self.bytes.get(from)?);
                at += size;
            }
        }
        (row == ends.len() && at == to.len()).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Copies the rows of a word; offsets and bytes.
    fn copy(offsets: &[i32], bytes: &[u8], word: u64) -> Result<(Vec<u8>, Vec<u8>), Unsound> {
        let texts = Texts { offsets, bytes };
        let wanted = Wanted::new(vec![word], offsets.len() - 1);
        let parts = wanted.parts();
        let sizes = parts.iter().map(|part| texts.size(&wanted, part));
        let sizes = sizes.collect::<Result<Vec<_>, _>>()?;
        let mut to = vec![0xEE; sizes.iter().sum()];
        let mut ends = vec![0xEE; 4 * (wanted.count() + 1)];
        let jobs = texts.jobs(&wanted, &parts, &sizes, (&mut ends, &mut to));
        jobs.collect::<Vec<_>>().into_iter().try_for_each(|job| job())?;
        Ok((ends, to))
    }

    #[test]
    fn offsets_begin_at_zero_wherever_the_texts_lie() {
        let (ends, bytes) = copy(&[3, 5, 9, 9, 10], b"???aabbbbc", 0b1101).unwrap();
        let expected: Vec<u8> = [0, 2, 2, 3].into_iter().flat_map(i32::to_ne_bytes).collect();
        assert_eq!((ends, bytes.as_slice()), (expected, b"aac".as_slice()));
    }

    #[test]
    fn offsets_that_fall_or_leave_the_bytes_are_refused() {
        assert_eq!(copy(&[0, 4, 2, 5], b"abcde", 0b010), Err(Unsound));
        assert_eq!(copy(&[0, 2, 7], b"abcde", 0b10), Err(Unsound));
        assert_eq!(copy(&[0, -1, 2], b"abcde", 0b10), Err(Unsound));
    }
}
