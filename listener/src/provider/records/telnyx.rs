//! Entries of Telnyx's lists.

use serde::Deserialize;
use serde_json::Value;

use super::super::party::party;
use super::super::{Received, json, telnyx};
use super::{happened, moment};

/// How deep in its record Telnyx's event of a call is looked for.
const METADATA_DEPTH_MAX: u8 = 6;

/// A message's detail record of Telnyx's, which holds no text; none if it did not come in.
pub(crate) fn telnyx_detail(raw: &str) -> Option<Received> {
    #[derive(Deserialize)]
    struct Detail {
        uuid: String,
        direction: String,
        cli: Option<String>,
        cld: Option<String>,
        carrier: Option<String>,
        message_type: Option<String>,
        created_at: Option<String>,
    }
    let detail: Detail = json::read(raw.as_bytes()).ok()?;
    let event = Received::sms(&detail.uuid, None)
        .between(party(detail.cli.as_deref()), party(detail.cld.as_deref()))
        .with_detail("carrier", detail.carrier.as_deref())
        .with_detail("type", detail.message_type.as_deref());
    let at = detail.created_at.as_deref().and_then(moment);
    (detail.direction == "inbound").then_some(happened(event, at))
}

/// A whole message of Telnyx's, as its webhook carries it; none if it is not one.
pub(crate) fn telnyx_message(raw: &str) -> Option<Received> {
    telnyx::listed(raw.as_bytes()).ok()
}

/// A call's event of Telnyx's list, with the event that the webhook told; none if it holds no such
/// event. What our own line called is a control contact, as by webhook.
pub(crate) fn telnyx_call(raw: &str) -> Option<Received> {
    #[derive(Deserialize)]
    struct Told {
        call_leg_id: String,
        name: String,
        event_timestamp: Option<String>,
        metadata: Value,
    }
    let told: Told = json::read(raw.as_bytes()).ok()?;
    let payload = call_in(&told.metadata, &told.call_leg_id, METADATA_DEPTH_MAX)?;
    telnyx::told(&told.name, payload, told.event_timestamp).ok()
}

/// The call of this leg in an event, wherever it lies.
fn call_in<'v>(value: &'v Value, leg: &str, depth: u8) -> Option<&'v Value> {
    let inside: Vec<&Value> = match value {
        Value::Object(fields) if fields.contains_key("to") && value["call_leg_id"] == leg => {
            return Some(value);
        }
        Value::Object(fields) => fields.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    let depth = depth.checked_sub(1)?;
    inside
        .into_iter()
        .find_map(|value| call_in(value, leg, depth))
}
