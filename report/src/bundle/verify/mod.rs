//! Checking a bundle: offline, trusting nothing in it but what can be checked.
//!
//! [`verify`] opens the archive and holds each part against the next, outside in: archive, manifest,
//! leaves and checkpoint, checkpoints seen elsewhere, entries, subjects, anchors, the order of
//! placement and contact, verdict, the requests' own signatures. Each check is a [`Finding`], which says what it means.

mod anchors;
mod entries;
mod finding;
mod parts;
mod requests;
mod verdict;

use store::proof::time_stamp::Roots;
use store::proof::{Checkpoint, VerifierKey};

pub use finding::{Check, Finding, Outcome, Words};
pub use requests::{RequestSaid, Standing};

use super::Manifest;
use finding::Problem;
use parts::Parts;

/// What a verification rests on, from elsewhere than the bundle.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// The log's key; without it the bundle's own is taken, and the findings say so.
    pub vkey: Option<VerifierKey>,
    /// Checkpoints seen earlier: each must be a prefix of the log.
    pub against: Vec<Checkpoint>,
    /// Roots of time-stamping authorities; without them the bundle's own are taken.
    pub roots: Option<Roots>,
    /// Keys of witnesses; without them the bundle's own are taken.
    pub witnesses: Vec<VerifierKey>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Verification {
    /// What the bundle says it is about; none if that cannot be read.
    pub about: Option<Manifest>,
    /// All checks that could be made, in order; the first that fails is the last.
    pub findings: Vec<Finding>,
    /// Of each request, by entry, how far it proves itself.
    pub requests: Vec<RequestSaid>,
}

impl Verification {
    /// Whether nothing was found wrong.
    pub fn is_intact(&self) -> bool {
        self.findings.iter().all(|f| f.outcome != Outcome::Fails)
    }
}

/// Checks a bundle's bytes.
pub fn verify(zip: &[u8], trust: &Trust) -> Verification {
    let mut verification = Verification {
        about: None,
        findings: Vec::new(),
        requests: Vec::new(),
    };
    if let Err(Problem(check, what)) = run(zip, trust, &mut verification) {
        verification.findings.push(Finding {
            check,
            outcome: Outcome::Fails,
            detail: Words::same(what),
        });
    }
    verification
}

fn run(zip: &[u8], trust: &Trust, said: &mut Verification) -> Result<(), Problem> {
    let archive = parts::archive(zip)?;
    said.findings.push(Finding::archive(&archive));
    let manifest = parts::manifest(&archive)?;
    said.about = Some(manifest.clone());
    let key = parts::key(&manifest, trust)?;
    parts::signed(&archive, &manifest, &key)?;
    said.findings
        .push(Finding::manifest(&manifest, trust.vkey.is_some()));
    let parts = Parts::read(&archive, manifest, key, trust)?;
    said.findings.push(parts.finding());
    said.findings.push(parts.against(trust)?);
    let entries = entries::check(&archive, &parts)?;
    said.findings.extend(entries.findings(&parts));
    let anchors = anchors::check(&archive, &parts, trust)?;
    said.findings.push(anchors.finding(trust));
    let verdict = verdict::check(&parts, &entries)?;
    said.findings.push(anchors.order(&entries, &parts));
    said.findings.extend(verdict.findings(&parts, &entries)?);
    said.requests = requests::check(&entries)?;
    said.findings.push(requests::finding(&said.requests));
    Ok(())
}
