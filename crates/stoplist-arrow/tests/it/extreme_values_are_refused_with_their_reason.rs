//! Integers and decimals at the edge of their range are refused, each for the right reason.

use arrow::array::{
    Array, Decimal128Array, Decimal256Array, FixedSizeBinaryArray, Int64Array, UInt64Array,
};
use arrow::datatypes::{Decimal256Type, DecimalType, i256};
use stoplist::{Parser, Refusal};
use stoplist_arrow::{NumberColumn, Row};

fn rows(array: &dyn Array) -> Vec<Row> {
    NumberColumn::read(&Parser::international(), "phone", array).unwrap().rows().collect()
}

#[test]
fn integers() {
    let negative = Row::Refused(Refusal::NotANumber);
    assert_eq!(rows(&Int64Array::from(vec![i64::MIN, -4930901820, -1])), [negative; 3]);
    let largest = rows(&UInt64Array::from(vec![0, u64::MAX]));
    let parse = |text| Row::Refused(Parser::international().parse(text).unwrap_err());
    assert_eq!(largest, [parse("0"), parse("18446744073709551615")]);
}

#[test]
fn decimals_beyond_64_bits_are_too_long() {
    let beyond = i128::from(u64::MAX) + 1;
    let array = Decimal128Array::from(vec![beyond, -beyond, i128::from(u64::MAX), 4930901820])
        .with_precision_and_scale(38, 0)
        .unwrap();
    let read = rows(&array);
    assert_eq!(read[0], Row::Refused(Refusal::TooLong));
    assert_eq!(read[1], Row::Refused(Refusal::NotANumber));
    assert!(matches!(read[3], Row::Number(number) if number.get() == 4930901820));

    let wide = |text| i256::from_string(text).unwrap();
    let values =
        [i256::MAX, i256::MIN, wide("170141183460469231731687303715884105728"), wide("4930901820")];
    let array = Decimal256Array::from_iter_values(values)
        .with_precision_and_scale(Decimal256Type::MAX_PRECISION, 0)
        .unwrap();
    let read = rows(&array);
    assert_eq!(read[0], Row::Refused(Refusal::TooLong));
    assert_eq!(read[1], Row::Refused(Refusal::NotANumber));
    assert_eq!(read[2], Row::Refused(Refusal::TooLong));
    assert!(matches!(read[3], Row::Number(number) if number.get() == 4930901820));
}

#[test]
fn fixed_size_values_without_a_byte_are_empty() {
    let values = [Some(b"".as_slice()), None].into_iter();
    let array = FixedSizeBinaryArray::try_from_sparse_iter_with_size(values, 0).unwrap();
    assert_eq!(rows(&array), [Row::Refused(Refusal::Empty), Row::Null]);
}
