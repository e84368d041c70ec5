//! When a failed delivery is tried again: the schedule that the Standard Webhooks specification
//! suggests, with jitter, so that a receiver that comes back is not met by all at once.
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use honeytoken::Timestamp;

const MIN_S: u32 = 60;
const H_S: u32 = 3600;
/// Waits between attempts, in seconds.
const WAITS_S: [u32; 9] = [
    5,
    5 * MIN_S,
    30 * MIN_S,
    2 * H_S,
    5 * H_S,
    10 * H_S,
    14 * H_S,
    20 * H_S,
    24 * H_S,
];
/// The longest wait that a receiver's `Retry-After` may ask for, in seconds.
pub(super) const RETRY_AFTER_MAX_S: u32 = 24 * H_S;
/// Up to this part of a wait is added to it.
const JITTER: f64 = 0.2;

/// When to try again after the `attempts`th failure at `now`; none: give up. `jitter` lies between
/// 0 and 1; `asked_s` is what the receiver asked for.
pub(super) fn next(
    attempts: u32,
    now: Timestamp,
    jitter: f64,
    asked_s: Option<u32>,
) -> Option<Timestamp> {
    let place = usize::try_from(attempts.checked_sub(1)?).ok()?;
    let wait_s = *WAITS_S.get(place)?;
    let wait_s = f64::from(wait_s) * (1.0 + JITTER * jitter.clamp(0.0, 1.0));
    let asked_s = f64::from(asked_s.unwrap_or(0).min(RETRY_AFTER_MAX_S));
    Some(Timestamp::from_micros(
        now.as_micros() + (wait_s.max(asked_s) * 1e6) as i64,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_s(1_790_000_000);

    #[test]
    fn waits_grow_for_days_and_end() {
        let waits: Vec<f64> = (1..)
            .map_while(|attempts| next(attempts, NOW, 0.0, None))
            .map(|at| at.seconds_since(NOW))
            .collect();
        assert_eq!(waits.len(), WAITS_S.len());
        assert!(waits.is_sorted() && waits[0] == 5.0);
        assert!(
            waits.iter().sum::<f64>() > 3.0 * 86_400.0,
            "days, not hours"
        );
        assert_eq!(next(0, NOW, 0.0, None), None);
    }

    #[test]
    fn jitter_only_adds_and_a_receiver_is_heard_within_a_day() {
        let wait = |jitter, asked| next(2, NOW, jitter, asked).unwrap().seconds_since(NOW);
        assert_eq!((wait(0.0, None), wait(1.0, None)), (300.0, 360.0));
        assert_eq!(wait(0.0, Some(10)), 300.0, "never sooner than planned");
        assert_eq!(wait(0.0, Some(900)), 900.0);
        assert_eq!(wait(0.0, Some(u32::MAX)), 86_400.0);
    }
}
