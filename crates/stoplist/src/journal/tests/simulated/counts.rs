//! What has been tried?

use std::collections::BTreeMap;

/// How often each thing has happened.
#[derive(Debug, Default)]
pub(crate) struct Counts(BTreeMap<&'static str, u64>);

impl Counts {
    pub(crate) fn one(&mut self, what: &'static str) {
        self.add(what, 1);
    }

    pub(crate) fn add(&mut self, what: &'static str, so_often: u64) {
        *self.0.entry(what).or_default() += so_often;
    }

    pub(crate) fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or(0)
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        other.0.iter().for_each(|(what, so_often)| self.add(what, *so_often));
    }

    pub(super) fn to_json(&self, what: &str) -> String {
        let fields = self.0.iter().map(|(name, count)| format!(",\"{name}\":{count}"));
        format!("{{\"simulated\":\"{what}\"{}}}", fields.collect::<String>())
    }
}
