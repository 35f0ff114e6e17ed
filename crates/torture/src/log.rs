//! What a store logs, on standard error: so that it can be looked for numbers and names.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Before each line.
pub(crate) const MARK: &str = "log: ";
/// In every number and name of the works: none may be in a log above debug.
const SECRETS: [&str; 3] = ["12025", "Ada", "wrote STOP"];

/// Writes everything above debug.
struct Log;

/// Has every event written from now on.
pub(crate) fn begin() {
    // Whoever came first is as good.
    drop(tracing::subscriber::set_global_default(Log));
}

/// What a log has that it must not have.
pub(crate) fn secret(said: &str) -> Option<&str> {
    let mut lines = said.lines().filter(|line| line.starts_with(MARK));
    lines.find(|line| SECRETS.iter().any(|secret| line.contains(secret)))
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line::default();
        span.record(&mut line);
        line.write();
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line::default();
        values.record(&mut line);
        line.write();
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        line.write();
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Line(String);

impl Line {
    fn write(&self) {
        eprintln!("{MARK}{}", self.0);
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}

#[cfg(test)]
mod tests {
    use super::secret;

    #[test]
    fn a_number_in_a_log_is_found_and_one_elsewhere_is_not() {
        let said = "log: path=/tmp/store\nerror: +12025000000 is wrong\nlog: done +12025000037";
        assert_eq!(secret(said), Some("log: done +12025000037"));
        assert_eq!(secret("log: path=/tmp/store why=\"damaged\""), None);
    }
}
