//! How long does it take to filter a batch of the size that readers of files make?
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stoplist::{NumberSet, Parser, PhoneNumber};
use stoplist_arrow::{Filter, FilterOptions, Lists};

const ROWS: u64 = 65_536;

/// One number in ten of those that are asked for.
fn blocked() -> NumberSet {
    (0..ROWS).step_by(10).filter_map(|at| PhoneNumber::new(number(at)).ok()).collect()
}

/// The step is a prime, so that none comes twice.
fn number(at: u64) -> u64 {
    12_000_000_000 + at * 6_700_417 % 8_000_000_000
}

fn filter(c: &mut Criterion) {
    let texts = StringArray::from_iter_values((0..ROWS).map(|at| format!("+{}", number(at))));
    let values = Int64Array::from_iter_values((0..ROWS).map(|at| number(at) as i64));
    let columns = [("phone", Arc::new(texts) as ArrayRef), ("num", Arc::new(values) as ArrayRef)];
    let Ok(batch) = RecordBatch::try_from_iter(columns) else { return };
    let blocked = blocked();
    let Ok(lists) = Lists::of_sets([("blocked", &blocked)]) else { return };

    let mut group = c.benchmark_group("filter of 65,536 rows");
    group.throughput(Throughput::Elements(ROWS)).sample_size(20);
    for column in ["phone", "num"] {
        let options = FilterOptions::new(Parser::international()).column(column);
        let filter = Filter::new(lists.clone(), options.threads(Some(NonZeroUsize::MIN)));
        let kept = filter.apply(&batch).map(|filtered| filtered.kept.num_rows() as u64);
        assert_eq!(kept.ok(), Some(ROWS - blocked.len()));
        let mask = filter.mask(&batch).map(|masked| masked.keep.true_count() as u64);
        assert_eq!(mask.ok(), Some(ROWS - blocked.len()));
        group.bench_function(format!("{column}: copy"), |bencher| {
            bencher.iter(|| filter.apply(black_box(&batch)));
        });
        group.bench_function(format!("{column}: mask"), |bencher| {
            bencher.iter(|| filter.mask(black_box(&batch)));
        });
    }
    group.finish();
}

criterion_group!(benches, filter);
criterion_main!(benches);
