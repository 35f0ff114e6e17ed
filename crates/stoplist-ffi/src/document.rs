//! What does a JSON document of the host ask for?
//!
//! The fields are those of the documents that come back. A field that is not known is refused: it may be
//! one that was meant and is misspelt.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use stoplist::{
    BlockRequest, ContactDetails, ContactEdit, ContactFilter, ContactQuery, Documentation, Parser,
    PhoneNumber, SpanDirection, Traffic, parse_end, parse_when,
};

use crate::fault::Fault;
use crate::status::{STOPLIST_DATA, STOPLIST_USAGE};

/// Reads a document, which is an object.
pub(crate) fn read<'a, T: Deserialize<'a>>(text: &'a str, name: &'static str) -> Result<T, Fault> {
    serde_json::from_str(text).map(|Object(document)| document).map_err(|error| {
        Fault::new(STOPLIST_DATA, "json", format!("`{name}` is not the JSON asked for: {error}"))
    })
}

/// Fields by their names. Serde would take an array as well, for the fields in the order of the code.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        from.deserialize_map(Fields(PhantomData))
    }
}

/// A contact to be made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewContact {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    category: String,
    primary: String,
    #[serde(default)]
    secondary: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    block: Option<Object<NewBlock>>,
}

/// How it is blocked from the beginning.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBlock {
    reason: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    reference: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    traffic: Option<Vec<String>>,
    #[serde(default)]
    until: Option<String>,
}

/// What is to be changed of a contact: what is left out stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changes {
    name: Option<String>,
    email: Option<String>,
    category: Option<String>,
    primary: Option<String>,
    #[serde(default, deserialize_with = "null_or_value")]
    secondary: Option<Option<String>>,
    #[serde(default)]
    add_groups: Vec<String>,
    #[serde(default)]
    remove_groups: Vec<String>,
    #[serde(default)]
    attributes: BTreeMap<String, Option<String>>,
}

/// Tells a null from nothing at all.
fn null_or_value<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(Some)
}

/// Which contacts are on a page.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Query {
    search: Option<String>,
    status: Vec<String>,
    category: Option<String>,
    groups: Vec<String>,
    created_from: Option<String>,
    created_to: Option<String>,
    blocked_from: Option<String>,
    blocked_to: Option<String>,
    sort: Option<String>,
    page: Option<u32>,
    per_page: Option<u32>,
    after: Option<String>,
}

pub(crate) fn number(text: &str, parser: &Parser) -> Result<PhoneNumber, Fault> {
    parser.parse(text).map_err(|refusal| Fault::refusal(text, refusal))
}

fn usage(error: impl ToString) -> Fault {
    Fault::new(STOPLIST_USAGE, "query", error.to_string())
}

impl NewContact {
    /// The contact, and how it is blocked if it is.
    pub(crate) fn taken(
        self,
        parser: &Parser,
    ) -> Result<(ContactDetails, Option<BlockRequest>), Fault> {
        let mut details = ContactDetails::new(&self.name, number(&self.primary, parser)?)
            .email(&self.email)
            .category(&self.category);
        if let Some(secondary) = &self.secondary {
            details = details.secondary(number(secondary, parser)?);
        }
        for group in &self.groups {
            details = details.group(group);
        }
        for (name, value) in &self.attributes {
            details = details.attribute(name, value);
        }
        Ok((details, self.block.map(|Object(block)| block.taken()).transpose()?))
    }
}

impl NewBlock {
    fn taken(self) -> Result<BlockRequest, Fault> {
        let reason = self.reason.parse().map_err(|error: stoplist::UnknownReason| usage(error))?;
        let why = Documentation::new(reason)
            .note(self.note)
            .reference(self.reference)
            .source(self.source);
        let mut request = BlockRequest::new(why);
        if let Some(names) = &self.traffic {
            let kinds = names.iter().map(|name| name.parse::<Traffic>());
            let kinds: Vec<Traffic> = kinds.collect::<Result<_, _>>().map_err(usage)?;
            request = request.traffic(kinds.into_iter().fold(Traffic::NONE, |all, one| all | one));
        }
        if let Some(until) = &self.until {
            request = request.until(when(until, SpanDirection::Future)?);
        }
        Ok(request)
    }
}

impl Changes {
    pub(crate) fn taken(self, parser: &Parser) -> Result<ContactEdit, Fault> {
        let mut edit = ContactEdit::default();
        if let Some(name) = &self.name {
            edit = edit.name(name);
        }
        if let Some(email) = &self.email {
            edit = edit.email(email);
        }
        if let Some(category) = &self.category {
            edit = edit.category(category);
        }
        if let Some(primary) = &self.primary {
            edit = edit.primary(number(primary, parser)?);
        }
        if let Some(secondary) = &self.secondary {
            let secondary = secondary.as_deref().map(|text| number(text, parser)).transpose()?;
            edit = edit.secondary(secondary);
        }
        if let Some(group) = self.add_groups.iter().find(|one| self.remove_groups.contains(one)) {
            return Err(usage(format!("the group {group:?} is both added and removed")));
        }
        for group in &self.add_groups {
            edit = edit.add_group(group);
        }
        for group in &self.remove_groups {
            edit = edit.remove_group(group);
        }
        for (name, value) in self.attributes {
            edit = edit.attribute(name, value);
        }
        if edit == ContactEdit::default() {
            return Err(usage("nothing is to be changed; name a field"));
        }
        Ok(edit)
    }
}

impl Query {
    /// The query, and what its answer says of the page: its number, where it has one, and its size.
    pub(crate) fn taken(self) -> Result<(ContactQuery, Option<u32>, u32), Fault> {
        let per_page = self.per_page.unwrap_or(ContactQuery::DEFAULT_PER_PAGE);
        let mut query = ContactQuery::new().per_page(per_page).filter(self.filter()?);
        if let Some(sort) = &self.sort {
            query = query.sort(sort.parse().map_err(|error: stoplist::UnknownSort| usage(error))?);
        }
        let page = match (self.after, self.page) {
            (Some(_), Some(_)) => return Err(usage("`page` and `after` at once; give one")),
            (Some(after), None) => {
                query = query.after(after);
                None
            }
            (None, page) => {
                let page = page.unwrap_or(1);
                query = query.page(page);
                Some(page)
            }
        };
        Ok((query, page, per_page))
    }

    fn filter(&self) -> Result<ContactFilter, Fault> {
        let mut filter = ContactFilter::new();
        if let Some(text) = &self.search {
            filter = filter.search(text.trim());
        }
        if !self.status.is_empty() {
            let status = self.status.iter().map(|status| status.parse());
            let status: Vec<_> = status
                .collect::<Result<_, _>>()
                .map_err(|error: stoplist::UnknownStatus| usage(error))?;
            filter = filter.status_in(status);
        }
        if let Some(category) = &self.category {
            filter = filter.category(category);
        }
        for group in &self.groups {
            filter = filter.group(group);
        }
        if let Some(from) = &self.created_from {
            filter = filter.created_from(when(from, SpanDirection::Past)?);
        }
        if let Some(to) = &self.created_to {
            filter = filter.created_before(end(to)?);
        }
        if let Some(from) = &self.blocked_from {
            filter = filter.blocked_from(when(from, SpanDirection::Past)?);
        }
        if let Some(to) = &self.blocked_to {
            filter = filter.blocked_before(end(to)?);
        }
        Ok(filter)
    }
}

fn when(text: &str, direction: SpanDirection) -> Result<Timestamp, Fault> {
    parse_when(text, Timestamp::now(), direction).map_err(usage)
}

fn end(text: &str) -> Result<Timestamp, Fault> {
    parse_end(text, Timestamp::now()).map_err(usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: for<'a> Deserialize<'a>>(text: &str) -> Option<&'static str> {
        read::<T>(text, "details").err().map(|fault| fault.into_parts().1)
    }

    #[test]
    fn a_document_is_an_object_all_the_way_down() {
        assert_eq!(code::<NewContact>(r#"{"primary": "+12025550101"}"#), None);
        assert_eq!(code::<NewContact>(r#"["Ada", "", "", "+12025550101"]"#), Some("json"));
        assert_eq!(code::<Query>("{}"), None);
        assert_eq!(code::<Query>("[]"), Some("json"));
        assert_eq!(code::<Changes>(r#"["Ada"]"#), Some("json"));
        let blocked = |block: &str| format!(r#"{{"primary": "+12025550101", "block": {block}}}"#);
        assert_eq!(code::<NewContact>(&blocked(r#"{"reason": "spam"}"#)), None);
        assert_eq!(code::<NewContact>(&blocked("null")), None);
        assert_eq!(code::<NewContact>(&blocked(r#"["spam"]"#)), Some("json"));
        assert_eq!(code::<NewContact>(r#"{"primary": "+12025550101", "nmae": ""}"#), Some("json"));
    }
}
