//! How often and how long a provider is asked again.

use std::time::Duration;

/// How often and how long a provider is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Patience {
    /// Attempts in all, at least one.
    pub(crate) attempts_max: u8,
    /// The first pause, in milliseconds; each later one is twice as long.
    pub(crate) first_pause_ms: u64,
    /// The longest pause of our own choosing, in milliseconds.
    pub(crate) pause_ms_max: u64,
    /// The longest pause that a provider may ask for (`Retry-After`), in seconds; who asks for a
    /// longer one is not asked again.
    pub(crate) retry_after_s_max: u64,
    /// The longest wait for a whole answer, in milliseconds.
    pub(crate) answer_ms_max: u64,
}

impl Patience {
    /// Five attempts in at most about 20 seconds of pauses, or as a provider says.
    pub(crate) const USUAL: Patience = Patience {
        attempts_max: 5,
        first_pause_ms: 500,
        pause_ms_max: 8_000,
        retry_after_s_max: 60,
        answer_ms_max: 60_000,
    };

    /// The longest wait for a whole answer.
    pub(crate) const fn answer(&self) -> Duration {
        Duration::from_millis(self.answer_ms_max)
    }

    /// The pause after a failed attempt (the first is number 1); none: do not ask again. `chance`,
    /// from 0 up to 1, spreads those who failed together.
    pub(crate) fn pause(
        &self,
        attempt: u8,
        retry_after_s: Option<u64>,
        chance: f64,
    ) -> Option<Duration> {
        if attempt >= self.attempts_max {
            return None;
        }
        let doubled = self
            .first_pause_ms
            .saturating_mul(1 << u32::from(attempt.saturating_sub(1)).min(16));
        let own = doubled.min(self.pause_ms_max) as f64;
        // At least half of it, so that pauses do grow.
        let own = Duration::from_millis((own * (0.5 + chance / 2.0)) as u64);
        match retry_after_s {
            None => Some(own),
            Some(s) if s > self.retry_after_s_max => None,
            Some(s) => Some(own.max(Duration::from_secs(s))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(attempt: u8, retry_after_s: Option<u64>, chance: f64) -> Option<u64> {
        let pause = Patience::USUAL.pause(attempt, retry_after_s, chance);
        pause.map(|pause| pause.as_millis() as u64)
    }

    #[test]
    fn pauses_double_up_to_a_limit_and_end() {
        let most: Vec<_> = (1..=5).map(|attempt| ms(attempt, None, 1.0)).collect();
        assert_eq!(most, [Some(500), Some(1000), Some(2000), Some(4000), None]);
        assert_eq!(ms(1, None, 0.0), Some(250));
        let longer = Patience {
            attempts_max: 200,
            ..Patience::USUAL
        };
        let last = longer.pause(199, None, 1.0).unwrap();
        assert_eq!(last.as_millis(), 8_000);
    }

    #[test]
    fn a_provider_may_ask_for_more_within_a_limit() {
        assert_eq!(ms(1, Some(3), 0.0), Some(3_000));
        assert_eq!(ms(1, Some(0), 0.0), Some(250));
        assert_eq!(ms(1, Some(60), 0.0), Some(60_000));
        assert_eq!(ms(1, Some(61), 0.0), None);
    }
}
