//! Entries of Twilio's and SignalWire's lists.

use serde::Deserialize;

use super::super::json::{self, Loose};
use super::super::party::party;
use super::super::{Received, cxml};
use super::{happened, lasting, moment};

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
