//! What does an event do to the state?

use jiff::Timestamp;

use crate::PhoneNumber;
use crate::block::{Block, Restriction, Target};
use crate::contact::{ContactDetails, ContactId, ContactRow};
use crate::list::ListRow;
use crate::record::{Event, ListImport};

use super::change::{Change, Delta, ListOp, NumbersDelta};
use super::{Inconsistent, Model};

impl Model {
    /// Makes the change that an event records. The same event on the same model always makes the
    /// same change.
    ///
    /// A failure leaves the model half changed: who gets one must not use it any more.
    pub(crate) fn apply(
        &mut self,
        generation: u64,
        at: Timestamp,
        actor: &str,
        event: &Event,
        numbers: NumbersDelta,
    ) -> Result<Delta, Inconsistent> {
        let mut change = Change::new(self, generation);
        match event {
            Event::Initialised { permissions } => change.put_actor(actor, Some(*permissions)),
            Event::ContactCreated { id, details, block, adopted } => {
                if change.model.next_contact() != Some(*id) {
                    return Err(change.inconsistent(format!("{id} is not the next contact")));
                }
                let row = ContactRow { details: details.clone(), archived: false, created_at: at };
                change.put_contact(*id, &row);
                change.adopt(*id, block.as_ref(), adopted)?;
            }
            Event::ContactEdited { id, details, block, adopted, .. } => {
                change.edit(*id, details)?;
                change.adopt(*id, block.as_ref(), adopted)?;
            }
            Event::ContactArchived { id } => change.archive(*id, true)?,
            Event::ContactRestored { id } => change.archive(*id, false)?,
            Event::Blocked { targets, documentation, traffic, until, .. } => {
                for &target in targets {
                    let mut restriction = change.restriction(target);
                    let since = restriction.block.as_ref().map_or(at, |block| block.at);
                    restriction.block = Some(Block {
                        documentation: documentation.clone(),
                        traffic: *traffic,
                        until: *until,
                        at: since,
                        actor: actor.to_owned(),
                        generation,
                    });
                    change.put_restriction(target, &restriction)?;
                }
            }
            Event::Unblocked { targets, .. } | Event::Lapsed { targets } => {
                change.lift(targets)?;
            }
            Event::Undone { restored, lifted, .. } => {
                for (target, block) in restored {
                    let restriction = Restriction { block: Some(block.clone()), lifted: None };
                    change.put_restriction(*target, &restriction)?;
                }
                change.lift(lifted)?;
            }
            Event::ListCreated { list, name, settings } => {
                if *list != change.model.next_list {
                    return Err(change.inconsistent(format!("{list} is not the next list")));
                }
                change.model.next_list += 1;
                let row = ListRow {
                    name: name.clone(),
                    settings: settings.clone(),
                    numbers: 0,
                    created_at: at,
                    as_of: None,
                };
                change.put_list(*list, Some(row));
                let (name, traffic) = (name.clone(), settings.traffic);
                change.set_list_op(ListOp::Created { name, traffic });
            }
            Event::ListSet { list, settings, .. } => {
                let mut row = change.list_row(*list)?;
                row.settings = settings.clone();
                let name = row.name.clone();
                change.put_list(*list, Some(row));
                change.set_list_op(ListOp::Set { name, traffic: settings.traffic });
            }
            Event::ListDropped { list, name } => {
                change.list_row(*list)?;
                change.put_list(*list, None);
                change.model.list_digests.remove(list);
                change.set_list_op(ListOp::Dropped { list: *list, name: name.clone() });
            }
            Event::ListImported(import) => change.import(import, numbers)?,
            Event::ActorSet { name, permissions } => change.put_actor(name, Some(*permissions)),
            Event::ActorRemoved { name } => change.put_actor(name, None),
            Event::MessageRecorded(_) | Event::Refused { .. } | Event::Scrubbed(_) => {}
        }
        let delta = change.finish();
        (self.generation, self.at) = (generation, Some(at));
        Ok(delta)
    }
}

impl Change<'_> {
    fn restriction(&self, target: Target) -> Restriction {
        self.model.restriction(target).unwrap_or_default()
    }

    fn list_row(&self, list: u32) -> Result<ListRow, Inconsistent> {
        let row = self.model.lists().get(&list).cloned();
        row.ok_or_else(|| self.inconsistent(format!("there is no list {list}")))
    }

    fn edit(&mut self, id: ContactId, details: &ContactDetails) -> Result<(), Inconsistent> {
        let row = ContactRow { details: details.clone(), ..self.contact_row(id)? };
        self.put_contact(id, &row);
        Ok(())
    }

    fn archive(&mut self, id: ContactId, archived: bool) -> Result<(), Inconsistent> {
        let row = ContactRow { archived, ..self.contact_row(id)? };
        self.put_contact(id, &row);
        Ok(())
    }

    /// Blocks a contact; bare numbers that it has now have no restriction of their own any more.
    fn adopt(
        &mut self,
        id: ContactId,
        block: Option<&Block>,
        adopted: &[PhoneNumber],
    ) -> Result<(), Inconsistent> {
        if let Some(block) = block {
            let target = Target::Contact(id);
            let restriction =
                Restriction { block: Some(block.clone()), ..self.restriction(target) };
            self.put_restriction(target, &restriction)?;
        }
        for &number in adopted {
            self.put_restriction(Target::Number(number), &Restriction::default())?;
        }
        Ok(())
    }

    fn lift(&mut self, targets: &[Target]) -> Result<(), Inconsistent> {
        for &target in targets {
            let mut restriction = self.restriction(target);
            restriction.lift(self.generation);
            self.put_restriction(target, &restriction)?;
        }
        Ok(())
    }

    fn import(&mut self, import: &ListImport, numbers: NumbersDelta) -> Result<(), Inconsistent> {
        let (added, removed) = (numbers.added.len(), numbers.removed.len());
        if (added, removed) != (import.added, import.removed) {
            return Err(self.inconsistent(format!(
                "{} numbers come with it that were added and {} that were removed, not {} and {}",
                added, removed, import.added, import.removed
            )));
        }
        let mut row = self.list_row(import.list)?;
        row.numbers = (row.numbers + added)
            .checked_sub(removed)
            .ok_or_else(|| self.inconsistent("it removes more numbers than the list has"))?;
        row.as_of = import.as_of;
        let (name, traffic) = (row.name.clone(), row.settings.traffic);
        self.put_list(import.list, Some(row));
        let list = import.list;
        let digest = self.model.list_digests.entry(list).or_default();
        numbers.added.iter().for_each(|number| digest.add_number(list, number.get()));
        numbers.removed.iter().for_each(|number| digest.remove_number(list, number.get()));
        self.set_list_op(ListOp::Imported { list: import.list, name, traffic, numbers });
        Ok(())
    }
}
