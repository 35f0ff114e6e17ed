//! How does a store prove that a broadcast list was filtered?

use crate::model::Model;
use crate::record::{Event, Scrub};

use super::Acting;
use super::actors::check_name;
use super::engine::Plan;
use super::error::StoreError;

impl Acting<'_> {
    /// Records that a broadcast list was filtered, against what, and what came of it. Returns the
    /// change's generation; it is kept as any change is when this returns. It changes no list and
    /// no contact.
    ///
    /// Needs no permission, and the actor may be unknown to the store: enforcement needs none, and a
    /// scrub that is on no record is worse than one by somebody unknown. The host vouches for what
    /// it says; the store checks only that it can be true.
    ///
    /// It is read with [`changes_since`](Self::changes_since). The [`history`](Self::history) of a
    /// number or a contact does not list it: the record has no numbers.
    ///
    /// # Errors
    ///
    /// [`StoreError::Scrub`] when a text is too long, the digest is none, the counts do not add up or
    /// the generation is not one of this store; [`StoreError::ActorName`] when nobody can be called
    /// so; [`StoreError::Oversized`] when the actor's name is too long; [`StoreError::TooLarge`] when
    /// there are more lists than a record holds; [`StoreError::Journal`].
    pub fn record_scrub(&self, scrub: &Scrub) -> Result<u64, StoreError> {
        let plan = |model: &Model, _| {
            // The only act that is recorded under a name that no admin has given.
            check_name(self.actor)?;
            scrub.check(model.generation())?;
            Ok(Plan::event(Event::Scrubbed(scrub.clone()), ()))
        };
        self.engine.commit(self.actor, &[], "record a scrub", plan).map(|(at, ())| at)
    }
}
