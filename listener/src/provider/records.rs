//! Entries of providers' lists, read into the shape and under the dedupe key of their webhooks.
//!
//! They stand beside the adapters so that both use the same parts: a message found in the
//! provider's list and the webhook that tells of it are one event.

use honeytoken::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::json::{self, Loose};
use super::party::{party, party_without_plus};
use super::{Received, cxml, when};

/// How deep in its record Telnyx's event of a call is looked for.
const METADATA_DEPTH_MAX: u8 = 6;

/// A message of Twilio's or SignalWire's list; none if it did not come in.
pub(crate) fn cxml_message(raw: &str) -> Option<Received> {
    #[derive(Deserialize)]
    struct Message {
        sid: String,
        direction: String,
        from: Option<String>,
        to: Option<String>,
        body: Option<String>,
        date_sent: Option<String>,
        date_created: Option<String>,
        num_media: Option<Loose>,
        messaging_service_sid: Option<String>,
    }
    let message: Message = json::read(raw.as_bytes()).ok()?;
    let event = Received::sms(&message.sid, message.body.as_deref())
        .between(
            cxml::caller_shown(message.from.as_deref()),
            party(message.to.as_deref()),
        )
        .with_detail(
            "messaging_service",
            message.messaging_service_sid.as_deref(),
        )
        .with_detail(
            "num_media",
            message.num_media.as_ref().map(|n| n.0.as_str()),
        );
    let at = message.date_sent.or(message.date_created);
    let event = happened(event, at.as_deref().and_then(moment));
    (message.direction == "inbound").then_some(event)
}

/// A call of Twilio's or SignalWire's list; none if it did not come in.
pub(crate) fn cxml_call(raw: &str) -> Option<Received> {
    #[derive(Deserialize)]
    struct Call {
        sid: String,
        direction: String,
        status: String,
        from: Option<String>,
        to: Option<String>,
        start_time: Option<String>,
        date_created: Option<String>,
        duration: Option<Loose>,
        forwarded_from: Option<String>,
        caller_name: Option<String>,
    }
    let call: Call = json::read(raw.as_bytes()).ok()?;
    let event = Received::call(&call.sid, &call.status)
        .between(
            cxml::caller_shown(call.from.as_deref()),
            party(call.to.as_deref()),
        )
        .with_detail("forwarded_from", call.forwarded_from.as_deref())
        .with_detail("caller_name", call.caller_name.as_deref());
    let at = call.start_time.or(call.date_created);
    let event = happened(event, at.as_deref().and_then(moment));
    let event = lasting(event, call.duration.as_ref());
    (call.direction == "inbound").then_some(event)
}

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
    super::telnyx::listed(raw.as_bytes()).ok()
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
    super::telnyx::told(&told.name, payload, told.event_timestamp).ok()
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

/// A message of Plivo's list, which holds no text; none if it did not come in.
pub(crate) fn plivo_message(raw: &str) -> Option<Received> {
    #[derive(Deserialize)]
    struct Message {
        message_uuid: String,
        message_direction: String,
        message_time: Option<String>,
        message_type: Option<String>,
        from_number: Option<String>,
        to_number: Option<String>,
    }
    let message: Message = json::read(raw.as_bytes()).ok()?;
    let event = Received::sms(&message.message_uuid, None)
        .between(
            party_without_plus(message.from_number.as_deref()),
            party_without_plus(message.to_number.as_deref()),
        )
        .with_detail("type", message.message_type.as_deref());
    let at = message.message_time.as_deref().and_then(moment);
    (message.message_direction == "inbound").then_some(happened(event, at))
}

/// A call of Plivo's list, which holds calls that are over; none if it did not come in.
pub(crate) fn plivo_call(raw: &str) -> Option<Received> {
    #[derive(Deserialize)]
    struct Call {
        call_uuid: String,
        call_direction: String,
        from_number: Option<String>,
        to_number: Option<String>,
        initiation_time: Option<String>,
        end_time: Option<String>,
        call_duration: Option<Loose>,
        hangup_cause_name: Option<String>,
    }
    let call: Call = json::read(raw.as_bytes()).ok()?;
    let event = Received::call(&call.call_uuid, "completed")
        .between(
            party_without_plus(call.from_number.as_deref()),
            party_without_plus(call.to_number.as_deref()),
        )
        .with_detail("cause", call.hangup_cause_name.as_deref());
    let at = call.initiation_time.or(call.end_time);
    let event = happened(event, at.as_deref().and_then(moment));
    let event = lasting(event, call.call_duration.as_ref());
    (call.call_direction == "inbound").then_some(event)
}

/// A message of Vonage's report; none if it did not come in.
pub(crate) fn vonage_message(raw: &str) -> Option<Received> {
    #[derive(Deserialize)]
    struct Message {
        message_id: String,
        direction: String,
        from: Option<Loose>,
        to: Option<Loose>,
        message_body: Option<String>,
        network: Option<Loose>,
        date_received: Option<String>,
    }
    let message: Message = json::read(raw.as_bytes()).ok()?;
    let number =
        |party: &Option<Loose>| party_without_plus(party.as_ref().map(|party| party.0.as_str()));
    let event = Received::sms(&message.message_id, message.message_body.as_deref())
        .between(number(&message.from), number(&message.to))
        .with_detail("network", message.network.as_ref().map(|n| n.0.as_str()));
    let at = message.date_received.as_deref().and_then(moment);
    (message.direction == "inbound").then_some(happened(event, at))
}

/// A call of Vonage's list; none if it did not come in. When it began stands there only once it is
/// over.
pub(crate) fn vonage_call(raw: &str) -> Option<Received> {
    #[derive(Deserialize)]
    struct Call {
        uuid: String,
        conversation_uuid: Option<String>,
        direction: String,
        status: String,
        from: Option<Endpoint>,
        to: Option<Endpoint>,
        start_time: Option<String>,
        duration: Option<Loose>,
        network: Option<Loose>,
    }
    #[derive(Deserialize)]
    struct Endpoint {
        number: Option<Loose>,
    }
    let number = |party: Option<Endpoint>| {
        let number = party.and_then(|party| party.number);
        party_without_plus(number.as_ref().map(|number| number.0.as_str()))
    };
    let call: Call = json::read(raw.as_bytes()).ok()?;
    let event = Received::call(&call.uuid, &call.status)
        .between(number(call.from), number(call.to))
        .with_detail("network", call.network.as_ref().map(|n| n.0.as_str()));
    let event = happened(event, call.start_time.as_deref().and_then(moment));
    let event = lasting(event, call.duration.as_ref());
    // As in its webhooks: a recording names the conversation alone.
    let session = call.conversation_uuid.or(event.session.clone());
    (call.direction == "inbound").then_some(Received { session, ..event })
}

fn happened(event: Received, claimed_at: Option<Timestamp>) -> Received {
    Received {
        claimed_at,
        ..event
    }
}

fn lasting(event: Received, seconds: Option<&Loose>) -> Received {
    let duration_s = seconds.and_then(|text| text.0.parse().ok());
    Received {
        duration_s,
        ..event
    }
}

/// A time in either of the spellings that these lists use.
fn moment(text: &str) -> Option<Timestamp> {
    when::rfc2822(text)
        .or_else(|| when::rfc3339(&text.replacen(' ', "T", 1)))
        .or_else(|| when::civil(text, 0))
}

#[cfg(test)]
mod tests {
    use super::super::form::Form;
    use super::*;

    #[test]
    fn a_listed_message_is_the_one_that_the_webhook_tells_of() {
        let webhook =
            b"MessageSid=SM1&From=%2B14155550199&To=%2B14155550132&Body=hi&SmsStatus=received";
        let told = cxml::read(&Form::parse(webhook).unwrap()).unwrap();
        let listed = r#"{"sid":"SM1","direction":"inbound","from":"+14155550199",
            "to":"+14155550132","body":"hi","date_sent":"Fri, 20 Nov 2026 08:00:00 +0000"}"#;
        let listed = cxml_message(listed).unwrap();
        assert_eq!(listed.dedupe, told.dedupe);
        let without_time = happened(listed, None);
        assert_eq!(without_time.fingerprint(), told.fingerprint());
    }

    #[test]
    fn a_listed_call_is_a_stage_of_the_one_that_the_webhook_tells_of() {
        let webhook = b"CallSid=CA1&From=%2B266696687&To=%2B14155550132&CallStatus=completed";
        let told = cxml::read(&Form::parse(webhook).unwrap()).unwrap();
        let listed = r#"{"sid":"CA1","direction":"inbound","from":"+266696687",
            "to":"+14155550132","status":"completed","duration":null}"#;
        let listed = cxml_call(listed).unwrap();
        assert_eq!(listed.dedupe, told.dedupe);
        assert_eq!(listed.session, told.session);
        assert_eq!(listed.from, told.from);
    }

    #[test]
    fn what_is_no_record_is_passed_over() {
        let readers = [
            cxml_message,
            cxml_call,
            telnyx_detail,
            telnyx_message,
            telnyx_call,
            plivo_message,
            plivo_call,
            vonage_message,
            vonage_call,
        ];
        for raw in ["", "{", "[]", "null", "{}", r#"{"sid":7}"#] {
            for read in readers {
                assert!(read(raw).is_none(), "{raw}");
            }
        }
    }
}
