//! A filtered batch is what judging each row by itself gives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use proptest::prelude::*;
use stoplist::{NumberSet, Parser, PhoneNumber};
use stoplist_arrow::{Filter, FilterOptions, Policy, Report, Row, excluded_schema};

use crate::model::{Column, any_column, parser};

/// What a row is expected to say: its number in the batch, verdict, list and reason.
type Excluded = (i64, String, Option<String>, Option<String>);

struct Lists {
    names: [&'static str; 3],
    sets: [BTreeSet<u64>; 3],
}

/// Two lists that share numbers of the column, and one that has none.
fn lists(rows: &[Row], bits: u64) -> Lists {
    let mut sets = [BTreeSet::new(), BTreeSet::new(), BTreeSet::from([390612345678])];
    for (index, row) in rows.iter().enumerate() {
        let Row::Number(number) = row else { continue };
        for (list, set) in sets.iter_mut().take(2).enumerate() {
            if bits >> ((2 * index + list) % 64) & 1 == 1 {
                set.insert(number.get());
            }
        }
    }
    Lists { names: ["zebra", "aardvark", "empty"], sets }
}

fn options(parser: Parser, lists: &Lists) -> FilterOptions {
    let pairs = lists.names.into_iter().zip(&lists.sets);
    pairs.fold(FilterOptions::new(parser), |options, (name, set)| {
        let set: NumberSet = set.iter().map(|&value| PhoneNumber::new(value).unwrap()).collect();
        options.list(name, Arc::new(set))
    })
}

fn batch(column: &Column) -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..column.cells.len() as i64));
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("phone", column.array.data_type().clone(), true),
    ]);
    RecordBatch::try_new(Arc::new(schema), vec![ids, Arc::clone(&column.array)]).unwrap()
}

/// Kept rows, excluded rows and counts.
fn expected(rows: &[Row], lists: &Lists, keep: [bool; 2]) -> (Vec<i64>, Vec<Excluded>, Report) {
    let mut report = Report { rows: rows.len() as u64, ..Report::default() };
    report.blocked_by_list = lists.names.map(|name| (name.to_owned(), 0)).into();
    let (mut kept, mut excluded) = (vec![], vec![]);
    for (id, row) in (0..).zip(rows) {
        let out = match row {
            Row::Null => {
                report.null += 1;
                (!keep[1]).then(|| (id, "null".to_owned(), None, None))
            }
            Row::Refused(refusal) => {
                report.invalid += 1;
                *report.invalid_by_reason.entry(refusal.code()).or_default() += 1;
                let reason = Some(refusal.code().to_owned());
                (!keep[0]).then(|| (id, "invalid".to_owned(), None, reason))
            }
            Row::Number(number) => {
                let list = lists.sets.iter().position(|set| set.contains(&number.get()));
                list.map(|list| {
                    let name = lists.names[list].to_owned();
                    report.blocked += 1;
                    *report.blocked_by_list.get_mut(&name).unwrap() += 1;
                    (id, "block".to_owned(), Some(name), None)
                })
            }
        };
        match out {
            Some(row) => excluded.push(row),
            None => kept.push(id),
        }
    }
    report.kept = kept.len() as u64;
    (kept, excluded, report)
}

fn ids(batch: &RecordBatch) -> Vec<i64> {
    batch.column(0).as_primitive::<Int64Type>().values().to_vec()
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(name).unwrap().as_string::<i32>();
    column.iter().map(|text| text.map(str::to_owned)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn row_by_row(
        column in any_column(),
        parser in parser(),
        bits in any::<u64>(),
        keep in any::<[bool; 2]>(),
    ) {
        let rows = column.expected(&parser);
        let lists = lists(&rows, bits);
        let policy = |keep| if keep { Policy::Keep } else { Policy::Exclude };
        let options = options(parser, &lists)
            .on_invalid(policy(keep[0]))
            .on_null(policy(keep[1]))
            .excluded(true)
            .threads(std::num::NonZeroUsize::new(1));
        let filter = Filter::new(options).unwrap();
        let batch = batch(&column);
        let filtered = filter.apply(&batch, 1, 0).unwrap();

        let (kept, out, report) = expected(&rows, &lists, keep);
        prop_assert_eq!(&filtered.report, &report);
        let by_list: BTreeMap<_, _> = filter.empty_report().blocked_by_list;
        prop_assert_eq!(by_list.keys().collect::<Vec<_>>(), ["aardvark", "empty", "zebra"]);

        prop_assert_eq!(filtered.kept.schema(), batch.schema());
        prop_assert_eq!(ids(&filtered.kept), kept.clone());
        let excluded = filtered.excluded.unwrap();
        prop_assert_eq!(excluded.schema(), excluded_schema(&batch.schema()).unwrap());
        let found: Vec<Excluded> = ids(&excluded)
            .into_iter()
            .zip(texts(&excluded, "stoplist_verdict"))
            .zip(texts(&excluded, "stoplist_list"))
            .zip(texts(&excluded, "stoplist_reason"))
            .map(|(((id, verdict), list), reason)| (id, verdict.unwrap(), list, reason))
            .collect();
        prop_assert_eq!(&found, &out);

        // The numbers went with their rows.
        for (part, ids) in [(&filtered.kept, kept), (&excluded, out.iter().map(|row| row.0).collect())] {
            for (row, id) in ids.into_iter().enumerate() {
                let (part, whole) = (part.column(1).slice(row, 1), column.array.slice(id as usize, 1));
                let read = |array: &dyn Array| {
                    stoplist_arrow::NumberColumn::read(&parser, "phone", array).unwrap().row(0)
                };
                prop_assert_eq!(read(&part), read(&whole));
            }
        }
    }
}
