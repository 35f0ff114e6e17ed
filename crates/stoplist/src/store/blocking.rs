//! How is somebody blocked, and let through again?

use rustc_hash::FxHashSet;

use crate::PhoneNumber;
use crate::access::Permission;
use crate::block::{Block, BlockRequest, Documentation, Target};
use crate::codec::micros;
use crate::model::Model;
use crate::record::Event;

use super::Acting;
use super::engine::{Moment, Plan};
use super::error::StoreError;

/// What a block came to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Blocked {
    /// Of the change.
    pub generation: u64,
    /// Who was not blocked before.
    pub changed: Vec<Target>,
    /// Who was, and is now as this block says: its documentation, its traffic, its end.
    pub unchanged: Vec<Target>,
}

/// What an unblock came to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unblocked {
    /// Of the change, or of the last one if there was nothing to lift.
    pub generation: u64,
    /// Who is not blocked any more.
    pub changed: Vec<Target>,
    /// Who was not blocked.
    pub unchanged: Vec<Target>,
    /// Numbers that are still stopped, as other contacts who have them are blocked.
    pub still_stopped: Vec<PhoneNumber>,
}

impl Acting<'_> {
    /// Blocks contacts and numbers: both numbers of a contact; for a number, the contacts that have
    /// it, or the number alone if none has. All or nothing, in one change. Needs `block`.
    ///
    /// Whoever is blocked already gets the documentation, the traffic and the end of this block, and
    /// keeps the time at which it began.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownContact`], [`StoreError::Past`], [`StoreError::NoTraffic`],
    /// [`StoreError::Oversized`], [`StoreError::TooManyTargets`], [`StoreError::Denied`].
    pub fn block(&self, targets: &[Target], request: &BlockRequest) -> Result<Blocked, StoreError> {
        let plan = |model: &Model, moment: Moment| {
            check(request, moment)?;
            let targets = resolved(model, targets)?;
            let (unchanged, changed) =
                targets.iter().partition(|&&target| model.is_blocked(target));
            let generation = moment.generation;
            let answer = Blocked { generation, changed, unchanged };
            if targets.is_empty() {
                return Ok(Plan::nothing(answer));
            }
            let event = Event::Blocked {
                targets,
                documentation: request.documentation.clone(),
                traffic: request.traffic,
                until: request.until.map(micros::kept),
                bulk: None,
            };
            Ok(Plan::event(event, answer))
        };
        let done = self.engine.commit(self.actor, &[Permission::Block], "block", plan);
        done.map(|(generation, answer)| Blocked { generation, ..answer })
    }

    /// Lets contacts and numbers through again; the next check sees it. Needs `block`.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownContact`], [`StoreError::Oversized`], [`StoreError::TooManyTargets`],
    /// [`StoreError::Denied`].
    pub fn unblock(
        &self,
        targets: &[Target],
        why: &Documentation,
    ) -> Result<Unblocked, StoreError> {
        let plan = |model: &Model, moment: Moment| {
            why.check()?;
            let targets = resolved(model, targets)?;
            let (changed, unchanged): (Vec<Target>, Vec<Target>) =
                targets.into_iter().partition(|&target| model.is_blocked(target));
            let still_stopped = still_stopped(model, &changed);
            let generation = moment.generation;
            let targets = changed.clone();
            let answer = Unblocked { generation, changed, unchanged, still_stopped };
            if targets.is_empty() {
                return Ok(Plan::nothing(answer));
            }
            let documentation = why.clone();
            Ok(Plan::event(Event::Unblocked { targets, documentation, bulk: None }, answer))
        };
        let done = self.engine.commit(self.actor, &[Permission::Block], "unblock", plan);
        done.map(|(generation, answer)| Unblocked { generation, ..answer })
    }
}

/// Whom the targets stand for, each once and in order of first mention.
pub(super) fn resolved(model: &Model, targets: &[Target]) -> Result<Vec<Target>, StoreError> {
    super::bulk::check_count(targets.len() as u64)?;
    let mut seen = FxHashSet::default();
    let mut resolved = Vec::new();
    for &target in targets {
        if let Target::Contact(id) = target
            && id.get() > model.contacts()
        {
            return Err(StoreError::UnknownContact { id });
        }
        resolved.extend(model.resolve(target).into_iter().filter(|&one| seen.insert(one)));
    }
    super::bulk::check_count(resolved.len() as u64)?;
    Ok(resolved)
}

/// Whether a block can begin at this moment.
pub(super) fn check(request: &BlockRequest, moment: Moment) -> Result<(), StoreError> {
    request.documentation.check()?;
    if request.traffic.is_none() {
        return Err(StoreError::NoTraffic);
    }
    match request.until {
        Some(until) if until <= moment.now => Err(StoreError::Past { until }),
        _ => Ok(()),
    }
}

/// The block that a request comes to.
pub(super) fn block(request: &BlockRequest, actor: &str, moment: Moment) -> Block {
    Block {
        documentation: request.documentation.clone(),
        traffic: request.traffic,
        until: request.until.map(micros::kept),
        at: moment.at,
        actor: actor.to_owned(),
        generation: moment.generation,
    }
}

/// Numbers of these contacts that others keep blocked.
fn still_stopped(model: &Model, lifted: &[Target]) -> Vec<PhoneNumber> {
    let all: FxHashSet<Target> = lifted.iter().copied().collect();
    let contacts = lifted.iter().filter_map(|target| match target {
        Target::Contact(id) => model.contact(*id),
        Target::Number(_) => None,
    });
    let numbers = contacts.flat_map(|contact| contact.details.numbers());
    let is_stopped = |number: &PhoneNumber| {
        let mut holders = model.holders(*number).iter().map(|&id| Target::Contact(id));
        holders.any(|other| !all.contains(&other) && model.is_blocked(other))
    };
    numbers.filter(is_stopped).collect()
}
