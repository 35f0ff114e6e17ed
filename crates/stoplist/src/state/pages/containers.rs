//! Which blocks of consecutive numbers are in each 65,536 values of a set?
//!
//! The bitmap library shows values and blocks, not its containers. Scattered values are read one by
//! one, which is several times as fast as asking for blocks; long blocks are asked for, since their
//! values may be billions. What was seen last decides which.

use roaring::RoaringBitmap;
use roaring::bitmap::Iter;

use crate::NumberSet;

/// So many values in a row make a block worth asking for.
const STREAK: u32 = 16;

/// The values of one container: those of a bitmap that have the same upper 16 bits.
#[derive(Debug, Default)]
pub(super) struct Container {
    /// The upper 32 bits of the numbers.
    pub(super) high: u32,
    /// The next 16.
    pub(super) key: u16,
    /// First value and length less one of each block; ascending, none touching the next.
    pub(super) runs: Vec<[u16; 2]>,
    /// How many values there are.
    pub(super) size: u32,
}

/// Reads a set container by container.
pub(super) struct Containers<'a> {
    bitmaps: Box<dyn Iterator<Item = (u32, &'a RoaringBitmap)> + 'a>,
    bitmap: Option<(u32, Iter<'a>)>,
    /// Read, but of a later container.
    ahead: Option<(u32, u32)>,
    /// Whether blocks are asked for.
    asks_blocks: bool,
}

impl<'a> Containers<'a> {
    pub(super) fn of(set: &'a NumberSet) -> Self {
        Self { bitmaps: Box::new(set.bitmaps()), bitmap: None, ahead: None, asks_blocks: false }
    }

    /// Reads the next container; whether there was one.
    pub(super) fn next_into(&mut self, container: &mut Container) -> bool {
        loop {
            if self.bitmap.is_none() {
                self.bitmap = self.bitmaps.next().map(|(high, bitmap)| (high, bitmap.iter()));
            }
            let Some((high, iter)) = &mut self.bitmap else { return false };
            let first = self.ahead.take().or_else(|| iter.next().map(|value| (value, value)));
            let Some((first, last)) = first else {
                self.bitmap = None;
                continue;
            };
            container.high = *high;
            container.key = (first >> 16) as u16;
            container.runs.clear();
            container.size = 0;
            let end = first | 0xFFFF;
            self.ahead = container.push(first, last, end);
            while self.ahead.is_none() {
                let next = if self.asks_blocks {
                    let block = iter.next_range().map(|range| (*range.start(), *range.end()));
                    self.asks_blocks = block.is_some_and(|(first, last)| last - first >= STREAK);
                    block
                } else {
                    read_values(iter, container, end, &mut self.asks_blocks)
                };
                let Some((first, last)) = next else { break };
                self.ahead = container.push(first, last, end);
            }
            return true;
        }
    }
}

/// Reads values into the container until one is of a later container, which is the answer, or
/// until a block has become long; `None` too when no value is left.
fn read_values(
    iter: &mut Iter<'_>,
    container: &mut Container,
    end: u32,
    asks_blocks: &mut bool,
) -> Option<(u32, u32)> {
    let mut streak = 0;
    loop {
        let value = iter.next()?;
        if value > end {
            return Some((value, value));
        }
        container.size += 1;
        let low = value as u16;
        match container.runs.last_mut() {
            Some([first, more]) if u32::from(*first) + u32::from(*more) + 1 == u32::from(low) => {
                *more += 1;
                streak += 1;
                if streak == STREAK {
                    *asks_blocks = true;
                    let value = iter.next_range()?;
                    return Some((*value.start(), *value.end()));
                }
            }
            _ => {
                container.runs.push([low, 0]);
                streak = 0;
            }
        }
    }
}

impl Container {
    /// Takes a block in that starts after all others; what of it is of later containers.
    fn push(&mut self, first: u32, last: u32, end: u32) -> Option<(u32, u32)> {
        if first > end {
            return Some((first, last));
        }
        let stop = last.min(end);
        self.size += stop - first + 1;
        let (low, more) = (first as u16, (stop - first) as u16);
        match self.runs.last_mut() {
            Some([start, length])
                if u32::from(*start) + u32::from(*length) + 1 == u32::from(low) =>
            {
                *length += more + 1;
            }
            _ => self.runs.push([low, more]),
        }
        (last > end).then(|| (end + 1, last))
    }
}
