//! What does whoever filters a whole broadcast need to know of the lists?

use jiff::Timestamp;

use crate::list::{BLOCKED, ListInfo};
use crate::model::{Model, PARTS};
use crate::record::ScrubbedList;
use crate::{NumberSet, Traffic};

use super::Store;
use super::error::StoreError;

/// Enforcement needs no permission.
impl Store {
    /// The lists, without their numbers. None in a forked child.
    #[must_use]
    pub fn lists(&self) -> Vec<ListInfo> {
        if self.is_forked() {
            return Vec::new();
        }
        let now = Timestamp::now();
        self.engine.model().lists().values().map(|row| row.info(now)).collect()
    }

    /// Those of the named lists (all, when none is named) that stop some of this traffic and are
    /// older than they may get.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`] when one of them is set to fail then; [`StoreError::UnknownList`];
    /// [`StoreError::Forked`].
    pub fn stale_lists(
        &self,
        names: &[String],
        traffic: Traffic,
    ) -> Result<Vec<ListInfo>, StoreError> {
        self.engine.at_home()?;
        known(&self.engine.model(), names)?;
        let is_asked = |list: &ListInfo| {
            list.settings.traffic.intersects(traffic) && is_asked(names, &list.name)
        };
        let stale: Vec<ListInfo> =
            self.lists().into_iter().filter(|list| list.stale && is_asked(list)).collect();
        stale.iter().try_for_each(may_be_asked)?;
        Ok(stale)
    }

    /// The lists that a gate of this traffic asks ([`GateSpec::named`](crate::GateSpec::named), or
    /// [`all`](crate::GateSpec::all) when none is named), in its order, so `blocked` first, and the
    /// generation that they are of: what the record of a [scrub](crate::Scrub) says of them, with
    /// nothing blocked yet. A gate of this generation has asked the lists as they are here.
    ///
    /// The counts are exact: of `blocked`, the numbers for which some of this traffic is stopped. They
    /// are known without counting, but for numbers of `blocked` for which some traffic is stopped and
    /// not all: those take 20 to 60 ns each when several kinds of traffic are asked about.
    ///
    /// After a failed write it goes on with the numbers that were acknowledged, but a list may look
    /// as recent as the import that failed would have made it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`] when one of them is older than it may get and is set to fail then;
    /// [`StoreError::UnknownList`]; [`StoreError::Forked`].
    pub fn lists_asked(
        &self,
        names: &[String],
        traffic: Traffic,
    ) -> Result<(u64, Vec<ScrubbedList>), StoreError> {
        self.as_acknowledged(|model| {
            known(model, names)?;
            let now = Timestamp::now();
            let mut lists = Vec::new();
            if is_asked(names, BLOCKED) && !traffic.is_none() {
                lists.push(ScrubbedList::new(BLOCKED, self.stopped_by_built_in(traffic)?));
            }
            for row in model.lists().values() {
                if !is_asked(names, &row.name) || !row.settings.traffic.intersects(traffic) {
                    continue;
                }
                let info = row.info(now);
                may_be_asked(&info)?;
                // A list whose making was not kept is in the model, and in no gate.
                let Ok(numbers) = self.engine.gates.list_len(&row.name) else { continue };
                let ListInfo { name, as_of, stale, .. } = info;
                lists.push(ScrubbedList { as_of, stale, ..ScrubbedList::new(name, numbers) });
            }
            Ok((self.engine.gates.generation(), lists))
        })
    }

    /// How many numbers `blocked` stops for some of this traffic.
    fn stopped_by_built_in(&self, traffic: Traffic) -> Result<u64, StoreError> {
        let gates = &self.engine.gates;
        let mut numbers = 0;
        let mut of_kinds = Vec::new();
        for (stops, part) in PARTS.into_iter().filter(|(stops, _)| stops.intersects(traffic)) {
            let len = gates.list_len(part)?;
            if stops == Traffic::ALL {
                // Whoever is on this part is on no other.
                numbers = len;
            } else if len > 0 {
                of_kinds.push((part, len));
            }
        }
        if let [(_, len)] = of_kinds.as_slice() {
            return Ok(numbers + len);
        }
        let mut united = NumberSet::new();
        for (part, _) in of_kinds {
            united |= &gates.numbers(part)?;
        }
        Ok(numbers + united.len())
    }

    /// Looks at the model and the gates while they say the same; after a failed write, as they are.
    fn as_acknowledged<T>(
        &self,
        look: impl Fn(&Model) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self.engine.settled(&look) {
            // The gates still have all that was acknowledged.
            Err(StoreError::Journal(_)) => look(&self.engine.model()),
            looked => looked?,
        }
    }
}

/// Whether a list is meant: all are when none is named.
fn is_asked(names: &[String], list: &str) -> bool {
    names.is_empty() || names.iter().any(|name| name == list)
}

/// Refuses a list that is stale and is set to fail then.
fn may_be_asked(list: &ListInfo) -> Result<(), StoreError> {
    if !list.stale || !list.settings.fail_when_stale {
        return Ok(());
    }
    Err(StoreError::Stale {
        name: list.name.clone(),
        as_of: list.as_of.unwrap_or(list.created_at),
        max_age_days: list.settings.max_age_days.unwrap_or_default(),
    })
}

fn known(model: &Model, names: &[String]) -> Result<(), StoreError> {
    let unknown = names.iter().find(|name| *name != BLOCKED && model.list(name).is_none());
    match unknown {
        Some(name) => Err(StoreError::UnknownList { name: name.chars().take(64).collect() }),
        None => Ok(()),
    }
}
