//! Entries of Vonage's lists.

use serde::Deserialize;

use super::super::Received;
use super::super::json::{self, Loose};
use super::super::party::party_without_plus;
use super::{happened, lasting, moment};

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
