//! How far the reading of data has come.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Bytes of files that are to be read and that have been, shared by who reads and who shows it. Every file counts once for
/// each time that it is read.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<State>);

#[derive(Default)]
struct State {
    expected: AtomicU64,
    done: AtomicU64,
    scans: Mutex<BTreeMap<u64, Scan>>,
    last_scan: AtomicU64,
}

/// A scan that others do: of how many bytes, and what share of them is read.
struct Scan {
    bytes: u64,
    share: Box<dyn Fn() -> f64 + Send + Sync>,
}

/// A scan that goes on as long as this is there.
pub struct Watch {
    progress: Progress,
    scan: u64,
}

impl Progress {
    pub fn expect(&self, bytes: u64) {
        self.0.expected.fetch_add(bytes, Ordering::Relaxed);
    }

    pub fn add(&self, bytes: u64) {
        self.0.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Watches a scan of so many bytes; `share`, from 0 to 1, is asked whenever the state is.
    pub fn watch(&self, bytes: u64, share: impl Fn() -> f64 + Send + Sync + 'static) -> Watch {
        let scan = self.0.last_scan.fetch_add(1, Ordering::Relaxed);
        if let Ok(mut scans) = self.0.scans.lock() {
            scans.insert(scan, Scan { bytes, share: Box::new(share) });
        }
        Watch { progress: self.clone(), scan }
    }

    /// Bytes read and bytes expected.
    pub fn state(&self) -> (u64, u64) {
        let scanned: u64 = self.0.scans.lock().map_or(0, |scans| {
            scans.values().map(|scan| (scan.bytes as f64 * (scan.share)().clamp(0.0, 1.0)) as u64).sum()
        });
        let expected = self.0.expected.load(Ordering::Relaxed);
        ((self.0.done.load(Ordering::Relaxed) + scanned).min(expected), expected)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let scan = self.progress.0.scans.lock().ok().and_then(|mut scans| scans.remove(&self.scan));
        self.progress.add(scan.map_or(0, |scan| scan.bytes));
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {:?} bytes", self.done, self.expected)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn scans_count_as_far_as_they_have_come_and_whole_when_they_end() {
        let progress = Progress::default();
        progress.expect(300);
        progress.add(100);
        assert_eq!(progress.state(), (100, 300));
        let watch = progress.watch(200, || 0.25);
        assert_eq!(progress.state(), (150, 300));
        drop(watch);
        assert_eq!(progress.state(), (300, 300));
        progress.add(5);
        assert_eq!(progress.state(), (300, 300), "never more than there is");
    }
}
