//! Does a filter judge every row of whatever an Arrow stream has?
//!
//! The first byte chooses a filter, the second how long batches may be, and the others are an Arrow
//! IPC stream.

use std::io::Cursor;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::LazyLock;

use stoplist::{NumberSet, Parser, PhoneNumber};
use stoplist_arrow::{Filter, FilterOptions, Lists, OnBlocked, Policy, Report};
use stoplist_files::table::{ReadOptions, TableFormat, TableReader};

use crate::input::Input;

/// A row of few bytes can stand for many, as the nulls of a batch do: after so many no more is asked.
const MAX_ROWS: u64 = 1 << 17;

/// What a first byte chooses from, modulo its length.
static FILTERS: LazyLock<Vec<Filter>> = LazyLock::new(|| {
    let set = |numbers: &[u64]| -> NumberSet {
        numbers.iter().filter_map(|&number| PhoneNumber::new(number).ok()).collect()
    };
    let (first, second) =
        (set(&[4_930_901_820, 16_502_530_000]), set(&[16_502_530_000, 1_000_000]));
    let Ok(lists) = Lists::of_sets([("first", &first), ("second", &second)]) else {
        return Vec::new();
    };
    let plain = || {
        let threads = NonZeroUsize::new(1);
        FilterOptions::new(Parser::default()).threads(threads).spare_memory(0).excluded(true)
    };
    let german = "DE".parse().map(Parser::with_region).unwrap_or_default();
    let options = [
        plain(),
        plain().on_invalid(Policy::Keep).on_null(Policy::Keep),
        plain().column_at(0).on_blocked(OnBlocked::ExcludeRow),
        plain().column_at(0).column_at(1).on_blocked(OnBlocked::EmptyCell),
        FilterOptions::new(german).threads(NonZeroUsize::new(1)).spare_memory(0).excluded(true),
    ];
    options.into_iter().map(|options| Filter::new(lists.clone(), options)).collect()
});

/// Filters the stream.
///
/// # Panics
///
/// When rows are lost or judged twice.
pub fn arrow_ipc(data: &[u8]) {
    let mut input = Input(data);
    let choice = usize::from(input.u8().unwrap_or(0)) % FILTERS.len().max(1);
    let Some(filter) = FILTERS.get(choice) else { return };
    let options =
        ReadOptions::default().with_max_batch_rows(usize::from(input.u8().unwrap_or(0)) * 16);
    let stream = Box::new(Cursor::new(input.0.to_vec()));
    let reader =
        TableReader::from_stream(Path::new("-"), stream, TableFormat::ArrowStream, options);
    let Ok(reader) = reader else { return };
    let Ok(mut pass) = filter.pass(&reader.schema()) else { return };
    let mut total: Report = pass.report().clone();
    for batch in reader {
        let Ok(batch) = batch else { return };
        let rows = batch.num_rows() as u64;
        assert!(rows <= 16 * 255, "a batch is no longer than asked for");
        let Ok(filtered) = pass.apply(&batch) else { return };
        let report = &filtered.report;
        let (kept, excluded) = (filtered.kept.num_rows() as u64, filtered.excluded);
        assert_eq!((report.rows, report.kept), (rows, kept));
        assert_eq!(excluded.map(|excluded| excluded.num_rows() as u64), Some(rows - kept));
        assert_eq!(filtered.kept.schema(), pass.schema());
        assert_eq!(report.blocked, report.blocked_by_list.values().sum::<u64>());
        let masked = filter.mask(&batch).map(|masked| masked.keep.true_count() as u64);
        assert_eq!(masked.ok(), Some(kept), "as a mask");
        total += report;
        if total.rows > MAX_ROWS {
            return;
        }
    }
    assert_eq!(&total, pass.report());
}
