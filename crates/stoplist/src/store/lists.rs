//! How do lists of bare numbers get into a store, and out again?

use std::sync::Arc;

use jiff::Timestamp;

use crate::NumberSet;
use crate::access::Permission;
use crate::codec::micros;
use crate::contact::limits::{self, Field};
use crate::list::{self, BLOCKED, ListInfo, ListSettings};
use crate::model::{Model, NumbersDelta};
use crate::record::{Event, ListImport};

use super::Acting;
use super::engine::{Moment, Plan, lock};
use super::error::StoreError;

/// How numbers get into a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOptions {
    /// Where they come from, such as the name of a file: up to 200 bytes, for the journal.
    pub from: String,
    /// Makes the list equal to the numbers, instead of adding them.
    pub replace: bool,
    /// Only says what it would do.
    pub dry_run: bool,
    /// When the source was so; now unless told otherwise. What the age of the list counts from.
    pub as_of: Option<Timestamp>,
}

impl ImportOptions {
    /// Adds numbers.
    #[must_use]
    pub fn add(from: impl Into<String>) -> Self {
        Self { from: from.into(), replace: false, dry_run: false, as_of: None }
    }

    /// Makes the list equal to the numbers.
    #[must_use]
    pub fn replace(from: impl Into<String>) -> Self {
        Self { replace: true, ..Self::add(from) }
    }
}

/// What an import has done, or would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportReport {
    /// Numbers that are new in the list.
    pub added: u64,
    /// Numbers that are gone from it.
    pub removed: u64,
    /// Numbers that were in it already.
    pub already: u64,
    /// Of the change, for [`Acting::undo`].
    pub generation: u64,
}

impl Acting<'_> {
    /// Makes an empty list. Needs `lists`. Returns the change's generation.
    ///
    /// # Errors
    ///
    /// [`StoreError::ListExists`], [`StoreError::BuiltInList`], [`StoreError::List`],
    /// [`StoreError::Denied`].
    pub fn create_list(&self, name: &str, settings: &ListSettings) -> Result<u64, StoreError> {
        self.change_list("create a list", |model| {
            list::check_name(name)?;
            settings.check()?;
            not_built_in(name)?;
            if model.list(name).is_some() {
                return Err(StoreError::ListExists { name: name.to_owned() });
            }
            let list = model.next_list();
            let settings = settings.clone();
            Ok(Some(Event::ListCreated { list, name: name.to_owned(), settings }))
        })
    }

    /// Gives a list other settings. Needs `lists`.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownList`], [`StoreError::BuiltInList`], [`StoreError::List`],
    /// [`StoreError::Denied`].
    pub fn set_list(&self, name: &str, settings: &ListSettings) -> Result<u64, StoreError> {
        self.change_list("change a list", |model| {
            settings.check()?;
            let (list, row) = known(model, name)?;
            let (name, settings) = (row.name.clone(), settings.clone());
            Ok((row.settings != settings).then_some(Event::ListSet { list, name, settings }))
        })
    }

    /// Drops a list with its numbers. Its history stays. Needs `lists`.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownList`], [`StoreError::BuiltInList`], [`StoreError::Denied`].
    pub fn drop_list(&self, name: &str) -> Result<u64, StoreError> {
        self.change_list("drop a list", |model| {
            let (list, row) = known(model, name)?;
            Ok(Some(Event::ListDropped { list, name: row.name.clone() }))
        })
    }

    /// A list, without its numbers. Needs `view`.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownList`], [`StoreError::BuiltInList`], [`StoreError::Denied`].
    pub fn list(&self, name: &str) -> Result<ListInfo, StoreError> {
        self.engine.read(self.actor, Permission::View, "see a list", |model| {
            Ok(known(model, name)?.1.info(Timestamp::now()))
        })
    }

    /// Brings numbers into a list: adds them, or makes the list equal to them. One change, all or
    /// nothing, and only the difference is journaled. Needs `lists`.
    ///
    /// Other changes, and whoever reads contacts, wait while the record is written: about a second for 258 million numbers, and
    /// nothing to speak of for a million. Gates do not.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownList`], [`StoreError::BuiltInList`], [`StoreError::Oversized`],
    /// [`StoreError::Denied`].
    pub fn import(
        &self,
        name: &str,
        numbers: NumberSet,
        options: &ImportOptions,
    ) -> Result<ImportReport, StoreError> {
        let plan = |model: &Model, moment: Moment| {
            limits::check(Field::Source, &options.from)?;
            let (list, row) = known(model, name)?;
            let given = numbers.len();
            let (added, removed) = self.difference(name, numbers, options.replace)?;
            let report = ImportReport {
                added: added.len(),
                removed: removed.len(),
                already: given - added.len(),
                generation: moment.generation,
            };
            if options.dry_run {
                return Ok(Plan::nothing(report));
            }
            // Also without a difference: the list is as of now.
            let event = Event::ListImported(ListImport {
                list,
                name: row.name.clone(),
                from: options.from.clone(),
                replace: options.replace,
                undoes: None,
                added: report.added,
                removed: report.removed,
                as_of_before: row.as_of,
                as_of: Some(options.as_of.map_or(moment.at, micros::kept)),
            });
            let numbers = NumbersDelta { added: Arc::new(added), removed: Arc::new(removed) };
            Ok(Plan { event: Some(event), numbers, answer: report })
        };
        let done = self.engine.commit_settled(self.actor, &[Permission::Lists], "import", plan);
        done.map(|(generation, report)| ImportReport { generation, ..report })
    }

    /// What is new, and what is gone.
    fn difference(
        &self,
        name: &str,
        numbers: NumberSet,
        replace: bool,
    ) -> Result<(NumberSet, NumberSet), StoreError> {
        let had = self.engine.gates.numbers(name)?;
        if had.is_empty() {
            return Ok((numbers, NumberSet::new()));
        }
        let removed = if replace { &had - &numbers } else { NumberSet::new() };
        let mut added = numbers;
        added -= &had;
        Ok((added, removed))
    }

    /// The numbers of a list; of `blocked`, all for which something is stopped. Needs `lists`.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownList`], [`StoreError::Denied`].
    pub fn export(&self, name: &str) -> Result<NumberSet, StoreError> {
        let engine = self.engine;
        engine.read(self.actor, Permission::Lists, "export a list", |model| {
            if name != BLOCKED {
                known(model, name)?;
            }
            Ok(())
        })?;
        if name != BLOCKED {
            return Ok(engine.gates.numbers(name)?);
        }
        engine.built_in()
    }

    fn change_list(
        &self,
        command: &'static str,
        plan: impl FnOnce(&Model) -> Result<Option<Event>, StoreError>,
    ) -> Result<u64, StoreError> {
        let plan = |model: &Model, _| Ok(Plan { event: plan(model)?, ..Plan::nothing(()) });
        self.engine.commit(self.actor, &[Permission::Lists], command, plan).map(|(at, ())| at)
    }
}

impl super::engine::Engine {
    /// As `commit`, when what is decided depends on the gates: they have to be as the model is.
    pub(super) fn commit_settled<T>(
        &self,
        actor: &str,
        needs: &[Permission],
        command: &'static str,
        plan: impl FnOnce(&Model, Moment) -> Result<Plan<T>, StoreError>,
    ) -> Result<(u64, T), StoreError> {
        self.at_home()?;
        let order = lock(&self.order);
        let generation = self.model().generation();
        self.settle(generation)?;
        self.commit_in_order(order, actor, needs, command, plan)
    }
}

pub(super) fn known<'m>(
    model: &'m Model,
    name: &str,
) -> Result<(u32, &'m crate::list::ListRow), StoreError> {
    not_built_in(name)?;
    let unknown = || StoreError::UnknownList { name: name.chars().take(64).collect() };
    model.list(name).ok_or_else(unknown)
}

fn not_built_in(name: &str) -> Result<(), StoreError> {
    if name == BLOCKED { Err(StoreError::BuiltInList) } else { Ok(()) }
}
