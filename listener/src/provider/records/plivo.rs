//! Entries of Plivo's lists.

use serde::Deserialize;

use super::super::Received;
use super::super::json::{self, Loose};
use super::super::party::party_without_plus;
use super::{happened, lasting, moment};

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
