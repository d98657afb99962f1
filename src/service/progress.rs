//! How long work tells how far it is: the command line draws a bar, tests and HTTP stay silent.

use std::cell::RefCell;
use std::time::{Duration, Instant};

/// Hears of stages and steps.
pub trait Progress {
    /// A stage begins: its name in the catalogue and the number of steps, 0 where it is not known.
    fn stage(&self, id: &str, steps: u64);
    /// So many steps of the stage are done.
    fn done(&self, steps: u64);
    /// The last stage has ended.
    fn finish(&self);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &str, _: u64) {}
    fn done(&self, _: u64) {}
    fn finish(&self) {}
}

/// Seconds a stage. The clock is read here and nowhere else; no result depends on it.
#[derive(Debug, Default)]
pub struct Timings(RefCell<Vec<(&'static str, Duration)>>);

impl Timings {
    /// Runs a stage and keeps the time that it took; stages of the same name add up.
    pub fn time<T>(&self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.add(stage, start.elapsed());
        result
    }

    /// Keeps a time that was taken elsewhere, such as that of a stage on another thread: stages may overlap.
    pub fn add(&self, stage: &'static str, time: Duration) {
        let mut list = self.0.borrow_mut();
        match list.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, sum)) => *sum += time,
            None => list.push((stage, time)),
        }
    }

    /// Stages and their seconds.
    #[must_use]
    pub fn seconds(&self) -> serde_json::Map<String, serde_json::Value> {
        let round = |time: &Duration| (time.as_secs_f64() * 1e4).round() / 1e4;
        self.0.borrow().iter().map(|(name, time)| ((*name).to_owned(), round(time).into())).collect()
    }
}

/// Peak memory of this process in MiB, or `None` where the system does not tell.
#[must_use]
pub fn peak_rss_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib.div_ceil(1024))
}
