//! Discord webhooks: `{"content"}` of at most 2000 characters; `allowed_mentions` with nothing in it,
//! so that no name calls everybody. Discord answers 204, and 429 with `Retry-After`.
//! <https://discord.com/developers/docs/resources/webhook#execute-webhook>

use honeytoken::Timestamp;
use reqwest::Url;
use serde_json::json;

use super::{Channel, Form, Given, Kind, Post};
use crate::alerts::target::TargetError;
use crate::alerts::words::{Message, cut};

/// Discord counts characters; bytes are never fewer.
const CONTENT_BYTES_MAX: usize = 2_000;
/// What makes markup (<https://support.discord.com/hc/en-us/articles/210298617>).
const MARKUP: &str = "\\*_~`|[]<>#";

pub(super) const KIND: Kind = Kind {
    id: "discord",
    settings: &[],
    secrets: &["url"],
    gap_s: 1,
    connect: |given: &Given<'_>| -> Result<Channel, TargetError> {
        Ok(Channel::Http(Box::new(Discord { url: given.url()? })))
    },
};

struct Discord {
    url: Url,
}

impl Form for Discord {
    fn post(&self, message: &Message, _: Timestamp) -> Post {
        let lines = std::iter::once(&message.title).chain(&message.lines);
        let lines: Vec<String> = lines.map(|line| escaped(line)).collect();
        let link = message.link.as_ref().map(|link| format!("\n{link}"));
        let link = link.unwrap_or_default();
        let room = CONTENT_BYTES_MAX.saturating_sub(link.len());
        let content = cut(&lines.join("\n"), room) + &link;
        let body = json!({ "content": content, "allowed_mentions": { "parse": [] } });
        Post::json(&self.url, &body)
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if MARKUP.contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
