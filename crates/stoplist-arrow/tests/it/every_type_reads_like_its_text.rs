//! A column of any type and shape reads as the parser reads the text of each row.

use proptest::prelude::*;
use stoplist_arrow::{NumberColumn, Row, check_type};

use crate::model::{LEAVES, SMALL, any_column, parser, plain};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn every_row(column in any_column(), parser in parser()) {
        let read = NumberColumn::read(&parser, "phone", &column.array).unwrap();
        let expected = column.expected(&parser);
        prop_assert_eq!(read.rows().collect::<Vec<_>>(), expected.clone());
        prop_assert_eq!(read.len(), expected.len());
        prop_assert_eq!(read.is_empty(), expected.is_empty());
        for (index, row) in expected.iter().enumerate() {
            let number = match row {
                Row::Number(number) => number.get(),
                _ => 0,
            };
            prop_assert_eq!(read.numbers()[index], number);
            prop_assert_eq!(read.statuses()[index].is_ok(), number > 0);
            prop_assert_eq!(read.is_null(index), *row == Row::Null);
            prop_assert_eq!(read.row(index), *row);
        }
        prop_assert_eq!(read.row(expected.len()), Row::Null);
        prop_assert!(read.is_null(usize::MAX));
    }
}

/// The generator would be of little use if it never made a number, a refusal or a null.
#[test]
fn the_generated_columns_hold_every_kind_of_row() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut numbers, mut refused, mut nulls, mut numbers_by_leaf) = (0, 0, 0, vec![]);
    for _ in 0..1000 {
        let column = any_column().new_tree(&mut runner).unwrap().current();
        for row in column.expected(&stoplist::Parser::international()) {
            match row {
                Row::Number(_) => {
                    numbers += 1;
                    numbers_by_leaf.push(column.leaf.clone());
                }
                Row::Refused(_) => refused += 1,
                Row::Null => nulls += 1,
            }
        }
    }
    assert!(numbers > 1000 && refused > 1000 && nulls > 1000, "{numbers} {refused} {nulls}");
    for leaf in LEAVES.iter().filter(|leaf| !SMALL.contains(leaf)) {
        assert!(numbers_by_leaf.contains(leaf), "no number in any {leaf}");
    }
}

#[test]
fn what_the_check_lets_pass_can_be_read() {
    let parser = stoplist::Parser::international();
    for leaf in LEAVES {
        check_type("phone", &leaf).unwrap();
        let array = plain(&leaf, &[None]);
        let read = NumberColumn::read(&parser, "phone", &array).unwrap();
        assert_eq!(read.rows().collect::<Vec<_>>(), [Row::Null], "{leaf}");
    }
}
