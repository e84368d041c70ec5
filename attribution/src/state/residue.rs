//! Where the evidence stood when a contact was erased.
//!
//! A fold from zero takes an erased contact from what was read in it (`reading`). Where that does not
//! give the same evidence to the last bit, the entry that erases it carries where the evidence stood;
//! from then on it is taken from there, live as from zero.
//!
//! Logs of versions that kept no readings carry a contact as it was judged; it is counted by that.

use honeytoken::{Erasure, HoneytokenId, PlatformId};
use serde::{Deserialize, Serialize};

use super::{NOBODY, Note, State};
use crate::evidence::Anchor;
use crate::taxonomy::Whose;
use crate::verdict::{Attribution, Cause, Class};

/// The keys in [`Erasure::carried`].
const KEY: &str = "residue";
const WEIGHTS: &str = "weights";

/// A contact as it was judged, and what it weighed.
#[derive(Debug, Serialize, Deserialize)]
struct Residue {
    /// Microseconds since the epoch.
    at: i64,
    happened: i64,
    whose: Whose,
    named: bool,
    cause: Cause,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    platform: Option<PlatformId>,
    /// The decoys that had its number by then.
    honeytokens: Vec<HoneytokenId>,
    /// The evidence against platforms that it weighed on.
    weights: Vec<Weight>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Weight {
    platform: PlatformId,
    resold: bool,
    anchor: Anchor,
}

/// An erased contact.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ghost {
    pub(super) note: Note,
    pub(super) found: Attribution<u32>,
}

impl State {
    /// What is to be carried in an erasure, by key and value, so that the evidence is the same after
    /// it as before: where it stands against the platforms of which a fold without the erased entries,
    /// `without`, says otherwise; none if there is no such platform.
    pub fn standing(&self, without: &State) -> Option<(String, serde_json::Value)> {
        let differs = |p: &u32| {
            let id = &self.roster.platforms[*p as usize].id;
            let other = without.roster.platform(id);
            other.is_none_or(|other| self.weight(*p) != without.weight(other))
        };
        let platforms = 0..self.roster.platforms.len() as u32;
        let weights: Vec<Weight> = platforms.filter(differs).map(|p| self.weight(p)).collect();
        let value = serde_json::to_value(&weights).ok()?;
        (!weights.is_empty()).then(|| (WEIGHTS.to_owned(), value))
    }

    fn weight(&self, platform: u32) -> Weight {
        let verdict = self.explain(platform);
        Weight {
            platform: verdict.platform,
            resold: verdict.class == Class::Resold,
            anchor: self.roster.platforms[platform as usize].case.anchor(),
        }
    }

    /// Takes from an erasure where the evidence stood and, as versions before readings were kept have
    /// it, what the erased contact was.
    pub(super) fn carry(&mut self, erasure: &Erasure) {
        let carried = |key| erasure.carried.get(key).cloned();
        if let Some(weights) = carried(WEIGHTS) {
            self.hold(serde_json::from_value(weights).unwrap_or_default());
        }
        let residue = carried(KEY).and_then(|r| serde_json::from_value::<Residue>(r).ok());
        if let Some(mut residue) = residue {
            self.hold(std::mem::take(&mut residue.weights));
            self.remember(erasure.erased, residue);
        }
    }

    fn hold(&mut self, weights: Vec<Weight>) {
        for weight in weights {
            let Some(index) = self.roster.platform(&weight.platform) else {
                continue;
            };
            let case = &mut self.roster.platforms[index as usize].case;
            case.hold(weight.anchor);
            case.resold |= weight.resold;
            let platforms = self.roster.platforms.len();
            self.looks.resize(platforms.max(self.looks.len()), 0.0);
            self.looks[index as usize] = self.roster.platforms[index as usize].case.log_e();
        }
    }

    fn remember(&mut self, erased: u64, residue: Residue) {
        let placement = residue
            .honeytokens
            .first()
            .and_then(|h| self.roster.placement(h));
        let Some(line) = placement.map(|p| p.line) else {
            return;
        };
        let platform = residue.platform.and_then(|p| self.roster.platform(&p));
        let note = Note {
            entry: erased,
            at: residue.at,
            happened: residue.happened,
            line,
            platform: platform.unwrap_or(NOBODY),
            group: NOBODY,
            first: NOBODY,
            whose: residue.whose,
            silent: true,
            named: residue.named,
            proof: super::Proof::Told,
        };
        let found = Attribution {
            cause: residue.cause,
            platform,
            campaign: None,
        };
        let ghosts = self.ghosts.entry(line).or_default();
        ghosts.retain(|g| g.note.entry != note.entry);
        ghosts.push(Ghost { note, found });
    }
}
