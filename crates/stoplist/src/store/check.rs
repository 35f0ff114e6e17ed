//! Why is a number stopped?

use jiff::Timestamp;

use crate::block::{Block, Target};
use crate::list::BLOCKED;
use crate::{PhoneNumber, Traffic};

use super::Store;

/// Why a list stops a number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The code of a reason for the built-in list; the source of another list, if it has one.
    pub reason: Option<String>,
    /// When it ends by itself, if it does: when the last of several blocks ends.
    pub until: Option<Timestamp>,
}

impl Store {
    /// Why a list stops some of this traffic for a number; `None` when it does not. For the list that
    /// a verdict names. Needs no permission. Takes about a microsecond, but waits
    /// while an import is written: ask the gate first, which never waits. `None` in a forked child.
    #[must_use]
    pub fn explain(
        &self,
        number: PhoneNumber,
        list: &str,
        traffic: Traffic,
    ) -> Option<Explanation> {
        if self.is_forked() {
            return None;
        }
        let model = self.engine.model();
        if list != BLOCKED {
            let (_, row) = model.list(list)?;
            let source = &row.settings.source;
            let reason = (!source.is_empty()).then(|| source.clone());
            return Some(Explanation { reason, until: None });
        }
        let holders = model.holders(number).iter().map(|&id| Target::Contact(id));
        let targets = holders.chain([Target::Number(number)]);
        let blocks = targets.filter_map(|target| model.restriction(target)?.block);
        let blocks: Vec<Block> = blocks.filter(|block| block.traffic.intersects(traffic)).collect();
        let first = blocks.first()?;
        let ends: Option<Vec<Timestamp>> = blocks.iter().map(|block| block.until).collect();
        Some(Explanation {
            reason: Some(first.documentation.reason.code().to_owned()),
            until: ends.and_then(|ends| ends.into_iter().max()),
        })
    }
}
