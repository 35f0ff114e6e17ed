//! How are many blocked or let through at once, without doing it to everybody by mistake?

use rustc_hash::FxHashSet;

use jiff::Timestamp;

use crate::PhoneNumber;
use crate::access::Permission;
use crate::block::{BlockRequest, Documentation, Target};
use crate::codec::micros;
use crate::contact::ContactId;
use crate::contact::limits::{self, Field};
use crate::model::Model;
use crate::record::{BulkOrigin, Event};
use crate::table::ContactFilter;

use super::Acting;
use super::engine::{Moment, Plan};
use super::error::StoreError;

/// As many targets as one record holds with room to spare.
pub(super) const MOST_TARGETS: u64 = 1_000_000;

/// Who a bulk operation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkTargets {
    /// All contacts for which every expression holds, such as `category=Lead`, `group=vip`,
    /// `created>=2026-01-01`. See [`ContactFilter::parse_all`].
    Filter(Vec<String>),
    /// The numbers of a file, whose name goes into the journal. Each stands for the contacts that
    /// have it, or for itself.
    File {
        /// Its name.
        name: String,
        /// What is in it.
        numbers: Vec<PhoneNumber>,
    },
    /// Contacts and numbers that were picked.
    Selection(Vec<Target>),
}

/// How careful a bulk operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkLimits {
    /// Only says what it would do.
    pub dry_run: bool,
    /// How many per cent of all contacts it may change without being confirmed. 20 unless told
    /// otherwise.
    pub max_percent: u32,
    /// It may change more than that.
    pub confirmed: bool,
}

impl Default for BulkLimits {
    fn default() -> Self {
        Self { dry_run: false, max_percent: 20, confirmed: false }
    }
}

impl BulkLimits {
    /// Only says what it would do.
    #[must_use]
    pub fn dry_run() -> Self {
        Self { dry_run: true, ..Self::default() }
    }

    /// May change any number of contacts.
    #[must_use]
    pub fn confirmed() -> Self {
        Self { confirmed: true, ..Self::default() }
    }
}

/// A block of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkBlock {
    /// Whom.
    pub targets: BulkTargets,
    /// How.
    pub request: BlockRequest,
    /// How carefully.
    pub limits: BulkLimits,
}

/// What a bulk operation has done, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BulkReport {
    /// Contacts and numbers that it is about.
    pub matched: u64,
    /// Those that it changed.
    pub changed: Vec<Target>,
    /// Those that were so already. A bulk block leaves their block as it is, also one that stops less
    /// or ends earlier than this one would: block those by themselves.
    pub unchanged: Vec<Target>,
    /// Contacts that there are not.
    pub failed: Vec<Target>,
    /// Whether nothing was done.
    pub dry_run: bool,
    /// Whether it changes so many contacts that it has to be confirmed.
    pub needs_confirmation: bool,
    /// Of the change, for [`Acting::undo`]; the last one if nothing was changed.
    pub generation: u64,
}

impl Acting<'_> {
    /// Blocks many in one change, all or nothing. Needs `block` and `bulk`.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooManyContacts`] when it would change more contacts than the limits allow,
    /// [`StoreError::TooManyTargets`] for more than a million, [`StoreError::Query`],
    /// [`StoreError::Past`], [`StoreError::NoTraffic`], [`StoreError::Oversized`],
    /// [`StoreError::Denied`].
    pub fn bulk_block(&self, bulk: &BulkBlock) -> Result<BulkReport, StoreError> {
        let BulkBlock { targets, request, limits } = bulk;
        self.bulk("bulk block", targets, *limits, false, |targets, origin, moment| {
            super::blocking::check(request, moment)?;
            Ok(Event::Blocked {
                targets,
                documentation: request.documentation.clone(),
                traffic: request.traffic,
                until: request.until.map(micros::kept),
                bulk: Some(origin),
            })
        })
    }

    /// Lets many through again in one change, all or nothing. Needs `block` and `bulk`.
    ///
    /// # Errors
    ///
    /// As [`bulk_block`](Self::bulk_block).
    pub fn bulk_unblock(
        &self,
        targets: &BulkTargets,
        why: &Documentation,
        limits: BulkLimits,
    ) -> Result<BulkReport, StoreError> {
        self.bulk("bulk unblock", targets, limits, true, |targets, origin, _| {
            why.check()?;
            let documentation = why.clone();
            Ok(Event::Unblocked { targets, documentation, bulk: Some(origin) })
        })
    }

    /// Changes those of the targets that are blocked, or those that are not.
    fn bulk(
        &self,
        command: &'static str,
        targets: &BulkTargets,
        limits: BulkLimits,
        blocked: bool,
        event: impl FnOnce(Vec<Target>, BulkOrigin, Moment) -> Result<Event, StoreError>,
    ) -> Result<BulkReport, StoreError> {
        let plan = |model: &Model, moment: Moment| {
            limits::check_bytes(Field::Origin, origin_bytes(targets))?;
            let (matched, failed) = select(model, targets, moment.now)?;
            let (changed, unchanged): (Vec<Target>, Vec<Target>) =
                matched.into_iter().partition(|&target| model.is_blocked(target) == blocked);
            check_count(changed.len() as u64)?;
            let contacts = changed.iter().filter(|one| matches!(one, Target::Contact(_))).count();
            let too_many = is_too_many(contacts as u64, model.contacts(), limits.max_percent);
            let report = BulkReport {
                matched: (changed.len() + unchanged.len()) as u64,
                changed,
                unchanged,
                failed,
                dry_run: limits.dry_run,
                needs_confirmation: too_many,
                generation: moment.generation,
            };
            // A dry run finds what is wrong with the request, too.
            let event = event(report.changed.clone(), origin(targets), moment)?;
            if limits.dry_run || report.changed.is_empty() {
                return Ok(Plan::nothing(report));
            }
            if too_many && !limits.confirmed {
                let (matched, contacts) = (contacts as u64, model.contacts());
                let max_percent = limits.max_percent;
                return Err(StoreError::TooManyContacts { matched, contacts, max_percent });
            }
            Ok(Plan::event(event, report))
        };
        let needs = &[Permission::Block, Permission::Bulk];
        let done = self.engine.commit(self.actor, needs, command, plan);
        done.map(|(generation, report)| BulkReport { generation, ..report })
    }
}

/// The contacts and numbers that are meant, each once, and the contacts that there are not.
fn select(
    model: &Model,
    targets: &BulkTargets,
    now: Timestamp,
) -> Result<(Vec<Target>, Vec<Target>), StoreError> {
    let mut seen = FxHashSet::default();
    let mut matched = Vec::new();
    let mut failed = Vec::new();
    match targets {
        BulkTargets::Filter(expressions) => {
            let filter = ContactFilter::parse_all(expressions, now)?;
            let slots = model.table().matching(&filter);
            matched.extend(slots.iter().filter_map(ContactId::of_slot).map(Target::Contact));
        }
        BulkTargets::File { numbers, .. } => {
            let all = numbers.iter().flat_map(|&number| model.resolve(Target::Number(number)));
            matched.extend(all.filter(|&target| seen.insert(target)));
        }
        BulkTargets::Selection(targets) => {
            for &target in targets {
                match target {
                    Target::Contact(id) if id.get() > model.contacts() => failed.push(target),
                    _ => {
                        let all = model.resolve(target).into_iter();
                        matched.extend(all.filter(|&target| seen.insert(target)));
                    }
                }
            }
        }
    }
    Ok((matched, failed))
}

fn origin(targets: &BulkTargets) -> BulkOrigin {
    match targets {
        BulkTargets::Filter(expressions) => BulkOrigin::Filter(expressions.clone()),
        BulkTargets::File { name, .. } => BulkOrigin::File(name.clone()),
        BulkTargets::Selection(_) => BulkOrigin::Selection,
    }
}

fn origin_bytes(targets: &BulkTargets) -> usize {
    match targets {
        BulkTargets::Filter(expressions) => expressions.iter().map(String::len).sum(),
        BulkTargets::File { name, .. } => name.len(),
        BulkTargets::Selection(_) => 0,
    }
}

fn is_too_many(changed: u64, contacts: u64, max_percent: u32) -> bool {
    u128::from(changed) * 100 > u128::from(contacts) * u128::from(max_percent)
}

/// Whether so many targets fit into one record.
pub(super) fn check_count(targets: u64) -> Result<(), StoreError> {
    if targets > MOST_TARGETS {
        return Err(StoreError::TooManyTargets { targets, limit: MOST_TARGETS });
    }
    Ok(())
}
