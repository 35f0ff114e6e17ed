//! A type that cannot hold numbers is refused, before and while reading, with what to do.

use std::sync::Arc;

use arrow::array::{RecordBatch, new_empty_array, new_null_array};
use arrow::datatypes::{
    DataType as T, Field, Fields, IntervalUnit, Schema, TimeUnit, UnionFields, UnionMode,
};
use stoplist::Parser;
use stoplist_arrow::{Error, Filter, FilterOptions, Lists, NumberColumn, check_type};

fn item(data_type: T) -> Arc<Field> {
    Arc::new(Field::new("item", data_type, true))
}

fn refused() -> Vec<(T, &'static str)> {
    let float = "store the numbers as text or 64-bit integers";
    let entries =
        Fields::from(vec![Field::new("key", T::Utf8, false), Field::new("value", T::Utf8, true)]);
    let entries = Arc::new(Field::new("entries", T::Struct(entries), false));
    let union = UnionFields::from_fields(vec![Field::new("a", T::Int64, true)]);
    vec![
        (T::Float16, float),
        (T::Float32, float),
        (T::Float64, "a float does not keep every digit"),
        (T::Boolean, "it does not hold phone numbers"),
        (T::Union(union, UnionMode::Sparse), "it does not hold phone numbers"),
        (T::Timestamp(TimeUnit::Second, None), "taken for a date"),
        (T::Date32, "taken for a date"),
        (T::Date64, "taken for a date"),
        (T::Time32(TimeUnit::Second), "times"),
        (T::Time64(TimeUnit::Nanosecond), "times"),
        (T::Duration(TimeUnit::Second), "times"),
        (T::Interval(IntervalUnit::DayTime), "times"),
        (T::List(item(T::Utf8)), "several values a row"),
        (T::LargeList(item(T::Utf8)), "several values a row"),
        (T::ListView(item(T::Utf8)), "several values a row"),
        (T::LargeListView(item(T::Utf8)), "several values a row"),
        (T::FixedSizeList(item(T::Utf8), 2), "several values a row"),
        (T::Struct(Fields::from(vec![Field::new("a", T::Utf8, true)])), "several values a row"),
        (T::Map(entries, false), "several values a row"),
        (T::Decimal32(9, 2), "decimals of scale 0"),
        (T::Decimal64(18, 1), "decimals of scale 0"),
        (T::Decimal128(20, -2), "decimals of scale 0"),
        (T::Decimal256(40, 3), "decimals of scale 0"),
        (T::Dictionary(Box::new(T::Int8), Box::new(T::Float64)), "a float does not"),
        (
            T::RunEndEncoded(Arc::new(Field::new("run_ends", T::Int32, false)), item(T::Date32)),
            "taken for a date",
        ),
    ]
}

#[test]
fn by_type_by_array_and_by_batch() {
    let parser = Parser::international();
    let filter = Filter::new(Lists::of_sets([]).unwrap(), FilterOptions::new(parser).column_at(0));
    let text = Schema::new(vec![Field::new("fax", T::Utf8, true)]);
    let mut pass = filter.pass(&Arc::new(text)).unwrap();
    for (data_type, hint) in refused() {
        let array = new_empty_array(&data_type);
        let schema = Schema::new(vec![Field::new("fax", data_type.clone(), true)]);
        let batch = RecordBatch::try_new(Arc::new(schema), vec![Arc::clone(&array)]).unwrap();
        for error in [
            check_type("fax", &data_type).unwrap_err(),
            NumberColumn::read(&parser, "fax", &array).unwrap_err(),
            filter.pass(&batch.schema()).unwrap_err(),
            filter.apply(&batch).unwrap_err(),
            filter.mask(&batch).unwrap_err(),
            pass.apply(&batch).unwrap_err(),
        ] {
            let message = error.to_string();
            assert!(message.starts_with("column fax has the type ") && message.contains(hint));
            assert!(message.contains("text or") || message.contains("text,"), "{message}");
            let Error::ColumnType { column, data_type: named, .. } = error else {
                panic!("{error:?}")
            };
            assert_eq!((column.as_str(), &named), ("fax", &data_type));
        }
    }
}

#[test]
fn other_columns_may_have_any_type() {
    let mut fields = vec![Field::new("phone", T::Utf8, true)];
    fields.extend(refused().into_iter().enumerate().filter_map(|(index, (data_type, _))| {
        let is_map = matches!(data_type, T::Map(..));
        (!is_map).then(|| Field::new(format!("c{index}"), data_type, true))
    }));
    let columns = fields.iter().map(|field| new_null_array(field.data_type(), 3)).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
    let options = FilterOptions::new(Parser::international()).excluded(true);
    let filtered = Filter::new(Lists::of_sets([]).unwrap(), options).apply(&batch).unwrap();
    assert_eq!((filtered.kept.num_rows(), filtered.excluded.unwrap().num_rows()), (0, 3));
}
