//! Each kind of text that is refused, and the nearest one that is not.

use proptest::prelude::*;
use stoplist::{ParsedColumn, Parser, PhoneNumber, Refusal, Region};

fn parse(text: &str, region: &str) -> Result<u64, Refusal> {
    Parser::new(region.parse().ok()).parse(text).map(PhoneNumber::get)
}

#[test]
fn each_refusal_has_its_reason() {
    use Refusal::*;
    for (text, region, refusal) in [
        ("", "US", Empty),
        (" \t\u{a0}\u{3000}", "US", Empty),
        ("nobody", "US", NotANumber),
        ("--", "US", NotANumber),
        ("4930901820.0", "DE", NotANumber),
        ("030901820.00 ", "DE", NotANumber),
        ("+41446681800.0", "CH", NotANumber),
        ("\u{0}", "US", NotANumber),
        ("4692\u{0}576503", "US", NotANumber),
        ("1-800-FLOWERS", "US", Letters),
        ("+1 650 GOO OGLE", "", Letters),
        ("Tel. 030 901820", "DE", Letters),
        ("tel:+1-800-FLOWERS", "", Letters),
        ("030 901820 Büro", "DE", Letters),
        ("FLOWERS 5 ext. 12", "US", Letters),
        ("*6193", "IL", Wildcard),
        ("+5695977.*", "CL", Wildcard),
        ("469257650?", "US", Wildcard),
        ("4692%", "US", Wildcard),
        ("+999 123 456 789", "", UnknownCallingCode),
        ("+0", "", TooShort),
        ("+0123456789", "", UnknownCallingCode),
        ("12", "", TooShort),
        ("+49 1", "", TooShort),
        // Of the zeros one would be dropped whenever it is read.
        ("+49 0020020", "", NotANumber),
        ("+1 469 257 650", "", TooShort),
        ("+1 469 257 65033", "", TooLong),
        ("1234567890123456789012345", "DE", TooLong),
        ("253-0000", "US", LocalOnly),
        ("901820", "", TooShort),
        ("030 901820", "", NeedsRegion),
        ("(469) 257-6503", "", NeedsRegion),
        ("0049 30 901820", "", NeedsRegion),
    ] {
        assert_eq!(parse(text, region), Err(refusal), "{text:?} in {region:?}");
    }
}

#[test]
fn each_form_that_people_write_is_read() {
    for (text, region, number) in [
        ("+4930901820", "", 4_930_901_820),
        // Here a zero is a digit as any other.
        ("+39 06 6982", "", 39_066_982),
        ("4930901820", "", 4_930_901_820),
        (" 4930901820\n", "", 4_930_901_820),
        ("+49 (30) 90-18.20", "", 4_930_901_820),
        ("tel:+49-30-901820", "", 4_930_901_820),
        ("TEL:+49-30-901820;verified", "", 4_930_901_820),
        ("tel:901820;phone-context=+4930", "", 4_930_901_820),
        ("tel:+4930901820;ext=7", "", 4_930_901_820),
        ("030 901820", "DE", 4_930_901_820),
        ("0049 30 901820", "DE", 4_930_901_820),
        ("030/901820", "DE", 4_930_901_820),
        ("030.901.820", "DE", 4_930_901_820),
        ("01.42.68.53.00", "FR", 33_142_685_300),
        ("+49 30 901820 ext. 12", "DE", 4_930_901_820),
        ("+49 30 901820 доб. 12", "DE", 4_930_901_820),
        ("\u{ff0b}\u{ff14}\u{ff19} \u{ff13}\u{ff10} 901820", "", 4_930_901_820),
        ("\u{200b}+49 30 901820", "", 4_930_901_820),
        ("\u{ff0b}\u{ff14}\u{ff19}\u{30fc}\u{ff13}\u{ff10} 901820", "", 4_930_901_820),
        ("030-901820;phone-context=+49", "", 4_930_901_820),
        ("tel:030-901820;phone-context=+49;a=%A1", "", 4_930_901_820),
        ("٠٣٠ ٩٠١٨٢٠", "DE", 4_930_901_820),
        ("044 668 18 00", "CH", 41_446_681_800),
        ("01 42 68 53 00", "FR", 33_142_685_300),
        ("02 1234 5678", "IT", 390_212_345_678),
        ("4692576503", "US", 14_692_576_503),
        ("14692576503", "US", 14_692_576_503),
        ("011 49 30 901820", "US", 4_930_901_820),
        ("01632276199", "DE", 491_632_276_199),
        ("+800 1234 5678", "", 80_012_345_678),
    ] {
        assert_eq!(parse(text, region), Ok(number), "{text:?} in {region:?}");
    }
}

#[test]
fn a_value_is_the_text_of_its_digits() {
    for (value, region) in [
        (0, ""),
        (7, "US"),
        (999, ""),
        (4_692_576_503, "US"),
        (14_692_576_503, "US"),
        (1_632_276_199, "DE"),
        (4_930_901_820, ""),
        (u64::MAX, "US"),
        (1_000_000_000_000_000, ""),
        (999_999_999_999_999, ""),
    ] {
        let parser = Parser::new(region.parse().ok());
        assert_eq!(parser.parse_value(value), parser.parse(&value.to_string()), "{value}");
    }
}

#[test]
fn any_amount_of_punctuation_changes_nothing() {
    for spaces in 0..60 {
        let text = format!("+49{}30 901820", " ".repeat(spaces));
        assert_eq!(parse(&text, ""), Ok(4_930_901_820), "{spaces}");
    }
    assert_eq!(parse(&format!("{}1", "-".repeat(300)), "US"), Err(Refusal::NotANumber));
}

#[test]
fn what_is_shown_is_plus_and_digits() {
    let number = PhoneNumber::new(4_930_901_820).unwrap();
    assert_eq!(number.to_string(), "+4930901820");
    assert_eq!(
        format!("{number:>14}|{number:<14}|{number:^13}"),
        "   +4930901820|+4930901820   | +4930901820 "
    );
    assert_eq!(PhoneNumber::MAX.to_string(), "+999999999999999");
    assert_eq!(PhoneNumber::MIN.to_string(), "+1000000");
}

#[test]
fn seven_to_fifteen_digits_are_a_value() {
    assert_eq!(PhoneNumber::new(999_999), Err(Refusal::TooShort));
    assert_eq!(PhoneNumber::new(1_000_000), Ok(PhoneNumber::MIN));
    assert_eq!(PhoneNumber::new(999_999_999_999_999), Ok(PhoneNumber::MAX));
    assert_eq!(PhoneNumber::new(1_000_000_000_000_000), Err(Refusal::TooLong));
}

#[test]
fn a_number_tells_its_calling_code_and_region() {
    for (number, code, region) in [
        (14_692_576_503, Some(1), Some("US")),
        (14_165_550_134, Some(1), Some("CA")),
        (4_930_901_820, Some(49), Some("DE")),
        (390_212_345_678, Some(39), Some("IT")),
        (35_929_034_100, Some(359), Some("BG")),
        (80_012_345_678, Some(800), None),
        (99_912_345_678, None, None),
        (10_000_000_000, Some(1), None),
    ] {
        let number = PhoneNumber::new(number).unwrap();
        assert_eq!(number.calling_code(), code, "{number}");
        assert_eq!(number.region().map(Region::as_str), region, "{number}");
    }
}

#[test]
fn regions_are_known_by_their_two_letters() {
    assert_eq!("us".parse::<Region>().map(Region::calling_code), Ok(1));
    assert_eq!(Region::all().len(), 245);
    for wrong in ["", "U", "USA", "XX", "001", "49", "ÜS"] {
        assert!(wrong.parse::<Region>().is_err(), "{wrong}");
    }
    let message = "Germany".parse::<Region>().unwrap_err().to_string();
    assert!(message.contains("Germany") && message.contains("DE"), "{message}");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".*", region in prop::sample::select(vec!["", "US", "AR", "BR"])) {
        let parsed = parse(&text, region);
        prop_assert!(parsed.is_err() || PhoneNumber::new(parsed.unwrap()).is_ok());
    }

    #[test]
    fn no_phone_like_text_makes_it_panic(
        text in "(tel:|TEL:)?[+0-9 ().;,/x#*~\\-\u{ff0b}\u{ff10}-\u{ff19}]{0,40}(;ext=|;phone-context=|;isub=| ext\\.? ?)?[+0-9a-z.]{0,12}"
    ) {
        let _ = parse(&text, "US");
        let _ = parse(&text, "");
    }

    #[test]
    fn a_number_shown_is_a_number_parsed(text in "\\+(1[2-9][0-9]{9}|49[1-9][0-9]{6,10}|33[1-9][0-9]{8})") {
        let number: PhoneNumber = text.parse().unwrap();
        prop_assert_eq!(number.to_string(), text);
    }

    #[test]
    fn a_column_is_its_rows(
        texts in prop::collection::vec("(\\+?[0-9]{0,16}|[ -~]{0,12}|\\(469\\) 257-[0-9]{4})", 0..40)
    ) {
        let parser = Parser::with_region("US".parse().unwrap());
        let rows: Vec<_> = texts.iter().map(|text| parser.parse(text)).collect();
        let mut offsets = vec![0_i32];
        let mut joined = String::new();
        for text in &texts {
            joined.push_str(text);
            offsets.push(joined.len() as i32);
        }
        let (mut single, mut whole) = (ParsedColumn::default(), ParsedColumn::default());
        single.parse(&parser, texts.iter().map(|text| text.as_bytes()).collect::<Vec<_>>());
        whole.parse_joined(&parser, joined.as_bytes(), &offsets);
        for column in [single, whole] {
            prop_assert_eq!(column.len(), rows.len());
            for (i, row) in rows.iter().enumerate() {
                prop_assert_eq!(column.numbers()[i], row.map_or(0, PhoneNumber::get));
                prop_assert_eq!(column.statuses()[i].refusal(), row.err());
                prop_assert_eq!(column.statuses()[i].is_ok(), row.is_ok());
            }
        }
    }
}

#[test]
fn offsets_that_lie_are_refused_rows() {
    let mut column = ParsedColumn::default();
    let parser = Parser::international();
    column.parse_joined(&parser, b"+4930901820", &[0, 11, 5, 200, 11, -1, 11]);
    assert_eq!(column.numbers(), [4_930_901_820, 0, 0, 0, 0, 0]);
    column.clear();
    column.parse_joined::<i32>(&parser, b"", &[]);
    assert!(column.is_empty());
}
