//! Whom to accuse, so that few accusations are false whoever is watched and whenever one looks.
//!
//! e-BH (Wang and Ramdas 2022): of `n` platforms accuse the `r` with the largest e-values if the
//! least of them is at least `n / (level r)`, for the largest such `r`.
//!
//! Here accusations stay, and one looks every day. Whoever is accused counts among the `r` from then on,
//! whatever its evidence does later. That needs no stricter level. Let `t` be the moment at which `p` is
//! accused and `E` its e-process: then `E(t) >= n / (level r(t))`, and `r` never falls, so that at
//! any later time the share of false accusations is at most the sum over innocent `p` of
//! `1 / r(t) <= level E(t) / n`. `t` is a stopping time, hence the mean of `E(t)` is at most 1 and that
//! of the sum at most the level. What is not allowed is to accuse by the highest that `E` ever was
//! (Tavyrikov, Goeman and de Heide, arXiv 2501.19360): only what it is now counts.

/// How many more of these e-values, given as logarithms in descending order, are accused where `known`
/// platforms are already.
pub(crate) fn accused(sorted: &[f64], known: usize, watched: usize, level: f64) -> usize {
    let bar = |r: usize| libm::log(watched as f64 / (level * r as f64));
    (1..=sorted.len())
        .rev()
        .find(|&more| sorted[more - 1] >= bar((known + more).min(watched)))
        .unwrap_or(0)
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

    fn logs(values: &[f64]) -> Vec<f64> {
        values.iter().map(|v| libm::log(*v)).collect()
    }

    #[test]
    fn strong_cases_carry_weaker_ones() {
        assert_eq!(accused(&logs(&[700.0, 1.0]), 0, 40, 0.05), 0);
        assert_eq!(accused(&logs(&[801.0, 1.0]), 0, 40, 0.05), 1);
        assert_eq!(accused(&logs(&[900.0, 401.0, 1.0]), 0, 40, 0.05), 2);
        assert_eq!(accused(&logs(&[410.0, 401.0, 1.0]), 0, 40, 0.05), 2);
        assert_eq!(accused(&logs(&[900.0, 395.0, 1.0]), 0, 40, 0.05), 1);
        // Whoever was accused carries the next.
        assert_eq!(accused(&logs(&[395.0, 1.0]), 1, 40, 0.05), 0);
        assert_eq!(accused(&logs(&[395.0, 1.0]), 2, 40, 0.05), 1);
        assert_eq!(accused(&[], 0, 0, 0.05), 0);
    }

    #[test]
    fn levels_agree_with_accusations() {
        let logs = logs(&[2000.0, 500.0, 30.0, 0.5]);
        for level in [0.001, 0.021, 0.049, 0.2, 0.5] {
            let by_level = levels(&logs, 40).iter().filter(|l| **l <= level).count();
            assert_eq!(by_level, accused(&logs, 0, 40, level), "{level}");
        }
    }

    /// Innocent platforms' e-values double or fall to nothing each day, fairly. Whatever is looked at and
    /// whenever, the mean share of false accusations among those that stay is at most the level.
    #[test]
    fn accusations_that_stay_keep_the_level_over_many_looks() {
        let (watched, level, worlds) = (20, 0.2, 4_000);
        let mut false_share = 0.0;
        for seed in 0..worlds {
            let mut chance = crate::world::Chance::new(seed, 77);
            let mut logs = vec![0.0_f64; watched];
            let mut known = vec![false; watched];
            for _ in 0..60 {
                for (p, log) in logs.iter_mut().enumerate() {
                    // A quarter truly grows; the others are a fair game, which ends in ruin or wealth.
                    let up = if p < watched / 4 { 0.7 } else { 1.0 / 3.0 };
                    *log += libm::log(if chance.hits(up) { 2.0 } else { 0.5 });
                }
                let mut open: Vec<usize> = (0..watched).filter(|p| !known[*p]).collect();
                open.sort_by(|a, b| logs[*b].total_cmp(&logs[*a]));
                let sorted: Vec<f64> = open.iter().map(|p| logs[*p]).collect();
                let had = watched - open.len();
                for p in open.iter().take(accused(&sorted, had, watched, level)) {
                    known[*p] = true;
                }
            }
            let wrong = known[watched / 4..].iter().filter(|k| **k).count();
            let all = known.iter().filter(|k| **k).count();
            false_share += wrong as f64 / all.max(1) as f64;
        }
        let mean = false_share / worlds as f64;
        assert!(mean <= level, "{mean}");
        assert!(mean > level / 40.0, "the game is too easy to tell: {mean}");
    }

    #[test]
    fn probabilities() {
        assert!((posterior(0.2, libm::log(76.0)) - 0.95).abs() < 1e-3);
        assert!((posterior(0.2, 0.0) - 0.2).abs() < 1e-12);
    }
}
