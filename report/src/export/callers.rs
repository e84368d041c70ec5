//! Who calls: caller ids and domains behind leaks, as far as it is fair to name them.

use std::collections::{BTreeMap, BTreeSet};

use honeytoken::{Sender, SenderKind, Timestamp};

use super::material::{ContactRow, Material};

/// Contacts from one caller id before it is named. Anybody can show any number, and most forged
/// ones are shown once: naming those would name the people who own them.
const CONTACTS_MIN: usize = 2;
/// The attestation under which a carrier vouches that the caller may show this number.
const FULL_ATTESTATION: &str = "A";

/// A caller id that leak contacts came from.
pub(super) struct Caller<'a> {
    /// As shown.
    pub(super) id: &'a str,
    /// What it looks like.
    pub(super) kind: &'static str,
    /// Leak contacts.
    pub(super) contacts: usize,
    /// Lines that they reached.
    pub(super) lines: usize,
    /// Whether a carrier vouched for the number, at least once.
    pub(super) attested: bool,
    /// Its first and last contact.
    pub(super) first_at: Timestamp,
    pub(super) last_at: Timestamp,
    /// Campaigns that it works for.
    pub(super) campaigns: BTreeSet<&'a str>,
}

/// Caller ids that can be called back or blocked, by id: seen at least twice, or attested.
pub(super) fn callers(material: &Material) -> Vec<Caller<'_>> {
    let mut by_id: BTreeMap<&str, Vec<&ContactRow>> = BTreeMap::new();
    for contact in leaks(material) {
        if let Some(from) = &contact.from {
            by_id.entry(from).or_default().push(contact);
        }
    }
    by_id
        .into_iter()
        .filter_map(|(id, contacts)| caller(id, &contacts))
        .collect()
}

fn caller<'a>(id: &'a str, contacts: &[&'a ContactRow]) -> Option<Caller<'a>> {
    let kind = match Sender::new(id).kind() {
        SenderKind::Number => "number",
        SenderKind::ShortCode => "short_code",
        SenderKind::Service => "service",
        SenderKind::Alphanumeric | SenderKind::Withheld | SenderKind::Other => return None,
    };
    let attested = |c: &&ContactRow| c.attestation.as_deref() == Some(FULL_ATTESTATION);
    let attested = contacts.iter().any(attested);
    if contacts.len() < CONTACTS_MIN && !attested {
        return None;
    }
    let lines: BTreeSet<_> = contacts.iter().filter_map(|c| c.line).collect();
    let times = || contacts.iter().map(|c| c.at());
    Some(Caller {
        id,
        kind,
        contacts: contacts.len(),
        lines: lines.len(),
        attested,
        first_at: times().min()?,
        last_at: times().max()?,
        campaigns: contacts
            .iter()
            .filter_map(|c| c.campaign.as_deref())
            .collect(),
    })
}

/// Contacts that a leak brought, each once.
pub(super) fn leaks(material: &Material) -> impl Iterator<Item = &ContactRow> {
    let is_leak = |c: &&ContactRow| c.cause == "leak" && c.duplicate_of.is_none();
    material.contacts.iter().filter(is_leak)
}

/// Campaigns that leak contacts belong to.
pub(super) fn campaigns(material: &Material) -> Vec<&crate::CampaignOut> {
    let seen: BTreeSet<&str> = leaks(material)
        .filter_map(|c| c.campaign.as_deref())
        .collect();
    let of_leaks = |c: &&crate::CampaignOut| seen.contains(c.campaign.as_str());
    material.campaigns.iter().filter(of_leaks).collect()
}
