//! How are wanted values of one size copied?

use arrow::array::ArrayData;
use arrow::datatypes::DataType;

use super::room::take;
use super::wanted::{Part, Wanted};
use super::{Job, Unsound};

/// Values of so many bytes each.
#[derive(Clone, Copy)]
pub(super) struct Fixed<'a> {
    values: &'a [u8],
    width: usize,
}

impl<'a> Fixed<'a> {
    /// The values of an array; `None` when they have not all the same size.
    pub(super) fn of(data: &'a ArrayData) -> Option<Self> {
        let width = match data.data_type() {
            DataType::Dictionary(keys, _) => keys.primitive_width()?,
            DataType::FixedSizeBinary(width) => usize::try_from(*width).ok()?,
            DataType::Utf8View | DataType::BinaryView => size_of::<u128>(),
            other => other.primitive_width()?,
        };
        let values = data.offset() * width..(data.offset() + data.len()) * width;
        Some(Self { values: data.buffers().first()?.get(values)?, width })
    }

    /// How many bytes so many values have.
    pub(super) fn size(self, count: usize) -> usize {
        count * self.width
    }

    /// A job for each part; `to` has room for all.
    pub(super) fn jobs(
        self,
        wanted: &'a Wanted,
        parts: &'a [Part],
        mut to: &'a mut [u8],
    ) -> impl Iterator<Item = Job<'a>> {
        parts.iter().map(move |part| {
            let to = take(&mut to, self.size(part.count));
            Box::new(move || self.copy(wanted, part, to).ok_or(Unsound)) as Job<'a>
        })
    }

    fn copy(self, wanted: &Wanted, part: &Part, to: &mut [u8]) -> Option<()> {
        match self.width {
            1 => pack::<1>(self.values, wanted, part, to),
            2 => pack::<2>(self.values, wanted, part, to),
            4 => pack::<4>(self.values, wanted, part, to),
            8 => pack::<8>(self.values, wanted, part, to),
            16 => pack::<16>(self.values, wanted, part, to),
            width => {
                let mut at = 0;
                for (start, len) in wanted.runs(part.among) {
                    let (from, len) = (start * width, len * width);
                    to.get_mut(at..at + len)?.copy_from_slice(self.values.get(from..from + len)?);
                    at += len;
                }
                Some(())
            }
        }
    }
}

/// Copies wanted values of `N` bytes. Where some of 64 are not wanted, each is written all the same,
/// and the next one over it: runs are too short for a branch that ends them to be foreseen.
fn pack<const N: usize>(values: &[u8], wanted: &Wanted, part: &Part, to: &mut [u8]) -> Option<()> {
    let (values, _) = values.as_chunks::<N>();
    let (to, _) = to.as_chunks_mut::<N>();
    let mut at = 0;
    for (start, word) in wanted.words(part.among) {
        let values = values.get(start..values.len().min(start + 64))?;
        if word == u64::MAX {
            to.get_mut(at..at + 64)?.copy_from_slice(values);
            at += 64;
            continue;
        }
        for (bit, value) in values.iter().enumerate() {
            if let Some(place) = to.get_mut(at) {
                *place = *value;
            }
            at += (word >> bit & 1) as usize;
        }
    }
    (at == to.len()).then_some(())
}
