//! Which numbers are in a flat do-not-call file: `NPA,NXXXXXX` a line?

use std::io::Read;

use stoplist::{Parser, Refusal};

use super::intake::Intake;
use super::lines::Lines;
use crate::Error;

/// Reads every line as a number of the North American plan, whatever the default region is.
pub(super) fn read(reader: impl Read, intake: &mut Intake<'_, '_>) -> Result<(), Error> {
    let parser = Parser::international();
    let mut lines = Lines::new(intake.path, reader);
    while let Some((number, line)) = lines.next()? {
        let line = line.trim_ascii();
        match value(line) {
            Some(value) => intake.outcome(parser.parse_value(value), line, number)?,
            None if line.is_empty() => {}
            None => intake.refuse(Refusal::NotANumber, line, number)?,
        }
    }
    Ok(())
}

/// `212,5550123` as 12125550123.
pub(super) fn value(line: &[u8]) -> Option<u64> {
    let (area, subscriber) = match line {
        [area @ .., b',', _, _, _, _, _, _, _] if area.len() == 3 => (area, line.get(4..)?),
        _ => return None,
    };
    area.iter().chain(subscriber).try_fold(1, |value, &byte| {
        byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_and_seven_digits_are_a_line() {
        assert_eq!(value(b"212,5550123"), Some(12_125_550_123));
        for line in [
            "",
            "2125550123",
            "212,555012",
            "212,55501234",
            "21,5550123",
            "2125,550123",
            "212, 550123",
            "212,555-012",
            "+12,5550123",
            "212,5550123,",
        ] {
            assert_eq!(value(line.as_bytes()), None, "{line}");
        }
    }
}
