//! Whether texts are sound is said alike, and said of each text of a large column.

use arrow::array::{ArrayData, ArrayRef, RecordBatch, make_array};
use arrow::buffer::Buffer;
use arrow::datatypes::{ArrowNativeType, DataType};
use proptest::prelude::*;
use stoplist::Parser;
use stoplist_arrow::{Error, Filter, FilterOptions, Lists, checks_texts_of};

fn filter() -> Filter {
    Filter::new(Lists::of_sets([]).unwrap(), FilterOptions::new(Parser::international()))
}

/// A column of unchecked buffers, without its first rows.
#[expect(unsafe_code, reason = "it is to be unsound")]
fn column<O: ArrowNativeType>(
    data_type: DataType,
    ends: &[O],
    bytes: &[u8],
    cut: usize,
) -> ArrayData {
    let data = ArrayData::builder(data_type)
        .len(ends.len() - 1 - cut)
        .offset(cut)
        .add_buffer(Buffer::from_slice_ref(ends))
        .add_buffer(Buffer::from(bytes));
    // SAFETY: nobody reads a value of it.
    unsafe { data.build_unchecked() }
}

fn checked(data: ArrayData) -> Result<(), Error> {
    let batch = RecordBatch::try_from_iter([("text", make_array(data) as ArrayRef)]).unwrap();
    filter().check_texts(&batch)
}

fn agree(data: ArrayData) -> Result<(), TestCaseError> {
    prop_assert!(checks_texts_of(data.data_type()), "whoever asks does not leave it to Arrow");
    let (arrows, shown) = (data.validate_full(), format!("{data:?}"));
    let ours = checked(data);
    prop_assert_eq!(arrows.is_ok(), ours.is_ok(), "{:?} {:?} {}", arrows, ours, shown);
    Ok(())
}

proptest! {
    #[test]
    fn few_texts(
        pieces in prop::collection::vec("[a-c]{0,2}|é|€|😀", 0..6),
        damage in prop::collection::vec((0..20_usize, any::<u8>()), 0..2),
        moved in prop::collection::vec((0..7_usize, -3..12_i64), 0..2),
        (kind, cut) in (0..4_usize, 0..3_usize),
    ) {
        let mut ends: Vec<i64> = vec![0];
        let mut bytes = Vec::new();
        for piece in &pieces {
            bytes.extend_from_slice(piece.as_bytes());
            ends.push(bytes.len() as i64);
        }
        for (at, byte) in damage {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        for (at, to) in moved {
            if let Some(place) = ends.get_mut(at) {
                *place = to;
            }
        }
        // Arrow also looks at where the texts of no row would lie.
        prop_assume!(pieces.len() > cut);
        let small: Vec<i32> = ends.iter().map(|&end| end as i32).collect();
        agree(match kind {
            0 => column(DataType::Utf8, &small, &bytes, cut),
            1 => column(DataType::LargeUtf8, &ends, &bytes, cut),
            2 => column(DataType::Binary, &small, &bytes, cut),
            _ => column(DataType::LargeBinary, &ends, &bytes, cut),
        })?;
    }
}

/// Many times the rows of a piece, the last of which is not full.
#[test]
fn a_single_fault_among_many_texts_is_found() {
    let rows = 50_000;
    let ends: Vec<i32> = (0..=rows).map(|row| 3 * row).collect();
    let bytes = "a\u{e9}".repeat(rows as usize).into_bytes();
    checked(column(DataType::Utf8, &ends, &bytes, 0)).unwrap();
    for row in [0, 1, 16_383, 16_384, 16_385, 32_768, 49_999] {
        let mut fallen = ends.clone();
        fallen[row + 1] = 3 * row as i32 - 1;
        let mut amid = ends.clone();
        amid[row] = 3 * row as i32 + 2;
        let mut wrong = bytes.clone();
        wrong[3 * row + 1] = 0xFF;
        let faults =
            [(&fallen, &bytes, "ascend"), (&amid, &bytes, "UTF-8"), (&ends, &wrong, "UTF-8")];
        for (ends, bytes, says) in faults {
            let data = column(DataType::Utf8, ends, bytes, 0);
            assert!(data.validate_full().is_err());
            let error = checked(data).unwrap_err();
            assert!(matches!(error, Error::Arrow { .. }), "{error}");
            assert!(error.to_string().contains(says), "row {row}: {error}");
        }
        // Bytes need not be texts, but lie where they should.
        checked(column(DataType::Binary, &ends, &wrong, 0)).unwrap();
        checked(column(DataType::Binary, &fallen, &bytes, 0)).unwrap_err();
    }
}
