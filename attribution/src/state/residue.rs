//! What of a contact outlives its erasure: how it was counted and what it weighed, without who and
//! what.
//!
//! A fold from zero does not see an erased contact where it stood. The entry that erases it carries
//! what is needed for the same verdicts: the contact as it was judged, and the evidence against the
//! platforms that it weighed on. From then on both are taken from there, live as from zero.

use honeytoken::{Erasure, HoneytokenId, PlatformId};
use serde::{Deserialize, Serialize};

use super::{NOBODY, Note, State};
use crate::evidence::Anchor;
use crate::taxonomy::Whose;
use crate::verdict::{Attribution, Cause, Class};

/// The key in [`Erasure::carried`].
const KEY: &str = "residue";

/// Evidence above which a platform may be accused when others are, as a logarithm.
const SUSPECT: f64 = 1.0;

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

#[derive(Debug, Serialize, Deserialize)]
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
    /// What is to be carried in the entry that erases a contact, by key and value; none if the entry
    /// is no contact of ours.
    pub fn residue(&self, entry: u64) -> Option<(String, serde_json::Value)> {
        let index = self.notes.binary_search_by_key(&entry, |n| n.entry).ok()?;
        // What repeats another or belongs to it is counted with that one.
        let note = self.notes.get(index).filter(|n| n.first == NOBODY)?;
        let line = self.roster.lines.get(note.line as usize)?;
        let found = self.judge(index as u32);
        let holders = line
            .placements
            .iter()
            .map(|p| &self.roster.placements[*p as usize]);
        let holders: Vec<_> = holders.filter(|p| p.registered <= note.at).collect();
        let mut weighed: Vec<u32> = holders.iter().map(|p| p.platform).collect();
        if let Some(group) = (note.group != NOBODY)
            .then(|| self.campaigns.get(note.group))
            .flatten()
        {
            weighed.extend(group.bets.iter().map(|b| b.platform));
        }
        // Whoever is accused, or nearly, was judged among the others.
        let platforms = self.roster.platforms.iter().zip(0..);
        let suspect =
            platforms.filter(|(p, _)| p.case.flagged.is_some() || p.case.log_e() > SUSPECT);
        weighed.extend(suspect.map(|(_, index)| index));
        weighed.sort_unstable();
        weighed.dedup();
        let id = |p: u32| self.roster.platforms[p as usize].id.clone();
        let residue = Residue {
            at: note.at,
            happened: note.happened,
            whose: note.whose,
            named: note.named,
            cause: found.cause,
            platform: found.platform.map(id),
            honeytokens: holders.iter().map(|p| p.honeytoken.clone()).collect(),
            weights: weighed.into_iter().map(|p| self.weight(p)).collect(),
        };
        Some((KEY.to_owned(), serde_json::to_value(residue).ok()?))
    }

    fn weight(&self, platform: u32) -> Weight {
        let verdict = self.explain(platform);
        Weight {
            platform: verdict.platform,
            resold: verdict.class == Class::Resold,
            anchor: self.roster.platforms[platform as usize].case.anchor(),
        }
    }

    /// Takes from an erasure what the erased contact was.
    pub(super) fn carry(&mut self, erasure: &Erasure) {
        let residue = erasure.carried.get(KEY).cloned();
        let Some(residue) = residue.and_then(|r| serde_json::from_value::<Residue>(r).ok()) else {
            return;
        };
        for weight in residue.weights {
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
        let placement = residue
            .honeytokens
            .first()
            .and_then(|h| self.roster.placement(h));
        let Some(line) = placement.map(|p| p.line) else {
            return;
        };
        let platform = residue.platform.and_then(|p| self.roster.platform(&p));
        let note = Note {
            entry: erasure.erased,
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
