//! Where are the rules of the port: its metadata, and the patterns made of it?
//!
//! The port has them once for a process, and makes each pattern when it is first needed: whoever
//! comes meanwhile waits. In a forked child that may be for a thread that is not there. So a child
//! has rules of its own, and nobody waits while they are made.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberUtil};

use crate::fork;

/// Those that a child has made last.
static OWN: ArcSwapOption<Own> = ArcSwapOption::const_empty();

pub(super) struct Own {
    generation: u32,
    util: PhoneNumberUtil,
}

/// The rules that this process may use.
pub(super) enum Rules {
    /// Of a process that was not forked.
    First,
    Own(Arc<Own>),
}

impl Deref for Rules {
    type Target = PhoneNumberUtil;

    #[inline]
    fn deref(&self) -> &PhoneNumberUtil {
        match self {
            Self::First => &PHONE_NUMBER_UTIL,
            Self::Own(own) => &own.util,
        }
    }
}

#[inline]
pub(super) fn rules() -> Rules {
    match fork::generation() {
        0 => Rules::First,
        generation => of_child(generation),
    }
}

#[cold]
fn of_child(generation: u32) -> Rules {
    let mut kept = OWN.load_full();
    loop {
        if let Some(own) = kept.clone().filter(|own| own.generation == generation) {
            return Rules::Own(own);
        }
        // Those of the process cannot be made either, then.
        let Ok(util) = PhoneNumberUtil::new() else { return Rules::First };
        let own = Arc::new(Own { generation, util });
        let before = OWN.compare_and_swap(&kept, Some(Arc::clone(&own)));
        if before.as_ref().map(Arc::as_ptr) == kept.as_ref().map(Arc::as_ptr) {
            return Rules::Own(own);
        }
        // Another thread was faster.
        kept = Option::clone(&before);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::thread;

    use super::*;
    use crate::number::general::parse;

    const TEXTS: [&str; 7] = [
        "+49 (30) 901820",
        "tel:+44-20-7946-0958;ext=5",
        "\u{ff0b}\u{ff11}\u{ff16}\u{ff15}\u{ff10}2530000",
        "030/90 18 20",
        "0800 PIZZA",
        "+999 123 456 789",
        "+49 30",
    ];

    #[test]
    fn a_child_parses_by_rules_of_its_own_as_its_parent_does() {
        let parsed = || {
            let region = Some("DE".parse().unwrap());
            TEXTS.map(|text| (parse(text, None), parse(text, region)))
        };
        let by_parent = parsed();
        let mut seen = BTreeSet::new();
        for _ in 0..2 {
            fork::after_fork();
            // All threads of a child have the same rules, also those who come at the same time.
            let places = thread::scope(|scope| {
                let asking = [(); 4].map(|()| scope.spawn(|| &raw const *rules() as usize));
                asking.map(|thread| thread.join().unwrap())
            });
            assert!(places.iter().all(|place| *place == places[0]), "{places:?}");
            assert!(matches!(rules(), Rules::Own(_)));
            assert!(seen.insert(places[0]) && places[0] != &raw const *PHONE_NUMBER_UTIL as usize);
            assert_eq!(parsed(), by_parent);
        }
    }
}
