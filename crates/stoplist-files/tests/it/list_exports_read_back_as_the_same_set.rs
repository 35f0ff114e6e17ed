//! What is written reads back as the same set, in every format.

use std::path::Path;

use proptest::prelude::*;
use stoplist::{NumberSet, NumberSetBuilder, PhoneNumber};
use stoplist_files::{ExportFormat, ListOptions, ListSinks, read_list_file, write_list};

/// Writes to a file of that ending and reads it, its format told by content.
fn round_trip(set: &NumberSet, format: ExportFormat) -> NumberSet {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(format!("list.{}", format.name()));
    assert_eq!(ExportFormat::from_path(&path).unwrap(), format);
    let file = std::fs::File::create(&path).unwrap();
    write_list(set, format, &path, file).unwrap();
    let mut numbers = NumberSetBuilder::new();
    let options = ListOptions::default();
    let summary = read_list_file(&path, &options, ListSinks::new(&mut numbers)).unwrap();
    assert_eq!((summary.rows, summary.accepted_rows), (set.len(), set.len()));
    numbers.finish()
}

/// Numbers that the parser takes: German ones with 9 to 11 national digits.
fn german(values: impl IntoIterator<Item = u64>) -> NumberSet {
    values.into_iter().map(|value| PhoneNumber::new(value).unwrap()).collect()
}

#[test]
fn sets_of_no_and_of_many_numbers_come_back() {
    let many = german((0..200_000).map(|i| 4_915_100_000_000 + i * 4999));
    for set in [NumberSet::new(), german([4_930_901_820]), many] {
        for format in ExportFormat::ALL {
            assert_eq!(round_trip(&set, format), set, "{format:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn any_set_comes_back(
        values in prop::collection::vec(4_930_000_000_u64..4_939_999_999, 0..300),
    ) {
        let set = german(values);
        for format in ExportFormat::ALL {
            prop_assert_eq!(&round_trip(&set, format), &set);
        }
    }
}

#[test]
fn the_text_formats_look_like_this() {
    let set = german([41_446_681_800, 4_930_901_820]);
    for (format, text) in [
        (ExportFormat::Txt, "+4930901820\n+41446681800\n"),
        (ExportFormat::Csv, "number\n+4930901820\n+41446681800\n"),
        (ExportFormat::Jsonl, "{\"number\":\"+4930901820\"}\n{\"number\":\"+41446681800\"}\n"),
    ] {
        let mut file = Vec::new();
        write_list(&set, format, Path::new("list"), &mut file).unwrap();
        assert_eq!(String::from_utf8(file).unwrap(), text);
    }
}

#[test]
fn a_full_disk_is_an_io_error_in_every_format() {
    struct Full(usize);
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.0 < bytes.len() {
                return Err(std::io::Error::new(std::io::ErrorKind::StorageFull, "full"));
            }
            self.0 -= bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let set = german((0..500_000).map(|i| 4_915_100_000_000 + i * 4999 + i * i % 997));
    for format in ExportFormat::ALL {
        for room in [0, 1 << 16] {
            let error = write_list(&set, format, Path::new("out"), Full(room)).unwrap_err();
            assert_eq!(error.code(), "io", "{format:?} {error}");
            assert!(error.to_string().starts_with("out: cannot write it: "), "{error}");
        }
    }
}
