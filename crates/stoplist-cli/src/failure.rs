//! How does the command end when it fails: one line, and an exit code that scripts can tell apart?

use std::fmt;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Mutex;

use clap::CommandFactory as _;
use clap::error::ErrorKind as ClapErrorKind;
use serde_json::json;
use stoplist::{PhoneNumber, Refusal, StoreError, StoreErrorKind};
use stoplist_files::ErrorKind;

use crate::args::Args;

const USAGE: u8 = 2;
pub(crate) const BAD_DATA: u8 = 3;
const DENIED: u8 = 4;
const BUSY: u8 = 5;
const DAMAGED: u8 = 6;
const IO: u8 = 7;
/// A defect of ours; the number that BSD's `sysexits` has for it.
const DEFECT: u8 = 70;
/// What a shell gives to a command that an interrupt ended: 128 and the signal's number.
pub(crate) const INTERRUPTED: u8 = 130;

/// A line on standard error. Where that is closed or full there is nobody to tell.
pub(crate) fn say(line: impl fmt::Display) {
    let _ = writeln!(std::io::stderr(), "stoplist: {}", one_line(&line.to_string()));
}

/// Why the command fails.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: u8,
    code: &'static str,
    message: String,
}

impl Failure {
    /// The command line asks for what cannot be.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: USAGE, code: "usage", message: message.into() }
    }

    /// The standard output failed.
    pub(crate) fn stdout(error: &std::io::Error) -> Self {
        Self { exit: IO, code: "io", message: format!("cannot write the report: {error}") }
    }

    /// What is damaged, if that is why.
    pub(crate) fn damage(&self) -> Option<&str> {
        (self.exit == DAMAGED && self.code == "damaged").then_some(&self.message)
    }

    /// Whether the column of numbers could not be told.
    pub(crate) fn is_about_column(&self) -> bool {
        self.code == "column"
    }

    /// An interrupt, which is told by the thread that saw it.
    pub(crate) fn interrupted() -> Self {
        let message = "interrupted; unfinished outputs were removed".to_owned();
        Self { exit: INTERRUPTED, code: "interrupted", message }
    }

    /// A list has rows and no number in them.
    pub(crate) fn no_number(message: String) -> Self {
        Self { exit: BAD_DATA, code: "no_number", message }
    }

    /// A text that has to be a number is none.
    pub(crate) fn invalid_number(text: &str, refusal: Refusal) -> Self {
        let text: String = text.chars().take(40).collect();
        let message = format!("{text:?} is no number: {refusal}");
        Self { exit: BAD_DATA, code: "invalid_number", message }
    }

    /// A text is neither a contact nor a number.
    pub(crate) fn unknown_target(error: &stoplist::UnknownTarget) -> Self {
        Self { exit: BAD_DATA, code: "invalid_number", message: error.to_string() }
    }

    /// No contact has a number.
    pub(crate) fn no_contact(number: PhoneNumber) -> Self {
        let message = format!("no contact has the number {number}");
        Self { exit: USAGE, code: "unknown_contact", message }
    }

    /// An output cannot be written; the message names it.
    pub(crate) fn io(message: String) -> Self {
        Self { exit: IO, code: "io", message }
    }

    /// A defect of ours. The hook of [`silence_panics`] has kept what it said.
    pub(crate) fn panicked() -> Self {
        let panic = PANIC.lock().map_or_else(|_| String::new(), |panic| panic.clone());
        let message = format!("internal error: {panic}; please report it");
        Self { exit: DEFECT, code: "internal", message }
    }

    /// Adds a way out that only the command knows.
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.message = format!("{}; {hint}", self.message);
        self
    }

    /// Says it in one line, and as JSON too if that is what standard output is for.
    pub(crate) fn report(&self, as_json: bool) -> ExitCode {
        say(&self.message);
        if as_json {
            let message = one_line(&self.message);
            let said = json!({"error": {"code": self.code, "message": message}});
            // The exit code tells, whoever listens.
            let _ = writeln!(std::io::stdout(), "{said}");
        }
        ExitCode::from(self.exit)
    }
}

impl From<stoplist_files::Error> for Failure {
    fn from(error: stoplist_files::Error) -> Self {
        let exit = match error.kind() {
            ErrorKind::Usage => USAGE,
            ErrorKind::Data => BAD_DATA,
            ErrorKind::Io => IO,
            ErrorKind::Interrupted => INTERRUPTED,
        };
        Self { exit, code: error.code(), message: error.to_string() }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = match error.kind() {
            StoreErrorKind::Usage => USAGE,
            StoreErrorKind::Data => BAD_DATA,
            StoreErrorKind::Denied => DENIED,
            StoreErrorKind::Busy => BUSY,
            StoreErrorKind::Damaged => DAMAGED,
            // The system's failures, and whatever a later release tells apart.
            _ => IO,
        };
        let failure = Self { exit, code: error.code(), message: error.to_string() };
        match error {
            StoreError::TooManyContacts { .. } => failure.hint("add --yes, or raise --max-share"),
            _ => failure,
        }
    }
}

impl From<stoplist_arrow::Error> for Failure {
    fn from(error: stoplist_arrow::Error) -> Self {
        let exit = match error {
            stoplist_arrow::Error::Store(error) => return error.into(),
            stoplist_arrow::Error::Panicked { .. } => DEFECT,
            _ => BAD_DATA,
        };
        Self { exit, code: error.code(), message: error.to_string() }
    }
}

/// Reports what clap found, or prints the help that it was asked for.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ClapErrorKind::DisplayHelp | ClapErrorKind::DisplayVersion => {
            return match write!(std::io::stdout(), "{error}") {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::from(IO),
            };
        }
        ClapErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = write!(std::io::stderr(), "{error}");
            return ExitCode::from(USAGE);
        }
        _ => {}
    }
    let text = error.to_string();
    // The first paragraph is the error; the others repeat the usage.
    let lines = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim);
    let message = lines.collect::<Vec<_>>().join(" ");
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    Failure::usage(message)
        .hint(format_args!("see `{} --help`", verb()))
        .report(std::env::args_os().any(|arg| arg == "--json"))
}

/// The command with the verb that its arguments name.
fn verb() -> String {
    let (mut command, mut path) = (Args::command(), "stoplist".to_owned());
    for arg in std::env::args_os().skip(1) {
        if let Some(verb) = command.find_subcommand(&arg).cloned() {
            path = format!("{path} {}", verb.get_name());
            command = verb;
        }
    }
    path
}

/// Escapes what would break the line or steer a terminal: file names and data can hold anything.
pub(crate) fn one_line(message: &str) -> String {
    let escaped = message
        .chars()
        .map(|c| if steers(c) { c.escape_unicode().to_string() } else { c.to_string() });
    escaped.collect()
}

/// Whether a terminal does something else with it than show it.
pub(crate) fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

static PANIC: Mutex<String> = Mutex::new(String::new());

/// Keeps panics from printing: those of a library over a hostile file become errors where they
/// are caught, and ours are reported in one line.
pub(crate) fn silence_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if let Ok(mut last) = PANIC.lock() {
            *last = panic.to_string();
        }
    }));
}
