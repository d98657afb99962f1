//! How long work tells how far it is: the command line draws a bar, tests and HTTP stay silent.

use std::cell::RefCell;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::domain::Ticks;

/// How often work that counts by itself is asked how far it is.
const LOOK: Duration = Duration::from_millis(100);

/// Hears of stages and steps, from whichever thread.
pub trait Progress: Sync {
    /// A stage begins: its name in the catalogue and the number of steps, 0 where it is not known.
    fn stage(&self, id: &str, steps: u64);
    /// So many steps of the stage are done.
    fn done(&self, steps: u64);
    /// The last stage has ended.
    fn finish(&self);
}

/// Does work that counts its pieces, of which there are at most `most`, and tells meanwhile how many are done. Work that is done
/// sooner than anybody could look is not told of.
pub fn watched<T>(progress: &dyn Progress, id: &str, most: u64, ticks: &Ticks, work: impl FnOnce() -> T) -> T {
    let (ended, end) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let look = move || {
            let mut told = false;
            // The channel closes when the work is over, also when it panics.
            while end.recv_timeout(LOOK) == Err(mpsc::RecvTimeoutError::Timeout) {
                if !told {
                    progress.stage(id, most);
                    told = true;
                }
                progress.done(ticks.done().min(most));
            }
        };
        // Without a thread to spare nothing is shown.
        drop(std::thread::Builder::new().spawn_scoped(scope, look));
        let result = work();
        drop(ended);
        result
    })
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Heard(Mutex<Vec<(String, u64)>>);

    impl Progress for Heard {
        fn stage(&self, id: &str, steps: u64) {
            self.0.lock().expect("not poisoned").push((id.to_owned(), steps));
        }
        fn done(&self, steps: u64) {
            self.0.lock().expect("not poisoned").push((String::new(), steps));
        }
        fn finish(&self) {}
    }

    #[test]
    fn long_work_tells_how_far_it_is_and_short_work_does_not() {
        let (heard, ticks) = (Heard::default(), Ticks::default());
        let told = |done: u64| heard.0.lock().expect("not poisoned").contains(&(String::new(), done));
        let waiting = |done: u64| {
            let start = Instant::now();
            while !told(done) && start.elapsed() < Duration::from_secs(20) {
                std::thread::sleep(Duration::from_millis(5));
            }
        };
        let result = watched(&heard, "stage-compute", 10, &ticks, || {
            ticks.add(4);
            waiting(4);
            ticks.clone().add(20);
            waiting(10);
            7
        });
        assert_eq!(result, 7);
        let all = heard.0.lock().expect("not poisoned").clone();
        assert_eq!(all[0], ("stage-compute".to_owned(), 10));
        assert!(all.contains(&(String::new(), 4)) && all.ends_with(&[(String::new(), 10)]), "{all:?}");
        let heard = Heard::default();
        watched(&heard, "stage-compute", 10, &ticks, || ());
        assert!(heard.0.lock().expect("not poisoned").is_empty());
    }
}
