//! Which moment does a person mean who types a time?

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Where a span such as `30d` points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanDirection {
    /// So long ago: for filters.
    Past,
    /// So far ahead: for the end of a block.
    Future,
}

/// Reads a moment.
///
/// There are three forms:
/// - a time of RFC 3339, with its offset: `2026-12-31T18:00:00+01:00`, `2026-12-31T17:00:00Z`;
/// - a date, `2026-12-31`, which is its midnight in UTC;
/// - a span, counted from `now` in the given direction: a whole number and `s`, `m` (minutes), `h`,
///   `d` (of 24 hours) or `w`.
///
/// The result may lie on either side of `now`. Allocates nothing but an error's text.
///
/// # Errors
///
/// [`UnknownTime`] when the text has none of these forms, or the moment lies outside the years
/// -9999 to 9999.
pub fn parse_when(
    text: &str,
    now: Timestamp,
    direction: SpanDirection,
) -> Result<Timestamp, UnknownTime> {
    let found = if let Some(span) = parse_span(text) {
        match direction {
            SpanDirection::Past => now.checked_sub(span).ok(),
            SpanDirection::Future => now.checked_add(span).ok(),
        }
    } else if is_date(text) {
        let midnight = text.parse::<Date>().and_then(|date| date.to_zoned(TimeZone::UTC));
        midnight.ok().map(|zoned| zoned.timestamp())
    } else {
        text.parse().ok()
    };
    found.ok_or_else(|| UnknownTime { text: text.to_owned() })
}

/// Reads the end of a stretch of time, up to which and not further something is meant: as
/// [`parse_when`] with [`SpanDirection::Past`], but a date has its whole day in it.
///
/// # Errors
///
/// As [`parse_when`].
///
/// ```
/// use stoplist::parse_end;
///
/// let now = "2027-01-15T12:00:00Z".parse()?;
/// assert_eq!(parse_end("2026-12-31", now)?.to_string(), "2027-01-01T00:00:00Z");
/// assert_eq!(parse_end("2026-12-31T18:00:00Z", now)?.to_string(), "2026-12-31T18:00:00Z");
/// assert_eq!(parse_end("1h", now)?.to_string(), "2027-01-15T11:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn parse_end(text: &str, now: Timestamp) -> Result<Timestamp, UnknownTime> {
    let moment = parse_when(text, now, SpanDirection::Past)?;
    let day = if is_date(text) { SignedDuration::from_hours(24) } else { SignedDuration::ZERO };
    Ok(moment.saturating_add(day).unwrap_or(Timestamp::MAX))
}

fn parse_span(text: &str) -> Option<SignedDuration> {
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return None,
    };
    if !count.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // What is too long to count lies outside of all time, too.
    let seconds = count.parse::<i64>().map(|count| count.saturating_mul(seconds));
    (!count.is_empty()).then(|| SignedDuration::from_secs(seconds.unwrap_or(i64::MAX)))
}

/// `2026-12-31` and no more: the date parser itself would take the date of a longer text.
fn is_date(text: &str) -> bool {
    let digits_and_hyphens = text.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    text.len() == 10 && digits_and_hyphens
}

/// A text names no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no time; write a date (2026-12-31), a time with its offset \
     (2026-12-31T18:00:00+01:00) or a span (30d, 12h, 90m, 2w)"
)]
pub struct UnknownTime {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn dates_times_and_spans_are_read() {
        let now = at("2026-03-01T12:00:00Z");
        for (text, past, future) in [
            ("2026-12-31", "2026-12-31T00:00:00Z", "2026-12-31T00:00:00Z"),
            ("2026-12-31T18:00:00+01:00", "2026-12-31T17:00:00Z", "2026-12-31T17:00:00Z"),
            ("2026-12-31T18:00:00.5Z", "2026-12-31T18:00:00.5Z", "2026-12-31T18:00:00.5Z"),
            ("30d", "2026-01-30T12:00:00Z", "2026-03-31T12:00:00Z"),
            ("12h", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
            ("90m", "2026-03-01T10:30:00Z", "2026-03-01T13:30:00Z"),
            ("1w", "2026-02-22T12:00:00Z", "2026-03-08T12:00:00Z"),
            ("0s", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z"),
        ] {
            assert_eq!(parse_when(text, now, SpanDirection::Past), Ok(at(past)), "{text}");
            assert_eq!(parse_when(text, now, SpanDirection::Future), Ok(at(future)), "{text}");
        }
    }

    #[test]
    fn what_names_no_moment_is_refused_with_what_would() {
        let now = at("2026-03-01T12:00:00Z");
        for text in [
            "",
            "d",
            "-1d",
            "+1d",
            "1.5h",
            "30 d",
            "30D",
            "1y",
            "soon",
            "2026-13-01",
            "2026-02-30",
            "2026-12-31T18:00:00",
            "2026-12-31 ",
            "20261231",
            "99999999999999999999d",
            "9999999w",
            "é",
            "1é",
        ] {
            for direction in [SpanDirection::Past, SpanDirection::Future] {
                let error = parse_when(text, now, direction).unwrap_err();
                assert!(
                    error.to_string().starts_with(&format!("`{text}` is no time; write a date"))
                );
            }
        }
    }
}
