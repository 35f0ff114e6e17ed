//! Which filter does a person mean who writes `category=Lead`?

use jiff::Timestamp;

use super::error::QueryError;
use super::filter::{Condition, ContactFilter, Times};
use super::status::{ContactStatus, UnknownStatus};
use super::when::{SpanDirection, parse_when};

/// Longer ones first. `==` and `=~` go with no field; they are told from a value that starts so.
const OPERATORS: [&str; 9] = ["!=", ">=", "<=", "==", "=~", "=", "~", "<", ">"];

/// The fields, each with its operators.
const FIELDS: [(&str, &str); 9] = [
    ("category", "= !="),
    ("group", "= !="),
    ("status", "= !="),
    ("name", "= ~"),
    ("email", "= ~"),
    ("number", "= ~"),
    ("search", "= ~"),
    ("created", ">= > < <="),
    ("blocked", ">= > < <="),
];

impl ContactFilter {
    /// Reads conditions as they are written on a command line; all must hold.
    ///
    /// | field | operators | value |
    /// |---|---|---|
    /// | `category` | `=` `!=` | the full name; none: contacts without a category |
    /// | `group` | `=` `!=` | the full name |
    /// | `status` | `=` `!=` | one or more of `active`, `blocked` and `archived`, with commas |
    /// | `name`, `email` | `=` `~` | all of it, or a part (`~`) |
    /// | `number` | `=` `~` | all digits of a number with its calling code, or a part (`~`) |
    /// | `search` | `=` `~` | as [`search`](Self::search) |
    /// | `created`, `blocked` | `>=` `>` `<` `<=` | a date, a time with its offset, or a span back from `now`: `30d`, `12h` |
    ///
    /// Blanks round the field and the value do not count. [`parse_when`] reads the times.
    ///
    /// ```
    /// use jiff::Timestamp;
    /// use stoplist::ContactFilter;
    ///
    /// let recent_leads = ["category=Lead", "created>=30d", "status!=archived"];
    /// let filter = ContactFilter::parse_all(&recent_leads, Timestamp::now())?;
    /// assert!(ContactFilter::parse_all(&["colour=red"], Timestamp::now()).is_err());
    /// # Ok::<(), stoplist::QueryError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A [`QueryError`] for the first expression that cannot be read. It says what could.
    pub fn parse_all<S: AsRef<str>>(expressions: &[S], now: Timestamp) -> Result<Self, QueryError> {
        expressions.iter().try_fold(Self::new(), |filter, text| filter.parse(text.as_ref(), now))
    }

    fn parse(self, expression: &str, now: Timestamp) -> Result<Self, QueryError> {
        let no_operator = || QueryError::NoOperator { expression: expression.to_owned() };
        let place = expression.find(['=', '~', '<', '>', '!']).ok_or_else(no_operator)?;
        let (field, rest) = expression.split_at_checked(place).ok_or_else(no_operator)?;
        let mut known = OPERATORS.into_iter();
        let split = known.find_map(|operator| Some((operator, rest.strip_prefix(operator)?)));
        let (operator, value) = split.ok_or_else(no_operator)?;
        let (field, value) = (field.trim(), value.trim());

        let known = FIELDS.into_iter().find(|(known, _)| *known == field);
        let unknown_field = || QueryError::UnknownField { field: field.to_owned() };
        let (field, allowed) = known.ok_or_else(unknown_field)?;
        if !allowed.split(' ').any(|known| known == operator) {
            return Err(QueryError::Operator { field, operator, allowed });
        }
        let none_is_meant = matches!((field, operator), ("category", _) | ("name" | "email", "="));
        if value.is_empty() && !none_is_meant {
            return Err(QueryError::NoValue { field, operator });
        }
        self.condition(field, operator, value, now)
    }

    /// The field has the operator.
    fn condition(
        self,
        field: &'static str,
        operator: &'static str,
        value: &str,
        now: Timestamp,
    ) -> Result<Self, QueryError> {
        let moment = || parse_when(value, now, SpanDirection::Past);
        Ok(match (field, operator) {
            ("category", "=") => self.category(value),
            ("category", _) => self.not_category(value),
            ("group", "=") => self.group(value),
            ("group", _) => self.not_group(value),
            ("status", "=") => self.status_in(statuses(value)?),
            ("status", _) => self.status_not_in(statuses(value)?),
            ("name", "=") => self.name(value),
            ("name", _) => self.name_contains(value),
            ("email", "=") => self.email(value),
            ("email", _) => self.email_contains(value),
            ("number", "=") => self.number(value)?,
            ("number", _) => self.number_contains(value)?,
            ("created", _) => self.with(Condition::Created(times(operator, moment()?))),
            ("blocked", _) => self.with(Condition::Blocked(times(operator, moment()?))),
            _ => self.search(value),
        })
    }
}

fn times(operator: &str, moment: Timestamp) -> Times {
    match operator {
        ">=" => Times::from(moment),
        ">" => Times::after(moment),
        "<" => Times::before(moment),
        _ => Times::until(moment),
    }
}

fn statuses(value: &str) -> Result<Vec<ContactStatus>, UnknownStatus> {
    value.split(',').map(|name| name.trim().parse()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn parse(expression: &str) -> Result<ContactFilter, QueryError> {
        ContactFilter::parse_all(&[expression], now())
    }

    #[test]
    fn every_field_is_read_with_every_operator_of_its_own() {
        let all = ContactFilter::new;
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let both = [ContactStatus::Active, ContactStatus::Blocked];
        let month_ago = at("2026-01-30T12:00:00Z");
        for (expression, filter) in [
            ("category=Lead", all().category("lead")),
            ("category = ~odd=name ", all().category("~odd=name")),
            ("category=", all().category("")),
            ("category!=Lead", all().not_category("Lead")),
            ("group=VIP, EU", all().group("VIP, EU")),
            ("group!=vip", all().not_group("vip")),
            ("status=blocked, active", all().status_in(both)),
            ("status!=active,blocked", all().status_not_in(both)),
            ("name=Ann", all().name("Ann")),
            ("name~acme", all().name_contains("acme")),
            ("email=", all().email("")),
            ("email~@x.org", all().email_contains("@x.org")),
            ("number=+4930901820", all().number("4930901820").unwrap()),
            ("number~5", all().number_contains("5").unwrap()),
            ("search=555 1", all().search("555 1")),
            ("search~acme", all().search("acme")),
            ("created>=2026-01-30T12:00:00Z", all().created_from(month_ago)),
            ("created<2026-01-30T13:00:00+01:00", all().created_before(month_ago)),
            ("blocked>=30d", all().blocked_from(month_ago)),
            ("blocked<30d", all().blocked_before(month_ago)),
            ("created>30d", all().created_from(at("2026-01-30T12:00:00.000001Z"))),
            ("created<=30d", all().created_before(at("2026-01-30T12:00:00.000001Z"))),
        ] {
            assert_eq!(parse(expression), Ok(filter), "{expression}");
        }
        let several = ContactFilter::parse_all(&["name~a", "name~b"], now());
        assert_eq!(several, Ok(all().name_contains("a").name_contains("b")));
        assert!(ContactFilter::parse_all::<&str>(&[], now()).unwrap().is_empty());
    }

    #[test]
    fn parts_of_a_microsecond_do_not_move_a_limit_past_it() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (early, late) in [
            ("1969-12-31T23:59:59.9999985Z", "1969-12-31T23:59:59.999999Z"),
            ("2026-01-01T00:00:00.0000001Z", "2026-01-01T00:00:00.000001Z"),
        ] {
            assert_eq!(Times::from(at(early)), Times::from(at(late)));
            assert_eq!(Times::after(at(early)), Times::from(at(late)));
            assert_eq!(Times::before(at(early)), Times::before(at(late)));
            assert_eq!(Times::until(at(early)), Times::before(at(late)));
            assert_ne!(Times::after(at(late)), Times::from(at(late)));
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_what_could() {
        for (expression, cause) in [
            ("", "`` is no condition"),
            ("Lead", "`Lead` is no condition"),
            ("category!Lead", "`category!Lead` is no condition"),
            ("Category=x", "there is no field `Category` to filter by; there are category, group"),
            ("=x", "there is no field `` "),
            ("category~x", "`~` does not go with `category`; use one of: = !="),
            ("category==x", "`==` does not go with `category`; use one of: = !="),
            ("name=~x", "`=~` does not go with `name`; use one of: = ~"),
            ("name>=x", "`>=` does not go with `name`"),
            ("created=2026-01-01", "`=` does not go with `created`; use one of: >= > < <="),
            ("status=paused", "`paused` is no status"),
            ("status=active,", "`` is no status"),
            ("blocked>=lately", "`lately` is no time"),
            ("number~55a", "`55a` is no part of a number"),
            ("number~+", "`+` is no part of a number"),
            ("name~", "the value after `name~` is missing"),
            ("search= ", "the value after `search=` is missing"),
            ("group!=", "the value after `group!=` is missing"),
            ("created<", "the value after `created<` is missing"),
            ("number=", "the value after `number=` is missing"),
            ("status=", "the value after `status=` is missing"),
        ] {
            let error = parse(expression).unwrap_err().to_string();
            assert!(error.starts_with(cause), "{expression}: {error}");
        }
    }
}
