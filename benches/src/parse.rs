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

use crate::measure::{Measurement, System, interleaved, option};

/// The ports of libphonenumber are asked for this many texts a round.
const SLOW_ITEMS: usize = 20_000;

/// The rows of a batch, as file readers make them.
const BATCH: usize = 65_536;

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
    let rows = option(options, "--rows", 1_000_000)?;
    let rounds = option(options, "--rounds", 15)?;
    let mut measurements = Vec::new();
    for work in works(rows) {
        measurements.extend(measure(&work, rounds)?);
    }
    Ok(measurements)
}

fn works(rows: usize) -> Vec<Work> {
    let us: Vec<u64> = us_numbers().take(rows).collect();
    let world: Vec<u64> = world_numbers().take(rows).collect();
    let german: Vec<u64> =
        numbers_with(&[(49, 1510, 7), (49, 1762, 7), (49, 30, 8)]).take(rows).collect();
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
        run: Box::new(move || {
            sum(work.column.texts(0..few).map(|text| {
                let Ok(number) = phonenumber::parse(old_region, text) else { return 0 };
                e164(number.code().value().into(), number.national().value())
            }))
        }),
    });
    let expected = |items: usize| sum(work.numbers.iter().copied().take(items));
    interleaved(work.name, "ns_per_number", rounds, &mut systems, expected)
}

fn e164(calling_code: u64, national: u64) -> u64 {
    calling_code * 10_u64.pow(national.ilog10() + 1) + national
}

fn sum(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0, u64::wrapping_add)
}

/// A small generator (xorshift64*), the same on every machine.
fn random(mut state: u64) -> impl Iterator<Item = u64> {
    std::iter::repeat_with(move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    })
}

/// Numbers of the North American plan: area and exchange code from 200 up.
fn us_numbers() -> impl Iterator<Item = u64> {
    random(1).map(|value| {
        let (area, rest) = (200 + value % 800, value / 800);
        let (exchange, line) = (200 + rest % 800, rest / 800 % 10_000);
        10_000_000_000 + area * 10_000_000 + exchange * 10_000 + line
    })
}

/// Numbers of given starts, each followed by so many digits.
fn numbers_with(plans: &'static [(u64, u64, u32)]) -> impl Iterator<Item = u64> {
    random(2).map(|value| {
        let (code, start, digits) = plans.get(value as usize % plans.len()).unwrap_or(&(49, 1, 1));
        let free = 10_u64.pow(*digits);
        let start = code * 10_u64.pow(start.ilog10() + 1) + start;
        start * free + value / 64 % free
    })
}

/// Mobile numbers of sixteen countries, 11 to 13 digits.
fn world_numbers() -> impl Iterator<Item = u64> {
    numbers_with(&[
        (1, 415, 7),
        (91, 98, 8),
        (55, 119, 8),
        (62, 812, 8),
        (49, 1511, 7),
        (44, 7700, 6),
        (33, 6, 8),
        (39, 347, 7),
        (34, 6, 8),
        (52, 55, 8),
        (234, 803, 7),
        (27, 82, 7),
        (86, 138, 8),
        (81, 90, 8),
        (7, 912, 7),
        (61, 4, 8),
    ])
}
