//! Contacts as a graph in the Unified Cyber Ontology (UCO 1.4) and CASE 1.4, JSON-LD
//! (<https://caseontology.org/>).
//!
//! A call is an `observable:Call`, a message an `observable:SMSMessage`, each between two
//! `observable:PhoneAccount`s; a brand in place of a number is an `observable:DigitalAccount`. A
//! platform is an `identity:Organization`, related to the contacts that came through it. A provenance
//! record names the entry of the evidence log that each rests on.

use std::collections::BTreeMap;

use honeytoken::{Sender, SenderKind};
use serde_json::{Value, json};
use uuid::Uuid;

use super::ids::Ids;
use super::material::{ContactRow, Material};

/// The graph as it grows, by id: every thing once.
struct Graph {
    ids: Ids,
    nodes: BTreeMap<String, Value>,
}

/// The whole graph.
pub(super) fn graph(material: &Material) -> Value {
    let mut graph = Graph {
        ids: Ids::of(&material.origin),
        nodes: BTreeMap::new(),
    };
    for platform in &material.platforms {
        graph.add(
            "identity:Organization",
            "platform",
            platform.platform.as_str(),
            json!({
                "core:name": platform.name,
            }),
        );
    }
    for contact in &material.contacts {
        graph.contact(contact);
    }
    graph.investigation(&material.origin);
    json!({
        "@context": {
            "kb": "urn:canaryline:",
            "core": "https://ontology.unifiedcyberontology.org/uco/core/",
            "identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
            "investigation": "https://ontology.caseontology.org/case/investigation/",
            "observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@graph": graph.nodes.into_values().collect::<Vec<_>>(),
    })
}

impl Graph {
    /// Adds a thing, once, and gives its reference.
    fn add(&mut self, class: &str, kind: &str, name: &str, mut properties: Value) -> Value {
        let id = named(kind, self.ids.id(kind, name));
        properties["@id"] = json!(id);
        properties["@type"] = json!(class);
        self.nodes.entry(id.clone()).or_insert(properties);
        json!({ "@id": id })
    }

    /// A facet of a thing, with those of its properties that are known.
    fn facet(&self, class: &str, kind: &str, name: &str, properties: Value) -> Value {
        let mut facet = without_nulls(properties);
        facet["@id"] = json!(named(&format!("{kind}-facet"), self.ids.id(kind, name)));
        facet["@type"] = json!(class);
        facet
    }

    fn party(&mut self, party: Option<&String>) -> Value {
        let Some(party) = party else {
            return Value::Null;
        };
        let (class, facet, property) = match Sender::new(party).kind() {
            SenderKind::Alphanumeric | SenderKind::Withheld | SenderKind::Other => {
                ("DigitalAccount", "AccountFacet", "accountIdentifier")
            }
            _ => ("PhoneAccount", "PhoneAccountFacet", "phoneNumber"),
        };
        let mut holds = json!({});
        holds[format!("observable:{property}")] = json!(party);
        let facet = self.facet(&format!("observable:{facet}"), "account", party, holds);
        let class = format!("observable:{class}");
        self.add(
            &class,
            "account",
            party,
            json!({ "core:hasFacet": [facet] }),
        )
    }

    fn contact(&mut self, contact: &ContactRow) {
        let (from, to) = (
            self.party(contact.from.as_ref()),
            self.party(contact.to.as_ref()),
        );
        let name = contact.index.to_string();
        let is_call = contact.kind != "sms";
        let (class, facet) = match is_call {
            true => ("observable:Call", "observable:CallFacet"),
            false => ("observable:SMSMessage", "observable:MessageFacet"),
        };
        let at = moment(&contact.at().to_string());
        let mut holds = json!({ "observable:from": from, "observable:to": to });
        if is_call {
            holds["observable:startTime"] = at;
            holds["observable:duration"] = json!(contact.duration_s);
        } else {
            holds["observable:sentTime"] = at;
            holds["observable:messageText"] = json!(contact.text);
            holds["observable:messageID"] = json!(contact.provider_event_id);
        }
        let facet = self.facet(facet, "contact", &name, holds);
        let said = contact.text.as_ref().filter(|_| is_call);
        let properties = without_nulls(json!({
            "core:hasFacet": [facet],
            "core:description": said,
            "core:tag": tags(contact),
        }));
        let observed = self.add(class, "contact", &name, properties);
        self.add(
            "investigation:ProvenanceRecord",
            "entry",
            &name,
            json!({
                "investigation:exhibitNumber": format!("entry {name}"),
                "core:object": [observed],
            }),
        );
        self.through(contact, &name, observed);
    }

    /// That a contact came through a platform.
    fn through(&mut self, contact: &ContactRow, name: &str, observed: Value) {
        let Some(platform) = &contact.platform else {
            return;
        };
        let to = self.add(
            "identity:Organization",
            "platform",
            platform,
            json!({
                "core:name": platform,
            }),
        );
        self.add(
            "core:Relationship",
            "through",
            name,
            json!({
                "core:source": observed,
                "core:target": to,
                "core:isDirectional": true,
                "core:kindOfRelationship": "Number_Placed_With",
            }),
        );
    }

    fn investigation(&mut self, origin: &str) {
        let all: Vec<Value> = self.nodes.keys().map(|id| json!({ "@id": id })).collect();
        self.add(
            "investigation:Investigation",
            "investigation",
            origin,
            json!({
                "core:name": format!("Contacts recorded in {origin}"),
                "investigation:focus": "Disclosure of telephone numbers",
                "core:object": all,
            }),
        );
    }
}

fn tags(contact: &ContactRow) -> Vec<String> {
    let campaign = contact.campaign.as_ref().map(|id| format!("campaign:{id}"));
    [Some(format!("cause:{}", contact.cause)), campaign]
        .into_iter()
        .flatten()
        .collect()
}

fn moment(at: &str) -> Value {
    json!({ "@type": "xsd:dateTime", "@value": at })
}

/// The name of a node: UCO wants UUIDs at the end of names.
fn named(kind: &str, id: Uuid) -> String {
    format!("kb:{kind}-{id}")
}

fn without_nulls(mut properties: Value) -> Value {
    if let Value::Object(map) = &mut properties {
        map.retain(|_, value| !value.is_null());
    }
    properties
}
