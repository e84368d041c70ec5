//! Caller infrastructure as a MISP event (core format,
//! <https://www.misp-standard.org/rfc/misp-standard-core.html>): caller ids and domains, for a
//! community to share.

use serde_json::{Value, json};

use super::callers::{Caller, callers, campaigns};
use super::ids::Ids;
use super::material::Material;
use crate::CampaignOut;
use crate::preset::Preset;

/// The event; it is not published, and for its receiver's organisation only, until somebody there
/// decides otherwise.
pub(super) fn event(material: &Material, preset: Preset) -> Value {
    let ids = Ids::of(&material.origin);
    let at = material.made_at;
    let numbers = callers(material);
    let numbers = numbers
        .iter()
        .map(|caller| number(&ids, caller, at.as_unix_s()));
    let domains = campaigns(material);
    let domains = domains
        .into_iter()
        .flat_map(|c| domains_of(&ids, c, at.as_unix_s()));
    json!({ "Event": {
        "uuid": ids.id("misp-event", &material.origin).to_string(),
        "info": "Callers that reached telephone numbers which a platform passed on",
        "date": at.to_string().split('T').next(),
        "timestamp": at.as_unix_s().to_string(),
        // Undefined threat, completed analysis, your organisation only.
        "threat_level_id": "4",
        "analysis": "2",
        "distribution": "0",
        "published": false,
        "Tag": [{ "name": tlp(preset) }],
        "Attribute": numbers.chain(domains).collect::<Vec<_>>(),
    }})
}

/// The Traffic Light Protocol's word for who may have it.
const fn tlp(preset: Preset) -> &'static str {
    match preset {
        Preset::Regulator | Preset::Platform => "tlp:amber",
        Preset::Public => "tlp:clear",
    }
}

fn number(ids: &Ids, caller: &Caller<'_>, at_s: i64) -> Value {
    let campaigns: Vec<&str> = caller.campaigns.iter().copied().collect();
    let vouched = if caller.attested {
        ", attested by its carrier"
    } else {
        ""
    };
    let comment = format!(
        "{} contacts on {} lines, campaigns {}{vouched}; a caller id can be forged",
        caller.contacts,
        caller.lines,
        campaigns.join(" "),
    );
    json!({
        "uuid": ids.id("misp-number", caller.id).to_string(),
        "type": "phone-number",
        "category": "Other",
        "value": caller.id,
        // Only a carrier's word makes it more than a number that was shown.
        "to_ids": caller.attested,
        "comment": comment,
        "timestamp": at_s.to_string(),
        "first_seen": caller.first_at,
        "last_seen": caller.last_at,
    })
}

fn domains_of(ids: &Ids, campaign: &CampaignOut, at_s: i64) -> Vec<Value> {
    let domain = |domain: &String| {
        json!({
            "uuid": ids.id("misp-domain", &format!("{}\n{domain}", campaign.campaign)).to_string(),
            "type": "domain",
            "category": "Network activity",
            "value": domain,
            "to_ids": false,
            "comment": format!("texts of campaign {} lead there", campaign.campaign),
            "timestamp": at_s.to_string(),
            "first_seen": campaign.first_at,
            "last_seen": campaign.last_at,
        })
    };
    campaign.domains.iter().map(domain).collect()
}
