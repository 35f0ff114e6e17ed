//! What can a door be asked, and how is that written?

use crate::Failure;

/// A kind of request: what it takes, and what its answer has, in their order.
pub(super) struct Verb {
    pub(super) name: &'static str,
    pub(super) takes: &'static [&'static str],
    pub(super) gives: &'static [&'static str],
}

const fn verb(
    name: &'static str,
    takes: &'static [&'static str],
    gives: &'static [&'static str],
) -> Verb {
    Verb { name, takes, gives }
}

const GENERATION: &[&str] = &["generation"];
const CONTACT: &[&str] = &["id", "status"];
const BLOCKED: &[&str] = &["generation", "changed", "unchanged"];
const BULK: &[&str] = &["generation", "matched", "changed", "unchanged", "failed"];
const CREATE: &[&str] =
    &["by", "name", "category", "groups", "primary", "secondary", "reason", "traffic"];
const BULK_TARGETS: &[&str] =
    &["by", "filters", "who", "numbers", "reason", "limits", "traffic", "until"];

/// Every kind. `bindings/vectors.md` has the same table.
pub(super) const VERBS: &[Verb] = &[
    verb("parse", &["text", "region"], &["number"]),
    verb("store", &["by"], &[]),
    verb("reopen", &[], &[]),
    verb("wait", &["ms"], &[]),
    verb("add_actor", &["by", "name", "permissions"], GENERATION),
    verb("set_actor", &["by", "name", "permissions"], GENERATION),
    verb("remove_actor", &["by", "name"], GENERATION),
    verb("create_list", &["by", "list", "traffic", "source"], GENERATION),
    verb("set_list", &["by", "list", "traffic", "source"], GENERATION),
    verb("drop_list", &["by", "list"], GENERATION),
    verb(
        "import",
        &["by", "list", "numbers", "mode"],
        &["generation", "added", "removed", "already"],
    ),
    verb("create_contact", CREATE, CONTACT),
    verb("edit_contact", &["by", "who", "primary"], CONTACT),
    verb("archive_contact", &["by", "who"], CONTACT),
    verb("restore_contact", &["by", "who"], CONTACT),
    verb("block", &["by", "who", "reason", "traffic", "until"], BLOCKED),
    verb("unblock", &["by", "who", "reason"], BLOCKED),
    verb("bulk_block", BULK_TARGETS, BULK),
    verb("bulk_unblock", BULK_TARGETS, BULK),
    verb("undo", &["by", "undone"], GENERATION),
    verb(
        "check",
        &["text", "region", "traffic", "lists"],
        &["verdict", "number", "list", "reason", "until"],
    ),
];

/// A request: its fields as the cases have them.
pub(super) struct Request {
    pub(super) verb: &'static Verb,
    pub(super) fields: Vec<String>,
}

impl Request {
    /// A field by its name; empty when the case does not have it.
    pub(super) fn field(&self, name: &str) -> &str {
        let place = self.verb.takes.iter().position(|taken| *taken == name);
        place.and_then(|place| self.fields.get(place)).map_or("", String::as_str)
    }

    /// As a door that is a program reads it.
    pub(super) fn line(&self) -> String {
        let mut line = self.verb.name.to_owned();
        for (name, field) in self.verb.takes.iter().zip(&self.fields) {
            line.push('\t');
            match (*name, moment(field)) {
                ("until", Ok(moment)) => line.push_str(&moment),
                _ => line.push_str(&escaped(field)),
            }
        }
        line
    }
}

/// What would break a line.
pub(super) fn escaped(field: &str) -> String {
    let field = field.replace('\\', "\\\\").replace('\t', "\\t");
    field.replace('\n', "\\n").replace('\r', "\\r")
}

/// A time of RFC 3339 in UTC as milliseconds since 1970, a span such as `4s` as `+` and milliseconds; the
/// empty text and `*` as they are.
pub(super) fn moment(text: &str) -> Result<String, Failure> {
    let unreadable = || format!("{text:?} is no time: write 2099-12-31T00:00:00Z, or 4s");
    if text.is_empty() || text == "*" {
        return Ok(text.to_owned());
    }
    if let Some(seconds) = text.strip_suffix('s') {
        let seconds: u64 = seconds.parse().map_err(|_| unreadable())?;
        return Ok(format!("+{}", seconds * 1000));
    }
    let text = text.strip_suffix('Z').ok_or_else(unreadable)?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let parts: Vec<i64> = whole
        .split(['-', 'T', ':'])
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|_| unreadable())?;
    let [year, month, day, hour, minute, second] = parts.as_slice() else {
        return Err(unreadable().into());
    };
    let ms: i64 =
        format!("{fraction:0<3}").get(..3).unwrap_or("0").parse().map_err(|_| unreadable())?;
    let seconds = ((days(*year, *month, *day) * 24 + hour) * 60 + minute) * 60 + second;
    Ok((seconds * 1000 + ms).to_string())
}

/// Days since 1970 of a date of the Gregorian calendar. A year begins in March here, so that the leap day is its
/// last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year
        - 719_468
}

#[cfg(test)]
mod tests {
    use super::{Request, VERBS, moment};

    #[test]
    fn knows_moments() -> Result<(), crate::Failure> {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", "0"),
            ("2000-02-29T12:34:56Z", "951827696000"),
            ("2024-03-01T00:00:00.250Z", "1709251200250"),
            ("2099-12-31T00:00:00Z", "4102358400000"),
            ("4s", "+4000"),
            ("", ""),
            ("*", "*"),
        ] {
            assert_eq!(moment(text)?, ms, "{text}");
        }
        for text in ["soon", "2099-12-31", "2099-12-31T00:00:00+01:00", "s"] {
            assert!(moment(text).is_err(), "{text}");
        }
        Ok(())
    }

    #[test]
    fn a_request_is_one_line() {
        let verb = VERBS.iter().find(|verb| verb.name == "block");
        let fields = ["ana", "c1", "a\tb\n\\", "", "4s"].map(str::to_owned).to_vec();
        let line = verb.map(|verb| Request { verb, fields }.line());
        assert_eq!(line.as_deref(), Some("block\tana\tc1\ta\\tb\\n\\\\\t\t+4000"));
    }
}
