//! How does the command end when it fails: one line, and an exit code that scripts can tell apart?

use std::fmt;
use std::process::ExitCode;
use std::sync::Mutex;

use clap::error::ErrorKind as ClapErrorKind;
use serde_json::json;
use stoplist_files::ErrorKind;

const USAGE: u8 = 2;
const BAD_DATA: u8 = 3;
const IO: u8 = 7;
/// What a shell gives to a command that an interrupt ended: 128 and the signal's number.
pub(crate) const INTERRUPTED: u8 = 130;

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

    /// The system gives no thread.
    pub(crate) fn thread(error: &std::io::Error) -> Self {
        let message = format!("cannot start a thread to read with: {error}; use --threads 1");
        Self { exit: IO, code: "io", message }
    }

    /// Whether the column of numbers could not be told.
    pub(crate) fn is_about_column(&self) -> bool {
        self.code == "column"
    }

    /// A defect of ours. The hook of [`silence_panics`] has kept what it said.
    pub(crate) fn panicked() -> Self {
        let panic = PANIC.lock().map_or_else(|_| String::new(), |panic| panic.clone());
        let message = format!("internal error: {panic}; nothing was written; please report it");
        Self { exit: BAD_DATA, code: "internal", message }
    }

    /// Adds a way out that only the command knows.
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.message = format!("{}; {hint}", self.message);
        self
    }

    /// Says it in one line, and as JSON too if that is what standard output is for.
    pub(crate) fn report(&self, as_json: bool) -> ExitCode {
        let message = one_line(&self.message);
        eprintln!("stoplist: {message}");
        if as_json {
            println!("{}", json!({"error": {"code": self.code, "message": message}}));
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

impl From<stoplist_arrow::Error> for Failure {
    fn from(error: stoplist_arrow::Error) -> Self {
        Self { exit: BAD_DATA, code: error.code(), message: error.to_string() }
    }
}

/// Reports what clap found, or prints the help that it was asked for.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ClapErrorKind::DisplayHelp | ClapErrorKind::DisplayVersion) {
        print!("{error}");
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    // The first paragraph is the error; the others repeat the usage.
    let lines = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim);
    let message = lines.collect::<Vec<_>>().join(" ");
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    Failure::usage(message)
        .hint("see `stoplist --help`, or `stoplist filter --help`")
        .report(std::env::args_os().any(|arg| arg == "--json"))
}

/// Escapes what would break the line or steer a terminal: file names and data can hold anything.
pub(crate) fn one_line(message: &str) -> String {
    let is_control =
        |c: char| c.is_control() || matches!(c, '\u{200e}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let escaped = message
        .chars()
        .map(|c| if is_control(c) { c.escape_unicode().to_string() } else { c.to_string() });
    escaped.collect()
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
