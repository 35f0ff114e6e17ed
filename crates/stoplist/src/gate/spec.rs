//! Which lists does a gate ask?

use crate::Traffic;

/// The lists that a gate is made of: all that stop the traffic in question, or those of them that
/// are named.
///
/// Specs that come to the same lists share the memory of one gate. A spec of no traffic comes to no
/// list, and its gate stops nobody.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct GateSpec {
    traffic: Traffic,
    /// `None` for all.
    names: Option<Vec<String>>,
}

impl GateSpec {
    /// All lists that stop some of this traffic, also those that are made later.
    pub fn all(traffic: Traffic) -> Self {
        Self { traffic, names: None }
    }

    /// Those of the named lists that stop some of this traffic. The order of the names does not
    /// matter. A name without a part means the list with all its parts, one with a part (`list:part`)
    /// that part alone.
    pub fn named<N: Into<String>>(traffic: Traffic, names: impl IntoIterator<Item = N>) -> Self {
        Self { traffic, names: Some(names.into_iter().map(Into::into).collect()) }
    }

    pub(super) fn names(&self) -> &[String] {
        self.names.as_deref().unwrap_or_default()
    }

    /// Whether it names a list: by its whole name, or by the one that it has without its part.
    pub(super) fn has_named(&self, list: &str) -> bool {
        self.names().iter().any(|name| is_name_of(name, list))
    }

    pub(super) fn asks(&self, list: &str, traffic: Traffic) -> bool {
        (self.names.is_none() || self.has_named(list)) && self.traffic.intersects(traffic)
    }
}

/// The name of a list as those who ask know it.
pub(super) fn without_part(list: &str) -> &str {
    list.split_once(':').map_or(list, |(name, _)| name)
}

/// Whether a name in a spec means a list.
pub(super) fn is_name_of(name: &str, list: &str) -> bool {
    name == list || name == without_part(list)
}
