//! The libraries that read Parquet and workbooks answer some broken files by a panic. To who reads them that is a fault of the
//! file, to be told like any other, and not one of the program.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Does the work; None where it panics. What it works on is not used any more then.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    done.ok()
}

/// Leaves the panics of this thread, from now on, to who waits for its work.
pub fn guard_thread() {
    GUARDED.set(true);
}

/// Is someone going to tell what a panic on this thread means?
pub fn is_guarded() -> bool {
    GUARDED.get()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_panic_is_nothing_and_the_guard_ends_with_the_work() {
        assert_eq!(guarded(|| guarded(|| 1)), Some(Some(1)));
        assert_eq!(guarded(|| -> u8 { std::panic::resume_unwind(Box::new("broken")) }), None);
        assert!(!is_guarded());
        assert_eq!(guarded(is_guarded), Some(true));
    }
}
