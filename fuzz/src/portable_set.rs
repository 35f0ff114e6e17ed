//! Is a portable set exactly what its bytes say?
//!
//! The bytes are a file. A reader of this module's own, written from the page of the format, says
//! what it holds; the two have to agree on every file, sound or not.

use std::ops::RangeInclusive;

use stoplist::{MAX_PORTABLE_NUMBERS, NumberSet, PhoneNumber};

use crate::input::Input;
use crate::reads::Pieces;

/// Files up to this long are also read byte by byte.
const SHORT: usize = 300;

/// Reads the bytes as a portable set.
///
/// # Panics
///
/// When the set is not what the bytes say.
pub fn portable_set(data: &[u8]) {
    let read = NumberSet::read_portable(data);
    if data.len() <= SHORT {
        let again = NumberSet::read_portable(Pieces::new(data, 1));
        assert_eq!(again.as_ref().ok(), read.as_ref().ok(), "byte by byte");
    }
    let said = Said::read(data).filter(|said| said.count <= MAX_PORTABLE_NUMBERS);
    assert_eq!(read.is_ok(), said.is_some(), "{read:?} is read, {said:?} is said");
    let (set, said) = match (read, said) {
        (Ok(set), Some(said)) => (set, said),
        (read, _) => return drop(read.map_err(|error| error.to_string())),
    };
    said.check(&set);
    let mut bytes = Vec::new();
    assert!(set.write_portable(&mut bytes).is_ok());
    assert_eq!(bytes.len(), set.portable_size());
    // What is written has one form only; a file that has another one is read all the same.
    assert!(bytes == data || !said.is_plain, "written as it was read");
    let again = NumberSet::read_portable(bytes.as_slice());
    assert_eq!(again.ok().as_ref(), Some(&set), "written and read again");
}

/// What a file says.
#[derive(Debug, Default)]
struct Said {
    /// The blocks of consecutive numbers, ascending, within 2^16 each.
    ranges: Vec<RangeInclusive<u64>>,
    count: u64,
    /// Whether it has nothing that could have been left out: empty bitmaps, marks of runs where
    /// there are none.
    is_plain: bool,
}

impl Said {
    /// `None` when the bytes break a rule of the format or say what is no phone number.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut said = Self { is_plain: true, ..Self::default() };
        let mut input = Input(bytes);
        let mut free_from = 0_u64;
        for _ in 0..input.u64()? {
            let key = u64::from(input.u32()?);
            if key < free_from {
                return None;
            }
            free_from = key + 1;
            said.bitmap(key << 32, &mut input)?;
        }
        let (min, max) = (PhoneNumber::MIN.get(), PhoneNumber::MAX.get());
        let least = said.ranges.first().map_or(min, |range| *range.start());
        let greatest = said.ranges.last().map_or(max, |range| *range.end());
        (input.0.is_empty() && least >= min && greatest <= max).then_some(said)
    }

    fn bitmap(&mut self, base: u64, input: &mut Input<'_>) -> Option<()> {
        let whole = input.0.len();
        let cookie = input.u32()?;
        let (containers, runs) = match cookie & 0xFFFF {
            12_346 if cookie >> 16 == 0 => (input.u32()?, None),
            12_347 => {
                let containers = (cookie >> 16) + 1;
                (containers, Some(input.bytes(containers.div_ceil(8) as usize)?))
            }
            _ => return None,
        };
        if containers > 1 << 16 {
            return None;
        }
        self.is_plain &= containers > 0;
        let headers = Input(input.bytes(containers as usize * 4)?);
        let has_offsets = runs.is_none() || containers >= 4;
        let mut offsets =
            Input(if has_offsets { input.bytes(containers as usize * 4)? } else { &[] });
        let is_runs = |at: u32| {
            runs.and_then(|runs| runs.get(at as usize / 8))
                .is_some_and(|byte| byte >> (at % 8) & 1 == 1)
        };
        if let Some(runs) = runs {
            let set: u32 = runs.iter().map(|byte| byte.count_ones()).sum();
            let used = (0..containers).filter(|&at| is_runs(at)).count();
            self.is_plain &= used > 0 && set as usize == used;
        }
        let mut headers = headers;
        let mut free_from = 0;
        for at in 0..containers {
            let (key, size) = (u64::from(headers.u16()?), u64::from(headers.u16()?) + 1);
            if key < free_from || has_offsets && offsets.u32()? as usize != whole - input.0.len() {
                return None;
            }
            free_from = key + 1;
            let before = self.count;
            self.container(base + (key << 16), size, is_runs(at), input)?;
            if self.count - before != size {
                return None;
            }
        }
        Some(())
    }

    fn container(
        &mut self,
        base: u64,
        size: u64,
        is_runs: bool,
        input: &mut Input<'_>,
    ) -> Option<()> {
        if is_runs {
            let mut free_from = 0;
            for _ in 0..input.u16()? {
                let (start, more) = (u64::from(input.u16()?), u64::from(input.u16()?));
                if start < free_from || start + more > 0xFFFF {
                    return None;
                }
                free_from = start + more + 2;
                self.push(base + start, base + start + more);
            }
        } else if size <= 4_096 {
            let mut free_from = 0;
            for _ in 0..size {
                let value = u64::from(input.u16()?);
                if value < free_from {
                    return None;
                }
                free_from = value + 1;
                self.push(base + value, base + value);
            }
        } else {
            let mut words = Input(input.bytes(8_192)?);
            for word in 0..1_024 {
                let bits = words.u64()?;
                for bit in (0..64).filter(|bit| bits >> bit & 1 == 1) {
                    self.push(base + word * 64 + bit, base + word * 64 + bit);
                }
            }
        }
        Some(())
    }

    fn push(&mut self, first: u64, last: u64) {
        self.count += last - first + 1;
        match self.ranges.last_mut() {
            // Within 2^32, as the ranges of a set are.
            Some(range) if *range.end() + 1 == first && !first.is_multiple_of(1 << 32) => {
                *range = *range.start()..=last;
            }
            _ => self.ranges.push(first..=last),
        }
    }

    fn check(&self, set: &NumberSet) {
        assert_eq!(set.len(), self.count, "so many numbers");
        let ranges = set.ranges().map(|range| range.start().get()..=range.end().get());
        assert!(ranges.eq(self.ranges.iter().cloned()), "these numbers");
        for end in self.ranges.iter().flat_map(|range| [*range.start(), *range.end()]) {
            assert!(PhoneNumber::new(end).is_ok_and(|number| set.contains(number)), "{end}");
        }
    }
}
