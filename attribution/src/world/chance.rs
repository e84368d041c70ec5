//! Seeded chance: the same draws on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A portable stream of chance with the distributions that worlds are made of.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    pub(crate) fn new(seed: u64, stream: u64) -> Chance {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Chance(rng)
    }

    /// Uniform in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in [low, high).
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform in 0..n; 0 for an empty range.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    pub(crate) fn hits(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of a list that is never empty.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// One word of a list that is never empty.
    pub(crate) fn word(&mut self, list: &[&'static str]) -> &'static str {
        list[self.below(list.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            let j = self.below(i + 1);
            list.swap(i, j);
        }
    }

    /// Exponential with this mean.
    pub(crate) fn wait(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }

    /// Standard normal (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// Poisson: by waiting times when small, rounded normal when large.
    pub(crate) fn poisson(&mut self, mean: f64) -> usize {
        if mean > 40.0 {
            return (mean + libm::sqrt(mean) * self.normal()).round().max(0.0) as usize;
        }
        let (mut n, mut at) = (0, self.wait(1.0));
        while at < mean {
            n += 1;
            at += self.wait(1.0);
        }
        n
    }

    /// Gamma with mean 1 (Marsaglia and Tsang 2000).
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        let boosted = if shape < 1.0 { shape + 1.0 } else { shape };
        let d = boosted - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        let draw = loop {
            let x = self.normal();
            let v = (1.0 + c * x) * (1.0 + c * x) * (1.0 + c * x);
            if v > 0.0 && libm::log(1.0 - self.unit()) < 0.5 * x * x + d - d * v + d * libm::log(v)
            {
                break d * v;
            }
        };
        let scale = if shape < 1.0 {
            libm::pow(1.0 - self.unit(), 1.0 / shape)
        } else {
            1.0
        };
        draw * scale / shape
    }

    /// Beta by mean and concentration.
    pub(crate) fn beta(&mut self, mean: f64, concentration: f64) -> f64 {
        let (a, b) = (mean * concentration, (1.0 - mean) * concentration);
        let (x, y) = (self.gamma(a) * a, self.gamma(b) * b);
        if x + y > 0.0 { x / (x + y) } else { mean }
    }

    /// An index drawn by cumulative weights.
    pub(crate) fn by_weight(&mut self, cumulative: &[f64]) -> usize {
        let total = cumulative.last().copied().unwrap_or(0.0);
        let at = self.unit() * total;
        cumulative
            .partition_point(|&c| c <= at)
            .min(cumulative.len().saturating_sub(1))
    }

    pub(crate) fn digits(&mut self, n: usize) -> String {
        (0..n)
            .map(|_| char::from(b'0' + self.below(10) as u8))
            .collect()
    }

    pub(crate) fn hex(&mut self, n: usize) -> String {
        (0..n)
            .map(|_| char::from(*self.pick(b"0123456789abcdef")))
            .collect()
    }
}

/// Running sums of weights, for [`Chance::by_weight`].
pub(crate) fn cumulative(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    weights
        .scan(0.0, |sum, w| {
            *sum += w;
            Some(*sum)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_what_they_say() {
        let mut chance = Chance::new(1, 0);
        let mut mean = |draw: &mut dyn FnMut(&mut Chance) -> f64| {
            (0..20_000).map(|_| draw(&mut chance)).sum::<f64>() / 20_000.0
        };
        assert!((mean(&mut |c| c.gamma(0.8)) - 1.0).abs() < 0.05);
        assert!((mean(&mut |c| c.beta(0.6, 5.0)) - 0.6).abs() < 0.02);
        assert!((mean(&mut |c| c.poisson(2.2) as f64) - 2.2).abs() < 0.05);
        assert!((mean(&mut |c| c.wait(3.0)) - 3.0).abs() < 0.1);
    }

    #[test]
    fn same_seed_same_draws() {
        let draw = |seed| Chance::new(seed, 7).digits(40);
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }
}
