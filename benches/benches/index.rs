//! How long do the operations of an index take?
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use stoplist::{Bitmask, Index, NumberSet, PhoneNumber};

const NUMBERS: u64 = 1_000_000;

/// Valid numbers of the North American plan, none twice; another `step` gives others. The steps
/// are primes that do not divide how many there are.
fn numbers(step: u64) -> Vec<PhoneNumber> {
    let scattered = (0..NUMBERS).map(|i| i * step % (800 * 800 * 10_000)).map(|value| {
        let (line, codes) = (value % 10_000, value / 10_000);
        let (area, exchange) = (200 + codes / 800, 200 + codes % 800);
        10_000_000_000 + area * 10_000_000 + exchange * 10_000 + line
    });
    scattered.filter_map(|value| PhoneNumber::new(value).ok()).collect()
}

fn index(c: &mut Criterion) {
    let (some, others) = (numbers(6_700_417), numbers(5_915_587_277));
    let set: NumberSet = some.iter().copied().collect();
    // A tenth of what is asked for is in.
    let mut asked = others;
    asked.iter_mut().zip(&some).step_by(10).for_each(|(other, &one)| *other = one);
    let values: Vec<u64> = asked.iter().map(|number| number.get()).collect();
    let expected = asked.iter().filter(|&&number| set.contains(number)).count();
    let index = Index::from_set(&set);
    let mut found = Bitmask::new();
    let mut file = Vec::new();

    assert_eq!(index.len(), NUMBERS);
    assert_eq!(asked.iter().filter(|&&number| index.contains(number)).count(), expected);
    index.contains_batch_into(&values, &mut found);
    assert_eq!(found.count_ones(), expected);
    assert!(index.to_set() == set);
    assert!(index.write_to(&mut file).is_ok());
    assert_eq!(Index::read_from(file.as_slice()).ok().map(|read| read.to_set() == set), Some(true));

    let mut group = c.benchmark_group("index of 1,000,000");
    group.throughput(Throughput::Elements(NUMBERS)).sample_size(20);
    group.bench_function("build", |bencher| bencher.iter(|| Index::from_set(black_box(&set))));
    group.bench_function("contains", |bencher| {
        bencher.iter(|| asked.iter().filter(|&&number| index.contains(number)).count());
    });
    group.bench_function("contains batch", |bencher| {
        bencher.iter(|| {
            index.contains_batch_into(black_box(&values), &mut found);
            found.count_ones()
        });
    });
    group.bench_function("to set", |bencher| bencher.iter(|| black_box(&index).to_set()));
    group.bench_function("write", |bencher| {
        bencher.iter_batched(
            || Vec::with_capacity(file.len()),
            |mut bytes| index.write_to(&mut bytes).map(|()| bytes),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, index);
criterion_main!(benches);
