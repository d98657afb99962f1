//! Turns a panic of a decoder into nothing, without a word on standard error.
//!
//! `osmpbf` panics on two sorts of damaged blocks that its types let through: a member of a relation that is of no known
//! type (`EnumOrUnknown::unwrap`), and, where overflow is checked, differences that add up to more than 64 bits. Neither
//! can be seen beforehand, since the raw messages are private to the crate. Nothing of ours is left half-done by it: the
//! caller throws away what it had gathered.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// The result of `work`, or `None` where it panicked.
pub fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |facts| {
            if !QUIET.get() {
                loud(facts);
            }
        }));
    });
    QUIET.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(work)).ok();
    QUIET.set(false);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_nothing_and_work_goes_on() {
        assert_eq!(quietly(|| 7), Some(7));
        assert_eq!(quietly(|| assert!(!QUIET.get(), "not heard")), None);
        assert!(!QUIET.get());
    }
}
