//! Is a value of a journal or a state read only when it is one, and written again as it was?
//!
//! The first byte chooses what the others are: the head of a record, a row of the state, a header,
//! a page of numbers.

use stoplist::fuzzing::{self, Kind};
use stoplist::{NumberSet, PhoneNumber};

use crate::input::Input;

/// What a first byte says, modulo one more than the kinds: the last one is a page.
const PAGE: usize = Kind::ALL.len();

/// Reads the bytes as what the first of them says.
///
/// # Panics
///
/// When what is read is not what was written.
pub fn journal_record(data: &[u8]) {
    let mut input = Input(data);
    let choice = usize::from(input.u8().unwrap_or(0)) % (PAGE + 1);
    let Some(&kind) = Kind::ALL.get(choice) else {
        let _ = page(input);
        return;
    };
    let Some(again) = kind.again(input.0) else { return };
    match kind {
        // Only the beginning is a header.
        Kind::RecordHeader | Kind::PageHeader => assert!(input.0.starts_with(&again)),
        // The names of groups and attributes are put in order.
        Kind::Record | Kind::Contact if again != input.0 => {
            assert!(again.len() <= input.0.len());
            assert_eq!(kind.again(&again).as_deref(), Some(again.as_slice()), "in order");
        }
        _ => assert_eq!(again, input.0, "written as it was read"),
    }
}

/// The first number and the last that it may have, and a set.
fn page(mut input: Input<'_>) -> Option<()> {
    let (first, last) = (input.u64()?, input.u64()?);
    let numbers = fuzzing::page(input.0, first, last);
    let set = NumberSet::read_portable(input.0).ok().filter(|set| {
        let ends = [set.min(), set.max()];
        ends.into_iter().flatten().map(PhoneNumber::get).all(|end| first <= end && end <= last)
    });
    assert_eq!(numbers, set, "all numbers of the page, and within its ends");
    Some(())
}
