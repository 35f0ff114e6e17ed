//! libphonenumber's own test cases, with the outcome that its rules give on real metadata.

use std::collections::BTreeMap;

use stoplist::{Parser, Refusal, Region};

/// What we should say, from what libphonenumber says: it accepts letters as keypad digits, local
/// and impossible numbers, and any number of digits; we do not.
fn expected(case: &BTreeMap<String, String>) -> Option<u64> {
    let is = |key: &str, value: &str| case[key] == value;
    let accepted = is("outcome", "OK") && is("possible", "1") && is("fits15", "1");
    accepted.then(|| case["e164"].trim_start_matches('+').parse().unwrap())
}

#[test]
fn agrees_with_libphonenumber_on_its_own_cases() {
    let cases = super::data("phonenumbers").join("libphonenumber_cases.csv");
    let mut reader = csv::Reader::from_path(cases).unwrap();
    let (mut agreed, mut stricter) = (0, BTreeMap::<&str, Vec<String>>::new());
    for case in reader.deserialize() {
        let case: BTreeMap<String, String> = case.unwrap();
        let (input, region) = (&case["input"], case["region"].parse::<Region>().ok());
        let ours = Parser::new(region).parse(input);
        match (expected(&case), ours) {
            (expected, Ok(number)) => {
                assert_eq!(Some(number.get()), expected, "{input:?} in {region:?}");
                agreed += 1;
            }
            (None, Err(_)) => agreed += 1,
            (Some(number), Err(refusal)) => {
                let why = match refusal {
                    Refusal::Letters => "letters",
                    Refusal::Wildcard => "wildcard",
                    // The case file counts local lengths as possible.
                    Refusal::LocalOnly => "local only",
                    Refusal::TooShort if number < 1_000_000 => "under 7 digits",
                    refusal => panic!("{input:?} in {region:?}: {refusal:?}, not {number}"),
                };
                stricter.entry(why).or_default().push(input.clone());
            }
        }
    }
    println!("{agreed} cases agree; refused by our own rules: {stricter:#?}");
    assert_eq!(agreed + stricter.values().map(Vec::len).sum::<usize>(), 440);
    assert!(agreed >= 404);
}
