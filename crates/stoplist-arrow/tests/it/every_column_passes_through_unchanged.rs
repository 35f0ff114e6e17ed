//! The columns that are not judged keep their types, names, metadata and values.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::*;
use stoplist::Parser;
use stoplist_arrow::{Filter, FilterOptions, Lists};

/// Run-end encoded with inner fields of names that Arrow would not choose, and a metadata entry.
fn odd_runs() -> (DataType, ArrayData) {
    let values = Field::new("what", DataType::Utf8, false)
        .with_metadata(HashMap::from([("k".to_owned(), "v".to_owned())]));
    let ends = Field::new("until", DataType::Int32, false);
    let data_type = DataType::RunEndEncoded(Arc::new(ends), Arc::new(values));
    let data = ArrayData::builder(data_type.clone())
        .len(4)
        .add_child_data(Int32Array::from(vec![1, 3, 4]).to_data())
        .add_child_data(StringArray::from(vec!["a", "b", "c"]).to_data());
    (data_type, data.build().unwrap())
}

/// One column of each kind that Arrow's filter treats in its own way.
fn columns() -> Vec<(Field, ArrayRef)> {
    let (runs_type, runs) = odd_runs();
    let nested_fields = Fields::from(vec![
        Field::new("runs", runs_type.clone(), false),
        Field::new("n", DataType::Int8, true),
    ]);
    let nested = StructArray::new(
        nested_fields.clone(),
        vec![make_array(runs.clone()), Arc::new(Int8Array::from(vec![1, 2, 3, 4]))],
        None,
    );
    let union_fields = UnionFields::from_fields(vec![
        Field::new("runs", runs_type.clone(), false),
        Field::new("text", DataType::Utf8, true),
    ]);
    let union = UnionArray::try_new(
        union_fields.clone(),
        vec![0_i8, 1, 0, 1].into(),
        None,
        vec![make_array(runs.clone()), Arc::new(StringArray::from(vec!["p", "q", "r", "s"]))],
    );
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>([
        Some(vec![Some(1)]),
        None,
        Some(vec![Some(2), None]),
        Some(vec![]),
    ]);
    let zone = TimestampMillisecondArray::from(vec![1, 2, 3, 4]).with_timezone("+01:00");
    let decimal = Decimal128Array::from(vec![1, 2, 3, 4]).with_precision_and_scale(20, 3).unwrap();
    let dictionary: DictionaryArray<UInt8Type> = ["x", "y", "x", "z"].into_iter().collect();
    vec![
        (Field::new("runs", runs_type, false), make_array(runs)),
        (Field::new("nested", DataType::Struct(nested_fields), false), Arc::new(nested)),
        (
            Field::new("union", DataType::Union(union_fields, UnionMode::Sparse), true),
            Arc::new(union.unwrap()),
        ),
        (Field::new("list", list.data_type().clone(), true), Arc::new(list)),
        (Field::new("zone", zone.data_type().clone(), true), Arc::new(zone)),
        (Field::new("decimal", decimal.data_type().clone(), true), Arc::new(decimal)),
        (Field::new("dictionary", dictionary.data_type().clone(), true), Arc::new(dictionary)),
    ]
}

#[test]
fn in_kept_and_in_excluded_rows() {
    let phones: ArrayRef =
        Arc::new(StringArray::from(vec!["+4930901820", "x", "+16502530000", "+16502530001"]));
    let phone = Field::new("phone", DataType::Utf8, false)
        .with_metadata(HashMap::from([("unit".to_owned(), "E.164".to_owned())]));
    let (fields, arrays): (Vec<_>, Vec<_>) =
        std::iter::once((phone, phones)).chain(columns()).unzip();
    let metadata = HashMap::from([("origin".to_owned(), "crm".to_owned())]);
    let schema = Arc::new(Schema::new(fields).with_metadata(metadata));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();

    let options = FilterOptions::new(Parser::international()).excluded(true);
    let filter = Filter::new(Lists::of_sets([]).unwrap(), options);
    let filtered = filter.apply(&batch).unwrap();
    let (kept, excluded) = (filtered.kept, filtered.excluded.unwrap());
    assert_eq!(kept.schema(), schema);
    for (part, rows) in [(&kept, vec![0, 2, 3]), (&excluded, vec![1])] {
        for (index, field) in schema.fields().iter().enumerate() {
            let (whole, part) = (batch.column(index), part.column(index));
            assert_eq!(part.data_type(), whole.data_type(), "{}", field.name());
            part.to_data().validate_full().unwrap();
            for (row, &from) in rows.iter().enumerate() {
                let (found, expected) = (shown(part, row), shown(whole, from));
                assert_eq!(found, expected, "{} of row {from}", field.name());
            }
        }
        // As strict as Arrow is: the types of all inner arrays too.
        RecordBatch::try_new(part.schema(), part.columns().to_vec()).unwrap();
    }
    let inner = kept.column(2).as_struct().column(0);
    assert_eq!(inner.data_type(), schema.field(1).data_type());
}

fn shown(array: &dyn Array, row: usize) -> String {
    arrow::util::display::array_value_to_string(array, row).unwrap()
}
