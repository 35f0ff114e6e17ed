//! All batches of a pass have their numbers where the first one had them.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use stoplist::{NumberSet, Parser, PhoneNumber};
use stoplist_arrow::{Filter, FilterOptions, Lists};

fn batch(columns: [&str; 2]) -> RecordBatch {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["+16502530000", "+4930901820"]));
    RecordBatch::try_from_iter(columns.map(|name| (name, Arc::clone(&texts)))).unwrap()
}

#[test]
fn a_batch_whose_columns_are_in_another_order_is_refused() {
    let blocked = NumberSet::from([PhoneNumber::new(4930901820).unwrap()]);
    let lists = Lists::of_sets([("dnc", &blocked)]).unwrap();
    let filter = Filter::new(lists, FilterOptions::new(Parser::international()));
    let first = batch(["phone", "name"]);
    let mut pass = filter.pass(&first.schema()).unwrap();
    assert_eq!(pass.apply(&first).unwrap().kept.num_rows(), 1);
    for outcome in [
        pass.apply(&batch(["name", "phone"])).map(drop),
        pass.mask(&batch(["name", "phone"])).map(drop),
    ] {
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), "column_moved");
        assert_eq!(
            error.to_string(),
            "the column at position 0 of this batch is name, not phone as before (the first is 0); \
             give all batches of a broadcast list the same schema"
        );
    }
    let error = pass.apply(&RecordBatch::new_empty(Arc::new(arrow::datatypes::Schema::empty())));
    assert_eq!(error.unwrap_err().code(), "column_position");
    // What failed was not counted.
    assert_eq!(pass.report().rows, 2);
    // Columns behind the number columns may differ.
    assert_eq!(pass.apply(&batch(["phone", "note"])).unwrap().kept.num_rows(), 1);
}
