//! What is said, and where: the report on standard output, the rest on standard error.

use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};

use serde::Serialize;
use serde_json::Value;

use crate::args::Global;
use crate::failure::{Failure, say, steers};
use crate::progress::Progress;
use crate::table::Bars;

/// How much to say.
pub(crate) struct Tell {
    pub(crate) json: bool,
    verbose: bool,
    quiet: bool,
    progress: bool,
}

impl Tell {
    pub(crate) fn new(global: &Global) -> Self {
        let Global { json, verbose, quiet, no_progress, .. } = *global;
        Self { json, verbose, quiet, progress: !quiet && !no_progress }
    }

    /// Something that the person should know although nothing failed.
    pub(crate) fn warn(&self, message: impl Display) {
        if !self.quiet {
            say(message);
        }
    }

    /// A detail, for `-v`.
    pub(crate) fn detail(&self, message: impl Display) {
        if self.verbose {
            say(message);
        }
    }

    /// A bar for a file of so many bytes.
    pub(crate) fn progress(&self, what: &str, bytes: Option<u64>) -> Progress {
        Progress::new(what, bytes, self.progress)
    }

    /// The bars that suit the place where the report goes.
    pub(crate) fn bars(&self, stdout_is_taken: bool) -> Bars {
        let is_terminal = if stdout_is_taken {
            std::io::stderr().is_terminal()
        } else {
            std::io::stdout().is_terminal()
        };
        if is_terminal { Bars::of_terminal() } else { Bars::None }
    }

    /// The report, where standard output is free.
    pub(crate) fn answer(&self, report: &Value, text: &impl Display) -> Result<(), Failure> {
        self.report(report, text, false)
    }

    /// The report: as JSON, or as text, which goes to standard error when standard output is taken.
    pub(crate) fn report(
        &self,
        report: &impl Serialize,
        text: &impl Display,
        stdout_is_taken: bool,
    ) -> Result<(), Failure> {
        if self.json {
            let text = json_line(report)?;
            return std::io::stdout()
                .write_all(text.as_bytes())
                .map_err(|error| Failure::stdout(&error));
        }
        if self.quiet {
            return Ok(());
        }
        let text = text.to_string();
        let written = if stdout_is_taken {
            std::io::stderr().write_all(text.as_bytes())
        } else {
            std::io::stdout().write_all(text.as_bytes())
        };
        written.map_err(|error| Failure::stdout(&error))
    }
}

/// JSON in one line, which ends. What would steer a terminal is escaped, as JSON itself does below
/// U+0020 only.
pub(crate) fn json_line(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(value).map_err(|error| Failure::stdout(&error.into()))?;
    let mut line = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        // Outside of texts there are none. All of them have four hexadecimal digits.
        if steers(c) {
            line.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            line.push(c);
        }
    }
    line.push('\n');
    Ok(line)
}
