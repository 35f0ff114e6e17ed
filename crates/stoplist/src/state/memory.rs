//! How is the state kept where nothing is to stay?
//!
//! In a map, behind the same checks of lengths: for tests, and for stores that live in memory.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::backend::{Backend, Change, Each, Row, check_lengths};
use super::error::StateError;

/// Rows in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Memory {
    fn range(&self, from: Bound<&[u8]>, to: Bound<&[u8]>) -> impl DoubleEndedIterator<Item = Row> {
        self.rows.range::<[u8], _>((from, to)).map(|(key, value)| (key.clone(), value.clone()))
    }
}

impl Backend for Memory {
    fn scan(&self, prefix: &[u8], each: &mut Each<'_>) -> Result<(), StateError> {
        let rows = self.rows.range::<[u8], _>((Bound::Included(prefix), Bound::Unbounded));
        for (key, value) in rows.take_while(|(key, _)| key.starts_with(prefix)) {
            each(key, value)?;
        }
        Ok(())
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        Ok(self.rows.get(key).cloned())
    }

    fn at_or_before(&self, prefix: &[u8], key: &[u8]) -> Result<Option<Row>, StateError> {
        if key < prefix {
            return Ok(None);
        }
        let mut rows = self.range(Bound::Included(prefix), Bound::Included(key)).rev();
        Ok(rows.find(|(found, _)| found.starts_with(prefix)))
    }

    fn after(&self, prefix: &[u8], key: &[u8]) -> Result<Option<Row>, StateError> {
        let from = if key < prefix { Bound::Included(prefix) } else { Bound::Excluded(key) };
        let row = self.range(from, Bound::Unbounded).next();
        Ok(row.filter(|(found, _)| found.starts_with(prefix)))
    }

    fn apply(&mut self, changes: &[Change]) -> Result<(), StateError> {
        check_lengths(changes)?;
        for (key, value) in changes {
            match value {
                Some(value) => self.rows.insert(key.clone(), value.clone()),
                None => self.rows.remove(key),
            };
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StateError> {
        Ok(())
    }

    fn bytes_on_disk(&self) -> u64 {
        0
    }
}
