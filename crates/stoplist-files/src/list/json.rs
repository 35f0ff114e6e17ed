//! Which numbers are in JSON: one array of elements, or one element a line?
//!
//! An element is a string, an integer, or an object with the number in one of its fields. An array
//! is read element by element, never as a whole.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use stoplist::Refusal;

use super::column::find_column;
use super::intake::Intake;
use super::lines::Lines;
use super::txt::trim;
use crate::{Error, MAX_ROW_BYTES, Place};

/// Reads one array.
pub(super) fn read_array(
    reader: impl Read,
    column: Option<&str>,
    intake: &mut Intake<'_, '_>,
) -> Result<(), Error> {
    let path = intake.path;
    let position = Position::default();
    let source = Bounded { reader: BufReader::new(reader), path, position: &position };
    let mut json = serde_json::Deserializer::from_reader(source);
    let mut failure = None;
    let elements = Elements {
        elements: Reader::new(column),
        intake,
        position: &position,
        failure: &mut failure,
    };
    let outcome = json.deserialize_seq(elements).and_then(|()| json.end());
    match failure {
        Some(error) => Err(error),
        None => outcome.map_err(|error| bad_json(path, 0, error)),
    }
}

/// Reads one element a line.
pub(super) fn read_lines(
    reader: impl Read,
    column: Option<&str>,
    intake: &mut Intake<'_, '_>,
) -> Result<(), Error> {
    let mut elements = Reader::new(column);
    let mut lines = Lines::new(intake.path, reader);
    while let Some((number, line)) = lines.next()? {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let element = serde_json::from_slice::<&RawValue>(line)
            .map_err(|error| bad_json(intake.path, number, error))?;
        elements.read(element.get(), number, intake)?;
    }
    Ok(())
}

/// Says where JSON is broken. `line` is that of the text, or 0 when the parser counted the lines.
fn bad_json(path: &Path, line: u64, error: serde_json::Error) -> Error {
    let line = if line > 0 { line } else { error.line() as u64 };
    let column = error.column() as u64;
    let message = error.to_string();
    let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
    let malformed = Error::malformed(Place::column(path, line, column), "JSON", &what);
    if error.is_io() { Error::io(path, "read", error.into()) } else { malformed }
}

/// Reads elements, all by the field that the first object shows.
struct Reader<'c> {
    wanted: Option<&'c str>,
    field: Option<String>,
}

impl<'c> Reader<'c> {
    fn new(wanted: Option<&'c str>) -> Self {
        Self { wanted, field: None }
    }

    /// Takes an element, which is known to be JSON.
    fn read(&mut self, json: &str, line: u64, intake: &mut Intake<'_, '_>) -> Result<(), Error> {
        match json.as_bytes() {
            [b'{', ..] => self.read_object(json, line, intake),
            _ => read_scalar(json, line, intake),
        }
    }

    fn read_object(
        &mut self,
        json: &str,
        line: u64,
        intake: &mut Intake<'_, '_>,
    ) -> Result<(), Error> {
        let fields: Fields<'_> =
            serde_json::from_str(json).map_err(|error| bad_json(intake.path, line, error))?;
        let field = match &mut self.field {
            Some(field) => field,
            empty => {
                let names = fields.0.iter().map(|(name, _)| name.as_str());
                let at = find_column(intake.path, names, self.wanted)?;
                empty.insert(fields.0.get(at).map(|(name, _)| name.clone()).unwrap_or_default())
            }
        };
        match fields.0.iter().rfind(|(name, _)| name == field) {
            Some((_, value)) if value.get() == "null" => Ok(()),
            Some((_, value)) => read_scalar(value.get(), line, intake),
            None => intake.refuse(Refusal::NotANumber, json.as_bytes(), line),
        }
    }
}

/// Takes a string or an integer; anything else is no number.
fn read_scalar(json: &str, line: u64, intake: &mut Intake<'_, '_>) -> Result<(), Error> {
    let bytes = json.as_bytes();
    if bytes.iter().all(u8::is_ascii_digit) {
        // An integer of JSON has no leading zeros: its digits are its value.
        return intake.text(bytes, line);
    }
    match bytes {
        [b'"', text @ .., b'"'] if !text.contains(&b'\\') => read_text(text, line, intake),
        [b'"', ..] => {
            let text: String =
                serde_json::from_str(json).map_err(|error| bad_json(intake.path, line, error))?;
            read_text(text.as_bytes(), line, intake)
        }
        _ => intake.refuse(Refusal::NotANumber, bytes, line),
    }
}

fn read_text(text: &[u8], line: u64, intake: &mut Intake<'_, '_>) -> Result<(), Error> {
    match trim(text) {
        [] => Ok(()),
        text => intake.text(text, line),
    }
}

/// The names and the unread values of an object.
struct Fields<'j>(Vec<(String, &'j RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AllFields;
        impl<'de> Visitor<'de> for AllFields {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(AllFields)
    }
}

/// Walks the array. What goes wrong in an element is kept apart: the JSON parser can only carry
/// errors of its own.
struct Elements<'s, 'm, 'a> {
    elements: Reader<'s>,
    intake: &'s mut Intake<'m, 'a>,
    position: &'s Position,
    failure: &'s mut Option<Error>,
}

impl<'de> Visitor<'de> for Elements<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut array: A) -> Result<(), A::Error> {
        while let Some((json, line)) = array.next_element_seed(Element(self.position))? {
            if let Err(error) = self.elements.read(json.get(), line, self.intake) {
                *self.failure = Some(error);
                return Err(serde::de::Error::custom("an element failed"));
            }
        }
        Ok(())
    }
}

/// One element of the array, unread, and the line on which it begins.
struct Element<'p>(&'p Position);

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = (Box<RawValue>, u64);

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        // The parser has read the element's first byte, and no more, to know that there is one.
        let line = self.0.lines.get() + 1;
        self.0.element.set(Some((line, 1)));
        let element = Box::deserialize(json)?;
        self.0.element.set(None);
        Ok((element, line))
    }
}

/// Where the JSON parser is.
#[derive(Default)]
struct Position {
    /// Lines read to their end.
    lines: Cell<u64>,
    /// Within an element: its first line, and how many bytes of it have been read.
    element: Cell<Option<(u64, usize)>>,
}

/// A reader that fails when an element grows over the limit. The JSON parser takes one byte at a
/// time from it, so the position is that of the parser.
struct Bounded<'p, R> {
    reader: BufReader<R>,
    path: &'p Path,
    position: &'p Position,
}

impl<R: Read> Read for Bounded<'_, R> {
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match (self.reader.buffer(), &mut *buffer) {
            ([next, ..], [byte]) => {
                *byte = *next;
                self.reader.consume(1);
                1
            }
            _ => self.reader.read(buffer)?,
        };
        let read_bytes = buffer.get(..read).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', read_bytes).count() as u64;
        self.position.lines.set(self.position.lines.get() + lines);
        if let Some((line, bytes)) = self.position.element.get() {
            if bytes + read > MAX_ROW_BYTES {
                let at = Place::line(self.path, line);
                return Err(Error::RowTooLong { at, limit: MAX_ROW_BYTES }.into());
            }
            self.position.element.set(Some((line, bytes + read)));
        }
        Ok(read)
    }
}
