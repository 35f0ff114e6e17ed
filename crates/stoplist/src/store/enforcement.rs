//! What does whoever filters a whole broadcast need to know of the lists?

use jiff::Timestamp;

use crate::list::{BLOCKED, ListInfo};
use crate::model::{Model, PARTS};
use crate::{NumberSet, Traffic};

use super::Store;
use super::error::StoreError;

/// Enforcement needs no permission.
impl Store {
    /// The lists, without their numbers.
    #[must_use]
    pub fn lists(&self) -> Vec<ListInfo> {
        let now = Timestamp::now();
        self.engine.model().lists().values().map(|row| row.info(now)).collect()
    }

    /// Those of the named lists (all, when none is named) that stop some of this traffic and are
    /// older than they may get.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`] when one of them is set to fail then; [`StoreError::UnknownList`].
    pub fn stale_lists(
        &self,
        names: &[String],
        traffic: Traffic,
    ) -> Result<Vec<ListInfo>, StoreError> {
        known(&self.engine.model(), names)?;
        let is_asked = |list: &ListInfo| {
            list.settings.traffic.intersects(traffic)
                && (names.is_empty() || names.contains(&list.name))
        };
        let stale: Vec<ListInfo> =
            self.lists().into_iter().filter(|list| list.stale && is_asked(list)).collect();
        match stale.iter().find(|list| list.settings.fail_when_stale) {
            Some(list) => Err(StoreError::Stale {
                name: list.name.clone(),
                as_of: list.as_of.unwrap_or(list.created_at),
                max_age_days: list.settings.max_age_days.unwrap_or_default(),
            }),
            None => Ok(stale),
        }
    }

    /// The numbers that the named lists (all, when none is named) stop for some of this traffic, as
    /// names and sets, and the generation that they are of. `blocked` comes first. Takes the memory
    /// of the sets: to ask for single numbers, use a [`gate`](Self::gate).
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownList`].
    pub fn stopped_by_list(
        &self,
        names: &[String],
        traffic: Traffic,
    ) -> Result<(u64, Vec<(String, NumberSet)>), StoreError> {
        let is_asked = |name: &str| names.is_empty() || names.iter().any(|other| other == name);
        let look = |model: &Model| {
            known(model, names)?;
            let mut lists = Vec::new();
            if is_asked(BLOCKED) {
                let mut numbers = NumberSet::new();
                for (_, part) in PARTS.into_iter().filter(|(stops, _)| stops.intersects(traffic)) {
                    numbers |= &self.engine.gates.numbers(part)?;
                }
                lists.push((BLOCKED.to_owned(), numbers));
            }
            for row in model.lists().values() {
                if is_asked(&row.name) && row.settings.traffic.intersects(traffic) {
                    lists.push((row.name.clone(), self.engine.gates.numbers(&row.name)?));
                }
            }
            Ok((self.engine.gates.generation(), lists))
        };
        match self.engine.settled(look) {
            // After a failed write, the gates still have all that was acknowledged.
            Err(StoreError::Journal(_)) => look(&self.engine.model()),
            looked => looked?,
        }
    }
}

fn known(model: &Model, names: &[String]) -> Result<(), StoreError> {
    let unknown = names.iter().find(|name| *name != BLOCKED && model.list(name).is_none());
    match unknown {
        Some(name) => Err(StoreError::UnknownList { name: name.chars().take(64).collect() }),
        None => Ok(()),
    }
}
