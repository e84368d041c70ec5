//! Standard Webhooks: for programs. The body is `{"type","timestamp","data"}`, signed over id, time
//! and body under the target's secret; the id stays the same when it is sent again.
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use honeytoken::{Secret, Timestamp};
use reqwest::Url;
use serde_json::json;

use super::{Channel, Form, Given, Kind, Post};
use crate::alerts::target::TargetError;
use crate::alerts::words::Message;
use crate::provider::sign;

pub(super) const KIND: Kind = Kind {
    id: "standard_webhooks",
    settings: &[],
    secrets: &["url", "whsec"],
    gap_s: 0,
    connect,
};

struct Webhook {
    url: Url,
    whsec: Secret,
}

fn connect(given: &Given<'_>) -> Result<Channel, TargetError> {
    let whsec = Secret::new(given.required("whsec")?);
    let url = given.url()?;
    // What signs nothing signs nothing later either.
    sign::standard_webhook(&whsec, "", Timestamp::EPOCH, b"")
        .map_err(|_| TargetError::Form("whsec", "base64 after whsec_"))?;
    Ok(Channel::Http(Box::new(Webhook { url, whsec })))
}

impl Form for Webhook {
    fn post(&self, message: &Message, now: Timestamp) -> Post {
        let body = json!({
            "type": format!("alert.{}", message.topic),
            "timestamp": message.at,
            "data": message.data,
        });
        let mut post = Post::json(&self.url, &body);
        let signed = sign::standard_webhook(&self.whsec, &message.id, now, post.body.as_bytes());
        post.headers = signed.unwrap_or_default();
        post
    }
}
