//! Libraries that panic on damaged files: what they leave is an error of the file, and nothing on standard error.
//!
//! `calamine` panics on references that end before they begin; `osmpbf` on a member of a relation that is of no known type,
//! and, where overflow is checked, on differences that add up to more than 64 bits; the Parquet decoder of `polars` where
//! pages are not what their headers say. None of it can be seen beforehand. Nothing of ours is left half-done: callers throw
//! away what they had gathered.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; `None` where it panicked. Whatever it held is dropped, so that nothing half-done is seen; panics elsewhere
/// are told as ever.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let told = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                told(panic);
            }
        }));
    });
    let before = QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    QUIET.set(before);
    result.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_nothing_and_a_result_is_itself() {
        assert_eq!(guarded(|| 3), Some(3));
        let empty: Vec<u8> = Vec::new();
        assert_eq!(guarded(|| empty[std::hint::black_box(0)]), None);
        assert!(!QUIET.get());
    }
}
