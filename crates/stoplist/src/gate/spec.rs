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
    /// matter.
    pub fn named<N: Into<String>>(traffic: Traffic, names: impl IntoIterator<Item = N>) -> Self {
        Self { traffic, names: Some(names.into_iter().map(Into::into).collect()) }
    }

    pub(super) fn names(&self) -> &[String] {
        self.names.as_deref().unwrap_or_default()
    }

    pub(super) fn asks(&self, name: &str, traffic: Traffic) -> bool {
        let named = self.names.as_ref().is_none_or(|names| names.iter().any(|n| n == name));
        named && self.traffic.intersects(traffic)
    }
}
