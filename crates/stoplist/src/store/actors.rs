//! Who may do what in a store?

use std::collections::BTreeMap;

use crate::access::{Permission, Permissions};
use crate::contact::limits::{self, Field};
use crate::model::{Model, STORE_ACTOR};
use crate::record::Event;

use super::Acting;
use super::engine::Plan;
use super::error::StoreError;

impl Acting<'_> {
    /// All actors, with what they may do. Needs `admin`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Denied`].
    pub fn actors(&self) -> Result<BTreeMap<String, Permissions>, StoreError> {
        self.engine
            .read(self.actor, Permission::Admin, "list actors", |model| Ok(model.actors().clone()))
    }

    /// Makes an actor. Needs `admin`. Returns the change's generation.
    ///
    /// # Errors
    ///
    /// [`StoreError::ActorExists`], [`StoreError::ActorName`], [`StoreError::Oversized`],
    /// [`StoreError::Denied`].
    pub fn add_actor(&self, name: &str, permissions: Permissions) -> Result<u64, StoreError> {
        self.put("add an actor", |model| {
            check_name(name)?;
            if model.actors().contains_key(name) {
                return Err(StoreError::ActorExists { name: name.to_owned() });
            }
            Ok(Some(Event::ActorSet { name: name.to_owned(), permissions }))
        })
    }

    /// Gives an actor other permissions. Needs `admin`.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownActor`], [`StoreError::LastAdmin`], [`StoreError::Denied`].
    pub fn set_actor(&self, name: &str, permissions: Permissions) -> Result<u64, StoreError> {
        self.put("change an actor", |model| {
            let had = known(model, name)?;
            if !permissions.has(Permission::Admin) {
                keep_an_admin(model, name)?;
            }
            let name = name.to_owned();
            Ok((had != permissions).then_some(Event::ActorSet { name, permissions }))
        })
    }

    /// Removes an actor. What it did stays in the journal. Needs `admin`.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownActor`], [`StoreError::LastAdmin`], [`StoreError::Denied`].
    pub fn remove_actor(&self, name: &str) -> Result<u64, StoreError> {
        self.put("remove an actor", |model| {
            known(model, name)?;
            keep_an_admin(model, name)?;
            Ok(Some(Event::ActorRemoved { name: name.to_owned() }))
        })
    }

    fn put(
        &self,
        command: &'static str,
        plan: impl FnOnce(&Model) -> Result<Option<Event>, StoreError>,
    ) -> Result<u64, StoreError> {
        let plan = |model: &Model, _| Ok(Plan { event: plan(model)?, ..Plan::nothing(()) });
        self.engine.commit(self.actor, &[Permission::Admin], command, plan).map(|(at, ())| at)
    }
}

pub(super) fn check_name(name: &str) -> Result<(), StoreError> {
    limits::check(Field::Actor, name)?;
    if name.trim().is_empty() || name == STORE_ACTOR {
        return Err(StoreError::ActorName { name: name.to_owned() });
    }
    Ok(())
}

fn known(model: &Model, name: &str) -> Result<Permissions, StoreError> {
    let unknown = || StoreError::UnknownActor { name: name.chars().take(64).collect() };
    model.actors().get(name).copied().ok_or_else(unknown)
}

fn keep_an_admin(model: &Model, name: &str) -> Result<(), StoreError> {
    let mut others = model.actors().iter().filter(|(other, _)| *other != name);
    if others.any(|(_, permissions)| permissions.has(Permission::Admin)) {
        return Ok(());
    }
    if model.permits(name, Permission::Admin) {
        return Err(StoreError::LastAdmin { name: name.to_owned() });
    }
    Ok(())
}
