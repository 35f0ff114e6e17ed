//! How do counts look to a person: as digits, and on a terminal as bars too?

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use indicatif::HumanCount;

use crate::failure::one_line;

/// How shares of a whole are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Bars {
    /// Not at all: somebody else reads it, such as a program.
    #[default]
    None,
    /// With what every terminal has.
    Ascii,
    /// With blocks of Unicode, in eighths.
    Blocks,
}

/// How many characters the whole takes.
const WIDTH: usize = 20;

/// The blocks that fill one to seven eighths of a character.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

impl Bars {
    /// For a terminal; ASCII where the environment says that it has no UTF-8.
    pub(crate) fn of_terminal() -> Self {
        // The first that is set decides, as for every program.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| std::env::var_os(name).filter(|value| !value.is_empty()));
        match locale {
            Some(locale) if !is_utf8(&locale.to_string_lossy()) => Self::Ascii,
            _ => Self::Blocks,
        }
    }

    /// A share between 0 and 1. What is more than nothing is seen.
    fn draw(self, share: f64) -> String {
        let eighths = (share.clamp(0.0, 1.0) * (WIDTH * 8) as f64).round() as usize;
        let eighths = if share > 0.0 { eighths.max(1) } else { eighths };
        let (full, rest) = (eighths / 8, eighths % 8);
        match self {
            Self::None => String::new(),
            Self::Ascii => {
                let rest = if rest >= 4 {
                    "#"
                } else if eighths > 0 && full == 0 {
                    "."
                } else {
                    ""
                };
                "#".repeat(full) + rest
            }
            Self::Blocks => {
                let rest = rest.checked_sub(1).and_then(|rest| EIGHTHS.get(rest));
                "█".repeat(full) + &rest.map(char::to_string).unwrap_or_default()
            }
        }
    }
}

/// Whether a locale such as `en_US.UTF-8` says so.
fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Lines of a name and a value; the values of counts are aligned.
#[derive(Default)]
pub(crate) struct Table {
    bars: Bars,
    lines: Vec<Line>,
}

struct Line {
    name: String,
    value: String,
    /// Of the whole.
    share: Option<f64>,
    /// What else there is to say.
    note: String,
}

impl Table {
    /// An empty one that shows shares so.
    pub(crate) fn with_bars(bars: Bars) -> Self {
        Self { bars, lines: Vec::new() }
    }

    pub(crate) fn count(&mut self, name: &str, count: u64) {
        self.text(name, HumanCount(count));
    }

    pub(crate) fn text(&mut self, name: &str, text: impl Display) {
        let (name, value) = (one_line(name), one_line(&text.to_string()));
        self.lines.push(Line { name, value, share: None, note: String::new() });
    }

    /// Counts of parts, under the name of the whole.
    pub(crate) fn parts<K: AsRef<str>>(&mut self, parts: &BTreeMap<K, u64>) {
        for (name, &count) in parts.iter().filter(|(_, count)| **count > 0) {
            self.count(&format!("  {}", name.as_ref()), count);
        }
    }

    /// A count that is part of `total`.
    pub(crate) fn share(&mut self, name: &str, count: u64, total: u64) {
        self.count(name, count);
        if let Some(line) = self.lines.last_mut() {
            line.share = Some(count as f64 / total.max(1) as f64);
        }
    }

    /// Says something about the last line.
    pub(crate) fn note(&mut self, note: impl Display) {
        if let Some(line) = self.lines.last_mut() {
            line.note = one_line(&note.to_string());
        }
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |of: fn(&Line) -> &String| {
            self.lines.iter().map(|line| of(line).chars().count()).max().unwrap_or(0)
        };
        let (names, values) = (width(|line| &line.name), width(|line| &line.value));
        for Line { name, value, share, note } in &self.lines {
            let mut line = format!("{name:<names$}  {value:>values$}");
            if self.bars != Bars::None {
                let share = share.map(|share| (percent(share), self.bars.draw(share)));
                let (percent, bar) = share.unwrap_or_default();
                line += &format!("  {percent:>7}  {bar:<WIDTH$}");
            }
            if !note.is_empty() {
                line += &format!("  {note}");
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// With one decimal; what is more than nothing and less than everything is shown so.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent > 0.0 && percent < 0.1 {
        return "< 0.1 %".to_owned();
    }
    if percent < 100.0 && percent > 99.9 {
        return "> 99.9 %".to_owned();
    }
    format!("{percent:.1} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        let drawn = |share| [Bars::Blocks.draw(share), Bars::Ascii.draw(share)];
        assert_eq!(drawn(0.0), ["", ""]);
        assert_eq!(drawn(1e-9), ["▏", "."], "a single row is seen");
        assert_eq!(drawn(0.25), ["█████", "#####"]);
        assert_eq!(drawn(0.275), ["█████▌", "######"]);
        assert_eq!(drawn(1.0), ["█".repeat(20), "#".repeat(20)]);
        assert_eq!(Bars::None.draw(1.0), "");
    }

    #[test]
    fn no_share_looks_like_nothing_or_everything_unless_it_is() {
        let shares = [0.0, 1e-9, 0.0995, 0.5, 0.99999, 1.0];
        let shown = ["0.0 %", "< 0.1 %", "10.0 %", "50.0 %", "> 99.9 %", "100.0 %"];
        assert_eq!(shares.map(percent), shown);
    }

    #[test]
    fn locales_say_whether_a_terminal_has_utf8() {
        for (locale, expected) in [
            ("de_DE.UTF-8", true),
            ("C.utf8", true),
            ("C", false),
            ("POSIX", false),
            ("en_US.ISO-8859-1", false),
        ] {
            assert_eq!(is_utf8(locale), expected, "{locale}");
        }
    }
}
