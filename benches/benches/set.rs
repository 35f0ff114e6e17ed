//! How long do set operations take?
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use stoplist::{NumberSet, NumberSetBuilder, PhoneNumber};

const NUMBERS: u64 = 1_000_000;

/// Scattered numbers of the North American plan; another `step` gives others.
fn numbers(step: u64) -> Vec<PhoneNumber> {
    let scattered = (0..NUMBERS).map(|i| 12_000_000_000 + i * step % 7_999_999_999);
    scattered.filter_map(|value| PhoneNumber::new(value).ok()).collect()
}

fn build(numbers: &[PhoneNumber]) -> NumberSet {
    let mut builder = NumberSetBuilder::new();
    numbers.iter().for_each(|&number| builder.push(number));
    builder.finish()
}

fn set(c: &mut Criterion) {
    let (some, others) = (numbers(6_700_417), numbers(5_915_587_277));
    let (a, b) = (build(&some), build(&others));
    assert_eq!((&a | &b).len() + (&a & &b).len(), a.len() + b.len());
    let mut bytes = Vec::new();
    assert!(a.write_portable(&mut bytes).is_ok());
    assert_eq!(NumberSet::read_portable(bytes.as_slice()).ok().as_ref(), Some(&a));

    let mut group = c.benchmark_group("set of 1,000,000");
    group.throughput(Throughput::Elements(NUMBERS)).sample_size(20);
    group.bench_function("build", |bencher| bencher.iter(|| build(black_box(&some))));
    group.bench_function("contains", |bencher| {
        bencher.iter(|| others.iter().filter(|&&number| a.contains(number)).count());
    });
    group.bench_function("iterate", |bencher| bencher.iter(|| black_box(&a).iter().count()));
    group.bench_function("sum64", |bencher| bencher.iter(|| black_box(&a).sum64()));
    group.bench_function("union", |bencher| bencher.iter(|| black_box(&a) | black_box(&b)));
    group.bench_function("intersection", |bencher| bencher.iter(|| black_box(&a) & black_box(&b)));
    group.bench_function("difference", |bencher| bencher.iter(|| black_box(&a) - black_box(&b)));
    group.bench_function("write portable", |bencher| {
        bencher.iter_batched(
            || Vec::with_capacity(a.portable_size()),
            |mut bytes| a.write_portable(&mut bytes).map(|()| bytes),
            BatchSize::LargeInput,
        );
    });
    group.bench_function("read portable", |bencher| {
        bencher.iter(|| NumberSet::read_portable(black_box(bytes.as_slice())));
    });
    group.finish();
}

criterion_group!(benches, set);
criterion_main!(benches);
