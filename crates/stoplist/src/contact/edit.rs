//! What is to change about a contact?

use std::collections::BTreeMap;

use crate::PhoneNumber;

use super::ContactDetails;

/// Changes to a contact; what is not named stays.
///
/// ```
/// use stoplist::ContactEdit;
///
/// let edit = ContactEdit::default().name("Ada King").add_group("vip").remove_group("newsletter");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactEdit {
    name: Option<String>,
    email: Option<String>,
    category: Option<String>,
    primary: Option<PhoneNumber>,
    secondary: Option<Option<PhoneNumber>>,
    groups: BTreeMap<String, bool>,
    attributes: BTreeMap<String, Option<String>>,
}

impl ContactEdit {
    /// Another name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Another address; an empty one takes it away.
    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Another category; an empty one takes it away.
    #[must_use]
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.category = Some(category.into());
        self
    }

    /// Another primary number. A restriction moves with it.
    #[must_use]
    pub fn primary(mut self, number: PhoneNumber) -> Self {
        self.primary = Some(number);
        self
    }

    /// Another secondary number, or none. A restriction moves with it.
    #[must_use]
    pub fn secondary(mut self, number: Option<PhoneNumber>) -> Self {
        self.secondary = Some(number);
        self
    }

    /// Into a group.
    #[must_use]
    pub fn add_group(mut self, group: impl Into<String>) -> Self {
        self.groups.insert(group.into(), true);
        self
    }

    /// Out of a group.
    #[must_use]
    pub fn remove_group(mut self, group: impl Into<String>) -> Self {
        self.groups.insert(group.into(), false);
        self
    }

    /// Another value of an attribute, or none.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: Option<String>) -> Self {
        self.attributes.insert(name.into(), value);
        self
    }

    /// The details with these changes.
    pub(crate) fn applied_to(&self, details: &ContactDetails) -> ContactDetails {
        let mut after = details.clone();
        after.name.clone_from(self.name.as_ref().unwrap_or(&details.name));
        after.email.clone_from(self.email.as_ref().unwrap_or(&details.email));
        after.category.clone_from(self.category.as_ref().unwrap_or(&details.category));
        after.primary = self.primary.unwrap_or(details.primary);
        after.secondary = self.secondary.unwrap_or(details.secondary);
        for (group, &is_in) in &self.groups {
            if is_in {
                after.groups.insert(group.clone());
            } else {
                after.groups.remove(group);
            }
        }
        for (name, value) in &self.attributes {
            match value {
                Some(value) => after.attributes.insert(name.clone(), value.clone()),
                None => after.attributes.remove(name),
            };
        }
        after
    }
}
