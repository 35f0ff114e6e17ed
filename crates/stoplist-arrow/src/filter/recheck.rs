//! Who was blocked since a batch was filtered?

use arrow::array::RecordBatch;
use stoplist::{Gate, NumberSet, PhoneNumber};

use crate::{Error, Report};

use super::batch::{Batch, Divided};
use super::columns::NumberColumns;
use super::judged::Rules;
use super::{Filter, Inner, Policy, Taken, excluded_schema};

/// To build an index of a number takes as long as to look up ten (`compare index`, `compare lookup`):
/// with fewer rows for each change since, all rows are looked up among all numbers.
const ROWS_A_CHANGE: usize = 10;

/// What has become of a batch that was filtered before.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rechecked {
    /// The rows that may still be sent to. Shares the batch when that is all of them.
    pub kept: RecordBatch,
    /// The rows that were blocked since, by the schema that [`excluded_schema`] gives.
    pub blocked: RecordBatch,
    /// The generation that the answer includes; `None` for lists that have none.
    pub generation: Option<u64>,
}

impl Filter {
    /// Looks again, just before sending, at rows that were kept: whose number has been blocked since
    /// the pass whose [`Report`] this is?
    ///
    /// Whatever was blocked before the call is found: a number whose block call had returned is
    /// never among the rows that this keeps. Rows without a number are kept, as they were then.
    ///
    /// The report has to be that of the pass, or the batch, that kept these rows, by this filter or
    /// another with the same options. Where it is of other [`Lists`](crate::Lists), or of none, as
    /// [`Report::default`] of what another process has filtered, nothing is taken for known and
    /// every row is looked up.
    ///
    /// # Cost
    ///
    /// When the lists have not changed since, some microseconds, whatever the rows. Else each row is
    /// parsed and looked up among the numbers that were added; or, when there were more changes than
    /// a tenth of the rows, or some are not known any more, among all, as
    /// [`Pass::apply`](crate::Pass::apply) does. Rows that are still kept are copied only where some
    /// are not. Waits for nobody, but for the reason of a number that a store has blocked since.
    ///
    /// # Errors
    ///
    /// As [`pass`](Self::pass) and [`Pass::apply`](crate::Pass::apply); [`Error::ReservedColumn`].
    /// A list that has been dropped meanwhile, or grown older than it may get, is no error here.
    pub fn recheck(&self, batch: &RecordBatch, since: &Report) -> Result<Rechecked, Error> {
        self.inner.recheck(batch, since)
    }
}

impl Inner {
    fn recheck(&self, batch: &RecordBatch, since: &Report) -> Result<Rechecked, Error> {
        // First what may be wrong: else it would only show once somebody is blocked.
        let columns = NumberColumns::of(&self.columns, batch.schema_ref())?;
        columns.check(batch.schema_ref(), self.on_blocked)?;
        let excluded = excluded_schema(batch.schema_ref())?;
        let taken = self.lists.newest();
        let rules = Rules {
            on_invalid: Policy::Keep,
            on_null: Policy::Keep,
            ..self.rules(taken.names.len(), true)
        };
        let divided = self.work(batch, |workers| {
            let batch =
                Batch { filter: self, batch, columns: &columns, workers, is_unchecked: false };
            let added = added_since(since, &taken, batch.rows() / ROWS_A_CHANGE);
            if added.as_ref().is_some_and(Vec::is_empty) {
                return batch.untouched();
            }
            // What was added is a gate too: so there is one way to judge.
            let among = added.and_then(|added| NumberSet::from_sorted(added).ok());
            let among = among.map(|added| Gate::of_sets([("added", &added)], 0));
            let judged = batch.judge(rules, &taken.gate, among.as_ref().unwrap_or(&taken.gate))?;
            batch.divide(&taken, judged, true)
        });
        let Divided { kept, excluded: blocked } = divided?;
        let blocked = blocked.unwrap_or_else(|| RecordBatch::new_empty(excluded));
        Ok(Rechecked { kept, blocked, generation: taken.generation })
    }
}

/// The numbers that came to be stopped since, where that is known and not too much.
fn added_since(since: &Report, taken: &Taken, at_most: usize) -> Option<Vec<PhoneNumber>> {
    if !since.origin.is(&taken.origin) {
        return None;
    }
    // Lists without generations do not change.
    taken.gate.stopped_since(since.generation.unwrap_or(taken.gate.generation()), at_most)
}
