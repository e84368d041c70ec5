//! Requests as their providers send and sign them.

use honeytoken::{Secret, Timestamp};
use listener::provider::sign;
use reqwest::{Client, RequestBuilder};
use serde_json::json;

/// What a provider's request is to carry.
pub(crate) struct Message<'a> {
    pub(crate) id: &'a str,
    pub(crate) to: &'a str,
    pub(crate) from: &'a str,
    pub(crate) text: &'a str,
    pub(crate) is_sms: bool,
    pub(crate) duration_s: u32,
    pub(crate) attestation: &'a str,
    /// When the provider sends it.
    pub(crate) sent_at: Timestamp,
    /// When it happened by the provider's clock.
    pub(crate) happened_at: Timestamp,
}

/// The secrets of the demo's three connections.
pub(crate) struct Doors {
    pub(crate) twilio_token: Secret,
    pub(crate) gateway_key: Secret,
    pub(crate) whsec: Secret,
}

impl Doors {
    /// A PBX that speaks Standard Webhooks.
    pub(crate) fn standard(
        &self,
        http: &Client,
        url: &str,
        m: &Message<'_>,
    ) -> anyhow::Result<RequestBuilder> {
        let kind = if m.is_sms {
            "sms.received"
        } else {
            "call.completed"
        };
        let mut data = json!({ "to": m.to, "from": m.from, "text": m.text });
        if !m.is_sms {
            data["duration"] = m.duration_s.into();
        }
        if !m.attestation.is_empty() {
            data["attestation"] = m.attestation.into();
        }
        let body = json!({ "type": kind, "timestamp": m.happened_at, "data": data }).to_string();
        let headers = sign::standard_webhook(&self.whsec, m.id, m.sent_at, body.as_bytes())?;
        Ok(with(http.post(url), headers, "application/json", body))
    }

    /// Twilio.
    pub(crate) fn twilio(&self, http: &Client, url: &str, m: &Message<'_>) -> RequestBuilder {
        let id = format!("{}{:0>32}", if m.is_sms { "SM" } else { "CA" }, &m.id[2..]);
        let verstat = format!("TN-Validation-Passed-{}", m.attestation);
        let account = ("AccountSid", "AC00000000000000000000000000000000");
        let mut fields = vec![account, ("From", m.from), ("To", m.to)];
        if m.is_sms {
            fields.extend([
                ("Body", m.text),
                ("MessageSid", id.as_str()),
                ("NumMedia", "0"),
            ]);
        } else {
            fields.extend([("CallSid", id.as_str()), ("CallStatus", "ringing")]);
        }
        if !m.is_sms && !m.attestation.is_empty() {
            fields.push(("StirVerstat", verstat.as_str()));
        }
        let form = encoded(&fields);
        let headers = sign::twilio_form(&self.twilio_token, url, form.as_bytes());
        with(
            http.post(url),
            headers,
            "application/x-www-form-urlencoded",
            form,
        )
    }

    /// A phone with SMS Gateway for Android.
    pub(crate) fn gateway(&self, http: &Client, url: &str, m: &Message<'_>) -> RequestBuilder {
        let body = json!({
            "id": m.id,
            "webhookId": "demo",
            "event": "sms:received",
            "deviceId": "demo-phone",
            "payload": {
                "messageId": m.id,
                "message": m.text,
                "sender": m.from,
                "recipient": m.to,
                "simNumber": 1,
                "receivedAt": m.happened_at,
            },
        })
        .to_string();
        let headers = sign::android_sms_gateway(&self.gateway_key, m.sent_at, body.as_bytes());
        with(http.post(url), headers, "application/json", body)
    }
}

fn with(
    request: RequestBuilder,
    headers: sign::Headers,
    media: &str,
    body: String,
) -> RequestBuilder {
    let request = request.header("content-type", media).body(body);
    headers.into_iter().fold(request, |request, (name, value)| {
        request.header(name, value)
    })
}

/// Fields as a browser would send them (application/x-www-form-urlencoded).
fn encoded(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let pair = |(name, value): &(&str, &str)| format!("{}={}", encode(name), encode(value));
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}
