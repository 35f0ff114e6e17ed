//! `compare parse`: a column of texts becomes numbers.
//!
//! The texts stand one after the other in one buffer, as in an Arrow string column. Peers:
//! `str::parse::<u64>` on the digits, which checks no calling code and no length, and both ports of
//! libphonenumber: `rlibphonenumber` is also asked whether the length is possible, as stoplist asks,
//! `phonenumber` only parses.

use std::hint::black_box;
use std::ops::Range;

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL};
use stoplist::{ParsedColumn, Parser, Region};

use crate::BATCH;
use crate::measure::{Measurement, System, interleaved};
use crate::numbers::{NumberRange, numbers_of, us_numbers, world_numbers};
use crate::options;

/// The ports of libphonenumber are asked for this many texts a round.
const SLOW_ITEMS: usize = 20_000;

/// Mobile numbers of two networks, and Berlin.
const GERMAN: [NumberRange; 3] = [
    NumberRange::new(1, 49, (1510, 1510), 7),
    NumberRange::new(1, 49, (1762, 1762), 7),
    NumberRange::new(1, 49, (30, 30), 8),
];

/// Texts, one after the other.
struct Column {
    text: String,
    offsets: Vec<usize>,
}

impl Column {
    fn new(texts: impl Iterator<Item = String>) -> Self {
        let mut column = Self { text: String::new(), offsets: vec![0] };
        for text in texts {
            column.text.push_str(&text);
            column.offsets.push(column.text.len());
        }
        column
    }

    fn texts(&self, rows: Range<usize>) -> impl ExactSizeIterator<Item = &str> {
        self.ranges(rows).map(|range| self.text.get(range).unwrap_or_default())
    }

    fn ranges(&self, rows: Range<usize>) -> impl ExactSizeIterator<Item = Range<usize>> {
        let (first, ends) = self.offsets(rows).split_first().unwrap_or((&0, &[]));
        let mut start = *first;
        ends.iter().map(move |&end| std::mem::replace(&mut start, end)..end)
    }

    fn offsets(&self, rows: Range<usize>) -> &[usize] {
        self.offsets.get(rows.start..=rows.end).unwrap_or_default()
    }
}

/// One work: texts that all mean a number, and the numbers.
struct Work {
    name: &'static str,
    region: Option<&'static str>,
    column: Column,
    numbers: Vec<u64>,
}

pub(crate) fn run(options: &[String]) -> Result<Vec<Measurement>, String> {
    options::only(options, &["--rows", "--rounds"])?;
    let rows = options::count(options, "--rows", 1_000_000)?;
    let rounds = options::count(options, "--rounds", 15)?;
    let mut measurements = Vec::new();
    for work in works(rows) {
        measurements.extend(measure(&work, rounds)?);
    }
    Ok(measurements)
}

fn works(rows: usize) -> Vec<Work> {
    let us: Vec<u64> = us_numbers(1).take(rows).collect();
    let world: Vec<u64> = world_numbers(2).take(rows).collect();
    let german: Vec<u64> = numbers_of(&GERMAN, 3).take(rows).collect();
    let national = |number: &u64| (number - 10_000_000_000).to_string();
    let formatted = |number: &u64| {
        let text = national(number);
        let (area, rest) = text.split_at(3);
        let (exchange, line) = rest.split_at(3);
        format!("({area}) {exchange}-{line}")
    };
    let trunk = |number: &u64| format!("0{}", number.to_string().trim_start_matches("49"));
    let plus = |number: &u64| format!("+{number}");
    let work = |name, region, numbers: &Vec<u64>, text: &dyn Fn(&u64) -> String| Work {
        name,
        region,
        column: Column::new(numbers.iter().map(text)),
        numbers: numbers.clone(),
    };
    vec![
        work("e164 us", None, &us, &plus),
        work("e164 world", None, &world, &plus),
        work("national us", Some("US"), &us, &national),
        work("national de", Some("DE"), &german, &trunk),
        work("formatted us", Some("US"), &us, &formatted),
    ]
}

fn measure(work: &Work, rounds: usize) -> Result<Vec<Measurement>, String> {
    let rows = work.numbers.len();
    let few = rows.min(SLOW_ITEMS);
    let all = sum(work.numbers.iter().copied());
    let some = sum(work.numbers.iter().copied().take(few));
    let region: Option<Region> = match work.region {
        None => None,
        Some(code) => Some(code.parse().map_err(|error| format!("{error}"))?),
    };
    let parser = Parser::new(region);
    let mut parsed = ParsedColumn::default();
    let mut plain = Vec::with_capacity(rows);
    let port_region = work.region.and_then(|code| rlibphonenumber::Region::from_code(code).ok());
    let old_region = work.region.and_then(|code| code.parse().ok());
    let mut systems = vec![
        System {
            name: "stoplist column",
            items: rows,
            expected: all,
            run: Box::new(|| {
                sum((0..rows).step_by(BATCH).map(|start| {
                    parsed.clear();
                    let offsets = work.column.offsets(start..rows.min(start + BATCH));
                    parsed.parse_joined(&parser, work.column.text.as_bytes(), offsets);
                    sum(black_box(parsed.numbers()).iter().copied())
                }))
            }),
        },
        System {
            name: "stoplist single",
            items: rows,
            expected: all,
            run: Box::new(|| {
                sum(work.column.texts(0..rows).map(|text| {
                    black_box(&parser).parse(black_box(text)).map_or(0, |number| number.get())
                }))
            }),
        },
    ];
    let digits_alone = !work.name.starts_with("formatted") && work.name != "national de";
    if digits_alone {
        let prefix = if work.region.is_some() { 10_000_000_000 } else { 0 };
        systems.push(System {
            name: "str::parse::<u64>",
            items: rows,
            expected: all,
            run: Box::new(move || {
                sum((0..rows).step_by(BATCH).map(|start| {
                    let texts = work.column.texts(start..rows.min(start + BATCH));
                    plain.clear();
                    plain.extend(texts.map(|text| {
                        let digits = text.get(usize::from(prefix == 0)..).unwrap_or_default();
                        digits.parse::<u64>().unwrap_or(0)
                    }));
                    sum(black_box(&plain).iter().map(|number| number + prefix))
                }))
            }),
        });
    }
    systems.push(System {
        name: "rlibphonenumber",
        items: few,
        expected: some,
        run: Box::new(move || {
            sum(work.column.texts(0..few).map(|text| {
                let Ok(number) = PHONE_NUMBER_UTIL.parse(text, port_region) else { return 0 };
                match PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number) {
                    Ok(NumberLengthType::IsPossible) => {
                        e164(number.country_code.unsigned_abs().into(), number.national_number)
                    }
                    _ => 0,
                }
            }))
        }),
    });
    systems.push(System {
        name: "phonenumber",
        items: few,
        expected: some,
        run: Box::new(move || {
            sum(work.column.texts(0..few).map(|text| {
                let Ok(number) = phonenumber::parse(old_region, text) else { return 0 };
                e164(number.code().value().into(), number.national().value())
            }))
        }),
    });
    interleaved(work.name, "ns_per_number", rounds, &mut systems)
}

fn e164(calling_code: u64, national: u64) -> u64 {
    calling_code * 10_u64.pow(national.ilog10() + 1) + national
}

fn sum(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0, u64::wrapping_add)
}
