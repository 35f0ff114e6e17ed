//! How far is it?

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on standard error with rows, rows a second and the time left; nothing where standard error
/// is no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    start: Instant,
}

impl Progress {
    /// A bar for a file of so many bytes; without them a count.
    pub(crate) fn new(what: &str, bytes: Option<u64>, wanted: bool) -> Self {
        if !wanted || !std::io::stderr().is_terminal() {
            return Self { bar: ProgressBar::hidden(), start: Instant::now() };
        }
        let (bar, template) = match bytes {
            Some(bytes) => {
                (ProgressBar::new(bytes), "{prefix} {wide_bar} {percent:>3}%  {msg}  {eta} left")
            }
            None => (ProgressBar::no_length(), "{prefix} {spinner} {msg}  {elapsed}"),
        };
        bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(crate::failure::one_line(what));
        // The bar panics where its thread cannot be made; without one it moves with the work.
        if std::thread::Builder::new().spawn(|| ()).is_ok() {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { bar, start: Instant::now() }
    }

    /// Says what has been read so far.
    pub(crate) fn at(&self, bytes: u64, rows: u64) {
        if self.bar.is_hidden() {
            return;
        }
        let seconds = self.start.elapsed().as_secs_f64().max(1e-3);
        let rate = HumanCount((rows as f64 / seconds) as u64);
        self.bar.set_position(bytes);
        self.bar.set_message(format!("{} rows, {rate}/s", HumanCount(rows)));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
