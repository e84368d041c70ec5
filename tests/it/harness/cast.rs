//! A small installation: three connections, some lines, a platform with a number.

use serde_json::{Value, json};

use super::api::Api;
use super::now_s;
use super::server::Server;
use super::sign::{self, Signed};

pub(crate) const TOKEN: &str = "d0117cc08945faefd93db88c89d58048";
pub(crate) const WHSEC: &str = "whsec_D/kLT01TBlFE5CLhIPaHXF26k5ipcWdsAAECAwQFBgc=";
pub(crate) const SIGNING_KEY: &str = "k1Zq8sLp-k1Zq8sLp";
/// Two numbers for canaries, of ranges that are kept for examples, and one for a control.
pub(crate) const LINE: &str = "+14155550132";
pub(crate) const SECOND_LINE: &str = "+447700900123";
pub(crate) const CONTROL: &str = "+14155550133";
/// A stranger.
pub(crate) const STRANGER: &str = "+14155550199";

/// Makes the connections `tw`, `pbx` and `phone`.
pub(crate) fn connect(api: &Api) {
    let connections = [
        ("tw", "twilio", json!({ "auth_token": TOKEN })),
        ("pbx", "standard_webhooks", json!({ "whsec": WHSEC })),
        (
            "phone",
            "android_sms_gateway",
            json!({ "signing_key": SIGNING_KEY }),
        ),
    ];
    for (id, provider, secrets) in connections {
        let body = json!({ "id": id, "provider": provider, "secrets": secrets });
        api.made("/v1/connections", &body);
    }
}

/// Adds the lines.
pub(crate) fn add_lines(api: &Api) -> Value {
    let since = "2026-01-01T00:00:00Z";
    let lines = json!({ "lines": [
        { "number": LINE, "connection": "tw", "role": "canary", "block": "B1", "country": "US", "acquired_at": since },
        { "number": SECOND_LINE, "connection": "pbx", "role": "canary", "country": "GB", "acquired_at": since },
        { "number": CONTROL, "connection": "pbx", "role": "control", "block": "B1", "country": "US", "acquired_at": since },
    ]});
    api.made("/v1/lines", &lines)
}

/// Declares the platform `acme`.
pub(crate) fn declare(api: &Api) -> Value {
    let platform = json!({
        "id": "acme", "name": "Acme Loans", "sector": "loans",
        "domains": ["acme.example"], "known_senders": ["ACME"], "signatures": ["【Acme】"],
        "declared_partners": [{ "name": "Partner", "domains": ["partner.example"] }],
    });
    api.made("/v1/platforms", &platform)
}

/// Places the first line with `acme`.
pub(crate) fn place(api: &Api) -> Value {
    let token =
        json!({ "platform": "acme", "line": LINE, "registered_at": "2026-02-01T00:00:00Z" });
    api.made("/v1/honeytokens", &token)
}

/// All of it.
pub(crate) fn install(api: &Api) {
    connect(api);
    add_lines(api);
    declare(api);
    place(api);
}

/// A message through the PBX, signed now.
pub(crate) fn sms(id: &str, to: &str, text: &str) -> Signed {
    sms_told(id, to, text, "2026-11-20T08:00:00Z")
}

/// A message through the PBX that happened at this time.
pub(crate) fn sms_told(id: &str, to: &str, text: &str, at: &str) -> Signed {
    let data = json!({ "to": to, "from": STRANGER, "text": text });
    pbx(
        id,
        &json!({ "type": "sms.received", "timestamp": at, "data": data }),
    )
}

/// Any payload through the PBX, signed now.
pub(crate) fn pbx(id: &str, payload: &Value) -> Signed {
    sign::standard("pbx", WHSEC, id, now_s(), payload.to_string().as_bytes())
}

/// A request of Twilio's to a server's own address.
pub(crate) fn twilio(server: &Server, fields: &[(&str, &str)]) -> Signed {
    let account = [("AccountSid", "AC0fb29ec0b47b8ee570d65a6bd1719a70")];
    let url = format!("{}/hooks/tw", server.url());
    sign::twilio("tw", TOKEN, &url, &[&account, fields].concat())
}

/// A message that a phone forwards, signed now.
pub(crate) fn phone(id: &str, text: &str, received_at: &str) -> Signed {
    let body = json!({
        "id": id, "webhookId": "w", "event": "sms:received", "deviceId": "d",
        "payload": {
            "messageId": "m", "message": text, "sender": STRANGER, "recipient": SECOND_LINE,
            "simNumber": 1, "receivedAt": received_at,
        },
    });
    sign::gateway("phone", SIGNING_KEY, now_s(), body.to_string().as_bytes())
}
