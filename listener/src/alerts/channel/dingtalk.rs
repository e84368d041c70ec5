//! DingTalk group robots (钉钉自定义机器人): a text message; with the safety setting 加签 the address
//! gets `timestamp` (milliseconds) and `sign`, the base64 of HMAC-SHA256 over
//! `timestamp + "\n" + secret` under the secret, percent-encoded. With 自定义关键词 choose the keyword
//! `canaryline`, which stands in every message. Answers are 200 with `errcode`, 0 for success; at most 20
//! messages a minute.
//! <https://open.dingtalk.com/document/robots/custom-robot-access>
//! <https://open.dingtalk.com/document/robots/customize-robot-security-settings>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Secret, Timestamp};
use reqwest::Url;
use ring::hmac;
use serde_json::json;

use super::{Channel, Form, Given, Kind, Post, refused_by_code};
use crate::alerts::target::TargetError;
use crate::alerts::words::{Message, cut};

/// What a text may hold is not documented; markdown has 5000 characters.
const TEXT_BYTES_MAX: usize = 4_000;

pub(super) const KIND: Kind = Kind {
    id: "dingtalk",
    settings: &[],
    secrets: &["url", "secret"],
    gap_s: 3,
    connect,
};

struct DingTalk {
    url: Url,
    secret: Option<Secret>,
}

fn connect(given: &Given<'_>) -> Result<Channel, TargetError> {
    Ok(Channel::Http(Box::new(DingTalk {
        url: given.url()?,
        secret: given.value("secret").map(Secret::new),
    })))
}

impl Form for DingTalk {
    fn post(&self, message: &Message, now: Timestamp) -> Post {
        let mut url = self.url.clone();
        if let Some(secret) = &self.secret {
            let timestamp = (now.as_micros() / 1000).to_string();
            let sign = sign(secret, &timestamp);
            url.query_pairs_mut()
                .append_pair("timestamp", &timestamp)
                .append_pair("sign", &sign);
        }
        let text = json!({ "content": cut(&message.text(), TEXT_BYTES_MAX) });
        Post::json(&url, &json!({ "msgtype": "text", "text": text }))
    }

    fn refusal(&self, body: &[u8]) -> Option<String> {
        refused_by_code(body, "errcode", "errmsg")
    }
}

fn sign(secret: &Secret, timestamp: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let signed = format!("{timestamp}\n{}", secret.expose());
    STANDARD.encode(hmac::sign(&key, signed.as_bytes()))
}
