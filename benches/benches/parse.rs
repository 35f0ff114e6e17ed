//! How long do single parses take?
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use stoplist::{Parser, Refusal};

fn parse(c: &mut Criterion) {
    let international = Parser::international();
    let us = "US".parse().map_or(international, Parser::with_region);
    let german = "DE".parse().map_or(international, Parser::with_region);
    let cases = [
        ("e164", international, "+14692576503", Ok(14_692_576_503)),
        ("wa_id", international, "4915112345678", Ok(4_915_112_345_678)),
        ("national digits", us, "4692576503", Ok(14_692_576_503)),
        ("trunk digits", german, "01632276199", Ok(491_632_276_199)),
        ("punctuation", us, "(469) 257-6503", Ok(14_692_576_503)),
        ("extension", us, "469-257-6503 ext. 12", Ok(14_692_576_503)),
        ("refused", us, "1-800-FLOWERS", Err(Refusal::Letters)),
    ];
    let mut group = c.benchmark_group("parse");
    for (name, parser, text, expected) in cases {
        assert_eq!(parser.parse(text).map(|number| number.get()), expected, "{name}");
        group.bench_function(name, |b| b.iter(|| parser.parse(black_box(text))));
    }
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
