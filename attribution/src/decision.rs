//! Whom to accuse, so that few accusations are false whoever is watched and whenever one looks.
//!
//! e-BH (Wang and Ramdas 2022): of `n` platforms accuse the `r` with the largest e-values if the
//! least of them is at least `n / (level r)`, for the largest such `r`. Closed e-BH (Xu, Fischer
//! and Ramdas 2025, arXiv 2504.11759) accuses these and possibly more: a set `R` may be accused if
//! of every set `A` of platforms the mean e-value is at least `|A ∩ R| / (level |R|)`. Both hold
//! under any dependence between platforms.

/// How many of these e-values, given as logarithms in descending order, closed e-BH accuses.
pub(crate) fn accused(sorted: &[f64], watched: usize, level: f64) -> usize {
    let bar = |r: usize| libm::log(watched as f64 / (level * r as f64));
    let plain = (1..=sorted.len().min(watched))
        .rev()
        .find(|&r| sorted[r - 1] >= bar(r))
        .unwrap_or(0);
    let values: Vec<f64> = sorted
        .iter()
        .map(|log| libm::exp(log.clamp(-40.0, 40.0)))
        .collect();
    let mut sums = vec![0.0; values.len() + 1];
    for (i, value) in values.iter().enumerate().rev() {
        sums[i] = sums[i + 1] + value;
    }
    // No set larger than this can pass: its least member alone would fail.
    let most = values
        .iter()
        .take_while(|e| **e * level * watched as f64 >= 1.0)
        .count();
    (plain + 1..=most)
        .rev()
        .find(|&r| may_be_accused(&values, &sums, watched, level, r))
        .unwrap_or(plain)
}

/// Whether the `size` largest may be accused together. For every number `k` of them the hardest
/// set holds the `k` least, and all others whose e-value pulls the mean down.
fn may_be_accused(values: &[f64], sums: &[f64], watched: usize, level: f64, size: usize) -> bool {
    let unseen = watched.saturating_sub(values.len());
    (1..=size).all(|k| {
        let due = k as f64 / (level * size as f64);
        let low = values.partition_point(|e| *e >= due).max(size);
        let others = values.len() - low + unseen;
        sums[size - k] - sums[size] + sums[low] >= (k + others) as f64 * due
    })
}

/// The level at which e-BH would just accuse each of these, in the same descending order.
pub(crate) fn levels(sorted: &[f64], watched: usize) -> Vec<f64> {
    let mut least = 1.0_f64;
    let mut levels: Vec<f64> = sorted
        .iter()
        .enumerate()
        .rev()
        .map(|(i, log)| {
            let level = watched as f64 / (i + 1) as f64 * libm::exp(-log.min(700.0));
            least = least.min(level);
            least
        })
        .collect();
    levels.reverse();
    levels
}

/// Posterior probability from prior and the logarithm of an e-value.
pub(crate) fn posterior(prior: f64, log_e: f64) -> f64 {
    let prior = prior.clamp(1e-6, 1.0 - 1e-6);
    let odds = libm::log(prior / (1.0 - prior)) + log_e;
    1.0 / (1.0 + libm::exp(-odds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strong_cases_carry_weaker_ones() {
        let logs = |values: &[f64]| values.iter().map(|v| libm::log(*v)).collect::<Vec<_>>();
        assert_eq!(accused(&logs(&[700.0, 1.0]), 40, 0.05), 0);
        assert_eq!(accused(&logs(&[801.0, 1.0]), 40, 0.05), 1);
        assert_eq!(accused(&logs(&[900.0, 401.0, 1.0]), 40, 0.05), 2);
        assert_eq!(accused(&logs(&[410.0, 401.0, 1.0]), 40, 0.05), 2);
        // e-BH needs 400 of both; closed e-BH takes the strong one into account.
        assert_eq!(accused(&logs(&[900.0, 395.0, 1.0]), 40, 0.05), 2);
        assert_eq!(accused(&logs(&[900.0, 300.0, 1.0]), 40, 0.05), 1);
        assert_eq!(accused(&[], 0, 0.05), 0);
    }

    #[test]
    fn levels_agree_with_accusations() {
        let logs: Vec<f64> = [2000.0_f64, 500.0, 30.0, 0.5]
            .iter()
            .map(|v| libm::log(*v))
            .collect();
        for level in [0.001, 0.021, 0.049, 0.2, 0.5] {
            let by_level = levels(&logs, 40).iter().filter(|l| **l <= level).count();
            assert!(by_level <= accused(&logs, 40, level), "{level}");
        }
    }

    #[test]
    fn probabilities() {
        assert!((posterior(0.2, libm::log(76.0)) - 0.95).abs() < 1e-3);
        assert!((posterior(0.2, 0.0) - 0.2).abs() < 1e-12);
    }
}
