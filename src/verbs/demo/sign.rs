//! Requests signed as their providers sign them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, RequestBuilder};
use ring::hmac;
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
    /// When the provider sends it, Unix seconds.
    pub(crate) sent_at: i64,
    /// RFC 3339, when it happened by the provider's clock.
    pub(crate) happened_at: &'a str,
}

/// The three doors of the demo.
pub(crate) struct Doors {
    pub(crate) twilio_token: String,
    pub(crate) gateway_key: String,
    pub(crate) whsec: String,
}

impl Doors {
    /// Standard Webhooks (`standardwebhooks.com`): HMAC-SHA256 over id, time and body.
    pub(crate) fn standard(&self, http: &Client, url: &str, m: &Message<'_>) -> RequestBuilder {
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
        let secret = self.whsec.trim_start_matches("whsec_");
        let key = STANDARD.decode(secret).unwrap_or_default();
        let signed = format!("{}.{}.{body}", m.id, m.sent_at);
        let signature = format!(
            "v1,{}",
            STANDARD.encode(mac(hmac::HMAC_SHA256, &key, &signed))
        );
        http.post(url)
            .header("content-type", "application/json")
            .header("webhook-id", m.id)
            .header("webhook-timestamp", m.sent_at.to_string())
            .header("webhook-signature", signature)
            .body(body)
    }

    /// Twilio: HMAC-SHA1 over the URL and the sorted parameters.
    pub(crate) fn twilio(&self, http: &Client, url: &str, m: &Message<'_>) -> RequestBuilder {
        let id = format!("{}{:0>32}", if m.is_sms { "SM" } else { "CA" }, &m.id[2..]);
        let mut fields = vec![
            ("AccountSid", "AC00000000000000000000000000000000"),
            ("From", m.from),
            ("To", m.to),
        ];
        if m.is_sms {
            fields.extend([
                ("Body", m.text),
                ("MessageSid", id.as_str()),
                ("NumMedia", "0"),
            ]);
        } else {
            fields.extend([
                ("CallSid", id.as_str()),
                ("CallStatus", "ringing"),
                ("Direction", "inbound"),
            ]);
        }
        let verstat = format!("TN-Validation-Passed-{}", m.attestation);
        if !m.is_sms && !m.attestation.is_empty() {
            fields.push(("StirVerstat", verstat.as_str()));
        }
        fields.sort_unstable();
        let parameters: String = fields
            .iter()
            .flat_map(|(name, value)| [*name, *value])
            .collect();
        let key = self.twilio_token.as_bytes();
        let signature = mac(
            hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            key,
            &format!("{url}{parameters}"),
        );
        http.post(url)
            .header("x-twilio-signature", STANDARD.encode(signature))
            .form(&fields)
    }

    /// SMS Gateway for Android: hex HMAC-SHA256 over body and time.
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
        let key = self.gateway_key.as_bytes();
        let signature = mac(hmac::HMAC_SHA256, key, &format!("{body}{}", m.sent_at));
        let hex: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
        http.post(url)
            .header("content-type", "application/json")
            .header("x-timestamp", m.sent_at.to_string())
            .header("x-signature", hex)
            .body(body)
    }
}

fn mac(algorithm: hmac::Algorithm, key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(algorithm, key), text.as_bytes())
        .as_ref()
        .to_vec()
}
