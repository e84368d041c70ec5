//! Feishu and Lark group robots (飞书自定义机器人): `{"msg_type":"text","content":{"text"}}`; with the
//! safety setting 签名校验 also `timestamp` (seconds) and `sign`, the base64 of HMAC-SHA256 over nothing
//! under the key `timestamp + "\n" + secret`. With 自定义关键词 choose `canaryline`. `<at …>` would call
//! people, so `<` is written as its full-width sister. Answers are 200 with `code`, 0 for success; at
//! most 100 messages a minute and 5 a second.
//! <https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Secret, Timestamp};
use reqwest::Url;
use ring::hmac;
use serde_json::json;

use super::{Channel, Form, Given, Kind, Post, refused_by_code};
use crate::alerts::target::TargetError;
use crate::alerts::words::{Message, cut};

/// A request may have 20 KB; people stop reading sooner.
const TEXT_BYTES_MAX: usize = 4_000;

pub(super) const KIND: Kind = Kind {
    id: "feishu",
    settings: &[],
    secrets: &["url", "secret"],
    gap_s: 1,
    connect,
};

struct Feishu {
    url: Url,
    secret: Option<Secret>,
}

fn connect(given: &Given<'_>) -> Result<Channel, TargetError> {
    Ok(Channel::Http(Box::new(Feishu {
        url: given.url()?,
        secret: given.value("secret").map(Secret::new),
    })))
}

impl Form for Feishu {
    fn post(&self, message: &Message, now: Timestamp) -> Post {
        let text = cut(&message.text().replace('<', "＜"), TEXT_BYTES_MAX);
        let mut body = json!({ "msg_type": "text", "content": { "text": text } });
        if let Some(secret) = &self.secret {
            let timestamp = now.as_unix_s().to_string();
            body["sign"] = sign(secret, &timestamp).into();
            body["timestamp"] = timestamp.into();
        }
        Post::json(&self.url, &body)
    }

    fn refusal(&self, body: &[u8]) -> Option<String> {
        refused_by_code(body, "code", "msg")
    }
}

fn sign(secret: &Secret, timestamp: &str) -> String {
    let key = format!("{timestamp}\n{}", secret.expose());
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    STANDARD.encode(hmac::sign(&key, b""))
}
