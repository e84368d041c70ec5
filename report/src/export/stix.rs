//! Caller infrastructure as a STIX 2.1 bundle
//! (<https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html>): campaigns, what they call
//! from and lead to, and indicators to look for.
//!
//! STIX has no telephone number. The bundle brings one as an extension (7.3), under the name that
//! OpenCTI uses for it: `phone-number` with a `value`.

use std::collections::BTreeSet;

use honeytoken::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::callers::{Caller, callers, campaigns};
use super::ids::{Ids, observable};
use super::material::Material;
use crate::CampaignOut;
use crate::preset::Preset;

/// The markings that STIX defines (4.1): TLP:WHITE and TLP:AMBER.
const WHITE: &str = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9";
const AMBER: &str = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82";
/// The extension that brings `phone-number`; its id is ours for ever.
const EXTENSION: &str = "extension-definition--b7b6d9d2-7a0d-4d0e-8b5c-5c0c6a5f8f11";
/// Who made the extension.
const AUTHOR: &str = "identity--0c8e5a1e-6b0f-4a53-9d0e-2f5d8f6f1b77";
/// When it was made.
const EXTENSION_AT: &str = "2026-11-24T00:00:00Z";

/// The bundle.
pub(super) fn bundle(material: &Material, preset: Preset) -> Value {
    let mut writer = Writer::new(material, preset);
    for campaign in campaigns(material) {
        writer.campaign(campaign);
    }
    for caller in &callers(material) {
        writer.caller(caller);
    }
    let id = writer.ids.id("stix-bundle", &material.origin);
    json!({ "type": "bundle", "id": format!("bundle--{id}"), "objects": writer.objects })
}

struct Writer {
    ids: Ids,
    marking: &'static str,
    by: String,
    /// When the log began, and when this is made.
    begun_at: Timestamp,
    made_at: Timestamp,
    seen: BTreeSet<String>,
    objects: Vec<Value>,
}

impl Writer {
    fn new(material: &Material, preset: Preset) -> Writer {
        let ids = Ids::of(&material.origin);
        let mut writer = Writer {
            by: format!("identity--{}", ids.id("identity", &material.origin)),
            marking: match preset {
                Preset::Public => WHITE,
                Preset::Regulator | Preset::Platform => AMBER,
            },
            begun_at: material.begun_at,
            made_at: material.made_at,
            ids,
            seen: BTreeSet::new(),
            objects: Vec::new(),
        };
        writer.identity(&material.origin);
        writer.extension();
        writer
    }

    /// Adds an object that says something, once. What it says may change from export to export, and
    /// with it `modified`; `created` stays.
    fn say(&mut self, kind: &str, id: &str, created: Timestamp, properties: Value) {
        let mut object = json!({
            "spec_version": "2.1",
            "created_by_ref": self.by,
            "created": moment(created),
            "modified": moment(created.max(self.made_at)),
            "object_marking_refs": [self.marking],
        });
        merge(&mut object, properties);
        self.add(kind, id, object);
    }

    /// Adds an object, once.
    fn add(&mut self, kind: &str, id: &str, mut object: Value) {
        if self.seen.insert(id.to_owned()) {
            merge(&mut object, json!({ "type": kind, "id": id }));
            self.objects.push(object);
        }
    }

    fn identity(&mut self, origin: &str) {
        let at = moment(self.begun_at);
        let identity = json!({
            "spec_version": "2.1",
            "created": at,
            "modified": at,
            "name": format!("Canaryline {origin}"),
            "identity_class": "system",
        });
        let by = self.by.clone();
        self.add("identity", &by, identity);
    }

    /// The extension and its author, the same in every bundle of every installation.
    fn extension(&mut self) {
        let at =
            json!({ "spec_version": "2.1", "created": EXTENSION_AT, "modified": EXTENSION_AT });
        let mut author = json!({ "name": "Canaryline", "identity_class": "organization" });
        merge(&mut author, at.clone());
        self.add("identity", AUTHOR, author);
        let mut extension = json!({
            "created_by_ref": AUTHOR,
            "name": "Telephone number",
            "description": "An observable for a caller id: digits, with + and country code where it is \
                            a subscriber's number.",
            "schema": "https://github.com/canaryline/canaryline/blob/main/docs/exports.md",
            "version": "1.0.0",
            "extension_types": ["new-sco"],
        });
        merge(&mut extension, at);
        self.add("extension-definition", EXTENSION, extension);
    }

    fn named(&self, kind: &str, name: &str) -> String {
        format!("{kind}--{}", self.ids.id(kind, name))
    }

    fn campaign(&mut self, campaign: &CampaignOut) {
        let (name, at) = (&campaign.campaign, campaign.first_at);
        let [campaign_id, infrastructure] = self.campaign_ids(name);
        let about = campaign.category.map_or("unknown", |topic| topic.as_str());
        let said = json!({
            "name": format!("Calling campaign {name}"),
            "description": format!(
                "{} contacts on {} numbers, about: {about}", campaign.contacts, campaign.numbers
            ),
            "first_seen": moment(campaign.first_at),
            "last_seen": moment(campaign.last_at),
        });
        self.say("campaign", &campaign_id, at, said);
        let said = json!({
            "name": format!("Callers and sites of campaign {name}"),
            "infrastructure_types": ["unknown"],
        });
        self.say("infrastructure", &infrastructure, at, said);
        self.relate(&campaign_id, "uses", &infrastructure, at);
        for domain in &campaign.domains {
            let id = self.observe("domain-name", domain);
            self.relate(&infrastructure, "consists-of", &id, at);
        }
    }

    fn campaign_ids(&self, name: &str) -> [String; 2] {
        ["campaign", "infrastructure"].map(|kind| self.named(kind, name))
    }

    /// An observable, with the id that it has everywhere.
    fn observe(&mut self, kind: &str, value: &str) -> String {
        let id = format!("{kind}--{}", contributing(value));
        let mut object = json!({ "spec_version": "2.1", "value": value });
        if kind == "phone-number" {
            object["extensions"] = json!({ EXTENSION: { "extension_type": "new-sco" } });
        }
        self.add(kind, &id, object);
        id
    }

    fn relate(&mut self, source: &str, kind: &str, target: &str, at: Timestamp) {
        let id = self.named("relationship", &format!("{source}\n{kind}\n{target}"));
        let said = json!({
            "relationship_type": kind,
            "source_ref": source,
            "target_ref": target,
        });
        self.say("relationship", &id, at, said);
    }

    fn caller(&mut self, caller: &Caller<'_>) {
        let (number, at) = (self.observe("phone-number", caller.id), caller.first_at);
        let indicator = self.named("indicator", caller.id);
        let vouched = match caller.attested {
            true => "attested by its carrier",
            false => "not attested",
        };
        let said = json!({
            "name": "Caller id of a calling campaign",
            "description": format!("{vouched}; a caller id can be forged"),
            "indicator_types": ["unknown"],
            // Callers named here are digits, with a + or not: nothing to escape.
            "pattern": format!("[phone-number:value = '{}']", caller.id),
            "pattern_type": "stix",
            "valid_from": moment(at),
        });
        self.say("indicator", &indicator, at, said);
        let said = json!({
            "sighting_of_ref": indicator,
            "count": caller.contacts,
            "first_seen": moment(at),
            "last_seen": moment(caller.last_at),
        });
        self.say("sighting", &self.named("sighting", caller.id), at, said);
        self.relate(&indicator, "related-to", &number, at);
        for campaign in &caller.campaigns {
            let [campaign_id, infrastructure] = self.campaign_ids(campaign);
            if self.seen.contains(&campaign_id) {
                self.relate(&indicator, "indicates", &campaign_id, at);
                self.relate(&infrastructure, "consists-of", &number, at);
            }
        }
    }
}

/// The id of an observable whose only contributing property is its value, as canonical JSON.
fn contributing(value: &str) -> Uuid {
    observable(&json!({ "value": value }).to_string())
}

/// Moments in STIX have at most milliseconds with most readers, and end in Z.
fn moment(at: Timestamp) -> Value {
    json!(Timestamp::from_micros(
        at.as_micros().div_euclid(1000) * 1000
    ))
}

fn merge(object: &mut Value, properties: Value) {
    if let (Value::Object(object), Value::Object(properties)) = (object, properties) {
        object.extend(properties);
    }
}
