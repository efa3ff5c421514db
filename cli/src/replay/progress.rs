//! How far a replay is: a bar on standard error, if that is a terminal, with the rate and the time that is left.
//!
//! Invariant: nothing of it is left on the terminal, and nothing is written to a standard error that is none.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The bar, and what is counted for it.
pub(crate) struct Progress {
    bar: ProgressBar,
    lines: Arc<AtomicU64>,
}

impl Progress {
    /// A bar to so many bytes; without an end, if it is not known where that is.
    pub(crate) fn new(bytes: Option<u64>) -> Progress {
        // Hidden where standard error is no terminal.
        let bar = ProgressBar::with_draw_target(bytes, ProgressDrawTarget::stderr());
        let lines = Arc::new(AtomicU64::new(0));
        let (counted, started) = (Arc::clone(&lines), Instant::now());
        let template = match bytes {
            Some(_) => "{wide_bar} {percent:>3} %  {bytes}, {calls}, {eta} left",
            None => "{spinner} {bytes}, {calls}",
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let style =
            style.with_key("calls", move |_: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                let lines = counted.load(Ordering::Relaxed);
                let rate = lines as f64 / started.elapsed().as_secs_f64().max(0.001);
                let _ = write!(out, "{} calls, {} a second", short(lines as f64), short(rate));
            });
        bar.set_style(style);
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Progress { bar, lines }
    }

    pub(crate) fn add_lines(&self, lines: u64) {
        self.lines.fetch_add(lines, Ordering::Relaxed);
    }

    /// A reader whose bytes count.
    pub(crate) fn counted<R: Read>(&self, input: R) -> Counted<R> {
        Counted { input, bar: self.bar.clone() }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// A reader whose bytes count.
pub(crate) struct Counted<R> {
    input: R,
    bar: ProgressBar,
}

impl<R> Counted<R> {
    /// Counts bytes that are not read through it.
    #[cfg(feature = "parquet")]
    pub(crate) fn add(&self, bytes: u64) {
        self.bar.inc(bytes);
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(room)?;
        self.bar.inc(read as u64);
        Ok(read)
    }
}

/// A number with three digits at most and a letter for thousands or millions.
fn short(number: f64) -> String {
    match number {
        0.0..1_000.0 => format!("{number:.0}"),
        1_000.0..1_000_000.0 => format!("{:.0} k", number / 1_000.0),
        _ => format!("{:.1} M", number / 1_000_000.0),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [0.0, 999.4, 1_500.0, 999_000.0, 12_340_000.0].map(super::short),
            ["0", "999", "2 k", "999 k", "12.3 M"]
        );
    }
}
