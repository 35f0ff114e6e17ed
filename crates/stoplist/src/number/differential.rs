//! Do the fast path and the general rules agree?
//!
//! Random texts of digits, made so that every rule of a numbering plan is met: calling codes with
//! and without `+`, international and trunk prefixes, national digits of every region, lengths
//! from 0 to 20. `cargo xtask differential` runs the long form.

use super::plan_table::CALLING_CODES;
use super::{Parser, Refusal, Region, general};

/// How many texts the short form tries. `STOPLIST_DIFFERENTIAL_CASES` asks for another number.
const SHORT_FORM: u64 = 300_000;

/// A small generator (xorshift64*): the same texts for the same seed, on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// What people dial before a number within a country, and what they wrongly write after its code.
const TRUNK: [&str; 12] = ["", "0", "1", "8", "06", "00", "01", "03", "9", "80", "02", "44"];
/// What people dial before a calling code.
const INTERNATIONAL: [&str; 8] = ["00", "011", "810", "0011", "001", "119", "010", "009"];

fn text(random: &mut Random, region: Option<Region>) -> String {
    let code = match region {
        Some(region) if random.below(2) == 0 => region.calling_code(),
        _ => random.of(CALLING_CODES),
    };
    let mut text = match random.below(8) {
        0 | 1 => format!("+{code}"),
        2 => code.to_string(),
        3 => format!("{}{code}", random.of(&INTERNATIONAL)),
        4 => "+".to_owned(),
        _ => String::new(),
    };
    text.push_str(random.of(&TRUNK));
    let length = match random.below(4) {
        0 => random.below(21),
        1 => text.len() + 5 + random.below(8),
        _ => 11 + random.below(3) - usize::from(!text.starts_with('+')) * random.below(4),
    };
    while text.len() < length {
        text.push(char::from(b'0' + random.below(10) as u8));
    }
    text.truncate(21);
    if random.below(4) == 0 {
        for _ in 0..random.below(5) {
            text.insert(random.below(text.len() + 1), random.of(&PUNCTUATION));
        }
    }
    text
}

/// What people write among digits; the last ones mean something to the general rules.
const PUNCTUATION: [char; 13] = [' ', ' ', '-', '-', '.', '/', '(', ')', '(', ')', '+', '~', '#'];

#[test]
#[expect(clippy::print_stdout, reason = "the long form's record")]
fn the_fast_path_gives_what_the_general_rules_give() {
    let cases = std::env::var("STOPLIST_DIFFERENTIAL_CASES")
        .map_or(SHORT_FORM, |cases| cases.parse().expect("a number of cases"));
    let regions: Vec<Region> = Region::all().collect();
    let mut random = Random(0x5EED_0F57_0B11_57E5);
    let (mut fast, mut slow, mut refused) = (0_u64, 0_u64, 0_u64);
    for _ in 0..cases {
        let region = (random.below(4) > 0).then(|| random.of(&regions));
        let text = text(&mut random, region);
        let general = general::parse(&text, region);
        let parser = Parser::new(region);
        assert_eq!(parser.parse(&text), general, "{text:?} in {region:?}");
        let bytes = text.as_bytes();
        match (parser.parse_plain(bytes).or_else(|| parser.parse_punctuated(bytes)), general) {
            (Some(_), _) => fast += 1,
            (None, Ok(_)) => slow += 1,
            (None, Err(_)) => refused += 1,
        }
        if let Ok(value) = text.parse::<u64>() {
            let general = general::parse(&value.to_string(), region);
            assert_eq!(parser.parse_value(value), general, "{value} in {region:?}");
        }
    }
    println!(
        "{cases} texts: {fast} by the fast path, {slow} by the general rules, {refused} refused"
    );
    assert!(fast > 3 * slow, "the table has become too silent to be of use");
}

#[test]
fn every_region_s_plan_knows_its_own_numbers() {
    let mut silent = Vec::new();
    for region in Region::all() {
        let code = region.calling_code();
        let parser = Parser::with_region(region);
        // At least one length of digits that start with 2 to 9 completes without the general rules.
        let complete = (4..=12).any(|length| {
            (2..=9).any(|first: u8| {
                let text: String = (0..length).map(|_| char::from(b'0' + first)).collect();
                parser
                    .parse_plain(text.as_bytes())
                    .is_some_and(|number| number.get().to_string() == format!("{code}{text}"))
            })
        });
        if !complete {
            silent.push(region);
        }
    }
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn no_table_no_refusal() {
    // The fast path never refuses: a text that it does not take is looked at by the general rules.
    assert_eq!(Parser::international().parse_plain(b"+0"), None);
    assert_eq!(Parser::international().parse("+0000000000"), Err(Refusal::UnknownCallingCode));
}
