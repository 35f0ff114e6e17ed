//! What a filter has to say about rows: judged one by one, from what each cell says, by hand.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use arrow::array::*;
use arrow::compute;
use arrow::datatypes::Int64Type;
use proptest::prelude::*;
use stoplist::{NumberSet, Parser, PhoneNumber, Refusal};
use stoplist_arrow::{
    Error, Filter, FilterOptions, Lists, NumberColumn, OnBlocked, Policy, Report, Row,
    excluded_schema,
};

/// The rules of a filter.
#[derive(Clone, Debug)]
pub(crate) struct Oracle {
    pub(crate) parser: Parser,
    /// In the order in which they are asked.
    pub(crate) lists: Vec<(&'static str, BTreeSet<u64>)>,
    pub(crate) on_invalid: Policy,
    pub(crate) on_null: Policy,
    pub(crate) on_blocked: OnBlocked,
}

/// A batch with a column `id` that numbers its rows, and where its number columns are.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) batch: RecordBatch,
    pub(crate) positions: Vec<usize>,
    /// What each cell of these columns says.
    pub(crate) cells: Vec<Vec<Row>>,
}

/// What an excluded row says: its number, verdict, list and reason.
type Excluded = (usize, &'static str, Option<String>, Option<String>);

/// What is to come of a batch.
struct Expected {
    kept: Vec<usize>,
    excluded: Vec<Excluded>,
    /// For each number column whether each cell is emptied.
    emptied: Vec<Vec<bool>>,
    report: Report,
}

/// The first row that must not be there.
struct Forbidden {
    row: usize,
    /// The place of the column among the number columns.
    column: usize,
    /// `None` when the row is null.
    refusal: Option<Refusal>,
}

#[derive(Clone, Copy, PartialEq)]
enum Cell {
    Allowed,
    Blocked(usize),
    Invalid(Refusal),
    Null,
}

impl Oracle {
    fn cell(&self, row: &Row) -> Cell {
        match row {
            Row::Null => Cell::Null,
            Row::Refused(refusal) => Cell::Invalid(*refusal),
            Row::Number(number) => {
                let has = |(_, list): &(_, BTreeSet<u64>)| list.contains(&number.get());
                self.lists.iter().position(has).map_or(Cell::Allowed, Cell::Blocked)
            }
        }
    }

    /// The gravest of some cells; of two that are as grave, the first.
    fn gravest(&self, cells: &[Cell]) -> Cell {
        let is_allowed = cells.contains(&Cell::Allowed);
        if is_allowed && self.on_blocked == OnBlocked::EmptyCell {
            return Cell::Allowed;
        }
        let first = |is: fn(&Cell) -> bool| cells.iter().copied().find(is);
        let blocked = first(|cell| matches!(cell, Cell::Blocked(_)));
        let invalid = first(|cell| matches!(cell, Cell::Invalid(_)));
        let allowed = is_allowed.then_some(Cell::Allowed);
        blocked.or(invalid).or(allowed).unwrap_or(Cell::Null)
    }

    fn judge(&self, columns: &[Vec<Row>], rows: usize) -> Result<Expected, Forbidden> {
        let blocked_by_list = self.lists.iter().map(|(name, _)| ((*name).to_owned(), 0)).collect();
        let mut report = Report { rows: rows as u64, blocked_by_list, ..Report::default() };
        let (mut kept, mut excluded) = (vec![], vec![]);
        let mut emptied = vec![vec![false; rows]; columns.len()];
        for row in 0..rows {
            let cells: Vec<Cell> = columns.iter().map(|cells| self.cell(&cells[row])).collect();
            let verdict = self.gravest(&cells);
            self.forbid(row, &cells, verdict)?;
            let policy = match verdict {
                Cell::Allowed => Policy::Keep,
                Cell::Blocked(_) => Policy::Exclude,
                Cell::Invalid(_) => self.on_invalid,
                Cell::Null => self.on_null,
            };
            let (name, list, reason) = match verdict {
                Cell::Allowed => ("allow", None, None),
                Cell::Blocked(list) => {
                    let list = self.lists[list].0.to_owned();
                    report.blocked += 1;
                    *report.blocked_by_list.get_mut(&list).unwrap() += 1;
                    ("block", Some(list), None)
                }
                Cell::Invalid(refusal) => {
                    report.invalid += 1;
                    *report.invalid_by_reason.entry(refusal.code()).or_default() += 1;
                    ("invalid", None, Some(refusal.code().to_owned()))
                }
                Cell::Null => {
                    report.null += 1;
                    ("null", None, None)
                }
            };
            if policy != Policy::Keep {
                excluded.push((row, name, list, reason));
                continue;
            }
            kept.push(row);
            report.kept += 1;
            for (cell, emptied) in cells.iter().zip(&mut emptied) {
                emptied[row] = self.empties(*cell);
                report.emptied += u64::from(emptied[row]);
            }
        }
        Ok(Expected { kept, excluded, emptied, report })
    }

    /// The counts that are to come of a batch; none when a row of it is forbidden.
    pub(crate) fn report(&self, input: &Input) -> Option<Report> {
        self.judge(&input.cells, input.batch.num_rows()).ok().map(|expected| expected.report)
    }

    fn empties(&self, cell: Cell) -> bool {
        let goes = match cell {
            Cell::Blocked(_) => true,
            Cell::Invalid(_) => self.on_invalid != Policy::Keep,
            Cell::Allowed | Cell::Null => false,
        };
        goes && self.on_blocked == OnBlocked::EmptyCell
    }

    /// A cell that is no number is forbidden wherever it is; a null only in a row of nulls.
    fn forbid(&self, row: usize, cells: &[Cell], verdict: Cell) -> Result<(), Forbidden> {
        let refused = cells.iter().enumerate().find_map(|(column, cell)| match cell {
            Cell::Invalid(refusal) => Some((column, *refusal)),
            _ => None,
        });
        match refused {
            Some((column, refusal)) if self.on_invalid == Policy::Error => {
                Err(Forbidden { row, column, refusal: Some(refusal) })
            }
            _ if verdict == Cell::Null && self.on_null == Policy::Error => {
                Err(Forbidden { row, column: 0, refusal: None })
            }
            _ => Ok(()),
        }
    }

    fn filter(&self, input: &Input, threads: usize) -> Filter {
        let set = |values: &BTreeSet<u64>| -> NumberSet {
            values.iter().map(|&value| PhoneNumber::new(value).unwrap()).collect()
        };
        let sets: Vec<_> = self.lists.iter().map(|(name, values)| (*name, set(values))).collect();
        let lists = Lists::of_sets(sets.iter().map(|(name, set)| (*name, set))).unwrap();
        let options = FilterOptions::new(self.parser)
            .on_invalid(self.on_invalid)
            .on_null(self.on_null)
            .on_blocked(self.on_blocked)
            .excluded(true)
            .threads(NonZeroUsize::new(threads));
        // By name and by position in turn, and the first one twice: it counts once.
        let options = input.positions.iter().enumerate().fold(options, |options, (place, &at)| {
            if place % 2 == 0 {
                options.column(input.batch.schema().field(at).name())
            } else {
                options.column_at(at)
            }
        });
        Filter::new(lists, options.column_at(input.positions[0]))
    }

    /// Whether a filter says all of this about a batch, and copies its rows as they are.
    pub(crate) fn check(&self, input: &Input, threads: usize) -> Result<(), TestCaseError> {
        let batch = &input.batch;
        let filter = self.filter(input, threads);
        let mut pass = filter.pass(&batch.schema()).unwrap();
        let nothing = pass.report().clone();
        let (applied, masked) = (pass.apply(batch), filter.mask(batch));
        let expected = match self.judge(&input.cells, batch.num_rows()) {
            Ok(expected) => expected,
            Err(forbidden) => {
                prop_assert_eq!(pass.report(), &nothing);
                same_error(input, &forbidden, &applied.unwrap_err())?;
                return same_error(input, &forbidden, &masked.unwrap_err());
            }
        };
        let (filtered, masked) = (applied.unwrap(), masked.unwrap());
        prop_assert_eq!(&filtered.report, &expected.report);
        prop_assert_eq!(pass.report(), &expected.report);
        prop_assert_eq!(&masked.report, &expected.report);

        let mut keep = vec![false; batch.num_rows()];
        expected.kept.iter().for_each(|&row| keep[row] = true);
        let keep = BooleanArray::from(keep);
        prop_assert_eq!(&masked.keep, &keep);
        prop_assert_eq!(ids(&filtered.kept), expected.kept.clone());
        prop_assert_eq!(filtered.kept.schema(), pass.schema());
        self.check_kept(input, &filtered.kept, &keep, &expected)?;

        let excluded = filtered.excluded.unwrap();
        prop_assert_eq!(excluded.schema(), excluded_schema(&batch.schema()).unwrap());
        prop_assert_eq!(told(&excluded), expected.excluded);
        let out = compute::not(&keep).unwrap();
        for (index, column) in batch.columns().iter().enumerate() {
            same(excluded.column(index), &compute::filter(column, &out).unwrap(), column)?;
        }
        Ok(())
    }

    fn check_kept(
        &self,
        input: &Input,
        kept: &RecordBatch,
        keep: &BooleanArray,
        expected: &Expected,
    ) -> Result<(), TestCaseError> {
        for (index, column) in input.batch.columns().iter().enumerate() {
            let place = input.positions.iter().position(|&position| position == index);
            let Some(place) = place else {
                same(kept.column(index), &compute::filter(column, keep).unwrap(), column)?;
                continue;
            };
            let emptied = &expected.emptied[place];
            let read = NumberColumn::read(&self.parser, "kept", kept.column(index)).unwrap();
            let cell = |&row: &usize| match emptied[row] {
                true => Row::Null,
                false => input.cells[place][row],
            };
            let cells = expected.kept.iter().map(cell).collect::<Vec<_>>();
            prop_assert_eq!(read.rows().collect::<Vec<_>>(), cells);
            let column = if emptied.contains(&true) {
                &compute::nullif(column, &emptied.clone().into()).unwrap()
            } else {
                column
            };
            same(kept.column(index), &compute::filter(column, keep).unwrap(), column)?;
        }
        Ok(())
    }
}

fn same_error(input: &Input, forbidden: &Forbidden, error: &Error) -> Result<(), TestCaseError> {
    let schema = input.batch.schema();
    let name = schema.field(input.positions[forbidden.column]).name();
    let found = match error {
        Error::InvalidRow { row, column, refusal, .. } => (*row, column, Some(*refusal)),
        Error::NullRow { row, column } => (*row, column, None),
        other => return Err(TestCaseError::fail(format!("{other:?}"))),
    };
    prop_assert_eq!(found, (forbidden.row as u64 + 1, name, forbidden.refusal));
    Ok(())
}

/// An array of the rows that Arrow selects, in the type that they had, and sound.
pub(crate) fn same(
    found: &ArrayRef,
    expected: &ArrayRef,
    whole: &ArrayRef,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.data_type(), whole.data_type());
    prop_assert_eq!(found.len(), expected.len());
    let data = found.to_data();
    prop_assert!(data.validate_full().is_ok(), "{:?}", data.validate_full());
    // Arrow may have given the inner fields of runs other names.
    if found.data_type() == expected.data_type() {
        prop_assert!(data == expected.to_data(), "{} differs", found.data_type());
    }
    prop_assert_eq!(found.logical_null_count(), expected.logical_null_count());
    Ok(())
}

pub(crate) fn ids(batch: &RecordBatch) -> Vec<usize> {
    let ids = batch.column_by_name("id").unwrap().as_primitive::<Int64Type>();
    ids.values().iter().map(|&id| id as usize).collect()
}

/// The column `id`.
pub(crate) fn id_column(rows: usize) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(0..rows as i64))
}

fn told(excluded: &RecordBatch) -> Vec<Excluded> {
    let texts = |name| excluded.column_by_name(name).unwrap().as_string::<i32>();
    let (verdicts, lists) = (texts("stoplist_verdict"), texts("stoplist_list"));
    let reasons = texts("stoplist_reason");
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let rows = ids(excluded).into_iter().zip(verdicts).zip(lists.iter().zip(reasons));
    rows.map(|((id, verdict), (list, reason))| {
        let verdict = ["block", "invalid", "null"].into_iter().find(|&name| Some(name) == verdict);
        (id, verdict.unwrap(), owned(list), owned(reason))
    })
    .collect()
}
