//! Lists that others publish come to what an independent count says.
//!
//! They are not part of the project: where `shared/data` does not lie beside it, the test says so
//! and passes.

use std::path::Path;

use stoplist::NumberSetBuilder;
use stoplist_files::{ListSinks, read_list_file};

use crate::list_model::{region, with_column};

#[test]
fn counts_and_sums_agree_with_the_independent_ones() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let Ok(expected) = std::fs::read(data.join("expected.json")) else {
        eprintln!("not checked: {} is not there", data.display());
        return;
    };
    let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
    let lists = expected["lists"].as_object().unwrap();
    assert!(!lists.is_empty());
    for (name, list) in lists {
        let mut options = region(list["region"].as_str().unwrap());
        if name == "cl-spam" {
            options = with_column("PhoneNumber", options);
        }
        let path = data.join(list["file"].as_str().unwrap());
        let mut numbers = NumberSetBuilder::new();
        let summary = read_list_file(&path, &options, ListSinks::new(&mut numbers)).unwrap();
        let set = numbers.finish();
        for (what, found) in [
            ("rows", summary.rows),
            ("accepted_rows", summary.accepted_rows),
            ("n", set.len()),
            ("sum64", set.sum64()),
            ("min", set.min().unwrap().get()),
            ("max", set.max().unwrap().get()),
        ] {
            assert_eq!(Some(found), list[what].as_u64(), "{name}: {what}, {summary:?}");
        }
    }
}
