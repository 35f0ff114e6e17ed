//! A stream of batches goes in and a stream of batches comes out.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use arrow::error::ArrowError;
use stoplist::{NumberSet, Parser, PhoneNumber};
use stoplist_arrow::{Error, Filter, FilterOptions, Lists, OnBlocked, Policy, Report};

use crate::oracle::ids;

/// Batches and errors, in order; after an error it goes on as if nothing had been.
#[derive(Debug)]
struct Reader {
    schema: SchemaRef,
    left: VecDeque<Result<RecordBatch, ArrowError>>,
}

impl Iterator for Reader {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left.pop_front()
    }
}

impl RecordBatchReader for Reader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("phone", DataType::Utf8, true),
    ]))
}

/// Row by row: a number, one that is blocked, something else, nothing.
fn batch(ids: std::ops::Range<i64>) -> RecordBatch {
    let texts = [Some("+16502530000"), Some("+4930901820"), Some("nobody"), None];
    let phones: StringArray = ids.clone().map(|id| texts[id as usize % 4]).collect();
    let ids = Int64Array::from_iter_values(ids);
    RecordBatch::try_new(schema(), vec![Arc::new(ids), Arc::new(phones)]).unwrap()
}

fn reader(left: impl IntoIterator<Item = Result<RecordBatch, ArrowError>>) -> Reader {
    Reader { schema: schema(), left: left.into_iter().collect() }
}

fn options() -> FilterOptions {
    FilterOptions::new(Parser::international()).excluded(true)
}

fn filter(options: FilterOptions) -> Filter {
    let blocked = NumberSet::from([PhoneNumber::new(4_930_901_820).unwrap()]);
    Filter::new(Lists::of_sets([("dnc-de", &blocked)]).unwrap(), options)
}

fn batches() -> Vec<RecordBatch> {
    // The third has no row, of the fourth none is kept.
    [0..10, 10..17, 17..17, 17..20, 20..40_001].map(batch).to_vec()
}

#[test]
fn in_order_with_batches_without_rows_and_counted() {
    let filter = filter(options());
    let mut stream = filter.stream(reader(batches().into_iter().map(Ok))).unwrap();
    assert_eq!(stream.schema(), schema());
    let (mut total, mut at, mut kept_of_batches) = (stream.report().clone(), 0, vec![]);
    assert_eq!(total.blocked_by_list, [("dnc-de".to_owned(), 0)].into());
    while let Some(filtered) = stream.next_filtered() {
        let filtered = filtered.unwrap();
        total += &filtered.report;
        assert_eq!(stream.report(), &total);
        let end = at + filtered.report.rows as usize;
        let (kept, out): (Vec<usize>, Vec<usize>) = (at..end).partition(|id| id % 4 == 0);
        assert_eq!(ids(&filtered.kept), kept);
        assert_eq!(ids(&filtered.excluded.unwrap()), out);
        at = end;
        kept_of_batches.push(kept.len());
    }
    assert_eq!(at, 40_001);
    assert_eq!(kept_of_batches[..4], [3, 2, 0, 0]);
    assert!(stream.next_filtered().is_none());
    let whole = filter.apply(&batch(0..40_001)).unwrap().report;
    assert_eq!(total, whole);
    assert_eq!(
        (whole.rows, whole.kept, whole.blocked, whole.null),
        (40_001, 10_001, 10_000, 10_000)
    );
    assert_eq!(stream.into_pass().report(), &total);
}

#[test]
fn as_a_reader_for_whatever_takes_one() {
    fn read(reader: impl RecordBatchReader) -> (SchemaRef, Vec<RecordBatch>) {
        (reader.schema(), reader.collect::<Result<_, _>>().unwrap())
    }
    let filter = filter(options());
    let (found, kept) = read(filter.stream(reader(batches().into_iter().map(Ok))).unwrap());
    assert_eq!(found, schema());
    assert_eq!(kept.len(), 5);
    let kept = arrow::compute::concat_batches(&found, &kept).unwrap();
    assert_eq!(kept, filter.apply(&batch(0..40_001)).unwrap().kept);
}

#[test]
fn with_number_columns_that_may_be_null_where_cells_are_emptied() {
    let strict = Arc::new(Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("tel", DataType::Utf8, false),
        Field::new("fax", DataType::Utf8, false),
    ]));
    let texts = |texts: [&str; 2]| Arc::new(StringArray::from(texts.to_vec())) as ArrayRef;
    let columns = vec![
        Arc::new(Int64Array::from(vec![0, 1])) as ArrayRef,
        texts(["+4930901820", "+16502530000"]),
        texts(["+16502530000", "nobody"]),
    ];
    let batch = RecordBatch::try_new(Arc::clone(&strict), columns).unwrap();
    let options = options().column("fax").column("tel").on_blocked(OnBlocked::EmptyCell);
    let reader = Reader { schema: strict, left: [Ok(batch)].into() };
    let mut stream = filter(options).stream(reader).unwrap();
    let nullable: Vec<bool> =
        stream.schema().fields().iter().map(|field| field.is_nullable()).collect();
    assert_eq!(nullable, [false, true, true]);
    let kept = stream.next().unwrap().unwrap();
    assert_eq!(kept.schema(), stream.schema());
    let column = |name| kept.column_by_name(name).unwrap().as_string::<i32>();
    assert_eq!(column("tel"), &StringArray::from(vec![None, Some("+16502530000")]));
    assert_eq!(column("fax"), &StringArray::from(vec![Some("+16502530000"), None]));
    assert_eq!(stream.report().emptied, 2);
}

#[test]
fn until_the_reader_fails() {
    let error = ArrowError::ParseError("line 7".to_owned());
    let filter = filter(options());
    let mut stream = filter.stream(reader([Ok(batch(0..4)), Err(error), Ok(batch(4..8))])).unwrap();
    assert_eq!(stream.next_filtered().unwrap().unwrap().kept.num_rows(), 1);
    let error = stream.next_filtered().unwrap().unwrap_err();
    assert_eq!(error.code(), "arrow");
    assert!(error.to_string().contains("line 7"), "{error}");
    // It is over, though the reader would go on.
    assert!(stream.next_filtered().is_none() && stream.next().is_none());
    assert_eq!((stream.report().rows, stream.report().kept), (4, 1));
}

#[test]
fn until_a_row_is_forbidden_and_the_error_can_be_told_by_its_type() {
    let filter = filter(options().on_null(Policy::Error));
    let batches = [Ok(batch(0..3)), Ok(batch(3..6)), Ok(batch(6..7))];
    let mut stream = filter.stream(reader(batches)).unwrap();
    assert_eq!(stream.next().unwrap().unwrap().num_rows(), 1);
    let error = stream.next().unwrap().unwrap_err();
    let ArrowError::ExternalError(error) = error else { panic!("{error:?}") };
    let error = error.downcast_ref::<Error>().unwrap();
    assert!(matches!(error, Error::NullRow { row: 4, column } if column == "phone"), "{error:?}");
    assert!(stream.next().is_none() && stream.next_filtered().is_none());
    let expected = Report {
        rows: 3,
        kept: 1,
        blocked: 1,
        invalid: 1,
        blocked_by_list: [("dnc-de".to_owned(), 1)].into(),
        invalid_by_reason: [("not_a_number", 1)].into(),
        ..Report::default()
    };
    assert_eq!(stream.report(), &expected);
}

#[test]
fn unless_its_schema_has_no_numbers() {
    let schema = Arc::new(Schema::new(vec![Field::new("phone", DataType::Float64, true)]));
    let reader = Reader { schema, left: VecDeque::new() };
    assert_eq!(filter(options()).stream(reader).unwrap_err().code(), "column_type");
}

#[test]
fn of_one_moment_whatever_is_blocked_meanwhile() {
    use stoplist::{GateSpec, Gates, Traffic};
    let gates = Gates::new();
    let number = PhoneNumber::new(16_502_530_000).unwrap();
    gates.put_list(1, "blocked", Traffic::BROADCAST, &NumberSet::new()).unwrap();
    let handle = gates.open(&GateSpec::all(Traffic::BROADCAST)).unwrap();
    let filter = Filter::new(Lists::of_gates(handle), options());
    let mut pass = filter.pass(&schema()).unwrap();
    assert_eq!(pass.apply(&batch(0..4)).unwrap().kept.num_rows(), 2);
    gates.put_list(2, "blocked", Traffic::BROADCAST, &NumberSet::from([number])).unwrap();
    assert_eq!(pass.apply(&batch(0..4)).unwrap().kept.num_rows(), 2);
    assert_eq!(pass.report().generation, Some(1));
    let after = filter.apply(&batch(0..4)).unwrap();
    assert_eq!((after.kept.num_rows(), after.report.generation), (1, Some(2)));
    // The second look finds who was blocked since, and keeps what holds no number.
    let kept = batch(0..4);
    let rechecked = filter.recheck(&kept, pass.report()).unwrap();
    assert_eq!(ids(&rechecked.blocked), [0]);
    assert_eq!(ids(&rechecked.kept), [1, 2, 3]);
    assert_eq!(rechecked.generation, Some(2));
    let column = rechecked.kept.column(0).as_primitive::<Int64Type>();
    assert_eq!(column.values(), &[1, 2, 3]);
}
