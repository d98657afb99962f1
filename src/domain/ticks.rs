//! How far long work is, for whoever shows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Pieces of work that are done. Clones count together, from any thread. No result depends on it: any two are equal.
#[derive(Debug, Clone, Default)]
pub struct Ticks(Arc<AtomicU64>);

impl Ticks {
    /// So many more pieces are done.
    pub fn add(&self, pieces: u64) {
        self.0.fetch_add(pieces, Ordering::Relaxed);
    }

    /// How many are done.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl PartialEq for Ticks {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
