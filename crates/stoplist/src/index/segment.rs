//! How are the numbers of one segment laid into lines?
//!
//! A segment is a block of 2^16 to 2^22 numbers, all of an index alike. Its members are spread over
//! its lines by a multiplication that maps their offsets one to one, so that runs, holes and clusters
//! load the lines alike, and one more multiplication finds the line. A line then holds as many low
//! bits of each member as its line leaves open. The multiplier is one with which **no line has more
//! members than lanes**: so a look-up ends with its line, always. Nothing here knows the directory or
//! the numbers that are in no segment.

use super::lanes::Lanes;
use super::line::Line;

/// How many low bits of a number are its offset in its segment; all segments of an index have the
/// same size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size(u32);

impl Size {
    /// The sizes that segments may have: enough numbers for an entry of the directory to be a small
    /// part of them, few enough for a multiplier to be found soon.
    pub(super) const ALL: [Self; 7] =
        [Self(16), Self(17), Self(18), Self(19), Self(20), Self(21), Self(22)];

    pub(super) fn from_bits(bits: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.0 == bits)
    }

    #[inline]
    pub(super) const fn bits(self) -> u32 {
        self.0
    }

    /// The bits of an offset.
    const fn mask(self) -> u32 {
        (1 << self.0) - 1
    }

    /// A multiplier and a spread offset are in the high bits of a word: how far up.
    const fn high(self) -> u32 {
        u32::BITS - self.0
    }
}

/// How the lines of a segment hold their members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Packing {
    /// No number of the segment is in.
    Empty = 0,
    /// They have no lines: they are among the scattered numbers.
    Scattered = 1,
    /// A bit for each number that the line could have.
    Bits = 2,
    /// 46 lanes of 8 bits in 16 groups.
    Bytes = 3,
    /// 32 lanes of 16 bits.
    Halves = 4,
    /// 21 lanes of 24 bits.
    Triples = 5,
}

/// How many low bits of a number its line leaves open.
const BITS_OPEN: u32 = 9;
const BYTES_OPEN: u32 = 12;
const HALVES_OPEN: u32 = 16;
const TRIPLES_OPEN: u32 = 24;

/// [`Packing::Bytes`]: the starts of 16 groups and the end of the last, then lanes. No group ends
/// at byte 64, so that an end is a shift of a 64-bit word.
const GROUPS: usize = 16;
const FIRST_BYTE: usize = GROUPS + 1;
const BYTES_LANES: usize = Line::BYTES - 1 - FIRST_BYTE;
const HALVES_LANES: usize = Line::BYTES / 2;
/// [`Packing::Triples`]: 21 lanes of 16 bits, then as many of 8 bits.
const TRIPLES_LANES: usize = Line::BYTES / 3;
const TRIPLES_HIGH: usize = 2 * TRIPLES_LANES;

impl Packing {
    const WITH_LINES: [Self; 4] = [Self::Bits, Self::Bytes, Self::Halves, Self::Triples];

    /// What has no code is empty.
    #[inline]
    pub(super) fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Scattered,
            2 => Self::Bits,
            3 => Self::Bytes,
            4 => Self::Halves,
            5 => Self::Triples,
            _ => Self::Empty,
        }
    }

    /// How many lines a segment takes at the least, for them not to leave more bits open than
    /// their lanes have; one more where a value must be left that no member has, to fill lanes
    /// with.
    fn min_lines(self, size: Size) -> u64 {
        let least = |open: u32| 1 << size.bits().saturating_sub(open);
        match self {
            Self::Empty | Self::Scattered => 0,
            Self::Bits => least(BITS_OPEN),
            Self::Bytes => least(BYTES_OPEN),
            Self::Halves => least(HALVES_OPEN) + 1,
            Self::Triples => least(TRIPLES_OPEN) + 1,
        }
    }

    fn max_lines(self, size: Size) -> u64 {
        match self {
            Self::Empty | Self::Scattered => 0,
            Self::Bits => self.min_lines(size),
            // More than any number of members needs.
            Self::Bytes | Self::Halves | Self::Triples => 1 << 16,
        }
    }

    /// Members that a line has room for.
    pub(super) fn lanes(self) -> usize {
        match self {
            Self::Empty | Self::Scattered => 0,
            Self::Bits => 1 << BITS_OPEN,
            Self::Bytes => BYTES_LANES,
            Self::Halves => HALVES_LANES,
            Self::Triples => TRIPLES_LANES,
        }
    }

    /// How many lines to begin with for so many members.
    ///
    /// The more lines there are, the more likely is one with more members than lanes, so the
    /// emptier they have to be. With these, one multiplier in 17 to 33 leaves none overfull
    /// (`benches/record`, "load of a line").
    fn lines_for(self, members: u64, size: Size) -> Option<u64> {
        let lanes = self.lanes() as f64;
        let lines = |load: f64| (members as f64 / load).ceil() as u64;
        // Bytes are for large sets, where a few more lines save half of the building.
        let slack = if self == Self::Bytes { 0.0 } else { -0.3 };
        let deviations = (0.3 * log2(lines(0.7 * lanes)) + slack).max(0.0);
        // So that the load and so many standard deviations of it are the lanes.
        let root = ((deviations * deviations + 4.0 * lanes).sqrt() - deviations) / 2.0;
        let wanted = match self {
            Self::Bits => self.min_lines(size),
            _ => lines(root * root).max(self.min_lines(size)),
        };
        (wanted <= self.max_lines(size)).then_some(wanted)
    }
}

/// About the binary logarithm, 0 of 0: the same on every machine, as a library's need not be, so that
/// equal sets give equal indexes.
fn log2(value: u64) -> f64 {
    let Some(whole) = value.checked_ilog2() else { return 0.0 };
    f64::from(whole) + value as f64 / (1_u64 << whole) as f64 - 1.0
}

/// The entry of a segment in the directory: 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// The first of its lines, times 2^32, and the code of its packing. [`OTHER`] is added unless
    /// the packing is [`Packing::Halves`].
    start: u64,
    lines: u32,
    /// Odd, of as many bits as an offset has, in the high bits.
    multiplier: u32,
}

/// Makes the line of a segment one that there is not, so that the bounds check that a look-up needs
/// anyway tells the packing too.
const OTHER: u64 = 1 << 63;

impl Segment {
    pub(super) const EMPTY: Self = Self::without_lines(Packing::Empty);
    pub(super) const SCATTERED: Self = Self::without_lines(Packing::Scattered);
    pub(super) const BYTES: usize = 16;
    /// Lines that an index may have.
    pub(super) const MAX_LINES: usize = 1 << 31;

    const fn without_lines(packing: Packing) -> Self {
        Self { start: OTHER | packing as u64, lines: 0, multiplier: 0 }
    }

    fn new(packing: Packing, base: u32, lines: u32, multiplier: u32) -> Self {
        let other = if packing == Packing::Halves { 0 } else { OTHER };
        let start = other | u64::from(base) << 32 | packing as u64;
        Self { start, lines, multiplier }
    }

    #[inline]
    pub(super) fn packing(self) -> Packing {
        Packing::from_code(self.start as u8)
    }

    fn base(self) -> u32 {
        ((self.start & !OTHER) >> 32) as u32
    }

    /// The lines of the segment.
    pub(super) fn lines(self) -> std::ops::Range<usize> {
        let base = self.base() as usize;
        base..base + self.lines as usize
    }

    /// The line that a number is in if the packing is [`Packing::Halves`], else one that is not.
    #[inline]
    pub(super) fn halves_line_of(self, number: u64) -> usize {
        // The high bits of the product are those of the spread offset, the low eight are 0: the
        // packing's code in `start` is not carried over.
        let spread = (number as u32).wrapping_mul(self.multiplier);
        ((u64::from(spread) * u64::from(self.lines)).wrapping_add(self.start) >> 32) as usize
    }

    /// The line that a number is in, if it is in any.
    #[inline]
    pub(super) fn line_of(self, number: u64) -> usize {
        self.halves_line_of(number) & (Self::MAX_LINES - 1)
    }

    /// As little-endian bytes: base, lines, multiplier, packing, 0, 0, 0.
    pub(super) fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let fields = [self.base(), self.lines, self.multiplier, self.packing() as u32];
        for (place, field) in bytes.as_chunks_mut().0.iter_mut().zip(fields) {
            *place = field.to_le_bytes();
        }
        bytes
    }

    /// `None` unless it is one whose lines are among the first `lines`.
    pub(super) fn from_bytes(bytes: [u8; Self::BYTES], size: Size, lines: usize) -> Option<Self> {
        let mut fields = bytes.as_chunks().0.iter().map(|&field| u32::from_le_bytes(field));
        let [base, count, multiplier, code] = [(); 4].map(|()| fields.next().unwrap_or(0));
        let packing = Packing::from_code(u8::try_from(code).ok()?);
        let range = packing.min_lines(size)..=packing.max_lines(size);
        let odd = multiplier.trailing_zeros() == size.high();
        let known = packing as u32 == code;
        let fits = base as usize + count as usize <= lines.min(Self::MAX_LINES);
        if packing.lanes() == 0 {
            let none = base == 0 && count == 0 && multiplier == 0;
            return (known && none).then(|| Self::without_lines(packing));
        }
        let sound = fits && odd && range.contains(&u64::from(count));
        sound.then(|| Self::new(packing, base, count, multiplier))
    }
}

/// The bytes that a number takes among the scattered ones.
pub(super) const SCATTERED_BYTES: u64 = 16;

/// The cheapest packing of `members` numbers, with the lines to begin with, and about how many
/// bytes it takes; `None` when they are best scattered. Without `dense`, [`Packing::Bytes`] is left
/// out.
pub(super) fn plan(members: u64, size: Size, dense: bool) -> (Option<(Packing, u64)>, u64) {
    if members * SCATTERED_BYTES <= Line::BYTES as u64 {
        return (None, members * SCATTERED_BYTES);
    }
    let packings: &[Packing] = if dense {
        &Packing::WITH_LINES
    } else if members < 1 << (size.bits() - BITS_FROM) {
        &[Packing::Halves, Packing::Triples]
    } else {
        &[Packing::Bits]
    };
    let plans =
        packings.iter().filter_map(|packing| Some((*packing, packing.lines_for(members, size)?)));
    let best = plans.min_by_key(|&(_, lines)| lines);
    let bytes = best.map_or(u64::MAX, |(_, lines)| lines * Line::BYTES as u64);
    if bytes < members * SCATTERED_BYTES {
        (best, bytes)
    } else {
        (None, members * SCATTERED_BYTES)
    }
}

/// From one number in 2^3 on a segment is better off as bits: one byte a number or less.
const BITS_FROM: u32 = 3;

/// Lays the members of segments into lines.
#[derive(Debug)]
pub(super) struct Packer {
    size: Size,
    dense: bool,
    /// Members of each line; later, where the next member of the line goes.
    counts: Vec<u32>,
    by_line: Vec<u32>,
}

/// Multipliers that are tried before lines are added.
const TRIES: u64 = 32;
/// How often lines are added, by a thirty-second, before the members are left to the scattered
/// numbers: members that chance has placed have found their lines long before.
const ADDITIONS: u64 = 16;

impl Packer {
    pub(super) fn new(size: Size, dense: bool) -> Self {
        Self { size, dense, counts: Vec::new(), by_line: Vec::new() }
    }

    /// Packs the low 32 bits of the members of one segment, without repeats. The lines are
    /// appended; `None`, and nothing is, when the numbers are best scattered.
    pub(super) fn pack(
        &mut self,
        members: &[u32],
        base: usize,
        lines: &mut Vec<Line>,
    ) -> Option<Segment> {
        let (planned, _) = plan(members.len() as u64, self.size, self.dense);
        let (packing, mut count) = planned?;
        let most = packing.max_lines(self.size);
        let mut additions = 0;
        let segment = loop {
            // Members that were chosen to crowd one line are better off scattered.
            let bytes = count * Line::BYTES as u64;
            let worth = bytes <= members.len() as u64 * SCATTERED_BYTES;
            if !worth
                || additions > ADDITIONS
                || count > most
                || base + count as usize > Segment::MAX_LINES
            {
                return None;
            }
            let size = self.size;
            let mut segments = (0..TRIES).map(|attempt| {
                Segment::new(packing, base as u32, count as u32, multiplier(attempt, size))
            });
            if let Some(segment) = segments.find(|&segment| self.count(segment, members)) {
                break segment;
            }
            count += count / 32 + 1;
            additions += 1;
        };
        self.sort_by_line(segment, members);
        let inverse = inverse(segment.multiplier >> self.size.high());
        let mut start = 0;
        for (bucket, &end) in (0..).zip(&self.counts) {
            let members = self.by_line.get(start..end as usize).unwrap_or_default();
            let (_, window_end) = window(bucket, segment.lines, self.size);
            // A number of the same segment that is in another line.
            let mask = self.size.mask();
            let offset = window_end.wrapping_mul(inverse) & mask;
            let other = members.first().map_or(offset, |first| first & !mask | offset);
            lines.push(fill(packing, members, other));
            start = end as usize;
        }
        Some(segment)
    }

    /// Counts the members of each line; whether none has more than lanes.
    fn count(&mut self, segment: Segment, members: &[u32]) -> bool {
        let lanes = segment.packing().lanes() as u32;
        self.counts.clear();
        self.counts.resize(segment.lines as usize, 0);
        let base = segment.base() as usize;
        members.iter().all(|&member| {
            let count = self.counts.get_mut(segment.line_of(member.into()) - base);
            count.is_some_and(|count| {
                *count += 1;
                *count <= lanes
            })
        })
    }

    /// Fills `by_line`, and makes the counts ends.
    fn sort_by_line(&mut self, segment: Segment, members: &[u32]) {
        let mut start = 0;
        for count in &mut self.counts {
            start += std::mem::replace(count, start);
        }
        let base = segment.base() as usize;
        self.by_line.resize(members.len(), 0);
        for &member in members {
            if let Some(next) = self.counts.get_mut(segment.line_of(member.into()) - base) {
                if let Some(place) = self.by_line.get_mut(*next as usize) {
                    *place = member;
                }
                *next += 1;
            }
        }
    }
}

/// The multipliers in the order in which they are tried: odd, of as many bits as an offset has,
/// in the high bits of a word.
fn multiplier(attempt: u64, size: Size) -> u32 {
    // The first is 2^64 over the golden ratio: consecutive offsets fall as far from each other as
    // they can. The others are its odd multiples, mixed.
    let mixed = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(2 * attempt + 1);
    let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed >> 40) as u32 | 1) << size.high()
}

/// The inverse of an odd number modulo 2^32, and so modulo every smaller power of two.
fn inverse(odd: u32) -> u32 {
    // Newton's iteration doubles the bits that are right, three at first.
    (0..4)
        .fold(odd, |inverse, _| inverse.wrapping_mul(2_u32.wrapping_sub(odd.wrapping_mul(inverse))))
}

/// The places of spread offsets that belong to a line: from the first to before the second.
fn window(bucket: u32, lines: u32, size: Size) -> (u32, u32) {
    let start = |bucket: u64| (bucket << size.bits()).div_ceil(lines.max(1).into()) as u32;
    (start(bucket.into()), start(u64::from(bucket) + 1))
}

/// The line of some members; `other` is a number that belongs to another line.
fn fill(packing: Packing, members: &[u32], other: u32) -> Line {
    let mut line = Line::ZERO;
    let padded = members.iter().copied().chain(std::iter::repeat(other));
    match packing {
        Packing::Empty | Packing::Scattered => {}
        Packing::Bits => {
            for member in members {
                if let Some(byte) = line.0.get_mut((member >> 3) as usize % Line::BYTES) {
                    *byte |= 1 << (member % 8);
                }
            }
        }
        Packing::Bytes => fill_bytes(members, &mut line),
        Packing::Halves => {
            for (place, lane) in line.0.as_chunks_mut().0.iter_mut().zip(padded) {
                *place = (lane as u16).to_le_bytes();
            }
        }
        Packing::Triples => {
            let (low, high) = line.0.split_at_mut(TRIPLES_HIGH);
            for ((low, high), lane) in low.as_chunks_mut().0.iter_mut().zip(high).zip(padded) {
                *low = (lane as u16).to_le_bytes();
                *high = (lane >> 16) as u8;
            }
        }
    }
    line
}

fn fill_bytes(members: &[u32], line: &mut Line) {
    let group = |member: u32| (member >> 8) as usize % GROUPS;
    // How many members each group has, then where the next of the group goes.
    let mut next = [0_u8; GROUPS];
    for &member in members {
        if let Some(count) = next.get_mut(group(member)) {
            *count += 1;
        }
    }
    let mut start = FIRST_BYTE as u8;
    for (next, bound) in next.iter_mut().zip(&mut line.0) {
        *bound = start;
        start += std::mem::replace(next, start);
    }
    line.0[GROUPS] = start;
    for &member in members {
        let Some(next) = next.get_mut(group(member)) else { continue };
        if let Some(lane) = line.0.get_mut(usize::from(*next)) {
            *lane = member as u8;
        }
        *next += 1;
    }
}

/// Whether a line of [`Packing::Bytes`] has a number that would be in it.
#[inline]
fn bytes_have(lanes: Lanes, line: &Line, number: u64) -> bool {
    let group = (number >> 8) as usize % GROUPS;
    // At most 16, so in bounds. The bounds of a damaged line may be anything: they wrap.
    let [start, end] = [group, group + 1].map(|at| line.0.get(at).copied().unwrap_or(0));
    let before = |lane: u8| 1_u64.wrapping_shl(lane.into());
    let of_group = before(end).wrapping_sub(before(start));
    lanes.bytes_with(line, number as u8) & of_group != 0
}

/// Whether a line has a number that would be in it.
#[inline]
pub(super) fn line_has(packing: Packing, lanes: Lanes, line: &Line, number: u64) -> bool {
    if packing == Packing::Halves {
        return lanes.halves_with(line, number as u16) != 0;
    }
    if packing == Packing::Bytes {
        return bytes_have(lanes, line, number);
    }
    line_has_rarely(packing, lanes, line, number)
}

/// The packings that are seldom met, out of the way of the others.
#[inline(never)]
fn line_has_rarely(packing: Packing, lanes: Lanes, line: &Line, number: u64) -> bool {
    if packing == Packing::Bits {
        let byte = line.0.get((number >> 3) as usize % Line::BYTES).copied().unwrap_or(0);
        return byte >> (number % 8) & 1 == 1;
    }
    if packing == Packing::Triples {
        let low = u64::from(lanes.halves_with(line, number as u16));
        let high = lanes.bytes_with(line, (number >> 16) as u8) >> TRIPLES_HIGH;
        return low & high & ((1 << TRIPLES_LANES) - 1) != 0;
    }
    false
}

/// Calls `found` with the offset of each member that a line holds. What a damaged line says of other
/// lines' numbers is left out.
pub(super) fn members_of(
    segment: Segment,
    size: Size,
    bucket: u32,
    line: &Line,
    mut found: impl FnMut(u32),
) {
    let (start, end) = window(bucket, segment.lines, size);
    let multiplier = segment.multiplier >> size.high();
    let inverse = inverse(multiplier);
    // The one place of the window to which an offset with these low bits is spread, if there is
    // one: the low bits of a product depend on the low bits of its factors alone.
    let mut tell = |low: u32, open: u32| {
        let place = low.wrapping_mul(multiplier);
        let place = start + (place.wrapping_sub(start) & ((1 << open.min(size.bits())) - 1));
        if place < end {
            found(place.wrapping_mul(inverse) & size.mask());
        }
    };
    match segment.packing() {
        Packing::Empty | Packing::Scattered => {}
        Packing::Bits => {
            for (lane, mut word) in (0..).zip(line.longs()) {
                while word != 0 {
                    tell(lane * u64::BITS + word.trailing_zeros(), BITS_OPEN);
                    word &= word - 1;
                }
            }
        }
        Packing::Bytes => {
            for (group, bounds) in (0..).zip(line.0.windows(2).take(GROUPS)) {
                let &[start, end] = bounds else { continue };
                let lanes = line.0.get(usize::from(start)..usize::from(end));
                for &lane in lanes.unwrap_or_default() {
                    tell(group << 8 | u32::from(lane), BYTES_OPEN);
                }
            }
        }
        Packing::Halves => {
            for &lane in line.0.as_chunks().0 {
                tell(u16::from_le_bytes(lane).into(), HALVES_OPEN);
            }
        }
        Packing::Triples => {
            let (low, high) = line.0.split_at(TRIPLES_HIGH);
            for (&low, &high) in low.as_chunks().0.iter().zip(high).take(TRIPLES_LANES) {
                let low = u32::from(u16::from_le_bytes(low));
                tell(low | u32::from(high) << 16, TRIPLES_OPEN);
            }
        }
    }
}

#[cfg(test)]
mod tests;
