//! What do the numbering plans say of a text that is only digits?
//!
//! The general rules decide by patterns: does the text start with the region's international
//! prefix, with its own calling code, with a trunk prefix, and is the length then possible? For
//! most pairs of "first four digits" and "number of digits" the decision is the same whatever the
//! other digits are. `cargo xtask rules` finds these pairs in the metadata of the general parser
//! and writes them to `plan_table.rs`; a pair that is not there is left to the general parser. So
//! a table that knows too little costs time, never a wrong answer.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use super::plan_table::{CALLING_CODES, INTERNATIONAL, REGIONS};
use super::swar::{Digits, MAX_DIGITS, POW10};
use super::{PhoneNumber, Region};

/// The number of prefixes of four digits.
const PREFIXES: usize = 10_000;

/// One region's rows of the generated table.
pub(super) struct RegionRow {
    /// ISO 3166-1 alpha-2.
    pub(super) code: &'static str,
    pub(super) calling_code: u16,
    /// The class of a prefix is that of the last row at or below it.
    pub(super) prefixes: &'static [(u16, u8)],
    pub(super) classes: &'static [&'static [Completion]],
}

/// How a national text of one length becomes international.
pub(super) struct Completion {
    /// The digits in the text.
    pub(super) length: u8,
    /// How many of them, at its start, are not part of the national number: a trunk prefix, or the
    /// calling code itself.
    pub(super) skip: u8,
    /// The value of the digits skipped.
    pub(super) skipped: u16,
}

/// Bit `n` is set where every text of `n` digits with the prefix (the index) is an E.164 number.
static POSSIBLE_LENGTHS: [u16; PREFIXES] = {
    let mut lengths = [0; PREFIXES];
    let mut row = 0;
    while row < INTERNATIONAL.len() {
        let (start, mask) = INTERNATIONAL[row];
        let end = if row + 1 < INTERNATIONAL.len() {
            INTERNATIONAL[row + 1].0 as usize
        } else {
            PREFIXES
        };
        let mut prefix = start as usize;
        while prefix < end {
            lengths[prefix] = mask;
            prefix += 1;
        }
        row += 1;
    }
    lengths
};

/// Takes digits as they stand, where every such text is a number.
#[inline]
pub(super) fn international(digits: Digits, length: usize) -> Option<PhoneNumber> {
    let lengths = POSSIBLE_LENGTHS.get(usize::from(digits.prefix))?;
    (lengths >> length & 1 == 1).then_some(PhoneNumber(digits.value))
}

/// The digits of the calling code that numbers with these first three digits have, 0 for none.
static CALLING_CODE_DIGITS: [u8; 1000] = {
    let mut digits = [0; 1000];
    let mut row = 0;
    while row < CALLING_CODES.len() {
        let code = CALLING_CODES[row] as usize;
        let (start, end, length) = if code < 10 {
            (code * 100, code * 100 + 100, 1)
        } else if code < 100 {
            (code * 10, code * 10 + 10, 2)
        } else {
            (code, code + 1, 3)
        };
        let mut index = start;
        while index < end {
            digits[index] = length;
            index += 1;
        }
        row += 1;
    }
    digits
};

/// The calling code of an E.164 value, and how many digits follow it.
pub(super) fn calling_code(value: u64) -> Option<(u16, u32)> {
    let digits = value.checked_ilog10()? + 1;
    let first_three = value / POW10.get(digits.checked_sub(3)? as usize)?;
    let length = *CALLING_CODE_DIGITS.get(first_three as usize)?;
    let national_digits = digits - u32::from(length);
    let code = value / POW10.get(national_digits as usize)?;
    (length > 0).then_some((code as u16, national_digits))
}

/// One region's plan, ready for look-ups.
pub(super) struct NationalPlan {
    /// Index: prefix. Value: index into `additions`.
    classes: Box<[u8; PREFIXES]>,
    /// For each class and length, what to add to the digits to have the E.164 value: the calling
    /// code in its place, less the digits skipped. `LOOK_CLOSER` where the plan does not say.
    additions: Vec<[u64; MAX_DIGITS + 1]>,
}

/// No addition has this value: the greatest is under 10^15, the least above -10^15.
const LOOK_CLOSER: u64 = 1 << 63;

impl NationalPlan {
    /// Makes a national text international, where the plan says how.
    #[inline]
    pub(super) fn complete(&self, digits: Digits, length: usize) -> Option<PhoneNumber> {
        let class = *self.classes.get(usize::from(digits.prefix))?;
        let addition = *self.additions.get(usize::from(class))?.get(length)?;
        (addition != LOOK_CLOSER).then(|| PhoneNumber(digits.value.wrapping_add(addition)))
    }

    fn of(row: &RegionRow) -> Self {
        let mut classes = Box::new([0; PREFIXES]);
        for (i, &(start, class)) in row.prefixes.iter().enumerate() {
            let end = row.prefixes.get(i + 1).map_or(PREFIXES, |next| usize::from(next.0));
            if let Some(prefixes) = classes.get_mut(usize::from(start)..end) {
                prefixes.fill(class);
            }
        }
        let addition = |completion: &Completion| {
            let place = POW10.get(usize::from(completion.length - completion.skip))?;
            let digits = i64::from(row.calling_code) - i64::from(completion.skipped);
            Some(digits.cast_unsigned().wrapping_mul(*place))
        };
        let additions = row.classes.iter().map(|completions| {
            let mut additions = [LOOK_CLOSER; MAX_DIGITS + 1];
            for completion in *completions {
                let slot = additions.get_mut(usize::from(completion.length));
                if let (Some(slot), Some(addition)) = (slot, addition(completion)) {
                    *slot = addition;
                }
            }
            additions
        });
        Self { classes, additions: additions.collect() }
    }
}

impl std::fmt::Debug for NationalPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NationalPlan").field("classes", &self.additions.len()).finish()
    }
}

/// The plan of a region; made at its first use and kept (at most 14 KB).
///
/// Nobody waits for another who makes it: that one may be a thread that a forked child has not. Of
/// two who make it at the same time, one has made it in vain.
#[expect(clippy::indexing_slicing, reason = "a Region's index is that of a row of REGIONS")]
pub(super) fn national(region: Region) -> &'static NationalPlan {
    static PLANS: [ArcSwapOption<&NationalPlan>; REGIONS.len()] =
        [const { ArcSwapOption::const_empty() }; REGIONS.len()];
    let kept = &PLANS[region.index()];
    if let Some(plan) = &*kept.load() {
        return plan;
    }
    let made: &'static NationalPlan =
        Box::leak(Box::new(NationalPlan::of(&REGIONS[region.index()])));
    let before = kept.compare_and_swap(&None::<Arc<_>>, Some(Arc::new(made)));
    before.as_ref().map_or(made, |plan| plan)
}
