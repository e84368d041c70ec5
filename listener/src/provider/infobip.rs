//! Infobip: messages in batches, calls of the Calls API.
//!
//! `{"results":[…]}`: <https://www.infobip.com/docs/api/channels/sms/sms-messaging/inbound-sms>;
//! `{"type","callId","properties"}`: <https://www.infobip.com/docs/api/channels/voice/calls>.
//! Reports on messages that the line sent are `results` too, with a `status` and without a text
//! (<https://www.infobip.com/docs/api/channels/sms/sms-messaging/logs-and-status-reports/receive-outbound-sms-message-report>);
//! no inbound message has a `status`.
//! Nothing is signed. A subscription may have security settings, of which HTTP Basic is documented
//! well enough; a number that forwards its messages has none, so that a token in the URL is all there
//! is. Left out as hearsay: the subscription's HMAC.

use honeytoken::{Authentication, Medium, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::json::Aside;
use super::party::party_without_plus;
use super::settings::Secrets;
use super::shared_secret::{AUTHORIZATION, BASIC_PASSWORD, BASIC_USER, Basic, URL_TOKEN, UrlToken};
use super::webhook::{Adapter, Proof};
use super::{
    Carries, Malformed, Provider, Received, Refusal, Request, SecretName, SettingsError, Verified,
    json, when,
};

pub(super) static PROVIDER: Provider = Provider {
    id: "infobip",
    title: "Infobip",
    carries: &[Carries::Sms, Carries::Call, Carries::CallStatus],
    authentication: &[Authentication::SharedSecret],
    secrets: &[
        SecretName::optional(BASIC_USER.name, BASIC_USER.about),
        SecretName::optional(BASIC_PASSWORD.name, BASIC_PASSWORD.about),
        SecretName::optional(URL_TOKEN.name, URL_TOKEN.about),
    ],
    credential_headers: &[AUTHORIZATION],
    credential_in_url: true,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| Ok(Box::new(Infobip::new(secrets)?)),
};

/// Whatever is set up must fit.
struct Infobip {
    basic: Option<Basic>,
    token: Option<UrlToken>,
}

impl Infobip {
    fn new(secrets: &Secrets<'_>) -> Result<Infobip, SettingsError> {
        let is_set = |name: SecretName| secrets.optional(name.name).is_some();
        let by_basic = is_set(BASIC_USER) || is_set(BASIC_PASSWORD);
        let by_token = is_set(URL_TOKEN);
        if !by_basic && !by_token {
            return Err(SettingsError::MissingAll(
                "basic_user with basic_password, url_token",
            ));
        }
        Ok(Infobip {
            basic: by_basic.then(|| Basic::new(secrets)).transpose()?,
            token: by_token.then(|| UrlToken::new(secrets)).transpose()?,
        })
    }
}

impl Adapter for Infobip {
    fn verify<'a>(&self, request: &Request<'a>, _: Timestamp) -> Result<Proof<'a>, Refusal> {
        if let Some(token) = &self.token {
            token.verify(request)?;
        }
        if let Some(basic) = &self.basic {
            basic.verify(request)?;
        }
        Ok(Authentication::SharedSecret.into())
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let body: Body = json::read(verified.request.body)?;
        match (body.results, body.call) {
            (Some(messages), _) => messages.into_iter().map(Message::into_event).collect(),
            (None, Some(id)) => {
                let kind = body.kind.ok_or(Malformed::Missing("type"))?;
                let properties = body.properties.unwrap_or_default();
                let at = body.timestamp.as_deref();
                Ok(vec![properties.into_event(&id, &kind, at)])
            }
            (None, None) => Err(Malformed::UnknownEvent),
        }
    }
}

#[derive(Deserialize)]
struct Body {
    results: Option<Vec<Message>>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(rename = "callId")]
    call: Option<String>,
    timestamp: Option<String>,
    properties: Option<Properties>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_id: String,
    from: Option<String>,
    to: String,
    text: Option<String>,
    received_at: Option<String>,
    /// Of a message that the line itself sent, as are the next two.
    #[serde(default)]
    status: Value,
    #[serde(default)]
    sent_at: Aside,
    #[serde(default)]
    done_at: Aside,
}

impl Message {
    /// What became of a message that the line itself sent, if that is what it says.
    fn report(&self) -> Option<Received> {
        let inbound = self.text.is_some() || self.received_at.is_some();
        if inbound || !self.status.is_object() {
            return None;
        }
        let word = |name: &str| self.status.get(name).and_then(Value::as_str);
        let phase = word("name").or(word("groupName")).unwrap_or("report");
        let event = Received::part_of(Medium::Control, &self.message_id, phase, &self.message_id)
            .between(
                party_without_plus(self.from.as_deref()),
                party_without_plus(Some(&self.to)),
            )
            .with_detail("description", word("description"))
            .told_at(self.done_at.text().or(self.sent_at.text()));
        Some(Received::outgoing(event))
    }

    fn into_event(self) -> Result<Received, Malformed> {
        if let Some(report) = self.report() {
            return Ok(report);
        }
        let to = party_without_plus(Some(&self.to)).ok_or(Malformed::Missing("results.to"))?;
        let event = Received::sms(&self.message_id, self.text.as_deref())
            .between(party_without_plus(self.from.as_deref()), Some(to));
        Ok(event.told_at(self.received_at.as_deref()))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Properties {
    call: Option<Call>,
    #[serde(rename = "resolvedCnam")]
    caller_name: Aside,
    #[serde(rename = "forwardedFrom")]
    forwarded_from: Option<Vec<Value>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Call {
    direction: Option<String>,
    from: Option<String>,
    to: Option<String>,
    answer_time: Option<String>,
    end_time: Option<String>,
}

impl Properties {
    fn into_event(self, id: &str, kind: &str, timestamp: Option<&str>) -> Received {
        let call = self.call.unwrap_or_default();
        let forwarded = self.forwarded_from.iter().flatten().find_map(Value::as_str);
        let event = Received::call(id, kind)
            .between(
                party_without_plus(call.from.as_deref()),
                party_without_plus(call.to.as_deref()),
            )
            .with_detail("caller_name", self.caller_name.text())
            .with_detail("forwarded_from", forwarded);
        let answered = (call.answer_time.as_deref(), call.end_time.as_deref());
        let event = Received {
            duration_s: when::seconds_between(answered.0, answered.1),
            ..event.told_at(timestamp)
        };
        match call.direction.as_deref() {
            Some("OUTBOUND") => Received::outgoing(event),
            _ => event,
        }
    }
}
