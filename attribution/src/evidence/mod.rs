//! The case against one platform: four e-processes whose product has mean at most 1 if nobody's
//! choice of number depends on the platform.
//!
//! [`rate`]: do its numbers become active when they were given away, or on a common date?
//! [`instant`]: does a stranger call within the hour of a registration?
//! [`breadth`]: does a campaign that reached one of its numbers reach its others next?
//! [`token`]: do strangers speak the name that only this platform was told?
//!
//! Each is a mixture over how a leak could look, so that one can stop looking at any time (Shafer
//! and Vovk; Grünwald, de Heide and Koolen). None knows contacts, only what was observed.

mod breadth;
mod instant;
mod rate;
mod token;

use serde::{Deserialize, Serialize};

pub(crate) use breadth::{Bet, Breadth, Next};
pub(crate) use instant::Instant;
pub(crate) use rate::{Decay, Rate};
pub(crate) use token::{Coincidence, Heard, Overheard, Token};

/// Where the evidence against a platform stood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Anchor {
    log_e: f64,
    highest: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    frozen: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    flagged: Option<i64>,
}

/// All that speaks for and against one platform.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Case {
    pub(crate) rate: Rate,
    pub(crate) instant: Instant,
    pub(crate) breadth: Breadth,
    pub(crate) token: Token,
    /// Evidence at the moment the platform was accused; it stays.
    pub(crate) frozen: Option<f64>,
    /// When it was accused, in microseconds.
    pub(crate) flagged: Option<i64>,
    /// The highest log e-value at the end of a day.
    pub(crate) highest: f64,
    /// What the evidence was said to be when a contact was erased, and what it was found to be then.
    anchored: Option<(Anchor, f64)>,
    /// It was found to sell on when a contact was erased.
    pub(crate) resold: bool,
    /// How long its numbers were given away and proven alive, in microseconds, summed, as far as
    /// settled.
    pub(crate) exposure_us: i64,
}

impl Case {
    /// Natural logarithm of the e-value.
    pub(crate) fn log_e(&self) -> f64 {
        self.frozen.unwrap_or_else(|| match &self.anchored {
            // What came since is added to what it was.
            Some((anchor, live)) if self.live() != *live => anchor.log_e + (self.live() - live),
            Some((anchor, _)) => anchor.log_e,
            None => self.live(),
        })
    }

    /// Where the evidence stands.
    pub(crate) fn anchor(&self) -> Anchor {
        Anchor {
            log_e: self.log_e(),
            highest: self.highest,
            frozen: self.frozen,
            flagged: self.flagged,
        }
    }

    /// Takes the evidence from there on, whatever of it is not seen any more.
    pub(crate) fn hold(&mut self, anchor: Anchor) {
        self.highest = anchor.highest;
        self.frozen = anchor.frozen;
        self.flagged = anchor.flagged;
        self.anchored = Some((anchor, self.live()));
    }

    pub(crate) fn live(&self) -> f64 {
        self.rate.log_e() + self.instant.log_e() + self.breadth.log_e() + self.token.log_e()
    }
}

/// Logarithm of a mean of exponentials, with weights.
pub(crate) fn log_mix(terms: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let top = terms.clone().map(|t| t.1).fold(f64::NEG_INFINITY, f64::max);
    if !top.is_finite() {
        return top;
    }
    let sum: f64 = terms
        .map(|(weight, log)| weight * libm::exp(log - top))
        .sum();
    top + libm::log(sum)
}
