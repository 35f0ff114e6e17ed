//! Which telephone numbers are on the cards of a vCard file, version 2.1, 3 or 4?
//!
//! A card is a list of properties, `group.NAME;parameters:value`, each on a line that may be
//! folded: a line that starts with a blank continues the one before. In version 2.1 a
//! quoted-printable value continues where a line ends in `=`. Only the `TEL` properties are kept;
//! of all others (a photo can be megabytes) only as much as it takes to know where they end.

use std::borrow::Cow;
use std::io::Read;

use super::intake::Intake;
use super::lines::Lines;
use super::txt::trim;
use crate::{Error, MAX_ROW_BYTES, Place};

/// Reads the value of every `TEL` property.
pub(super) fn read(reader: impl Read, intake: &mut Intake<'_, '_>) -> Result<(), Error> {
    let mut lines = Lines::new(intake.path, reader);
    let mut property = Property::default();
    let mut cards = Cards::default();
    while let Some((number, line)) = lines.next()? {
        if let Some(more) = property.continuation(line) {
            property.append(more);
            if property.tel.len() > MAX_ROW_BYTES {
                let at = intake.line(property.line);
                return Err(Error::RowTooLong { at, limit: MAX_ROW_BYTES });
            }
        } else {
            property.finish(intake)?;
            property.begin(line, number);
            cards.see(line, number);
        }
    }
    property.finish(intake)?;
    cards.check(intake)
}

/// The property whose lines are being read.
#[derive(Default)]
struct Property {
    line: u64,
    is_tel: bool,
    is_quoted_printable: bool,
    /// The last line ended in `=`: the next one belongs to the value, whatever it looks like.
    is_soft_broken: bool,
    /// The unfolded text, when it is a `TEL`.
    tel: Vec<u8>,
}

impl Property {
    fn begin(&mut self, line: &[u8], number: u64) {
        self.line = number;
        self.tel.clear();
        let head = value_start(line).and_then(|at| line.get(..at)).unwrap_or(line);
        self.is_quoted_printable = contains(head, b"QUOTED-PRINTABLE");
        let name = head.split(|&byte| byte == b';' || byte == b':').next().unwrap_or_default();
        let name = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
        self.is_tel = trim(name).eq_ignore_ascii_case(b"TEL");
        self.append(line);
    }

    /// What a line adds to the property, or `None` when it starts another one.
    fn continuation<'l>(&self, line: &'l [u8]) -> Option<&'l [u8]> {
        match line {
            _ if self.is_soft_broken => Some(line),
            [b' ' | b'\t', more @ ..] => Some(more),
            _ => None,
        }
    }

    fn append(&mut self, more: &[u8]) {
        self.is_soft_broken = self.is_quoted_printable && more.ends_with(b"=");
        if self.is_tel {
            let more =
                if self.is_soft_broken { more.strip_suffix(b"=") } else { None }.unwrap_or(more);
            self.tel.extend_from_slice(more);
        }
    }

    fn finish(&mut self, intake: &mut Intake<'_, '_>) -> Result<(), Error> {
        if !std::mem::take(&mut self.is_tel) {
            return Ok(());
        }
        let value = value_start(&self.tel).and_then(|at| self.tel.get(at..)).unwrap_or_default();
        let value = if self.is_quoted_printable { quoted_printable(value) } else { value.into() };
        let value = without_escapes(&value);
        match trim(&value) {
            [] => Ok(()),
            value => intake.text(value, self.line),
        }
    }
}

/// Where the value begins: behind the first colon that is not in a quoted parameter.
fn value_start(property: &[u8]) -> Option<usize> {
    let mut quoted = false;
    memchr::memchr2_iter(b':', b'"', property)
        .find(|&at| {
            let is_quote = property.get(at) == Some(&b'"');
            quoted ^= is_quote;
            !is_quote && !quoted
        })
        .map(|at| at + 1)
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

/// `=2B` as `+`. What is no such code stands for itself.
fn quoted_printable(text: &[u8]) -> Cow<'_, [u8]> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        let code = behind.first_chunk::<2>().and_then(|hex| {
            let digits = std::str::from_utf8(hex).ok().filter(|hex| !hex.starts_with('+'))?;
            u8::from_str_radix(digits, 16).ok()
        });
        (rest, _) = match code {
            Some(code) if byte == b'=' => (behind.get(2..).unwrap_or_default(), decoded.push(code)),
            _ => (behind, decoded.push(byte)),
        };
    }
    decoded.into()
}

/// `\,` as `,`: every backslash goes, what it protects stays.
fn without_escapes(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'\\') {
        return text.into();
    }
    text.iter().copied().filter(|&byte| byte != b'\\').collect()
}

/// Whether every card that begins also ends.
#[derive(Default)]
struct Cards {
    any: bool,
    open_since: Option<u64>,
}

impl Cards {
    fn see(&mut self, line: &[u8], number: u64) {
        let line = line.trim_ascii();
        if line.eq_ignore_ascii_case(b"BEGIN:VCARD") {
            self.any = true;
            self.open_since = Some(number);
        } else if line.eq_ignore_ascii_case(b"END:VCARD") {
            self.open_since = None;
        }
    }

    /// A file that ends within a card was most likely cut short: what is missing would be
    /// numbers that nobody blocks.
    fn check(&self, intake: &Intake<'_, '_>) -> Result<(), Error> {
        if let Some(line) = self.open_since {
            let what = &"the card that begins here has no END:VCARD, the file may be cut short";
            return Err(Error::malformed(intake.line(line), "vCard", what));
        }
        if !self.any {
            let what = &"no card begins in it";
            return Err(Error::malformed(Place::file(intake.path), "vCard", what));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_codes_are_decoded_and_other_equals_signs_stay() {
        assert_eq!(*quoted_printable(b"=2B49=20=3d=C3=BC"), *"+49 =ü".as_bytes());
        assert_eq!(*quoted_printable(b"=+1=2=ZZ="), *b"=+1=2=ZZ=");
    }

    #[test]
    fn the_value_begins_behind_the_first_colon_out_of_quotes() {
        assert_eq!(value_start(b"TEL;TYPE=\"a:b\":+1"), Some(15));
        assert_eq!(value_start(b"TEL"), None);
    }
}
