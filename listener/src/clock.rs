//! The one place that asks the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use honeytoken::Timestamp;

/// Our clock: never goes back, though the machine's may.
///
/// Clones share one time. [`Clock::stopped`] moves only when it is set: for simulated worlds and
/// tests.
#[derive(Debug, Clone)]
pub struct Clock {
    /// The latest moment told, in microseconds.
    latest: Arc<AtomicI64>,
    /// Whether it follows the machine's.
    running: Arc<AtomicBool>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Clock {
        Clock {
            latest: Arc::default(),
            running: Arc::new(AtomicBool::new(true)),
        }
    }

    /// A clock that shows `at` until it is set or started.
    pub fn stopped(at: Timestamp) -> Clock {
        let latest = Arc::new(AtomicI64::new(at.as_micros()));
        Clock {
            latest,
            running: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Moves the clock forward to `at`; a clock never goes back.
    pub fn set(&self, at: Timestamp) {
        self.latest.fetch_max(at.as_micros(), Ordering::Relaxed);
    }

    /// From here on it follows the machine's clock.
    pub fn run(&self) {
        self.running.store(true, Ordering::Relaxed);
    }

    /// Now; not before any moment told earlier.
    pub fn now(&self) -> Timestamp {
        if !self.running.load(Ordering::Relaxed) {
            return Timestamp::from_micros(self.latest.load(Ordering::Relaxed));
        }
        let micros = machine_micros();
        let earlier = self.latest.fetch_max(micros, Ordering::Relaxed);
        Timestamp::from_micros(earlier.max(micros))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn machine_micros() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_does_not_go_back() {
        let clock = Clock::system();
        let ahead = clock.now().plus_s(3600);
        clock.latest.store(ahead.as_micros(), Ordering::Relaxed);
        assert_eq!(clock.now(), ahead);
    }

    #[test]
    fn a_stopped_clock_moves_when_set_and_never_back() {
        let clock = Clock::stopped(Timestamp::from_unix_s(7));
        clock.set(Timestamp::from_unix_s(5));
        assert_eq!(clock.now(), Timestamp::from_unix_s(7));
        clock.clone().set(Timestamp::from_unix_s(9));
        assert_eq!(clock.now(), Timestamp::from_unix_s(9));
        clock.run();
        assert!(clock.now() > Timestamp::from_unix_s(1_700_000_000));
    }
}
