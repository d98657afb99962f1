//! Progress of long work as a bar on standard error; nothing where that is no terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::service::Progress;
use crate::texts::text;

/// A bar that appears with the first stage.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar, or a silent one where output is for machines.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
        Self(bar)
    }
}

impl Progress for Bar {
    fn stage(&self, id: &str, steps: u64) {
        let template = if steps == 0 { "{spinner} {msg}" } else { "{msg} {wide_bar} {pos}/{len} {eta}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style);
        }
        self.0.set_length(steps);
        self.0.set_position(0);
        self.0.set_message(text(id, &[]));
        self.0.enable_steady_tick(Duration::from_millis(200));
    }

    fn done(&self, steps: u64) {
        self.0.set_position(steps);
    }

    fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
